//! f-strings.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult, STACK_USE_GUIDELINE};
use crate::syntax::ast::{Constant, Expr};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Emits an f-string (`codegen_joined_str`).
    pub(super) fn joined_str(&mut self, values: &[Expr<'_>], location: Location) -> CodegenResult<()> {
        if values.len() > STACK_USE_GUIDELINE {
            self.load_const(&Constant::Str(b""), location);
            let join = self.intern("join");
            self.load_method_attr(join, location);
            self.emit_arg(Op::BUILD_LIST, 0, location);
            for value in values {
                self.visit_expr(value)?;
                self.emit_arg(Op::LIST_APPEND, 1, location);
            }
            self.emit_call(Op::CALL, 1, location);
            return Ok(());
        }
        self.visit_exprs(values)?;
        match values.len() {
            0 if !self.target.features.builds_empty_strings => self.load_const(&Constant::Str(b""), location),
            1 => {}
            count => self.emit_arg(Op::BUILD_STRING, count as u32, location),
        }
        Ok(())
    }

    /// Emits a replacement field of an f-string (`codegen_formatted_value`).
    pub(super) fn formatted_value(
        &mut self,
        value: &Expr<'_>,
        conversion: i32,
        format_spec: Option<&Expr<'_>>,
        location: Location,
    ) -> CodegenResult<()> {
        self.visit_expr(value)?;
        if self.target.operation(Op::FORMAT_VALUE).is_some() {
            if let Some(spec) = format_spec {
                self.visit_expr(spec)?;
            }
            let conversion = conversion_number(conversion).unwrap_or_default();
            let operand = conversion | u32::from(format_spec.is_some()) << 2;
            self.emit_arg(Op::FORMAT_VALUE, operand, location);
            return Ok(());
        }
        if let Some(number) = conversion_number(conversion) {
            self.emit_arg(Op::CONVERT_VALUE, number, location);
        }
        match format_spec {
            Some(spec) => {
                self.visit_expr(spec)?;
                self.emit(Op::FORMAT_WITH_SPEC, location);
            }
            None => self.emit(Op::FORMAT_SIMPLE, location),
        }
        Ok(())
    }
}

/// Returns the operand of a conversion character, if there is one.
pub(super) fn conversion_number(conversion: i32) -> Option<u32> {
    match u8::try_from(conversion).ok()? {
        b's' => Some(1),
        b'r' => Some(2),
        b'a' => Some(3),
        _ => None,
    }
}
