//! Memory for one file under a limit of the address space (`ulimit -v`).
//!
//! A failed allocation ends the process, and with it all other files, so a file is refused before
//! that.

#[cfg(unix)]
use std::sync::OnceLock;

/// Address space of the process itself: its code, its allocator, and data that its threads share.
const OWN: u64 = 160 << 20;
/// Address space used for each byte that the passes count: lists are copied when they grow, and the
/// allocator keeps the old copies for a while.
const UNCOUNTED: u64 = 5;
/// Smallest number of bytes that a file must be able to count for a stack of its own to be useful.
const LEAST: usize = 32 << 20;

/// Returns the limit of the address space in bytes, if there is one.
#[cfg(unix)]
pub fn address_space() -> Option<u64> {
    static LIMIT: OnceLock<Option<u64>> = OnceLock::new();
    *LIMIT.get_or_init(|| rustix::process::getrlimit(rustix::process::Resource::As).current)
}

/// Returns `None`: the system has no limit of the address space.
#[cfg(not(unix))]
pub const fn address_space() -> Option<u64> {
    None
}

/// Returns whether a thread with a `stack` of so many bytes leaves enough for its file.
pub(super) fn affords(stack: usize) -> bool {
    share(stack).is_none_or(|left| left >= LEAST)
}

/// Returns the number of bytes that each thread of this pool may count for its file; `None` if the
/// address space is not limited.
pub(super) fn share(stack: usize) -> Option<usize> {
    let limit = address_space()?;
    // Outside of a pool, the call starts the global one.
    let of_all = limit.saturating_sub(OWN) / rayon::current_num_threads().max(1) as u64;
    usize::try_from(of_all.saturating_sub(stack as u64) / UNCOUNTED).ok()
}
