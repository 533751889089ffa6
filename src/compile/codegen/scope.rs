//! Entering and leaving the scopes that become code objects.
//!
//! CPython: `Python/codegen.c` and `Python/compile.c`.

use super::closure::function_flag;
use super::{Codegen, CodegenResult, CompilerUnit, UnitKind};
use crate::allowance;
use crate::compile::constants::{CodeId, ConstValue};
use crate::compile::symtable::{BlockKind, NameScope, ScopeId, ScopeRole};
use crate::syntax::ast::{Arguments, Constant, Lambda, NodeId};
use crate::syntax::{ErrorType, SyntaxError};
use crate::target::Op;
use crate::text::{Location, Name};

/// `CALL_INTRINSIC_1` operand that turns `StopIteration` into `RuntimeError`.
const INTRINSIC_STOPITERATION_ERROR: u32 = 3;

/// `CO_*` flags.
mod code_flag {
    pub(super) const OPTIMIZED_NEWLOCALS: u32 = 3;
    pub(super) const VARARGS: u32 = 4;
    pub(super) const VARKEYWORDS: u32 = 8;
    pub(super) const NESTED: u32 = 0x10;
    pub(super) const GENERATOR: u32 = 0x20;
    pub(super) const COROUTINE: u32 = 0x80;
    pub(super) const ASYNC_GENERATOR: u32 = 0x200;
    pub(super) const HAS_DOCSTRING: u32 = 0x400_0000;
    pub(super) const METHOD: u32 = 0x800_0000;
}

/// Parameter counts of a code object.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) args: u32,
    pub(crate) posonly: u32,
    pub(crate) kwonly: u32,
}

impl Counts {
    /// Counts the parameters of a function.
    pub(crate) const fn of(args: &Arguments<'_>) -> Self {
        Self {
            args: args.args.len() as u32,
            posonly: args.posonlyargs.len() as u32,
            kwonly: args.kwonlyargs.len() as u32,
        }
    }
}

impl Codegen<'_, '_> {
    /// Returns the scope that `node` opened (`_PySymtable_Lookup`).
    pub(crate) fn find_scope(&self, node: NodeId, role: ScopeRole) -> CodegenResult<ScopeId> {
        self.symbols.find(node, role).ok_or_else(|| {
            SyntaxError::without_place(ErrorType::System, "a node without scope (this is a bug in pycompile)")
        })
    }

    /// Enters the unit of `scope` (`codegen_enter_scope`). `private` is the class for the mangling
    /// of private names.
    pub(crate) fn enter_scope(
        &mut self,
        scope: ScopeId,
        kind: UnitKind,
        name: Name,
        first_line: i32,
        private: Option<Name>,
        counts: Counts,
    ) {
        let mut unit = self.spare.pop().unwrap_or_else(|| Box::new(CompilerUnit::empty()));
        allowance::release(unit.code.sequence.size());
        allowance::note(self.unit.code.sequence.size());
        unit.begin(self.symbols, self.names, scope, kind, name);
        unit.code.sequence.keeps_order = self.target.features.passes_follow_creation;
        unit.private = private.or(self.unit.private);
        unit.code.first_line = first_line;
        unit.code.argcount = counts.args;
        unit.code.posonlyargcount = counts.posonly;
        unit.code.kwonlyargcount = counts.kwonly;
        let outer = std::mem::replace(&mut self.unit, unit);
        self.stack.push(outer);
        self.name_places.enter(&self.unit.code.varnames);
        self.unit.code.qualname = self.qualified_name(name);
        self.emit_arg(Op::RESUME, 0, Location::new(first_line, first_line, 0, 0));
    }

    /// Returns the qualified name of the current unit (`compiler_set_qualname`).
    pub(super) fn qualified_name(&mut self, name: Name) -> Name {
        let mut parents = self.stack.iter().skip(1).rev();
        let Some(mut parent) = parents.next() else { return name };
        if parent.kind == UnitKind::Annotations {
            // The scope around the type parameters determines the qualified name.
            match parents.next() {
                Some(grandparent) => parent = grandparent,
                None => return name,
            }
        }
        let (parent_kind, parent_scope) = (parent.kind, parent.scope);
        let (parent_name, private) = (parent.code.qualname, parent.private);
        if matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = crate::compile::symtable::mangle(private, name, self.names);
            if self.symbols.scope(parent_scope).name_scope(mangled) == NameScope::GlobalExplicit {
                return name;
            }
        }
        let locals = match parent_kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => ".<locals>",
            _ => "",
        };
        let text = &mut self.text;
        text.clear();
        for part in [self.names.text(parent_name), locals, ".", self.names.text(name)] {
            text.push_str(part);
        }
        self.names.intern(text)
    }

    /// Leaves the current unit and assembles it (`_PyCompile_OptimizeAndAssemble`). It returns
    /// `None` at its end if `returns_none`.
    pub(crate) fn finish_unit(&mut self, returns_none: bool) -> CodegenResult<CodeId> {
        self.return_at_end(returns_none);
        self.set_flags();
        let Some(outer) = self.stack.pop() else {
            return Err(SyntaxError::without_place(
                ErrorType::System,
                "a scope without parent (this is a bug in pycompile)",
            ));
        };
        let mut unit = std::mem::replace(&mut self.unit, outer);
        self.name_places.leave();
        allowance::release(self.unit.code.sequence.size());
        let code = self.finish.finish(&mut unit.code, self.constants, self.names)?;
        allowance::note(unit.code.sequence.size());
        self.spare.push(unit);
        Ok(code)
    }

    /// Emits the return at the end of a unit (`_PyCompile_OptimizeAndAssemble`).
    pub(super) fn return_at_end(&mut self, returns_none: bool) {
        if self.target.features.no_second_return {
            let sequence = self.sequence();
            let end = sequence.instructions.len() as u32;
            let returns = sequence.instructions.last().is_some_and(|last| last.op == Op::RETURN_VALUE);
            if returns && !sequence.labels.contains(&end) {
                return;
            }
        }
        if returns_none {
            self.load_const(&Constant::None, Location::NONE);
        }
        self.emit(Op::RETURN_VALUE, Location::NONE);
    }

    /// Sets the flags of the current unit.
    pub(super) fn set_flags(&mut self) {
        self.unit.code.flags = self.code_flags();
        // A `yield` in an assertion that is not compiled marks even a module or class as a
        // generator.
        self.unit.code.starts_as_generator =
            self.target.features.generator_preamble && self.scope().generator;
        let scope = self.scope();
        self.unit.code.suspends = scope.generator || scope.coroutine || scope.awaits;
    }

    /// Returns `co_flags` of the current unit (`compute_code_flags`).
    pub(super) fn code_flags(&self) -> u32 {
        let scope = self.scope();
        let mut flags = self.future.flags;
        let mut set = |condition: bool, bits: u32| {
            if condition {
                flags |= bits;
            }
        };
        if !matches!(scope.kind, BlockKind::Module | BlockKind::Class) {
            set(true, code_flag::OPTIMIZED_NEWLOCALS);
            set(scope.nested, code_flag::NESTED);
            set(scope.generator && !scope.coroutine, code_flag::GENERATOR);
            set(scope.generator && scope.coroutine, code_flag::ASYNC_GENERATOR);
            set(scope.varargs, code_flag::VARARGS);
            set(scope.varkeywords, code_flag::VARKEYWORDS);
            let has_flags = self.target.features.docstring_and_method_flags;
            set(has_flags && scope.has_docstring, code_flag::HAS_DOCSTRING);
            set(has_flags && scope.method, code_flag::METHOD);
        }
        set(scope.coroutine && !scope.generator, code_flag::COROUTINE);
        flags
    }

    /// Wraps the unit in a handler for `StopIteration`, except for its preamble of so many
    /// instructions (`codegen_wrap_in_stopiteration_handler`).
    pub(crate) fn wrap_in_stop_iteration_handler(&mut self, preamble: usize) {
        if self.target.operation(Op::CALL_INTRINSIC_1).is_none() {
            return;
        }
        let handler = self.new_label();
        self.sequence().insert(preamble, Op::SETUP_CLEANUP, handler.0, Location::NONE);
        self.load_const(&Constant::None, Location::NONE);
        self.emit(Op::RETURN_VALUE, Location::NONE);
        self.use_label(handler);
        self.emit_arg(Op::CALL_INTRINSIC_1, INTRINSIC_STOPITERATION_ERROR, Location::NONE);
        self.emit_arg(Op::RERAISE, 1, Location::NONE);
    }

    /// Emits default values and returns their function flags (`codegen_default_arguments`).
    pub(crate) fn default_arguments(
        &mut self,
        args: &Arguments<'_>,
        location: Location,
    ) -> CodegenResult<u32> {
        let mut flags = 0;
        if !args.defaults.is_empty() {
            flags |= function_flag::DEFAULTS;
            self.visit_exprs(args.defaults)?;
            self.emit_arg(Op::BUILD_TUPLE, args.defaults.len() as u32, location);
        }
        if self.target.features.const_key_maps {
            return self.keyword_defaults_by_key_tuple(args, flags, location);
        }
        let mut count = 0;
        for (parameter, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            let Some(default) = default else { continue };
            self.load_mangled_const(parameter.arg, location);
            self.visit_expr(default)?;
            count += 1;
        }
        if count > 0 {
            flags |= function_flag::KWDEFAULTS;
            self.emit_arg(Op::BUILD_MAP, count, location);
        }
        Ok(flags)
    }

    /// Emits keyword-only defaults with a tuple of their names, up to CPython 3.13
    /// (`codegen_kwonlydefaults`).
    fn keyword_defaults_by_key_tuple(
        &mut self,
        args: &Arguments<'_>,
        mut flags: u32,
        location: Location,
    ) -> CodegenResult<u32> {
        let mut names = Vec::new();
        for (parameter, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            if let Some(default) = default {
                names.push(parameter.arg);
                self.visit_expr(default)?;
            }
        }
        if !names.is_empty() {
            flags |= function_flag::KWDEFAULTS;
            let count = names.len() as u32;
            let names = names.into_iter().map(|name| self.mangled_constant(name)).collect();
            let id = self.constants.add(ConstValue::Tuple(names));
            self.load_const_id(id, location);
            self.emit_arg(Op::BUILD_CONST_KEY_MAP, count, location);
        }
        Ok(flags)
    }

    /// Adds `None` as the first constant, in place of a docstring.
    pub(super) fn reserve_docstring(&mut self) {
        if self.target.features.reserve_docstring {
            let none = self.constants.add(ConstValue::None);
            self.const_index(none);
        }
    }

    /// Emits a lambda (`codegen_lambda`).
    pub(super) fn lambda(&mut self, lambda: &Lambda<'_>, location: Location) -> CodegenResult<()> {
        self.check_parameters(&lambda.args, location)?;
        let flags = self.default_arguments(&lambda.args, location)?;
        let scope = self.find_scope(lambda.id, ScopeRole::Own)?;
        let name = self.intern("<lambda>");
        self.enter_scope(scope, UnitKind::Lambda, name, location.line(), None, Counts::of(&lambda.args));
        self.reserve_docstring();
        self.visit_expr(&lambda.body)?;
        let code = if self.scope().generator {
            self.finish_unit(false)?
        } else {
            let at_start = self.target.features.lambda_returns_at_start;
            let start = Location::new(location.line(), location.line(), 0, 0);
            self.emit(Op::RETURN_VALUE, if at_start { start } else { lambda.body.location });
            self.finish_unit(true)?
        };
        self.make_closure(code, flags, location)?;
        Ok(())
    }
}
