//! Comprehensions, and the assignment expressions in them (PEP 572).
//!
//! CPython: `Python/symtable.c`.

use super::builder::{Builder, Visit};
use super::{BlockKind, ScopeId, flag};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{ComprehensionExpr, ComprehensionKind, Expr, ExprKind};
use crate::text::{Location, Name};

/// Error for an asynchronous comprehension in a function that is not asynchronous.
pub const LONE_ASYNC_COMPREHENSION: &str = "asynchronous comprehension outside of an asynchronous function";

impl Builder<'_> {
    /// Visits a comprehension (`symtable_handle_comprehension`).
    pub(super) fn comprehension(
        &mut self,
        comprehension: &ComprehensionExpr<'_>,
        location: Location,
    ) -> Visit {
        self.refuse_in_class_scope("comprehension", location)?;
        let Some((first, others)) = comprehension.generators.split_first() else { return Ok(()) };
        self.progress().comp_iter_expr += 1;
        self.expression(&first.iter)?;
        self.progress().comp_iter_expr -= 1;
        let name = match comprehension.kind {
            ComprehensionKind::List => self.known.listcomp,
            ComprehensionKind::Set => self.known.setcomp,
            ComprehensionKind::Dict => self.known.dictcomp,
            ComprehensionKind::Generator => self.known.genexpr,
        };
        self.enter_new(name, BlockKind::Function, Self::own(comprehension.id), location)?;
        self.current().comprehension = Some(comprehension.kind);
        self.current().coroutine = first.is_async;
        self.define(self.known.iterable, flag::PARAM, location)?;
        self.target(&first.target)?;
        self.expressions(first.ifs)?;
        for clause in others {
            self.target(&clause.target)?;
            self.progress().comp_iter_expr += 1;
            self.expression(&clause.iter)?;
            self.progress().comp_iter_expr -= 1;
            self.expressions(clause.ifs)?;
            if clause.is_async {
                self.current().coroutine = true;
            }
        }
        self.optional(comprehension.value.as_ref())?;
        self.expression(&comprehension.element)?;
        let generator = comprehension.kind == ComprehensionKind::Generator;
        self.current().generator = generator;
        let is_async = self.scope().coroutine && !generator;
        self.exit();
        if is_async {
            if self.checks_here() && !self.in_async_function() && self.scope().comprehension.is_none() {
                return Err(Box::new(SyntaxError::new(LONE_ASYNC_COMPREHENSION, location)));
            }
            self.mark_awaits();
        }
        Ok(())
    }

    /// Visits the target of a clause (`symtable_visit_comprehension`).
    fn target(&mut self, target: &Expr<'_>) -> Visit {
        self.progress().comp_iter_target = true;
        self.expression(target)?;
        self.progress().comp_iter_target = false;
        Ok(())
    }

    /// Visits an assignment expression (`symtable_handle_namedexpr`).
    pub(super) fn named_expression(
        &mut self,
        target: &Expr<'_>,
        value: &Expr<'_>,
        location: Location,
    ) -> Visit {
        if self.progress().comp_iter_expr > 0 {
            let message = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(Box::new(SyntaxError::new(message, location)));
        }
        if self.scope().comprehension.is_some()
            && let ExprKind::Name { id, .. } = target.kind
        {
            self.bind_outside(id, target.location)?;
        }
        self.expression(value)?;
        self.expression(target)
    }

    /// Returns the flags of the target of an assignment expression in `scope`
    /// (`symtable_extend_namedexpr_scope`).
    fn target_flags(&mut self, scope: ScopeId, name: Name) -> u32 {
        if self.target.features.targets_found_mangled {
            return self.flags(scope, name);
        }
        self.table.scope(scope).symbol(name).map_or(0, |symbol| symbol.flags)
    }

    /// Binds a target in the scope around all comprehensions (`symtable_extend_namedexpr_scope`).
    fn bind_outside(&mut self, name: Name, location: Location) -> Visit {
        for position in (0..self.stack.len()).rev() {
            let id = self.stack[position];
            let scope = &self.table.scopes[id.0 as usize];
            if scope.comprehension.is_some() {
                let bound = if self.target.features.reads_in_targets_bind { 0 } else { flag::LOCAL };
                let iterated = flag::COMP_ITER | bound;
                if self.target_flags(id, name) & iterated == iterated {
                    let start = "assignment expression cannot rebind comprehension iteration variable '";
                    return self.error_with_name(start, name, "'", location);
                }
                continue;
            }
            let place = match scope.kind {
                BlockKind::Function => {
                    let global = self.target_flags(id, name) & flag::GLOBAL != 0;
                    let declared = if global { flag::GLOBAL } else { flag::NONLOCAL };
                    self.define(name, declared, location)?;
                    self.record_directive(name, location);
                    return self.define_in(id, name, flag::LOCAL, location);
                }
                BlockKind::Module => {
                    self.define(name, flag::GLOBAL, location)?;
                    self.record_directive(name, location);
                    return self.define_in(id, name, flag::GLOBAL, location);
                }
                BlockKind::Annotation => continue,
                BlockKind::Class => "in a class body",
                BlockKind::TypeParameters => "within the definition of a generic",
                BlockKind::TypeAlias => "in a type alias",
                BlockKind::TypeVariable => "in a TypeVar bound",
            };
            let message = format!("assignment expression within a comprehension cannot be used {place}");
            return Err(Box::new(SyntaxError::new(message, location)));
        }
        Ok(())
    }
}
