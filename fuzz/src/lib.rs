//! Any bytes → an answer in time and in 64 MiB, or a crash that the fuzzer keeps.

#[path = "../../tests/it/any_bytes.rs"]
pub mod oracles;

#[path = "../../tests/acceptance/mod.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
pub mod acceptance;

use cap::Cap;
use std::alloc::System;

/// Memory that one input of up to a megabyte may allocate, in addition to the memory that is in use.
const LIMIT: usize = 64 << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Runs `oracle`; an allocation beyond the limit fails, which aborts.
pub fn bounded(oracle: impl FnOnce()) {
    // The limit applies to every thread, and no other thread runs.
    let _ = ALLOCATOR.set_limit(ALLOCATOR.allocated() + LIMIT);
    oracle();
    let _ = ALLOCATOR.set_limit(usize::MAX);
}
