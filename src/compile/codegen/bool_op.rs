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
}
