//! `fuzz/run diff`

#![no_main]

use pycompile_fuzz::oracles;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracles::diff(data));
