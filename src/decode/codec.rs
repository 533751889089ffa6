//! Lookup of a codec by name, and decoding with it.

use std::borrow::Cow;

use super::cookie::Cookie;
use super::fault::CodecFault;
use super::surrogates::Points;
use super::tables::{NOT_TEXT, OTHERS, SINGLE_BYTE};
use super::{domain, escapes, multibyte, utf7, wide};
use crate::target::Target;
use crate::text::{ErrorType, Location, SyntaxError};

/// Location that CPython gives errors of codecs: line 0, column −1 (counted from 1).
const NOWHERE: Location = Location::new(0, 0, -2, -2);

/// An error, and the bytes that a codec could not decode, if they are known.
struct Undecoded {
    error: SyntaxError,
    bytes: Option<(usize, usize)>,
}

impl Undecoded {
    /// Returns an error without bytes.
    fn new(message: impl Into<String>) -> Self {
        Self { error: SyntaxError::new(message.into(), NOWHERE), bytes: None }
    }
}

/// Decodes `bytes`; `marked` is true if a byte order mark came before them.
pub(super) fn decode<'s>(
    bytes: &'s [u8],
    cookie: Option<Cookie<'_>>,
    marked: bool,
    target: &Target,
) -> Result<Cow<'s, str>, SyntaxError> {
    let name = cookie.map(|cookie| normal(cookie.name));
    match name.as_deref() {
        Some(name) if marked && name != "utf-8" => {
            let message = format!("encoding problem: {name} with BOM");
            if !target.features.place_marked_cookie {
                return Err(SyntaxError::new(message, NOWHERE));
            }
            let (line, end) = cookie.map_or((1, 0), |cookie| (cookie.number, end_of_line(&cookie)));
            Err(SyntaxError::new(message, Location::new(line, line, -1, end)))
        }
        None | Some("utf-8") => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
        },
        Some("iso-8859-1") => Ok(latin_1(bytes)),
        Some(name) => named_lines(bytes, name, target),
    }
}

/// Returns the end of CPython's location of a cookie that contradicts the byte order mark: the
/// length of the line in bytes, applied to the text even within a character.
fn end_of_line(cookie: &Cookie<'_>) -> i32 {
    let length = if cookie.number == 1 { cookie.line.len().saturating_sub(1) } else { cookie.line.len() };
    let before = cookie.line.get(..length).unwrap_or(cookie.line);
    // CPython counts the bytes that do not continue a character.
    let count = before.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
    // The same number of characters in the line as it is shown.
    let text = String::from_utf8_lossy(cookie.line);
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    i32::try_from(end).unwrap_or(i32::MAX)
}

/// Returns whether a source with this cookie is UTF-8.
pub(super) fn is_utf_8(cookie: Option<Cookie<'_>>) -> bool {
    cookie.is_none_or(|cookie| normal(cookie.name) == "utf-8")
}

/// Returns CPython's normal form of the two encodings that it decodes without a codec.
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

/// Decodes a part of a source with this cookie, with `\u{fffd}` for what the codec does not accept.
/// `None` if there is no such codec.
pub(super) fn decode_replacing(bytes: &[u8], cookie: Option<Cookie<'_>>, target: &Target) -> Option<String> {
    let name = cookie.map(|cookie| normal(cookie.name));
    let name = match name.as_deref() {
        None | Some("utf-8") => return Some(String::from_utf8_lossy(bytes).into_owned()),
        Some("iso-8859-1") => return Some(latin_1(bytes).into_owned()),
        Some(name) => name,
    };
    if look_up(name, target) == "utf_7"
        && let Some(text) = utf7::decode_part(bytes)
    {
        return Some(text);
    }
    let (mut text, mut rest) = (String::new(), bytes);
    loop {
        let (start, end) = match named(rest, name, target) {
            Ok(decoded) => return Some(text + &decoded),
            Err(undecoded) => undecoded.bytes?,
        };
        let before = named(rest.get(..start)?, name, target).ok()?;
        text.push_str(&before);
        text.push('\u{fffd}');
        rest = rest.get(end.max(start + 1)..).unwrap_or_default();
    }
}

fn latin_1(bytes: &[u8]) -> Cow<'_, str> {
    Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect())
}

/// Returns whether the codec of this cookie is looked up by its name. The names differ between
/// releases.
pub(super) fn is_looked_up(cookie: Option<Cookie<'_>>) -> bool {
    cookie.is_some_and(|cookie| !matches!(normal(cookie.name).as_ref(), "utf-8" | "iso-8859-1"))
}

/// Decodes with a codec, and replaces the line ends in the result.
fn named_lines<'s>(bytes: &'s [u8], name: &str, target: &Target) -> Result<Cow<'s, str>, SyntaxError> {
    // CPython ends the last line before it decodes, which can change the result of a codec.
    let ended = bytes.ends_with(b"\n");
    let mut text = if ended {
        named(bytes, name, target).map_err(|undecoded| undecoded.error)?
    } else {
        let bytes = [bytes, b"\n"].concat();
        let text = named(&bytes, name, target).map_err(|undecoded| undecoded.error)?;
        Cow::Owned(text.into_owned())
    };
    if let Some(end) = memchr::memchr(0, text.as_bytes()) {
        text.to_mut().truncate(end);
    }
    if !target.features.end_decoded_lines {
        if text.contains('\r') {
            let message = format!(
                "the native compiler does not support a carriage return that the encoding {name} has decoded"
            );
            return Err(SyntaxError::new(message, NOWHERE));
        }
        return Ok(text);
    }
    if !ended && text.ends_with('\n') {
        text.to_mut().pop();
    }
    Ok(text)
}

/// Returns the codec of the standard library that a name stands for (`Lib/encodings/__init__.py`).
fn look_up(name: &str, target: &Target) -> Cow<'static, str> {
    let mut key = String::with_capacity(name.len());
    for part in name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|part| !part.is_empty()) {
        if !key.is_empty() {
            key.push('_');
        }
        key.push_str(&part.to_ascii_lowercase());
    }
    let alias = |key: &str| {
        target.encodings.iter().find_map(|names| {
            let at = names.binary_search_by_key(&key, |&(alias, _)| alias).ok()?;
            Some(names[at].1)
        })
    };
    match alias(&key).or_else(|| alias(&key.replace('.', "_"))) {
        Some(codec) => Cow::Borrowed(codec),
        None => Cow::Owned(key),
    }
}

/// Decodes with the codec that a name stands for.
fn named<'s>(bytes: &'s [u8], name: &str, target: &Target) -> Result<Cow<'s, str>, Undecoded> {
    let codec = look_up(name, target);
    let codec = codec.as_ref();
    if let Ok(at) = SINGLE_BYTE.binary_search_by_key(&codec, |&(name, _)| name) {
        return single_byte(bytes, SINGLE_BYTE[at].1);
    }
    if let Some(decoded) = multibyte::decode(codec, bytes) {
        return decoded.map(Cow::Owned).map_err(|fault| refusal(codec, bytes, &fault));
    }
    let owned = |decoded: Result<String, CodecFault>, known_as: &str| {
        decoded.map(Cow::Owned).map_err(|fault| refusal(known_as, bytes, &fault))
    };
    let points = |decoded: Result<Points, CodecFault>, known_as: &str| match decoded {
        Ok(points) => points.finish().map(Cow::Owned).map_err(Undecoded::new),
        Err(fault) => Err(refusal(known_as, bytes, &fault)),
    };
    let refused = |message: String| Err(Undecoded::new(message));
    let failed = |message: String| match target.features.wraps_codec_errors {
        true => refused(format!("decoding with '{name}' codec failed (UnicodeError: {message})")),
        false => refused(message),
    };
    match codec {
        "latin_1" | "charmap" => Ok(latin_1(bytes)),
        "ascii" => match bytes.iter().position(|byte| !byte.is_ascii()) {
            Some(at) => Err(undecodable("ascii", bytes, at, at + 1, "ordinal not in range(128)")),
            None => utf_8(bytes),
        },
        // A source with a cookie has no byte order mark here.
        "utf_8" | "utf_8_sig" => utf_8(bytes),
        "utf_7" => points(utf7::decode(bytes), "utf7"),
        "utf_16" | "utf_16_le" => owned(wide::utf_16(bytes, false), "utf-16-le"),
        "utf_16_be" => owned(wide::utf_16(bytes, true), "utf-16-be"),
        "utf_32" | "utf_32_le" => owned(wide::utf_32(), "utf-32-le"),
        "utf_32_be" => owned(wide::utf_32(), "utf-32-be"),
        "raw_unicode_escape" => points(escapes::decode_raw(bytes), "rawunicodeescape"),
        "unicode_escape" => points(escapes::decode(bytes, target), "unicodeescape"),
        "idna" if let Some(decoded) = domain::idna(bytes) => match decoded {
            Err(CodecFault::Undecodable { start, end, reason }) if !target.features.idna_names_itself => {
                // Each label is decoded alone.
                let label = bytes[..start].iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
                let fault = CodecFault::Undecodable { start: start - label, end: end - label, reason };
                Err(refusal("ascii", &bytes[label..], &fault))
            }
            decoded => owned(decoded, "idna"),
        },
        "punycode"
            if target.features.punycode_lacks_positions
                && let Some((start, at)) = domain::not_ascii(bytes) =>
        {
            Err(undecodable("ascii", &bytes[start..], at, at + 1, "ordinal not in range(128)"))
        }
        "punycode" if let Some((known_as, fault)) = domain::punycode(bytes) => match fault {
            CodecFault::Undecodable { start, .. } if target.features.punycode_lacks_positions => {
                let letter = char::from(bytes[start].to_ascii_uppercase());
                failed(format!("Invalid extended code point '{letter}'"))
            }
            fault => Err(refusal(known_as, bytes, &fault)),
        },
        "undefined" => failed(String::from("undefined encoding")),
        _ if NOT_TEXT.contains(&codec) => refused(format!(
            "'{name}' is not a text encoding; use codecs.decode() to handle arbitrary codecs"
        )),
        _ if OTHERS.contains(&codec) => {
            refused(format!("the native compiler does not support the encoding {name}"))
        }
        _ => refused(format!("unknown encoding: {name}")),
    }
}

/// Decodes with a single-byte codec; `chars` as in [`SINGLE_BYTE`].
fn single_byte<'s>(bytes: &'s [u8], chars: &str) -> Result<Cow<'s, str>, Undecoded> {
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

/// Returns the message of CPython's codec for the first bytes that are not UTF-8.
pub(super) fn utf_8_fault(bytes: &[u8]) -> Option<String> {
    utf_8(bytes).err().map(|undecoded| undecoded.error.message)
}

/// Decodes UTF-8 under a name that CPython passes to the codec.
fn utf_8(bytes: &[u8]) -> Result<Cow<'_, str>, Undecoded> {
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
    Err(undecodable("utf-8", bytes, at, end, reason))
}

fn refusal(codec: &str, bytes: &[u8], fault: &CodecFault) -> Undecoded {
    match fault {
        CodecFault::Undecodable { start, end, reason } => undecodable(codec, bytes, *start, *end, reason),
        CodecFault::Internal => {
            let message = String::from("internal codec error");
            let error = SyntaxError::without_place(ErrorType::Runtime, message);
            Undecoded { error, bytes: None }
        }
    }
}

fn undecodable(codec: &str, bytes: &[u8], start: usize, end: usize, reason: &str) -> Undecoded {
    let place = if end > start + 1 {
        format!("bytes in position {start}-{}", end - 1)
    } else {
        format!("byte 0x{:02x} in position {start}", bytes.get(start).copied().unwrap_or(0))
    };
    let message = format!("'{codec}' codec can't decode {place}: {reason}");
    Undecoded { bytes: Some((start, end)), ..Undecoded::new(message) }
}

fn not_utf8(bytes: &[u8], at: usize) -> SyntaxError {
    let ahead = &bytes[..at];
    let breaks = memchr::memchr_iter(b'\n', ahead);
    let line = i32::try_from(1 + breaks.count()).unwrap_or(i32::MAX);
    let start = memchr::memrchr(b'\n', ahead).map_or(0, |at| at + 1);
    let column = i32::try_from(at - start).unwrap_or(i32::MAX);
    let byte = bytes.get(at).copied().unwrap_or(0);
    let message = format!(
        "Non-UTF-8 code starting with '\\x{byte:02x}' on line {line}, but no encoding declared; see \
         https://peps.python.org/pep-0263/ for details"
    );
    SyntaxError::new(message, Location::new(line, line, column, column))
}
