//! `and` and `or` as values.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::syntax::ast::{BoolOperator, Expr};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Emits a chain of `and` or `or` (`codegen_boolop`).
    pub(super) fn bool_op(
        &mut self,
        op: BoolOperator,
        values: &[Expr<'_>],
        location: Location,
    ) -> CodegenResult<()> {
        if self.target.operation(Op::JUMP_IF_TRUE_OR_POP).is_some() {
            return self.bool_op_by_jumps_that_pop(op, values, location);
        }
        let is_pseudo = self.target.features.pseudo_bool_jumps;
        let jump = match (op, is_pseudo) {
            (BoolOperator::And, true) => Op::JUMP_IF_FALSE,
            (BoolOperator::Or, true) => Op::JUMP_IF_TRUE,
            (BoolOperator::And, false) => Op::POP_JUMP_IF_FALSE,
            (BoolOperator::Or, false) => Op::POP_JUMP_IF_TRUE,
        };
        let end = self.new_label();
        let Some((last, others)) = values.split_last() else { return Ok(()) };
        for value in others {
            self.visit_expr(value)?;
            if !is_pseudo {
                self.emit_arg(Op::COPY, 1, location);
                self.emit_truth(location);
            }
            self.emit_jump(jump, end, location);
            self.emit(Op::POP_TOP, location);
        }
        self.visit_expr(last)?;
        self.use_label(end);
        Ok(())
    }

    /// Emits a chain of `and` or `or` with jumps that leave the value or pop it, up to CPython 3.11
    /// (`compiler_boolop`).
    fn bool_op_by_jumps_that_pop(
        &mut self,
        op: BoolOperator,
        values: &[Expr<'_>],
        location: Location,
    ) -> CodegenResult<()> {
        let jump = if op == BoolOperator::And { Op::JUMP_IF_FALSE_OR_POP } else { Op::JUMP_IF_TRUE_OR_POP };
        let end = self.new_label();
        let Some((last, others)) = values.split_last() else { return Ok(()) };
        for value in others {
            self.visit_expr(value)?;
            self.emit_jump(jump, end, location);
            let next = self.new_label();
            self.use_label(next);
        }
        self.visit_expr(last)?;
        self.use_label(end);
        Ok(())
    }
}
