//! Subscripts and slices.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult};
use crate::syntax::ast::{Constant, Expr, ExprContext, ExprKind};
use crate::target::Op;
use crate::text::Location;

/// `BINARY_OP` operand of a subscript.
const NB_SUBSCR: u32 = 26;

impl Codegen<'_, '_> {
    /// Emits the load, store or deletion of a subscript (`codegen_subscript`).
    pub(super) fn subscript(
        &mut self,
        value: &Expr<'_>,
        slice: &Expr<'_>,
        ctx: ExprContext,
        location: Location,
    ) -> CodegenResult<()> {
        if ctx == ExprContext::Load {
            self.check_subscript(value, slice, location);
        }
        self.visit_expr(value)?;
        if ctx != ExprContext::Del && self.is_two_part_slice(slice) {
            self.slice_parts(slice)?;
            self.emit(if ctx == ExprContext::Load { Op::BINARY_SLICE } else { Op::STORE_SLICE }, location);
            return Ok(());
        }
        self.visit_expr(slice)?;
        match ctx {
            ExprContext::Load => self.item(location),
            ExprContext::Store => self.emit(Op::STORE_SUBSCR, location),
            ExprContext::Del => self.emit(Op::DELETE_SUBSCR, location),
        }
        Ok(())
    }

    /// Emits a slice, as a constant if all its parts are constants (`codegen_slice`).
    pub(super) fn slice(
        &mut self,
        lower: Option<&Expr<'_>>,
        upper: Option<&Expr<'_>>,
        step: Option<&Expr<'_>>,
        location: Location,
    ) -> CodegenResult<()> {
        if self.target.features.slice_constants
            && let (Some(lower), Some(upper), Some(step)) = (constant(lower), constant(upper), constant(step))
        {
            self.load_slice_const([lower, upper, step], location);
            return Ok(());
        }
        self.bound(lower, location)?;
        self.bound(upper, location)?;
        let mut count = 2;
        if let Some(step) = step {
            self.visit_expr(step)?;
            count = 3;
        }
        self.emit_arg(Op::BUILD_SLICE, count, location);
        Ok(())
    }

    /// Emits the bounds of a slice (`codegen_slice_two_parts`).
    pub(super) fn slice_parts(&mut self, slice: &Expr<'_>) -> CodegenResult<()> {
        if let ExprKind::Slice { lower, upper, .. } = &slice.kind {
            self.bound(lower.as_deref(), slice.location)?;
            self.bound(upper.as_deref(), slice.location)?;
        }
        Ok(())
    }

    /// Emits `value[index]`, both of which are on the stack.
    pub(super) fn item(&mut self, location: Location) {
        if self.target.operation(Op::BINARY_SUBSCR).is_some() {
            self.emit(Op::BINARY_SUBSCR, location);
        } else {
            self.emit_arg(Op::BINARY_OP, NB_SUBSCR, location);
        }
    }

    /// Returns whether a slice has no step and is not constant
    /// (`should_apply_two_element_slice_optimization`).
    pub(super) fn is_two_part_slice(&self, slice: &Expr<'_>) -> bool {
        match &slice.kind {
            _ if self.target.operation(Op::BINARY_SLICE).is_none() => false,
            ExprKind::Slice { lower, upper, step: None } => {
                !self.target.features.slice_constants
                    || constant(lower.as_deref()).is_none()
                    || constant(upper.as_deref()).is_none()
            }
            _ => false,
        }
    }

    /// Emits a bound of a slice, `None` if it is absent (`codegen_slice_two_parts`).
    fn bound(&mut self, bound: Option<&Expr<'_>>, location: Location) -> CodegenResult<()> {
        match bound {
            Some(bound) => self.visit_expr(bound),
            None => {
                self.load_const(&Constant::None, location);
                Ok(())
            }
        }
    }
}

/// Returns the constant that is a part of a slice, `None` for an absent part.
fn constant<'a>(part: Option<&Expr<'a>>) -> Option<Constant<'a>> {
    match part.map(|part| &part.kind) {
        None => Some(Constant::None),
        Some(ExprKind::Constant(value)) => Some(*value),
        Some(_) => None,
    }
}
