//! The ISO 2022 family: escape sequences choose the character set of the bytes that follow.

use super::super::fault::CodecFault;
use super::table::{PairMeaning, find as table, plane};
use super::{illegal, incomplete};

const ESCAPE: u8 = 0x1b;
const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;
/// Length of the longest escape sequence.
const LONGEST_ESCAPE: usize = 16;

/// Identifier of a character set in an escape sequence: the final byte, and true if characters have
/// two bytes.
type ShiftMark = (u8, bool);

const ASCII: ShiftMark = (b'B', false);
const LATIN_1: ShiftMark = (b'A', false);
const GREEK: ShiftMark = (b'F', false);

/// A codec of the family.
pub(super) struct Variant {
    name: &'static str,
    /// Character sets besides ASCII.
    sets: &'static [(ShiftMark, Set)],
    /// True if the bytes SO and SI switch between two sets.
    shifts: bool,
    /// True if `ESC N` introduces a character of a third set.
    third: bool,
    /// True if `ESC & @` may come before a sequence.
    revised: bool,
}

/// Source of the characters of a set.
#[derive(Clone, Copy)]
enum Set {
    /// Pairs of another codec, without their high bits.
    Pairs(&'static str),
    /// Pairs of another codec after the byte 0x8f.
    Triples(&'static str),
    /// First plane of JIS X 0213, from the pairs of a codec.
    Plane1(&'static str),
    /// Second plane of JIS X 0213, in the rows that JIS X 0212 does not use.
    Plane2(&'static str),
    Roman,
    Katakana,
    /// A set of 96 characters: it can be designated as G0, and has no characters there.
    High,
}

const KANJI: (ShiftMark, Set) = ((b'B', true), Set::Pairs("euc_jp"));
const OLD_KANJI: (ShiftMark, Set) = ((b'@', true), Set::Pairs("euc_jp"));
const MORE_KANJI: (ShiftMark, Set) = ((b'D', true), Set::Triples("euc_jp"));
const HANGUL: (ShiftMark, Set) = ((b'C', true), Set::Pairs("cp949"));
const CHINESE: (ShiftMark, Set) = ((b'A', true), Set::Pairs("gb2312"));
const ROMAN: (ShiftMark, Set) = ((b'J', false), Set::Roman);
const KATAKANA: (ShiftMark, Set) = ((b'I', false), Set::Katakana);

const fn japanese(name: &'static str, sets: &'static [(ShiftMark, Set)]) -> Variant {
    Variant { name, sets, shifts: false, third: false, revised: true }
}

static VARIANTS: [Variant; 7] = [
    japanese("iso2022_jp", &[KANJI, OLD_KANJI, ROMAN]),
    japanese("iso2022_jp_1", &[KANJI, OLD_KANJI, ROMAN, MORE_KANJI]),
    Variant {
        third: true,
        ..japanese(
            "iso2022_jp_2",
            &[KANJI, OLD_KANJI, ROMAN, MORE_KANJI, HANGUL, CHINESE, (LATIN_1, Set::High), (GREEK, Set::High)],
        )
    },
    japanese(
        "iso2022_jp_2004",
        &[KANJI, ((b'Q', true), Set::Plane1("euc_jis_2004")), ((b'P', true), Set::Plane2("euc_jis_2004"))],
    ),
    japanese(
        "iso2022_jp_3",
        &[KANJI, ((b'O', true), Set::Plane1("euc_jisx0213")), ((b'P', true), Set::Plane2("euc_jisx0213"))],
    ),
    japanese("iso2022_jp_ext", &[KANJI, OLD_KANJI, ROMAN, MORE_KANJI, KATAKANA]),
    Variant { name: "iso2022_kr", sets: &[HANGUL], shifts: true, third: false, revised: false },
];

/// Returns the codec of this name.
pub(super) fn find(name: &str) -> Option<&'static Variant> {
    VARIANTS.iter().find(|variant| variant.name == name)
}

/// Character sets that the escape sequences so far have designated.
struct ShiftState {
    /// Sets designated as G0, G1 and G2.
    sets: [ShiftMark; 3],
    /// True if G1 is in use.
    shifted: bool,
    /// True in an escape sequence of another standard, which is passed through as text.
    foreign: bool,
}

/// Decodes `bytes`.
pub(super) fn decode(variant: &Variant, bytes: &[u8]) -> Result<String, CodecFault> {
    let mut text = String::with_capacity(bytes.len());
    let mut state = ShiftState { sets: [ASCII; 3], shifted: false, foreign: false };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        if state.foreign {
            text.push(char::from(byte));
            state.foreign = !ends_escape(byte);
            at += 1;
            continue;
        }
        at += match byte {
            ESCAPE => match *rest.get(1).ok_or_else(|| incomplete(at, bytes))? {
                b'(' | b')' | b'$' | b'.' | b'&' => designate(variant, &mut state, rest, at, bytes)?,
                b'N' if variant.third => {
                    let &byte = rest.get(2).ok_or_else(|| incomplete(at, bytes))?;
                    text.push(third(state.sets[2], byte, at)?);
                    3
                }
                _ => {
                    text.push(char::from(ESCAPE));
                    state.foreign = true;
                    1
                }
            },
            SHIFT_IN | SHIFT_OUT if variant.shifts => {
                state.shifted = byte == SHIFT_OUT;
                1
            }
            b'\n' => {
                state.shifted = false;
                text.push('\n');
                1
            }
            ..0x20 => {
                text.push(char::from(byte));
                1
            }
            0x80.. => return Err(illegal(at, 1)),
            _ => {
                let mark = state.sets[usize::from(state.shifted)];
                match variant.sets.iter().find(|&&(known, _)| known == mark) {
                    None => {
                        text.push(char::from(byte));
                        1
                    }
                    Some((_, set)) => {
                        let width = 1 + usize::from(mark.1);
                        let character = rest.get(..width).ok_or_else(|| incomplete(at, bytes))?;
                        push(&mut text, *set, character).ok_or_else(|| illegal(at, width))?;
                        width
                    }
                }
            }
        };
    }
    Ok(text)
}

fn ends_escape(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'@'
}

/// Applies the escape sequence at the start of `rest` and returns its length.
fn designate(
    variant: &Variant,
    state: &mut ShiftState,
    rest: &[u8],
    at: usize,
    bytes: &[u8],
) -> Result<usize, CodecFault> {
    let mut length = None;
    let mut next = 1;
    while next < LONGEST_ESCAPE {
        let &byte = rest.get(next).ok_or_else(|| incomplete(at, bytes))?;
        if ends_escape(byte) {
            length = Some(next + 1);
            break;
        }
        next += if variant.revised && rest[next..].starts_with(b"&@") { 3 } else { 1 };
    }
    let Some(length) = length else { return Err(illegal(at, 1)) };
    let (place, mark) = match rest[1..length] {
        [b'$', last] => (0, (last, true)),
        [b'(', last] => (0, (last, false)),
        [b')', last] => (1, (last, false)),
        [b'.', last] if variant.third => (2, (last, false)),
        [b'$', b'(', last] => (0, (last, true)),
        [b'$', b')', last] => (1, (last, true)),
        [_, _, ESCAPE, b'$', b'B'] if variant.revised => (0, (b'B', true)),
        _ => return Err(illegal(at, length)),
    };
    if mark != ASCII && variant.sets.iter().all(|&(known, _)| known != mark) {
        return Err(illegal(at, length));
    }
    state.sets[place] = mark;
    Ok(length)
}

/// Returns a character of the third set.
fn third(set: ShiftMark, byte: u8, at: usize) -> Result<char, CodecFault> {
    let refused = || illegal(at, 3);
    match set {
        ASCII | LATIN_1 if !byte.is_ascii() => Err(refused()),
        ASCII => Ok(char::from(byte)),
        LATIN_1 => Ok(char::from(byte | 0x80)),
        GREEK => greek(byte ^ 0x80).ok_or_else(refused),
        _ => Err(CodecFault::Internal),
    }
}

/// Returns a character of ISO 8859-7 in the edition of 1987.
fn greek(byte: u8) -> Option<char> {
    Some(match byte {
        0xa1 => '\u{2018}',
        0xa2 => '\u{2019}',
        0xaf => '\u{2015}',
        0xb4..=0xb6 | 0xb8..=0xba | 0xbc | 0xbe..=0xd1 | 0xd3..=0xfe => {
            char::from_u32(u32::from(byte) + 0x2d0)?
        }
        ..=0xa0 | 0xa3 | 0xa6..=0xa9 | 0xab..=0xad | 0xb0..=0xb3 | 0xb7 | 0xbb | 0xbd => char::from(byte),
        _ => return None,
    })
}

/// Appends one character of the set.
fn push(text: &mut String, set: Set, bytes: &[u8]) -> Option<()> {
    let pairs = |name: &str, number: usize| match *bytes {
        [lead @ 0x21..=0x7e, trail @ 0x21..=0x7e] => {
            Some(plane(table(name)?, number).pair(lead | 0x80, trail | 0x80))
        }
        _ => None,
    };
    let pair = match set {
        Set::Pairs(name) => pairs(name, 0)?,
        Set::Triples(name) => pairs(name, 1)?,
        Set::Plane1(_) if bytes == [0x22, 0x32] => PairMeaning::Character('~'),
        Set::Plane1(name) => pairs(name, 0)?,
        Set::Plane2("euc_jisx0213") if bytes == [0x7d, 0x3b] => PairMeaning::Character('\u{9b1c}'),
        Set::Plane2(name) => match bytes[0] - 0x20 {
            1 | 3..=5 | 8 | 12..=15 | 78.. => pairs(name, 1)?,
            _ => return None,
        },
        Set::Roman => PairMeaning::Character(match bytes[0] {
            b'\\' => '\u{a5}',
            b'~' => '\u{203e}',
            byte => char::from(byte),
        }),
        Set::Katakana => match bytes[0] {
            byte @ 0x21..=0x5f => PairMeaning::Character(char::from_u32(u32::from(byte) + 0xff40)?),
            _ => return None,
        },
        Set::High => return None,
    };
    match pair {
        PairMeaning::Character(character) => text.push(character),
        PairMeaning::Characters(characters) => text.push_str(characters),
        PairMeaning::Refused | PairMeaning::Illegal => return None,
    }
    Some(())
}
