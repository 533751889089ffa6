//! Which codec a name stands for, and decoding with it.

use std::borrow::Cow;

use crate::text::{Location, SyntaxError};

/// Decodes `bytes`; `marked` if a byte order mark stood before them.
pub(super) fn decode<'s>(
    bytes: &'s [u8],
    cookie: Option<&str>,
    marked: bool,
) -> Result<Cow<'s, str>, SyntaxError> {
    let name = cookie.map(normal);
    match name.as_deref() {
        Some(name) if marked && name != "utf-8" => Err(refuse(format!("encoding problem: {name} with BOM"))),
        None | Some("utf-8") => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
        },
        Some("iso-8859-1") => Ok(Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect())),
        Some(name) => Err(refuse(format!("unknown encoding: {name}"))),
    }
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

fn refuse(message: String) -> SyntaxError {
    SyntaxError::new(message, Location::NONE)
}

fn not_utf8(bytes: &[u8], at: usize) -> SyntaxError {
    let line = 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count();
    let byte = bytes.get(at).copied().unwrap_or(0);
    SyntaxError::new(
        format!(
            "Non-UTF-8 code starting with '\\x{byte:02x}' on line {line}, but no encoding declared; see \
             https://peps.python.org/pep-0263/ for details"
        ),
        Location::NONE,
    )
}
