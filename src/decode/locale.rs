//! Encodings that a locale can have, for files that CPython decodes by the locale. ASCII has the
//! same bytes in all of them.

use super::multibyte;
use super::tables::SINGLE_BYTE;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Blanks of some encodings, beyond those of ASCII.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Blanks {
    /// Bytes of the characters for which `str.isspace` is true, sorted.
    pub blanks: &'static [&'static [u8]],
    /// Bytes of those at which `str.splitlines` ends a line.
    pub ends: &'static [&'static [u8]],
}

/// Sets of blanks that encodings other than UTF-8 have.
#[rustfmt::skip]
pub(crate) static BLANKS: [Blanks; 14] = [
    // Code pages of DOS.
    Blanks { blanks: &[b"\xff"], ends: &[] },
    // Code pages of Windows.
    Blanks { blanks: &[b"\xa0"], ends: &[] },
    // ISO 8859; Thai has no U+00A0.
    Blanks { blanks: &[b"\x85", b"\xa0"], ends: &[b"\x85"] },
    Blanks { blanks: &[b"\x85"], ends: &[b"\x85"] },
    // KOI8.
    Blanks { blanks: &[b"\x9a"], ends: &[] },
    // Macintosh.
    Blanks { blanks: &[b"\xca"], ends: &[] },
    Blanks { blanks: &[b"\x81", b"\xa0"], ends: &[] },
    // Big5, Shift_JIS, JIS X 0213, EUC and GBK, Johab.
    Blanks { blanks: &[b"\xa1\x40"], ends: &[] },
    Blanks { blanks: &[b"\x81\x40"], ends: &[] },
    Blanks { blanks: &[b"\x81\x40", b"\x85\x41"], ends: &[] },
    Blanks { blanks: &[b"\xa1\xa1"], ends: &[] },
    Blanks { blanks: &[b"\xa1\xa1", b"\xa9\xa2"], ends: &[] },
    Blanks { blanks: &[b"\x84\x41", b"\xd9\x31"], ends: &[] },
    // GB 18030 has all of Unicode's.
    Blanks {
        blanks: &[
            b"\x81\x30\x81\x35", b"\x81\x30\x84\x32", b"\x81\x34\xac\x34", b"\x81\x36\xa3\x36", b"\x81\x36\xa3\x37",
            b"\x81\x36\xa3\x38", b"\x81\x36\xa3\x39", b"\x81\x36\xa4\x30", b"\x81\x36\xa4\x31", b"\x81\x36\xa4\x32",
            b"\x81\x36\xa4\x33", b"\x81\x36\xa4\x34", b"\x81\x36\xa4\x35", b"\x81\x36\xa4\x36", b"\x81\x36\xa6\x35",
            b"\x81\x36\xa6\x36", b"\x81\x36\xa7\x32", b"\x81\x36\xab\x35", b"\xa1\xa1",
        ],
        ends: &[b"\x81\x30\x81\x35", b"\x81\x36\xa6\x35", b"\x81\x36\xa6\x36"],
    },
];

/// Characters of the bytes from 0x80 on; U+FFFE is none.
static UPPER: LazyLock<Vec<[char; 128]>> = LazyLock::new(|| {
    let tables = SINGLE_BYTE.iter().map(|(_, chars)| chars.chars().collect::<Vec<char>>());
    let is_ascii = |table: &Vec<char>| {
        table.len() == 128
            || ['\n', '/', 'a'].iter().all(|&letter| table.get(letter as usize) == Some(&letter))
    };
    tables.filter(is_ascii).filter_map(|table| table.last_chunk().copied()).collect()
});

/// Returns the texts that a line stands for in the encodings that a locale can have, except UTF-8.
pub(crate) fn texts(line: &[u8]) -> BTreeSet<String> {
    let single = UPPER.iter().filter_map(|upper| {
        let letter = |&byte: &u8| match byte.checked_sub(0x80) {
            None => Some(char::from(byte)),
            Some(at) => Some(upper[usize::from(at)]).filter(|&letter| letter != '\u{fffe}'),
        };
        line.iter().map(letter).collect::<Option<String>>()
    });
    single.chain(multibyte::stateless_texts(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_blank(text: &str) -> bool {
        text.chars().count() == 1 && text.chars().all(char::is_whitespace)
    }

    /// Blanks, and those of them that end lines.
    type Sets<'a> = (BTreeSet<&'a [u8]>, BTreeSet<&'a [u8]>);

    fn sets(found: &[(Vec<u8>, String)]) -> Sets<'_> {
        let ends = ["\u{85}", "\u{2028}", "\u{2029}"];
        let ending = found.iter().filter(|(_, text)| ends.contains(&text.as_str()));
        (found.iter().map(|(bytes, _)| &**bytes).collect(), ending.map(|(bytes, _)| &**bytes).collect())
    }

    #[test]
    fn blanks_are_those_of_the_codecs() {
        let listed: BTreeSet<Sets<'_>> = BLANKS
            .iter()
            .map(|one| (one.blanks.iter().copied().collect(), one.ends.iter().copied().collect()))
            .collect();
        assert_eq!(listed.len(), BLANKS.len());
        let mut all = Vec::new();
        for upper in UPPER.iter() {
            let letters = (0x80..=0xff).zip(upper.iter().map(char::to_string));
            all.push(
                letters.filter(|(_, text)| is_blank(text)).map(|(byte, text)| (vec![byte], text)).collect(),
            );
        }
        let pairs = || (0x80..=0xff).flat_map(|lead| (0x30..=0xff).map(move |trail| vec![lead, trail]));
        let alone = || (0x80..=0xff).map(|byte| vec![byte]);
        let fours = || {
            let last = || (0x30..=0x39).flat_map(|second| (0x81..=0xfe).map(move |third| (second, third)));
            (0x81..=0x84).flat_map(move |first| {
                last().flat_map(move |(second, third)| {
                    (0x30..=0x39).map(move |fourth| vec![first, second, third, fourth])
                })
            })
        };
        let triples = || pairs().map(|pair| [&[0x8f], &*pair].concat());
        for codec in multibyte::stateless_names() {
            let all_bytes = alone().chain(pairs()).chain(fours()).chain(triples());
            let decoded = all_bytes.filter_map(|bytes| {
                let text = multibyte::decode(codec, &bytes)?.ok()?;
                is_blank(&text).then_some((bytes, text))
            });
            all.push(decoded.collect());
        }
        let used: BTreeSet<_> = all.iter().map(|found: &Vec<(Vec<u8>, String)>| sets(found)).collect();
        let used: BTreeSet<_> = used.into_iter().filter(|(blanks, _)| !blanks.is_empty()).collect();
        assert_eq!(used, listed);
    }

    #[test]
    fn a_line_has_a_text_in_each_encoding() {
        let found = texts(b"../\xcf\xd5\xd4");
        for text in ["../оут", "../ÏÕÔ", "../оут"] {
            assert!(found.contains(text), "{text}: {found:?}");
        }
        assert_eq!(texts(b"plain"), BTreeSet::from(["plain".to_owned()]));
    }
}
