//! Python strings: UTF-8 in which a lone surrogate is encoded as if it were a character
//! (`surrogatepass`).

use std::ffi::{OsStr, OsString};

/// Returns the string that Python makes of a file name (`os.fsdecode`): a byte that is not UTF-8
/// becomes a lone surrogate (`surrogateescape`, PEP 383).
#[cfg(unix)]
pub fn from_os(name: &OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    let bytes = name.as_bytes();
    let mut text = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for &byte in chunk.invalid() {
            // U+DC80 to U+DCFF.
            text.extend_from_slice(&[0xed, 0xb0 | byte >> 6, byte & 0xbf]);
        }
    }
    text
}

/// Returns the string that Python makes of a file name.
#[cfg(not(unix))]
pub fn from_os(name: &OsStr) -> Vec<u8> {
    // File names on Windows can have lone surrogates, in this same encoding.
    name.as_encoded_bytes().to_vec()
}

/// Returns the file name that Python makes of this string (`os.fsencode`), if there is one.
#[cfg(unix)]
pub fn to_os(text: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    let mut bytes = Vec::with_capacity(text.len());
    for point in code_points(text) {
        match (point?, char::from_u32(point?)) {
            (_, Some(character)) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            (escaped @ 0xdc80..=0xdcff, None) => bytes.push((escaped & 0xff) as u8),
            (_, None) => return None,
        }
    }
    let name = OsString::from_vec(bytes);
    // Escaped bytes that together are UTF-8 do not come from a file name.
    (from_os(&name) == text).then_some(name)
}

/// Returns the file name that Python makes of this string, if there is one.
#[cfg(not(unix))]
pub fn to_os(text: &[u8]) -> Option<OsString> {
    std::str::from_utf8(text).ok().map(OsString::from)
}

/// Returns the file name that these bytes are; on systems whose file names are text, bytes that are
/// not UTF-8 are replaced.
#[cfg(unix)]
pub fn os_name(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

/// Returns the file name that these bytes are.
#[cfg(not(unix))]
pub fn os_name(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Returns a file name as text for people; a byte that is not UTF-8 becomes `\udcff`.
pub fn os_text(name: &OsStr) -> String {
    name.to_str().map_or_else(|| display(&from_os(name)), str::to_owned)
}

/// Returns whether a character is white space for `str.isspace` and `str.strip`.
pub fn is_space(char: char) -> bool {
    char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char)
}

/// Returns the code points; `None` for a byte that is invalid in this encoding.
pub fn code_points(text: &[u8]) -> impl Iterator<Item = Option<u32>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (&first, _) = rest.split_first()?;
        let size = match first {
            0..=0x7f => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 0,
        };
        let point = rest.get(..size).and_then(decode);
        rest = &rest[if point.is_some() { size } else { 1 }..];
        Some(point)
    })
}

fn decode(bytes: &[u8]) -> Option<u32> {
    let low = |byte: u8| (byte & 0xc0 == 0x80).then_some(u32::from(byte & 0x3f));
    match *bytes {
        [first] => Some(u32::from(first)),
        [first, second] => Some(u32::from(first & 0x1f) << 6 | low(second)?),
        [first, second, third] => {
            let point = u32::from(first & 0x0f) << 12 | low(second)? << 6 | low(third)?;
            (point >= 0x800).then_some(point)
        }
        [first, second, third, fourth] => {
            let point = u32::from(first & 7) << 18 | low(second)? << 12 | low(third)? << 6 | low(fourth)?;
            (0x1_0000..0x11_0000).contains(&point).then_some(point)
        }
        _ => None,
    }
}

/// Returns whether Python decodes the bytes with `surrogatepass`.
pub fn is_valid(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok() || code_points(text).all(|point| point.is_some())
}

/// Returns the string as text for people; a lone surrogate becomes `\udcXX`.
pub fn display(text: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(text) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for point in code_points(text) {
        match point.map(|point| (point, char::from_u32(point))) {
            Some((_, Some(character))) => shown.push(character),
            Some((point, None)) => shown.push_str(&format!("\\u{point:04x}")),
            None => shown.push(char::REPLACEMENT_CHARACTER),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts from CPython's `os.fsdecode`.
    #[cfg(unix)]
    #[test]
    fn names_of_any_bytes() {
        use std::os::unix::ffi::OsStrExt as _;
        let shown = |name: &[u8]| display(&from_os(OsStr::from_bytes(name)));
        assert_eq!(shown(b"a\xff\x80.py"), "a\\udcff\\udc80.py");
        assert_eq!(shown(b"\xe2\x82A\xf4\x90\x80\x80"), "\\udce2\\udc82A\\udcf4\\udc90\\udc80\\udc80");
        assert_eq!(shown(b"\xed\xb3\xbf\xc3\xa9"), "\\udced\\udcb3\\udcbfé");
        for name in [&b"a\xff.py"[..], b"\xed\xb3\xbf", b"\xe2\x82A", "é".as_bytes(), b""] {
            assert_eq!(to_os(&from_os(OsStr::from_bytes(name))).as_deref(), Some(OsStr::from_bytes(name)));
        }
        // U+D800, and the bytes of é escaped one by one.
        assert_eq!(to_os(b"\xed\xa0\x80"), None);
        assert_eq!(to_os(b"\xed\xb3\x83\xed\xb2\xa9"), None);
    }

    #[test]
    fn lone_surrogates_are_text() {
        assert!(is_valid(b"a\xed\xb2\x80\xf0\x9f\x90\x8d"));
        assert_eq!(display(b"a\xed\xb2\x80"), "a\\udc80");
        assert!(!is_valid(b"\xc0\x80"));
        assert!(!is_valid(b"\xe0\x80\x80"));
        assert!(!is_valid(b"\xf4\x90\x80\x80"));
        assert!(!is_valid(b"\xed\xb2"));
    }
}
