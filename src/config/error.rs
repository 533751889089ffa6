//! Errors with their location in the config.

use crate::project::DiscoverError;
use crate::text::Shown as _;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Location in the config file, with the text of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPlace {
    file: PathBuf,
    line: usize,
    column: usize,
    text: String,
    width: usize,
}

impl ConfigPlace {
    /// Returns the path of the file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Returns the line number, from 1.
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the column number in characters, from 1.
    pub const fn column(&self) -> usize {
        self.column
    }

    /// Returns the line of the file with a mark below the location, after a line end.
    pub fn excerpt(&self) -> String {
        let margin = self.line.to_string().len();
        format!(
            "\n{:margin$} |\n{} | {}\n{:margin$} | {:indent$}{}",
            "",
            self.line,
            self.text.replace('\t', " "),
            "",
            "",
            "^".repeat(self.width),
            indent = self.column - 1
        )
    }

    /// Returns the location of `span`, in bytes, in the text of the file.
    pub(super) fn new(file: &Path, text: &str, span: &Range<usize>) -> Self {
        let floor = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (floor(span.start), floor(span.end));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        Self {
            file: file.into(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            text: text[line_start..line_end].trim_end_matches('\r').to_owned(),
            width: text[start..end.clamp(start, line_end)].chars().count().max(1),
        }
    }
}

impl fmt::Display for ConfigPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file.shown(), self.line, self.column)
    }
}

/// Advice on an error of a config. The command line words it, with the options that apply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigAdvice {
    /// Keep one of the two configs.
    KeepOne,
    /// Use the tables below `[tool.pycompile]`.
    NestedTables,
    /// Follow symlinks that lead out of the root.
    FollowLinks,
    /// Write patterns under `search`.
    Patterns,
    /// Refresh the lists of files.
    RefreshLists,
    /// Write the wheel to another directory.
    OtherOutput,
    /// Use a name similar to the unknown one.
    Similar(String),
    /// Move a key into its table.
    Table {
        /// Name of the key.
        key: String,
        /// Name of the table, in brackets.
        table: String,
    },
    /// Build the wheel with the build backend, and pack that wheel.
    PackWheel,
    /// Take the metadata from the build backend.
    BackendMetadata,
    /// Name the source of the metadata.
    NameMetadata,
    /// Remove the table with the metadata that `[project]` has too.
    RemoveTable,
    /// Add lines to the config that make a wheel.
    AddWheel {
        /// The lines.
        lines: String,
        /// Source of the wheel's metadata.
        metadata: AddedMetadata,
    },
}

/// Source of the metadata of a wheel that lines add to a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddedMetadata {
    /// The build backend, which reads this table or file.
    Backend(&'static str),
    /// The table `[project]`.
    ProjectTable,
    /// The lines themselves, whose values are still placeholders.
    Lines,
}

/// Errors of reading a config.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.shown())]
    Read {
        /// Path of the config file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// No config exists.
    #[error("no pycompile.toml and no [tool.pycompile] in a pyproject.toml, here or in a directory above")]
    NotFound,
    /// The config is above the working directory, and belongs to another user.
    #[error("{}: it is above the working directory and belongs to another user", .0.shown())]
    NotTrusted(PathBuf),
    /// The file is not UTF-8.
    #[error("{}: not UTF-8 at byte {at}", path.shown())]
    Encoding {
        /// Path of the config file.
        path: PathBuf,
        /// Offset of the first invalid byte, from 0.
        at: usize,
    },
    /// A table, key or value is wrong.
    #[error("{place}: {message}{}", place.excerpt())]
    At {
        /// Location in the file.
        place: Box<ConfigPlace>,
        /// Description of the fault.
        message: String,
        /// Advice on the fault.
        advice: Option<Box<ConfigAdvice>>,
    },
    /// Something is missing, so the error has no location.
    #[error("{}: {message}", path.shown())]
    Missing {
        /// Path of the config file.
        path: PathBuf,
        /// Description of the fault.
        message: String,
        /// Advice on the fault.
        advice: Option<Box<ConfigAdvice>>,
    },
    /// A directory that `search` names cannot be listed.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
}

impl ConfigError {
    /// Returns the error with advice.
    pub fn with_advice(mut self, given: ConfigAdvice) -> Self {
        if let Self::At { advice, .. } | Self::Missing { advice, .. } = &mut self {
            *advice = Some(Box::new(given));
        }
        self
    }

    /// Returns the advice on the error, if there is any.
    pub fn advice(&self) -> Option<&ConfigAdvice> {
        match self {
            Self::At { advice, .. } | Self::Missing { advice, .. } => advice.as_deref(),
            _ => None,
        }
    }
}
