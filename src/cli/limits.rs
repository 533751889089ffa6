//! Options for the time and memory of one file, and for the number of files at a time.

use super::interrupt;
use super::number::{at_least, between};
use super::options::COMPILER;
use crate::engine::{Limits, Parallelism};
use std::num::NonZeroUsize;
use std::time::Duration;

/// Option for the number of files at a time.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct JobsArgs {
    /// Number of files to compile in parallel [default: number of processors].
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = between(1_u16, 1024), help_heading = COMPILER)]
    count: Option<u16>,
}

impl JobsArgs {
    /// Returns the number of threads.
    pub(super) fn get(self) -> Parallelism {
        jobs(self.count.unwrap_or(0).into())
    }
}

/// Returns a number of threads from its option, in which 0 is one for each processor.
pub(super) fn jobs(number: usize) -> Parallelism {
    NonZeroUsize::new(number).map_or(Parallelism::PerProcessor, Parallelism::Threads)
}

/// Option for the number of findings that are printed.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct FindingLimitArgs {
    /// Number of findings of each kind to print; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

impl FindingLimitArgs {
    /// Returns the limit, if there is one.
    pub(super) fn get(self) -> Option<usize> {
        Some(self.limit).filter(|limit| *limit > 0)
    }
}

/// Options for the limits of one file.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct LimitArgs {
    /// Timeout for one file, and for the start of an interpreter (at most 20), in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = at_least(1_u64), help_heading = COMPILER)]
    timeout: u64,
    /// Memory limit for one file, in megabytes; at least 64.
    ///
    /// For interpreters, the limit is on the address space (Linux only).
    #[arg(long, value_name = "MB", value_parser = at_least(64_u64), help_heading = COMPILER)]
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
