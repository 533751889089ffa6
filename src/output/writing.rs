//! The end of the process, which waits for what is being written and for nothing else.
//!
//! **Invariant:** when [`close`] returns true, no temporary file is left and no set of files is half-written, and nothing
//! more will be written.

use std::cell::Cell;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keeps the process from ending between two steps that belong together, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Writing(());

#[derive(Default)]
struct State {
    /// Threads that are writing.
    writers: usize,
    is_closed: bool,
}

static STATE: Mutex<State> = Mutex::new(State { writers: 0, is_closed: false });
static CHANGED: Condvar = Condvar::new();

thread_local! {
    /// Number of [`Writing`]s of this thread. It may write one thing while it writes another.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writing {
    /// Begins to write, or never returns if the process is about to end.
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
            state().writers -= 1;
            CHANGED.notify_all();
        }
    }
}

/// Lets nothing more be written, and waits for what is. Returns false if that takes longer than `patience`.
pub fn close(patience: Duration) -> bool {
    let mut state = state();
    state.is_closed = true;
    let waited = CHANGED.wait_timeout_while(state, patience, |state| state.writers > 0);
    let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
    state.writers == 0
}
