//! Hashes of values that a source chooses.
//!
//! The low bits of an Fx hash do not depend on the high bits of a number, and its function is
//! known: a source could choose numbers that all fall into one bucket of a table.

use rustc_hash::FxHasher;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

/// Number that differs between processes. No output depends on it.
static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));

/// Fx hashes whose bits are mixed.
#[derive(Clone, Debug)]
pub(super) struct Mixed(u64);

impl Default for Mixed {
    fn default() -> Self {
        Self(*SEED)
    }
}

impl BuildHasher for Mixed {
    type Hasher = MixedHasher;

    fn build_hasher(&self) -> MixedHasher {
        MixedHasher { seed: self.0, hasher: FxHasher::default() }
    }
}

/// Hasher of [`Mixed`].
pub(super) struct MixedHasher {
    seed: u64,
    hasher: FxHasher,
}

impl Hasher for MixedHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.hasher.write(bytes);
    }

    fn write_u8(&mut self, number: u8) {
        self.hasher.write_u8(number);
    }

    fn write_u32(&mut self, number: u32) {
        self.hasher.write_u32(number);
    }

    fn write_u64(&mut self, number: u64) {
        self.hasher.write_u64(number);
    }

    fn write_i64(&mut self, number: i64) {
        self.hasher.write_i64(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.hasher.write_usize(number);
    }

    fn finish(&self) -> u64 {
        let product = u128::from(self.hasher.finish() ^ self.seed) * 0x9e37_79b9_7f4a_7c15;
        (product >> 64) as u64 ^ product as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Mixed;
    use std::collections::BTreeSet;
    use std::hash::BuildHasher as _;

    #[test]
    fn numbers_with_equal_low_bits_fall_into_many_buckets() {
        let mixed = Mixed::default();
        for shift in [0, 32, 44, 50] {
            let buckets: BTreeSet<u64> =
                (0..4096_u64).map(|number| mixed.hash_one(number << shift) & 0xfff).collect();
            assert!(buckets.len() > 2000, "{shift}: {}", buckets.len());
        }
    }
}
