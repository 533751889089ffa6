//! What a comparison comes to.

use serde::Serialize;

/// Sorts of differences, from the outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Only the left side has it.
    OnlyLeft,
    /// Only the right side has it.
    OnlyRight,
    /// A side cannot be read or parsed.
    Unreadable,
    /// The container: times, modes, order, compression, comments.
    Archive,
    /// What manifests say, where there are no bytes to look into.
    Manifest,
    /// A file that is no pyc.
    Content,
    /// The 16 bytes before the code.
    Header,
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
    pub const ALL: [Self; 20] = [
        Self::OnlyLeft,
        Self::OnlyRight,
        Self::Unreadable,
        Self::Archive,
        Self::Manifest,
        Self::Content,
        Self::Header,
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

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OnlyLeft => "only on the left",
            Self::OnlyRight => "only on the right",
            Self::Unreadable => "unreadable",
            Self::Archive => "archive",
            Self::Manifest => "manifest",
            Self::Content => "content",
            Self::Header => "header",
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

/// One line of a listing with both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What the left side has.
    pub left: Option<String>,
    /// What the right side has.
    pub right: Option<String>,
    /// Whether they are the same.
    pub same: bool,
}

impl Row {
    /// Two values that differ.
    pub fn differ(left: impl Into<String>, right: impl Into<String>) -> Self {
        Self { left: Some(left.into()), right: Some(right.into()), same: false }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What sort of difference.
    pub kind: Kind,
    /// Where in the file: `demo.core:Store.get`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// In words.
    pub message: String,
    /// Both sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
}

impl Finding {
    /// A finding for a whole file.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, place: None, message: message.into(), rows: Vec::new() }
    }

    /// With both sides.
    #[must_use]
    pub fn rows(mut self, rows: Vec<Row>) -> Self {
        self.rows = rows;
        self
    }

    /// With one line for both sides.
    #[must_use]
    pub fn sides(mut self, left: impl Into<String>, right: impl Into<String>) -> Self {
        self.rows.push(Row::differ(left, right));
        self
    }

    /// In a code object.
    #[must_use]
    pub fn at(mut self, place: &str) -> Self {
        self.place = Some(place.to_owned());
        self
    }
}

/// What differs in one file, or, with an empty path, in what holds the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDifference {
    /// Relative to what is compared, with `/`.
    pub path: String,
    /// At least one, from the outside in.
    pub findings: Vec<Finding>,
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
    /// Files that are the same.
    pub same: usize,
    /// Files that are not, sorted by path.
    pub files: Vec<FileDifference>,
}

/// The value of `schema`.
pub const SCHEMA: &str = "pycompile-diff/1";

impl Comparison {
    /// How many findings of each kind there are, from the outside in; kinds without one are left out.
    pub fn counts(&self) -> Vec<(Kind, usize)> {
        let count = |kind: Kind| {
            let findings = self.files.iter().flat_map(|file| &file.findings);
            findings.filter(|finding| finding.kind == kind).count()
        };
        Kind::ALL.into_iter().map(|kind| (kind, count(kind))).filter(|(_, count)| *count > 0).collect()
    }
}
