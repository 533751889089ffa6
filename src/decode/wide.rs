//! UTF-16 and UTF-32, as CPython decodes a source whose cookie names them and can be read byte by
//! byte.

use super::fault::CodecFault;

/// Decodes UTF-16 without a byte order mark.
pub(super) fn utf_16(bytes: &[u8], big: bool) -> Result<String, CodecFault> {
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    let unit = |at: usize| {
        let &pair = bytes.get(at..)?.first_chunk::<2>()?;
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let mut at = 0;
    while at < bytes.len() {
        let Some(first) = unit(at) else {
            return Err(CodecFault::undecodable(at, bytes.len(), "truncated data"));
        };
        let second = match first {
            0xd800..=0xdbff => match unit(at + 2) {
                Some(second @ 0xdc00..=0xdfff) => Some(second),
                Some(_) => return Err(CodecFault::undecodable(at, at + 2, "illegal UTF-16 surrogate")),
                None => return Err(CodecFault::undecodable(at, bytes.len(), "unexpected end of data")),
            },
            0xdc00..=0xdfff => return Err(CodecFault::undecodable(at, at + 2, "illegal encoding")),
            _ => None,
        };
        at += if second.is_some() { 4 } else { 2 };
        text.extend(char::decode_utf16(std::iter::once(first).chain(second)).flatten());
    }
    Ok(text)
}

/// Refuses a source in UTF-32: its first four bytes are ASCII, and no code point is as large as
/// their value.
pub(super) fn utf_32() -> Result<String, CodecFault> {
    Err(CodecFault::undecodable(0, 4, "code point not in range(0x110000)"))
}
