//! Text that may have lone surrogates, which CPython decodes and then cannot encode as UTF-8.

/// Text as a codec makes it, code point by code point.
#[derive(Default)]
pub(super) struct Points {
    text: String,
    count: usize,
    /// The first lone surrogate, and how many code points stand before it.
    lone: Option<(u32, usize)>,
}

impl Points {
    pub(super) fn push(&mut self, point: u32) {
        match char::from_u32(point) {
            Some(character) => self.text.push(character),
            None => self.lone = self.lone.or(Some((point, self.count))),
        }
        self.count += 1;
    }

    /// The text, or CPython's words for what it cannot encode.
    pub(super) fn finish(self) -> Result<String, String> {
        match self.lone {
            None => Ok(self.text),
            Some((point, place)) => Err(format!(
                "'utf-8' codec can't encode character '\\u{point:x}' in position {place}: surrogates not allowed"
            )),
        }
    }
}
