//! Many files at once.

use crate::engine::native::{self, address_space};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

/// Who looks on while files are worked at.
pub trait Watch: Sync {
    /// One more file is done.
    fn advance(&self);
    /// Returns whether to stop: files that were not begun are left out.
    fn interrupted(&self) -> bool;
}

/// Threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start threads: {0}")]
pub struct ThreadsError(#[from] rayon::ThreadPoolBuildError);

/// `work` on each item with `jobs` threads (0: one for each processor), or with fewer if there are
/// fewer items or the process may open few files or has a small address space, in the order of the
/// items; `None` for those that were not begun when the watch was interrupted.
///
/// # Errors
/// [`ThreadsError`].
pub fn map<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    watch: &dyn Watch,
    work: impl Fn(&T) -> R + Sync,
) -> Result<Vec<Option<R>>, ThreadsError> {
    let jobs = threads(jobs, items.len(), open_files(), address_space());
    let pool = native::pool(jobs)?;
    Ok(pool.install(|| {
        items
            .par_iter()
            .map(|item| {
                let result = (!watch.interrupted()).then(|| work(item));
                watch.advance();
                result
            })
            .collect()
    }))
}

/// Lets work that is not [`map`]'s run on the calling thread where the address space is limited:
/// threads that cannot be started would end the process.
pub fn prepare() {
    if address_space().is_some() {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        // It is refused only where there are threads already.
        let _ = builder.build_global();
        // The native engine reports it as the error of its file.
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !native::is_out_of_memory(panic.payload()) {
                shown(panic);
            }
        }));
    }
}

/// Address space of one thread: its stack, and what the allocator reserves for it.
const SPACE_OF_ONE: u64 = 160 << 20;
/// Address space of the process besides.
const SPACE_OF_ALL: u64 = 256 << 20;
/// Number of files that one thread holds open: a source, the directories on the way to a pyc, the
/// pyc and its temporary file, an interpreter's pipes.
const FILES_OF_ONE: usize = 8;
/// Number of other open files: the standard streams, signals, interpreters that start.
const FILES_OF_ALL: usize = 10;

/// No more threads than have work, nor than have files: one that is not started is no loss, a file
/// that is not compiled is.
fn threads(jobs: usize, items: usize, open_files: usize, space: Option<u64>) -> usize {
    let wanted = match jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => jobs,
    };
    let by_files = open_files.saturating_sub(FILES_OF_ALL) / FILES_OF_ONE;
    let by_space = space.map_or(u64::MAX, |space| space.saturating_sub(SPACE_OF_ALL) / SPACE_OF_ONE);
    wanted.min(items).min(by_files).min(usize::try_from(by_space).unwrap_or(usize::MAX)).max(1)
}

#[cfg(unix)]
fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
fn open_files() -> usize {
    usize::MAX
}
