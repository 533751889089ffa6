//! Text that may have lone surrogates, which CPython decodes and then cannot encode as UTF-8.

use std::ops::Range;

/// Text as a codec makes it, code point by code point.
#[derive(Default)]
pub(super) struct Points {
    text: String,
    count: usize,
    /// The first lone surrogate, and the places of it and of those that follow it directly.
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

    /// The text, or CPython's words for what it cannot encode.
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
