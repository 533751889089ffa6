//! Backslash escapes in string and bytes literals.

use super::remark::{Invalid, Sequence};
use crate::decode::unicode_name;
use crate::target::Target;

/// Appends the value of the body of a string literal that is not raw, as WTF-8.
///
/// Returns the first invalid escape sequence. The error is CPython's message.
pub(crate) fn text(body: &str, value: &mut Vec<u8>, target: &Target) -> Result<Option<Invalid>, String> {
    let bytes = body.as_bytes();
    let mut invalid = None;
    let mut done = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[done..]) {
        let at = done + found;
        value.extend_from_slice(&bytes[done..at]);
        done = at + 2;
        let Some(&letter) = bytes.get(at + 1) else {
            // This only occurs before a replacement field of an f-string.
            value.push(b'\\');
            return Ok(invalid);
        };
        match letter {
            b'\n' => {}
            b'x' => done = hexadecimal(body, at, 2, "truncated \\xXX escape", value)?,
            b'u' => done = hexadecimal(body, at, 4, "truncated \\uXXXX escape", value)?,
            b'U' => done = hexadecimal(body, at, 8, "truncated \\UXXXXXXXX escape", value)?,
            b'0'..=b'7' => {
                let (code, end) = octal(bytes, at + 1);
                push(value, code);
                note_octal(&mut invalid, bytes, at + 1, code);
                done = end;
            }
            b'N' => done = named(body, at, value, target)?,
            _ => match simple(letter) {
                Some(byte) => value.push(byte),
                None => {
                    value.push(b'\\');
                    done = at + 1;
                    if letter == b'\\' {
                        done += 1;
                    } else if letter.is_ascii() {
                        note_letter(&mut invalid, letter, at + 1);
                    }
                }
            },
        }
    }
    value.extend_from_slice(&bytes[done..]);
    Ok(invalid)
}

/// Appends the value of the body of a bytes literal that is not raw.
///
/// Returns the first invalid escape sequence. The error is CPython's message.
pub(crate) fn bytes(body: &[u8], value: &mut Vec<u8>) -> Result<Option<Invalid>, String> {
    let mut invalid = None;
    let mut done = 0;
    while let Some(found) = memchr::memchr(b'\\', &body[done..]) {
        let at = done + found;
        value.extend_from_slice(&body[done..at]);
        done = at + 2;
        let Some(&letter) = body.get(at + 1) else {
            return Err("(value error) Trailing \\ in string".to_owned());
        };
        match letter {
            b'\n' => {}
            b'0'..=b'7' => {
                let (code, end) = octal(body, at + 1);
                value.push((code & 0xff) as u8);
                note_octal(&mut invalid, body, at + 1, code);
                done = end;
            }
            b'x' => match (digit(body, at + 2), digit(body, at + 3)) {
                (Some(high), Some(low)) => {
                    value.push((high << 4 | low) as u8);
                    done = at + 4;
                }
                _ => return Err(format!("(value error) invalid \\x escape at position {at}")),
            },
            b'\\' => value.push(b'\\'),
            _ => match simple(letter) {
                Some(byte) => value.push(byte),
                None => {
                    value.push(b'\\');
                    done = at + 1;
                    note_letter(&mut invalid, letter, at + 1);
                }
            },
        }
    }
    value.extend_from_slice(&body[done..]);
    Ok(invalid)
}

#[cold]
fn note_letter(invalid: &mut Option<Invalid>, letter: u8, at: usize) {
    invalid.get_or_insert(Invalid { sequence: Sequence::letter(letter), at });
}

/// Records an octal number that does not fit in a byte.
fn note_octal(invalid: &mut Option<Invalid>, bytes: &[u8], at: usize, code: u32) {
    if code > 0o377
        && let Some(digits) = bytes.get(at..).and_then(<[u8]>::first_chunk)
    {
        invalid.get_or_insert(Invalid { sequence: Sequence::octal(*digits), at });
    }
}

const fn simple(letter: u8) -> Option<u8> {
    Some(match letter {
        b'\'' | b'"' => letter,
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        _ => return None,
    })
}

fn digit(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16))
}

/// Reads up to three octal digits from `at` and returns their value and end.
fn octal(bytes: &[u8], at: usize) -> (u32, usize) {
    let mut code = 0;
    let mut end = at;
    while let Some(digit @ b'0'..=b'7') = bytes.get(end).copied().filter(|_| end < at + 3) {
        code = code << 3 | u32::from(digit - b'0');
        end += 1;
    }
    (code, end)
}

fn hexadecimal(
    body: &str,
    at: usize,
    count: usize,
    truncated: &str,
    value: &mut Vec<u8>,
) -> Result<usize, String> {
    let mut code = 0u32;
    for index in at + 2..at + 2 + count {
        match digit(body.as_bytes(), index) {
            Some(digit) => code = code << 4 | digit,
            None => return Err(fault(body, at, index, truncated)),
        }
    }
    let end = at + 2 + count;
    if code > 0x0010_ffff {
        return Err(fault(body, at, end, "illegal Unicode character"));
    }
    push(value, code);
    Ok(end)
}

fn named(body: &str, at: usize, value: &mut Vec<u8>, target: &Target) -> Result<usize, String> {
    let bytes = body.as_bytes();
    if bytes.get(at + 2) != Some(&b'{') {
        return Err(fault(body, at, at + 2, "malformed \\N character escape"));
    }
    let Some(length) = memchr::memchr(b'}', &bytes[at + 3..]).filter(|&length| length > 0) else {
        let end = memchr::memchr(b'}', &bytes[at + 3..]).map_or(bytes.len(), |_| at + 3);
        return Err(fault(body, at, end, "malformed \\N character escape"));
    };
    let end = at + 4 + length;
    match unicode_name::find(&body[at + 3..end - 1], target) {
        Some(character) => {
            push(value, u32::from(character));
            Ok(end)
        }
        None => Err(fault(body, at, end, "unknown Unicode character name")),
    }
}

/// Appends a code point as generalized UTF-8, with three bytes for a lone surrogate.
fn push(value: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(character) => {
            value.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        None => value.extend_from_slice(&[
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}

/// Returns the message for an error. CPython decodes a copy in which each non-ASCII character is
/// written as `\UXXXXXXXX`, and a backslash before one as `\u005c`, and reports positions in that
/// copy.
fn fault(body: &str, start: usize, end: usize, reason: &str) -> String {
    let position = |at: usize| {
        let (mut position, mut is_escaped) = (0, false);
        for byte in body.bytes().take(at) {
            position += match byte {
                0xc0.. if is_escaped => 15,
                0xc0.. => 10,
                0x80.. => 0,
                _ => 1,
            };
            is_escaped = byte == b'\\' && !is_escaped;
        }
        position
    };
    let (start, end) = (position(start), position(end));
    if end > start + 1 {
        let last = end - 1;
        format!(
            "(unicode error) 'unicodeescape' codec can't decode bytes in position {start}-{last}: {reason}"
        )
    } else {
        format!("(unicode error) 'unicodeescape' codec can't decode byte 0x5c in position {start}: {reason}")
    }
}
