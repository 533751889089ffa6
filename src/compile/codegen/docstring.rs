//! Docstrings lose the indentation of the source. CPython: `_PyCompile_CleanDoc`.

use super::Result;
use crate::syntax::{ErrorType, SyntaxError};
use crate::text::Location;

/// The docstring `text` (WTF-8) without the indentation that its lines share; no line is removed.
pub(super) fn clean(text: &[u8]) -> Result<Vec<u8>> {
    let text = expand_tabs(text);
    refuse_surrogates(&text)?;
    let margin = text
        .split(|&byte| byte == b'\n')
        .skip(1)
        .filter_map(|line| line.iter().position(|&byte| byte != b' '))
        .min()
        .unwrap_or(0);
    let mut cleaned = Vec::with_capacity(text.len());
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let spaces = line.iter().take_while(|&&byte| byte == b' ').count();
        let removed = if index == 0 { spaces } else { spaces.min(margin) };
        if index > 0 {
            cleaned.push(b'\n');
        }
        cleaned.extend_from_slice(&line[removed..]);
    }
    Ok(cleaned)
}

/// `str.expandtabs()`: columns are counted in characters.
fn expand_tabs(text: &[u8]) -> Vec<u8> {
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
            // Not the first byte of a character.
            0x80..=0xbf => {}
            _ => column += 1,
        }
        expanded.push(byte);
    }
    expanded
}

/// CPython cleans the UTF-8 form, which lone surrogates do not have.
fn refuse_surrogates(text: &[u8]) -> Result<()> {
    let is_surrogate = |window: &[u8]| window[0] == 0xed && window[1] >= 0xa0;
    let Some(start) = text.windows(2).position(is_surrogate) else { return Ok(()) };
    let characters = text[..start].iter().filter(|&&byte| !(0x80..=0xbf).contains(&byte)).count();
    let run = text[start..].chunks_exact(3).take_while(|chunk| is_surrogate(chunk)).count();
    let what = if run == 1 {
        let unit = 0xd000 | u32::from(text[start + 1] & 0x3f) << 6 | u32::from(text[start + 2] & 0x3f);
        format!("character '\\u{unit:04x}' in position {characters}")
    } else {
        format!("characters in position {characters}-{}", characters + run - 1)
    };
    Err(SyntaxError {
        kind: ErrorType::UnicodeEncode,
        message: format!("'utf-8' codec can't encode {what}: surrogates not allowed"),
        location: Location::NONE,
    })
}

#[cfg(test)]
mod tests {
    use super::clean;

    /// Expectations are what `_testinternalcapi.compiler_cleandoc` of CPython 3.14 returns.
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
