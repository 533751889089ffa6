//! What each CPython version is, as data.
//!
//! A difference between versions goes, in this order of preference, into a generated table (`pyXYZ/opcodes.rs`), a
//! field of [`Features`], the schedule of passes, or two files side by side chosen by a feature. Adding a version is a
//! new folder here plus what is really new.
//!
//! **Invariant:** no other module compares versions. [`PyVersion`] has no order for that reason.

mod features;
mod flow_pass;
pub(crate) mod op;
pub(crate) mod opcode;
mod py313;
mod py314;
mod py315;
mod series;
mod stack_effect;
mod unicode;
mod version;

use stack_effect::stack_effects;
use std::cmp::Ordering;

pub use features::{Features, LateHandlers};
pub use flow_pass::FlowPass;
pub use op::{OP_COUNT, Op};
pub use opcode::OpcodeInfo;
pub use series::{CodeLayout, LineFormat, SERIES, Series, SourceHash};
pub(crate) use stack_effect::StackEffects;
pub use version::{PyVersion, Release, VersionError};

/// One version that the native compiler compiles for.
#[derive(Debug)]
pub struct Target {
    /// `3.14`
    pub version: PyVersion,
    /// The release whose bytes are the reference, `3.14.10`.
    pub reference: &'static str,
    /// The patch releases that are known to write the same bytes; an end is left open for those to come.
    pub patches: (u32, Option<u32>),
    /// What it does differently.
    pub features: Features,
    /// The strings that its process has interned before it compiles anything, one a line, ascending.
    pub start_up_words: &'static str,
    /// Code points that its Unicode does not assign: tables of the first and last of each run, ascending.
    pub unassigned: &'static [&'static [(u32, u32)]],
    /// What marks those alternatives of the grammar for refusals (`syntax/diagnose/python.peg`) that it has.
    pub grammar: &'static [&'static str],
    /// Its passes over the flow graph, in order.
    pub flow: &'static [FlowPass],
    /// Its opcodes, by [`Op`].
    pub opcodes: &'static [Option<OpcodeInfo>; OP_COUNT],
    /// What its opcodes do to the stack.
    pub(crate) stack_effects: &'static StackEffects,
}

impl Target {
    /// What `op` is in this version, if it has it.
    pub fn opcode(&self, op: Op) -> Option<OpcodeInfo> {
        self.opcodes[op as usize]
    }

    /// Whether `release` is known to write these bytes. A series by itself is its newest target.
    pub fn writes(&self, release: Release) -> bool {
        let (oldest, newest) = self.patches;
        self.version == release.version
            && match (release.patch, newest) {
                (None, newest) => newest.is_none(),
                (Some(patch), Some(newest)) => (oldest..=newest).contains(&patch),
                (Some(patch), None) => patch >= oldest,
            }
    }

    /// The oldest release whose bytes these are known to be; each target has another.
    pub fn release(&self) -> Release {
        Release { version: self.version, patch: Some(self.patches.0) }
    }

    /// The releases whose bytes these are, in words: `3.13.0`, `3.13.5 and later`.
    pub fn releases(&self) -> String {
        match self.patches {
            (oldest, Some(newest)) if oldest == newest => format!("{}.{oldest}", self.version),
            (oldest, Some(newest)) => format!("{0}.{oldest} to {0}.{newest}", self.version),
            (oldest, None) => format!("{}.{oldest} and later", self.version),
        }
    }

    /// Whether its Unicode assigns this code point.
    pub fn assigns(&self, point: u32) -> bool {
        self.unassigned.iter().all(|runs| {
            let at = runs.partition_point(|&(first, _)| first <= point);
            at.checked_sub(1).and_then(|at| runs.get(at)).is_none_or(|&(_, last)| last < point)
        })
    }

    /// Whether the process of this CPython holds `word` before it compiles anything.
    pub fn has_start_up_word(&self, word: &str) -> bool {
        let mut words = self.start_up_words.as_bytes();
        while !words.is_empty() {
            let middle = words.len() / 2;
            let start = memchr::memrchr(b'\n', &words[..middle]).map_or(0, |line| line + 1);
            let end = memchr::memchr(b'\n', &words[middle..]).map_or(words.len(), |length| middle + length);
            match words[start..end].cmp(word.as_bytes()) {
                Ordering::Equal => return true,
                Ordering::Less => words = words.get(end + 1..).unwrap_or_default(),
                Ordering::Greater => words = &words[..start],
            }
        }
        false
    }

    /// The target for a series or for one release of it, if the native compiler knows it.
    pub fn find(release: impl Into<Release>) -> Option<&'static Self> {
        let release = release.into();
        ALL.iter().copied().find(|target| target.writes(release))
    }

    /// The targets of a series whose releases its newest does not write like, oldest first.
    pub fn superseded(version: PyVersion) -> impl Iterator<Item = &'static Self> {
        ALL.iter().copied().filter(move |target| target.version == version && target.patches.1.is_some())
    }

    /// The newest of all.
    pub fn newest() -> &'static Self {
        ALL[ALL.len() - 1]
    }
}

/// All targets, oldest first.
pub static ALL: [&Target; 4] = [&py313::FIRST, &py313::TARGET, &py314::TARGET, &py315::TARGET];
