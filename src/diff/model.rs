//! Result of a comparison.

use super::archive_path::ArchivePath;
use super::cause::{Cause, CauseKind};
use super::links::TARGETS;
use super::nested::Nested;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of differences, from the outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// A file on the left side only.
    OnlyLeft,
    /// A file on the right side only.
    OnlyRight,
    /// A file or directory with another path on each side.
    Path,
    /// A side that cannot be read or parsed, or a difference that cannot be explained.
    Unreadable,
    /// Metadata of an archive: times, modes, order, compression, comments.
    Archive,
    /// A file for the package manager: a control file of a Debian package, the header of an RPM
    /// package, the config of an image.
    Control,
    /// Facts in manifests, for which there are no bytes to compare.
    Manifest,
    /// A file that is not a pyc.
    Content,
    /// The header before the code.
    Header,
    /// The code of another optimization level than that in the name.
    Level,
    /// The code as a whole, if its parts are not compared.
    Code,
    /// The same code with other reference flags, references or interned strings.
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

impl DifferenceKind {
    /// All kinds, from the outside in.
    pub const ALL: [Self; 24] = [
        Self::OnlyLeft,
        Self::OnlyRight,
        Self::Path,
        Self::Unreadable,
        Self::Archive,
        Self::Control,
        Self::Manifest,
        Self::Content,
        Self::Header,
        Self::Level,
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

    /// Returns the name in messages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OnlyLeft => "only on the left",
            Self::OnlyRight => "only on the right",
            Self::Path => "path",
            Self::Unreadable => "unreadable",
            Self::Archive => "archive",
            Self::Control => "control file",
            Self::Manifest => "manifest",
            Self::Content => "content",
            Self::Header => "header",
            Self::Level => "optimization level",
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

/// Number of characters of a side that a row shows.
const LONGEST: usize = 400;
/// Number of characters that are shown before the first difference, for a longer side.
const BEFORE: usize = 60;
/// Largest number of rows of one finding.
const MOST: usize = 1000;

/// One row of a listing with both sides. A row without sides is a remark, whose text is the label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Subject of both sides, if they do not name it themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Left side; of a long side, the part where the sides begin to differ.
    pub left: Option<String>,
    /// Right side; of a long side, the part where the sides begin to differ.
    pub right: Option<String>,
    /// True if the sides are the same.
    pub same: bool,
    /// Line of the instruction of each side, if the sides are instructions that have one.
    #[serde(skip)]
    pub lines: [Option<u32>; 2],
}

impl Row {
    /// Returns a row for two values that differ.
    pub fn differ(left: impl AsRef<str>, right: impl AsRef<str>) -> Self {
        let (left, right) = clip(left.as_ref(), right.as_ref());
        Self { left: Some(left), right: Some(right), ..Self::default() }
    }

    /// Returns a row for values of both sides, of one side or of none, without shortening them.
    pub fn sides(left: Option<String>, right: Option<String>, same: bool) -> Self {
        Self { left, right, same, ..Self::default() }
    }

    /// Returns a remark.
    pub fn remark(text: impl Into<String>) -> Self {
        Self { label: Some(text.into()), same: true, ..Self::default() }
    }

    /// Returns whether the row is a remark.
    pub const fn is_remark(&self) -> bool {
        self.left.is_none() && self.right.is_none()
    }

    /// Sets the label.
    #[must_use]
    pub fn labeled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// Returns two texts, shortened to the part where they begin to differ if one is long.
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
#[non_exhaustive]
pub struct DiffFinding {
    /// Kind of difference.
    pub kind: DifferenceKind,
    /// Module and code object: `demo.core:Store.get`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Description of the difference.
    pub message: String,
    /// Listing of both sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
}

impl DiffFinding {
    /// Returns a finding for a whole file.
    pub fn new(kind: DifferenceKind, message: impl Into<String>) -> Self {
        Self { kind, place: None, message: message.into(), rows: Vec::new() }
    }

    /// Sets the rows; of very many rows, the first.
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

    /// Adds a row for two values that differ.
    #[must_use]
    pub fn sides(mut self, left: impl AsRef<str>, right: impl AsRef<str>) -> Self {
        self.rows.push(Row::differ(left, right));
        self
    }

    /// Adds a row for two values that differ, with a label.
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

    /// Sets the module and code object.
    #[must_use]
    pub fn at(mut self, place: &str) -> Self {
        self.place = Some(place.to_owned());
        self
    }
}

/// Path of the archive that contains all files of a side, in [`FileDifference::path`].
pub const WHOLE_SIDE: &str = "";

/// Differences in one file, or in the archive that contains all files of a side ([`WHOLE_SIDE`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDifference {
    /// Path relative to the side, with `/`; a directory ends with `/`.
    pub path: String,
    /// Path on the left side, if it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_path: Option<String>,
    /// Cause, once `audit::explain` has determined it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Findings from the outside in; never empty.
    pub findings: Vec<DiffFinding>,
    /// True for the metadata of an archive as a whole.
    #[serde(skip)]
    pub whole: bool,
    /// Archive that contains the file, on the left and on the right side.
    #[serde(skip)]
    pub containers: [ArchivePath; 2],
    /// Source lines of the instructions in the findings, by line number, for the left and the right
    /// side.
    #[serde(skip)]
    pub lines: [BTreeMap<u32, String>; 2],
}

/// Subject of a [`FileDifference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffSubject {
    /// The content, or the absence, of a file.
    File,
    /// An archive as a whole, whose files are subjects of their own.
    Archive,
    /// A directory with another path on each side, whose files are subjects of their own.
    Folder,
}

/// Path that stands for the releases in two manifests.
pub(super) const RELEASES: &str = "(releases)";

impl FileDifference {
    /// Returns the differences of a file whose cause is not yet known.
    pub fn new(path: impl Into<String>, findings: Vec<DiffFinding>) -> Self {
        Self {
            path: path.into(),
            left_path: None,
            cause: None,
            findings,
            whole: false,
            containers: Default::default(),
            lines: Default::default(),
        }
    }

    /// Sets the archive that contains the file on each side.
    #[must_use]
    pub fn within(mut self, containers: [&ArchivePath; 2]) -> Self {
        self.containers = containers.map(Clone::clone);
        self
    }

    /// Sets the path on the left side, if it differs.
    #[must_use]
    pub fn from_left(mut self, left: &str) -> Self {
        self.left_path = (left != self.path).then(|| left.to_owned());
        self
    }

    /// Returns the path on the left and on the right side.
    pub fn paths(&self) -> [&str; 2] {
        [self.left_path.as_ref().unwrap_or(&self.path), &self.path]
    }

    /// Returns whether this is not the releases in two manifests.
    pub fn is_file(&self) -> bool {
        self.path != RELEASES
    }

    /// Returns the subject of the differences; `None` for the releases in two manifests.
    pub fn subject(&self) -> Option<DiffSubject> {
        match self.is_file() {
            false => None,
            true if self.whole => Some(DiffSubject::Archive),
            true if self.is_folder() => Some(DiffSubject::Folder),
            true => Some(DiffSubject::File),
        }
    }

    /// Returns whether the files are symlinks with other targets.
    pub fn has_other_targets(&self) -> bool {
        self.findings.iter().any(|finding| finding.message == TARGETS)
    }

    /// Returns whether importers read a file of this name, other than a pyc, or a path file.
    pub fn is_module(&self) -> bool {
        [".py", ".pyw", ".so", ".pyd", ".pth", ".start"].iter().any(|end| self.path.ends_with(end))
    }

    /// Returns whether the files are directories that belong together.
    pub fn is_folder(&self) -> bool {
        self.path.ends_with('/') && self.findings.iter().all(|finding| finding.kind == DifferenceKind::Path)
    }

    /// Returns the numbers of the source lines of one side's instructions in the findings.
    pub fn line_numbers(&self, is_left: bool) -> BTreeSet<u32> {
        let rows = self.findings.iter().filter(|finding| finding.kind.has_instructions());
        let rows = rows.flat_map(|finding| &finding.rows);
        rows.filter_map(|row| row.lines[usize::from(!is_left)]).collect()
    }
}

/// A pyc with the same bytes on both sides that is not simply the same.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AlikePyc {
    /// Path on the left and on the right side.
    pub paths: [String; 2],
    /// Archive that contains the pyc, on the left and on the right side.
    pub containers: [ArchivePath; 2],
}

impl AlikePyc {
    pub(super) fn of(file: &FileDifference) -> Self {
        Self { paths: file.paths().map(str::to_owned), containers: file.containers.clone() }
    }
}

/// Result of a comparison.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The left side as the user named it.
    pub left: String,
    /// The right side as the user named it.
    pub right: String,
    /// SHA-256 of each side that is a file.
    #[serde(skip)]
    pub digests: [Option<String>; 2],
    /// Archives in the sides.
    #[serde(skip)]
    pub nested: Nested,
    /// Number of files that are the same.
    pub same: usize,
    /// Number of entries of a manifest that the other side, a part of the tree, could not contain.
    #[serde(skip)]
    pub outside: usize,
    /// Path on each side of the pycs with the same bytes on both sides whose metadata differs, and
    /// of the pycs in an archive of which a manifest lists only the digest.
    #[serde(skip)]
    pub alike: Vec<AlikePyc>,
    /// Number of files by cause that were left out although they differ, because the user ignores
    /// the kinds of their findings.
    #[serde(skip)]
    pub ignored: BTreeMap<CauseKind, usize>,
    /// Number of files by cause that were left out although they differ, because the user excludes
    /// their paths.
    #[serde(skip)]
    pub excluded: BTreeMap<CauseKind, usize>,
    /// Paths on each side of the files that are counted in `same`, apart from archives that a
    /// manifest lists.
    #[serde(skip)]
    pub unchanged: Vec<[String; 2]>,
    /// Files that differ, sorted by path; files whose pycs are unexplained come first.
    pub files: Vec<FileDifference>,
}

/// The value of `schema`.
pub const SCHEMA: &str = "pycompile-diff/1";

impl Comparison {
    /// Returns a comparison of two sides, with names as the user gave them, that differ in these
    /// files.
    pub fn new(left: impl Into<String>, right: impl Into<String>, files: Vec<FileDifference>) -> Self {
        Self {
            schema: SCHEMA,
            left: left.into(),
            right: right.into(),
            digests: [None, None],
            nested: Nested::default(),
            same: 0,
            outside: 0,
            alike: Vec::new(),
            ignored: BTreeMap::new(),
            excluded: BTreeMap::new(),
            unchanged: Vec::new(),
            files,
        }
    }

    /// Returns the number of findings of each kind, from the outside in, without kinds that have
    /// none.
    pub fn counts(&self) -> Vec<(DifferenceKind, usize)> {
        let count = |kind: DifferenceKind| {
            let findings = self.files.iter().flat_map(|file| &file.findings);
            findings.filter(|finding| finding.kind == kind).count()
        };
        DifferenceKind::ALL
            .into_iter()
            .map(|kind| (kind, count(kind)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}
