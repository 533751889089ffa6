//! The first walk: what is referenced more than once.

use super::identity::{Identities, Identity, Sharing};
use crate::compile::assemble::Codes;
use crate::compile::constants::{CodeId, ConstId, ConstValue, Constants};

/// CPython: `MAX_MARSHAL_STACK_DEPTH`.
const MAX_DEPTH: u32 = 2000;

/// Goes through all objects once.
pub(super) struct Counter<'a> {
    constants: &'a Constants,
    codes: &'a Codes,
    identities: &'a Identities,
    /// By slot; 2 stands for more as well.
    counts: Vec<u8>,
    /// Number of objects around the current one.
    depth: u32,
    too_deep: bool,
}

impl<'a> Counter<'a> {
    /// By slot: how many references there are to an object whose references are counted, at most 2. None if objects are
    /// nested deeper than `marshal` goes.
    pub(super) fn count(
        root: CodeId,
        constants: &'a Constants,
        codes: &'a Codes,
        identities: &'a Identities,
    ) -> Option<Vec<u8>> {
        let counts = vec![0; identities.slots];
        let mut counter = Self { constants, codes, identities, counts, depth: 0, too_deep: false };
        counter.code(root);
        (!counter.too_deep).then_some(counter.counts)
    }

    /// Returns whether the object has not been seen: its parts follow. Of what is shared anyway,
    /// none has parts.
    fn open(&mut self, identity: Identity) -> bool {
        match identity.sharing {
            Sharing::Shared => false,
            Sharing::Unique | Sharing::Flagged => true,
            Sharing::Counted => {
                let count = &mut self.counts[identity.slot as usize];
                *count = (*count + 1).min(2);
                *count == 1
            }
        }
    }

    fn enter(&mut self) {
        self.depth += 1;
        self.too_deep |= self.depth >= MAX_DEPTH;
    }

    fn value(&mut self, id: ConstId) {
        let identity = self.identities.of(id);
        if !self.open(identity) {
            return;
        }
        let constants = self.constants;
        match constants.value(id) {
            ConstValue::Tuple(items) => {
                self.enter();
                if !identity.is_table && !self.too_deep {
                    items.iter().for_each(|&item| self.value(item));
                }
                self.depth -= 1;
            }
            ConstValue::FrozenSet(items) => items.iter().for_each(|&item| self.value(item)),
            ConstValue::Slice(parts) => parts.iter().for_each(|&part| self.value(part)),
            // Counted already, by the slot of the code object.
            ConstValue::Code(code) => self.code(*code),
            _ => {}
        }
    }

    fn code(&mut self, id: CodeId) {
        let code = self.codes.get(id);
        self.enter();
        if self.too_deep {
            return;
        }
        self.value(code.consts);
        self.table(code.names, false);
        self.table(code.locals, code.own_locals);
        self.value(code.line_table);
        self.value(code.exception_table);
        self.depth -= 1;
    }

    /// A tuple of names, which are shared; `own` if it is the code object's alone.
    fn table(&mut self, id: ConstId, own: bool) {
        let identity = self.identities.of(id);
        // The empty one is shared too, and has no depth.
        if identity.sharing != Sharing::Shared && (own || self.open(identity)) {
            self.enter();
            self.depth -= 1;
        }
    }
}
