//! t-strings (PEP 750).
//!
//! CPython: `Python/codegen.c`.

use super::fstring::conversion_number;
use super::{Codegen, CodegenResult};
use crate::syntax::ast::{Constant, Expr, ExprKind};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Emits a t-string (`codegen_template_str`).
    ///
    /// It is built from a tuple of the strings around the interpolations, empty between adjacent
    /// ones, and a tuple of the interpolations.
    pub(super) fn template_str(&mut self, values: &[Expr<'_>], location: Location) -> CodegenResult<()> {
        let mut strings = 0;
        let mut interpolations = 0;
        let mut needs_string = true;
        for value in values {
            if matches!(value.kind, ExprKind::Interpolation { .. }) {
                if needs_string {
                    self.load_const(&Constant::Str(b""), location);
                    strings += 1;
                }
                interpolations += 1;
                needs_string = true;
            } else {
                self.visit_expr(value)?;
                strings += 1;
                needs_string = false;
            }
        }
        if needs_string {
            self.load_const(&Constant::Str(b""), location);
            strings += 1;
        }
        self.emit_arg(Op::BUILD_TUPLE, strings, location);
        for value in values {
            if matches!(value.kind, ExprKind::Interpolation { .. }) {
                self.visit_expr(value)?;
            }
        }
        self.emit_arg(Op::BUILD_TUPLE, interpolations, location);
        self.emit(Op::BUILD_TEMPLATE, location);
        Ok(())
    }

    /// Emits an interpolation of a t-string (`codegen_interpolation`).
    pub(super) fn interpolation(
        &mut self,
        value: &Expr<'_>,
        text: &[u8],
        conversion: i32,
        format_spec: Option<&Expr<'_>>,
        location: Location,
    ) -> CodegenResult<()> {
        self.visit_expr(value)?;
        self.load_const(&Constant::Str(text), location);
        let mut operand = 2;
        if let Some(spec) = format_spec {
            operand += 1;
            self.visit_expr(spec)?;
        }
        operand |= conversion_number(conversion).unwrap_or(0) << 2;
        self.emit_arg(Op::BUILD_INTERPOLATION, operand, location);
        Ok(())
    }
}
