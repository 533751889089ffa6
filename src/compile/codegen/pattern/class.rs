//! `Point(a, y=b)`

use super::{Context, is_wildcard};
use crate::compile::codegen::{Codegen, Result};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Constant, Expr, Pattern};
use crate::target::Op;
use crate::text::{Location, Name};

impl Codegen<'_, '_> {
    pub(super) fn class_pattern<'a>(
        &mut self,
        cls: &Expr<'_>,
        patterns: &[Pattern<'a>],
        attributes: &[Name],
        attribute_patterns: &[Pattern<'a>],
        location: Location,
        context: &mut Context,
    ) -> Result<()> {
        for (index, name) in attributes.iter().enumerate() {
            if let Some(other) = attributes[index + 1..].iter().position(|other| other == name) {
                let message = format!("attribute name repeated in class pattern: {}", self.name_text(*name));
                return Err(SyntaxError::new(message, attribute_patterns[index + 1 + other].location));
            }
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
        for pattern in patterns.iter().chain(attribute_patterns) {
            context.on_top -= 1;
            if is_wildcard(pattern) {
                self.emit(Op::POP_TOP, location);
            } else {
                self.subpattern(pattern, context)?;
            }
        }
        Ok(())
    }
}
