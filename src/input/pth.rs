//! The directories and archives in `.pth` files.
//!
//! CPython: `addpackage` of `Lib/site.py`, from 3.15 on `_read_pth_file`; `._pth` files:
//! `Modules/getpath.py`.

use std::collections::BTreeSet;

/// Largest size of a `.pth` file whose paths are followed.
pub(super) const LARGEST: u64 = 1 << 20;

/// Returns the paths in a `.pth` file, or in a `._pth` file of an embedded Python: each line that
/// is not empty, a comment or code. Versions of Python read lines in different ways, so these are
/// the paths that any of them finds. In a file that is not UTF-8 the paths depend on the locale;
/// the result is `None`.
pub(super) fn paths(bytes: &[u8]) -> Option<BTreeSet<Vec<u8>>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut paths = BTreeSet::new();
    for line in readings(text) {
        paths.insert(line.as_bytes().to_vec());
    }
    if !text.is_ascii() {
        paths.extend(latin_paths(bytes));
    }
    Some(paths)
}

/// Returns the paths in a file that may not be text. Of a file that is not UTF-8, paths that are
/// found by chance do not count: those that no file can have, and those of up to three bytes.
pub(super) fn possible_paths(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    if let Some(paths) = paths(bytes) {
        return paths;
    }
    let mut paths = latin_paths(bytes);
    let is_name = |part: &[u8]| part.len() <= 255 && !part.contains(&0);
    paths.retain(|path| (4..=4096).contains(&path.len()) && path.split(|&byte| byte == b'/').all(is_name));
    paths
}

/// Returns the paths under a locale of one byte for each letter. Up to 3.12, the encoding is that
/// of the locale; paths are encoded by that of the file system, which can be another one.
fn latin_paths(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let latin: String = bytes.iter().copied().map(char::from).collect();
    let mut paths = BTreeSet::new();
    for line in readings(&latin) {
        paths.extend(line.chars().map(|char| u8::try_from(char).ok()).collect::<Option<Vec<u8>>>());
        paths.insert(line.as_bytes().to_vec());
    }
    paths
}

fn readings(text: &str) -> BTreeSet<&str> {
    let mut lines = BTreeSet::new();
    // Up to 3.12, a byte order mark is a part of the first line.
    for text in [text, text.strip_prefix('\u{feff}').unwrap_or(text)] {
        // Up to 3.12, only newlines end a line.
        lines.extend(text.split(['\n', '\r']));
        lines.extend(text.split(ends_line));
    }
    let mut paths = BTreeSet::new();
    for line in lines {
        // From 3.15 on, blanks before a line are ignored.
        for line in [line, line.trim_start_matches(is_space)] {
            let is_import = line.starts_with("import ") || line.starts_with("import\t");
            let path = line.trim_end_matches(is_space);
            if !line.starts_with('#') && !is_import && !path.is_empty() {
                paths.insert(path);
            }
        }
    }
    paths
}

/// Returns whether `str.splitlines` ends a line at a character.
fn ends_line(char: char) -> bool {
    let others = ['\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    matches!(char, '\n' | '\r') || others.contains(&char)
}

/// Returns the value of `str.isspace`, which `str.strip` goes by.
fn is_space(char: char) -> bool {
    char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<String> {
        paths(bytes).unwrap().iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    }

    #[test]
    fn lines_as_site_reads_them() {
        let text = "# comment\n\nimport os; x()\nimport\tsys\n../lib.egg  \r\n/abs\r\n../lib.egg\n";
        assert_eq!(read(text.as_bytes()), ["../lib.egg", "/abs"]);
        assert_eq!(paths(b"\xff\nx\n"), None);
    }

    #[test]
    fn every_version_counts() {
        // 3.8 to 3.14 keep blanks before a path, 3.15 does not.
        assert_eq!(read(b"  out\n  # no\n"), ["  # no", "  out", "out"]);
        assert_eq!(read(b"\timport os\n"), ["\timport os"]);
        // All versions strip what Python calls a blank.
        assert_eq!(read(b"out\x1f\n"), ["out"]);
        // 3.8 to 3.12 end a line only at newlines.
        assert_eq!(read(b"out\x0by\n"), ["out", "out\u{b}y", "y"]);
        assert_eq!(read(b"a\rb\r\nc"), ["a", "b", "c"]);
        // 3.8 to 3.12 keep a byte order mark, or see other letters instead.
        let marked = paths("\u{feff}/out".as_bytes()).unwrap();
        for path in ["/out", "\u{feff}/out", "\u{ef}\u{bb}\u{bf}/out"] {
            assert!(marked.contains(path.as_bytes()), "{path:?}");
        }
        // The last byte is a blank in Latin-1.
        assert!(paths("out\u{e0}".as_bytes()).unwrap().contains(b"out\xc3".as_slice()));
    }
}
