//! Result of a comparison.

use super::cause::Cause;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts of differences, from the outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Only the left side has it.
    OnlyLeft,
    /// Only the right side has it.
    OnlyRight,
    /// A side cannot be read or parsed, or not be explained.
    Unreadable,
    /// The container: times, modes, order, compression, comments.
    Archive,
    /// A file for the package manager: a control file of a Debian package, the header of an RPM
    /// package, the config of an image.
    Control,
    /// Facts of manifests, where there are no bytes to compare.
    Manifest,
    /// A file that is not a pyc.
    Content,
    /// The 16 bytes before the code.
    Header,
    /// The code as a whole, where its parts are not compared.
    Code,
    /// The same code with other reference flags, references or interned bits.
    References,
    /// `co_filename`
    Filename,
    /// A code object on one side only.
    Structure,
    /// `co_firstlineno`
    FirstLine,
    /// `co_name`, `co_qualname`
    Name,
    /// Numbers of arguments and locals, stack size.
    Size,
    /// `co_flags`
    Flags,
    /// `co_consts`
    Constants,
    /// `co_names`
    Names,
    /// `co_varnames`, `co_cellvars`, `co_freevars` or `co_localsplusnames` and their kinds.
    Variables,
    /// `co_code`
    Instructions,
    /// `co_lnotab` or `co_linetable`
    LineTable,
    /// `co_exceptiontable`
    ExceptionTable,
}

impl Kind {
    /// All of them, from the outside in.
    pub const ALL: [Self; 22] = [
        Self::OnlyLeft,
        Self::OnlyRight,
        Self::Unreadable,
        Self::Archive,
        Self::Control,
        Self::Manifest,
        Self::Content,
        Self::Header,
        Self::Code,
        Self::References,
        Self::Filename,
        Self::Structure,
        Self::FirstLine,
        Self::Name,
        Self::Size,
        Self::Flags,
        Self::Constants,
        Self::Names,
        Self::Variables,
        Self::Instructions,
        Self::LineTable,
        Self::ExceptionTable,
    ];

    /// Returns whether the rows of a finding are instructions.
    pub const fn has_instructions(self) -> bool {
        matches!(self, Self::Instructions | Self::Structure)
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OnlyLeft => "only on the left",
            Self::OnlyRight => "only on the right",
            Self::Unreadable => "unreadable",
            Self::Archive => "archive",
            Self::Control => "control file",
            Self::Manifest => "manifest",
            Self::Content => "content",
            Self::Header => "header",
            Self::Code => "code",
            Self::References => "same code, other references",
            Self::Filename => "recorded file name",
            Self::Structure => "code objects",
            Self::FirstLine => "first line",
            Self::Name => "name",
            Self::Size => "sizes",
            Self::Flags => "flags",
            Self::Constants => "constants",
            Self::Names => "names",
            Self::Variables => "variables",
            Self::Instructions => "instructions",
            Self::LineTable => "line table",
            Self::ExceptionTable => "exception table",
        }
    }
}

/// Characters of a side that a row shows.
const LONGEST: usize = 400;
/// Characters before the first that differs, where a side is longer than that.
const BEFORE: usize = 60;
/// Rows of one finding.
const MOST: usize = 1000;

/// One line of a listing with both sides. Without a side it is a remark that stands in its label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Subject of both sides, if they do not name it themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Left side; of a long one, the part in which the sides begin to differ.
    pub left: Option<String>,
    /// Right side; of a long one, the part in which the sides begin to differ.
    pub right: Option<String>,
    /// True if they are the same.
    pub same: bool,
}

impl Row {
    /// Two values that differ.
    pub fn differ(left: impl AsRef<str>, right: impl AsRef<str>) -> Self {
        let (left, right) = clip(left.as_ref(), right.as_ref());
        Self { left: Some(left), right: Some(right), ..Self::default() }
    }

    /// Values of both sides, of one of them, or of none, from lines that were shortened.
    pub fn sides(left: Option<String>, right: Option<String>, same: bool) -> Self {
        Self { label: None, left, right, same }
    }

    /// A remark.
    pub fn remark(text: impl Into<String>) -> Self {
        Self { label: Some(text.into()), left: None, right: None, same: true }
    }

    /// Returns the number of the source line that begins with an instruction of one side.
    pub fn line_number(&self, is_left: bool) -> Option<u32> {
        let side = if is_left { &self.left } else { &self.right };
        side.as_ref()?.get(..5)?.trim().parse().ok()
    }

    /// With what both sides are about.
    #[must_use]
    pub fn labeled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// Two texts, and of long ones the part where they begin to differ.
pub(super) fn clip(left: &str, right: &str) -> (String, String) {
    if left.len() <= LONGEST && right.len() <= LONGEST {
        return (left.to_owned(), right.to_owned());
    }
    let common = left.chars().zip(right.chars()).take_while(|(a, b)| a == b).count();
    let from = if common > 2 * BEFORE { common - BEFORE } else { 0 };
    let window = |text: &str| {
        let mut rest = text.chars().skip(from);
        let mut shown = if from > 0 { format!("(from character {from}) …") } else { String::new() };
        shown.extend(rest.by_ref().take(LONGEST));
        if rest.next().is_some() {
            shown.push('…');
        }
        shown
    };
    (window(left), window(right))
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Kind of difference.
    pub kind: Kind,
    /// Place in the file: `demo.core:Store.get`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// In words.
    pub message: String,
    /// Both sides, line by line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
}

impl Finding {
    /// A finding for a whole file.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, place: None, message: message.into(), rows: Vec::new() }
    }

    /// With both sides; of very many rows, the first.
    #[must_use]
    pub fn rows(mut self, mut rows: Vec<Row>) -> Self {
        if rows.len() > MOST {
            let more = rows.len() - MOST;
            rows.truncate(MOST);
            rows.push(Row::remark(format!("… {more} more rows")));
        }
        self.rows = rows;
        self
    }

    /// With one line for both sides.
    #[must_use]
    pub fn sides(mut self, left: impl AsRef<str>, right: impl AsRef<str>) -> Self {
        self.rows.push(Row::differ(left, right));
        self
    }

    /// With one line for both sides and what it is about.
    #[must_use]
    pub fn labeled_sides(
        mut self,
        label: impl Into<String>,
        left: impl AsRef<str>,
        right: impl AsRef<str>,
    ) -> Self {
        self.rows.push(Row::differ(left, right).labeled(label));
        self
    }

    /// In a code object.
    #[must_use]
    pub fn at(mut self, place: &str) -> Self {
        self.place = Some(place.to_owned());
        self
    }
}

/// Differences in one file or, with an empty path, in the container of the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDifference {
    /// Relative to what is compared, with `/`.
    pub path: String,
    /// Cause, once `audit::explain` has looked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// At least one, from the outside in.
    pub findings: Vec<Finding>,
    /// Lines of the sources of a pyc, left and right, by number: those that instructions in the
    /// findings stand in.
    #[serde(skip)]
    pub lines: [BTreeMap<u32, String>; 2],
}

impl FileDifference {
    /// A file whose cause is not known yet.
    pub fn new(path: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { path: path.into(), cause: None, findings, lines: Default::default() }
    }

    /// Returns the numbers of the source lines that instructions of one side stand in.
    pub fn line_numbers(&self, is_left: bool) -> BTreeSet<u32> {
        let rows = self.findings.iter().filter(|finding| finding.kind.has_instructions());
        let rows = rows.flat_map(|finding| &finding.rows);
        rows.filter_map(|row| row.line_number(is_left)).collect()
    }
}

/// The whole result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The left side as it was named.
    pub left: String,
    /// The right side as it was named.
    pub right: String,
    /// SHA-256 of each side that is a file.
    #[serde(skip)]
    pub digests: [Option<String>; 2],
    /// Files that are the same.
    pub same: usize,
    /// Files that are not, sorted by path.
    pub files: Vec<FileDifference>,
}

/// The value of `schema`.
pub const SCHEMA: &str = "pycompile-diff/1";

impl Comparison {
    /// Returns the number of findings of each kind, from the outside in; kinds without one are left
    /// out.
    pub fn counts(&self) -> Vec<(Kind, usize)> {
        let count = |kind: Kind| {
            let findings = self.files.iter().flat_map(|file| &file.findings);
            findings.filter(|finding| finding.kind == kind).count()
        };
        Kind::ALL.into_iter().map(|kind| (kind, count(kind))).filter(|(_, count)| *count > 0).collect()
    }
}
