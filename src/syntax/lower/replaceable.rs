//! Where preprocessing may find something to replace, so that it need not look for it.
//!
//! **Invariant:** an expression that becomes replaceable only when one inside of it was replaced is not noted: both are
//! in the same statement, and whole statements are looked at.

use super::Lowering;
use crate::syntax::ast::{CompareOperator, Constant, Expr, ExprContext, ExprKind, Operator, UnaryOperator};

/// Lines in the order of lowering: it ascends but for nodes that begin above their parts.
#[derive(Default)]
pub(super) struct Lines(Vec<i32>);

impl Lines {
    fn note(&mut self, line: i32) {
        if self.0.last() != Some(&line) {
            self.0.push(line);
        }
    }

    pub(super) fn sorted(&mut self) -> &[i32] {
        self.0.sort_unstable();
        &self.0
    }
}

impl Lowering<'_, '_> {
    /// To be called with each expression that has parts, once they are lowered.
    pub(super) fn note_replaceable(&mut self, expression: &Expr<'_>) {
        let line = expression.location.line;
        let folds = match &expression.kind {
            ExprKind::BinOp { left, op, right } => {
                if *op == Operator::Mod && matches!(left.kind, ExprKind::Constant(Constant::Str(_))) {
                    return self.note_for_all(line);
                }
                is_constant(left) && is_constant(right)
            }
            ExprKind::UnaryOp { op, operand } => {
                let is_negated = || matches!(operand.kind, ExprKind::Compare { ops: [_], .. });
                is_constant(operand) || *op == UnaryOperator::Not && is_negated()
            }
            ExprKind::Subscript { value, slice, ctx: ExprContext::Load } => {
                is_constant(value) && is_constant(slice)
            }
            ExprKind::Tuple { elts, ctx: ExprContext::Load } => elts.iter().all(is_constant),
            ExprKind::Compare {
                ops: [.., CompareOperator::In | CompareOperator::NotIn],
                comparators,
                ..
            } => comparators.last().is_some_and(is_mutable),
            ExprKind::Comprehension(comprehension) => {
                comprehension.generators.iter().any(|clause| is_mutable(&clause.iter))
            }
            _ => false,
        };
        if folds {
            self.foldable.note(line);
        }
    }

    /// To be called with the line of what every target may replace.
    pub(super) fn note_for_all(&mut self, line: i32) {
        self.replaceable.note(line);
        self.foldable.note(line);
    }

    /// To be called with what a `for` statement goes over.
    pub(super) fn note_iterable(&mut self, iterable: &Expr<'_>) {
        if is_mutable(iterable) {
            self.foldable.note(iterable.location.line);
        }
    }
}

fn is_constant(expression: &Expr<'_>) -> bool {
    matches!(expression.kind, ExprKind::Constant(_))
}

/// Whether a list or a set is written out, for which a tuple or a frozenset may stand.
fn is_mutable(expression: &Expr<'_>) -> bool {
    matches!(expression.kind, ExprKind::List { .. } | ExprKind::Set(_))
}
