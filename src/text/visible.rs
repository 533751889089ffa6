//! Names that come from somebody else, as text for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text in which what would steer a terminal, end the line or turn the direction of writing stands in Python's notation.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match u32::from(character) {
            _ if !steers(character) => out.push(character),
            number @ ..=0xff => drop(write!(out, "\\x{number:02x}")),
            number => drop(write!(out, "\\u{number:04x}")),
        }
    }
    Cow::Owned(out)
}

/// The same for a text of several lines.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
