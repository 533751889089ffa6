//! The directories and archives in `.pth` files.
//!
//! CPython: `addpackage` of `Lib/site.py`; `._pth` files: `Modules/getpath.py`.

/// Returns the paths in a `.pth` file, or in a `._pth` file of an embedded Python: each line that
/// is not empty, a comment or code. `site` requires UTF-8; in a file that is not UTF-8, the lines
/// are read nevertheless.
pub(super) fn paths(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = text.split([
        '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
    ]);
    lines
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .filter(|line| !line.starts_with("import ") && !line.starts_with("import\t"))
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_as_site_reads_them() {
        let text = "\u{feff}# comment\n\nimport os; x()\nimport\tsys\n../lib.egg  \r\n/abs\r\n important\n";
        assert_eq!(paths(text.as_bytes()), ["../lib.egg", "/abs", " important"]);
        assert_eq!(paths(b"\xff\nx\n"), ["\u{fffd}", "x"]);
    }
}
