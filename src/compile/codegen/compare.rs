//! Comparisons and chains of comparisons.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::syntax::ast::{CompareOperator, Expr};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Emits the comparison of the two topmost values (`codegen_addcompare`).
    pub(super) fn compare_op(&mut self, op: CompareOperator, location: Location) {
        // The upper bits are the operator; the bits below select the true outcomes: unordered (1),
        // less (2), greater (4), equal (8).
        let (number, mask) = match op {
            CompareOperator::Is => return self.emit_arg(Op::IS_OP, 0, location),
            CompareOperator::IsNot => return self.emit_arg(Op::IS_OP, 1, location),
            CompareOperator::In => return self.emit_arg(Op::CONTAINS_OP, 0, location),
            CompareOperator::NotIn => return self.emit_arg(Op::CONTAINS_OP, 1, location),
            CompareOperator::Lt => (0, 2),
            CompareOperator::LtE => (1, 10),
            CompareOperator::Eq => (2, 8),
            CompareOperator::NotEq => (3, 7),
            CompareOperator::Gt => (4, 4),
            CompareOperator::GtE => (5, 12),
        };
        let bits = self.target.operation(Op::COMPARE_OP).map_or(0, |compare| compare.argument.flag_bits());
        let mask = if bits > 0 { mask } else { 0 };
        self.emit_arg(Op::COMPARE_OP, number << bits | mask, location);
    }

    /// Emits a comparison or a chain of comparisons (`codegen_compare`).
    pub(super) fn compare(
        &mut self,
        left: &Expr<'_>,
        ops: &[CompareOperator],
        comparators: &[Expr<'_>],
        location: Location,
    ) -> CodegenResult<()> {
        self.check_compare(left, ops, comparators, location);
        self.visit_expr(left)?;
        let (Some((last_op, ops)), Some((last, comparators))) = (ops.split_last(), comparators.split_last())
        else {
            return Ok(());
        };
        if ops.is_empty() {
            self.visit_expr(last)?;
            self.compare_op(*last_op, location);
            return Ok(());
        }
        let cleanup = self.new_label();
        for (op, comparator) in ops.iter().zip(comparators) {
            self.visit_expr(comparator)?;
            self.emit_arg(Op::SWAP, 2, location);
            self.emit_arg(Op::COPY, 2, location);
            self.compare_op(*op, location);
            if self.target.operation(Op::JUMP_IF_FALSE_OR_POP).is_some() {
                self.emit_jump(Op::JUMP_IF_FALSE_OR_POP, cleanup, location);
                continue;
            }
            self.emit_arg(Op::COPY, 1, location);
            self.emit_truth(location);
            self.emit_jump(Op::POP_JUMP_IF_FALSE, cleanup, location);
            self.emit(Op::POP_TOP, location);
        }
        self.visit_expr(last)?;
        self.compare_op(*last_op, location);
        let end = self.new_label();
        self.emit_join(end);
        self.use_label(cleanup);
        self.emit_arg(Op::SWAP, 2, location);
        self.emit(Op::POP_TOP, location);
        self.use_label(end);
        Ok(())
    }
}
