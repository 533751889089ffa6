//! Code objects of a module → marshal bytes, with FLAG_REF where CPython sets it.
//!
//! CPython's `Python/marshal.c` flags what is referenced more than once when it is written. All that survives
//! compilation is reachable from the root code object, so the count of references follows from the identities that
//! [`Constants`] keeps: interned strings, small integers and singletons count as shared always.
//!
//! **Invariant:** both walks visit the same objects in the same order.

use super::assemble::{CodeObject, Codes};
use super::constants::{CodeId, ConstId, ConstValue, Constants};
use crate::target::Target;
use crate::text::{ErrorType, Location, Names, SyntaxError};
use num_bigint::{BigInt, Sign};
use rustc_hash::{FxHashMap, FxHashSet};

const FLAG_REF: u8 = 0x80;
const UNSEEN: u32 = u32::MAX;

/// Everything about a module that its bytes depend on.
struct Writer<'a> {
    constants: &'a Constants,
    codes: &'a Codes,
    names: &'a Names,
    target: &'a Target,
    file: ConstId,
    /// `b''`
    empty: ConstId,
    /// By name: its string.
    texts: Vec<ConstId>,
    /// By constant: the constant that stands for equal singletons.
    same: Vec<ConstId>,
    /// Tuples that are tables of names: their strings are interned, also where the tuple is a constant.
    tables: FxHashSet<ConstId>,
    /// By constant: whether it is text that is interned wherever it stands.
    interned: Vec<bool>,
    counts: Vec<u32>,
    refs: Vec<u32>,
    next: u32,
    counting: bool,
    bytes: Vec<u8>,
    /// How many objects are around the current one.
    depth: u32,
    too_deep: bool,
}

/// How an object is shared.
enum Identity {
    /// One reference.
    Unique,
    /// Flagged, never referenced.
    Flagged,
    /// By slot: flagged from the second reference on.
    Counted(usize),
    /// By slot: flagged always.
    Shared(usize),
}

fn is_name_text(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// One character below U+0100.
fn is_latin1_char(text: &[u8]) -> bool {
    match text {
        [byte] => byte.is_ascii(),
        [first, _] => matches!(first, 0xc2 | 0xc3),
        _ => false,
    }
}

/// CPython: `MAX_MARSHAL_STACK_DEPTH`.
const MAX_DEPTH: u32 = 2000;

/// The marshal bytes of the code object `root`.
///
/// # Errors
/// Objects nested deeper than `marshal` goes.
pub fn finish(
    root: CodeId,
    constants: &mut Constants,
    codes: &Codes,
    names: &Names,
    filename: &str,
    target: &Target,
) -> Result<Vec<u8>, SyntaxError> {
    let file = constants.add_text(filename.as_bytes());
    let mut texts = vec![ConstId(UNSEEN); names.len()];
    for index in 0..codes.len() {
        let code = codes.get(CodeId(index as u32));
        for name in [code.name, code.qualname] {
            if texts[name.0 as usize].0 == UNSEEN {
                texts[name.0 as usize] = constants.add_text(names.text(name).as_bytes());
            }
        }
    }
    let tables = (0..codes.len()).map(|index| codes.get(CodeId(index as u32)));
    let tables = tables.flat_map(|code| [Some(code.names), (!code.own_locals).then_some(code.locals)]);
    let tables = tables.flatten().collect();
    // What is no constant is the singleton, even if the constant of that value was made anew.
    let mut empty = constants.add(ConstValue::Bytes(Box::default()));
    let mut singletons = FxHashMap::default();
    if constants.is_fresh(empty) {
        empty = constants.add_unmerged(ConstValue::Bytes(Box::default()));
        singletons.insert(ConstValue::Bytes(Box::default()), empty);
    }
    // Parts of slices are not merged, but singletons are one wherever they stand.
    let mut same: Vec<ConstId> = (0..constants.len() as u32).map(ConstId).collect();
    let mut interned = vec![false; constants.len()];
    for (entry, interned) in same.iter_mut().zip(&mut interned) {
        let value = constants.value(*entry);
        let singleton = match value {
            ConstValue::Int(_) => true,
            ConstValue::Str(text) => {
                let singleton = text.is_empty()
                    || is_name_text(text) && !constants.is_slice_part(*entry)
                    || is_latin1_char(text) && !constants.is_fresh(*entry);
                *interned = singleton || constants.is_identifier(*entry);
                singleton
            }
            ConstValue::Bytes(bytes) => bytes.len() < 2 && !constants.is_fresh(*entry),
            ConstValue::Tuple(items) => items.is_empty(),
            _ => false,
        };
        if singleton {
            let merged = constants.merged_with(*entry).filter(|id| !constants.is_fresh(*id));
            *entry = merged.unwrap_or_else(|| *singletons.entry(value.clone()).or_insert(*entry));
        }
    }
    let slots = constants.len() * 2 + codes.len();
    let mut writer = Writer {
        constants,
        codes,
        names,
        target,
        file,
        empty,
        texts,
        same,
        tables,
        interned,
        counts: vec![0; slots],
        refs: vec![UNSEEN; slots],
        next: 0,
        counting: true,
        bytes: Vec::with_capacity(constants.len() * 32),
        depth: 0,
        too_deep: false,
    };
    writer.code(root, true);
    if writer.too_deep {
        let message = "object too deeply nested to marshal".to_owned();
        return Err(SyntaxError { kind: ErrorType::Value, message, location: Location::NONE });
    }
    writer.counting = false;
    writer.code(root, true);
    Ok(writer.bytes)
}

impl Writer<'_> {
    /// Writes the type byte, or a back reference; whether the object's contents follow.
    fn open(&mut self, identity: &Identity, kind: u8, forced: bool) -> bool {
        let slot = match *identity {
            Identity::Counted(slot) | Identity::Shared(slot) => slot,
            Identity::Unique | Identity::Flagged => usize::MAX,
        };
        if self.counting {
            if let Some(count) = self.counts.get_mut(slot) {
                *count += 1;
                return *count == 1;
            }
            return true;
        }
        let flagged = forced
            || match *identity {
                Identity::Unique => false,
                Identity::Flagged | Identity::Shared(_) => true,
                Identity::Counted(slot) => self.counts[slot] > 1,
            };
        if flagged {
            if let Some(reference) = self.refs.get_mut(slot) {
                if *reference != UNSEEN {
                    let reference = *reference;
                    self.bytes.push(b'r');
                    self.long(reference as i32);
                    return false;
                }
                *reference = self.next;
            }
            self.next += 1;
        }
        self.bytes.push(if flagged { kind | FLAG_REF } else { kind });
        true
    }

    fn long(&mut self, value: i32) {
        if !self.counting {
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        if !self.counting {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn slot(&self, id: ConstId, interned: bool) -> usize {
        id.0 as usize * 2 + usize::from(interned)
    }

    fn text(&mut self, id: ConstId, name: bool, forced: bool) {
        let constants = self.constants;
        let ConstValue::Str(text) = constants.value(id) else { return };
        let interned = name || self.interned[id.0 as usize];
        let id = if interned { self.same[id.0 as usize] } else { id };
        let slot = self.slot(id, interned);
        let identity = if interned { Identity::Shared(slot) } else { Identity::Counted(slot) };
        if self.counting {
            self.open(&identity, b'z', forced);
            return;
        }
        let kind = match (text.is_ascii(), text.len() < 256, interned) {
            (true, true, true) => b'Z',
            (true, true, false) => b'z',
            (true, false, true) => b'A',
            (true, false, false) => b'a',
            (false, _, true) => b't',
            (false, _, false) => b'u',
        };
        if self.open(&identity, kind, forced) {
            if matches!(kind, b'Z' | b'z') {
                self.raw(&[text.len() as u8]);
            } else {
                self.long(text.len() as i32);
            }
            self.raw(text);
        }
    }

    fn bytes_object(&mut self, identity: &Identity, bytes: &[u8], forced: bool) {
        if self.open(identity, b's', forced) {
            self.long(bytes.len() as i32);
            self.raw(bytes);
        }
    }

    fn tuple(&mut self, identity: &Identity, items: &[ConstId], names: bool, forced: bool) {
        let kind = if items.len() < 256 { b')' } else { b'(' };
        if self.open(identity, kind, forced) {
            if items.len() < 256 {
                self.raw(&[items.len() as u8]);
            } else {
                self.long(items.len() as i32);
            }
            self.depth += 1;
            self.too_deep |= self.depth >= MAX_DEPTH && !items.is_empty();
            for &item in items {
                if names {
                    self.text(item, true, false);
                } else {
                    self.value(item, false);
                }
            }
            self.depth -= 1;
        }
    }

    fn big(&mut self, value: &BigInt) {
        let (sign, mut bits) = (value.sign(), value.magnitude().clone());
        let mut digits = Vec::new();
        let base = num_bigint::BigUint::from(0x8000u32);
        while bits != num_bigint::BigUint::ZERO {
            let digit = (&bits % &base).iter_u32_digits().next().unwrap_or(0);
            digits.push(digit as u16);
            bits >>= 15;
        }
        let count = digits.len() as i32;
        self.long(if sign == Sign::Minus { -count } else { count });
        for digit in digits {
            self.raw(&digit.to_le_bytes());
        }
    }

    /// A constant; `forced` for members of frozensets, which are always flagged.
    fn value(&mut self, id: ConstId, forced: bool) {
        let constants = self.constants;
        let counted = Identity::Counted(self.slot(id, false));
        match constants.value(id) {
            ConstValue::None => self.raw(b"N"),
            ConstValue::True => self.raw(b"T"),
            ConstValue::False => self.raw(b"F"),
            ConstValue::Ellipsis => self.raw(b"."),
            ConstValue::Int(value) => {
                let small = (-5..=i64::from(self.target.features.small_int_max)).contains(value);
                let identity = if small {
                    Identity::Shared(self.slot(self.same[id.0 as usize], false))
                } else {
                    counted
                };
                if let Ok(value) = i32::try_from(*value) {
                    if self.open(&identity, b'i', forced) {
                        self.long(value);
                    }
                } else if self.open(&identity, b'l', forced) {
                    self.big(&BigInt::from(*value));
                }
            }
            ConstValue::BigInt(value) => {
                if self.open(&counted, b'l', forced) {
                    self.big(value);
                }
            }
            ConstValue::Float(bits) => {
                if self.open(&counted, b'g', forced) {
                    self.raw(&bits.to_le_bytes());
                }
            }
            ConstValue::Complex(real, imaginary) => {
                if self.open(&counted, b'y', forced) {
                    self.raw(&real.to_le_bytes());
                    self.raw(&imaginary.to_le_bytes());
                }
            }
            ConstValue::Str(_) => self.text(id, false, forced),
            ConstValue::Bytes(bytes) => {
                let identity = if bytes.len() < 2 && !constants.is_fresh(id) {
                    Identity::Shared(self.slot(self.same[id.0 as usize], false))
                } else {
                    counted
                };
                self.bytes_object(&identity, bytes, forced);
            }
            ConstValue::Tuple(items) => {
                let identity = if items.is_empty() {
                    Identity::Shared(self.slot(self.same[id.0 as usize], false))
                } else {
                    counted
                };
                self.tuple(&identity, items, self.tables.contains(&id), forced);
            }
            ConstValue::FrozenSet(items) => {
                let identity = if self.is_rebuilt(items) { Identity::Unique } else { counted };
                if self.open(&identity, b'>', forced) {
                    self.long(items.len() as i32);
                    let mut order: Vec<(Vec<u8>, ConstId)> =
                        items.iter().map(|&item| (self.alone(item), item)).collect();
                    order.sort();
                    for (_, item) in order {
                        self.value(item, true);
                    }
                }
            }
            ConstValue::Slice(parts) => {
                if self.open(&counted, b':', forced) {
                    for &part in parts {
                        self.value(part, false);
                    }
                }
            }
            ConstValue::Code(code) => self.code(*code, false),
        }
    }

    /// Whether interning replaces a member by the string of an identifier, or of CPython itself, which makes a new set.
    fn is_rebuilt(&self, items: &[ConstId]) -> bool {
        items.iter().any(|&item| match self.constants.value(item) {
            ConstValue::Str(text) => {
                text.len() > 1
                    && is_name_text(text)
                    && !self.constants.is_identifier(item)
                    && std::str::from_utf8(text).is_ok_and(|text| {
                        self.names.find(text).is_some() || self.target.has_start_up_word(text)
                    })
            }
            _ => false,
        })
    }

    /// A member of a frozenset written by itself, which is what they are sorted by.
    fn alone(&mut self, item: ConstId) -> Vec<u8> {
        if self.counting {
            return Vec::new();
        }
        let bytes = std::mem::take(&mut self.bytes);
        // Only what holds others can refer back to a part of itself.
        let holds = matches!(self.constants.value(item), ConstValue::Tuple(_) | ConstValue::FrozenSet(_));
        let unseen = if holds { vec![UNSEEN; self.refs.len()] } else { Vec::new() };
        let refs = std::mem::replace(&mut self.refs, unseen);
        let next = std::mem::replace(&mut self.next, 0);
        self.value(item, true);
        self.next = next;
        self.refs = refs;
        std::mem::replace(&mut self.bytes, bytes)
    }

    fn code(&mut self, id: CodeId, root: bool) {
        let codes = self.codes;
        let code: &CodeObject = codes.get(id);
        let slot = self.constants.len() * 2 + id.0 as usize;
        let identity = match (root, self.target.features.root_flagged) {
            (true, true) => Identity::Flagged,
            (true, false) => Identity::Unique,
            (false, _) => Identity::Counted(slot),
        };
        if !self.open(&identity, b'c', false) {
            return;
        }
        for number in [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stack_size, code.flags]
        {
            self.long(number as i32);
        }
        self.depth += 1;
        self.too_deep |= self.depth >= MAX_DEPTH;
        if self.too_deep {
            return;
        }
        self.bytes_object(&Identity::Flagged, &code.code, false);
        self.value(code.consts, false);
        self.names_tuple(code.names, false);
        self.names_tuple(code.locals, code.own_locals);
        if code.kinds.is_empty() {
            self.value(self.empty, false);
        } else {
            self.bytes_object(&Identity::Unique, &code.kinds, false);
        }
        self.text(self.file, true, false);
        self.text(self.texts[code.name.0 as usize], true, false);
        self.text(self.texts[code.qualname.0 as usize], true, false);
        self.long(code.first_line);
        self.value(code.line_table, false);
        self.value(code.exception_table, false);
        self.depth -= 1;
    }

    fn names_tuple(&mut self, id: ConstId, own: bool) {
        let constants = self.constants;
        let ConstValue::Tuple(items) = constants.value(id) else { return };
        let slot = self.slot(id, false);
        let identity = match (own, items.is_empty()) {
            (_, true) => Identity::Shared(slot),
            (true, false) => Identity::Unique,
            (false, false) => Identity::Counted(slot),
        };
        self.tuple(&identity, items, true, false);
    }
}
