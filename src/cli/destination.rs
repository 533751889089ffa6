//! Where one file of output goes.

use super::CommandError;
use super::args::MessageFormat;
use super::printer::Printer;
use crate::build::ProjectError;
use crate::manifest::Manifest;
use crate::output::atomic;
use crate::output::place::is_one_file;
use crate::text::Shown as _;
use clap::builder::{MapValueParser, PathBufValueParser, TypedValueParser as _, ValueParserFactory};
use std::path::{Path, PathBuf};

/// A file, or standard output by the name `-`; a file of that name is `./-`.
#[derive(Clone, Debug)]
pub(super) enum Destination {
    StandardOutput,
    File(PathBuf),
}

impl ValueParserFactory for Destination {
    type Parser = MapValueParser<PathBufValueParser, fn(PathBuf) -> Self>;

    fn value_parser() -> Self::Parser {
        PathBufValueParser::new()
            .map(|name| if name.as_os_str() == "-" { Self::StandardOutput } else { Self::File(name) })
    }
}

impl Destination {
    /// The file, if it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::StandardOutput => None,
            Self::File(path) => Some(path),
        }
    }

    /// Refuses messages of a kind that go to standard output too.
    pub(super) fn keeps_apart(&self, format: MessageFormat) -> Result<(), CommandError> {
        if matches!(self, Self::File(_)) || format == MessageFormat::Human {
            return Ok(());
        }
        let message = "`-` is standard output, where the messages of this --message-format go: name a file";
        Err(CommandError::Usage(message.into()))
    }

    /// Whether it would be written over `path`.
    pub(super) fn is(&self, path: &Path) -> bool {
        self.file().is_some_and(|file| is_one_file(file, path))
    }

    /// Writes a manifest, and tells where it is.
    pub(super) fn write_manifest(&self, manifest: &Manifest, printer: &Printer) -> Result<(), CommandError> {
        let text = manifest.to_json().map_err(ProjectError::from)?;
        self.write(text.as_bytes(), printer)?;
        if let Some(path) = self.file() {
            printer.detail(&format!("written: {}", path.shown()));
        }
        Ok(())
    }

    /// Writes the whole file.
    pub(super) fn write(&self, bytes: &[u8], printer: &Printer) -> Result<(), CommandError> {
        match self {
            Self::StandardOutput => printer.bytes(bytes)?,
            Self::File(path) => atomic::write(path, bytes, 0o644).map_err(ProjectError::from)?,
        }
        Ok(())
    }
}
