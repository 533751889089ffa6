//! Which codec a name stands for, and decoding with it.

use std::borrow::Cow;

use super::cookie::Cookie;
use super::tables::{ALIASES, NOT_TEXT, SINGLE_BYTE, UNSUPPORTED};
use super::utf7;
use crate::text::{Location, SyntaxError};

/// Where CPython puts the errors of a codec: line 0, column −1 (counted from 1).
const NOWHERE: Location = Location::new(0, 0, -2, -2);

/// Decodes `bytes`; `marked` if a byte order mark stood before them.
pub(super) fn decode<'s>(
    bytes: &'s [u8],
    cookie: Option<Cookie<'_>>,
    marked: bool,
) -> Result<Cow<'s, str>, SyntaxError> {
    let name = cookie.map(|cookie| normal(cookie.name));
    match name.as_deref() {
        Some(name) if marked && name != "utf-8" => {
            let message = format!("encoding problem: {name} with BOM");
            let (line, end) = cookie.map_or((1, 0), |cookie| {
                let letters = String::from_utf8_lossy(cookie.line).chars().count();
                (cookie.number, i32::try_from(letters).unwrap_or(i32::MAX - 2) + cookie.number - 2)
            });
            Err(SyntaxError::new(message, Location::new(line, line, -1, end)))
        }
        None | Some("utf-8") => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
        },
        Some("iso-8859-1") => Ok(latin_1(bytes)),
        Some(name) => named(bytes, name),
    }
}

/// Whether a source with this cookie is UTF-8.
pub(super) fn is_utf_8(cookie: Option<Cookie<'_>>) -> bool {
    cookie.is_none_or(|cookie| normal(cookie.name) == "utf-8")
}

/// CPython's own normal form of the two encodings that it knows without codecs.
fn normal(name: &str) -> Cow<'_, str> {
    let short: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    let is =
        |known: &str| short == known || short.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") {
        Cow::Borrowed("utf-8")
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        Cow::Borrowed("iso-8859-1")
    } else {
        Cow::Borrowed(name)
    }
}

fn latin_1(bytes: &[u8]) -> Cow<'_, str> {
    Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect())
}

/// Decodes by name of a codec of the standard library (`Lib/encodings/__init__.py`).
fn named<'s>(bytes: &'s [u8], name: &str) -> Result<Cow<'s, str>, SyntaxError> {
    let mut key = String::with_capacity(name.len());
    for part in name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|part| !part.is_empty()) {
        if !key.is_empty() {
            key.push('_');
        }
        key.push_str(&part.to_ascii_lowercase());
    }
    let alias =
        |key: &str| ALIASES.binary_search_by_key(&key, |&(alias, _)| alias).ok().map(|at| ALIASES[at].1);
    let codec = alias(&key).or_else(|| alias(&key.replace('.', "_"))).unwrap_or(&key);
    if let Ok(at) = SINGLE_BYTE.binary_search_by_key(&codec, |&(name, _)| name) {
        return single_byte(bytes, SINGLE_BYTE[at].1);
    }
    match codec {
        "latin_1" => Ok(latin_1(bytes)),
        "ascii" => match bytes.iter().position(|byte| !byte.is_ascii()) {
            Some(at) => Err(undecodable("ascii", bytes, at, at + 1, "ordinal not in range(128)")),
            None => utf_8(bytes, 0),
        },
        "utf_8" => utf_8(bytes, 0),
        "utf_8_sig" => match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => utf_8(rest, 3),
            None => utf_8(bytes, 0),
        },
        "utf_7" => match utf7::decode(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(fault) => Err(undecodable("utf7", bytes, fault.start, fault.end, fault.reason)),
        },
        _ if UNSUPPORTED.binary_search(&codec).is_ok() => {
            let message = format!("the native compiler does not support the encoding {name}");
            Err(SyntaxError::new(message, NOWHERE))
        }
        _ if NOT_TEXT.contains(&codec) => {
            let message =
                format!("'{name}' is not a text encoding; use codecs.decode() to handle arbitrary codecs");
            Err(SyntaxError::new(message, NOWHERE))
        }
        _ => Err(SyntaxError::new(format!("unknown encoding: {name}"), NOWHERE)),
    }
}

/// `chars` as in [`SINGLE_BYTE`].
fn single_byte<'s>(bytes: &'s [u8], chars: &str) -> Result<Cow<'s, str>, SyntaxError> {
    let mut table: Vec<char> = chars.chars().collect();
    if table.len() == 128 {
        table.splice(0..0, (0..128).map(char::from));
    }
    let mut text = String::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        match table.get(usize::from(byte)) {
            Some(&character) if character != '\u{fffe}' => text.push(character),
            _ => return Err(undecodable("charmap", bytes, at, at + 1, "character maps to <undefined>")),
        }
    }
    Ok(Cow::Owned(text))
}

/// UTF-8 under a name that CPython leaves to the codec; `skipped` bytes stood before.
pub(super) fn utf_8(bytes: &[u8], skipped: usize) -> Result<Cow<'_, str>, SyntaxError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let (end, reason) = match (error.error_len(), bytes.get(at)) {
        (None, _) => (bytes.len(), "unexpected end of data"),
        (Some(length), Some(0xc2..=0xf4)) => (at + length, "invalid continuation byte"),
        (Some(length), _) => (at + length, "invalid start byte"),
    };
    let fault = undecodable("utf-8", bytes, at, end, reason);
    Err(if skipped == 0 { fault } else { undecodable("utf-8", bytes, at + skipped, end + skipped, reason) })
}

fn undecodable(codec: &str, bytes: &[u8], start: usize, end: usize, reason: &str) -> SyntaxError {
    let place = if end > start + 1 {
        format!("bytes in position {start}-{}", end - 1)
    } else {
        format!("byte 0x{:02x} in position {start}", bytes.get(start).copied().unwrap_or(0))
    };
    SyntaxError::new(format!("'{codec}' codec can't decode {place}: {reason}"), NOWHERE)
}

fn not_utf8(bytes: &[u8], at: usize) -> SyntaxError {
    let ahead = &bytes[..at];
    let breaks = memchr::memchr_iter(b'\n', ahead);
    let line = i32::try_from(1 + breaks.count()).unwrap_or(i32::MAX);
    let start = memchr::memrchr(b'\n', ahead).map_or(0, |at| at + 1);
    // There is no text to convert columns with, so these are characters at once.
    let letters = String::from_utf8_lossy(&ahead[start..]).chars().count();
    let column = i32::try_from(letters).unwrap_or(i32::MAX);
    let byte = bytes.get(at).copied().unwrap_or(0);
    let message = format!(
        "Non-UTF-8 code starting with '\\x{byte:02x}' on line {line}, but no encoding declared; see \
         https://peps.python.org/pep-0263/ for details"
    );
    SyntaxError::new(message, Location::new(line, line, column, column))
}
