//! Names and keywords.

use super::{FaultKind, Lexer, Token, token};
use crate::target;

/// Characters that join or separate letters of words, which Unicode 15.1 added to those that may
/// continue identifiers.
const JOINERS: [char; 4] = ['\u{200c}', '\u{200d}', '\u{30fb}', '\u{ff65}'];

/// First bytes of a name or keyword, and its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// First eight bytes as a little-endian number.
    pub first: u64,
    /// Eight bytes after `first`.
    pub second: u64,
    /// Length in bytes.
    pub length: usize,
    /// True if all bytes are ASCII.
    pub ascii: bool,
}

impl Lexer<'_> {
    #[inline]
    pub(super) fn name(&mut self, at: usize) {
        let first = self.word_at(at);
        let mut length = word_bytes(first);
        let (mut ascii, mut second) = (true, 0);
        let high = 0x8080_8080_8080_8080;
        let below = |count: usize| u64::MAX >> (64 - 8 * count);
        let first = if length < 8 {
            first & below(length.max(1))
        } else {
            second = self.word_at(at + 8);
            let more = word_bytes(second);
            length = 8 + more;
            second = if more == 0 { 0 } else { second & below(more) };
            if more == 8 {
                length = self.long_name(at);
                ascii = self.bytes[at..at + length].is_ascii();
            }
            first
        };
        ascii &= (first | second) & high == 0;
        self.token = if length <= 8 { token::keyword(first) } else { Token::Name };
        self.word = Word { first, second, length, ascii };
        self.at = at + length;
        let next = self.bytes[self.at];
        if (next == b'"' || next == b'\'') && length <= 5 && self.prefixed(length) {
            return;
        }
        if !ascii {
            self.check_name();
        }
    }

    #[inline(never)]
    fn long_name(&self, at: usize) -> usize {
        let mut length = 16;
        loop {
            let more = word_bytes(self.word_at(at + length));
            length += more;
            if more < 8 {
                return length;
            }
        }
    }

    /// Refuses characters that are not part of identifiers in the target's Unicode version.
    #[cold]
    fn check_name(&mut self) {
        let starts = |letter: char| letter == '_' || unicode_ident::is_xid_start(letter);
        let name = self.token_text();
        if name.as_bytes() != &self.bytes[self.start..self.at] {
            return self.fail(FaultKind::Undecodable, self.at);
        }
        for (at, letter) in name.char_indices() {
            let fits = if at == 0 { starts(letter) } else { unicode_ident::is_xid_continue(letter) };
            let is_assigned = letter.is_ascii() || self.target.assigns(u32::from(letter));
            let is_joiner = !self.target.features.joiners_in_names && JOINERS.contains(&letter);
            if !fits || !is_assigned || is_joiner {
                return self.fail(FaultKind::InvalidCharacter(letter), self.start + at + letter.len_utf8());
            }
            self.is_own |= JOINERS.contains(&letter)
                || !letter.is_ascii() && !target::ALL.iter().all(|target| target.assigns(u32::from(letter)));
        }
    }
}

/// Returns the number of bytes, from the lowest on, that are letters, digits, underscores or not
/// ASCII.
#[inline(always)]
const fn word_bytes(chunk: u64) -> usize {
    const EVERY: u64 = 0x0101_0101_0101_0101;
    const TOP: u64 = 0x80 * EVERY;
    let low = chunk & !TOP;
    let lower = low | (0x20 * EVERY);
    let letters = (lower + (0x80 - b'a' as u64) * EVERY) & !(lower + (0x7f - b'z' as u64) * EVERY);
    let digits = (low + (0x80 - b'0' as u64) * EVERY) & !(low + (0x7f - b'9' as u64) * EVERY);
    let underscores = TOP - (low ^ (b'_' as u64 * EVERY));
    let other = !(letters | digits | underscores | chunk) & TOP;
    other.trailing_zeros() as usize / 8
}
