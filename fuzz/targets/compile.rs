//! `fuzz/run compile`

#![no_main]

use pycompile::engine::native;
use pycompile_fuzz::{bounded, oracles};
use rayon::ThreadPool;
use std::sync::LazyLock;

/// One thread with a stack for any source, so that none is started for each input.
static THREAD: LazyLock<ThreadPool> = LazyLock::new(|| native::pool(1).expect("a thread starts"));

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let thread = &*THREAD;
    bounded(|| thread.install(|| oracles::compile(data)));
});
