//! Sequence patterns: `[a, *b, c]`.
//!
//! CPython: `Python/codegen.c`.

use super::{PatternContext, count_constant, is_wildcard};
use crate::compile::codegen::{Codegen, CodegenResult};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{CompareOperator, Operator, Pattern, PatternKind};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Emits a sequence pattern (`codegen_pattern_sequence`).
    pub(super) fn sequence_pattern(
        &mut self,
        patterns: &[Pattern<'_>],
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        let mut star = None;
        let mut only_wildcards = true;
        let mut star_is_wildcard = false;
        for (index, pattern) in patterns.iter().enumerate() {
            if let PatternKind::MatchStar(name) = pattern.kind {
                if star.is_some() {
                    return Err(SyntaxError::new("multiple starred names in sequence pattern", location));
                }
                star_is_wildcard = name.is_none();
                only_wildcards &= star_is_wildcard;
                star = Some(index);
            } else {
                only_wildcards &= is_wildcard(pattern);
            }
        }
        context.on_top += 1;
        self.emit(Op::MATCH_SEQUENCE, location);
        self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
        let size = patterns.len();
        if star.is_none() {
            self.check_length(size, CompareOperator::Eq, location, context);
        } else if size > 1 {
            self.check_length(size - 1, CompareOperator::GtE, location, context);
        }
        context.on_top -= 1;
        match star {
            _ if only_wildcards => {
                self.emit(Op::POP_TOP, location);
                Ok(())
            }
            Some(star) if star_is_wildcard => self.elements_by_index(patterns, star, location, context),
            _ => self.elements_by_unpacking(patterns, star, location, context),
        }
    }

    /// Compares the length of the subject with a number.
    pub(super) fn check_length(
        &mut self,
        size: usize,
        comparison: CompareOperator,
        location: Location,
        context: &mut PatternContext,
    ) {
        self.emit(Op::GET_LEN, location);
        self.load_const(&count_constant(size), location);
        self.compare_op(comparison, location);
        self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
    }

    /// Matches the elements of the unpacked subject (`pattern_helper_sequence_unpack`).
    fn elements_by_unpacking(
        &mut self,
        patterns: &[Pattern<'_>],
        star: Option<usize>,
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        let size = patterns.len();
        match star {
            Some(star) => {
                let after = size - star - 1;
                if star >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                    let message = "too many expressions in star-unpacking sequence pattern";
                    return Err(SyntaxError::new(message, location));
                }
                self.emit_arg(Op::UNPACK_EX, (star | after << 8) as u32, location);
            }
            None => self.emit_arg(Op::UNPACK_SEQUENCE, size as u32, location),
        }
        context.on_top += size;
        self.subpatterns(patterns, context)
    }

    /// Matches elements by index, for a pattern with `*_` (`pattern_helper_sequence_subscr`).
    fn elements_by_index(
        &mut self,
        patterns: &[Pattern<'_>],
        star: usize,
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        context.on_top += 1;
        for (index, pattern) in patterns.iter().enumerate() {
            if index == star || is_wildcard(pattern) {
                continue;
            }
            let location = self.here_or(location);
            self.emit_arg(Op::COPY, 1, location);
            if index < star {
                self.load_const(&count_constant(index), location);
            } else {
                self.emit(Op::GET_LEN, location);
                self.load_const(&count_constant(patterns.len() - index), location);
                self.binary_op(Operator::Sub, false, location);
            }
            self.item(location);
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 1;
        self.emit(Op::POP_TOP, self.here_or(location));
        Ok(())
    }
}
