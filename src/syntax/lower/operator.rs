//! Operators under their own names.

use crate::syntax::ast::{CompareOperator, Operator};
use ruff_python_ast as ruff;

/// The same operator.
pub(super) fn operator(operator: ruff::Operator) -> Operator {
    match operator {
        ruff::Operator::Add => Operator::Add,
        ruff::Operator::Sub => Operator::Sub,
        ruff::Operator::Mult => Operator::Mult,
        ruff::Operator::MatMult => Operator::MatMult,
        ruff::Operator::Div => Operator::Div,
        ruff::Operator::Mod => Operator::Mod,
        ruff::Operator::Pow => Operator::Pow,
        ruff::Operator::LShift => Operator::LShift,
        ruff::Operator::RShift => Operator::RShift,
        ruff::Operator::BitOr => Operator::BitOr,
        ruff::Operator::BitXor => Operator::BitXor,
        ruff::Operator::BitAnd => Operator::BitAnd,
        ruff::Operator::FloorDiv => Operator::FloorDiv,
    }
}

/// The same comparison.
pub(super) fn comparison(operator: ruff::CmpOp) -> CompareOperator {
    match operator {
        ruff::CmpOp::Eq => CompareOperator::Eq,
        ruff::CmpOp::NotEq => CompareOperator::NotEq,
        ruff::CmpOp::Lt => CompareOperator::Lt,
        ruff::CmpOp::LtE => CompareOperator::LtE,
        ruff::CmpOp::Gt => CompareOperator::Gt,
        ruff::CmpOp::GtE => CompareOperator::GtE,
        ruff::CmpOp::Is => CompareOperator::Is,
        ruff::CmpOp::IsNot => CompareOperator::IsNot,
        ruff::CmpOp::In => CompareOperator::In,
        ruff::CmpOp::NotIn => CompareOperator::NotIn,
    }
}
