//! Class patterns: `Point(a, y=b)`.
//!
//! CPython: `Python/codegen.c`.

use super::{PatternContext, is_wildcard};
use crate::compile::codegen::{Codegen, CodegenResult};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Constant, Expr, Pattern};
use crate::target::Op;
use crate::text::{Location, Name};
use rustc_hash::FxHashMap;

impl Codegen<'_, '_> {
    /// Emits a class pattern (`codegen_pattern_class`).
    pub(super) fn class_pattern<'a>(
        &mut self,
        cls: &Expr<'_>,
        patterns: &[Pattern<'a>],
        attributes: &[Name],
        attribute_patterns: &[Pattern<'a>],
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        if let Some((name, second)) = first_repeated(attributes) {
            let message = format!("attribute name repeated in class pattern: {}", self.name_text(name));
            return Err(SyntaxError::new(message, attribute_patterns[second].location));
        }
        self.visit_expr(cls)?;
        self.load_names_const(attributes.iter().copied(), location);
        self.emit_arg(Op::MATCH_CLASS, patterns.len() as u32, location);
        self.emit_arg(Op::COPY, 1, location);
        self.load_const(&Constant::None, location);
        self.emit_arg(Op::IS_OP, 1, location);
        context.on_top += 1;
        self.jump_to_fail(context, Op::POP_JUMP_IF_FALSE, location);
        let count = patterns.len() + attributes.len();
        self.emit_arg(Op::UNPACK_SEQUENCE, count as u32, location);
        context.on_top = context.on_top + count - 1;
        for patterns in [patterns, attribute_patterns] {
            let mut rest = patterns;
            while let [pattern, others @ ..] = rest {
                if is_wildcard(pattern) {
                    context.on_top -= 1;
                    self.emit(Op::POP_TOP, location);
                    rest = others;
                } else {
                    let end = rest.iter().position(is_wildcard).unwrap_or(rest.len());
                    self.subpatterns(&rest[..end], context)?;
                    rest = &rest[end..];
                }
            }
        }
        Ok(())
    }
}

/// Returns the first name that is repeated and the index of its repetition (`validate_kwd_attrs`).
fn first_repeated(names: &[Name]) -> Option<(Name, usize)> {
    let mut firsts = FxHashMap::default();
    let mut repeated: Option<(usize, usize)> = None;
    for (index, name) in names.iter().enumerate() {
        let first = *firsts.entry(*name).or_insert(index);
        if first < index && repeated.is_none_or(|(other, _)| first < other) {
            repeated = Some((first, index));
        }
    }
    repeated.map(|(first, second)| (names[first], second))
}
