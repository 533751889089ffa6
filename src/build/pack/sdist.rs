//! `pycompile pack SDIST`: the project in a source distribution, unpacked for the duration of the
//! run.
//!
//! No code of the project is run, and a config in the archive is ignored: the files are those that
//! its build backend would ship, and the metadata is that of its `PKG-INFO`.

use crate::archive::{ArchiveLimits, Sdist};
use crate::build::Choice;
use crate::build::project::{BuildProject, ProjectError};
use crate::config::init::draft;
use crate::config::{self, Given};
use crate::engine::python::Places;
use crate::engine::version_on_path;
use crate::engine::{DEFAULT_TIMEOUT, Limits};
use crate::output::WriteError;
use crate::output::place::{Missing, OutputPlace};
use crate::pyc::InvalidationMode;
use crate::target::Target;
use crate::text::Shown as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Number of symlinks that a remark names.
const SHOWN: usize = 3;

/// Unpacked source distribution, removed on drop.
#[derive(Debug)]
pub struct Unpacked {
    /// Project in the archive, with a generated config.
    pub project: BuildProject,
    /// Remarks, one sentence each.
    pub notes: Vec<String>,
    /// Version that was chosen, if the settings name none.
    pub choice: Option<Choice>,
    archive: PathBuf,
    /// Directory of the project, in the directory that is removed.
    folder: PathBuf,
    _scratch: tempfile::TempDir,
}

impl Unpacked {
    /// Unpacks the archive and lists its files. `given` holds the settings of the command line; if
    /// these name no version, it is chosen for the project.
    ///
    /// # Errors
    /// [`ProjectError`], for an archive that is refused or a project without Python files.
    pub fn open(archive: &Path, given: Given, places: &Places) -> Result<Self, ProjectError> {
        let sdist = Sdist::read(archive, &ArchiveLimits::default())?;
        let failure = |source| WriteError::Io { path: archive.into(), source };
        let scratch = tempfile::tempdir().map_err(failure)?;
        let folder = scratch.path().join(&sdist.folder);
        for file in &sdist.files {
            let name = Path::new(&sdist.folder).join(&file.path);
            let place = OutputPlace::below(scratch.path(), &name, Missing::Made)?;
            place.replace(&file.bytes.read(), if file.executable { 0o755 } else { 0o644 })?;
        }
        let choice = match given.python.first() {
            Some(_) => None,
            None => {
                let timeout = given.timeout.map_or(DEFAULT_TIMEOUT, Duration::from_secs);
                let limits = Limits { timeout, ..Limits::default() };
                Some(Choice::of_project(&folder, version_on_path(places, limits)?)?)
            }
        };
        let named = given.python.first().map(|release| release.version);
        let python = choice.as_ref().map(|choice| choice.version).or(named);
        let draft = draft(&folder, python.unwrap_or_else(|| Target::newest().version))?;
        if let Some(reason) = draft.lists.built {
            return Err(ProjectError::Built { archive: archive.into(), reason });
        }
        if draft.lists.sources.is_empty() {
            return Err(ProjectError::NoSources(archive.into()));
        }
        let mut loaded = config::parse(&folder.join("pycompile.toml"), draft.text)?;
        loaded.config.manifest = None;
        let project = BuildProject::new(loaded.with(given)?, InvalidationMode::CheckedHash)?;
        let mut notes = draft.lists.notes;
        if let Some(first) = sdist.links.first() {
            let names: Vec<String> = sdist.links.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
            let more = if sdist.links.len() > SHOWN { ", …" } else { "" };
            notes.push(match sdist.links.len() {
                1 => format!("the symlink {first:?} of the sdist is left out"),
                count => format!("{count} symlinks of the sdist are left out: {}{more}", names.join(", ")),
            });
        }
        Ok(Self { project, notes, choice, archive: archive.into(), folder, _scratch: scratch })
    }

    /// Returns the path that messages show for a path in the unpacked directory: one below the
    /// archive.
    pub fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.folder).map_or_else(|_| path.into(), |below| self.archive.join(below))
    }

    /// Replaces the unpacked directory in a message by the archive.
    pub fn message(&self, text: &str) -> String {
        text.replace(&self.folder.shown(), &self.archive.shown())
    }
}
