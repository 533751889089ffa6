//! Mapping patterns: `{"key": pattern, **rest}`.
//!
//! CPython: `Python/codegen.c`.

use super::PatternContext;
use crate::compile::codegen::{Codegen, CodegenResult};
use crate::compile::unparse;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{CompareOperator, Constant, Expr, ExprKind, Pattern};
use crate::target::Op;
use crate::text::{Location, Name};
use rustc_hash::FxHashSet;

impl Codegen<'_, '_> {
    /// Emits a mapping pattern (`codegen_pattern_mapping`).
    pub(super) fn mapping_pattern(
        &mut self,
        keys: &[Expr<'_>],
        patterns: &[Pattern<'_>],
        rest: Option<Name>,
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
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
        // The keys and the values are above the subject.
        context.on_top += 2;
        self.emit_arg(Op::COPY, 1, location);
        self.load_const(&Constant::None, location);
        self.emit_arg(Op::IS_OP, 1, location);
        self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
        self.emit_arg(Op::UNPACK_SEQUENCE, size as u32, location);
        context.on_top = context.on_top + size - 1;
        self.subpatterns(patterns, context)?;
        context.on_top -= 2;
        let location = self.here_or(location);
        let Some(rest) = rest else {
            self.emit(Op::POP_TOP, location);
            self.emit(Op::POP_TOP, location);
            return Ok(());
        };
        // `**rest` gets a copy of the subject without the keys.
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

    /// Emits the keys and refuses repeated ones (`codegen_pattern_mapping_key`).
    fn mapping_keys(&mut self, keys: &[Expr<'_>], location: Location) -> CodegenResult<()> {
        let mut seen = FxHashSet::default();
        for key in keys {
            match &key.kind {
                ExprKind::Constant(value) => {
                    if !seen.insert(MappingKey::of(value)) {
                        let text = unparse::repr(value, self.target)?;
                        let message = format!("mapping pattern checks duplicate key ({text})");
                        return Err(SyntaxError::new(message, location));
                    }
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

/// A literal key, with the equality of Python's `==`: `1 == 1.0 == True`.
#[derive(Debug, PartialEq, Eq, Hash)]
enum MappingKey<'a> {
    None,
    /// Bits of the real and the imaginary part.
    Number(u64, u64),
    Int(i64),
    BigInt(bool, &'a [u8]),
    Str(&'a [u8]),
    Bytes(&'a [u8]),
}

impl<'a> MappingKey<'a> {
    fn of(constant: &Constant<'a>) -> Self {
        if let Some((real, imaginary)) = number(constant) {
            // Both zeros are equal.
            let bits = |part: f64| if part == 0.0 { 0 } else { part.to_bits() };
            return Self::Number(bits(real), bits(imaginary));
        }
        match *constant {
            Constant::Int(value) => Self::Int(value),
            Constant::BigInt { negative, magnitude } => Self::BigInt(negative, magnitude),
            Constant::Str(text) => Self::Str(text),
            Constant::Bytes(bytes) => Self::Bytes(bytes),
            _ => Self::None,
        }
    }
}

/// Returns a small number as its real and imaginary part. Integers too large for a float are only
/// equal to themselves.
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
