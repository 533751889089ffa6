//! Lines on which preprocessing may replace a node. They are recorded while parsing, so that
//! preprocessing need not search for them.
//!
//! **Invariant:** an expression that becomes replaceable only by a replacement inside it is not
//! recorded: both are in the same statement, and whole statements are preprocessed.

use crate::syntax::ast::{CompareOperator, Constant, Expr, ExprContext, ExprKind, Operator, UnaryOperator};

/// Lines recorded while a module is read; see [`Module`](crate::syntax::ast::Module).
#[derive(Default)]
pub(super) struct Notes {
    pub(super) unicode_strings: Vec<(i32, i32)>,
    pub(super) replaceable: Vec<i32>,
    pub(super) foldable: Vec<i32>,
}

/// Numbers of recorded lines.
pub(super) struct Lengths(usize, usize, usize);

impl Notes {
    /// Returns their memory in bytes.
    pub(super) fn size(&self) -> usize {
        (self.unicode_strings.capacity() * 2 + self.replaceable.capacity() + self.foldable.capacity())
            * size_of::<i32>()
    }

    pub(super) fn lengths(&self) -> Lengths {
        Lengths(self.unicode_strings.len(), self.replaceable.len(), self.foldable.len())
    }

    pub(super) fn truncate(&mut self, lengths: &Lengths) {
        self.unicode_strings.truncate(lengths.0);
        self.replaceable.truncate(lengths.1);
        self.foldable.truncate(lengths.2);
    }

    pub(super) fn sort(&mut self) {
        self.unicode_strings.sort_unstable();
        self.replaceable.sort_unstable();
        self.foldable.sort_unstable();
    }

    /// Records an expression with children, after they were read.
    #[inline(always)]
    pub(super) fn note(&mut self, expression: &Expr<'_>) {
        let line = expression.location.line();
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
            note(&mut self.foldable, line);
        }
    }

    /// Records a line of a node that every target may replace.
    pub(super) fn note_for_all(&mut self, line: i32) {
        note(&mut self.replaceable, line);
        note(&mut self.foldable, line);
    }

    /// Records the iterable of a `for` statement.
    pub(super) fn note_iterable(&mut self, iterable: &Expr<'_>) {
        if is_mutable(iterable) {
            note(&mut self.foldable, iterable.location.line());
        }
    }
}

fn note(lines: &mut Vec<i32>, line: i32) {
    if lines.last() != Some(&line) {
        lines.push(line);
    }
}

fn is_constant(expression: &Expr<'_>) -> bool {
    matches!(expression.kind, ExprKind::Constant(_))
}

/// Returns whether an expression is a list or set display, which a tuple or a frozenset may
/// replace.
fn is_mutable(expression: &Expr<'_>) -> bool {
    matches!(expression.kind, ExprKind::List { .. } | ExprKind::Set(_))
}
