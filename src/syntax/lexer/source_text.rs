//! The text for the lexer, followed by a line end and zeros so that no step has to check for its
//! end.

/// Number of zeros after the text.
const PADDING: usize = 32;

/// A decoded source (see [`crate::decode::decode`]: no byte order mark, line ends are `\n`),
/// prepared for the lexer.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// Text, a line end if the text does not end with one, and zeros.
    padded: String,
    length: usize,
    /// Padded bytes, if they differ from those of the text.
    bytes: Option<Vec<u8>>,
}

impl SourceText {
    /// Prepares `text`.
    pub fn new(text: &str) -> Self {
        let mut padded = String::with_capacity(text.len() + 1 + PADDING);
        padded.push_str(text);
        Self::pad(padded)
    }

    /// Prepares `text` in place if it has room for the padding.
    pub fn pad(mut text: String) -> Self {
        let length = text.len();
        // Reserves exactly the room needed: a list that grows by itself would briefly take three
        // times as much.
        text.reserve_exact(1 + PADDING);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.extend(std::iter::repeat_n('\0', PADDING));
        Self { padded: text, length, bytes: None }
    }

    /// Prepares a text of which some bytes are not UTF-8; `text` has a `?` for each of them.
    pub(crate) fn undecoded(text: &str, bytes: &[u8]) -> Self {
        let text = Self::new(text);
        let padding = &text.padded.as_bytes()[bytes.len()..];
        Self { bytes: Some([bytes, padding].concat()), ..text }
    }

    /// Returns the text without padding.
    pub fn text(&self) -> &str {
        &self.padded[..self.length]
    }

    pub(super) fn padded(&self) -> &str {
        &self.padded
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or(self.padded.as_bytes())
    }

    /// Returns the length including the line end.
    pub(super) fn end(&self) -> usize {
        self.padded.len() - PADDING
    }
}
