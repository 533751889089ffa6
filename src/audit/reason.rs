//! Reasons of findings. `report` turns them into sentences.

use super::finding::FindingKind;
use super::first::{EXPECTED, of_others, of_release};
use crate::diff::Form;
use crate::target::PyVersion;
use std::fmt;

/// Reason of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The file cannot be read; with the error.
    Unreadable(String),
    /// The header is malformed; with the error.
    BadHeader(String),
    /// The magic number is not that of the version in the file's name.
    Tag(WrongTag),
    /// A field of the header is that of another source.
    OtherHeader {
        /// The field.
        field: PycField,
        /// Name of the source.
        source: String,
        /// Reason why the code is not verified either; `None` if the code is right.
        code: Option<Box<Self>>,
    },
    /// The pyc is that of another module.
    Exchanged {
        /// Name of that source.
        of: String,
        /// Reason why it is not that of its own source.
        reason: Box<Self>,
    },
    /// No known version has the magic number.
    UnknownMagic(u16),
    /// No engine compiles for the version.
    NoEngine {
        /// The version.
        version: PyVersion,
        /// Error of the engine.
        error: String,
    },
    /// The native compiler does not write the code of free-threaded builds.
    FreeThreaded,
    /// No importer recognizes the name of the pyc, so that it has no source.
    NoImporter,
    /// The pyc is named as below `PYTHONPYCACHEPREFIX`, without its source.
    BelowPrefix,
    /// The source does not exist; with its name.
    SourceMissing(String),
    /// The source cannot be read; with the error.
    NoSource(String),
    /// The source differs from the trusted one.
    OtherSource,
    /// The trusted sources do not contain the source.
    Untrusted,
    /// A symlink to a directory with sources, that does not exist in the trusted sources; with the
    /// directory.
    LinkedSources(String),
    /// The code cannot be parsed; with the error.
    Malformed(String),
    /// The content is not a code object.
    NotCode,
    /// The source does not compile.
    Compile {
        /// Name of the source.
        source: String,
        /// Error of the compiler, which may have several lines.
        error: String,
    },
    /// The code differs from the code that the source compiles to.
    Code {
        /// Name of the source.
        source: String,
        /// First location at which the code differs, if it is known.
        first: Option<Box<CodePlace>>,
        /// Releases that were tried, if further ones of the series may have other code.
        tried: Box<[String]>,
    },
    /// The code differs from the code that the source compiles to at the level in the pyc's name,
    /// and is that of another level.
    CodeOfLevel {
        /// Name of the source.
        source: String,
        /// Optimization level of the code.
        level: u8,
        /// Optimization level in the name.
        expected: u8,
    },
    /// The code is that of the source, in another form.
    OtherForm {
        /// Name of the source.
        source: String,
        /// Differences of the form; at least one.
        forms: Vec<Form>,
    },
    /// The code is that of another optimization level.
    Level {
        /// Name of the source.
        source: String,
        /// Optimization level of the code.
        level: u8,
        /// Optimization level that importers of the file's name expect.
        expected: u8,
    },
    /// The recorded file name.
    Filename(WrongName),
    /// Bytecode under a name that importers do not recognize.
    Disguised {
        /// Magic number of the bytecode.
        magic: u16,
        /// Version of the magic number, if it is known.
        version: Option<PyVersion>,
    },
    /// The archive cannot be opened; with the error.
    Archive(String),
    /// Too many archives contain each other.
    Depth,
    /// The archives that contain the archive unpack to too much.
    Budget,
    /// The file or archive differs from its manifest entry.
    Manifest(ManifestFault),
    /// The file differs from its RECORD.
    Record(RecordFault),
    /// The wheel is one that `pack` or installers refuse; with the error.
    Wheel(String),
}

/// Location in the code of a module, and the difference there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePlace {
    /// Name of the code object: `Store.get`.
    pub code: String,
    /// Line of the source.
    pub line: Option<u32>,
    /// Difference, such as `the pyc lacks RETURN_CONST 1`.
    pub what: String,
    /// Number of other code objects that differ in more than their locations.
    pub others: usize,
    /// Release whose code was compared, if it is not the preferred one.
    pub release: Option<String>,
}

impl CodePlace {
    /// Returns what the pyc has, without the location and the expected code: it is the same for all
    /// pycs with one addition.
    pub fn of_pyc(&self) -> &str {
        self.what.split(EXPECTED).next().unwrap_or(&self.what)
    }
}

impl fmt::Display for CodePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, line, what, others, release } = self;
        let others = format!("{}{}", of_others(*others), of_release(release.as_deref()));
        match line {
            Some(line) => write!(formatter, "at {code}, line {line}, {what}{others}"),
            None => write!(formatter, "at {code}, {what}{others}"),
        }
    }
}

/// Contradiction between the name of a pyc and its magic number. `diff` shows it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongTag {
    /// Cache tag in the name, such as `cpython-314`.
    pub tag: String,
    /// Magic number of the header.
    pub magic: u16,
    /// Cache tag of the magic number; `None` for an unknown one.
    pub found: Option<String>,
    /// True if the code is that of the source for the version of the magic number; `None` if that
    /// was not checked.
    pub is_right: Option<bool>,
}

impl fmt::Display for WrongTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tag, magic, found, is_right } = self;
        match found {
            Some(found) => {
                write!(formatter, "its name says {tag}, but its magic number is that of {found}")?;
                match is_right {
                    Some(true) => write!(formatter, "; its code is that of its source for {found}"),
                    Some(false) => write!(formatter, "; its code is not that of its source for {found}"),
                    None => Ok(()),
                }
            }
            None => {
                write!(
                    formatter,
                    "its name says {tag}, but no known version of Python has its magic number, {magic}"
                )
            }
        }
    }
}

/// A field of a header that identifies the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PycField {
    /// The source hash.
    Hash,
    /// The size of the source.
    Size,
    /// The modification time of the source.
    Time,
}

/// Recorded file names that are not that of the module; each variant contains them. `diff` shows
/// them too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongName {
    /// No file can have the name.
    Impossible,
    /// The name has control characters.
    Control(String),
    /// The name is not that of the source, which comes first.
    Other(String, String),
    /// The name is that of another module.
    OfOther(String),
    /// The code objects record different names.
    Mixed {
        /// A name that is not that of the source, or not that of the module.
        wrong: RecordedName,
        /// Another name.
        other: RecordedName,
    },
}

/// The file name that a code object records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedName {
    /// Name of the code object: `Store.get`.
    pub code: String,
    /// The file name.
    pub recorded: String,
}

impl fmt::Display for WrongName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impossible => formatter.write_str("it records a file name that no file can have"),
            Self::Control(name) => {
                write!(formatter, "it records a file name with control characters: {name:?}")
            }
            Self::Other(own, name) => {
                write!(formatter, "it records the file name {name:?}, which is not that of {own}")
            }
            Self::OfOther(name) => {
                write!(formatter, "it records the file name of another module: {name:?}")
            }
            Self::Mixed { wrong, other } => write!(
                formatter,
                "{} records the file name {:?}, and {} records {:?}",
                wrong.code, wrong.recorded, other.code, other.recorded
            ),
        }
    }
}

/// Difference from a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ManifestFault {
    /// The manifest lists the file, which cannot be read; with the error.
    Unreadable(String),
    /// The manifest does not list the file.
    Unlisted,
    /// The manifest names another source.
    SourceElsewhere(String),
    /// The source is not the listed one; with the path of the pyc in the manifest.
    OtherSource(String),
    /// The manifest lists no source, and there is this one.
    SourceUnlisted(String),
    /// The pycs are not those of the release in the manifest.
    OtherRelease {
        /// Release in the manifest.
        said: String,
        /// Release that writes the pycs.
        found: String,
    },
    /// The listed source does not exist.
    SourceGone(String),
    /// The file is not the listed one.
    OtherFile(OtherFile),
    /// The digest is right, and these facts are not.
    Wrong(Vec<&'static str>),
    /// The manifest lists the archive under this other path only.
    ArchiveElsewhere(String),
    /// The archive is not the listed one.
    OtherArchive,
    /// The manifest does not list an archive with pycs.
    PycsUnlisted,
    /// The manifest lists archives, but not this one.
    ArchiveUnlisted,
    /// The manifest lists the file, which does not exist.
    Gone,
}

/// Difference between a file and the listed file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherFile {
    /// The digest of the code differs, and no source shows the difference.
    Code,
    /// The source is the listed one, and does not compile to the code.
    CodeOfSource,
    /// The source is the listed one and compiles to the code, and no known release compiles it to
    /// the listed code.
    UnknownCode,
    /// The code is the listed one in other forms, if they are known.
    Form(Vec<Form>),
    /// The listed source compiles to both codes, by two releases.
    Release {
        /// Release that wrote the file.
        is: String,
        /// Release that wrote the listed file.
        said: String,
    },
    /// The listed source compiles to both codes, at two optimization levels.
    Level {
        /// Level of the file.
        is: u8,
        /// Level in the manifest.
        said: u8,
    },
    /// The code is that of another version of Python.
    Version {
        /// Version of the file.
        is: String,
        /// Version in the manifest.
        said: String,
    },
    /// The code differs, at least in the file name that it records.
    Name {
        /// Name of the file.
        is: String,
        /// Name in the manifest.
        said: String,
        /// Further difference of the code, if the source shows it.
        also: Option<Box<Self>>,
    },
    /// The code is the same, and a fact of the header differs.
    Fact {
        /// Name of the fact.
        what: &'static str,
        /// Value of the file.
        is: String,
        /// Value in the manifest.
        said: String,
    },
    /// The code is the same, and the header differs.
    Header,
}

/// Difference from a RECORD.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RecordFault {
    /// The RECORD or METADATA is wrong; with the error.
    Fault(String),
    /// The RECORD lists a file that does not exist.
    Gone {
        /// Path of the RECORD.
        record: String,
    },
    /// A row is wrong about the file.
    Row {
        /// Path of the RECORD.
        record: String,
        /// Size of the file, and the size in the row, if they differ; otherwise the digest does.
        differs: Option<(usize, String)>,
    },
    /// A distribution in a virtual environment has no RECORD.
    NoRecord,
    /// No row has a digest of the file.
    NoDigest {
        /// Path of a RECORD that lists the file.
        record: String,
    },
    /// Number of further rows that are wrong about the file.
    Rows(usize),
    /// No RECORD lists the modules that a symlink leads to.
    Link,
    /// No RECORD lists the module.
    Module,
    /// No RECORD lists a file that Python reads at start-up.
    Startup,
    /// Start-up file with a line that runs.
    StartupCode,
    /// No RECORD lists a module that Python imports at start-up.
    StartupModule,
    /// No RECORD lists a file whose paths `pkgutil` adds to those of a package.
    PackagePaths,
    /// Python imports the file instead of a module of a distribution whose RECORD does not list it.
    Shadows {
        /// A file of the module.
        instead: String,
        /// Path of another RECORD that lists the file.
        record: Option<String>,
    },
}

impl Reason {
    /// Returns the kind of the finding.
    pub fn kind(&self) -> FindingKind {
        match self {
            Self::Unreadable(_) => FindingKind::Unreadable,
            Self::BadHeader(_) | Self::Tag(_) => FindingKind::Header,
            Self::OtherHeader { code, .. } => match code.as_ref().map(|code| code.kind()) {
                None | Some(FindingKind::OtherForm | FindingKind::Version) => FindingKind::Header,
                Some(kind) => kind,
            },
            Self::UnknownMagic(_) | Self::NoEngine { .. } | Self::FreeThreaded => FindingKind::Version,
            Self::NoImporter
            | Self::BelowPrefix
            | Self::SourceMissing(_)
            | Self::NoSource(_)
            | Self::OtherSource
            | Self::Untrusted
            | Self::LinkedSources(_) => FindingKind::Source,
            Self::Malformed(_) | Self::NotCode => FindingKind::Malformed,
            Self::Compile { .. } => FindingKind::Compile,
            Self::Code { .. } | Self::Exchanged { .. } => FindingKind::Code,
            Self::OtherForm { .. } => FindingKind::OtherForm,
            Self::Level { .. } | Self::CodeOfLevel { .. } => FindingKind::Level,
            Self::Filename(_) => FindingKind::Filename,
            Self::Disguised { .. } => FindingKind::Name,
            Self::Archive(_) | Self::Depth | Self::Budget => FindingKind::Archive,
            Self::Manifest(_) => FindingKind::Manifest,
            Self::Record(_) => FindingKind::Record,
            Self::Wheel(_) => FindingKind::Wheel,
        }
    }
}

/// Returns the clause about code of a series of which only these releases were tried; empty if all
/// releases are known.
pub(crate) fn only_tried(releases: &[String]) -> String {
    match releases {
        [] => String::new(),
        [release] => format!("; only CPython {release} was tried"),
        releases => format!("; only CPython {} were tried", releases.join(" and ")),
    }
}
