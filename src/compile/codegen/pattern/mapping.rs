//! `{"key": pattern, **rest}`

use super::Context;
use crate::compile::codegen::{Codegen, Result};
use crate::compile::unparse;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{CompareOperator, Constant, Expr, ExprKind, Pattern};
use crate::target::Op;
use crate::text::{Location, Name};

impl Codegen<'_, '_> {
    pub(super) fn mapping_pattern(
        &mut self,
        keys: &[Expr<'_>],
        patterns: &[Pattern<'_>],
        rest: Option<Name>,
        location: Location,
        context: &mut Context,
    ) -> Result<()> {
        context.on_top += 1;
        self.emit(Op::MATCH_MAPPING, location);
        self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
        let size = keys.len();
        if size == 0 && rest.is_none() {
            context.on_top -= 1;
            self.emit(Op::POP_TOP, location);
            return Ok(());
        }
        if size > 0 {
            self.check_length(size, CompareOperator::GtE, location, context);
        }
        self.mapping_keys(keys, location)?;
        self.emit_arg(Op::BUILD_TUPLE, size as u32, location);
        self.emit(Op::MATCH_KEYS, location);
        // The keys and the values lie above the subject.
        context.on_top += 2;
        self.emit_arg(Op::COPY, 1, location);
        self.load_const(&Constant::None, location);
        self.emit_arg(Op::IS_OP, 1, location);
        self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
        self.emit_arg(Op::UNPACK_SEQUENCE, size as u32, location);
        context.on_top = context.on_top + size - 1;
        for pattern in patterns {
            context.on_top -= 1;
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 2;
        let Some(rest) = rest else {
            self.emit(Op::POP_TOP, location);
            self.emit(Op::POP_TOP, location);
            return Ok(());
        };
        // A copy of the subject without the keys.
        self.emit_arg(Op::BUILD_MAP, 0, location);
        self.emit_arg(Op::SWAP, 3, location);
        self.emit_arg(Op::DICT_UPDATE, 2, location);
        self.emit_arg(Op::UNPACK_SEQUENCE, size as u32, location);
        for depth in (1..=size).rev() {
            self.emit_arg(Op::COPY, 1 + depth as u32, location);
            self.emit_arg(Op::SWAP, 2, location);
            self.emit(Op::DELETE_SUBSCR, location);
        }
        self.capture(Some(rest), location, context)
    }

    fn mapping_keys<'a>(&mut self, keys: &[Expr<'a>], location: Location) -> Result<()> {
        let mut seen: Vec<Constant<'a>> = Vec::new();
        for key in keys {
            match &key.kind {
                ExprKind::Constant(value) => {
                    if seen.iter().any(|other| python_equal(other, value)) {
                        let text = unparse::repr(value, self.target)?;
                        let message = format!("mapping pattern checks duplicate key ({text})");
                        return Err(SyntaxError::new(message, location));
                    }
                    seen.push(*value);
                }
                ExprKind::Attribute { .. } => {}
                _ => {
                    let message = "mapping pattern keys may only match literals and attribute lookups";
                    return Err(SyntaxError::new(message, location));
                }
            }
            self.visit_expr(key)?;
        }
        Ok(())
    }
}

/// Python's `==` of two literals: `1 == 1.0 == True`.
fn python_equal(left: &Constant<'_>, right: &Constant<'_>) -> bool {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return left == right;
    }
    left == right
}

/// A small number as its real and imaginary part; integers too large for a float only equal themselves.
fn number(constant: &Constant<'_>) -> Option<(f64, f64)> {
    match *constant {
        Constant::True => Some((1.0, 0.0)),
        Constant::False => Some((0.0, 0.0)),
        Constant::Int(value) if value.unsigned_abs() <= 1 << 53 => Some((value as f64, 0.0)),
        Constant::Float(value) => Some((value, 0.0)),
        Constant::Complex(real, imaginary) => Some((real, imaginary)),
        _ => None,
    }
}
