//! Errors of the operating system in Python's format.

use crate::engine::{Diagnostic, Refusal};
use crate::output::WriteError;
use crate::output::inside::OpenError;
use crate::text::Shown as _;
use std::io;
use std::path::Path;

/// Formats an error as the subclass of `OSError` that Python raises: `[Errno 2] No such file or
/// directory: 'x.py'`.
pub(super) fn diagnostic(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => "FileNotFoundError",
        io::ErrorKind::PermissionDenied => "PermissionError",
        io::ErrorKind::IsADirectory => "IsADirectoryError",
        io::ErrorKind::NotADirectory => "NotADirectoryError",
        io::ErrorKind::AlreadyExists => "FileExistsError",
        _ => "OSError",
    };
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let message = match (error.raw_os_error(), error.kind()) {
        (Some(number), _) => format!("[Errno {number}] {text}: '{}'", path.shown()),
        (None, io::ErrorKind::IsADirectory) => format!("[Errno 21] Is a directory: '{}'", path.shown()),
        // Errors of our own have no number.
        (None, _) => format!("{kind}: {text}: '{}'", path.shown()),
    };
    Box::new(Diagnostic { kind: kind.into(), rendered: message.clone(), message, ..Diagnostic::default() })
}

/// Returns the exception that Python raises when a file cannot be written, with the words of
/// pycompile for what is not replaced.
pub(super) fn write_diagnostic(error: &WriteError) -> Box<Diagnostic> {
    let mut refused = Diagnostic::without_place("FileExistsError", error.to_string());
    match error {
        WriteError::SymlinkFolder(_) => refused,
        WriteError::Symlink(_) | WriteError::Folder(_) | WriteError::NotRegular(_) => {
            refused.refusal = Some(Refusal::NotReplaced);
            refused
        }
        WriteError::Io { path, source } => diagnostic(path, source),
    }
}

/// Returns the exception of `py_compile.compile` for a pyc that cannot be written.
pub(super) fn pyc_diagnostic(error: &WriteError) -> Box<Diagnostic> {
    let (path, what, into) = match error {
        WriteError::Symlink(path) => (path, "symlink", "regular file"),
        WriteError::Folder(path) | WriteError::NotRegular(path) => (path, "non-regular file", "regular one"),
        error => return write_diagnostic(error),
    };
    let message = format!(
        "{} is a {what} and will be changed into a {into} if import writes a byte-compiled file to it",
        path.shown()
    );
    Diagnostic::without_place("FileExistsError", message)
}

/// Returns the error of a source that cannot be opened.
pub(super) fn open_diagnostic(path: &Path, error: OpenError) -> Box<Diagnostic> {
    match error {
        OpenError::Io(error) => diagnostic(path, &error),
        OpenError::NotRegular => {
            let message = format!("{} is not a regular file: nothing is read from it", path.shown());
            Diagnostic::without_place("OSError", message)
        }
        OpenError::Outside { .. } | OpenError::Leaves { .. } => {
            let mut diagnostic = Diagnostic::without_place("OSError", error.to_string());
            if matches!(error, OpenError::Outside { .. }) {
                diagnostic.refusal = Some(Refusal::LinkOutside);
            }
            diagnostic
        }
    }
}
