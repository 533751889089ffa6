//! The options that `build`, `pack`, `manifest` and `clean` share.

use super::printer::Printer;
use super::{CommandError, environment, interrupt};
use crate::build::{Engines, Project, ProjectError};
use crate::config;
use crate::pyc::InvalidationMode;
use std::path::PathBuf;

/// Which config.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// The config.
    #[arg(long, value_name = "FILE", default_value = "pycompile.toml")]
    pub(super) config: PathBuf,
    /// Also read files by symlinks that lead out of the root, as `[source] follow-links` does.
    #[arg(long)]
    pub(super) follow_links: bool,
}

impl ConfigArgs {
    /// Reads the config; a mode that it leaves open is py_compile's.
    pub(super) fn load(&self) -> Result<Project, CommandError> {
        let mode = match environment::source_date_epoch() {
            Some(_) => InvalidationMode::CheckedHash,
            None => InvalidationMode::Timestamp,
        };
        self.load_with(mode)
    }

    /// Reads the config; a mode that it leaves open is `mode`.
    pub(super) fn load_with(&self, mode: InvalidationMode) -> Result<Project, CommandError> {
        let mut loaded = interrupt::waiting(|| config::load(&self.config)).map_err(ProjectError::from)?;
        loaded.config.source.follow_links |= self.follow_links;
        Ok(Project::new(loaded, mode).map_err(ProjectError::from)?)
    }
}

/// The engines of the project's versions.
pub(super) fn start_engines(project: &Project, printer: &Printer) -> Result<Engines, CommandError> {
    let engines = project.engines(environment::search_path().as_deref(), interrupt::flag())?;
    for target in &engines {
        printer.detail(&target.about);
    }
    Ok(engines)
}

/// Prints a note if Python files next to the listed ones are not listed.
pub(super) fn note_unlisted(project: &Project, printer: &Printer) {
    let names = project.loaded.unlisted(&project.selection);
    let Some(first) = names.first() else { return };
    let mut shown = format!("{first:?}");
    for name in names.iter().take(SHOWN).skip(1) {
        shown.push_str(&format!(", {name:?}"));
    }
    if names.len() > SHOWN {
        shown.push_str(", …");
    }
    let (files, are) = if names.len() == 1 { ("file", "is") } else { ("files", "are") };
    printer.summary(&format!(
        "note: {} Python {files} next to the listed ones {are} not listed: {shown}\nhint: `pycompile init --update` \
         lists them, `[source] exclude` says that they stay out",
        names.len()
    ));
}

/// Unlisted names that a note has.
const SHOWN: usize = 3;
