//! Identity of constants: the constants that are one object, and the sharing of each.

use crate::compile::assemble::ModuleCodes;
use crate::compile::constants::{CodeId, ConstId, ConstValue, Constants};
use crate::target::{Features, Target};
use crate::text::{Name, Names};
use rustc_hash::FxHashMap;

/// Way in which an object is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Without a flag: written in full at each reference.
    Unique,
    /// Flagged, but never referred to.
    Flagged,
    /// Flagged if there are two or more references.
    Counted,
    /// Always flagged, and interned if it is text.
    Shared,
    /// Always flagged, and not interned.
    Lasting,
}

/// Identity of a constant as an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    /// Slot of the object, the same for constants that are one object.
    pub(super) slot: u32,
    /// Slot of the interned string, for text.
    pub(super) name_slot: u32,
    pub(super) sharing: Sharing,
    /// True for a table of names, whose strings are interned even if the tuple is also a constant.
    pub(super) is_table: bool,
}

/// Identities of a module's objects.
#[derive(Debug)]
pub(super) struct Identities {
    by_constant: Vec<Identity>,
    /// Number of slots.
    pub(super) slots: usize,
    /// Approximate size of all values in bytes.
    pub(super) bytes: usize,
    /// String that is every `co_filename`.
    pub(super) file: ConstId,
    /// `b''`.
    pub(super) empty: ConstId,
    /// Identities of the name and the qualified name of each code object.
    pub(super) code_names: Vec<[ConstId; 2]>,
}

/// ASCII letters, digits and `_`.
static NAME_BYTES: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    bytes
};

/// Returns whether text consists of name characters only (`all_name_chars`).
fn is_name_text(text: &[u8]) -> bool {
    text.iter().all(|&byte| NAME_BYTES[usize::from(byte)])
}

/// Returns whether text is one character below U+0100.
fn is_latin1_char(text: &[u8]) -> bool {
    match text {
        [byte] => byte.is_ascii(),
        [first, _] => matches!(first, 0xc2 | 0xc3),
        _ => false,
    }
}

/// Returns whether a character that is not a name character is not interned by now: by a name of
/// the source, or when the process starts.
fn is_left_alone(text: &[u8], names: &Names, features: &Features) -> bool {
    !features.interned_characters
        && text != b"*"
        && std::str::from_utf8(text).is_ok_and(|text| names.find(text).is_none())
}

/// Returns whether interning replaces a member, so that CPython builds a new set
/// (`intern_constants`).
fn is_rebuilt(items: &[ConstId], constants: &Constants, names: &Names, target: &Target) -> bool {
    items.iter().any(|&item| match constants.value(item) {
        ConstValue::Str(text) => {
            let is_other = |text: &str| match text.len() {
                0 => false,
                1 => target.features.letters_with_own_names.contains(text),
                _ => names.find(text).is_some() || target.has_start_up_word(text),
            };
            is_name_text(text)
                && !constants.is_identifier(item)
                && std::str::from_utf8(text).is_ok_and(is_other)
        }
        _ => false,
    })
}

impl Identities {
    pub(super) fn new(
        constants: &mut Constants,
        codes: &ModuleCodes,
        names: &Names,
        filename: &[u8],
        target: &Target,
    ) -> Self {
        let features = &target.features;
        let file = if features.interned_qualified_names {
            constants.add_text(filename)
        } else {
            constants.add_lasting(filename)
        };
        let mut text = |name: Name| constants.add_name(name, names);
        let numbers = (0..codes.len() as u32).map(CodeId);
        let code_names = numbers
            .zip(codes.iter())
            .map(|(id, code)| codes.own_names(id).unwrap_or_else(|| [text(code.name), text(code.qualname)]))
            .collect();
        // An object that is not a constant is the singleton, even if the constant of that value is
        // a new object.
        let mut empty = constants.add_bytes(&[]);
        let mut singletons = FxHashMap::default();
        if constants.is_fresh(empty) {
            empty = constants.add_unmerged(ConstValue::Bytes(Default::default()));
            singletons.insert(ConstValue::Bytes(Default::default()), empty);
        }
        // The slots of code objects follow those of constants.
        let first_code = constants.len() as u32 * 2;
        let mut by_constant = Vec::with_capacity(constants.len());
        let mut bytes = 0;
        for id in (0..constants.len() as u32).map(ConstId) {
            let value = constants.value(id);
            let mut is_singleton = false;
            let mut sharing = Sharing::Counted;
            let mut slot = None;
            bytes += 9;
            match value {
                ConstValue::None | ConstValue::True | ConstValue::False | ConstValue::Ellipsis => {
                    sharing = Sharing::Unique;
                }
                ConstValue::Int(value) => {
                    is_singleton = true;
                    if (-5..=i64::from(target.features.small_int_max)).contains(value) {
                        sharing = Sharing::Shared;
                    }
                }
                // Such text only occurs in tables of names.
                ConstValue::Str(text) if constants.is_only_name(id) => bytes += text.len(),
                ConstValue::Str(text) => {
                    bytes += text.len();
                    is_singleton = text.is_empty()
                        || is_name_text(text) && !constants.is_slice_part(id)
                        || is_latin1_char(text) && !constants.is_fresh(id);
                    if is_singleton || constants.is_identifier(id) {
                        sharing = Sharing::Shared;
                    }
                    let is_letter = is_name_text(text) || constants.is_identifier(id);
                    if constants.is_lasting(id)
                        || is_singleton && !is_letter && is_left_alone(text, names, features)
                    {
                        sharing = Sharing::Lasting;
                    }
                }
                ConstValue::Bytes(value) => {
                    bytes += value.len();
                    if value.len() < 2 && !constants.is_fresh(id) {
                        is_singleton = true;
                        sharing = Sharing::Shared;
                    }
                }
                ConstValue::Tuple(items) => {
                    bytes += 5 * items.len();
                    if items.is_empty() {
                        is_singleton = true;
                        sharing = Sharing::Shared;
                    }
                }
                ConstValue::FrozenSet(items) => {
                    if is_rebuilt(items, constants, names, target) {
                        sharing = Sharing::Unique;
                    }
                }
                ConstValue::Code(code) => slot = Some(first_code + code.0),
                ConstValue::BigInt(_)
                | ConstValue::Float(_)
                | ConstValue::Complex(..)
                | ConstValue::Slice(_) => {}
            }
            // Parts of slices are not merged, but singletons are the same object everywhere.
            let same = if is_singleton && (constants.is_unmerged(id) || constants.is_fresh(id)) {
                let merged = constants.merged_with(id).filter(|id| !constants.is_fresh(*id));
                merged.unwrap_or_else(|| *singletons.entry(value.clone()).or_insert(id))
            } else {
                id
            };
            let name_slot = same.0 * 2 + 1;
            let slot = slot.unwrap_or(match sharing {
                Sharing::Shared if matches!(value, ConstValue::Str(_)) => name_slot,
                Sharing::Shared | Sharing::Lasting => same.0 * 2,
                _ => id.0 * 2,
            });
            by_constant.push(Identity { slot, name_slot, sharing, is_table: false });
        }
        for code in codes.iter() {
            bytes += 128 + code.code.len() + code.kinds.len();
            by_constant[code.names.0 as usize].is_table = true;
            by_constant[code.locals.0 as usize].is_table |= !code.own_locals;
        }
        let slots = first_code as usize + codes.len();
        Self { by_constant, slots, bytes, file, empty, code_names }
    }

    /// Returns the identity of a constant.
    pub(super) fn of(&self, id: ConstId) -> Identity {
        self.by_constant[id.0 as usize]
    }
}
