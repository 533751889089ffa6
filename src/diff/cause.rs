//! Causes of differences. `audit::explain` determines them, since this requires compilers.

use super::model::{Comparison, DiffFinding, DiffSubject, DifferenceKind, FileDifference};
use crate::pyc::parse_name;
use serde::{Serialize, Serializer};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Kinds of causes, most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CauseKind {
    /// A pyc differs from the code that its source compiles to.
    Unexplained,
    /// Not checked, because the source, the compiler or the bytes are missing.
    NotChecked,
    /// Only one side has the file.
    OneSide,
    /// A source that differs.
    Source,
    /// Each pyc is the result of compiling its own source, and the sources differ.
    FollowsFromSource,
    /// Both pycs are right for one source, by two releases or versions.
    OtherRelease,
    /// Both pycs are right for one source, at two optimization levels.
    OtherLevel,
    /// A file that is neither a source nor a pyc.
    OtherContent,
    /// A directory or a pyc with another path on each side.
    OtherPath,
    /// Only the form differs.
    Harmless,
}

impl CauseKind {
    /// Returns the name in messages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::NotChecked => "not checked",
            Self::OneSide => "only on one side",
            Self::Source => "source",
            Self::FollowsFromSource => "follows from source",
            Self::OtherRelease => "other release",
            Self::OtherLevel => "other level",
            Self::OtherContent => "other content",
            Self::OtherPath => "other path",
            Self::Harmless => "harmless",
        }
    }
}

/// Reason of a cause: a sentence without a period, or nothing if the kind says all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CauseReason {
    /// The sentence, which is the same for all files with the cause.
    Words(String),
    /// The sentence for a pyc that was not checked because its source is missing.
    NoSource {
        /// The sentence, which may name the place in the code.
        sentence: String,
        /// The sentence for all files with the same cause.
        common: String,
    },
    /// The sentence for one file, and that for all files with the cause.
    Each {
        /// The sentence, which names the paths of the file.
        sentence: String,
        /// The sentence for all files with the same cause.
        common: String,
    },
    /// The sentence for a list of files, which differs only because the files do.
    Follows(String),
    /// The sentence for a list of files that is wrong about one of them.
    WrongList(String),
    /// The sentence for a script that the package manager runs as root.
    Script(String),
    /// A pyc is not what its source compiles to.
    Fault(Box<PycFault>),
}

/// Reason for which a pyc is not what its source compiles to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PycFault {
    /// The sentence, which names the source and the code object.
    pub sentence: String,
    /// The sentence for all pycs with the same fault, which names neither.
    pub common: String,
    /// The sentence for all faults of this class, which does not say what differs.
    pub class: String,
    /// Kind of the finding for the fault: the header, the level or the code.
    pub kind: DifferenceKind,
    /// Origin of the code.
    pub origin: CodeOrigin,
}

/// Origin of the code of a pyc that is not explained by its source, most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CodeOrigin {
    /// No source is known to compile to the pyc.
    Unknown,
    /// Another source compiles to the pyc: it is stale, or was exchanged.
    OtherSource,
    /// The code is that of its own source, so that the fault is in the header alone.
    OwnSource,
}

impl CauseReason {
    /// Returns the sentence.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Words(sentence)
            | Self::Follows(sentence)
            | Self::WrongList(sentence)
            | Self::Script(sentence)
            | Self::NoSource { sentence, .. }
            | Self::Each { sentence, .. } => sentence,
            Self::Fault(fault) => &fault.sentence,
        }
    }

    /// Returns the fault of a pyc that is not what its source compiles to.
    pub fn fault(&self) -> Option<&PycFault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// Returns the reason of a pyc that was not checked because its source is missing.
    pub fn no_source(sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self::NoSource { common: sentence.clone(), sentence }
    }

    /// Adds a clause to the end.
    pub fn add(&mut self, clause: &str) {
        match self {
            Self::Words(sentence)
            | Self::Follows(sentence)
            | Self::WrongList(sentence)
            | Self::Script(sentence) => sentence.push_str(clause),
            Self::NoSource { sentence, common } | Self::Each { sentence, common } => {
                sentence.push_str(clause);
                common.push_str(clause);
            }
            Self::Fault(fault) => {
                let PycFault { sentence, common, class, .. } = &mut **fault;
                [sentence, common, class].into_iter().for_each(|sentence| sentence.push_str(clause));
            }
        }
    }

    /// Returns the sentence for all files with the same cause.
    pub fn common(&self) -> &str {
        match self {
            Self::Words(common)
            | Self::Follows(common)
            | Self::WrongList(common)
            | Self::Script(common)
            | Self::NoSource { common, .. }
            | Self::Each { common, .. } => common,
            Self::Fault(fault) => &fault.common,
        }
    }
}

impl Serialize for CauseReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.sentence().serialize(serializer)
    }
}

/// Cause of the difference of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Kind of cause.
    pub kind: CauseKind,
    /// Reason; files with the same kind and common reason belong together.
    pub reason: CauseReason,
    /// Kinds of further causes, which the reason names too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<CauseKind>,
    /// Path of the source that the difference follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Cause {
    /// Returns a cause without a source.
    pub fn new(kind: CauseKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: CauseReason::Words(reason.into()), also: Vec::new(), source: None }
    }

    /// Returns the key by which causes are sorted, most severe first: among unexplained pycs,
    /// wrong code comes before a wrong level, and that before a wrong header; and code of no known
    /// source before that of another source.
    pub fn rank(&self) -> (CauseKind, Reverse<Option<DifferenceKind>>, Option<CodeOrigin>) {
        let fault = self.reason.fault();
        (self.kind, Reverse(fault.map(|fault| fault.kind)), fault.map(|fault| fault.origin))
    }
}

/// Differences for which `diff` exits with an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Every difference.
    #[default]
    Any,
    /// Pycs that are not what their source compiles to, and pycs that could not be checked.
    Unexplained,
    /// Differences of code, explained or not.
    Code,
}

impl FailOn {
    /// Returns whether `diff` fails for a file with these findings, apart from a source without
    /// pycs.
    fn fails(self, file: &FileDifference) -> bool {
        let cause = file.cause.as_ref().map(|cause| cause.kind);
        match self {
            Self::Any => true,
            Self::Unexplained => {
                // The cause of the file has not been determined.
                matches!(cause, None | Some(CauseKind::Unexplained | CauseKind::NotChecked))
            }
            Self::Code => {
                let is_of_code = |kind: DifferenceKind| {
                    kind >= DifferenceKind::Level && !matches!(kind, DifferenceKind::References)
                };
                let has_code = file.findings.iter().any(|finding| is_of_code(finding.kind));
                let is_code = file.path.ends_with(".pyc") || file.is_module();
                let has = |kind| file.findings.iter().any(|finding| finding.kind == kind);
                let lacks = has(DifferenceKind::OnlyLeft) || has(DifferenceKind::OnlyRight);
                // What cannot be read may be code.
                let is_unread = has(DifferenceKind::Unreadable);
                // The source of an extension module or a path file is not known.
                let is_other = cause == Some(CauseKind::OtherContent)
                    && file.is_module()
                    && has(DifferenceKind::Content);
                // A manifest has the digest of the code only.
                let is_listed =
                    is_code && has(DifferenceKind::Manifest) && cause != Some(CauseKind::Harmless);
                let starts = file.whole && file.findings.iter().any(DiffFinding::is_of_start);
                let is_form = cause == Some(CauseKind::Harmless);
                (has_code && !is_form)
                    || (is_code && lacks)
                    || is_unread
                    || is_other
                    || is_listed
                    || starts
                    || cause == Some(CauseKind::Unexplained)
            }
        }
    }
}

impl Comparison {
    /// Returns whether `diff` fails.
    pub fn fails(&self, which: FailOn) -> bool {
        self.files.iter().any(|file| which.fails(file))
            || which == FailOn::Code && self.has_other_source_alone()
    }

    /// Returns whether a source without pycs differs. The pycs of other sources show whether the
    /// code differs.
    fn has_other_source_alone(&self) -> bool {
        let pycs = self.files.iter().flat_map(FileDifference::paths);
        let pycs = pycs.chain(self.unchanged.iter().flatten().map(String::as_str));
        let compiled: BTreeSet<String> = pycs.filter_map(|path| Some(parse_name(path)?.source)).collect();
        self.files.iter().any(|file| {
            file.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::Source)
                && !file.paths().into_iter().any(|path| compiled.contains(path))
        })
    }

    /// Returns the number of files, archives and directories that differ.
    pub fn different(&self) -> usize {
        self.files.iter().filter(|file| file.is_file()).count()
    }

    /// Returns the number of the subjects of one kind that differ.
    pub fn number_of(&self, subject: DiffSubject) -> usize {
        self.files.iter().filter(|file| file.subject() == Some(subject)).count()
    }

    /// Removes the files that the user excludes, and counts those that differ, since an alarm among
    /// them is part of the result.
    pub fn exclude(&mut self, is_excluded: impl Fn(&str) -> bool) {
        let excluded = &mut self.excluded;
        self.files.retain(|file| {
            let is_left = !file.is_file() || !file.paths().into_iter().all(&is_excluded);
            if let Some(cause) = file.cause.as_ref().filter(|_| !is_left) {
                *excluded.entry(cause.kind).or_default() += 1;
            }
            is_left
        });
        let before = self.unchanged.len();
        self.unchanged.retain(|paths| !paths.iter().all(|path| is_excluded(path)));
        self.same = self.same.saturating_sub(before - self.unchanged.len());
    }

    /// Removes the findings that the user ignores, and counts the files that have no others, since
    /// an alarm among them is part of the result.
    pub fn ignore(&mut self, kinds: &[DifferenceKind]) {
        let ignored = &mut self.ignored;
        self.files.retain_mut(|file| {
            file.findings.retain(|finding| !kinds.contains(&finding.kind));
            let is_left = !file.findings.is_empty();
            if let Some(cause) = file.cause.as_ref().filter(|_| !is_left) {
                *ignored.entry(cause.kind).or_default() += 1;
            }
            is_left
        });
    }
}
