//! Causes of differences. `audit::explain` determines them, since this requires compilers.

use super::model::{Comparison, DifferenceKind, FileDifference};
use serde::Serialize;

/// Kinds of causes, the most alarming first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Both pycs are right for one source, by two releases, versions or optimization levels.
    OtherRelease,
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
            Self::OtherContent => "other content",
            Self::OtherPath => "other path",
            Self::Harmless => "harmless",
        }
    }
}

/// Cause of the difference of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Kind of cause.
    pub kind: CauseKind,
    /// One sentence without a period; files with the same kind and reason belong together.
    pub reason: String,
    /// Path of the source that the difference follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Cause {
    /// Returns a cause without a source.
    pub fn new(kind: CauseKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), source: None }
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
    /// Returns whether `diff` fails for a file with these findings.
    pub fn fails(self, file: &FileDifference) -> bool {
        let cause = file.cause.as_ref().map(|cause| cause.kind);
        match self {
            Self::Any => true,
            Self::Unexplained => {
                // The cause of the file has not been determined.
                matches!(cause, None | Some(CauseKind::Unexplained | CauseKind::NotChecked))
            }
            Self::Code => {
                let is_code = |kind: DifferenceKind| {
                    kind >= DifferenceKind::Code && !matches!(kind, DifferenceKind::References)
                };
                let has_code = file.findings.iter().any(|finding| is_code(finding.kind));
                let is_pyc = file.path.ends_with(".pyc");
                let is_whole = |kind| {
                    matches!(
                        kind,
                        DifferenceKind::OnlyLeft | DifferenceKind::OnlyRight | DifferenceKind::Unreadable
                    )
                };
                let lacks = file.findings.iter().any(|finding| is_whole(finding.kind));
                has_code || (is_pyc && lacks) || cause == Some(CauseKind::Unexplained)
            }
        }
    }
}

impl Comparison {
    /// Returns the number of files that differ.
    pub fn different(&self) -> usize {
        self.files.iter().filter(|file| file.is_file()).count()
    }

    /// Removes findings that the user excludes, and files without other findings. Returns the
    /// number of removed files.
    pub fn retain(
        &mut self,
        keep_file: impl Fn(&str) -> bool,
        keep_kind: impl Fn(DifferenceKind) -> bool,
    ) -> usize {
        let before = self.files.len();
        self.files.retain_mut(|file| {
            file.findings.retain(|finding| keep_kind(finding.kind));
            !file.findings.is_empty() && file.paths().into_iter().any(&keep_file)
        });
        before - self.files.len()
    }
}
