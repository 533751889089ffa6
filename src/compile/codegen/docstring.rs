//! Removal of the source's indentation from docstrings.
//!
//! CPython: `Python/compile.c`.

use super::CodegenResult;
use crate::syntax::{ErrorType, SyntaxError};
use std::borrow::Cow;

/// Returns the docstring `text` (WTF-8) without common indentation; no line is removed
/// (`_PyCompile_CleanDoc`).
pub(super) fn clean(text: &[u8]) -> CodegenResult<Vec<u8>> {
    let text = expand_tabs(text);
    refuse_surrogates(&text)?;
    let spaces = |line: &[u8]| line.iter().position(|&byte| byte != b' ');
    let margin = lines(&text).skip(1).filter_map(spaces).min().unwrap_or(0);
    let mut cleaned = Vec::with_capacity(text.len());
    for (index, line) in lines(&text).enumerate() {
        let spaces = spaces(line).unwrap_or(line.len());
        let removed = if index == 0 { spaces } else { spaces.min(margin) };
        if index > 0 {
            cleaned.push(b'\n');
        }
        cleaned.extend_from_slice(&line[removed..]);
    }
    Ok(cleaned)
}

/// Returns the lines of a text, split at line feeds.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', text).chain([text.len()]).map(move |end| {
        let line = &text[start..end];
        start = end + 1;
        line
    })
}

/// Expands tabs; columns are counted in characters (`str.expandtabs`).
fn expand_tabs(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\t', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut expanded = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let width = 8 - column % 8;
                expanded.resize(expanded.len() + width, b' ');
                column += width;
                continue;
            }
            b'\n' | b'\r' => column = 0,
            // A continuation byte of a character.
            0x80..=0xbf => {}
            _ => column += 1,
        }
        expanded.push(byte);
    }
    Cow::Owned(expanded)
}

/// Refuses lone surrogates, because CPython cleans the UTF-8 form, which cannot hold them.
fn refuse_surrogates(text: &[u8]) -> CodegenResult<()> {
    let is_surrogate = |character: &[u8]| matches!(character, [0xed, 0xa0..=0xff, ..]);
    let Some(start) = memchr::memchr_iter(0xed, text).find(|&start| is_surrogate(&text[start..])) else {
        return Ok(());
    };
    let characters = text[..start].iter().filter(|&&byte| !(0x80..=0xbf).contains(&byte)).count();
    let run = text[start..].chunks_exact(3).take_while(|chunk| is_surrogate(chunk)).count();
    let what = if run == 1 {
        let unit = 0xd000 | u32::from(text[start + 1] & 0x3f) << 6 | u32::from(text[start + 2] & 0x3f);
        format!("character '\\u{unit:04x}' in position {characters}")
    } else {
        format!("characters in position {characters}-{}", characters + run - 1)
    };
    Err(SyntaxError::without_place(
        ErrorType::UnicodeEncode,
        format!("'utf-8' codec can't encode {what}: surrogates not allowed"),
    ))
}

#[cfg(test)]
mod tests {
    use super::clean;

    /// Expected values come from `_testinternalcapi.compiler_cleandoc` of CPython 3.14.
    #[test]
    fn indentation_goes_and_lines_stay() {
        for (text, cleaned) in [
            ("one", "one"),
            ("  one\n    two\n      three\n  ", "one\ntwo\n  three\n"),
            ("\n\tone\n        two\n", "\none\ntwo\n"),
            ("a\n\n  b\n \n", "a\n\nb\n\n"),
            ("é\tx\n  y", "é       x\ny"),
        ] {
            assert_eq!(clean(text.as_bytes()).unwrap(), cleaned.as_bytes(), "{text:?}");
        }
    }
}
