//! Causes of differences. `audit::explain` finds them, since that takes compilers.

use super::model::{Comparison, FileDifference, Kind};
use serde::Serialize;

/// Kinds of causes, the most alarming first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// A pyc is not what its source compiles to.
    Unexplained,
    /// No source, no compiler, or no bytes: nothing is known.
    NotChecked,
    /// Only one side has the file.
    OneSide,
    /// A source that differs.
    Source,
    /// Each pyc is what its own source compiles to, and the sources differ.
    FollowsFromSource,
    /// Both pycs are right for one source, by two releases, versions or optimization levels.
    OtherRelease,
    /// A file that is neither a source nor a pyc.
    OtherContent,
    /// Only the form differs.
    Harmless,
}

impl CauseKind {
    /// Name for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::NotChecked => "not checked",
            Self::OneSide => "only on one side",
            Self::Source => "source",
            Self::FollowsFromSource => "follows from source",
            Self::OtherRelease => "other release",
            Self::OtherContent => "other content",
            Self::Harmless => "harmless",
        }
    }
}

/// Cause of the difference of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Kind of cause.
    pub kind: CauseKind,
    /// One sentence without a period; files with equal kinds and reasons belong together.
    pub reason: String,
    /// Path of the source that the difference follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Cause {
    /// A cause without a source.
    pub fn new(kind: CauseKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), source: None }
    }
}

/// Differences that make the answer "no".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// All of them.
    #[default]
    Any,
    /// Differences that are unexplained or could not be checked.
    Unexplained,
    /// Differences of code: constants, names, instructions, tables, or a pyc that one side lacks.
    Code,
}

impl FailOn {
    /// Returns whether a file with these findings fails.
    pub fn fails(self, file: &FileDifference) -> bool {
        let cause = file.cause.as_ref().map(|cause| cause.kind);
        match self {
            Self::Any => true,
            Self::Unexplained => {
                // A file without a cause was not explained.
                matches!(cause, None | Some(CauseKind::Unexplained | CauseKind::NotChecked))
            }
            Self::Code => {
                let is_code = |kind: Kind| kind >= Kind::Code && !matches!(kind, Kind::References);
                let has_code = file.findings.iter().any(|finding| is_code(finding.kind));
                let is_pyc = file.path.ends_with(".pyc");
                let is_whole = |kind| matches!(kind, Kind::OnlyLeft | Kind::OnlyRight | Kind::Unreadable);
                let lacks = file.findings.iter().any(|finding| is_whole(finding.kind));
                has_code || (is_pyc && lacks) || cause == Some(CauseKind::Unexplained)
            }
        }
    }
}

impl Comparison {
    /// Removes findings that the user does not want to see, and files that have no others. Returns
    /// the number of files that are gone.
    pub fn retain(&mut self, keep_file: impl Fn(&str) -> bool, keep_kind: impl Fn(Kind) -> bool) -> usize {
        let before = self.files.len();
        self.files.retain_mut(|file| {
            file.findings.retain(|finding| keep_kind(finding.kind));
            !file.findings.is_empty() && keep_file(&file.path)
        });
        before - self.files.len()
    }
}
