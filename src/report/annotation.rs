//! Workflow annotations of GitHub Actions, which attach messages to files and lines.

use crate::text::{steers, visible, visible_lines};
use std::borrow::Cow;
use std::ffi::OsStr;

/// Returns `::error …::MESSAGE` for a file or a location in it; line and column start at 1.
///
/// Characters of the file's name that are syntax in the format or control a terminal, and bytes
/// that are not UTF-8, are escaped with `%`.
pub fn error(
    file: impl AsRef<OsStr>,
    place: (Option<i64>, Option<i64>),
    title: &str,
    message: &str,
) -> String {
    annotation("error", file.as_ref(), place, title, message)
}

/// Returns `::warning …::MESSAGE` for a line of a file.
pub fn warning(file: impl AsRef<OsStr>, line: Option<u32>, title: &str, message: &str) -> String {
    annotation("warning", file.as_ref(), (line.map(i64::from), None), title, message)
}

/// Returns `::notice …::MESSAGE` for a file.
pub fn notice(file: impl AsRef<OsStr>, title: &str, message: &str) -> String {
    annotation("notice", file.as_ref(), (None, None), title, message)
}

/// Returns the message of an annotation of a file. Files in an archive have no annotations: a
/// message about one begins with its name and is attached to the archive.
pub fn about<'a>(member: Option<&str>, message: &'a str) -> Cow<'a, str> {
    match member {
        None => message.into(),
        Some(member) => format!("{member}: {message}").into(),
    }
}

/// Returns `::notice …::MESSAGE` without a file.
pub fn note(message: &str) -> String {
    format!("::notice title=pycompile note::{}", data(&visible_lines(message)))
}

fn annotation(
    command: &str,
    file: &OsStr,
    place: (Option<i64>, Option<i64>),
    title: &str,
    message: &str,
) -> String {
    let (line, column) = place;
    let place =
        |name: &str, value: Option<i64>| value.map_or(String::new(), |value| format!(",{name}={value}"));
    let rest = format!(
        "{}{},title={}::{}",
        place("line", line),
        place("col", column),
        property(&visible(&format!("pycompile {title}"))),
        data(&visible_lines(message))
    );
    format!("::{command} file={}{rest}", file_name(file))
}

fn file_name(file: &OsStr) -> String {
    let mut name = String::new();
    let escape = |name: &mut String, bytes: &[u8]| {
        bytes.iter().for_each(|byte| name.push_str(&format!("%{byte:02X}")));
    };
    for chunk in file.as_encoded_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            match matches!(character, '%' | ':' | ',') || steers(character) {
                true => escape(&mut name, character.encode_utf8(&mut [0; 4]).as_bytes()),
                false => name.push(character),
            }
        }
        escape(&mut name, chunk.invalid());
    }
    name
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
            "::error file=a%3Ab%2Cc%25%0A.py,line=3,title=pycompile SyntaxError::50%25: a, b\\x0d%0Ac"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_name_does_not_control_a_terminal() {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"\xc3\xbc\x1b[31m\x7f\xc2\x9b\xe2\x80\xae\xff\x9b.py");
        assert_eq!(
            error(name, (None, None), "t\x1b", "\x1b[31m"),
            "::error file=ü%1B[31m%7F%C2%9B%E2%80%AE%FF%9B.py,title=pycompile t\\x1b::\\x1b[31m"
        );
    }
}
