//! Lines for `sha256sum --check --strict`.
//!
//! Format: GNU coreutils; a name with a backslash, newline or carriage return is escaped and its
//! line marked with a leading backslash.

use super::model::Manifest;
use std::fmt::Write as _;

/// Returns one line for each pyc. Archives are comments, because they are in another directory than
/// the pycs.
pub fn sha256sum(manifest: &Manifest) -> String {
    let mut text = String::new();
    for archive in &manifest.archives {
        let _ = writeln!(text, "# {}  {}", archive.sha256, archive.path.replace(['\n', '\r'], " "));
    }
    for file in &manifest.files {
        let escaped = file.path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        let mark = if escaped == file.path { "" } else { "\\" };
        let _ = writeln!(text, "{mark}{}  {escaped}", file.sha256);
    }
    text
}
