//! Text that may have lone surrogates, which CPython decodes and then cannot encode as UTF-8.

use std::ops::Range;

/// Text from a codec, one code point after another.
#[derive(Default)]
pub(super) struct Points {
    text: String,
    count: usize,
    /// The first lone surrogate, and the positions of it and of those directly after it.
    lone: Option<(u32, Range<usize>)>,
}

impl Points {
    pub(super) fn push(&mut self, point: u32) {
        match char::from_u32(point) {
            Some(character) => self.text.push(character),
            None => match &mut self.lone {
                None => self.lone = Some((point, self.count..self.count + 1)),
                Some((_, places)) if places.end == self.count => places.end += 1,
                Some(_) => {}
            },
        }
        self.count += 1;
    }

    /// Returns the text, or CPython's message for text that cannot be encoded.
    pub(super) fn finish(self) -> Result<String, String> {
        match self.lone {
            None => Ok(self.text),
            Some((point, places)) if places.len() == 1 => Err(format!(
                "'utf-8' codec can't encode character '\\u{point:x}' in position {}: surrogates not allowed",
                places.start
            )),
            Some((_, places)) => Err(format!(
                "'utf-8' codec can't encode characters in position {}-{}: surrogates not allowed",
                places.start,
                places.end - 1
            )),
        }
    }
}
