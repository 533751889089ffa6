//! The codecs `unicode_escape` and `raw_unicode_escape`: Latin-1 with the escapes of string
//! literals.

use super::fault::CodecFault;
use super::surrogates::Points;
use super::unicode_name;
use crate::target::Target;

/// Decodes `bytes` with all escapes; the names of characters are those of `target`.
pub(super) fn decode(bytes: &[u8], target: &Target) -> Result<Points, CodecFault> {
    let mut points = Points::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'\\' {
            points.push(u32::from(byte));
            at += 1;
            continue;
        }
        let start = at;
        let Some(&escape) = bytes.get(at + 1) else {
            return Err(CodecFault::undecodable(start, bytes.len(), "\\ at end of string"));
        };
        at += 2;
        let (digits, reason) = match escape {
            b'\n' => continue,
            b'0'..=b'7' => {
                let mut value = u32::from(escape - b'0');
                while let Some(&digit @ b'0'..=b'7') = bytes.get(at)
                    && at < start + 4
                {
                    value = value * 8 + u32::from(digit - b'0');
                    at += 1;
                }
                points.push(value);
                continue;
            }
            b'x' => (2, "truncated \\xXX escape"),
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            b'N' => {
                points.push(named(bytes, start, &mut at, target)?);
                continue;
            }
            _ => {
                if let Some(value) = simple(escape) {
                    points.push(u32::from(value));
                } else {
                    points.push(u32::from(b'\\'));
                    points.push(u32::from(escape));
                }
                continue;
            }
        };
        match hexadecimal(bytes, &mut at, digits) {
            Some(value) if value <= 0x10_ffff => points.push(value),
            Some(_) => return Err(CodecFault::undecodable(start, at, "illegal Unicode character")),
            None => return Err(CodecFault::undecodable(start, at, reason)),
        }
    }
    Ok(points)
}

/// Returns the character of the escape `\N` at `start`; `at` is the start of its name.
fn named(bytes: &[u8], start: usize, at: &mut usize, target: &Target) -> Result<u32, CodecFault> {
    let malformed = |end| Err(CodecFault::undecodable(start, end, "malformed \\N character escape"));
    if bytes.get(*at) != Some(&b'{') {
        return malformed(*at);
    }
    let name = &bytes[*at + 1..];
    let Some(length) = memchr::memchr(b'}', name) else { return malformed(bytes.len()) };
    if length == 0 {
        return malformed(*at + 1);
    }
    *at += length + 2;
    let name = std::str::from_utf8(&name[..length]).ok();
    let found = name.and_then(|name| unicode_name::find(name, target));
    found.map(u32::from).ok_or_else(|| CodecFault::undecodable(start, *at, "unknown Unicode character name"))
}

/// Decodes `bytes` with the escapes `\u` and `\U` alone.
pub(super) fn decode_raw(bytes: &[u8]) -> Result<Points, CodecFault> {
    let mut points = Points::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        let (digits, reason) = match bytes.get(at) {
            Some(b'u') if byte == b'\\' => (4, "truncated \\uXXXX escape"),
            Some(b'U') if byte == b'\\' => (8, "truncated \\UXXXXXXXX escape"),
            next => {
                points.push(u32::from(byte));
                if byte == b'\\'
                    && let Some(&next) = next
                {
                    points.push(u32::from(next));
                    at += 1;
                }
                continue;
            }
        };
        at += 1;
        match hexadecimal(bytes, &mut at, digits) {
            Some(value) if value <= 0x10_ffff => points.push(value),
            Some(_) => return Err(CodecFault::undecodable(start, at, "\\Uxxxxxxxx out of range")),
            None => return Err(CodecFault::undecodable(start, at, reason)),
        }
    }
    Ok(points)
}

fn simple(escape: u8) -> Option<u8> {
    Some(match escape {
        b'\\' | b'\'' | b'"' => escape,
        b'a' => 0x07,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 0x0b,
        b'f' => 0x0c,
        b'r' => b'\r',
        _ => return None,
    })
}

/// Returns the value of up to `digits` hexadecimal digits from `at`, which moves to the first
/// character after them.
fn hexadecimal(bytes: &[u8], at: &mut usize, digits: usize) -> Option<u32> {
    let mut value = 0u32;
    for _ in 0..digits {
        let digit = char::from(*bytes.get(*at)?).to_digit(16)?;
        value = value << 4 | digit;
        *at += 1;
    }
    Some(value)
}
