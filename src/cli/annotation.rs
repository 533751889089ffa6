//! Workflow annotations of GitHub Actions, which attach messages to files and lines.

use crate::text::visible_lines;
use std::ffi::OsStr;

/// Returns `::error …::MESSAGE` for a file or a location in it; line and column start at 1.
///
/// Only characters that are syntax in the format are escaped: all others appear byte for byte.
pub(super) fn error(
    file: impl AsRef<OsStr>,
    place: (Option<i64>, Option<i64>),
    title: &str,
    message: &str,
) -> Vec<u8> {
    annotation("error", file.as_ref(), place, title, message)
}

/// Returns `::warning …::MESSAGE` for a line of a file.
pub(super) fn warning(file: impl AsRef<OsStr>, line: Option<u32>, title: &str, message: &str) -> Vec<u8> {
    annotation("warning", file.as_ref(), (line.map(i64::from), None), title, message)
}

/// Returns `::notice …::MESSAGE` for a file.
pub(super) fn notice(file: impl AsRef<OsStr>, title: &str, message: &str) -> Vec<u8> {
    annotation("notice", file.as_ref(), (None, None), title, message)
}

fn annotation(
    command: &str,
    file: &OsStr,
    place: (Option<i64>, Option<i64>),
    title: &str,
    message: &str,
) -> Vec<u8> {
    let (line, column) = place;
    let place =
        |name: &str, value: Option<i64>| value.map_or(String::new(), |value| format!(",{name}={value}"));
    let rest = format!(
        "{}{},title={}::{}",
        place("line", line),
        place("col", column),
        property(&format!("pycompile {title}")),
        data(&visible_lines(message))
    );
    let name: Vec<u8> = file.as_encoded_bytes().iter().fold(Vec::new(), |mut name, &byte| {
        match byte {
            b'%' | b'\r' | b'\n' | b':' | b',' => name.extend_from_slice(format!("%{byte:02X}").as_bytes()),
            byte => name.push(byte),
        }
        name
    });
    [format!("::{command} file=").as_bytes(), &*name, rest.as_bytes()].concat()
}

/// Escapes `%` and line ends.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes `%`, line ends, `:` and `,`, which are syntax in properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::error;

    #[test]
    fn nothing_of_a_name_or_message_is_taken_for_syntax() {
        assert_eq!(
            error("a:b,c%\n.py", (Some(3), None), "SyntaxError", "50%: a, b\r\nc"),
            b"::error file=a%3Ab%2Cc%25%0A.py,line=3,title=pycompile SyntaxError::50%25: a, b\\x0d%0Ac"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_name_is_the_files_own() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(
            error(std::ffi::OsStr::from_bytes(b"e\x1b[31m\xff.py"), (None, None), "t", "\x1b[31m"),
            b"::error file=e\x1b[31m\xff.py,title=pycompile t::\\x1b[31m"
        );
    }
}
