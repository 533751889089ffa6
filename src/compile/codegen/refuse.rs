//! Errors that the symbol table leaves to code generation (up to CPython 3.13): each is found where
//! the code for that part is emitted.
//!
//! CPython: `Python/compile.c`.

use super::{Codegen, CodegenResult, UnitKind};
use crate::compile::symtable::{LONE_ASYNC_COMPREHENSION, binds_debug};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Arg, Arguments, ComprehensionKind, ExprContext};
use crate::text::{Location, Name};

impl Codegen<'_, '_> {
    /// Refuses to bind or delete `__debug__` (`forbidden_name`).
    #[inline]
    pub(super) fn check_name(&self, name: Name, ctx: ExprContext, location: Location) -> CodegenResult<()> {
        if ctx == ExprContext::Load || Some(name) != self.forbidden {
            return Ok(());
        }
        Err(binds_debug(ctx, location))
    }

    /// Refuses to bind `__debug__`, if there is a name (`forbidden_name`).
    pub(super) fn check_optional_name(&self, name: Option<Name>, location: Location) -> CodegenResult<()> {
        name.map_or(Ok(()), |name| self.check_name(name, ExprContext::Store, location))
    }

    /// Refuses parameters named `__debug__` (`compiler_check_debug_args`).
    pub(super) fn check_parameters(&self, args: &Arguments<'_>, owner: Location) -> CodegenResult<()> {
        if self.forbidden.is_none() {
            return Ok(());
        }
        let vararg = args.vararg.map_or(&[][..], std::slice::from_ref);
        let kwarg = args.kwarg.map_or(&[][..], std::slice::from_ref);
        let at_owner = self.target.features.places_debug_at_owner;
        let check = |arg: &Arg<'_>| {
            let location = if at_owner { owner } else { arg.location };
            self.check_name(arg.arg, ExprContext::Store, location)
        };
        let lists = [args.posonlyargs, args.args, vararg, args.kwonlyargs, kwarg];
        lists.into_iter().flatten().try_for_each(check)
    }

    /// Refuses `await` outside asynchronous functions (`compiler_visit_expr1`).
    pub(super) fn check_await(&self, location: Location) -> CodegenResult<()> {
        if !self.target.features.check_with_code {
            return Ok(());
        }
        if !self.in_function_like() {
            return Err(SyntaxError::new("'await' outside function", location));
        }
        match self.unit.kind {
            UnitKind::AsyncFunction | UnitKind::Comprehension => Ok(()),
            _ => Err(SyntaxError::new("'await' outside async function", location)),
        }
    }

    /// Refuses `async for` or `async with` outside asynchronous functions (`compiler_async_for`,
    /// `compiler_async_with`).
    pub(super) fn check_async(&self, what: &str, location: Location) -> CodegenResult<()> {
        if self.in_async_function() || !self.target.features.check_with_code {
            return Ok(());
        }
        Err(SyntaxError::new(format!("'{what}' outside async function"), location))
    }

    /// Refuses an asynchronous comprehension in a unit of another kind (`compiler_comprehension`).
    pub(super) fn check_comprehension(
        &self,
        kind: ComprehensionKind,
        is_async: bool,
        unit: UnitKind,
        location: Location,
    ) -> CodegenResult<()> {
        let may_be_async = kind == ComprehensionKind::Generator
            || matches!(unit, UnitKind::AsyncFunction | UnitKind::Comprehension);
        if is_async && !may_be_async && self.target.features.check_with_code {
            return Err(SyntaxError::new(LONE_ASYNC_COMPREHENSION, location));
        }
        Ok(())
    }
}
