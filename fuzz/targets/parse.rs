//! `fuzz/run parse`

#![no_main]

use pycompile_fuzz::{acceptance, bounded};

libfuzzer_sys::fuzz_target!(|data: &[u8]| acceptance::hold(data, |parse| bounded(parse)));
