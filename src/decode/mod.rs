//! Source bytes → text, as CPython reads files (`Parser/tokenizer/`, PEP 263).
//!
//! A byte order mark goes, a coding cookie chooses the codec, line ends become `\n`.
//!
//! **Invariant:** the text holds no `\r` and no NUL, and columns of all later stages count its UTF-8 bytes.

use std::borrow::Cow;

mod codec;
mod cookie;
mod tables;
mod utf7;

use crate::text::{Location, SyntaxError};

/// Decodes a source file.
///
/// # Errors
///
/// An unknown or unsupported encoding, bytes the encoding does not have, or a NUL.
pub fn decode(source: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    refuse_null(source)?;
    let (marked, bytes) = match source.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (true, rest),
        None => (false, source),
    };
    let text = codec::decode(bytes, cookie::find(bytes), marked)?;
    refuse_null(text.as_bytes())?;
    Ok(normalise(text))
}

fn refuse_null(bytes: &[u8]) -> Result<(), SyntaxError> {
    match memchr::memchr(0, bytes) {
        Some(_) => Err(SyntaxError::new("source code string cannot contain null bytes", Location::NONE)),
        None => Ok(()),
    }
}

/// `\r\n` and `\r` → `\n`.
fn normalise(text: Cow<'_, str>) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\r', text.as_bytes()) else { return text };
    let mut result = String::with_capacity(text.len());
    let mut rest = &*text;
    let mut next = Some(first);
    while let Some(at) = next {
        result.push_str(&rest[..at]);
        result.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
        next = memchr::memchr(b'\r', rest.as_bytes());
    }
    result.push_str(rest);
    Cow::Owned(result)
}
