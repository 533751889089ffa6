//! Location of the config of a directory: `pycompile.toml`, or `[tool.pycompile]` in
//! `pyproject.toml`.

use super::error::{ConfigAdvice, ConfigError};
use super::load::{LARGEST_CONFIG, at, missing};
use crate::project::read_named;
use crate::text::Shown as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

const OWN: &str = "pycompile.toml";
const SHARED: &str = "pyproject.toml";

/// Returns the path of the config in `working_directory` or the nearest directory above it,
/// relative to `working_directory`.
///
/// # Errors
/// No config, two of them in one directory, a `pyproject.toml` that cannot be read, or a config
/// above the working directory that belongs to another user.
pub fn locate(working_directory: &Path) -> Result<PathBuf, ConfigError> {
    let mut above = PathBuf::new();
    for _ in working_directory.ancestors() {
        if let Some(path) = config_in(&above)? {
            let is_above = !above.as_os_str().is_empty();
            if is_above && !is_trusted(&path) {
                return Err(ConfigError::NotTrusted(path));
            }
            return Ok(path);
        }
        above.push("..");
    }
    Err(ConfigError::NotFound)
}

/// Returns the path of the config in `folder`, if there is one.
///
/// # Errors
/// Two configs, or a `pyproject.toml` that cannot be read.
pub fn config_in(folder: &Path) -> Result<Option<PathBuf>, ConfigError> {
    let (own, shared) = (folder.join(OWN), folder.join(SHARED));
    let has_own = own.symlink_metadata().is_ok();
    match (has_own, has_table(&shared)) {
        (true, Ok(true)) => {
            let message = format!("[tool.pycompile] is here, and {} next to it", own.shown());
            Err(missing(&shared, message).with_advice(ConfigAdvice::KeepOne))
        }
        // An invalid pyproject.toml is reported when it is read.
        (true, Ok(false) | Err(_)) => Ok(Some(own)),
        (false, Ok(true)) => Ok(Some(shared)),
        (false, Ok(false)) => Ok(None),
        (false, Err(error)) => Err(error),
    }
}

/// Checks that the `pyproject.toml` in `folder`, if there is one, is TOML.
///
/// # Errors
/// The location of the fault, or a file that cannot be read.
pub(super) fn check_shared(folder: &Path) -> Result<(), ConfigError> {
    let path = folder.join(SHARED);
    let bytes = match read_named(&path, LARGEST_CONFIG) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(source) => return Err(ConfigError::Read { path, source }),
    };
    parsed(&path, bytes, |_| ())
}

/// Returns a result of the parsed file.
fn parsed<T>(path: &Path, bytes: Vec<u8>, result: impl FnOnce(&DeTable<'_>) -> T) -> Result<T, ConfigError> {
    let text = String::from_utf8(bytes)
        .map_err(|error| ConfigError::Encoding { path: path.into(), at: error.utf8_error().valid_up_to() })?;
    let parsed = DeTable::parse(&text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        at(path, &text, &span, error.message().trim_end())
    })?;
    Ok(result(parsed.get_ref()))
}

/// Returns `true` if the config is `[tool.pycompile]` in the file at the path.
pub(super) fn is_shared(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == SHARED)
}

fn has_table(path: &Path) -> Result<bool, ConfigError> {
    let bytes = match read_named(path, LARGEST_CONFIG) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(source) => return Err(ConfigError::Read { path: path.into(), source }),
    };
    // A file without the word has no config, even if it is invalid.
    if memchr::memmem::find(&bytes, b"pycompile").is_none() {
        return Ok(false);
    }
    parsed(path, bytes, |file| {
        let tool = file.get("tool").and_then(|tool| tool.get_ref().as_table());
        let table = tool.and_then(|tool| tool.get("pycompile"));
        // The table of the Python module's build backend alone is not a config.
        table.is_some_and(|table| match table.get_ref().as_table() {
            Some(table) => table.is_empty() || table.keys().any(|key| key.get_ref() != "backend"),
            None => true,
        })
    })
}

/// A config names programs to run, so one that was found and not named must belong to the user, to
/// root, or to the owner of the working directory.
#[cfg(unix)]
fn is_trusted(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let owner = |path: &Path| path.metadata().map(|found| found.uid()).ok();
    let Some(of) = owner(path) else { return true };
    of == 0 || of == rustix::process::geteuid().as_raw() || Some(of) == owner(Path::new("."))
}

#[cfg(not(unix))]
fn is_trusted(_path: &Path) -> bool {
    true
}
