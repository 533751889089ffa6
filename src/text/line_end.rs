//! Line ends.

/// Returns whether `str.splitlines` ends a line at a character.
pub const fn ends_line(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Returns a text with `\n` for `\r\n`. Other carriage returns are kept: `site` ends a line at
/// them.
pub fn unix_lines(text: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => lines.extend_from_slice(&[line, b"\n"].concat()),
            None => lines.extend_from_slice(line),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::unix_lines;

    #[test]
    fn other_carriage_returns_stay() {
        for (text, expected) in [
            (&b"a\r\nb\r\n"[..], &b"a\nb\n"[..]),
            (b"import _virtu\ralenv\n", b"import _virtu\ralenv\n"),
            (b"a\r\r\nb\r", b"a\r\nb\r"),
            (b"", b""),
        ] {
            assert_eq!(unix_lines(text), expected);
        }
    }
}
