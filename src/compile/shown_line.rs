//! The source line in an error, as CPython reads it again from the file.
//!
//! CPython: `_PyErr_ProgramDecodedTextObject` and `err_programtext` in `Python/errors.c`.

use crate::target::Target;
use crate::text::{ErrorType, SyntaxError};

/// Number of bytes that CPython reads of a line at once.
const PART: usize = 999;

/// The byte order mark.
const MARK: &str = "\u{feff}";

/// Properties of a file that decide how its lines are read again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineReading {
    /// True if the source begins with a byte order mark.
    pub(super) marked: bool,
    /// True if the file has the bytes of the text.
    pub(super) utf_8: bool,
}

impl LineReading {
    /// Returns the text in which the location of `error` is shown: its line, after empty lines.
    /// Errors of the tokenizer are shown in the tokenizer's own text.
    pub(super) fn text(self, text: &str, error: &SyntaxError, target: &Target) -> String {
        let index = usize::try_from(error.location.line()).ok().and_then(|line| line.checked_sub(1));
        let Some(index) = index.filter(|_| error.kind != ErrorType::Token) else { return text.to_owned() };
        let Some(line) = text.split_inclusive('\n').nth(index) else { return text.to_owned() };
        "\n".repeat(index) + &self.line(line, index, target)
    }

    /// Returns the line at `index` as CPython shows it: of a long line, the first or the last part.
    fn line(self, line: &str, index: usize, target: &Target) -> String {
        let last = target.features.last_part_of_line;
        let whole = if index == 0 && self.marked { format!("{MARK}{line}") } else { line.to_owned() };
        if !self.utf_8 || whole.len() <= PART {
            return if last { whole } else { line.to_owned() };
        }
        let mut parts = whole.as_bytes().chunks(PART);
        if !last {
            let part = parts.next().unwrap_or_default();
            return String::from_utf8_lossy(part.strip_prefix(MARK.as_bytes()).unwrap_or(part)).into_owned();
        }
        let part = parts.next_back().unwrap_or_default();
        match std::str::from_utf8(part) {
            Ok(part) => part.to_owned(),
            // Only a source with a declared encoding is decoded with replacements.
            Err(_) if self.marked => String::from_utf8_lossy(part).into_owned(),
            Err(_) => line.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineReading;
    use crate::target::{Release, Target};

    /// Lines that 3.13.0 and 3.13.5 show.
    #[test]
    fn long_lines_are_read_in_parts() {
        let shown = |line: &str, marked, release: &str| {
            let target = Target::find(release.parse::<Release>().unwrap()).unwrap();
            LineReading { marked, utf_8: true }.line(line, 0, target)
        };
        let line = format!("x={} b\n", "a".repeat(1500));
        assert_eq!(shown(&line, false, "3.13.5"), line[..999]);
        assert_eq!(shown(&line, true, "3.13.5"), line[..996]);
        assert_eq!(shown(&line, false, "3.13.0"), line[999..]);
        assert_eq!(shown(&line, true, "3.13.0"), line[996..]);
        let split = format!("x={} b\n", "é".repeat(600));
        assert!(shown(&split, false, "3.13.5").ends_with("é\u{fffd}"));
        assert_eq!(shown(&split, false, "3.13.0"), split);
        let aligned = format!("x=a{} b\n", "é".repeat(600));
        assert_eq!(shown(&aligned, false, "3.13.0"), aligned[999..]);
        assert_eq!(shown("x y\n", true, "3.13.0"), "\u{feff}x y\n");
        assert_eq!(shown("x y\n", true, "3.13.5"), "x y\n");
    }
}
