//! `pycompile normalize`.

use super::error::{CommandError, Status};
use super::hint;
use super::options::{PlainFormatArgs, names};
use super::printer::Printer;
use crate::build::FileDigest;
use crate::build::normalize::{normalize, remove_leftovers};
use crate::engine::Refs;
use crate::project::pycs;
use crate::text::{Shown as _, python};
use std::path::{Path, PathBuf};

/// Rewrite pycs so that every object is written once and no reference flag is unused: the form that
/// add-determinism writes.
///
/// Files are replaced by write-and-rename: modes and modification times are kept, and other hard
/// links of a file keep the old content. A second run changes nothing.
///
/// Example: pycompile normalize demo/__pycache__/*.pyc
#[derive(Debug, clap::Args)]
pub(super) struct NormalizeArgs {
    /// Pycs, or directories with pycs.
    #[arg(value_name = "PYC", required = true)]
    files: Vec<PathBuf>,
    /// Refuse pycs outside of this directory; symlinks are followed only on the way to it.
    #[arg(long, value_name = "DIR")]
    below: Option<PathBuf>,
    /// Form to write; that of CPython requires compiling.
    #[arg(long, value_enum, value_parser = names::<Refs>(), default_value_t = Refs::Minimal)]
    refs: Refs,
    #[command(flatten)]
    pub(super) format: PlainFormatArgs,
}

#[derive(serde::Serialize)]
struct NormalizeMessage {
    path: String,
    status: &'static str,
    error: Option<String>,
    #[serde(flatten)]
    digest: Option<FileDigest>,
}

pub(super) fn run(arguments: &NormalizeArgs, printer: &Printer) -> Result<Status, CommandError> {
    if arguments.refs == Refs::Cpython {
        let message =
            "a pyc does not show which references CPython would mark\nhint: compile the source again";
        return Err(CommandError::Usage(message.into()));
    }
    let below = arguments.below.as_deref();
    let mut files: Vec<(PathBuf, Option<&Path>)> = Vec::new();
    for named in &arguments.files {
        if !named.is_dir() || named.is_symlink() {
            files.push((named.clone(), below));
            continue;
        }
        // Below a named directory no symlink is followed, since its content is not trusted.
        let found = pycs(named).map_err(CommandError::from)?;
        files.extend(found.into_iter().map(|pyc| (pyc, Some(below.unwrap_or(named)))));
    }
    let (mut changed, mut same, mut failed) = (0, 0, 0);
    for (file, below) in &files {
        let normalized = normalize(file, *below);
        if printer.is_json() {
            let (status, error) = match &normalized {
                Ok(true) => ("normalized", None),
                Ok(false) => ("up-to-date", None),
                Err(error) => ("failed", Some(hint::of_normalize(error))),
            };
            let digest = std::fs::read(file).ok().filter(|_| error.is_none()).map(|pyc| FileDigest::of(&pyc));
            printer.json(&NormalizeMessage {
                path: python::os_text(file.as_os_str()),
                status,
                error,
                digest,
            })?;
        }
        match normalized {
            Ok(true) => {
                changed += 1;
                printer.detail(&format!("normalized: {}", file.shown()));
            }
            Ok(false) => same += 1,
            Err(error) => {
                failed += 1;
                printer.file_error(&hint::of_normalize(&error));
            }
        }
    }
    for (file, below) in &files {
        remove_leftovers(std::slice::from_ref(file), *below);
    }
    printer.count("normalized", changed);
    printer.count("up_to_date", same);
    printer.count("failed", failed);
    printer.summary(&format!("{changed} normalized, {same} unchanged, {failed} failed"));
    Ok(if failed > 0 { Status::No } else { Status::Done })
}
