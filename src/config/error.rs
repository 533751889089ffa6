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

/// Errors of reading a config.
#[derive(Debug, thiserror::Error)]
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
    #[error("{place}: {message}{}", show(place))]
    At {
        /// Location in the file.
        place: Box<ConfigPlace>,
        /// Description of the fault.
        message: String,
    },
    /// Something is missing, so the error has no location.
    #[error("{}: {message}", path.shown())]
    Missing {
        /// Path of the config file.
        path: PathBuf,
        /// Description of the fault.
        message: String,
    },
    /// A directory that `search` names cannot be listed.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
}

fn show(place: &ConfigPlace) -> String {
    let margin = place.line.to_string().len();
    format!(
        "\n{:margin$} |\n{} | {}\n{:margin$} | {:indent$}{}",
        "",
        place.line,
        place.text.replace('\t', " "),
        "",
        "",
        "^".repeat(place.width),
        indent = place.column - 1
    )
}
