//! The first walk: counts references.
//!
//! CPython: `Python/marshal.c`.

use super::identity::{Identities, Identity, Sharing};
use crate::compile::assemble::ModuleCodes;
use crate::compile::constants::{CodeId, ConstId, ConstValue, Constants};

/// `MAX_MARSHAL_STACK_DEPTH`.
const MAX_DEPTH: u32 = 2000;

/// Counter of references.
pub(super) struct Counter<'a> {
    constants: &'a Constants,
    codes: &'a ModuleCodes,
    identities: &'a Identities,
    /// Number of references by slot, at most 2.
    counts: Vec<u8>,
    /// Number of enclosing objects.
    depth: u32,
    too_deep: bool,
}

impl<'a> Counter<'a> {
    /// Returns the number of references by slot, at most 2, or none if objects are nested deeper
    /// than `marshal` allows.
    pub(super) fn count(
        root: CodeId,
        constants: &'a Constants,
        codes: &'a ModuleCodes,
        identities: &'a Identities,
    ) -> Option<Vec<u8>> {
        let counts = vec![0; identities.slots];
        let mut counter = Self { constants, codes, identities, counts, depth: 0, too_deep: false };
        counter.code(root);
        (!counter.too_deep).then_some(counter.counts)
    }

    /// Counts a reference and returns whether the members of the object are to be visited. Objects
    /// that are shared everywhere have no members.
    fn open(&mut self, identity: Identity) -> bool {
        match identity.sharing {
            Sharing::Shared | Sharing::Lasting => false,
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
            // The slot of the code object has been counted already.
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
        for name in self.codes.own_names(id).into_iter().flatten() {
            if !self.constants.is_interned_name(name) {
                self.value(name);
            }
        }
        self.value(code.consts);
        self.table(code.names, false);
        self.table(code.locals, code.own_locals);
        self.value(code.line_table);
        self.value(code.exception_table);
        self.depth -= 1;
    }

    /// Visits a tuple of names, which are shared; `own` if it belongs to this code object alone.
    fn table(&mut self, id: ConstId, own: bool) {
        let identity = self.identities.of(id);
        // The empty tuple is shared everywhere and adds no depth.
        if identity.sharing != Sharing::Shared && (own || self.open(identity)) {
            self.enter();
            self.depth -= 1;
        }
    }
}
