//! Environment of the process. No other module reads it.
#![allow(clippy::disallowed_methods, reason = "this is the place")]

use super::error::CommandError;
use crate::archive::DosTime;
use crate::engine::python::Places;
use crate::project::backend::PretendVersions;
use crate::project::{CachePrefix, real_path};
use crate::pyc::InvalidationMode;
use crate::text::Shown as _;
use std::ffi::OsString;
use std::path::PathBuf;

/// Returns whether `SOURCE_DATE_EPOCH` is set; empty counts as unset, as in `py_compile`.
pub(super) fn source_date_epoch() -> Option<OsString> {
    std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty())
}

/// Returns the invalidation mode of `py_compile` in this environment.
pub(super) fn default_mode() -> InvalidationMode {
    match source_date_epoch() {
        Some(_) => InvalidationMode::CheckedHash,
        None => InvalidationMode::Timestamp,
    }
}

/// Returns `PYTHONPYCACHEPREFIX`; empty counts as unset, as in Python.
///
/// # Errors
/// The working directory does not exist.
pub(super) fn pycache_prefix() -> Result<Option<CachePrefix>, CommandError> {
    let Some(value) = std::env::var_os("PYTHONPYCACHEPREFIX").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(CachePrefix { folder: value.into(), working_directory: working_directory()? }))
}

/// Returns the level that `PYTHONOPTIMIZE` sets, read as Python reads it: what is not a number, or
/// is negative, counts as 1.
pub(super) fn python_optimize() -> u8 {
    let value = std::env::var_os("PYTHONOPTIMIZE").filter(|value| !value.is_empty());
    value.map_or(0, |value| {
        let number = value.to_str().and_then(|text| text.trim_start().parse::<i32>().ok()).unwrap_or(1);
        u8::try_from(number).unwrap_or(if number < 0 { 1 } else { u8::MAX })
    })
}

/// Returns the working directory.
///
/// # Errors
/// The working directory does not exist.
pub(super) fn working_directory() -> Result<PathBuf, CommandError> {
    std::env::current_dir()
        .map_err(|error| CommandError::Usage(format!("there is no working directory: {error}")))
}

/// Returns the working directory by the name under which the user entered it: `PWD`, which may
/// contain symlinks; `None` if that is the name of another directory.
pub(super) fn entered_directory() -> Option<PathBuf> {
    let entered = std::env::var_os("PWD").map(PathBuf::from).filter(|entered| entered.is_absolute())?;
    let is_here = real_path(&entered).ok()? == real_path(&std::env::current_dir().ok()?).ok()?;
    is_here.then_some(entered)
}

/// Returns the directories of `PATH`, and those in which pyenv and uv install interpreters.
pub(super) fn places() -> Places {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME");
    let in_home = |folder: &str| home.as_ref().map(|home| home.join(folder));
    let pyenv = variable("PYENV_ROOT").or_else(|| in_home(".pyenv"));
    let data = || variable("XDG_DATA_HOME").or_else(|| in_home(".local/share"));
    let uv = variable("UV_PYTHON_INSTALL_DIR").or_else(|| data().map(|data| data.join("uv/python")));
    let installations = pyenv.map(|pyenv| pyenv.join("versions")).into_iter().chain(uv).collect();
    Places { path: std::env::var_os("PATH"), installations }
}

/// Returns the variables that set a version which comes from a repository, such as
/// `SETUPTOOLS_SCM_PRETEND_VERSION`.
pub(super) fn pretend_versions() -> PretendVersions {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    PretendVersions::new(std::env::vars_os().filter_map(text))
}

/// Returns `PYTHONWARNINGS`.
pub(super) fn python_warnings() -> String {
    std::env::var_os("PYTHONWARNINGS").map_or_else(String::new, |value| value.to_string_lossy().into_owned())
}

/// Returns the modification time of archive entries, in seconds since 1970: `SOURCE_DATE_EPOCH`, or
/// the first time that a zip can represent.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is not a number of seconds, or is after the last time that a zip can
/// represent.
pub(super) fn archive_time() -> Result<i64, CommandError> {
    match seconds()? {
        None => Ok(*DosTime::RANGE.start()),
        Some(time) => i64::try_from(time).ok().filter(|time| time <= DosTime::RANGE.end()).ok_or_else(|| {
            let message = format!(
                "SOURCE_DATE_EPOCH is {time}, which is after 2107, the last year that wheels and zips can represent"
            );
            CommandError::Usage(message)
        }),
    }
}

/// Returns the latest modification time, in seconds since 1970: `SOURCE_DATE_EPOCH`.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is not set, or is not a number of seconds.
pub(super) fn latest_time() -> Result<u64, CommandError> {
    seconds()?.ok_or_else(|| {
        let message = "--clamp-mtime needs SOURCE_DATE_EPOCH, which is not set";
        CommandError::Usage(message.into())
    })
}

/// Returns `SOURCE_DATE_EPOCH` for uses that need the time itself.
fn seconds() -> Result<Option<u64>, CommandError> {
    let Some(value) = source_date_epoch() else { return Ok(None) };
    value.to_str().and_then(|text| text.trim().parse().ok()).map(Some).ok_or_else(|| {
        let message = format!("SOURCE_DATE_EPOCH is `{}`, not a number of seconds", value.shown());
        CommandError::Usage(message)
    })
}

/// Returns the width of the terminal: `COLUMNS`, or the width of the terminal on standard output,
/// or a default that fits most terminals.
pub(super) fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|value| value.parse().ok());
    let terminal = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0.into());
    said.or_else(terminal).filter(|columns| (20..=1000).contains(columns)).unwrap_or(120)
}

/// Returns `VIRTUAL_ENV`.
pub(super) fn virtual_env() -> Option<OsString> {
    std::env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty())
}
