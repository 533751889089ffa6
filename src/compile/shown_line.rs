//! The source line in an error, as CPython reads it again from the file.
//!
//! CPython: `_PyErr_ProgramDecodedTextObject` and `err_programtext` in `Python/errors.c`.

use crate::decode::{Declared, EncodedSource};
use crate::target::Target;
use crate::text::{ErrorType, Location, SyntaxError};

/// Number of bytes that CPython reads of a line at once.
const PART: usize = 999;

/// The byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Properties of a file that decide how its lines are read again.
#[derive(Debug, Default)]
pub(super) struct LineReading {
    declared: Declared,
    /// True if the source begins with a byte order mark.
    marked: bool,
    /// Bytes of the file, if they are not those of the text.
    encoded: Option<Box<[u8]>>,
}

impl LineReading {
    /// Returns how the lines of `source` are read.
    pub(super) fn new(source: EncodedSource<'_>) -> Self {
        let declared = source.declared();
        let encoded = (declared == Declared::Other).then(|| source.mended_from().into());
        Self { declared, marked: source.is_marked(), encoded }
    }

    /// Returns how the lines of a source are read that has bytes that are not text.
    pub(super) fn replacing(source: EncodedSource<'_>) -> Self {
        Self { encoded: Some(source.mended_from().into()), ..Self::new(source) }
    }

    /// Returns whether the source says nothing about its encoding.
    pub(super) fn lacks_encoding(&self) -> bool {
        self.declared == Declared::Nothing && !self.marked
    }

    /// Returns a location in the bytes of the file as one in the text with replacement characters.
    pub(super) fn location_in_replaced(&self, location: Location) -> Location {
        let index = usize::try_from(location.line()).ok().and_then(|line| line.checked_sub(1));
        let bytes = self.encoded.as_deref().unwrap_or_default();
        let line = index.and_then(|index| bytes.split(|&byte| byte == b'\n').nth(index));
        let column = |column| {
            let before = usize::try_from(column).ok().and_then(|column| line?.get(..column));
            let length = before.map(|before| String::from_utf8_lossy(before).len());
            length.and_then(|length| i32::try_from(length).ok()).unwrap_or(column)
        };
        let (first, end) = (column(location.column()), column(location.end_column()));
        Location::new(location.line(), location.end_line(), first, end)
    }

    /// Returns the text in which the location of `error` is shown: its line, after empty lines.
    /// Errors of the tokenizer are shown in the tokenizer's own text. `parsed` is true if the
    /// source was refused after parsing.
    pub(super) fn text(&self, text: &str, error: &SyntaxError, parsed: bool, target: &Target) -> String {
        let index = usize::try_from(error.location.line()).ok().and_then(|line| line.checked_sub(1));
        let by_tokenizer = matches!(error.kind, ErrorType::Token | ErrorType::TokenInBytes);
        let Some(index) = index.filter(|_| !by_tokenizer) else { return text.to_owned() };
        let Some(line) = text.split_inclusive('\n').nth(index) else { return text.to_owned() };
        let shown = match &self.encoded {
            None => self.line(line.as_bytes(), index, parsed, target),
            Some(encoded) => {
                let line = encoded.split_inclusive(|&byte| byte == b'\n').nth(index).unwrap_or_default();
                self.line(line, index, parsed, target)
            }
        };
        let shown = shown.unwrap_or_else(|| if parsed { String::new() } else { line.to_owned() });
        "\n".repeat(index) + &shown
    }

    /// Returns the line at `index` as CPython shows it: of a long line, the first or the last part.
    /// `None` if CPython cannot decode it.
    fn line(&self, line: &[u8], index: usize, parsed: bool, target: &Target) -> Option<String> {
        let mark = if index == 0 && self.marked { MARK } else { b"" };
        let whole = [mark, line].concat();
        let mut parts = whole.chunks(PART);
        if target.features.last_part_of_line {
            let part = parts.next_back().unwrap_or_default();
            if part.len() == PART && !part.ends_with(b"\n") {
                return None;
            }
            if parsed || self.declared == Declared::Nothing {
                return String::from_utf8(part.to_vec()).ok();
            }
            return self.decoded(part, target);
        }
        let part = parts.next().unwrap_or_default();
        self.decoded(part.strip_prefix(mark).unwrap_or(part), target)
    }

    fn decoded(&self, part: &[u8], target: &Target) -> Option<String> {
        match &self.encoded {
            Some(encoded) => EncodedSource::new(encoded).decode_replacing(part, target),
            None => Some(String::from_utf8_lossy(part).into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineReading;
    use crate::decode::Declared;
    use crate::target::{Release, Target};

    /// Lines that 3.13.0 and 3.13.5 show.
    #[test]
    fn long_lines_are_read_in_parts() {
        let shown = |line: &str, marked, release: &str| {
            let target = Target::find(release.parse::<Release>().unwrap()).unwrap();
            let declared = if marked { Declared::Utf8 } else { Declared::Nothing };
            let reading = LineReading { declared, marked, encoded: None };
            reading.line(line.as_bytes(), 0, false, target).unwrap_or_else(|| line.to_owned())
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
