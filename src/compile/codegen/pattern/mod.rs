//! `match` statement → comparisons of the top of the stack. Captures stay below until the whole
//! pattern matches.
//!
//! CPython: the pattern half of `Python/codegen.c` (PEP 634). Every function consumes the value
//! that it matches, and jumps to a failure label if it does not match.
//!
//! **Invariant:** a failing jump pops `on_top` values and one for each of the `stores`.

mod alternatives;
mod captures;
mod class;
mod mapping;
mod sequence;

use self::captures::Captures;
use super::{Codegen, CodegenResult};
use crate::compile::instruction::Label;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{
    CompareOperator, Constant, Expr, ExprContext, ExprKind, MatchCase, Pattern, PatternKind,
};
use crate::target::Op;
use crate::text::{Location, Name};

/// State of the stack while a pattern is matched (`pattern_context`).
#[derive(Debug, Default)]
struct PatternContext {
    /// Captured names; their values are below all others, the first one deepest.
    stores: Captures,
    /// True if a pattern that always matches is allowed.
    allow_irrefutable: bool,
    /// Labels of the failure blocks by the number of values that they pop.
    fail_pop: Vec<Label>,
    /// Number of values above the captures.
    on_top: usize,
}

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits a `match` statement (`codegen_match`).
    pub(super) fn match_statement(
        &mut self,
        subject: &Expr<'_>,
        cases: &'a [MatchCase<'ast>],
    ) -> CodegenResult<()> {
        self.visit_expr(subject)?;
        let end = self.new_label();
        let (default, tested) = match cases.split_last() {
            Some((last, others)) if !others.is_empty() && is_wildcard(&last.pattern) => (Some(last), others),
            _ => (None, cases),
        };
        for (index, case) in tested.iter().enumerate() {
            let location = case.pattern.location;
            let is_last = index + 1 == tested.len();
            if !is_last {
                self.emit_arg(Op::COPY, 1, location);
            }
            let mut context = PatternContext {
                allow_irrefutable: case.guard.is_some() || (is_last && default.is_none()),
                ..PatternContext::default()
            };
            self.pattern(&case.pattern, &mut context)?;
            for &name in std::mem::take(&mut context.stores).names() {
                self.name_op(name, ExprContext::Store, self.here_or(location))?;
            }
            if let Some(guard) = &case.guard {
                let fail = self.fail_label(&mut context, 0);
                self.jump_if(guard, fail, false)?;
            }
            if !is_last {
                let at_pattern = self.target.features.drop_subject_at_pattern;
                let at = self.here_or(location);
                self.emit(Op::POP_TOP, if at_pattern { at } else { Location::NEXT });
            }
            self.visit_body(case.body)?;
            let at_statement = self.target.features.case_ends_at_statement;
            let at = if at_statement { self.unit.here } else { Location::NONE };
            self.emit_jump(Op::JUMP, end, at);
            self.set_here(location);
            self.place_fail_labels(&mut context, location);
        }
        if let Some(case) = default {
            self.set_here(case.pattern.location);
            self.emit(Op::NOP, case.pattern.location);
            if let Some(guard) = &case.guard {
                self.jump_if(guard, end, false)?;
            }
            self.visit_body(case.body)?;
            if !self.target.features.case_ends_at_statement {
                self.set_here(Location::NONE);
            }
        }
        self.use_label(end);
        Ok(())
    }

    /// Matches the top of the stack with a pattern (`codegen_pattern`).
    fn pattern(&mut self, pattern: &Pattern<'_>, context: &mut PatternContext) -> CodegenResult<()> {
        let location = pattern.location;
        self.set_here(location);
        match &pattern.kind {
            PatternKind::MatchValue(value) => self.value_pattern(value, location, context),
            PatternKind::MatchSingleton(value) => {
                self.load_const(value, location);
                self.compare_op(CompareOperator::Is, location);
                self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
                Ok(())
            }
            PatternKind::MatchSequence(patterns) => self.sequence_pattern(patterns, location, context),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.mapping_pattern(keys, patterns, *rest, location, context)
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.class_pattern(cls, patterns, kwd_attrs, kwd_patterns, location, context)
            }
            PatternKind::MatchStar(name) => self.capture(*name, location, context),
            PatternKind::MatchAs { pattern, name } => {
                self.as_pattern(pattern.as_deref(), *name, location, context)
            }
            PatternKind::MatchOr(patterns) => self.or_pattern(patterns, location, context),
        }
    }

    /// Matches a nested pattern, which may be irrefutable (`codegen_pattern_subpattern`).
    fn subpattern(&mut self, pattern: &Pattern<'_>, context: &mut PatternContext) -> CodegenResult<()> {
        let outer = std::mem::replace(&mut context.allow_irrefutable, true);
        self.pattern(pattern, context)?;
        context.allow_irrefutable = outer;
        Ok(())
    }

    /// Matches a value (`codegen_pattern_value`).
    fn value_pattern(
        &mut self,
        value: &Expr<'_>,
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        if !matches!(value.kind, ExprKind::Constant(_) | ExprKind::Attribute { .. }) {
            return Err(SyntaxError::new("patterns may only match literals and attribute lookups", location));
        }
        self.visit_expr(value)?;
        self.compare_op(CompareOperator::Eq, location);
        self.emit_truth(location);
        self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
        Ok(())
    }

    /// Matches a capture, a wildcard or an `as` pattern (`codegen_pattern_as`).
    fn as_pattern(
        &mut self,
        pattern: Option<&Pattern<'_>>,
        name: Option<Name>,
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        let Some(pattern) = pattern else {
            if context.allow_irrefutable {
                return self.capture(name, location, context);
            }
            let message = match name {
                Some(name) => {
                    format!("name capture '{}' makes remaining patterns unreachable", self.name_text(name))
                }
                None => "wildcard makes remaining patterns unreachable".to_owned(),
            };
            return Err(SyntaxError::new(message, location));
        };
        context.on_top += 1;
        self.emit_arg(Op::COPY, 1, location);
        self.pattern(pattern, context)?;
        context.on_top -= 1;
        self.capture(name, self.here_or(location), context)
    }

    /// Returns the label for a failure that pops `pops` values (`ensure_fail_pop`).
    fn fail_label(&mut self, context: &mut PatternContext, pops: usize) -> Label {
        while context.fail_pop.len() <= pops {
            let label = self.new_label();
            context.fail_pop.push(label);
        }
        context.fail_pop[pops]
    }

    /// Jumps to the failure block for the current stack (`jump_to_fail_pop`).
    fn jump_to_fail(&mut self, context: &mut PatternContext, op: Op, location: Location) {
        let label = self.fail_label(context, context.on_top + context.stores.len());
        self.emit_jump(op, label, location);
    }

    /// Emits the failure blocks, each of which pops one value and falls through to the next
    /// (`emit_and_reset_fail_pop`).
    fn place_fail_labels(&mut self, context: &mut PatternContext, location: Location) {
        while let Some(label) = context.fail_pop.pop() {
            self.use_label(label);
            if !context.fail_pop.is_empty() {
                self.emit(Op::POP_TOP, location);
            }
        }
    }
}

/// Returns whether a pattern is `_` (`WILDCARD_CHECK`).
fn is_wildcard(pattern: &Pattern<'_>) -> bool {
    matches!(pattern.kind, PatternKind::MatchAs { name: None, .. })
}

/// Returns a number of elements as a constant.
fn count_constant(count: usize) -> Constant<'static> {
    Constant::Int(count as i64)
}
