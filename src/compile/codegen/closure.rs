//! Code objects → function objects.

use super::{Codegen, Result};
use crate::compile::constants::CodeId;
use crate::target::Op;
use crate::text::Location;

/// `SET_FUNCTION_ATTRIBUTE` operands.
pub(crate) mod function_flag {
    pub(crate) const DEFAULTS: u32 = 1;
    pub(crate) const KWDEFAULTS: u32 = 2;
    pub(crate) const ANNOTATIONS: u32 = 4;
    pub(crate) const CLOSURE: u32 = 8;
    pub(crate) const ANNOTATE: u32 = 16;
}

impl Codegen<'_, '_> {
    /// Makes a function of `code`; what `flags` names lies on the stack already, except the closure.
    ///
    /// # Errors
    /// A variable that no enclosing scope provides.
    pub(crate) fn make_closure(&mut self, code: CodeId, mut flags: u32, location: Location) -> Result<()> {
        let free = self.finish.freevars(code).to_vec();
        if !free.is_empty() {
            for &name in &free {
                let index = self.captured_index(name)?;
                self.emit_arg(Op::LOAD_CLOSURE, index, location);
            }
            flags |= function_flag::CLOSURE;
            self.emit_arg(Op::BUILD_TUPLE, free.len() as u32, location);
        }
        self.load_code_const(code, location);
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
}
