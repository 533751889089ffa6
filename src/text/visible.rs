//! Names and texts from untrusted sources, escaped for a terminal.

use super::python;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

/// A path in a message.
pub trait Shown {
    /// Returns the path as text without terminal control: a byte that is not UTF-8 becomes
    /// `\udcff`, a control character `\x1b`.
    fn shown(&self) -> String;
}

impl Shown for OsStr {
    fn shown(&self) -> String {
        visible(&python::os_text(self)).into_owned()
    }
}

impl Shown for Path {
    fn shown(&self) -> String {
        self.as_os_str().shown()
    }
}

/// Escapes, in Python's notation, characters that control the terminal, end the line or change the
/// direction of writing.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, steers)
}

/// Escapes a text of several lines as [`visible`] does; line ends and tabs are kept.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |character| !matches!(character, '\n' | '\t') && steers(character))
}

/// Escapes a JSON text in JSON's own notation, which does not change its value.
pub fn visible_json(text: &str) -> Cow<'_, str> {
    escape_as(text, |character| character != '\n' && steers(character), |number| format!("\\u{number:04x}"))
}

fn escape(text: &str, escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    escape_as(text, escaped, |number| match number {
        ..=0xff => format!("\\x{number:02x}"),
        _ => format!("\\u{number:04x}"),
    })
}

fn escape_as(text: &str, escaped: impl Fn(char) -> bool, notation: impl Fn(u32) -> String) -> Cow<'_, str> {
    if !text.contains(&escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if escaped(character) {
            let _ = write!(out, "{}", notation(character.into()));
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Returns whether a character controls the terminal, ends the line or changes the direction of
/// writing.
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{Shown as _, visible, visible_json, visible_lines};
    use std::path::Path;

    #[test]
    fn nothing_steers() {
        assert_eq!(visible("a\x1b]0;b\x07\n\t\u{9b}\u{202e}é"), "a\\x1b]0;b\\x07\\x0a\\x09\\x9b\\u202eé");
        assert_eq!(visible_lines("a\n\tb\x1b\r"), "a\n\tb\\x1b\\x0d");
        assert_eq!(Path::new("d/a\x1b.py").shown(), "d/a\\x1b.py");
    }

    #[test]
    fn json_is_read_as_it_was() {
        let text = "a\u{9b}31m\u{202e}\x7f\x1b\"\\";
        let json = serde_json::to_string(text).unwrap();
        let shown = visible_json(&json).into_owned();
        assert_eq!(shown, "\"a\\u009b31m\\u202e\\u007f\\u001b\\\"\\\\\"");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }
}
