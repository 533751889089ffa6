//! The second walk: writes bytes and references.
//!
//! CPython: `Python/marshal.c`.

use super::identity::{Identities, Identity, Sharing};
use crate::allowance;
use crate::compile::assemble::ModuleCodes;
use crate::compile::constants::{CodeId, ConstId, ConstValue, Constants};
use crate::target::Features;
use num_bigint::{BigInt, Sign};

const FLAG_REF: u8 = 0x80;
/// Number of bits in a digit of a large integer (`PyLong_MARSHAL_SHIFT`).
const DIGIT_BITS: u32 = 15;
const DIGIT: u64 = (1 << DIGIT_BITS) - 1;
const UNSEEN: u32 = u32::MAX;

/// Number under which an object was written.
#[derive(Clone, Copy, Debug)]
struct WrittenReference {
    /// Object that was being written: the module, or a member of a frozenset on its own.
    whole: u32,
    number: u32,
}

/// Writer of objects.
pub(super) struct ReferenceWriter<'a> {
    constants: &'a Constants,
    codes: &'a ModuleCodes,
    identities: &'a Identities,
    /// Number of references by slot.
    counts: &'a [u8],
    /// References by slot; those of another `whole` are ignored.
    refs: Vec<WrittenReference>,
    /// References replaced while a member was written on its own, to be restored afterwards.
    replaced: Vec<(u32, WrittenReference)>,
    /// Object that is being written; 0 for the module.
    whole: u32,
    /// Number of objects written on their own so far.
    wholes: u32,
    /// True if members of a frozenset count as shared when they are sorted.
    shares_members: bool,
    /// Next reference number.
    next: u32,
    bytes: Vec<u8>,
}

const fn without_slot(sharing: Sharing) -> Identity {
    Identity { slot: UNSEEN, name_slot: UNSEEN, sharing, is_table: false }
}

impl<'a> ReferenceWriter<'a> {
    /// Returns the bytes of the code object `root`.
    pub(super) fn write(
        root: CodeId,
        constants: &'a Constants,
        codes: &'a ModuleCodes,
        identities: &'a Identities,
        counts: &'a [u8],
        features: &Features,
    ) -> Vec<u8> {
        let mut writer = Self {
            constants,
            codes,
            identities,
            counts,
            refs: vec![WrittenReference { whole: UNSEEN, number: 0 }; identities.slots],
            replaced: Vec::new(),
            whole: 0,
            wholes: 0,
            shares_members: features.members_count_as_shared,
            next: 0,
            bytes: Vec::with_capacity(identities.bytes),
        };
        let sharing = if features.root_flagged { Sharing::Flagged } else { Sharing::Unique };
        writer.code(root, without_slot(sharing));
        writer.bytes
    }

    /// Writes the type byte or a back reference (`w_ref`). Returns whether the contents of the
    /// object follow.
    fn open(&mut self, identity: Identity, kind: u8, forced: bool) -> bool {
        let slot = identity.slot as usize;
        let flagged = forced
            || match identity.sharing {
                Sharing::Unique => false,
                Sharing::Flagged | Sharing::Shared | Sharing::Lasting => true,
                Sharing::Counted => self.counts[slot] > 1,
            };
        if !flagged {
            self.bytes.push(kind);
            return true;
        }
        if matches!(identity.sharing, Sharing::Counted | Sharing::Shared | Sharing::Lasting) {
            if self.refer(identity.slot) {
                return false;
            }
            let reference = WrittenReference { whole: self.whole, number: self.next };
            let before = std::mem::replace(&mut self.refs[slot], reference);
            if self.whole > 0 {
                self.replaced.push((identity.slot, before));
            }
        }
        self.next += 1;
        self.bytes.push(kind | FLAG_REF);
        true
    }

    /// Writes a back reference to an object that was written already, or returns false (`w_ref`).
    #[inline]
    fn refer(&mut self, slot: u32) -> bool {
        let WrittenReference { whole, number } = self.refs[slot as usize];
        if whole != self.whole {
            return false;
        }
        let [first, second, third, fourth] = number.to_le_bytes();
        self.bytes.extend_from_slice(&[b'r', first, second, third, fourth]);
        true
    }

    /// Writes a 32-bit integer (`w_long`).
    fn long(&mut self, value: i32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes bytes without a length (`w_string`).
    fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes text that is used as a name.
    fn name(&mut self, id: ConstId) {
        let slot = self.identities.of(id).name_slot;
        if !self.refer(slot)
            && let ConstValue::Str(text) = self.constants.value(id)
        {
            self.text(
                Identity { slot, name_slot: slot, sharing: Sharing::Shared, is_table: false },
                text,
                false,
            );
        }
    }

    /// Writes a string (`w_complex_object`).
    fn text(&mut self, identity: Identity, text: &[u8], forced: bool) {
        let interned = identity.sharing == Sharing::Shared;
        let kind = match (text.is_ascii(), text.len() < 256, interned) {
            (true, true, true) => b'Z',
            (true, true, false) => b'z',
            (true, false, true) => b'A',
            (true, false, false) => b'a',
            (false, _, true) => b't',
            (false, _, false) => b'u',
        };
        if self.open(identity, kind, forced) {
            if matches!(kind, b'Z' | b'z') {
                self.bytes.push(text.len() as u8);
            } else {
                self.long(text.len() as i32);
            }
            self.raw(text);
        }
    }

    /// Writes a bytes object (`w_complex_object`).
    fn bytes_object(&mut self, identity: Identity, bytes: &[u8], forced: bool) {
        if self.open(identity, b's', forced) {
            self.long(bytes.len() as i32);
            self.raw(bytes);
        }
    }

    /// Writes a tuple (`w_complex_object`).
    fn tuple(&mut self, identity: Identity, items: &[ConstId], forced: bool) {
        let is_short = items.len() < 256;
        if !self.open(identity, if is_short { b')' } else { b'(' }, forced) {
            return;
        }
        if is_short {
            self.bytes.push(items.len() as u8);
        } else {
            self.long(items.len() as i32);
        }
        if identity.is_table {
            items.iter().for_each(|&item| self.name(item));
        } else {
            items.iter().for_each(|&item| self.value(item, false));
        }
    }

    /// Writes a large integer (`w_PyLong`).
    #[inline(never)]
    fn big(&mut self, value: &BigInt) {
        let mut left = value.bits().div_ceil(DIGIT_BITS.into());
        let count = left as i32;
        self.long(if value.sign() == Sign::Minus { -count } else { count });
        let mut words = value.iter_u32_digits();
        // The lowest bits that are not written yet, and their number.
        let (mut rest, mut bits) = (0u64, 0);
        while left > 0 {
            if bits < DIGIT_BITS {
                rest |= u64::from(words.next().unwrap_or(0)) << bits;
                bits += u32::BITS;
            }
            self.raw(&((rest & DIGIT) as u16).to_le_bytes());
            rest >>= DIGIT_BITS;
            bits -= DIGIT_BITS;
            left -= 1;
        }
    }

    /// Writes a constant (`w_object`); `forced` for members of frozensets, which are always
    /// flagged.
    fn value(&mut self, id: ConstId, forced: bool) {
        allowance::ask_holding(|| self.bytes.capacity());
        let constants = self.constants;
        let identity = self.identities.of(id);
        match constants.value(id) {
            ConstValue::None => self.bytes.push(b'N'),
            ConstValue::True => self.bytes.push(b'T'),
            ConstValue::False => self.bytes.push(b'F'),
            ConstValue::Ellipsis => self.bytes.push(b'.'),
            ConstValue::Int(value) => {
                if let Ok(value) = i32::try_from(*value) {
                    if self.open(identity, b'i', forced) {
                        self.long(value);
                    }
                } else if self.open(identity, b'l', forced) {
                    self.big(&BigInt::from(*value));
                }
            }
            ConstValue::BigInt(value) => {
                if self.open(identity, b'l', forced) {
                    self.big(value);
                }
            }
            ConstValue::Float(bits) => {
                if self.open(identity, b'g', forced) {
                    self.raw(&bits.to_le_bytes());
                }
            }
            ConstValue::Complex(real, imaginary) => {
                if self.open(identity, b'y', forced) {
                    self.raw(&real.to_le_bytes());
                    self.raw(&imaginary.to_le_bytes());
                }
            }
            ConstValue::Str(text) => self.text(identity, text, forced),
            ConstValue::Bytes(bytes) => self.bytes_object(identity, bytes, forced),
            ConstValue::Tuple(items) => self.tuple(identity, items, forced),
            ConstValue::FrozenSet(items) => self.frozenset(identity, items, forced),
            ConstValue::Slice(parts) => {
                if self.open(identity, b':', forced) {
                    for &part in parts {
                        self.value(part, false);
                    }
                }
            }
            ConstValue::Code(code) => self.code(*code, identity),
        }
    }

    /// Writes a frozenset (`w_complex_object`).
    #[inline(never)]
    fn frozenset(&mut self, identity: Identity, items: &[ConstId], forced: bool) {
        if self.open(identity, b'>', forced) {
            self.long(items.len() as i32);
            let mut order: Vec<(Vec<u8>, ConstId)> =
                items.iter().map(|&item| (self.alone(item), item)).collect();
            order.sort();
            for (_, item) in order {
                self.value(item, true);
            }
        }
    }

    /// Returns a member of a frozenset written on its own, which is the sort key of the members.
    fn alone(&mut self, item: ConstId) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.bytes);
        let next = std::mem::replace(&mut self.next, 0);
        self.wholes += 1;
        let whole = std::mem::replace(&mut self.whole, self.wholes);
        let kept = self.replaced.len();
        self.value(item, self.shares_members);
        for (slot, before) in self.replaced.drain(kept..).rev() {
            self.refs[slot as usize] = before;
        }
        self.whole = whole;
        self.next = next;
        std::mem::replace(&mut self.bytes, bytes)
    }

    /// Writes a code object (`w_complex_object`).
    fn code(&mut self, id: CodeId, identity: Identity) {
        if !self.open(identity, b'c', false) {
            return;
        }
        let code = self.codes.get(id);
        for number in [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stack_size, code.flags]
        {
            self.long(number as i32);
        }
        self.bytes_object(without_slot(Sharing::Flagged), &code.code, false);
        self.value(code.consts, false);
        self.table(code.names, false);
        self.table(code.locals, code.own_locals);
        if code.kinds.is_empty() {
            self.value(self.identities.empty, false);
        } else {
            self.bytes_object(without_slot(Sharing::Unique), &code.kinds, false);
        }
        if self.codes.own_names(id).is_some() {
            self.value(self.identities.file, false);
            for name in self.identities.code_names[id.0 as usize] {
                if self.constants.is_interned_name(name) {
                    self.name(name);
                } else {
                    self.value(name, false);
                }
            }
        } else {
            self.name(self.identities.file);
            for name in self.identities.code_names[id.0 as usize] {
                self.name(name);
            }
        }
        self.long(code.first_line);
        self.value(code.line_table, false);
        self.value(code.exception_table, false);
    }

    /// Writes a tuple of names; `own` if it belongs to this code object alone.
    fn table(&mut self, id: ConstId, own: bool) {
        let constants = self.constants;
        let ConstValue::Tuple(items) = constants.value(id) else { return };
        let mut identity = self.identities.of(id);
        identity.is_table = true;
        if own && !items.is_empty() {
            identity.sharing = Sharing::Unique;
        }
        self.tuple(identity, items, false);
    }
}
