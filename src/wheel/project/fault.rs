//! Faults of a `[project]` table.

use super::open::OpenKeys;
use crate::archive::NameFault;
use crate::output::inside::OpenError;
use crate::project::DiscoverError;
use crate::text::Shown as _;
use crate::wheel::license::LicenseError;
use crate::wheel::requirement::RequirementError;
use crate::wheel::version::WheelVersionError;
use std::path::PathBuf;

/// Error of a project's metadata.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {}{fault}", path.shown(), line.map(|line| format!(":{line}")).unwrap_or_default(), prefix(key))]
#[non_exhaustive]
pub struct ProjectTableError {
    /// Path of the `pyproject.toml`, or of the file that contains the table.
    pub path: PathBuf,
    /// Line number, from 1, if the table was read from text.
    pub line: Option<usize>,
    /// Key, such as `urls.Homepage`; empty for the whole table.
    pub key: String,
    /// Description of the fault.
    #[source]
    pub fault: Box<ProjectFault>,
}

fn prefix(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("project.{key}: ") }
}

/// Faults of a project's metadata.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectFault {
    /// The `pyproject.toml` cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] OpenError),
    /// The file is not TOML.
    #[error("{0}")]
    Toml(String),
    /// The file is not UTF-8.
    #[error("{0:?} is not UTF-8")]
    Encoding(String),
    /// `[project]` is not a table.
    #[error("[project] is not a table")]
    NoTable,
    /// A required key is missing.
    #[error("the key is missing")]
    Missing,
    /// The key is unknown.
    #[error("unknown key")]
    Unknown,
    /// The value has another type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// Expected type, with its article.
        expected: &'static str,
        /// Type found, with its article.
        found: &'static str,
    },
    /// Keys have no value.
    #[error("{0}")]
    Open(OpenKeys),
    /// A key is listed in `dynamic` but has a value.
    #[error("the key is listed in `dynamic` but also has a value")]
    DynamicAndStatic,
    /// A field cannot be dynamic.
    #[error("{0:?} cannot be dynamic")]
    NeverDynamic(String),
    /// A key has a value in both tables.
    #[error("the key is in [project] already")]
    GivenTwice,
    /// The name is invalid.
    #[error(
        "{0:?} is not a project's name: letters, digits, `-`, `_` and `.`, the first and last a letter or a digit"
    )]
    Name(String),
    /// The version is invalid.
    #[error(transparent)]
    Version(#[from] WheelVersionError),
    /// A dependency or `requires-python` is invalid.
    #[error(transparent)]
    Requirement(#[from] RequirementError),
    /// The license expression is invalid.
    #[error(transparent)]
    License(#[from] LicenseError),
    /// A value for one line of METADATA has a line end.
    #[error("must be a single line")]
    Lines,
    /// A value is empty.
    #[error("must not be empty")]
    Empty,
    /// A value is not an e-mail address.
    #[error("{0:?} is not an e-mail address")]
    Email(String),
    /// A name without an address contains a comma, which separates names.
    #[error("must not have a comma")]
    Comma,
    /// A person has neither name nor address.
    #[error("neither `name` nor `email`")]
    NoPerson,
    /// None or both of two exclusive keys are given.
    #[error("exactly one of `file` and `text` is needed")]
    FileOrText,
    /// The suffix of the readme does not determine its content type.
    #[error("the content type of {0:?} is not known by its suffix: use a table with `content-type`")]
    UnknownReadme(String),
    /// The content type is not supported.
    #[error("{0:?} is not text/markdown, text/x-rst or text/plain in UTF-8")]
    ContentType(String),
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.shown())]
    File {
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system, or a symlink that leads out of the project.
        source: OpenError,
    },
    /// A path leaves the project.
    #[error("{path:?}: {fault}")]
    Path {
        /// Path or pattern.
        path: String,
        /// Fault of the path.
        #[source]
        fault: NameFault,
    },
    /// A pattern is invalid.
    #[error("{0:?} is not a pattern")]
    Pattern(String),
    /// A pattern matches no file.
    #[error("{0:?} matches no file")]
    NoMatch(String),
    /// A pattern matches a file that METADATA cannot name.
    #[error("{0:?}: the name is not UTF-8: rename it")]
    NameEncoding(PathBuf),
    /// A directory cannot be listed.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// `license-files` is combined with the deprecated form of `license`.
    #[error("`license-files` cannot be combined with a `license` table")]
    LicenseTable,
    /// Two extras have the same normalized name.
    #[error("{0:?} and {1:?} are the same name")]
    SameName(String, String),
    /// The group or name of an entry point is invalid.
    #[error("{0:?} cannot be the name of an entry point or a group of them")]
    EntryPointName(String),
    /// The object reference of an entry point is invalid.
    #[error("{0:?} is not a reference to an object: expected `package.module:attribute`")]
    Reference(String),
    /// A group has its own key.
    #[error("use `{0}` for this group")]
    ReservedGroup(&'static str),
    /// The label of a URL is invalid.
    #[error("a label has at most 32 characters and no comma")]
    Label,
}
