//! Annotations: evaluated in `__annotate__` functions (PEP 649, PEP 749) or kept as text (PEP 563).
//!
//! CPython: `Python/codegen.c`.

use super::closure::function_flag;
use super::scope::Counts;
use super::{Codegen, CodegenResult, Deferred, UnitKind};
use crate::compile::symtable::{ScopeId, ScopeRole, mangle};
use crate::compile::unparse;
use crate::syntax::ast::{
    Arg, CompareOperator, Constant, Expr, ExprContext, ExprKind, FunctionDef, Stmt, StmtKind,
};
use crate::syntax::{ErrorType, SyntaxError};
use crate::target::Op;
use crate::text::{Location, Name};

/// `annotationlib.Format.VALUE_WITH_FAKE_GLOBALS`, the highest format that a generated
/// `__annotate__` supports.
const FORMAT_VALUE_WITH_FAKE_GLOBALS: i64 = 2;

/// `LOAD_COMMON_CONSTANT` operand of `NotImplementedError`.
const NOT_IMPLEMENTED_ERROR: u32 = 1;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits an annotated assignment (`codegen_annassign`).
    pub(super) fn annotated_assignment(&mut self, statement: &'a Stmt<'ast>) -> CodegenResult<()> {
        let StmtKind::AnnAssign { target, annotation, value, simple } = &statement.kind else {
            return Ok(());
        };
        if let Some(value) = value {
            self.visit_expr(value)?;
            self.visit_expr(target)?;
        }
        self.annotated_target(statement, target, value.is_none())?;
        let is_evaluated = !*simple
            && !self.target.features.deferred_annotations
            && !self.future.annotations()
            && matches!(self.unit.kind, UnitKind::Module | UnitKind::Class);
        if is_evaluated { self.evaluate(annotation) } else { Ok(()) }
    }

    /// Stores the annotation of a simple name, or evaluates the parts of a target without a value
    /// (`codegen_annassign`).
    fn annotated_target(
        &mut self,
        statement: &'a Stmt<'ast>,
        target: &Expr<'_>,
        without_value: bool,
    ) -> CodegenResult<()> {
        let StmtKind::AnnAssign { annotation, simple, .. } = &statement.kind else { return Ok(()) };
        let location = statement.location;
        match &target.kind {
            ExprKind::Name { id, .. } => {
                self.check_name(*id, ExprContext::Store, location)?;
                let is_stored = *simple && matches!(self.unit.kind, UnitKind::Module | UnitKind::Class);
                if is_stored && (self.future.annotations() || !self.target.features.deferred_annotations) {
                    if self.future.annotations() {
                        self.text_annotation(annotation)?;
                    } else {
                        self.visit_expr(annotation)?;
                    }
                    let annotations = self.intern("__annotations__");
                    self.emit_name(Op::LOAD_NAME, annotations, location);
                    self.load_mangled_const(*id, location);
                    self.emit(Op::STORE_SUBSCR, location);
                } else if is_stored {
                    self.defer_annotation(statement)?;
                }
                Ok(())
            }
            ExprKind::Attribute { value: base, attr, .. } => {
                self.check_name(*attr, ExprContext::Store, location)?;
                if without_value { self.evaluate(base) } else { Ok(()) }
            }
            ExprKind::Subscript { value: base, slice, .. } if without_value => {
                self.evaluate(base)?;
                self.evaluate_index(slice)
            }
            ExprKind::Subscript { .. } => Ok(()),
            _ => Err(SyntaxError::of(
                ErrorType::System,
                "invalid node type for annotated assignment",
                location,
            )),
        }
    }

    /// Evaluates an expression for its side effects (`codegen_check_ann_expr`).
    fn evaluate(&mut self, expr: &Expr<'_>) -> CodegenResult<()> {
        self.visit_expr(expr)?;
        self.emit(Op::POP_TOP, self.here_or(expr.location));
        Ok(())
    }

    /// Evaluates the parts of a subscript (`codegen_check_ann_subscr`).
    fn evaluate_index(&mut self, index: &Expr<'_>) -> CodegenResult<()> {
        match &index.kind {
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().try_for_each(|part| self.evaluate(part))
            }
            ExprKind::Tuple { elts, .. } => elts.iter().try_for_each(|element| self.evaluate_index(element)),
            _ => self.evaluate(index),
        }
    }

    /// Records an annotation to be evaluated in `__annotate__`
    /// (`_PyCompile_AddDeferredAnnotation`).
    fn defer_annotation(&mut self, statement: &'a Stmt<'ast>) -> CodegenResult<()> {
        let location = statement.location;
        let is_class = self.unit.kind == UnitKind::Class;
        let is_conditional = !is_class || self.unit.conditional_depth > 0;
        let condition = is_conditional.then_some(self.unit.conditions);
        self.unit.deferred.push(Deferred { statement, condition });
        let Some(condition) = condition else { return Ok(()) };
        self.unit.conditions += 1;
        let name = self.intern("__conditional_annotations__");
        if is_class {
            let index = self.captured_index(name)?;
            self.emit_arg(Op::LOAD_DEREF, index, location);
        } else {
            self.emit_name(Op::LOAD_NAME, name, location);
        }
        self.load_const(&Constant::Int(condition), location);
        self.emit_arg(Op::SET_ADD, 1, location);
        self.emit(Op::POP_TOP, location);
        Ok(())
    }

    /// Emits `__annotate__` for the current module or class and stores it
    /// (`codegen_process_deferred_annotations`).
    pub(super) fn deferred_annotations(&mut self, location: Location) -> CodegenResult<()> {
        if self.unit.deferred.is_empty() {
            return Ok(());
        }
        let deferred = std::mem::take(&mut self.unit.deferred);
        let kind = self.unit.kind;
        let is_module = kind == UnitKind::Module;
        // A module makes its `__annotate__` before its body.
        let body = is_module.then(|| std::mem::take(self.sequence()));
        let scope = self.scope().annotations.ok_or_else(|| {
            SyntaxError::of(
                ErrorType::System,
                "annotations without scope (this is a bug in pycompile)",
                location,
            )
        })?;
        self.enter_annotations(scope, self.symbols.scope(scope).name, location);
        self.emit_arg(Op::BUILD_MAP, 0, location);
        for annotation in &deferred {
            self.deferred_annotation(*annotation, kind, location)?;
        }
        self.leave_annotations(location)?;
        let name = self.intern(if is_module { "__annotate__" } else { "__annotate_func__" });
        self.name_op(name, ExprContext::Store, location)?;
        if let Some(body) = body {
            let code = std::mem::replace(self.sequence(), body);
            self.sequence().insert_at_place(code.instructions);
        }
        Ok(())
    }

    /// Emits one deferred annotation (`codegen_deferred_annotations_body`).
    fn deferred_annotation(
        &mut self,
        deferred: Deferred<'a, 'ast>,
        outer: UnitKind,
        location: Location,
    ) -> CodegenResult<()> {
        let StmtKind::AnnAssign { target, annotation, .. } = &deferred.statement.kind else { return Ok(()) };
        let ExprKind::Name { id, .. } = target.kind else { return Ok(()) };
        let at = deferred.statement.location;
        let not_set = self.new_label();
        if let Some(condition) = deferred.condition {
            self.load_const(&Constant::Int(condition), at);
            let set = self.intern("__conditional_annotations__");
            if outer == UnitKind::Class {
                let index = self.late_free_index(set);
                self.emit_arg(Op::LOAD_DEREF, index, at);
            } else {
                self.emit_name(Op::LOAD_GLOBAL, set, at);
            }
            self.emit_arg(Op::CONTAINS_OP, 0, at);
            self.emit_jump(Op::POP_JUMP_IF_FALSE, not_set, at);
        }
        self.visit_expr(annotation)?;
        self.emit_arg(Op::COPY, 2, at);
        let name = mangle(self.unit.private, id, self.names);
        let text = if name == id { self.name_constant(id) } else { self.new_text(name) };
        self.load_const_id(text, at);
        self.emit(Op::STORE_SUBSCR, location);
        self.use_label(not_set);
        Ok(())
    }

    /// Enters a function whose parameter is an annotation format
    /// (`codegen_setup_annotations_scope`).
    pub(super) fn enter_annotations(&mut self, scope: ScopeId, name: Name, location: Location) {
        let has_format = self.target.features.deferred_annotations;
        let counts = Counts { posonly: u32::from(has_format), ..Counts::default() };
        self.enter_scope(scope, UnitKind::Annotations, name, location.line(), None, counts);
        if !has_format {
            return;
        }
        let body = self.new_label();
        self.emit_arg(Op::LOAD_FAST, 0, location);
        self.load_const(&Constant::Int(FORMAT_VALUE_WITH_FAKE_GLOBALS), location);
        self.compare_op(CompareOperator::Gt, location);
        self.emit_jump(Op::POP_JUMP_IF_FALSE, body, location);
        self.emit_arg(Op::LOAD_COMMON_CONSTANT, NOT_IMPLEMENTED_ERROR, location);
        self.emit_arg(Op::RAISE_VARARGS, 1, location);
        self.use_label(body);
    }

    /// Leaves an `__annotate__` scope and makes the function (`codegen_leave_annotations_scope`).
    fn leave_annotations(&mut self, location: Location) -> CodegenResult<()> {
        self.emit(Op::RETURN_VALUE, location);
        self.unit.code.is_annotate = true;
        let code = self.finish_unit(true)?;
        self.make_closure(code, 0, location)?;
        Ok(())
    }

    /// Emits the `__annotate__` of a function, if it has annotations, and returns its function flag
    /// (`codegen_function_annotations`).
    pub(super) fn function_annotations(
        &mut self,
        function: &FunctionDef<'_>,
        location: Location,
    ) -> CodegenResult<u32> {
        if !self.target.features.deferred_annotations {
            let count = self.annotation_pairs(function, location)?;
            if count > 0 {
                self.emit_arg(Op::BUILD_TUPLE, 2 * count, location);
            }
            return Ok(if count > 0 { function_flag::ANNOTATIONS } else { 0 });
        }
        let scope = self.symbols.find(function.id, ScopeRole::Annotations);
        let Some(scope) = scope.filter(|scope| self.symbols.scope(*scope).annotations_used) else {
            return Ok(0);
        };
        self.enter_annotations(scope, self.symbols.scope(scope).name, location);
        let in_generic_of_module = self.stack.len() == 2 && self.stack[1].kind == UnitKind::Annotations;
        if self.target.features.annotate_below_function && !in_generic_of_module {
            let name = format!("{}.__annotate__", self.name_text(function.name));
            let name = self.intern(&name);
            self.unit.code.qualname = self.qualified_name(name);
        }
        let count = self.annotation_pairs(function, location)?;
        self.emit_arg(Op::BUILD_MAP, count, location);
        self.leave_annotations(location)?;
        Ok(function_flag::ANNOTATE)
    }

    /// Emits the names and annotations of a function and returns the number of pairs
    /// (`codegen_annotations_in_scope`).
    fn annotation_pairs(&mut self, function: &FunctionDef<'_>, location: Location) -> CodegenResult<u32> {
        let args = &function.args;
        let mut count = 0;
        let mut positional = [args.args, args.posonlyargs];
        if self.target.features.annotate_positional_first {
            positional.reverse();
        }
        for parameters in [
            positional[0],
            positional[1],
            args.vararg.map_or(&[], std::slice::from_ref),
            args.kwonlyargs,
            args.kwarg.map_or(&[], std::slice::from_ref),
        ] {
            for Arg { arg, annotation, .. } in parameters {
                if let Some(annotation) = annotation {
                    self.function_annotation(*arg, annotation, location)?;
                    count += 1;
                }
            }
        }
        if let Some(returns) = &function.returns {
            let name = self.intern("return");
            self.function_annotation(name, returns, location)?;
            count += 1;
        }
        Ok(count)
    }

    /// Emits one annotation of a function (`codegen_argannotation`).
    fn function_annotation(
        &mut self,
        name: Name,
        annotation: &Expr<'_>,
        location: Location,
    ) -> CodegenResult<()> {
        self.load_mangled_const(name, location);
        if self.future.annotations() {
            return self.text_annotation(annotation);
        }
        self.unpacked(annotation, location)
    }

    /// Emits an annotation, of which `*Ts` is unpacked to its only element
    /// (`codegen_argannotation`).
    pub(super) fn unpacked(&mut self, expr: &Expr<'_>, location: Location) -> CodegenResult<()> {
        let ExprKind::Starred { value, .. } = &expr.kind else { return self.visit_expr(expr) };
        self.visit_expr(value)?;
        self.emit_arg(Op::UNPACK_SEQUENCE, 1, location);
        Ok(())
    }

    /// Loads an annotation as text (`codegen_visit_annexpr`).
    fn text_annotation(&mut self, annotation: &Expr<'_>) -> CodegenResult<()> {
        let text = unparse::expression(annotation, self.names, self.unicode_strings, self.target)?;
        let id = self.constants.add_text(&text);
        self.load_const_id(id, self.here_or(annotation.location));
        Ok(())
    }

    /// Stores an empty `__conditional_annotations__`, if the current module or class needs one.
    pub(super) fn conditional_annotations(&mut self, location: Location) -> CodegenResult<()> {
        if !self.scope().has_conditional_annotations {
            return Ok(());
        }
        self.emit_arg(Op::BUILD_SET, 0, location);
        let name = self.intern("__conditional_annotations__");
        if self.unit.kind == UnitKind::Class {
            let index = self.captured_index(name)?;
            self.emit_arg(Op::STORE_DEREF, index, location);
        } else {
            self.emit_name(Op::STORE_NAME, name, location);
        }
        Ok(())
    }
}
