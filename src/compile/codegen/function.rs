//! The `def` and `async def` statements.
//!
//! CPython: `Python/codegen.c`.

use super::closure::function_flag;
use super::scope::Counts;
use super::{Codegen, CodegenResult, FrameBlock, UnitKind};
use crate::compile::future;
use crate::compile::symtable::ScopeRole;
use crate::syntax::ast::{Expr, ExprContext, FunctionDef};
use crate::target::Op;
use crate::text::Location;

/// `CALL_INTRINSIC_2` operand that gives a function its type parameters.
const INTRINSIC_SET_FUNCTION_TYPE_PARAMS: u32 = 4;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits a function definition (`codegen_function`).
    pub(super) fn function(
        &mut self,
        function: &'a FunctionDef<'ast>,
        location: Location,
    ) -> CodegenResult<()> {
        self.check_parameters(&function.args, location)?;
        self.visit_exprs(function.decorator_list)?;
        let first_line = first_line(function.decorator_list, location);
        let is_generic = !function.type_params.is_empty();
        let null_first = self.target.features.null_first;
        if is_generic && null_first {
            self.emit(Op::PUSH_NULL, location);
        }
        let mut flags = self.default_arguments(&function.args, location)?;
        let passed = [function_flag::DEFAULTS, function_flag::KWDEFAULTS];
        let passed = passed.iter().filter(|&&flag| flags & flag != 0).count() as u32;
        if is_generic {
            if passed == 2 {
                self.emit_arg(Op::SWAP, 2, location);
            }
            let counts = Counts { args: passed, ..Counts::default() };
            self.enter_type_parameters(function.id, function.name, first_line, None, counts)?;
            self.type_parameters(function.type_params)?;
            for index in 0..passed {
                self.emit_arg(Op::LOAD_FAST, index, location);
            }
        }
        flags |= self.function_annotations(function, location)?;
        self.function_body(function, flags, first_line, location)?;
        if is_generic {
            self.emit_arg(Op::SWAP, 2, location);
            self.emit_arg(Op::CALL_INTRINSIC_2, INTRINSIC_SET_FUNCTION_TYPE_PARAMS, location);
            let code = self.finish_unit(false)?;
            self.make_closure(code, 0, location)?;
            if passed > 0 {
                self.emit_arg(Op::SWAP, passed + 1, location);
                // The first argument may take the place of NULL.
                self.emit_arg(Op::CALL, passed - u32::from(!null_first), location);
            } else {
                self.call_own_function(location);
            }
        }
        self.apply_decorators(function.decorator_list);
        self.name_op(function.name, ExprContext::Store, location)
    }

    /// Compiles the body of a function (`codegen_function_body`).
    fn function_body(
        &mut self,
        function: &'a FunctionDef<'ast>,
        flags: u32,
        first_line: i32,
        location: Location,
    ) -> CodegenResult<()> {
        let scope = self.find_scope(function.id, ScopeRole::Own)?;
        let kind = if function.is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        let counts = Counts::of(&function.args);
        self.enter_scope(scope, kind, function.name, first_line, None, counts);
        let mut body = function.body;
        if self.scope().has_docstring
            && let Some(text) = future::docstring(body)
        {
            if self.keeps_docstrings() {
                let id = self.docstring_constant(text)?;
                self.const_index(id);
            }
            if self.keeps_docstrings() || !self.target.features.dropped_docstring_leaves_line {
                body = &body[1..];
            }
        }
        if self.unit.code.consts.is_empty() {
            self.reserve_docstring();
        }
        let is_generator = self.scope().coroutine || self.scope().generator;
        let is_block = is_generator && self.target.features.generator_is_block;
        if is_block {
            self.push_block(FrameBlock::StopIteration, Location::NONE)?;
        }
        self.visit_body(body)?;
        if is_generator {
            self.wrap_in_stop_iteration_handler(0);
        }
        if is_block {
            self.pop_block();
        }
        let code = self.finish_unit(true)?;
        self.make_closure(code, flags, location)?;
        Ok(())
    }

    /// Calls the function on the stack without arguments. Where NULL comes first, it has been
    /// pushed before the function.
    pub(super) fn call_own_function(&mut self, location: Location) {
        if !self.target.features.null_first {
            self.emit(Op::PUSH_NULL, location);
        }
        self.emit_arg(Op::CALL, 0, location);
    }

    /// Calls the decorators, the last one first (`codegen_apply_decorators`).
    pub(super) fn apply_decorators(&mut self, decorators: &[Expr<'_>]) {
        for decorator in decorators.iter().rev() {
            self.emit_call(Op::CALL, 0, decorator.location);
        }
    }
}

/// Returns the first line of a definition: that of its first decorator.
pub(super) fn first_line(decorators: &[Expr<'_>], location: Location) -> i32 {
    decorators.first().map_or(location.line(), |decorator| decorator.location.line())
}
