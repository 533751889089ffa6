//! Options for the time and memory of one file.

use super::interrupt;
use super::number::at_least;
use crate::engine::Limits;
use std::time::Duration;

/// Options for the limits of one file.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct LimitArgs {
    /// Timeout for one file, and for the start of an interpreter (at most 20), in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = at_least(1_u64))]
    timeout: u64,
    /// Memory limit for one file, in megabytes; at least 64.
    ///
    /// For interpreters, the limit is on the address space (Linux only).
    #[arg(long, value_name = "MB", value_parser = at_least(64_u64))]
    memory_limit: Option<u64>,
}

impl LimitArgs {
    /// Returns the limits.
    pub(super) fn get(self) -> Limits {
        Limits {
            timeout: Duration::from_secs(self.timeout),
            memory: self.memory_limit.map(|megabytes| megabytes.saturating_mul(1 << 20)),
            stop: interrupt::flag(),
        }
    }
}
