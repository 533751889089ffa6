//! Conditions: short-circuit jumps that do not build the value.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::compile::instruction::Label;
use crate::syntax::ast::{BoolOperator, CompareOperator, Expr, ExprKind, UnaryOperator};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Jumps to `target` if the truth of `test` is `condition`, otherwise falls through
    /// (`codegen_jump_if`).
    pub(super) fn jump_if(&mut self, test: &Expr<'_>, target: Label, condition: bool) -> CodegenResult<()> {
        match &test.kind {
            ExprKind::UnaryOp { op: UnaryOperator::Not, operand } => {
                return self.jump_if(operand, target, !condition);
            }
            ExprKind::BoolOp { op, values } => {
                let decides = *op == BoolOperator::Or;
                // An operand that decides the result the other way jumps past the last operand.
                let early = if decides == condition { target } else { self.new_label() };
                let Some((last, others)) = values.split_last() else { return Ok(()) };
                for value in others {
                    self.jump_if(value, early, decides)?;
                }
                self.jump_if(last, target, condition)?;
                if early != target {
                    self.use_label(early);
                }
                return Ok(());
            }
            ExprKind::IfExp { test, body, orelse } => {
                let end = self.new_label();
                let otherwise = self.new_label();
                self.jump_if(test, otherwise, false)?;
                self.jump_if(body, target, condition)?;
                self.emit_join(end);
                self.use_label(otherwise);
                self.jump_if(orelse, target, condition)?;
                self.use_label(end);
                return Ok(());
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                return self.jump_if_chain(test.location, left, ops, comparators, target, condition);
            }
            _ => {}
        }
        if matches!(test.kind, ExprKind::Compare { .. }) {
            self.set_here(test.location);
        }
        self.visit_expr(test)?;
        self.emit_truth(test.location);
        self.emit_jump(conditional(condition), target, self.here_or(test.location));
        Ok(())
    }

    /// Jumps on a chain of comparisons (`codegen_jump_if`).
    fn jump_if_chain(
        &mut self,
        location: Location,
        left: &Expr<'_>,
        ops: &[CompareOperator],
        comparators: &[Expr<'_>],
        target: Label,
        condition: bool,
    ) -> CodegenResult<()> {
        self.set_here(location);
        self.check_compare(left, ops, comparators, location);
        let (Some((last_op, ops)), Some((last, comparators))) = (ops.split_last(), comparators.split_last())
        else {
            return Ok(());
        };
        let cleanup = self.new_label();
        self.visit_expr(left)?;
        for (op, comparator) in ops.iter().zip(comparators) {
            self.visit_expr(comparator)?;
            self.emit_arg(Op::SWAP, 2, location);
            self.emit_arg(Op::COPY, 2, location);
            self.compare_op(*op, location);
            self.emit_truth(location);
            self.emit_jump(Op::POP_JUMP_IF_FALSE, cleanup, location);
        }
        self.visit_expr(last)?;
        self.compare_op(*last_op, location);
        self.emit_truth(location);
        self.emit_jump(conditional(condition), target, location);
        let end = self.new_label();
        self.emit_join(end);
        self.use_label(cleanup);
        self.emit(Op::POP_TOP, location);
        if !condition {
            self.emit_join(target);
        }
        self.use_label(end);
        Ok(())
    }
}

/// Returns the jump that is taken on `condition`.
const fn conditional(condition: bool) -> Op {
    if condition { Op::POP_JUMP_IF_TRUE } else { Op::POP_JUMP_IF_FALSE }
}
