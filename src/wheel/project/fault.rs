//! Faults of a `[project]` table.

use super::open::OpenKeys;
use crate::archive::NameFault;
use crate::project::DiscoverError;
use crate::text::Shown as _;
use crate::wheel::license::LicenseError;
use crate::wheel::requirement::RequirementError;
use crate::wheel::version::VersionError;
use std::path::PathBuf;

/// A project whose metadata cannot be used. The fault is the project's.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {}{fault}", path.shown(), line.map(|line| format!(":{line}")).unwrap_or_default(), prefix(key))]
pub struct ProjectError {
    /// The `pyproject.toml`, or the file that holds the table.
    pub path: PathBuf,
    /// From 1, where the table was read from text.
    pub line: Option<usize>,
    /// `urls.Homepage`; empty for the whole.
    pub key: String,
    /// Description of the fault.
    #[source]
    pub fault: Box<ProjectFault>,
}

fn prefix(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("project.{key}: ") }
}

/// Description of the fault.
#[derive(Debug, thiserror::Error)]
pub enum ProjectFault {
    /// The `pyproject.toml`.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Not TOML.
    #[error("{0}")]
    Toml(String),
    /// Not UTF-8.
    #[error("{0:?} is not UTF-8")]
    Encoding(String),
    /// `[project]` is not a table.
    #[error("[project] is not a table")]
    NoTable,
    /// A key that must be there.
    #[error("the key is missing")]
    Missing,
    /// No such key.
    #[error("unknown key")]
    Unknown,
    /// Another type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// With its article.
        expected: &'static str,
        /// With its article.
        found: &'static str,
    },
    /// Keys without a value.
    #[error("{0}")]
    Open(OpenKeys),
    /// Dynamic, though it is there.
    #[error("the key is dynamic, and there all the same")]
    DynamicAndStatic,
    /// A field that cannot be dynamic.
    #[error("{0:?} cannot be dynamic")]
    NeverDynamic(String),
    /// Given twice.
    #[error("the key is in [project] already")]
    GivenTwice,
    /// The name.
    #[error(
        "{0:?} is not a project's name: letters, digits, `-`, `_` and `.`, the first and last a letter or a digit"
    )]
    Name(String),
    /// The version.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// A dependency, or `requires-python`.
    #[error(transparent)]
    Requirement(#[from] RequirementError),
    /// The license expression.
    #[error(transparent)]
    License(#[from] LicenseError),
    /// A line end where METADATA has one line.
    #[error("must be a single line")]
    Lines,
    /// Nothing.
    #[error("must not be empty")]
    Empty,
    /// A comma or an `@` where they mean something.
    #[error("{0:?} is not an e-mail address")]
    Email(String),
    /// A comma in a name without an address.
    #[error("must not have a comma")]
    Comma,
    /// A person without anything.
    #[error("neither `name` nor `email`")]
    NoPerson,
    /// None or both of two keys.
    #[error("exactly one of `file` and `text` is needed")]
    FileOrText,
    /// A file whose suffix says nothing.
    #[error("the content type of {0:?} is not known by its suffix: use a table with `content-type`")]
    UnknownReadme(String),
    /// Another content type.
    #[error("{0:?} is none of text/markdown, text/x-rst and text/plain in UTF-8")]
    ContentType(String),
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.shown())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A path that leaves the project.
    #[error("{path:?}: {fault}")]
    Path {
        /// The path or pattern.
        path: String,
        /// Why.
        #[source]
        fault: NameFault,
    },
    /// A pattern that is none.
    #[error("{0:?} is not a pattern")]
    Pattern(String),
    /// A pattern without a match.
    #[error("{0:?} matches no file")]
    NoMatch(String),
    /// A file that a pattern matches, and METADATA cannot name.
    #[error("{0:?}: the name is not UTF-8: rename it")]
    NameEncoding(PathBuf),
    /// A directory that cannot be listed.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// Files beside the old form.
    #[error("`license-files` cannot stand beside a `license` table")]
    LicenseTable,
    /// Two extras that are one when normalized.
    #[error("{0:?} and {1:?} are the same name")]
    SameName(String, String),
    /// An entry point's group or name.
    #[error("{0:?} cannot be the name of an entry point or a group of them")]
    EntryPointName(String),
    /// An invalid object reference of an entry point.
    #[error("{0:?} is not a reference to an object: `package.module:attribute` is")]
    Reference(String),
    /// A group with a key of its own.
    #[error("use `{0}` for this group")]
    ReservedGroup(&'static str),
    /// A URL's label.
    #[error("a label has at most 32 characters and no comma")]
    Label,
}
