//! Threads whose stack holds the recursion over the deepest tree.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// The tree of a source is walked by recursion; the deepest that the parser lets through needs a part of this. Pages
/// are taken when they are touched.
const SIZE: usize = 512 << 20;

thread_local! {
    /// True if this thread was started with a stack of [`SIZE`].
    static LARGE: Cell<bool> = const { Cell::new(false) };
}

/// Threads for work that calls the native engine: it compiles on them in place, where it would start a thread for each
/// file that another thread asks for. `jobs` is how many (0: one for each processor).
///
/// # Errors
/// rayon's.
pub fn pool(jobs: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    let builder = ThreadPoolBuilder::new().num_threads(jobs);
    builder.stack_size(SIZE).start_handler(|_| LARGE.set(true)).build()
}

/// Does `work` on a large stack: that of this thread, or of one for it alone. A panic is the inner error.
///
/// # Errors
/// The system's, which starts no thread.
pub(super) fn on_large<R: Send>(work: impl FnOnce() -> R + Send) -> io::Result<thread::Result<R>> {
    if LARGE.get() {
        return Ok(catch_unwind(AssertUnwindSafe(work)));
    }
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("compiler".into()).stack_size(SIZE);
        Ok(builder.spawn_scoped(scope, work)?.join())
    })
}
