//! CPython versions as data.
//!
//! A difference between versions is, in this order of preference, an entry in a generated table
//! (`operations/pyXYZ.rs`), a field of [`Features`], a change in the schedule of passes, or two
//! files next to each other chosen by a feature. A new version is a new directory here with its
//! differences from the previous one.
//!
//! **Invariant:** no other module compares versions. [`PyVersion`] has no order for that reason.

mod encodings;
mod features;
mod flow_pass;
mod grammar;
pub(crate) mod op;
mod operation;
mod operations;
mod py311;
mod py312;
mod py313;
mod py314;
mod py315;
mod series;
mod stack_effect;
mod start_up_words;
mod unicode;
mod version;

use stack_effect::stack_effects;
use start_up_words::StartUpWords;

pub use encodings::CodecNames;
pub use features::{Features, FinallyWarnings, LateHandlers, ShownComments};
pub use flow_pass::FlowPass;
pub use grammar::{GrammarRule, GrammarRules};
pub use op::{OP_COUNT, Op};
pub use operation::{Argument, Operation, Operations};
pub use series::{CodeLayout, LineFormat, SERIES, Series, SourceHash};
pub(crate) use stack_effect::StackEffects;
pub use version::{PyVersion, Release, VersionError};

/// A release of CPython that the native compiler compiles for. Each was compared with its
/// interpreter.
#[derive(Debug)]
pub struct Target {
    /// Minor version: `3.14`.
    pub version: PyVersion,
    /// Patch number: `10`.
    pub patch: u32,
    /// Choices inside the passes.
    pub features: Features,
    /// Strings that the process of the series' newest release has interned before it compiles
    /// anything.
    words: StartUpWords,
    /// Code points that the release's Unicode does not assign: tables of the first and last of each
    /// run, ascending.
    pub unassigned: &'static [&'static [(u32, u32)]],
    /// Aliases of codecs, in tables of which an earlier one takes precedence.
    pub encodings: &'static [CodecNames],
    /// Rules of the grammar that not all targets have.
    pub grammar: GrammarRules,
    /// Passes over the flow graph, in order.
    pub flow: &'static [FlowPass],
    /// Operations, by [`Op`]; `None` where the version lacks the opcode.
    pub operations: &'static [Option<&'static Operation>; OP_COUNT],
    /// Effects of the opcodes on the stack.
    pub(crate) stack_effects: &'static StackEffects,
}

impl Target {
    /// Returns the operation of `op` in this version, if it has one.
    pub fn operation(&self, op: Op) -> Option<&'static Operation> {
        self.operations[op as usize]
    }

    /// Returns the release: `3.14.10`.
    pub fn release(&self) -> Release {
        Release { version: self.version, patch: Some(self.patch) }
    }

    /// Returns whether no difference between the output of this target and `other`, of the same
    /// series, is known.
    pub fn writes_like(&self, other: &Self) -> bool {
        let Self { version: _, patch: _, features, words, unassigned, encodings, .. } = self;
        let Self { grammar, flow, operations, stack_effects, .. } = self;
        *features == other.features
            && *words == other.words
            && *grammar == other.grammar
            && *flow == other.flow
            && *unassigned == other.unassigned
            && *encodings == other.encodings
            && *operations == other.operations
            && *stack_effects == other.stack_effects
    }

    /// Returns whether the release's Unicode assigns this code point.
    pub fn assigns(&self, point: u32) -> bool {
        self.unassigned.iter().all(|runs| {
            let at = runs.partition_point(|&(first, _)| first <= point);
            at.checked_sub(1).and_then(|at| runs.get(at)).is_none_or(|&(_, last)| last < point)
        })
    }

    /// Returns whether the process of this release has interned `word` before it compiles anything.
    pub fn has_start_up_word(&self, word: &str) -> bool {
        self.words.has(word)
    }

    /// Returns the target for a release, or for the newest release of a series. The release was
    /// compared with its interpreter, or lies between two releases that were and that write the
    /// same bytes; for others, returns `None`.
    pub fn find(release: impl Into<Release>) -> Option<&'static Self> {
        let release = release.into();
        let Some(patch) = release.patch else {
            return Self::of_series(release.version).last();
        };
        let older = Self::of_series(release.version).take_while(|target| target.patch <= patch).last()?;
        let newer = Self::of_series(release.version).find(|target| target.patch >= patch)?;
        newer.writes_like(older).then_some(newer)
    }

    /// Returns the targets of a series, oldest first.
    pub fn of_series(version: PyVersion) -> impl Iterator<Item = &'static Self> {
        ALL.iter().copied().filter(move |target| target.version == version)
    }

    /// Returns the releases of a series that are targets, in words; releases without a known
    /// difference between them are one range.
    pub fn releases(version: PyVersion) -> String {
        let mut ranges: Vec<(&Self, &Self)> = Vec::new();
        for target in Self::of_series(version) {
            match ranges.last_mut() {
                Some((_, last)) if last.writes_like(target) => *last = target,
                _ => ranges.push((target, target)),
            }
        }
        let range = |(first, last): &(&Self, &Self)| match first.patch == last.patch {
            true => first.release().to_string(),
            false => format!("{} to {}", first.release(), last.release()),
        };
        ranges.iter().map(range).collect::<Vec<_>>().join(", ")
    }

    /// Returns the reason that the output of an interpreter of this version and build is not known,
    /// or `None` if it is.
    pub fn why_not(version: PyVersion, full_version: &str) -> Option<String> {
        let newest = Self::of_series(version).last()?;
        match full_version.parse::<Release>() {
            Ok(release) if Self::find(release).is_some() => None,
            Ok(release) if release.patch > Some(newest.patch) => Some(format!(
                "{release} is newer than the releases that the native engine supports ({})",
                newest.release()
            )),
            Ok(release) => Some(format!(
                "the native engine was not compared with {release}, but with {}",
                Self::releases(version)
            )),
            Err(_) if full_version.ends_with('t') => Some(format!(
                "the native engine does not support free-threaded builds, and this is {full_version}"
            )),
            Err(_) => Some(format!("the native engine needs a release, and {full_version} is not one")),
        }
    }

    /// Returns the newest target.
    pub fn newest() -> &'static Self {
        ALL[ALL.len() - 1]
    }
}

/// All targets, oldest first.
pub static ALL: [&Target; 13] = [
    &py311::RELEASES[0],
    &py311::RELEASES[1],
    &py312::RELEASES[0],
    &py312::RELEASES[1],
    &py313::RELEASES[0],
    &py313::RELEASES[1],
    &py313::RELEASES[2],
    &py313::RELEASES[3],
    &py314::RELEASES[0],
    &py314::RELEASES[1],
    &py314::RELEASES[2],
    &py315::RELEASES[0],
    &py315::RELEASES[1],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_in_order() {
        for pair in ALL.windows(2) {
            let (older, newer) = (pair[0], pair[1]);
            let is_newer = older.version != newer.version || older.patch < newer.patch;
            assert!(is_newer, "{} before {}", older.release(), newer.release());
        }
    }

    #[test]
    fn a_release_that_was_not_compared_is_not_guessed() {
        let found = |release: &str| Target::find(release.parse::<Release>().unwrap()).map(Target::release);
        for known in ALL {
            assert_eq!(found(&known.release().to_string()), Some(known.release()));
        }
        for unknown in [
            "3.11.1", "3.11.3", "3.13.1", "3.13.4", "3.13.17", "3.13.19", "3.14.0", "3.14.5", "3.14.11",
            "3.15.1", "3.12.0", "3.12.2",
        ] {
            assert_eq!(found(unknown), None, "{unknown}");
        }
        assert_eq!(found("3.14").unwrap().to_string(), "3.14.10");
        assert_eq!(found("3.12").unwrap().to_string(), "3.12.7");
        assert_eq!(found("3.11").unwrap().to_string(), "3.11.7");
        assert_eq!(found("3.10"), None);
    }
}
