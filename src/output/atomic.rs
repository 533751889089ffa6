//! Write-and-rename.
//!
//! CPython: `py_compile.compile` and `importlib._bootstrap_external._write_atomic`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Why a file was not written. What stood at the path before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A symlink is in the way.
    #[error("{} is a symlink and will be changed into a regular file if import writes a byte-compiled file to it", .0.display())]
    Symlink(PathBuf),
    /// A directory on the way is a symlink.
    #[error("{} is a symlink: nothing is written through it", .0.display())]
    SymlinkFolder(PathBuf),
    /// A directory, a pipe or a device is in the way.
    #[error("{} is a non-regular file and will be changed into a regular one if import writes a byte-compiled file to it", .0.display())]
    NotRegular(PathBuf),
    /// The operating system refused.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file that was to be written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Refuses a symlink or a non-regular file at `path`, as `py_compile` does, before anything is compiled.
///
/// # Errors
/// [`WriteError::Symlink`], [`WriteError::NotRegular`].
pub fn check_target(path: &Path) -> Result<(), WriteError> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_symlink() => Err(WriteError::Symlink(path.into())),
        Ok(found) if !found.is_file() => Err(WriteError::NotRegular(path.into())),
        _ => Ok(()),
    }
}

/// Refuses a directory of `name`, below `root`, that is a symlink.
///
/// # Errors
/// [`WriteError::SymlinkFolder`].
pub fn check_folders(root: &Path, name: &Path) -> Result<(), WriteError> {
    linked_folder(root, name).map_or(Ok(()), |link| Err(WriteError::SymlinkFolder(link)))
}

/// A directory of `name`, below `root`, that is a symlink.
pub fn linked_folder(root: &Path, name: &Path) -> Option<PathBuf> {
    let folders = name.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.map(|folder| root.join(folder)).find(|folder| folder.is_symlink())
}

/// Writes `bytes` to a temporary file beside `path` and renames it. Missing directories are made.
///
/// `mode` holds the permission bits of the new file, whatever the umask.
///
/// # Errors
/// [`WriteError`]; the temporary file is gone in any case.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
    match replace(path, bytes, mode) {
        // Most directories are there: they are made when one is missed.
        Err(WriteError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            let folder = folder_of(path);
            std::fs::create_dir_all(folder).map_err(|source| WriteError::Io { path: path.into(), source })?;
            replace(path, bytes, mode)
        }
        result => result,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Like [`write()`], in a directory that is there.
///
/// # Errors
/// [`WriteError`]; the temporary file is gone in any case.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
    replace_with(path, bytes, |file| set_mode(file, mode))
}

/// Like [`replace`], with the owner, the permissions and the modification time of the file that was there.
///
/// # Errors
/// [`WriteError`]; the temporary file is gone in any case.
pub fn replace_like(path: &Path, bytes: &[u8], old: &std::fs::Metadata) -> Result<(), WriteError> {
    replace_with(path, bytes, |file| {
        keep_owner(file, old)?;
        file.set_permissions(old.permissions())?;
        file.set_modified(old.modified()?)
    })
}

fn replace_with(
    path: &Path,
    bytes: &[u8],
    prepare: impl FnOnce(&std::fs::File) -> io::Result<()>,
) -> Result<(), WriteError> {
    check_target(path)?;
    let io_error = |source| WriteError::Io { path: path.into(), source };
    // Created and written by hand: `tempfile` would wrap the errors, and their numbers would be lost.
    let mut file = tempfile::Builder::new()
        .prefix(".pycompile-")
        .suffix(".tmp")
        .make_in(folder_of(path), create)
        .map_err(io_error)?;
    file.as_file_mut().write_all(bytes).map_err(io_error)?;
    prepare(file.as_file()).map_err(io_error)?;
    file.persist(path).map_err(|error| io_error(error.error))?;
    Ok(())
}

/// A new file that only its owner can read, until it has its mode.
fn create(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What root rewrites stays with whom it belongs to.
#[cfg(unix)]
fn keep_owner(file: &std::fs::File, old: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    match std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid())) {
        // Only root gives files away; anybody else who may replace the file becomes its owner.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &std::fs::File, _old: &std::fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn set_mode(file: &std::fs::File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_file: &std::fs::File, _mode: u32) -> io::Result<()> {
    Ok(())
}
