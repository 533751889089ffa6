//! Lists of files from a wheel that a build backend has built.

use super::{Draft, Lists, draft_of, quoted};
use crate::archive::{ArchiveError, ArchiveLimits, read_file};
use crate::config::ConfigError;
use crate::project::{is_python, real_path};
use crate::target::PyVersion;
use crate::text::Shown as _;
use crate::wheel::{WheelName, WheelNameError, installed_path};
use std::path::{Component, Path, PathBuf};

/// Directories that names in a wheel may be relative to, besides the one in the backend's settings.
const ROOTS: [&str; 5] = [".", "src", "lib", "Lib", "python"];

/// Errors of writing a config from a wheel.
#[derive(Debug, thiserror::Error)]
pub enum FromWheelError {
    /// The wheel cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The file name of the wheel is invalid.
    #[error("{}: {fault}", path.shown())]
    Name {
        /// Path of the wheel.
        path: PathBuf,
        /// Fault of the file name.
        fault: WheelNameError,
    },
    /// A directory of the project cannot be listed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// TOML cannot represent a path.
    #[error("the path of {} is not UTF-8: rename it", .0.shown())]
    Path(PathBuf),
}

/// Returns a config for the project in `folder` that lists the files of the wheel and uses its
/// metadata.
///
/// # Errors
/// [`FromWheelError`].
pub fn draft_from_wheel(folder: &Path, wheel: &Path, python: PyVersion) -> Result<Draft, FromWheelError> {
    let file_name = wheel.file_name().unwrap_or_default().to_string_lossy();
    WheelName::parse(&file_name).map_err(|fault| FromWheelError::Name { path: wheel.into(), fault })?;
    let archive = read_file(wheel, &ArchiveLimits::default())?;
    let root = Lists::of(folder)?.root;
    let names: Vec<&str> = archive.files().map(|entry| entry.name.as_str()).collect();
    let lists = lists(folder, &root, &names);
    // Relative to the config, or absolute for a wheel outside of the project that is named so.
    let real = |path: &Path| real_path(path).unwrap_or_else(|_| path.into());
    let (project, wheel_path) = (real(folder), real(wheel));
    let inside = wheel_path.strip_prefix(&project).ok().map(Path::to_path_buf);
    let below = match inside {
        Some(below) => below,
        None if wheel.is_absolute() => wheel_path,
        None => relative(&project, &wheel_path),
    };
    let path = below.to_str().ok_or_else(|| FromWheelError::Path(wheel.into()))?;
    let mut table = format!("metadata = {}\n", quoted(path));
    if below.parent() == Some(Path::new("dist")) {
        // The wheel is in the directory that new wheels are written to.
        table.push_str("output = \"dist/pycompile\"\n");
    }
    Ok(draft_of(lists, python, &table))
}

/// Returns the path of `path` relative to the directory `from`, both without symlinks.
fn relative(from: &Path, path: &Path) -> PathBuf {
    let common = from.components().zip(path.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

fn lists(folder: &Path, root: &str, names: &[&str]) -> Lists {
    let top = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
    let is_metadata = |name: &str| top(name).ends_with(".dist-info");
    let shipped: Vec<&str> = names.iter().copied().filter(|name| !is_metadata(name)).collect();
    let installed: Vec<&str> = shipped.iter().copied().filter_map(installed_path).collect();
    let has = |root: &str, name: &str| {
        folder.join(root).join(name).symlink_metadata().is_ok_and(|found| found.is_file())
    };
    let count = |root: &&str| installed.iter().filter(|name| has(root, name)).count();
    let candidates = std::iter::once(root).chain(ROOTS);
    // The first of the directories with the most files.
    let candidates: Vec<&str> = candidates.collect();
    let root = candidates.into_iter().rev().max_by_key(count).unwrap_or(".");
    let mut lists = Lists {
        root: root.into(),
        sources: Vec::new(),
        data: Vec::new(),
        basis: "the wheel".into(),
        left_out: Vec::new(),
        built: None,
        notes: Vec::new(),
    };
    for name in shipped {
        let Some(installed) = installed_path(name) else {
            lists.left_out.push((name.into(), "neither a module nor data of a package".into()));
            continue;
        };
        if installed.ends_with(".pyc") {
            continue;
        }
        if !has(root, installed) {
            lists
                .left_out
                .push((name.into(), "in the wheel, but not in the project: the build generates it".into()));
        } else if is_python(Path::new(installed)) {
            lists.sources.push(installed.into());
        } else {
            lists.data.push(installed.into());
        }
    }
    lists.sources.sort_unstable();
    lists.data.sort_unstable();
    lists
}
