//! Class patterns: `Point(a, y=b)`.
//!
//! CPython: `Python/codegen.c`.

use super::{PatternContext, is_wildcard};
use crate::compile::codegen::{Codegen, CodegenResult};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Constant, Expr, ExprContext, Pattern};
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
        self.check_attributes(attributes, attribute_patterns)?;
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
                    self.emit(Op::POP_TOP, self.here_or(location));
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

    /// Refuses attributes that are repeated or named `__debug__` (`validate_kwd_attrs`).
    fn check_attributes(&self, attributes: &[Name], patterns: &[Pattern<'_>]) -> CodegenResult<()> {
        let repeated = first_repeated(attributes);
        let forbidden = attributes.iter().position(|name| Some(*name) == self.forbidden);
        if let Some(index) = forbidden
            && repeated.is_none_or(|(first, _)| index <= first)
        {
            return self.check_name(attributes[index], ExprContext::Store, patterns[index].location);
        }
        let Some((first, second)) = repeated else { return Ok(()) };
        let name = self.name_text(attributes[first]);
        let message = format!("attribute name repeated in class pattern: {name}");
        Err(SyntaxError::new(message, patterns[second].location))
    }
}

/// Returns the indices of the first name that is repeated and of its repetition.
fn first_repeated(names: &[Name]) -> Option<(usize, usize)> {
    let mut firsts = FxHashMap::default();
    let mut repeated: Option<(usize, usize)> = None;
    for (index, name) in names.iter().enumerate() {
        let first = *firsts.entry(*name).or_insert(index);
        if first < index && repeated.is_none_or(|(other, _)| first < other) {
            repeated = Some((first, index));
        }
    }
    repeated
}
