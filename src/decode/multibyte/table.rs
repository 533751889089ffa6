//! The tables of the codecs, decompressed when they are first used.

use std::sync::OnceLock;

use super::tables::{CODECS, DATA, TWICE};

/// A codec without a state.
pub(super) struct Codec {
    pub(super) name: &'static str,
    /// Codec from which the characters are predicted.
    pub(super) model: Option<usize>,
    /// Position in the model of the character of a pair.
    pub(super) places: PairPlaces,
    /// Ranges in [`DATA`] of the compressed pairs, and of those after the byte 0x8f.
    pub(super) planes: &'static [(usize, usize)],
    /// Meaning of the first byte of a character, by runs: the last byte of a run and its meaning.
    pub(super) first: &'static [(u8, First)],
}

/// Meaning of the first byte of a character.
#[derive(Clone, Copy)]
pub(super) enum First {
    /// A character by itself: the byte plus this number.
    Alone(u32),
    /// No character begins with it.
    Illegal,
    /// The first of a pair.
    Lead,
    /// A pair follows it.
    Triple,
}

/// Correspondence of the pairs of a codec to those of its model.
#[derive(Clone, Copy)]
pub(super) enum PairPlaces {
    Same,
    ShiftJis,
    Johab,
}

/// Meaning of a pair of bytes.
pub(super) enum PairMeaning {
    Character(char),
    Characters(&'static str),
    /// Invalid; both bytes are reported.
    Refused,
    /// Invalid; only the first byte is reported.
    Illegal,
}

/// Numbers of all pairs by first byte, from 0x80, and second byte: 0 for none, a code point, an
/// index into [`TWICE`], or [`REFUSED`].
pub(super) struct Plane(Vec<u32>);

const PAIRS: usize = 128 * 256;
const TWO_CHARACTERS: u32 = 0x11_0000;
const REFUSED: u32 = 0x12_0000;

/// Rows of the second plane of JIS X 0213, in the order of Shift_JIS.
const PLANE_2: [usize; 9] = [1, 8, 3, 4, 5, 12, 13, 14, 15];

static PLANES: [[OnceLock<Plane>; 2]; CODECS.len()] =
    [const { [const { OnceLock::new() }; 2] }; CODECS.len()];

/// Returns the index of the codec with this name.
pub(super) fn find(name: &str) -> Option<usize> {
    CODECS.iter().position(|codec| codec.name == name)
}

/// Returns the pairs of a codec, or those after 0x8f if `number` is 1; empty if the codec has none.
pub(super) fn plane(codec: usize, number: usize) -> &'static Plane {
    PLANES[codec][number].get_or_init(|| Plane::load(&CODECS[codec], number))
}

impl Codec {
    pub(super) fn first(&self, byte: u8) -> First {
        let at = self.first.partition_point(|&(last, _)| last < byte);
        self.first.get(at).map_or(First::Illegal, |&(_, first)| first)
    }

    /// Returns the model's number for the pair at `place`, 0 for none.
    fn predicted(&self, number: usize, place: usize) -> u32 {
        let Some(model) = self.model else { return 0 };
        let (lead, trail) = (place / 256 + 128, place % 256);
        let found = match self.places {
            PairPlaces::Same => Some((number, lead, trail)),
            PairPlaces::ShiftJis => shift_jis(lead, trail),
            PairPlaces::Johab => johab(lead, trail),
        };
        found.map_or(0, |(number, lead, trail)| plane(model, number).number((lead - 128) * 256 + trail))
    }
}

impl Plane {
    fn load(codec: &Codec, number: usize) -> Self {
        let data =
            codec.planes.get(number).and_then(|&(start, end)| DATA.get(start..end)).unwrap_or_default();
        let data = miniz_oxide::inflate::decompress_to_vec(data).unwrap_or_default();
        let (present, streams) = data.split_at(data.len().min(PAIRS / 8));
        let (mut numbers, mut last) = (Vec::with_capacity(PAIRS), 0);
        let count = streams.len() / 3;
        let mut next = 0;
        for place in 0..PAIRS {
            let is_present = present.get(place / 8).is_some_and(|bits| bits >> (place % 8) & 1 == 1);
            if !is_present {
                numbers.push(0);
                continue;
            }
            let byte = |stream: usize| u32::from(streams.get(stream * count + next).copied().unwrap_or(0));
            let folded = byte(0) | byte(1) << 8 | byte(2) << 16;
            let expected = match codec.predicted(number, place) {
                0 => last + 1,
                predicted => predicted,
            };
            let half = folded / 2;
            last = if folded % 2 == 0 { expected + half } else { expected.wrapping_sub(half + 1) };
            numbers.push(last);
            next += 1;
        }
        Self(numbers)
    }

    fn number(&self, place: usize) -> u32 {
        self.0.get(place).copied().unwrap_or(0)
    }

    /// Returns the meaning of the pair.
    pub(super) fn pair(&self, lead: u8, trail: u8) -> PairMeaning {
        let Some(row) = usize::from(lead).checked_sub(128) else { return PairMeaning::Illegal };
        match self.number(row * 256 + usize::from(trail)) {
            0 => PairMeaning::Illegal,
            REFUSED => PairMeaning::Refused,
            number @ TWO_CHARACTERS.. => TWICE
                .get((number - TWO_CHARACTERS) as usize)
                .map_or(PairMeaning::Illegal, |characters| PairMeaning::Characters(characters)),
            number => char::from_u32(number).map_or(PairMeaning::Illegal, PairMeaning::Character),
        }
    }
}

/// Returns the plane, first and second byte in EUC of a pair of Shift_JIS.
fn shift_jis(lead: usize, trail: usize) -> Option<(usize, usize, usize)> {
    let half = match trail {
        0x40..=0x7f => trail - 0x40,
        0x80..=0xfc => trail - 0x41,
        _ => return None,
    };
    let row = half / 94
        + match lead {
            0x81..=0x9f => 2 * (lead - 0x81),
            0xe0..=0xfc => 2 * (lead - 0xc1),
            _ => return None,
        };
    let trail = half % 94 + 0xa1;
    if row < 94 {
        return Some((0, row + 0xa1, trail));
    }
    let row = row - 94;
    Some((1, PLANE_2.get(row).map_or(row + 78 - PLANE_2.len(), |&row| row) + 0xa0, trail))
}

/// Returns the plane, first and second byte in EUC of a pair of Johab that is not a Hangul
/// syllable.
fn johab(lead: usize, trail: usize) -> Option<(usize, usize, usize)> {
    let half = match trail {
        0x31..=0x7e => trail - 0x31,
        0x91..=0xfe => trail - 0x43,
        _ => return None,
    };
    let row = match lead {
        0xd9..=0xde => 2 * (lead - 0xd9),
        0xe0..=0xf9 => 2 * (lead - 0xe0) + 41,
        _ => return None,
    };
    Some((0, row + half / 94 + 0xa1, half % 94 + 0xa1))
}
