//! `fuzz/run requests`

#![no_main]

use pycompile_fuzz::{bounded, oracles};

libfuzzer_sys::fuzz_target!(|data: &[u8]| bounded(|| oracles::requests(data)));
