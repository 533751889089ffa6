//! Exit of the process, which waits only for writes that have begun.
//!
//! **Invariant:** after [`close`] returned true, no temporary file is left, no set of files is
//! half-written, and nothing more is written.

use std::cell::Cell;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keeps the process from exiting between two steps that belong together, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Writing(());

#[derive(Default)]
struct State {
    /// Number of threads that are writing.
    writers: usize,
    is_closed: bool,
}

static STATE: Mutex<State> = Mutex::new(State { writers: 0, is_closed: false });
static CHANGED: Condvar = Condvar::new();

thread_local! {
    /// Number of [`Writing`]s of this thread. Writes can be nested.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writing {
    /// Begins a write, or never returns if the process is about to exit.
    pub fn begin() -> Self {
        let depth = DEPTH.get();
        if depth == 0 {
            let mut state = state();
            while state.is_closed {
                state = CHANGED.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.writers += 1;
        }
        DEPTH.set(depth + 1);
        Self(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let depth = DEPTH.get().saturating_sub(1);
        DEPTH.set(depth);
        if depth == 0 {
            let mut state = state();
            state.writers -= 1;
            if state.is_closed {
                CHANGED.notify_all();
            }
        }
    }
}

/// Blocks new writes, and waits for those that have begun. Returns false if that takes longer than
/// `patience`.
pub fn close(patience: Duration) -> bool {
    let mut state = state();
    state.is_closed = true;
    let waited = CHANGED.wait_timeout_while(state, patience, |state| state.writers > 0);
    let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
    state.writers == 0
}
