//! Code objects → function objects.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::compile::constants::CodeId;
use crate::compile::symtable::NameScope;
use crate::object::str_repr;
use crate::syntax::{ErrorType, SyntaxError};
use crate::target::Op;
use crate::text::{Location, Name};

/// `SET_FUNCTION_ATTRIBUTE` operands, and bits of the operand of `MAKE_FUNCTION`.
pub(crate) mod function_flag {
    pub(crate) const DEFAULTS: u32 = 1;
    pub(crate) const KWDEFAULTS: u32 = 2;
    pub(crate) const ANNOTATIONS: u32 = 4;
    pub(crate) const CLOSURE: u32 = 8;
    pub(crate) const ANNOTATE: u32 = 16;
}

impl Codegen<'_, '_> {
    /// Makes a function of `code` (`codegen_make_closure`). The values for `flags` are on the stack
    /// already, except for the closure.
    ///
    /// # Errors
    /// Fails if no enclosing scope provides a free variable.
    pub(crate) fn make_closure(
        &mut self,
        code: CodeId,
        mut flags: u32,
        location: Location,
    ) -> CodegenResult<()> {
        let (code_name, free) = self.finish.closure(code);
        let free = free.to_vec();
        if !free.is_empty() {
            for &name in &free {
                let index =
                    self.captured_index(name).map_err(|_| self.lacks_variable(name, code_name, &free))?;
                self.emit_arg(Op::LOAD_CLOSURE, index, location);
            }
            flags |= function_flag::CLOSURE;
            self.emit_arg(Op::BUILD_TUPLE, free.len() as u32, location);
        }
        self.load_code_const(code, location);
        if self.target.features.attributes_in_make_function {
            self.emit_arg(Op::MAKE_FUNCTION, flags, location);
            return Ok(());
        }
        self.emit(Op::MAKE_FUNCTION, location);
        for flag in [
            function_flag::CLOSURE,
            function_flag::ANNOTATIONS,
            function_flag::ANNOTATE,
            function_flag::KWDEFAULTS,
            function_flag::DEFAULTS,
        ] {
            if flags & flag != 0 {
                self.emit_arg(Op::SET_FUNCTION_ATTRIBUTE, flag, location);
            }
        }
        Ok(())
    }

    /// Returns the error for a free variable that the current scope lacks (`_PyCompile_LookupArg`).
    fn lacks_variable(&self, name: Name, code_name: Name, free: &[Name]) -> SyntaxError {
        let repr = |name: Name| str_repr(self.names.text(name).as_bytes());
        let unit = self.names.text(self.unit.code.name);
        let reftype = match self.reference_scope(name) {
            NameScope::Unknown => {
                // CPython adds an address and its tables.
                let message =
                    format!("_PyST_GetScope(name={}) failed: unknown scope in unit {unit}", repr(name));
                return SyntaxError::without_place(ErrorType::System, message);
            }
            NameScope::Local => 1,
            NameScope::GlobalExplicit => 2,
            NameScope::GlobalImplicit => 3,
            NameScope::Free => 4,
            NameScope::Cell => 5,
        };
        let free: Vec<String> = free.iter().map(|&name| repr(name)).collect();
        let comma = if free.len() == 1 { "," } else { "" };
        let message = format!(
            "compiler_lookup_arg(name={}) with reftype={reftype} failed in {unit}; freevars of code {}: ({}{comma})",
            repr(name),
            self.names.text(code_name),
            free.join(", "),
        );
        SyntaxError::without_place(ErrorType::System, message)
    }
}
