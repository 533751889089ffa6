//! Requests that wait for a thread, and those that threads work on.

use super::message::{WorkRequest, WorkResponse};
use super::protocol::Incoming;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Largest number of requests that wait, and the memory that they take together.
const MOST: usize = 1024;
const MOST_BYTES: usize = 64 << 20;

/// Queue of one stream. Requests with the same number are handled in their order, one by one.
pub(super) struct Queue<'a> {
    state: Mutex<QueueState>,
    changed: Condvar,
    /// Called with true when there is nothing to do, and with false when there is work again.
    idle: &'a (dyn Fn(bool) + Sync),
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<Incoming>,
    running: Vec<Running>,
    /// Memory of the requests that wait.
    bytes: usize,
    is_closed: bool,
}

struct Running {
    id: i32,
    stop: &'static AtomicBool,
}

fn id_of(incoming: &Incoming) -> i32 {
    match incoming {
        Incoming::Request(request) => request.id,
        Incoming::Invalid(response) => response.id,
    }
}

fn size_of(incoming: &Incoming) -> usize {
    match incoming {
        Incoming::Request(request) => request.size(),
        Incoming::Invalid(_) => 0,
    }
}

impl<'a> Queue<'a> {
    pub(super) fn new(idle: &'a (dyn Fn(bool) + Sync)) -> Self {
        idle(true);
        Self { state: Mutex::default(), changed: Condvar::new(), idle }
    }

    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message as soon as there is room; returns the number of messages that could be worked
    /// on at once.
    pub(super) fn add(&self, incoming: Incoming) -> usize {
        let size = size_of(&incoming);
        let is_full = |state: &mut QueueState| {
            let is_long = state.waiting.len() >= MOST || state.bytes.saturating_add(size) > MOST_BYTES;
            is_long && !state.waiting.is_empty() && !state.is_closed
        };
        let waited = self.changed.wait_while(self.state(), is_full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        (self.idle)(false);
        state.bytes += size;
        state.waiting.push_back(incoming);
        let wanted = state.waiting.len() + state.running.len();
        drop(state);
        self.changed.notify_all();
        wanted
    }

    /// Stops the first request with this number. Returns its answer if it has not begun; a thread
    /// answers if it has. A request that has been answered, or never came, has no answer.
    pub(super) fn cancel(&self, id: i32) -> Option<WorkResponse> {
        let mut state = self.state();
        if let Some(running) = state.running.iter().find(|running| running.id == id) {
            running.stop.store(true, Ordering::Relaxed);
            return None;
        }
        let at = state.waiting.iter().position(
            |incoming| matches!(incoming, Incoming::Request(WorkRequest { id: own, .. }) if *own == id),
        )?;
        let cancelled = state.waiting.remove(at)?;
        state.bytes -= size_of(&cancelled);
        self.rest(&state);
        drop(state);
        self.changed.notify_all();
        Some(WorkResponse::cancelled(id))
    }

    /// Waits for a message to work on; `None` if there will be no more. `stop` is set if it is to
    /// be stopped.
    pub(super) fn next(&self, stop: &'static AtomicBool) -> Option<Incoming> {
        let mut state = self.state();
        loop {
            let is_free = |incoming: &Incoming| {
                let id = id_of(incoming);
                !state.running.iter().any(|running| running.id == id)
            };
            if let Some(at) = state.waiting.iter().position(is_free) {
                let incoming = state.waiting.remove(at)?;
                state.bytes -= size_of(&incoming);
                stop.store(false, Ordering::Relaxed);
                state.running.push(Running { id: id_of(&incoming), stop });
                drop(state);
                self.changed.notify_all();
                return Some(incoming);
            }
            if state.is_closed && state.waiting.is_empty() {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the work on the message with this number, whose answer has been written.
    pub(super) fn done(&self, id: i32) {
        let mut state = self.state();
        state.running.retain(|running| running.id != id);
        self.rest(&state);
        drop(state);
        self.changed.notify_all();
    }

    fn rest(&self, state: &QueueState) {
        if state.waiting.is_empty() && state.running.is_empty() {
            (self.idle)(true);
        }
    }

    /// Ends the queue; without `keeps`, waiting messages are dropped.
    pub(super) fn close(&self, keeps: bool) {
        let mut state = self.state();
        state.is_closed = true;
        if !keeps {
            state.waiting.clear();
        }
        drop(state);
        self.changed.notify_all();
    }
}
