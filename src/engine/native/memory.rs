//! Memory that the limit of the address space (`ulimit -v`) leaves for one file.
//!
//! An allocation that fails ends the process, and with it all other files: a file is refused before that.

/// Address space of the process itself: its code, its allocator, and what its threads share.
const OWN: u64 = 160 << 20;
/// Bytes that passes hold for each byte that they count.
const UNCOUNTED: u64 = 5;

/// The limit of the address space in bytes, where there is one.
#[cfg(unix)]
pub fn address_space() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

/// The same where there is no such limit.
#[cfg(not(unix))]
pub const fn address_space() -> Option<u64> {
    None
}

/// Bytes that each of `threads` may count for its file; `None` if the address space is not limited.
pub(super) fn share(threads: usize, stack: usize) -> Option<usize> {
    let of_all = address_space()?.saturating_sub(OWN) / threads.max(1) as u64;
    usize::try_from(of_all.saturating_sub(stack as u64) / UNCOUNTED).ok()
}
