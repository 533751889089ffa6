//! Destination of an output file.

use super::error::CommandError;
use super::format::print_artifacts;
use super::options::MessageFormat;
use super::printer::Printer;
use crate::build::{Artifact, ArtifactKind, ProjectError, check_manifest};
use crate::manifest::{Manifest, ManifestForm};
use crate::output::atomic;
use crate::output::place::is_one_file;
use crate::project::{LARGEST, read_regular};
use crate::text::Shown as _;
use clap::builder::{MapValueParser, PathBufValueParser, TypedValueParser as _, ValueParserFactory};
use std::path::{Path, PathBuf};

/// File, or standard output by the name `-`; a file of that name is `./-`.
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
    /// Returns the path, if it is a file.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::StandardOutput => None,
            Self::File(path) => Some(path),
        }
    }

    /// Refuses message formats that also write to standard output.
    pub(super) fn keeps_apart(&self, format: MessageFormat) -> Result<(), CommandError> {
        if matches!(self, Self::File(_)) || format == MessageFormat::Human {
            return Ok(());
        }
        let message = "`-` is standard output, where the messages of this --message-format go: name a file";
        Err(CommandError::Usage(message.into()))
    }

    /// Returns whether writing would overwrite `path`.
    pub(super) fn is(&self, path: &Path) -> bool {
        self.file().is_some_and(|file| is_one_file(file, path))
    }

    /// Refuses a file that is not a manifest of this form.
    pub(super) fn check_manifest(&self, form: ManifestForm) -> Result<(), CommandError> {
        let Some(path) = self.file() else { return Ok(()) };
        self.is_regular()?;
        match read_regular(path, LARGEST) {
            Ok(found) => Ok(check_manifest(form, path, &found)?),
            // A file that cannot be read could still be replaced.
            Err(_) if path.is_file() => Err(ProjectError::NotManifest(path.into()).into()),
            Err(_) => Ok(()),
        }
    }

    /// Refuses a path that exists and is not a regular file.
    fn is_regular(&self) -> Result<(), CommandError> {
        let Some(path) = self.file() else { return Ok(()) };
        let what = match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => "a symlink",
            Ok(found) if found.is_dir() => "a directory",
            Ok(found) if !found.is_file() => "not a regular file",
            _ => return Ok(()),
        };
        Err(CommandError::Usage(format!(
            "{} is {what}, and is not replaced\nhint: name another file; `-` is standard output",
            path.shown()
        )))
    }

    /// Refuses a file in a directory that does not exist, and a path that is not a regular file.
    pub(super) fn can_be_written(&self) -> Result<(), CommandError> {
        self.is_regular()?;
        let folder = self.file().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        match folder.filter(|folder| !folder.is_dir()) {
            Some(folder) => Err(CommandError::Usage(format!(
                "there is no directory {} to write to\nhint: create it, or name a file in another directory",
                folder.shown()
            ))),
            None => Ok(()),
        }
    }

    /// Writes a manifest, or compares the file with it, and reports a file.
    pub(super) fn publish_manifest(
        &self,
        manifest: &Manifest,
        check: bool,
        printer: &Printer,
    ) -> Result<Option<Artifact>, CommandError> {
        let text = manifest.to_json().map_err(ProjectError::from)?;
        let bytes = text.as_bytes();
        let Some(path) = self.file() else {
            self.write(bytes, printer)?;
            return Ok(None);
        };
        let changed = !check || std::fs::read(path).map_or(true, |found| found != bytes);
        if !check {
            self.write(bytes, printer)?;
        }
        Ok(Some(Artifact { changed, ..Artifact::written(path, ArtifactKind::Manifest, bytes) }))
    }

    /// Writes a manifest and reports its path.
    pub(super) fn write_manifest(&self, manifest: &Manifest, printer: &Printer) -> Result<(), CommandError> {
        let written = self.publish_manifest(manifest, false, printer)?;
        print_artifacts(written.as_slice(), false, printer)?;
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
