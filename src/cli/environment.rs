//! Environment of the process. The only place that reads it.
#![allow(clippy::disallowed_methods, reason = "this is the place")]

use crate::engine::python::Places;
use crate::project::CachePrefix;
use crate::text::Shown as _;
use std::ffi::OsString;
use std::path::PathBuf;

/// Returns whether `SOURCE_DATE_EPOCH` is set; empty counts as unset, as in `py_compile`.
pub(super) fn source_date_epoch() -> Option<OsString> {
    std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty())
}

/// `PYTHONPYCACHEPREFIX`; empty counts as unset, as for Python.
///
/// # Errors
/// The working directory is gone.
pub(super) fn pycache_prefix() -> Result<Option<CachePrefix>, super::CommandError> {
    let Some(value) = std::env::var_os("PYTHONPYCACHEPREFIX").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(CachePrefix { folder: value.into(), working_directory: working_directory()? }))
}

/// The working directory.
///
/// # Errors
/// It is gone.
pub(super) fn working_directory() -> Result<PathBuf, super::CommandError> {
    std::env::current_dir()
        .map_err(|error| super::CommandError::Usage(format!("there is no working directory: {error}")))
}

/// `PATH`, and where pyenv and uv keep the interpreters that they have installed.
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

/// `PYTHONWARNINGS`.
pub(super) fn python_warnings() -> String {
    std::env::var_os("PYTHONWARNINGS").map_or_else(String::new, |value| value.to_string_lossy().into_owned())
}

/// The time that entries of archives carry, in seconds since 1970: `SOURCE_DATE_EPOCH`, or the
/// first that a zip can hold.
///
/// # Errors
/// A `SOURCE_DATE_EPOCH` that is no number of seconds, or after the last time that a zip can hold.
pub(super) fn archive_time() -> Result<i64, super::CommandError> {
    /// The end of 2107.
    const LAST: u64 = 4_354_819_199;
    match seconds()? {
        None => Ok(0),
        Some(time) => i64::try_from(time).ok().filter(|_| time <= LAST).ok_or_else(|| {
            let message = format!(
                "SOURCE_DATE_EPOCH is {time}, which is after 2107: wheels and zips have no such time"
            );
            super::CommandError::Usage(message)
        }),
    }
}

/// Returns the latest modification time, in seconds since 1970: `SOURCE_DATE_EPOCH`.
///
/// # Errors
/// None is set, or it is no number of seconds.
pub(super) fn latest_time() -> Result<u64, super::CommandError> {
    seconds()?.ok_or_else(|| {
        let message = "--clamp-mtime needs SOURCE_DATE_EPOCH, which is not set";
        super::CommandError::Usage(message.into())
    })
}

/// `SOURCE_DATE_EPOCH`, where the time itself counts and not only that there is one.
fn seconds() -> Result<Option<u64>, super::CommandError> {
    let Some(value) = source_date_epoch() else { return Ok(None) };
    value.to_str().and_then(|text| text.trim().parse().ok()).map(Some).ok_or_else(|| {
        let message = format!("SOURCE_DATE_EPOCH is `{}`, not a number of seconds", value.shown());
        super::CommandError::Usage(message)
    })
}

/// Columns of the terminal: `COLUMNS`, or what the terminal on standard output says, or what fits
/// most.
pub(super) fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|value| value.parse().ok());
    let terminal = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0.into());
    said.or_else(terminal).filter(|columns| (20..=1000).contains(columns)).unwrap_or(120)
}

/// `VIRTUAL_ENV`.
pub(super) fn virtual_env() -> Option<OsString> {
    std::env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty())
}
