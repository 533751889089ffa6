//! Source text of a field that an f-string shows with its value (`f"{x = }"`) or a t-string keeps.

use crate::target::ShownComments;

/// Appends `source`, the text of a field, without the comments that CPython removes
/// (`set_fstring_expr`, `Parser/lexer/lexer.c`).
///
/// The search for comments treats every quote as the start or end of a string.
pub(crate) fn without_comments(source: &str, comments: ShownComments, text: &mut Vec<u8>) {
    let source = source.as_bytes();
    let is_whole = memchr::memchr(b'#', source).is_none()
        || comments == ShownComments::OutsideQuotes && !has_comment(source);
    if is_whole {
        text.extend_from_slice(source);
        return;
    }
    let (mut rest, mut quote) = (source, None);
    while let [byte, after @ ..] = rest {
        rest = after;
        match *byte {
            b'\\' if comments == ShownComments::OutsideStrings => {
                text.push(b'\\');
                if let [escaped, after @ ..] = rest {
                    text.push(*escaped);
                    rest = after;
                }
                continue;
            }
            b'#' if quote.is_none() => {
                rest = memchr::memchr(b'\n', rest).map_or(&[], |at| &rest[at..]);
                continue;
            }
            b'"' | b'\'' if comments != ShownComments::Any => match quote {
                None => quote = Some(*byte),
                Some(open) if open == *byte => quote = None,
                Some(_) => {}
            },
            _ => {}
        }
        text.push(*byte);
    }
}

/// Returns whether there is a number sign outside quotes. A quote after a backslash is not counted.
fn has_comment(source: &[u8]) -> bool {
    let mut quote = None;
    let mut bytes = source.iter();
    while let Some(byte) = bytes.next() {
        match (*byte, quote) {
            (b'\\', _) => drop(bytes.next()),
            (b'"' | b'\'', None) => quote = Some(*byte),
            (b'"' | b'\'', Some(open)) if open == *byte => quote = None,
            (b'#', None) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, comments: ShownComments) -> String {
        let mut text = Vec::new();
        without_comments(source, comments, &mut text);
        String::from_utf8(text).unwrap()
    }

    /// Expected values come from CPython 3.13.5, 3.13.15 and 3.13.18.
    #[test]
    fn comments_by_release() {
        let all = [ShownComments::Any, ShownComments::OutsideQuotes, ShownComments::OutsideStrings];
        for (source, expected) in [
            ("'#'=", ["'", "'#'=", "'#'="]),
            ("x # com\n=", ["x \n=", "x \n=", "x \n="]),
            ("'''a#\nb'''=", ["'''a\nb'''=", "'''a#\nb'''=", "'''a#\nb'''="]),
            ("'a\\'b' # c\n=", ["'a\\'b' \n=", "'a\\'b' # c\n=", "'a\\'b' \n="]),
            ("'\\''# \n=", ["'\\''\n=", "'\\''# \n=", "'\\''\n="]),
        ] {
            assert_eq!(all.map(|comments| shown(source, comments)), expected, "{source}");
        }
    }
}
