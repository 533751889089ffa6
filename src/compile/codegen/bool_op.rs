//! `and` and `or` as values.

use super::{Codegen, Result};
use crate::syntax::ast::{BoolOperator, Expr};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    pub(super) fn bool_op(
        &mut self,
        op: BoolOperator,
        values: &[Expr<'_>],
        location: Location,
    ) -> Result<()> {
        let jump = match op {
            BoolOperator::And => Op::JUMP_IF_FALSE,
            BoolOperator::Or => Op::JUMP_IF_TRUE,
        };
        let end = self.new_label();
        let Some((last, others)) = values.split_last() else { return Ok(()) };
        for value in others {
            self.visit_expr(value)?;
            self.emit_jump(jump, end, location);
            self.emit(Op::POP_TOP, location);
        }
        self.visit_expr(last)?;
        self.use_label(end);
        Ok(())
    }
}
