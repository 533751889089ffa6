//! Statements and patterns.
//!
//! CPython: `Python/symtable.c`.

use super::builder::{Builder, Visit};
use super::{BlockKind, flag};
use crate::allowance;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{
    Alias, ExprContext, ExprKind, For, MatchCase, Pattern, PatternKind, Stmt, StmtKind, Try, With,
};
use crate::text::{Location, Name};

impl Builder<'_> {
    /// Visits statements in order (`VISIT_SEQ`).
    pub(super) fn statements(&mut self, body: &[Stmt<'_>]) -> Visit {
        body.iter().try_for_each(|statement| self.statement(statement))
    }

    /// Visits a part that is executed conditionally, which affects annotations
    /// (`ENTER_CONDITIONAL_BLOCK`).
    fn conditional(&mut self, visit: impl FnOnce(&mut Self) -> Visit) -> Visit {
        let before = std::mem::replace(&mut self.progress().in_conditional_block, true);
        visit(self)?;
        self.progress().in_conditional_block = before;
        Ok(())
    }

    /// Visits a statement (`symtable_visit_stmt`).
    fn statement(&mut self, statement: &Stmt<'_>) -> Visit {
        allowance::ask();
        let location = statement.location;
        match &statement.kind {
            StmtKind::FunctionDef(function) => self.function(function, location),
            StmtKind::ClassDef(class) => self.class(class, location),
            StmtKind::TypeAlias(alias) => self.type_alias(alias, location),
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.expression(value)?;
                    self.current().returns_value = true;
                }
                Ok(())
            }
            StmtKind::Delete(targets) => self.expressions(targets),
            StmtKind::Assign { targets, value } => {
                self.expressions(targets)?;
                self.expression(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expression(target)?;
                self.expression(value)
            }
            StmtKind::AnnAssign { .. } => self.annotated(&statement.kind, location),
            StmtKind::For(statement) => self.loop_over(statement, location),
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expression(test)?;
                self.conditional(|builder| {
                    builder.statements(body)?;
                    builder.statements(orelse)
                })
            }
            StmtKind::With(statement) => self.with(statement, location),
            StmtKind::Match { subject, cases } => {
                self.expression(subject)?;
                let used = self.current().annotations_used;
                self.conditional(|builder| cases.iter().try_for_each(|case| builder.case(case)))?;
                if self.target.features.ignores_annotations_in_cases {
                    self.current().annotations_used = used;
                }
                Ok(())
            }
            StmtKind::Raise { exc, cause } => {
                if let Some(exc) = exc {
                    self.expression(exc)?;
                    self.optional(cause.as_deref())?;
                }
                Ok(())
            }
            StmtKind::Try(statement) => self.try_statement(statement),
            StmtKind::Assert { test, msg } => {
                self.expression(test)?;
                self.optional(msg.as_deref())
            }
            StmtKind::Import { names, is_lazy } => {
                if *is_lazy {
                    self.check_lazy("lazy import", location)?;
                }
                names.iter().try_for_each(|alias| self.alias(alias))
            }
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                if *is_lazy {
                    self.check_lazy("lazy from ... import", location)?;
                    if names.first().is_some_and(|first| first.name == self.known.star) {
                        let message = "lazy from ... import * is not allowed";
                        return Err(Box::new(SyntaxError::new(message, location)));
                    }
                }
                names.iter().try_for_each(|alias| self.alias(alias))?;
                self.check_future(*module, *level, location)
            }
            StmtKind::Global(names) => {
                names.iter().try_for_each(|name| self.declare(*name, flag::GLOBAL, location))
            }
            StmtKind::Nonlocal(names) => {
                names.iter().try_for_each(|name| self.declare(*name, flag::NONLOCAL, location))
            }
            StmtKind::Expr(value) => self.expression(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    /// Visits an annotated assignment (`symtable_visit_stmt`).
    fn annotated(&mut self, statement: &StmtKind<'_>, location: Location) -> Visit {
        let StmtKind::AnnAssign { target, annotation, value, simple } = statement else {
            return Ok(());
        };
        self.current().annotations_used = true;
        if let ExprKind::Name { id, .. } = target.kind {
            let flags = self.flags(self.current, id);
            let declared = flags & (flag::GLOBAL | flag::NONLOCAL) != 0;
            if declared && *simple && self.scope().kind != BlockKind::Module {
                let what = if flags & flag::GLOBAL != 0 { "global" } else { "nonlocal" };
                let end = format!("' can't be {what}");
                return self.error_with_name("annotated name '", id, &end, location);
            }
            if *simple {
                self.define(id, flag::ANNOT | flag::LOCAL, target.location)?;
            } else if value.is_some() {
                self.define(id, flag::LOCAL, target.location)?;
            }
        } else if let ExprKind::Attribute { value: object, attr, .. } = &target.kind
            && value.is_none()
        {
            self.check_name(*attr, target.location, ExprContext::Store)?;
            self.expression(object)?;
        } else {
            self.expression(target)?;
        }
        self.annotation(annotation)?;
        self.optional(value.as_deref())
    }

    /// Visits `for` and `async for` (`symtable_visit_stmt`).
    fn loop_over(&mut self, statement: &For<'_>, location: Location) -> Visit {
        if statement.is_async {
            self.require_coroutine("async for", location)?;
        }
        self.expression(&statement.target)?;
        self.expression(&statement.iter)?;
        self.conditional(|builder| {
            builder.statements(statement.body)?;
            builder.statements(statement.orelse)
        })
    }

    /// Visits `with` and `async with` (`symtable_visit_stmt`).
    fn with(&mut self, statement: &With<'_>, location: Location) -> Visit {
        if statement.is_async {
            self.require_coroutine("async with", location)?;
        }
        self.conditional(|builder| {
            for item in statement.items {
                builder.expression(&item.context_expr)?;
                builder.optional(item.optional_vars)?;
            }
            builder.statements(statement.body)
        })
    }

    /// Refuses a statement outside an asynchronous function (`symtable_raise_if_not_coroutine`).
    fn require_coroutine(&mut self, what: &str, location: Location) -> Visit {
        if !self.checks_here() || self.in_async_function() {
            return Ok(());
        }
        Err(Box::new(SyntaxError::new(format!("'{what}' outside async function"), location)))
    }

    /// Visits a `try` statement (`symtable_visit_stmt`).
    fn try_statement(&mut self, statement: &Try<'_>) -> Visit {
        let was_in_try = std::mem::replace(&mut self.progress().in_try_block, true);
        self.conditional(|builder| {
            builder.statements(statement.body)?;
            let else_first = builder.target.features.else_before_handlers;
            if else_first {
                builder.statements(statement.orelse)?;
            }
            for handler in statement.handlers {
                builder.optional(handler.kind)?;
                if let Some(name) = handler.name {
                    builder.define(name, flag::LOCAL, handler.location)?;
                }
                builder.statements(handler.body)?;
            }
            if !else_first {
                builder.statements(statement.orelse)?;
            }
            builder.statements(statement.finalbody)
        })?;
        self.progress().in_try_block = was_in_try;
        Ok(())
    }

    /// Refuses a lazy import in a place where it is not allowed (`check_lazy_import_context`,
    /// PEP 810).
    fn check_lazy(&mut self, what: &str, location: Location) -> Visit {
        let place = if self.progress().in_try_block {
            "try/except blocks"
        } else {
            match self.scope().kind {
                BlockKind::Function => "functions",
                BlockKind::Class => "classes",
                _ => return Ok(()),
            }
        };
        Err(Box::new(SyntaxError::new(format!("{what} not allowed inside {place}"), location)))
    }

    /// Visits an imported name (`symtable_visit_alias`).
    fn alias(&mut self, alias: &Alias) -> Visit {
        let mut name = alias.asname.unwrap_or(alias.name);
        if name == self.known.star {
            if self.scope().kind == BlockKind::Module {
                return Ok(());
            }
            let message = "import * only allowed at module level";
            return Err(Box::new(SyntaxError::new(message, alias.location)));
        }
        if let Some((first, _)) = self.names.text(name).split_once('.') {
            let first = first.to_owned();
            name = self.names.intern(&first);
        }
        self.define(name, flag::IMPORT, alias.location)
    }

    /// Refuses a future statement that is not at the start of the module (`check_import_from`).
    fn check_future(&mut self, module: Option<Name>, level: u32, location: Location) -> Visit {
        if !self.checks_here() {
            return Ok(());
        }
        self.future.check_place(module, level, location, self.names).map_err(Box::new)
    }

    /// Visits a name of `global` or `nonlocal` (`symtable_visit_stmt`).
    fn declare(&mut self, name: Name, flags: u32, location: Location) -> Visit {
        let what = if flags == flag::GLOBAL { "global" } else { "nonlocal" };
        let before = self.flags(self.current, name);
        if before & (flag::PARAM | flag::LOCAL | flag::USE | flag::ANNOT) != 0 {
            let (start, end) = if before & flag::PARAM != 0 {
                ("name '", format!("' is parameter and {what}"))
            } else if before & flag::USE != 0 {
                ("name '", format!("' is used prior to {what} declaration"))
            } else if before & flag::ANNOT != 0 {
                ("annotated name '", format!("' can't be {what}"))
            } else {
                ("name '", format!("' is assigned to before {what} declaration"))
            };
            return self.error_with_name(start, name, &end, location);
        }
        self.define(name, flags, location)?;
        self.record_directive(name, location);
        Ok(())
    }

    /// Visits a `case` (`symtable_visit_match_case`).
    fn case(&mut self, case: &MatchCase<'_>) -> Visit {
        self.pattern(&case.pattern)?;
        self.optional(case.guard)?;
        self.statements(case.body)
    }

    fn patterns(&mut self, patterns: &[Pattern<'_>]) -> Visit {
        patterns.iter().try_for_each(|pattern| self.pattern(pattern))
    }

    /// Visits a pattern (`symtable_visit_pattern`).
    fn pattern(&mut self, pattern: &Pattern<'_>) -> Visit {
        let location = pattern.location;
        match &pattern.kind {
            PatternKind::MatchValue(value) => self.expression(value),
            PatternKind::MatchSingleton(_) => Ok(()),
            PatternKind::MatchSequence(patterns) | PatternKind::MatchOr(patterns) => self.patterns(patterns),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.expressions(keys)?;
                self.patterns(patterns)?;
                self.capture(*rest, location)
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.expression(cls)?;
                self.patterns(patterns)?;
                for (attribute, pattern) in kwd_attrs.iter().zip(kwd_patterns.iter()) {
                    self.check_name(*attribute, pattern.location, ExprContext::Store)?;
                }
                self.patterns(kwd_patterns)
            }
            PatternKind::MatchStar(name) => self.capture(*name, location),
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                self.capture(*name, location)
            }
        }
    }

    /// Defines a captured name (`symtable_visit_pattern`).
    fn capture(&mut self, name: Option<Name>, location: Location) -> Visit {
        match name {
            Some(name) => self.define(name, flag::LOCAL, location),
            None => Ok(()),
        }
    }
}
