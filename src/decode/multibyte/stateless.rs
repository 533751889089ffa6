//! The codecs without a state: the EUC family, Shift_JIS, GBK, Big5 and their descendants.

use super::super::fault::CodecFault;
use super::table::{First, PairMeaning, Plane, plane};
use super::tables::{CODECS, FOUR_BYTES};
use super::{illegal, incomplete};

/// Decodes `bytes` with the codec of this number.
pub(super) fn decode(number: usize, bytes: &[u8]) -> Result<String, CodecFault> {
    let codec = &CODECS[number];
    let pairs = plane(number, 0);
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match codec.first(byte) {
            First::Alone(shift) => {
                text.push(char::from_u32(u32::from(byte) + shift).ok_or_else(|| illegal(at, 1))?);
                at += 1;
            }
            First::Illegal => return Err(illegal(at, 1)),
            First::Triple => {
                let Some(&[lead, trail]) = bytes.get(at + 1..at + 3) else {
                    return Err(incomplete(at, bytes));
                };
                push(&mut text, plane(number, 1), lead, trail, at)?;
                at += 3;
            }
            First::Lead => {
                let &trail = bytes.get(at + 1).ok_or_else(|| incomplete(at, bytes))?;
                match (codec.name, byte, trail) {
                    ("gb18030", _, b'0'..=b'9') => {
                        let &four = bytes[at..].first_chunk().ok_or_else(|| incomplete(at, bytes))?;
                        text.push(four_bytes(four).ok_or_else(|| illegal(at, 1))?);
                        at += 4;
                    }
                    ("euc_kr", FILLER, FILL) => {
                        let eight = bytes[at..].first_chunk().ok_or_else(|| incomplete(at, bytes))?;
                        text.push(syllable(eight).ok_or_else(|| illegal(at, 1))?);
                        at += 8;
                    }
                    _ => {
                        push(&mut text, pairs, byte, trail, at)?;
                        at += 2;
                    }
                }
            }
        }
    }
    Ok(text)
}

fn push(text: &mut String, pairs: &Plane, lead: u8, trail: u8, at: usize) -> Result<(), CodecFault> {
    match pairs.pair(lead, trail) {
        PairMeaning::Character(character) => text.push(character),
        PairMeaning::Characters(characters) => text.push_str(characters),
        PairMeaning::Refused => return Err(illegal(at, 2)),
        PairMeaning::Illegal => return Err(illegal(at, 1)),
    }
    Ok(())
}

/// Returns a character of four bytes of GB 18030.
fn four_bytes([first, second, third, fourth]: [u8; 4]) -> Option<char> {
    let in_rows = |byte: u8| (0x81..=0xfe).contains(&byte).then(|| u32::from(byte) - 0x81);
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte) - 0x30);
    let (row, second, third, fourth) = (in_rows(first)?, digit(second)?, in_rows(third)?, digit(fourth)?);
    let number = |row: u32| ((row * 10 + second) * 126 + third) * 10 + fourth;
    let point = if row < 15 {
        let number = number(row);
        let run = FOUR_BYTES.partition_point(|&(start, _)| start <= number).checked_sub(1)?;
        let (start, point) = FOUR_BYTES[run];
        (point != 0).then(|| point + number - start)?
    } else {
        0x1_0000 + number(row - 15)
    };
    char::from_u32(point)
}

/// The two bytes before each letter of a syllable that KS X 1001 spells out.
const FILLER: u8 = 0xa4;
const FILL: u8 = 0xd4;

/// Returns the syllable of four pairs: the filler, an initial, a vowel and a final.
fn syllable(bytes: &[u8; 8]) -> Option<char> {
    let &[_, _, a, initial, b, vowel, c, last] = bytes;
    if [a, b, c] != [FILLER; 3] {
        return None;
    }
    let place = |letters: &[u8], letter: u8| letters.iter().position(|&known| known == letter);
    let initial = place(&INITIALS, initial)?;
    let vowel = usize::from(vowel.checked_sub(0xbf).filter(|&vowel| vowel < 21)?);
    let last = place(&FINALS, last)?;
    char::from_u32(u32::try_from(0xac00 + (initial * 21 + vowel) * 28 + last).ok()?)
}

/// Second bytes of the initial consonants, in Unicode's order.
const INITIALS: [u8; 19] = [
    0xa1, 0xa2, 0xa4, 0xa7, 0xa8, 0xa9, 0xb1, 0xb2, 0xb3, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc,
    0xbd, 0xbe,
];

/// Second bytes of the final consonants, in Unicode's order; the filler stands for no final.
const FINALS: [u8; 28] = [
    FILL, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0, 0xb1,
    0xb2, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xba, 0xbb, 0xbc, 0xbd, 0xbe,
];
