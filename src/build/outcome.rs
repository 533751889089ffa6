//! Results for the files of a run, which commands report.

use super::artifact::FileDigest;
use crate::engine::Diagnostic;
use crate::target::PyVersion;
use crate::warnings::Issued;
use std::path::{Path, PathBuf};

/// Result for one file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A pyc, for one version at one level.
    Pyc(PycOutcome),
    /// A data file that was not copied or packed.
    Data(Failure),
    /// A RECORD that was not read or written.
    Record(Failure),
    /// A directory that was not listed.
    Directory(Failure),
}

/// Result for a pyc.
#[derive(Debug)]
#[non_exhaustive]
pub struct PycOutcome {
    /// Path of the source as given.
    pub file: PathBuf,
    /// Path of the pyc, if it is known.
    pub output: Option<PathBuf>,
    /// Version that was compiled for.
    pub python: PyVersion,
    /// Optimization level: 0, 1 or 2.
    pub optimize: u8,
    /// Result.
    pub result: Result<Done, Box<Diagnostic>>,
    /// Warnings of the compiler.
    pub warnings: Vec<Issued>,
    /// Digest of the pyc, if digests are requested and the pyc exists.
    pub digest: Option<FileDigest>,
}

/// Error of a file that is not compiled.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// Path of the file.
    pub file: PathBuf,
    /// Reason of the failure.
    pub error: Box<Diagnostic>,
}

impl Outcome {
    /// Returns the path of the source, or of a file that is not compiled.
    pub fn file(&self) -> &Path {
        match self {
            Self::Pyc(pyc) => &pyc.file,
            Self::Data(failure) | Self::Record(failure) | Self::Directory(failure) => &failure.file,
        }
    }

    /// Replaces the path of the file.
    pub fn set_file(&mut self, path: PathBuf) {
        match self {
            Self::Pyc(pyc) => pyc.file = path,
            Self::Data(failure) | Self::Record(failure) | Self::Directory(failure) => failure.file = path,
        }
    }

    /// Returns the pyc.
    pub const fn pyc(&self) -> Option<&PycOutcome> {
        match self {
            Self::Pyc(pyc) => Some(pyc),
            Self::Data(_) | Self::Record(_) | Self::Directory(_) => None,
        }
    }

    /// Returns the path of the pyc, if it is known.
    pub fn output(&self) -> Option<&Path> {
        self.pyc()?.output.as_deref()
    }

    /// Returns the error, for more text to be added to it.
    pub fn error_mut(&mut self) -> Option<&mut Diagnostic> {
        match self {
            Self::Pyc(pyc) => pyc.result.as_mut().err().map(AsMut::as_mut),
            Self::Data(failure) | Self::Record(failure) | Self::Directory(failure) => {
                Some(&mut failure.error)
            }
        }
    }

    /// Returns the result, which is always an error for files other than pycs.
    pub fn result(&self) -> Result<Done, &Diagnostic> {
        match self {
            Self::Pyc(pyc) => pyc.result.as_ref().copied().map_err(AsRef::as_ref),
            Self::Data(failure) | Self::Record(failure) | Self::Directory(failure) => Err(&failure.error),
        }
    }
}

/// Successful outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done {
    /// The pyc was written.
    Compiled,
    /// The pyc is up to date.
    UpToDate,
    /// The pyc is not up to date, and nothing was written, as requested.
    WouldChange,
}

impl Done {
    /// Returns `compiled`, `up-to-date` or `would-change`, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compiled => "compiled",
            Self::UpToDate => "up-to-date",
            Self::WouldChange => "would-change",
        }
    }
}
