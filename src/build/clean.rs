//! `pycompile clean`: takes away what `build` would write, and nothing else.

use super::project::Project;
use crate::output::WriteError;
use crate::output::place::{Missing, Place};
use crate::target::PyVersion;
use crate::text::Shown as _;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What was taken away and what was not.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// Pycs that are gone.
    pub removed: Vec<PathBuf>,
    /// Those that are still there, and why.
    pub failed: Vec<(PathBuf, String)>,
}

/// Removes the pycs of the config's files at its versions and levels. Links and whatever else is no regular file are
/// left and reported, and so is what lies behind a link to a directory; directories stay.
pub fn clean(project: &Project, versions: &[PyVersion]) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let tree = project.tree();
    let bounds = project.loaded.bounds_of_folder(&tree);
    for (_, _, name) in project.outputs(versions) {
        remove(bounds, &name, &mut cleaned);
    }
    remove_leftovers(project, versions, &mut cleaned);
    cleaned
}

/// Removes the temporary files that killed runs left in any directory that `build` and `pack` write to.
fn remove_leftovers(project: &Project, versions: &[PyVersion], cleaned: &mut Cleaned) {
    let loaded = &project.loaded;
    let tree = project.tree();
    let mut files: Vec<PathBuf> = project.outputs(versions).map(|(_, _, name)| tree.join(name)).collect();
    let copied = project.selection.sources.iter().chain(&project.selection.data);
    files.extend(copied.map(|file| tree.join(&file.name)));
    files.extend(loaded.outputs());
    let mut folders = BTreeSet::new();
    for file in files {
        let (base, name) = loaded.bounds_of_file(&file);
        if folders.insert(file.parent().map(Path::to_path_buf))
            && let Ok(place) = Place::below(base, name, Missing::Refused)
        {
            cleaned.removed.extend(place.remove_leftovers(Duration::ZERO));
        }
    }
}

fn remove((base, below): (&Path, &Path), name: &Path, cleaned: &mut Cleaned) {
    let name = below.join(name);
    let path = base.join(&name);
    let removed = match Place::below(base, &name, Missing::Refused) {
        Ok(place) => place.remove(),
        // `build` writes nothing through it, so what is behind it is not what `build` wrote.
        Err(WriteError::SymlinkFolder(link)) => {
            if path.symlink_metadata().is_ok() {
                let reason = format!("{} is a symlink: nothing is removed through it", link.shown());
                cleaned.failed.push((path, reason));
            }
            return;
        }
        Err(WriteError::Io { source, .. }) => Err(source),
        Err(error) => Err(io::Error::other(error)),
    };
    match removed {
        Ok(true) => cleaned.removed.push(path),
        Ok(false) => {}
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
        Err(error) => cleaned.failed.push((path, error.to_string())),
    }
}
