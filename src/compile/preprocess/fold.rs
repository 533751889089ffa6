//! Constant folding in the syntax tree, up to CPython 3.13; later versions fold in the flow graph.
//!
//! CPython: `Python/ast_opt.c`.

use super::Preprocess;
use crate::compile::constants::{ConstId, ConstValue, ConstantText, Constants};
use crate::compile::folding::{self, Folded};
use crate::syntax::ast::{CompareOperator, Constant, Expr, ExprContext, ExprKind, UnaryOperator};

impl<'a> Preprocess<'a, '_> {
    /// Folds an expression whose parts have been folded (`astfold_expr`).
    pub(super) fn fold(&self, expression: &mut Expr<'a>) {
        let folded = match &mut expression.kind {
            ExprKind::UnaryOp { op, operand } => match operand.kind {
                ExprKind::Constant(value) => {
                    if *op == UnaryOperator::Invert && matches!(value, Constant::True | Constant::False) {
                        self.inverted.borrow_mut().push(expression.location);
                    }
                    self.unary(*op, &value)
                }
                ExprKind::Compare { left, ops: &[compared], comparators } if *op == UnaryOperator::Not => {
                    let negated = match compared {
                        CompareOperator::Is => CompareOperator::IsNot,
                        CompareOperator::IsNot => CompareOperator::Is,
                        CompareOperator::In => CompareOperator::NotIn,
                        CompareOperator::NotIn => CompareOperator::In,
                        _ => return,
                    };
                    let ops = std::slice::from_ref(self.arena.alloc(negated));
                    // The comparison replaces the negation, at its own location.
                    let kind = ExprKind::Compare { left, ops, comparators };
                    *expression = Expr { location: operand.location, kind };
                    return self.change();
                }
                _ => return,
            },
            ExprKind::BinOp { left, op, right } => {
                let (ExprKind::Constant(left), ExprKind::Constant(right)) = (&left.kind, &right.kind) else {
                    return;
                };
                let mut scratch = Constants::default();
                let (left, right) = (value(left, &mut scratch), value(right, &mut scratch));
                folding::binary(*op, &left, &right, &scratch, self.target).and_then(|folded| {
                    if folding::makes_empty_anew(&folded, &left, &right) {
                        return Some(Constant::FreshEmptyBytes);
                    }
                    self.tree_constant(&folded, &scratch)
                })
            }
            ExprKind::Subscript { value: base, slice, ctx: ExprContext::Load } => {
                let (ExprKind::Constant(base), ExprKind::Constant(index)) = (&base.kind, &slice.kind) else {
                    return;
                };
                let mut scratch = Constants::default();
                let (base, index) = (value(base, &mut scratch), value(index, &mut scratch));
                match folding::subscript(&base, &index, &scratch) {
                    Some(Folded::Value(folded) | Folded::Fresh(folded)) => {
                        self.tree_constant(&folded, &scratch)
                    }
                    Some(Folded::Member(id)) => self.tree_constant(scratch.value(id), &scratch),
                    None => None,
                }
            }
            ExprKind::Tuple { elts, ctx: ExprContext::Load } => self.constants(elts).map(Constant::Tuple),
            ExprKind::Compare { ops, comparators, .. } => {
                if let Some(CompareOperator::In | CompareOperator::NotIn) = ops.last()
                    && let Some(searched) = comparators.last()
                {
                    let folded = self.iterable(searched);
                    if !std::ptr::eq(folded, searched) {
                        let changed = self.arena.alloc_slice_copy(comparators);
                        changed[comparators.len() - 1] = *folded;
                        *comparators = changed;
                    }
                }
                return;
            }
            _ => return,
        };
        if let Some(constant) = folded {
            self.change();
            expression.kind = ExprKind::Constant(constant);
        }
    }

    /// Turns a list or set that is only iterated over or searched into a tuple or frozenset
    /// (`fold_iter`).
    pub(super) fn iterable(&self, iterable: &'a Expr<'a>) -> &'a Expr<'a> {
        if !self.target.features.fold_in_tree {
            return iterable;
        }
        let kind = match iterable.kind {
            ExprKind::List { elts, ctx } => {
                if elts.iter().any(|element| matches!(element.kind, ExprKind::Starred { .. })) {
                    return iterable;
                }
                match self.constants(elts) {
                    Some(items) => ExprKind::Constant(Constant::Tuple(items)),
                    None => ExprKind::Tuple { elts, ctx },
                }
            }
            ExprKind::Set(elements) => match self.constants(elements) {
                Some(items) => ExprKind::Constant(Constant::FrozenSet(items)),
                None => return iterable,
            },
            _ => return iterable,
        };
        self.change();
        self.arena.alloc(Expr { location: iterable.location, kind })
    }

    /// Returns the elements as constants, if all are (`make_const_tuple`).
    fn constants(&self, elements: &[Expr<'a>]) -> Option<&'a [Constant<'a>]> {
        let constant = |element: &Expr<'a>| match &element.kind {
            ExprKind::Constant(constant) => Some(*constant),
            _ => None,
        };
        let items: Option<Vec<Constant<'a>>> = elements.iter().map(constant).collect();
        items.map(|items| &*self.arena.alloc_slice_copy(&items))
    }

    /// Folds a unary operator (`fold_unaryop`).
    fn unary(&self, operator: UnaryOperator, operand: &Constant<'a>) -> Option<Constant<'a>> {
        let mut scratch = Constants::default();
        let operand = value(operand, &mut scratch);
        folding::unary(operator, &operand).and_then(|folded| self.tree_constant(&folded, &scratch))
    }

    /// Returns a folded value as a constant of the tree (`make_const`).
    fn tree_constant(&self, folded: &ConstValue, scratch: &Constants) -> Option<Constant<'a>> {
        let items = |ids: &[ConstId]| {
            let items: Option<Vec<Constant<'a>>> =
                ids.iter().map(|id| self.tree_constant(scratch.value(*id), scratch)).collect();
            items.map(|items| &*self.arena.alloc_slice_copy(&items))
        };
        Some(match folded {
            ConstValue::None => Constant::None,
            ConstValue::True => Constant::True,
            ConstValue::False => Constant::False,
            ConstValue::Ellipsis => Constant::Ellipsis,
            ConstValue::Str(text) => Constant::Str(self.arena.alloc_slice_copy(text)),
            ConstValue::Bytes(bytes) => Constant::Bytes(self.arena.alloc_slice_copy(bytes)),
            ConstValue::Tuple(ids) => Constant::Tuple(items(ids)?),
            ConstValue::FrozenSet(ids) => Constant::FrozenSet(items(ids)?),
            number => return self.constant(number),
        })
    }
}

/// Returns a constant of the tree as a value, with its members in `scratch`.
fn value(constant: &Constant<'_>, scratch: &mut Constants) -> ConstValue {
    let mut ids = |items: &[Constant<'_>]| {
        items
            .iter()
            .map(|item| {
                let item = value(item, scratch);
                scratch.add(item)
            })
            .collect()
    };
    match *constant {
        Constant::None => ConstValue::None,
        Constant::True => ConstValue::True,
        Constant::False => ConstValue::False,
        Constant::Ellipsis => ConstValue::Ellipsis,
        Constant::Str(text) => ConstValue::Str(ConstantText::from_slice(text)),
        Constant::FreshPercent => ConstValue::Str(ConstantText::from_slice(b"%")),
        Constant::Bytes(bytes) => ConstValue::Bytes(ConstantText::from_slice(bytes)),
        Constant::FreshEmptyBytes => ConstValue::Bytes(ConstantText::new()),
        Constant::Tuple(items) => ConstValue::Tuple(ids(items)),
        Constant::FrozenSet(items) => ConstValue::FrozenSet(ids(items)),
        ref number => super::number(number).unwrap_or(ConstValue::None),
    }
}
