//! Threads with stacks for the recursion over a tree.
//!
//! Nearly every source is compiled on a small stack. A source that nests more deeply ends with
//! [`Spent::Stack`] and is compiled again on a larger one, so that only such sources take the
//! address space of the largest.

use crate::allowance::{self, Spent};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Sizes of stacks in bytes. The largest suffices for the deepest tree that the parser accepts.
pub(super) const SIZES: [usize; 3] = [16 << 20, 128 << 20, 512 << 20];
/// Bytes of stack left for calls that do not check their depth.
const RESERVE: usize = 2 << 20;

thread_local! {
    /// Address at which the stack of a thread of [`pool`] or [`start`] starts; `None` for others.
    static START: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Creates threads for work that calls the native engine. On them the engine compiles in place; for
/// any other thread it starts a thread for each file. If the system cannot start `number` threads,
/// the pool has one.
///
/// # Errors
/// No thread can be started.
pub fn pool(number: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    let threads = |number| {
        let builder = ThreadPoolBuilder::new().num_threads(number);
        builder.stack_size(SIZES[0]).start_handler(|_| START.set(Some(allowance::here()))).build()
    };
    threads(number).or_else(|error| if number == 1 { Err(error) } else { threads(1) })
}

/// Starts a thread on which the engine compiles in place, as on the threads of a [`pool`].
///
/// # Errors
/// The thread cannot be started.
pub fn start<'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> R + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, R>> {
    thread::Builder::new().stack_size(SIZES[0]).spawn_scoped(scope, || {
        START.set(Some(allowance::here()));
        work()
    })
}

/// Returns whether the engine compiles in place on this thread.
pub fn is_in_place() -> bool {
    START.get().is_some()
}

/// Error of a thread that could not be started.
pub(super) struct NoThread {
    /// Size of its stack in bytes.
    pub(super) size: usize,
    /// Error of the operating system.
    pub(super) error: io::Error,
}

/// Runs `work` on this thread or on a new one, with the number of bytes of stack that it may use.
/// If the stack is too small, runs it again on a larger one that `affords` allows. A panic is the
/// inner error.
pub(super) fn on_enough<R: Send>(
    affords: impl Fn(usize) -> bool,
    mut work: impl FnMut(usize) -> Result<R, Spent> + Send,
) -> Result<thread::Result<Result<R, Spent>>, NoThread> {
    let is_final = |done: &thread::Result<Result<R, Spent>>| !matches!(done, Ok(Err(Spent::Stack)));
    let mut sizes = &SIZES[..];
    if let Some(start) = START.get() {
        let left = SIZES[0].saturating_sub(start.saturating_sub(allowance::here()));
        let done = catch_unwind(AssertUnwindSafe(|| work(left.saturating_sub(RESERVE))));
        if is_final(&done) {
            return Ok(done);
        }
        sizes = &SIZES[1..];
    }
    let mut done = Ok(Err(Spent::Stack));
    for &size in sizes {
        if size > SIZES[0] && !affords(size) {
            let error = io::Error::other("the limit of the address space (`ulimit -v`) leaves less");
            return Err(NoThread { size, error });
        }
        done = thread::scope(|scope| {
            let builder = thread::Builder::new().name("compiler".into()).stack_size(size);
            let work = &mut work;
            builder.spawn_scoped(scope, move || work(size - RESERVE)).map(ScopedJoinHandle::join)
        })
        .map_err(|error| NoThread { size, error })?;
        if is_final(&done) {
            break;
        }
    }
    Ok(done)
}
