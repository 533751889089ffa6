//! Constants of the syntax tree → constants of the module and `co_consts`.
//!
//! CPython: `Python/compile.c`.

use super::Codegen;
use crate::compile::constants::{CodeId, ConstId, ConstValue, ConstantText};
use crate::compile::folding;
use crate::syntax::ast::Constant;
use crate::target::Op;
use crate::text::{Location, Name};
use num_bigint::{BigInt, Sign};

impl Codegen<'_, '_> {
    /// Loads a literal (`codegen_addop_load_const`).
    pub(crate) fn load_const(&mut self, constant: &Constant<'_>, location: Location) {
        let id = self.constant(constant);
        self.load_const_id(id, location);
    }

    /// Loads a constant of the module (`codegen_addop_load_const`).
    pub(crate) fn load_const_id(&mut self, id: ConstId, location: Location) {
        let index = self.const_index(id);
        self.emit_arg(Op::LOAD_CONST, index, location);
    }

    /// Returns the index of a constant in `co_consts` (`_PyCompile_AddConst`).
    pub(crate) fn const_index(&mut self, id: ConstId) -> u32 {
        self.unit.const_index.find_or_push(&mut self.unit.code.consts, id)
    }

    /// Loads a code object.
    pub(crate) fn load_code_const(&mut self, code: CodeId, location: Location) {
        let id = self.constants.add_code(code);
        self.load_const_id(id, location);
    }

    /// Loads a name as text.
    pub(crate) fn load_name_const(&mut self, name: Name, location: Location) {
        let id = self.name_constant(name);
        self.load_const_id(id, location);
    }

    /// Loads a name as text, mangled for the current scope.
    pub(crate) fn load_mangled_const(&mut self, name: Name, location: Location) {
        let id = self.mangled_constant(name);
        self.load_const_id(id, location);
    }

    /// Returns the constant for a mangled name, a new string that is not interned
    /// (`_PyCompile_MaybeMangle`).
    pub(super) fn mangled_constant(&mut self, name: Name) -> ConstId {
        let mangled = self.mangled(name);
        if mangled == name { self.name_constant(name) } else { self.new_text(mangled) }
    }

    /// Returns the constant for a name that the compiler composed, a new string that is not
    /// interned.
    pub(super) fn new_text(&mut self, name: Name) -> ConstId {
        self.constants.add_text(self.names.text(name).as_bytes())
    }

    /// Loads the qualified name of the current class.
    pub(crate) fn load_qualname(&mut self, location: Location) {
        let text = self.names.text(self.unit.code.qualname);
        let (id, is_first) = if !self.target.features.interned_qualified_names && text.contains('.') {
            self.constants.add_new_qualname(text.as_bytes())
        } else if self.target.has_start_up_word(text) {
            (self.constants.add_text(text.as_bytes()), false)
        } else {
            self.constants.add_qualname(self.unit.code.qualname, self.names)
        };
        self.unit.code.qualname_const = is_first.then_some(id);
        self.load_const_id(id, location);
    }

    /// Loads a tuple of names.
    pub(crate) fn load_names_const(&mut self, names: impl Iterator<Item = Name>, location: Location) {
        let id = self.names_constant(names);
        self.load_const_id(id, location);
    }

    /// Returns the constant for a tuple of names.
    pub(crate) fn names_constant(&mut self, names: impl Iterator<Item = Name>) -> ConstId {
        let names = names.map(|name| self.name_constant(name)).collect();
        self.constants.add(ConstValue::Tuple(names))
    }

    /// Loads a slice, whose parts are not merged with other constants.
    pub(crate) fn load_slice_const(&mut self, parts: [Constant<'_>; 3], location: Location) {
        let parts = parts.map(|part| {
            literal(&part).unwrap_or_else(|| {
                let id = self.constant(&part);
                self.constants.value(id).clone()
            })
        });
        let id = self.constants.add_slice(parts);
        self.load_const_id(id, location);
    }

    /// Returns the constant for a name.
    pub(crate) fn name_constant(&mut self, name: Name) -> ConstId {
        self.constants.add_identifier(self.names.text(name))
    }

    /// Returns the module's constant for a literal (`merge_consts_recursive`).
    pub(crate) fn constant(&mut self, constant: &Constant<'_>) -> ConstId {
        let value = match *constant {
            Constant::Str(text) => return self.constants.add_text(text),
            Constant::FreshPercent => {
                return self.constants.add_fresh(ConstValue::Str(ConstantText::from_slice(b"%")));
            }
            Constant::FreshEmptyBytes => {
                return self.constants.add_fresh(ConstValue::Bytes(ConstantText::new()));
            }
            Constant::Tuple(items) => return self.tuple_constant(items),
            Constant::FrozenSet(items) => return self.set_constant(items),
            _ => literal(constant).unwrap_or(ConstValue::None),
        };
        if self.target.features.fold_in_tree && value.is_nan() {
            // A node is folded once, even if it is compiled several times.
            let node = std::ptr::from_ref(constant).addr();
            return *self.nans.entry(node).or_insert_with(|| self.constants.add_unmerged(value));
        }
        self.constants.add(value)
    }

    /// Returns the constant for a tuple of the constants of nodes (`merge_consts_recursive`).
    pub(crate) fn tuple_constant<'c>(
        &mut self,
        items: impl IntoIterator<Item = &'c Constant<'c>>,
    ) -> ConstId {
        let items = items.into_iter().map(|item| self.constant(item)).collect();
        self.constants.add(ConstValue::Tuple(items))
    }

    /// Returns the constant for a frozenset of the constants of nodes (`merge_consts_recursive`).
    pub(crate) fn set_constant<'c>(&mut self, items: impl IntoIterator<Item = &'c Constant<'c>>) -> ConstId {
        let items: Vec<ConstId> = items.into_iter().map(|item| self.constant(item)).collect();
        let items = folding::distinct(&items, self.constants);
        self.constants.add(ConstValue::FrozenSet(items.into()))
    }
}

/// Returns the value of a constant that has no members and is not a new object.
fn literal(constant: &Constant<'_>) -> Option<ConstValue> {
    Some(match *constant {
        Constant::None => ConstValue::None,
        Constant::True => ConstValue::True,
        Constant::False => ConstValue::False,
        Constant::Ellipsis => ConstValue::Ellipsis,
        Constant::Int(value) => ConstValue::Int(value),
        Constant::BigInt { negative, magnitude } => {
            let sign = if negative { Sign::Minus } else { Sign::Plus };
            ConstValue::BigInt(BigInt::from_bytes_le(sign, magnitude))
        }
        Constant::Float(value) => ConstValue::Float(value.to_bits()),
        Constant::Complex(real, imaginary) => ConstValue::Complex(real.to_bits(), imaginary.to_bits()),
        Constant::Str(text) => ConstValue::Str(ConstantText::from_slice(text)),
        Constant::Bytes(bytes) => ConstValue::Bytes(ConstantText::from_slice(bytes)),
        Constant::FreshPercent | Constant::FreshEmptyBytes | Constant::Tuple(_) | Constant::FrozenSet(_) => {
            return None;
        }
    })
}
