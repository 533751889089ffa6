//! Source bytes → text, as CPython reads files (`Parser/tokenizer/`, PEP 263).
//!
//! The byte order mark is removed, a coding cookie chooses the codec, and line ends become `\n`.
//!
//! **Invariant:** the text holds no `\r` and no NUL, and columns of all later stages count its
//! UTF-8 bytes.

use std::borrow::Cow;

mod codec;
mod cookie;
mod domain;
mod escapes;
mod fault;
pub(crate) mod locale;
mod multibyte;
mod surrogates;
mod tables;
pub(crate) mod unicode_name;
mod utf7;
mod wide;

use crate::target::Target;
use crate::text::{ErrorType, Location, SyntaxError};
use cookie::Cookie;

/// The byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Encoding that a source declares, with a cookie or a byte order mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Declared {
    /// None, which means UTF-8.
    #[default]
    Nothing,
    /// UTF-8.
    Utf8,
    /// Another encoding.
    Other,
}

/// Decodes a source file as `target` does.
///
/// # Errors
///
/// An unknown or unsupported encoding, bytes that are invalid in the encoding, or a NUL.
pub fn decode<'s>(source: &'s [u8], target: &Target) -> Result<Cow<'s, str>, SyntaxError> {
    EncodedSource::new(source).decode(target)
}

/// A source file with its encoding, which is looked for once.
#[derive(Clone, Copy, Debug)]
pub struct EncodedSource<'s> {
    source: &'s [u8],
    is_marked: bool,
    cookie: Option<Cookie<'s>>,
}

impl<'s> EncodedSource<'s> {
    /// Looks for the byte order mark and the cookie.
    pub fn new(source: &'s [u8]) -> Self {
        let marked = source.strip_prefix(MARK);
        Self { source, is_marked: marked.is_some(), cookie: cookie::find(marked.unwrap_or(source)) }
    }

    /// Returns whether the source begins with a byte order mark.
    pub const fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// Returns whether the source is UTF-8.
    fn is_utf_8(&self) -> bool {
        codec::is_utf_8(self.cookie)
    }

    /// Returns the encoding that the source declares.
    pub fn declared(&self) -> Declared {
        if !self.is_utf_8() {
            Declared::Other
        } else if self.cookie.is_some() || self.is_marked {
            Declared::Utf8
        } else {
            Declared::Nothing
        }
    }

    /// Decodes a part of the source, with `\u{fffd}` for what is not text. `None` if CPython
    /// decodes nothing either.
    pub fn decode_replacing(&self, part: &[u8], target: &Target) -> Option<String> {
        codec::decode_replacing(part, self.cookie, target)
    }

    /// Returns whether all targets decode the source in the same way: its codec is not one that is
    /// looked up by name.
    pub fn is_alike(&self) -> bool {
        !codec::is_looked_up(self.cookie)
    }

    /// Returns whether the source ends with `\r\n`.
    pub fn ends_with_carriage_return(&self) -> bool {
        self.source.ends_with(b"\r\n")
    }

    /// Decodes the source as `target` does.
    ///
    /// # Errors
    /// The errors of [`decode`].
    pub fn decode(&self, target: &Target) -> Result<Cow<'s, str>, SyntaxError> {
        refuse_null(self.source, target)?;
        // CPython's order: positions in a codec's errors refer to the text with the new line ends.
        match normalize(self.source) {
            Cow::Borrowed(source) => self.decode_lines(source, target),
            Cow::Owned(mut source) => Ok({
                if self.ends_with_carriage_return() && target.features.carriage_return_adds_line {
                    source.push(b'\n');
                }
                Cow::Owned(self.decode_lines(&source, target)?.into_owned())
            }),
        }
    }

    fn decode_lines<'t>(&self, source: &'t [u8], target: &Target) -> Result<Cow<'t, str>, SyntaxError> {
        let bytes = if self.is_marked { source.strip_prefix(MARK).unwrap_or(source) } else { source };
        let text = codec::decode(bytes, self.cookie, self.is_marked, target)?;
        Ok(match normalize(text.as_bytes()) {
            Cow::Borrowed(_) => text,
            // Some codecs map another byte to `\r`; after its replacement the text is still UTF-8.
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        })
    }

    /// Returns the error of `target` at the end of a text without a final line end after decoding,
    /// if the parser finds none before.
    pub fn unended(&self, text: &str, target: &Target) -> Option<SyntaxError> {
        if target.features.end_decoded_lines || self.is_alike() {
            return None;
        }
        let last = text.rsplit('\n').next()?.trim_start_matches([' ', '\t', '\x0c']);
        if last.is_empty() || last.starts_with('#') {
            return None;
        }
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let line = i32::try_from(1 + breaks).unwrap_or(i32::MAX);
        Some(SyntaxError::new("invalid syntax", Location::new(line, line, -1, -1)))
    }

    /// Returns a source that [`decode`] refuses because it is not UTF-8, with a `?` for each
    /// invalid byte, and the offsets of those bytes. `None` if the source is refused for another
    /// reason.
    pub fn mend(&self) -> Option<(String, Vec<usize>)> {
        if memchr::memchr(0, self.source).is_some() || !self.is_utf_8() {
            return None;
        }
        let bytes = self.mended_from();
        let (mut text, mut places) = (String::with_capacity(bytes.len()), Vec::new());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for _ in chunk.invalid() {
                places.push(text.len());
                text.push('?');
            }
        }
        Some((text, places))
    }

    /// Returns the bytes that the offsets of [`Self::mend`] refer to: without a byte order mark,
    /// and with `\n` at the end of each line.
    pub fn mended_from(&self) -> Vec<u8> {
        let source = normalize(self.source);
        source.strip_prefix(MARK).unwrap_or(&source).to_vec()
    }
}

/// Returns the message of CPython's codec for the first bytes that are not UTF-8.
pub fn utf_8_fault(bytes: &[u8]) -> Option<String> {
    codec::utf_8_fault(bytes)
}

fn refuse_null(bytes: &[u8], target: &Target) -> Result<(), SyntaxError> {
    if memchr::memchr(0, bytes).is_none() {
        return Ok(());
    }
    let kind = if target.features.null_is_value_error { ErrorType::Value } else { ErrorType::Syntax };
    Err(SyntaxError::without_place(kind, "source code string cannot contain null bytes"))
}

/// Replaces `\r\n` and `\r` by `\n`.
fn normalize(source: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\r', source) else { return Cow::Borrowed(source) };
    let mut result = Vec::with_capacity(source.len());
    let mut rest = source;
    let mut next = Some(first);
    while let Some(at) = next {
        result.extend_from_slice(&rest[..at]);
        result.push(b'\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        next = memchr::memchr(b'\r', rest);
    }
    result.extend_from_slice(rest);
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use crate::target::Target;
    use std::borrow::Cow;

    fn decode(source: &[u8]) -> Result<Cow<'_, str>, super::SyntaxError> {
        super::decode(source, Target::newest())
    }

    fn message(source: &[u8]) -> String {
        decode(source).unwrap_err().message
    }

    #[test]
    fn line_ends_and_byte_order_mark() {
        assert_eq!(decode(b"\xef\xbb\xbfa\r\nb\rc\n\r\n").unwrap(), "a\nb\nc\n\n");
    }

    #[test]
    fn cookies_choose_the_codec() {
        assert_eq!(
            decode(b"# -*- coding: cp1252 -*-\n'\x80'").unwrap(),
            "# -*- coding: cp1252 -*-\n'\u{20ac}'"
        );
        assert_eq!(decode(b"\n#coding=Latin-1\n'\xe9'").unwrap(), "\n#coding=Latin-1\n'\u{e9}'");
        assert_eq!(decode(b"# coding: utf-7\nx='+AOk-'").unwrap(), "# coding: utf-7\nx='\u{e9}'");
    }

    #[test]
    fn what_is_no_utf8_is_mended() {
        assert_eq!(
            super::EncodedSource::new(b"x #\xe9\xff\r\n").mend(),
            Some((String::from("x #??\n"), vec![3, 4]))
        );
        assert_eq!(super::EncodedSource::new(b"# coding: latin-1\n#\xe9").mend(), None);
    }

    /// Messages from CPython 3.14.10.
    #[test]
    fn refusals_in_the_words_of_cpython() {
        assert_eq!(
            message(b"x=1\ny='\xff'"),
            "Non-UTF-8 code starting with '\\xff' on line 2, but no encoding declared; see \
             https://peps.python.org/pep-0263/ for details"
        );
        assert_eq!(message(b"\xef\xbb\xbf# coding: utf8\n"), "encoding problem: utf8 with BOM");
        assert_eq!(message(b"# coding: foo-bar\n"), "unknown encoding: foo-bar");
        assert_eq!(
            message(b"# coding: cp1252\nx='\x81'"),
            "'charmap' codec can't decode byte 0x81 in position 20: character maps to <undefined>"
        );
        assert_eq!(
            message(b"# coding: utf8\nx='\xe9\xff'"),
            "'utf-8' codec can't decode byte 0xe9 in position 18: invalid continuation byte"
        );
        assert_eq!(message(b"x\0"), "source code string cannot contain null bytes");
    }

    /// Texts and messages from CPython 3.14.10.
    #[test]
    fn escapes_of_a_codec() {
        let decoded = |line: &str| {
            let source = format!("# coding: unicode_escape\n{line}\n").into_bytes();
            decode(&source)
                .map(|text| text.lines().nth(1).unwrap_or_default().to_owned())
                .map_err(|error| error.message)
        };
        assert_eq!(decoded(r"#\N{BULLET}\N{hangul syllable GA}\N{LF}").unwrap(), "#\u{2022}\u{ac00}");
        let fault = |line: &str| decoded(line).unwrap_err();
        let malformed = "codec can't decode bytes in position 26-27: malformed \\N character escape";
        assert_eq!(fault(r"#\Nx"), format!("'unicodeescape' {malformed}"));
        assert_eq!(fault(r"#\N{}"), format!("'unicodeescape' {}", malformed.replace("27", "28")));
        assert_eq!(fault(r"#\N{A"), format!("'unicodeescape' {}", malformed.replace("27", "30")));
        let unknown = "codec can't decode bytes in position 26-31: unknown Unicode character name";
        assert_eq!(fault(r"#\N{A:}"), format!("'unicodeescape' {unknown}"));
        let lone = "'utf-8' codec can't encode character '\\ud800' in position 26: surrogates not allowed";
        assert_eq!(fault(r"#\ud800"), lone);
        let several = "'utf-8' codec can't encode characters in position 26-28: surrogates not allowed";
        assert_eq!(fault(r"#\ud800\udfff\udabc \ud800"), several);
    }

    #[test]
    fn unsupported_codecs_are_named() {
        assert!(message(b"# coding: idna\n#.xn--a.\n").contains("support the encoding idna"));
    }
}
