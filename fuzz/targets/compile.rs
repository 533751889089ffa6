//! `fuzz/run compile`

#![no_main]

use pycompile::engine::{Engine, native};
use pycompile::target;
use pycompile_fuzz::{bounded, oracles};
use rayon::ThreadPool;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::LazyLock;

/// One thread with a stack for any source, so that none is started for each input.
static THREAD: LazyLock<ThreadPool> = LazyLock::new(|| native::pool(1).expect("a thread starts"));

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let thread = &*THREAD;
    // A hash of the input selects the target and the level.
    let mut hasher = DefaultHasher::new();
    hasher.write(data);
    let number = hasher.finish() as usize % (target::ALL.len() * oracles::LEVELS.len());
    let (target, level) = (number / oracles::LEVELS.len(), number % oracles::LEVELS.len());
    let target = &target::ALL[target];
    let compile = || oracles::compile_for(&mut Engine::open(data), target, oracles::LEVELS[level]);
    bounded(|| thread.install(compile));
});
