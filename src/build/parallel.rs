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

/// `work` on each item with `jobs` threads (0: one for each processor), in the order of the items; `None` for those
/// that were not begun when the watch was interrupted.
///
/// # Errors
/// [`ThreadsError`].
pub fn map<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    watch: &dyn Watch,
    work: impl Fn(&T) -> R + Sync,
) -> Result<Vec<Option<R>>, ThreadsError> {
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
