//! Lists, tuples, sets, dicts and unpacking targets.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult, STACK_USE_GUIDELINE};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Expr, ExprContext, ExprKind};
use crate::target::Op;
use crate::text::{Location, Name};

/// `CALL_INTRINSIC_1` operand that converts a list to a tuple.
pub(super) const INTRINSIC_LIST_TO_TUPLE: u32 = 6;

/// Instructions that build one kind of collection.
#[derive(Clone, Copy)]
pub(super) struct Build {
    build: Op,
    add: Op,
    extend: Op,
    is_tuple: bool,
}

impl Build {
    pub(super) const LIST: Self =
        Self { build: Op::BUILD_LIST, add: Op::LIST_APPEND, extend: Op::LIST_EXTEND, is_tuple: false };
    pub(super) const TUPLE: Self = Self { is_tuple: true, ..Self::LIST };
    const SET: Self =
        Self { build: Op::BUILD_SET, add: Op::SET_ADD, extend: Op::SET_UPDATE, is_tuple: false };
}

impl Codegen<'_, '_> {
    /// Emits a list display or unpacks to one (`codegen_list`).
    pub(super) fn list(
        &mut self,
        elements: &[Expr<'_>],
        ctx: ExprContext,
        location: Location,
    ) -> CodegenResult<()> {
        match ctx {
            ExprContext::Load => self.collection(elements, None, 0, Build::LIST, location),
            ExprContext::Store => self.unpack_targets(elements, location),
            ExprContext::Del => self.visit_exprs(elements),
        }
    }

    /// Emits a tuple display or unpacks to one (`codegen_tuple`).
    pub(super) fn tuple(
        &mut self,
        elements: &[Expr<'_>],
        ctx: ExprContext,
        location: Location,
    ) -> CodegenResult<()> {
        match ctx {
            ExprContext::Load => self.collection(elements, None, 0, Build::TUPLE, location),
            ExprContext::Store => self.unpack_targets(elements, location),
            ExprContext::Del => self.visit_exprs(elements),
        }
    }

    /// Emits a set display (`codegen_set`).
    pub(super) fn set(&mut self, elements: &[Expr<'_>], location: Location) -> CodegenResult<()> {
        self.collection(elements, None, 0, Build::SET, location)
    }

    /// Emits a collection of `pushed` values on the stack, `elements` and the name `injected`
    /// (`starunpack_helper_impl`).
    pub(super) fn collection(
        &mut self,
        elements: &[Expr<'_>],
        injected: Option<Name>,
        pushed: u32,
        how: Build,
        location: Location,
    ) -> CodegenResult<()> {
        let count = elements.len() as u32 + u32::from(injected.is_some()) + pushed;
        let is_big = count as usize > STACK_USE_GUIDELINE;
        if self.constant_collection(elements, injected, pushed, how, location) {
            return Ok(());
        }
        let has_star = elements.iter().any(|element| matches!(element.kind, ExprKind::Starred { .. }));
        if !has_star && !is_big {
            self.visit_exprs(elements)?;
            if let Some(name) = injected {
                self.name_op(name, ExprContext::Load, location)?;
            }
            self.emit_arg(if how.is_tuple { Op::BUILD_TUPLE } else { how.build }, count, location);
            return Ok(());
        }
        let mut is_built = is_big;
        if is_big {
            self.emit_arg(how.build, pushed, location);
        }
        for (index, element) in elements.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = &element.kind {
                if !is_built {
                    self.emit_arg(how.build, index as u32 + pushed, location);
                    is_built = true;
                }
                self.visit_expr(value)?;
                self.emit_arg(how.extend, 1, location);
            } else {
                self.visit_expr(element)?;
                if is_built {
                    self.emit_arg(how.add, 1, location);
                }
            }
        }
        if let Some(name) = injected {
            self.name_op(name, ExprContext::Load, location)?;
            self.emit_arg(how.add, 1, location);
        }
        if how.is_tuple {
            self.emit_intrinsic(Op::LIST_TO_TUPLE, INTRINSIC_LIST_TO_TUPLE, location);
        }
        Ok(())
    }

    /// Emits a display of three or more constants from one constant, up to CPython 3.13
    /// (`starunpack_helper_impl`).
    ///
    /// Returns false if the display is not constant.
    fn constant_collection(
        &mut self,
        elements: &[Expr<'_>],
        injected: Option<Name>,
        pushed: u32,
        how: Build,
        location: Location,
    ) -> bool {
        if !self.target.features.fold_in_tree || elements.len() < 3 || injected.is_some() {
            return false;
        }
        let constants = elements.iter().map(|element| match &element.kind {
            ExprKind::Constant(constant) => Some(constant),
            _ => None,
        });
        let Some(constants) = constants.collect::<Option<Vec<_>>>() else { return false };
        let folded = if how.add == Op::SET_ADD {
            self.set_constant(constants)
        } else {
            self.tuple_constant(constants)
        };
        if how.is_tuple && pushed == 0 {
            self.load_const_id(folded, location);
            return true;
        }
        self.emit_arg(how.build, pushed, location);
        self.load_const_id(folded, location);
        self.emit_arg(how.extend, 1, location);
        if how.is_tuple {
            self.emit_intrinsic(Op::LIST_TO_TUPLE, INTRINSIC_LIST_TO_TUPLE, location);
        }
        true
    }

    /// Unpacks the top of the stack to targets (`assignment_helper`).
    fn unpack_targets(&mut self, targets: &[Expr<'_>], location: Location) -> CodegenResult<()> {
        let mut has_star = false;
        for (index, target) in targets.iter().enumerate() {
            if !matches!(target.kind, ExprKind::Starred { .. }) {
                continue;
            }
            if has_star {
                return Err(SyntaxError::new("multiple starred expressions in assignment", location));
            }
            let after = targets.len() - index - 1;
            if index >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                return Err(SyntaxError::new("too many expressions in star-unpacking assignment", location));
            }
            self.emit_arg(Op::UNPACK_EX, (index | after << 8) as u32, location);
            has_star = true;
        }
        if !has_star {
            self.emit_arg(Op::UNPACK_SEQUENCE, targets.len() as u32, location);
        }
        targets.iter().try_for_each(|target| match &target.kind {
            ExprKind::Starred { value, .. } => self.visit_expr(value),
            _ => self.visit_expr(target),
        })
    }

    /// Emits a dict display (`codegen_dict`).
    pub(super) fn dict(
        &mut self,
        keys: &[Option<Expr<'_>>],
        values: &[Expr<'_>],
        location: Location,
    ) -> CodegenResult<()> {
        let mut has_dict = false;
        // Number of pairs before `index` that are not emitted yet.
        let mut pending = 0;
        for index in 0..values.len() {
            if keys[index].is_none() {
                if pending > 0 {
                    self.dict_part(&keys[index - pending..index], &values[index - pending..index], location)?;
                    if has_dict {
                        self.emit_arg(Op::DICT_UPDATE, 1, location);
                    }
                    has_dict = true;
                    pending = 0;
                }
                if !has_dict {
                    self.emit_arg(Op::BUILD_MAP, 0, location);
                    has_dict = true;
                }
                self.visit_expr(&values[index])?;
                self.emit_arg(Op::DICT_UPDATE, 1, location);
            } else if pending * 2 > STACK_USE_GUIDELINE {
                self.dict_part(&keys[index - pending..=index], &values[index - pending..=index], location)?;
                if has_dict {
                    self.emit_arg(Op::DICT_UPDATE, 1, location);
                }
                has_dict = true;
                pending = 0;
            } else {
                pending += 1;
            }
        }
        if pending > 0 {
            let start = values.len() - pending;
            self.dict_part(&keys[start..], &values[start..], location)?;
            if has_dict {
                self.emit_arg(Op::DICT_UPDATE, 1, location);
            }
            has_dict = true;
        }
        if !has_dict {
            self.emit_arg(Op::BUILD_MAP, 0, location);
        }
        Ok(())
    }

    /// Emits a dict display without unpacking (`codegen_subdict`).
    fn dict_part(
        &mut self,
        keys: &[Option<Expr<'_>>],
        values: &[Expr<'_>],
        location: Location,
    ) -> CodegenResult<()> {
        let is_big = values.len() * 2 > STACK_USE_GUIDELINE;
        if self.target.features.const_key_maps && values.len() > 1 && !is_big {
            let constants = keys.iter().map(|key| match key.as_ref().map(|key| &key.kind) {
                Some(ExprKind::Constant(constant)) => Some(constant),
                _ => None,
            });
            if let Some(constants) = constants.collect::<Option<Vec<_>>>() {
                self.visit_exprs(values)?;
                let keys = self.tuple_constant(constants);
                self.load_const_id(keys, location);
                self.emit_arg(Op::BUILD_CONST_KEY_MAP, values.len() as u32, location);
                return Ok(());
            }
        }
        if is_big {
            self.emit_arg(Op::BUILD_MAP, 0, location);
        }
        for (key, value) in keys.iter().zip(values) {
            if let Some(key) = key {
                self.visit_expr(key)?;
            }
            self.visit_expr(value)?;
            if is_big {
                self.emit_arg(Op::MAP_ADD, 1, location);
            }
        }
        if !is_big {
            self.emit_arg(Op::BUILD_MAP, values.len() as u32, location);
        }
        Ok(())
    }
}
