//! Many files at once.

use crate::engine::native;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

/// Who looks on while files are worked at.
pub trait Watch: Sync {
    /// One more file is done.
    fn advance(&self);
    /// Whether to stop: files that were not begun are left out.
    fn interrupted(&self) -> bool;
}

/// Threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start threads: {0}")]
pub struct ThreadsError(#[from] rayon::ThreadPoolBuildError);

/// `work` on each item with `jobs` threads (0: one for each processor), or with fewer if there are fewer items or the
/// process may open few files, in the order of the items; `None` for those that were not begun when the watch was
/// interrupted.
///
/// # Errors
/// [`ThreadsError`].
pub fn map<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    watch: &dyn Watch,
    work: impl Fn(&T) -> R + Sync,
) -> Result<Vec<Option<R>>, ThreadsError> {
    let jobs = threads(jobs, items.len(), open_files());
    // Where memory for large stacks cannot be had, each file that needs one says so.
    let plain = |_| rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    let pool = native::pool(jobs).or_else(plain)?;
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

/// What one thread may hold open: a source, the directories on the way to a pyc, the pyc and its temporary file, an
/// interpreter's pipes.
const FILES_OF_ONE: usize = 8;
/// What the process holds besides: the standard streams, signals, interpreters that start.
const FILES_OF_ALL: usize = 10;

/// No more threads than have work, nor than have files: one that is not started is no loss, a file that is not compiled is.
fn threads(jobs: usize, items: usize, open_files: usize) -> usize {
    let wanted = match jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => jobs,
    };
    wanted.min(items).min(open_files.saturating_sub(FILES_OF_ALL) / FILES_OF_ONE).max(1)
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
