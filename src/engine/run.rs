//! A run: engines, and threads that work on files.

use super::TargetEngine;
use super::native::{self, address_space};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::num::NonZeroUsize;

/// Observer of work on files.
pub trait Watch: Sync {
    /// Counts one more completed file.
    fn advance(&self);
    /// Returns whether to stop: files that were not started are skipped.
    fn interrupted(&self) -> bool;
}

/// Error of starting threads.
#[derive(Debug, thiserror::Error)]
#[error("cannot start threads: {0}")]
#[non_exhaustive]
pub struct ThreadsError(#[from] rayon::ThreadPoolBuildError);

/// Number of threads of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parallelism {
    /// One thread for each processor.
    #[default]
    PerProcessor,
    /// A fixed number of threads.
    Threads(NonZeroUsize),
}

impl Parallelism {
    /// One thread.
    pub const ONE: Self = Self::Threads(NonZeroUsize::MIN);

    /// Calls `work`, whose parallel parts use this number of threads at most.
    ///
    /// # Errors
    /// [`ThreadsError`].
    pub fn install<R: Send>(self, work: impl FnOnce() -> R + Send) -> Result<R, ThreadsError> {
        Ok(native::pool(self.for_items(usize::MAX))?.install(work))
    }

    /// Returns the number of threads for a number of items.
    fn for_items(self, items: usize) -> usize {
        let wanted = match self {
            // The number of processors comes from many files of the system.
            _ if items <= 1 => 1,
            Self::PerProcessor => std::thread::available_parallelism().map_or(1, usize::from),
            Self::Threads(number) => number.get(),
        };
        threads(wanted, items, open_files(), address_space())
    }
}

/// Threads that work on the files of a run.
#[derive(Clone, Copy)]
pub struct Workers<'a> {
    jobs: Parallelism,
    watch: &'a dyn Watch,
    counts: bool,
}

impl<'a> Workers<'a> {
    /// Returns the threads of a run. There are fewer than `jobs` if there are fewer items, or if
    /// the limits on open files or the address space require it.
    pub const fn new(jobs: Parallelism, watch: &'a dyn Watch) -> Self {
        Self { jobs, watch, counts: true }
    }

    /// Returns the same threads for files that were counted before.
    pub const fn uncounted(self) -> Self {
        Self { counts: false, ..self }
    }

    /// Returns whether the user has interrupted the run.
    pub fn interrupted(&self) -> bool {
        self.watch.interrupted()
    }

    /// Applies `work` to each item and returns the results in the order of the items. Items that
    /// were not started at an interrupt are `None`.
    ///
    /// # Errors
    /// [`ThreadsError`].
    pub fn map<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&T) -> R + Sync,
    ) -> Result<Vec<Option<R>>, ThreadsError> {
        let work = |item: &T| {
            let result = (!self.interrupted()).then(|| work(item));
            if self.counts {
                self.watch.advance();
            }
            result
        };
        let number = self.jobs.for_items(items.len());
        if number == 1 && native::is_in_place() {
            return Ok(items.iter().map(work).collect());
        }
        Ok(native::pool(number)?.install(|| items.par_iter().map(work).collect()))
    }
}

/// Engines of a run, and the threads that use them.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Engines, each of another version.
    pub engines: &'a [TargetEngine],
    /// Threads.
    pub workers: Workers<'a>,
}

impl Run<'_> {
    /// Returns the memory limit for one file, in bytes; `None` if an engine has none.
    pub fn memory(&self) -> Option<u64> {
        let limits = self.engines.iter().map(|target| target.engine.memory());
        limits.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// Keeps all other work on the calling thread if the address space is limited: threads that cannot
/// be started would end the process.
pub fn prepare() {
    if address_space().is_some() {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        // The call fails only if the pool exists already.
        let _ = builder.build_global();
        // The native engine reports running out of memory as the error of its file.
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !native::is_out_of_memory(panic.payload()) {
                shown(panic);
            }
        }));
    }
}

/// Address space of one thread: its stack and the allocator's reservations for it.
const SPACE_OF_ONE: u64 = 160 << 20;
/// Address space of the rest of the process.
const SPACE_OF_ALL: u64 = 256 << 20;
/// Number of files that one thread keeps open: a source, the directories on the way to a pyc, the
/// pyc and its temporary file, and an interpreter's pipes.
const FILES_OF_ONE: usize = 8;
/// Number of other open files: standard streams, signals, starting interpreters.
const FILES_OF_ALL: usize = 10;

/// Returns the number of threads, limited by items, open files and address space: a thread fewer
/// costs only time, but a file that cannot be opened is not compiled.
fn threads(wanted: usize, items: usize, open_files: usize, space: Option<u64>) -> usize {
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

#[cfg(test)]
mod tests {
    use super::Parallelism;

    #[test]
    fn parallel_parts_keep_to_the_number_of_threads() {
        assert_eq!(Parallelism::ONE.install(rayon::current_num_threads).unwrap(), 1);
    }
}
