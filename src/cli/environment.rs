//! What the process was started with. The only place that reads the environment.
#![allow(clippy::disallowed_methods, reason = "this is the place")]

use std::ffi::OsString;

/// Whether `SOURCE_DATE_EPOCH` is set; empty counts as unset, as in `py_compile`.
pub(super) fn source_date_epoch() -> Option<OsString> {
    std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty())
}

/// `PATH`.
pub(super) fn search_path() -> Option<OsString> {
    std::env::var_os("PATH")
}
