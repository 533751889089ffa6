//! Statements.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult, docstring};
use crate::compile::constants::ConstId;
use crate::compile::future;
use crate::syntax::ast::{Expr, ExprContext, ExprKind, Operator, Stmt, StmtKind};
use crate::syntax::{ErrorType, SyntaxError};
use crate::target::Op;
use crate::text::Location;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Compiles the body of a module or class, with its docstring and annotations (`codegen_body`).
    pub(super) fn visit_annotated_body(
        &mut self,
        mut body: &'a [Stmt<'ast>],
        location: Location,
    ) -> CodegenResult<()> {
        let is_eager = self.future.annotations() || !self.target.features.deferred_annotations;
        if is_eager && self.scope().annotations_used {
            self.emit(Op::SETUP_ANNOTATIONS, location);
        }
        if self.scope().has_docstring
            && let Some((first, rest)) = body.split_first()
            && let StmtKind::Expr(value) = &first.kind
            && let Some(text) = future::docstring(body)
        {
            if self.keeps_docstrings() {
                let id = self.docstring_constant(text)?;
                self.load_const_id(id, value.location);
                let name = self.intern("__doc__");
                self.name_op(name, ExprContext::Store, Location::NONE)?;
            }
            if self.keeps_docstrings() || !self.target.features.dropped_docstring_leaves_line {
                body = rest;
            }
        }
        self.visit_body(body)?;
        if is_eager { Ok(()) } else { self.deferred_annotations(location) }
    }

    /// Returns whether docstrings are kept. At level 2 they are dropped here if the syntax tree
    /// still has them.
    pub(super) fn keeps_docstrings(&self) -> bool {
        self.optimize < 2 || self.target.features.docstrings_leave_tree
    }

    /// Returns the constant for a docstring.
    pub(super) fn docstring_constant(&mut self, text: &[u8]) -> CodegenResult<ConstId> {
        if !self.target.features.clean_docstrings {
            return Ok(self.constants.add_text(text));
        }
        let text = docstring::clean(text)?;
        Ok(self.constants.add_text(&text))
    }

    /// Emits statements in order.
    pub(super) fn visit_body(&mut self, body: &'a [Stmt<'ast>]) -> CodegenResult<()> {
        body.iter().try_for_each(|statement| self.visit_stmt(statement))
    }

    /// Emits a statement (`codegen_visit_stmt`).
    fn visit_stmt(&mut self, statement: &'a Stmt<'ast>) -> CodegenResult<()> {
        self.ask();
        let is_conditional = matches!(
            statement.kind,
            StmtKind::For(_)
                | StmtKind::While { .. }
                | StmtKind::If { .. }
                | StmtKind::Match { .. }
                | StmtKind::Try(_)
                | StmtKind::With(_)
        );
        self.unit.conditional_depth += u32::from(is_conditional);
        self.statement(statement)?;
        self.unit.conditional_depth -= u32::from(is_conditional);
        Ok(())
    }

    /// Emits a statement, regardless of what is conditional (`codegen_visit_stmt`).
    fn statement(&mut self, statement: &'a Stmt<'ast>) -> CodegenResult<()> {
        let location = statement.location;
        self.set_here(location);
        match &statement.kind {
            StmtKind::FunctionDef(function) => self.function(function, location),
            StmtKind::ClassDef(class) => self.class(class, location),
            StmtKind::Return(value) => self.return_statement(value.as_deref(), location),
            StmtKind::Expr(value) => {
                if matches!(value.kind, ExprKind::Constant(_)) {
                    self.emit(Op::NOP, location);
                    return Ok(());
                }
                self.visit_expr(value)?;
                self.emit(Op::POP_TOP, Location::NONE);
                self.set_here(Location::NONE);
                Ok(())
            }
            StmtKind::Pass => {
                self.emit(Op::NOP, location);
                Ok(())
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => Ok(()),
            StmtKind::Delete(targets) => self.visit_exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.visit_expr(value)?;
                for (index, target) in targets.iter().enumerate() {
                    if index + 1 < targets.len() {
                        self.emit_arg(Op::COPY, 1, location);
                    }
                    self.visit_expr(target)?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.aug_assign(target, *op, value, location),
            StmtKind::Raise { exc, cause } => {
                let mut count = 0;
                for value in [exc, cause].into_iter().flatten() {
                    self.visit_expr(value)?;
                    count += 1;
                }
                self.emit_arg(Op::RAISE_VARARGS, count, location);
                Ok(())
            }
            StmtKind::TypeAlias(alias) => self.type_alias(alias, location),
            StmtKind::AnnAssign { .. } => self.annotated_assignment(statement),
            StmtKind::For(statement) => self.for_statement(statement, location),
            StmtKind::While { test, body, orelse } => self.while_statement(test, body, orelse, location),
            StmtKind::If { test, body, orelse } => self.if_statement(test, body, orelse),
            StmtKind::With(statement) => {
                if statement.is_async {
                    self.check_async("async with", location)?;
                }
                self.with_statement(statement, 0, location)
            }
            StmtKind::Match { subject, cases } => self.match_statement(subject, cases),
            StmtKind::Try(statement) => self.try_statement(statement, location),
            StmtKind::Assert { test, msg } => self.assertion(test, msg.as_deref(), location),
            StmtKind::Import { names, is_lazy } => self.import(names, *is_lazy, location),
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                self.import_from(*module, names, *level, *is_lazy, location)
            }
            StmtKind::Break => self.break_statement(location),
            StmtKind::Continue => self.continue_statement(location),
        }
    }

    /// Emits an `if` statement (`codegen_if`).
    fn if_statement(
        &mut self,
        test: &Expr<'_>,
        body: &'a [Stmt<'ast>],
        orelse: &'a [Stmt<'ast>],
    ) -> CodegenResult<()> {
        let end = self.new_label();
        let next = if orelse.is_empty() { end } else { self.new_label() };
        self.jump_if(test, next, false)?;
        self.visit_body(body)?;
        if !orelse.is_empty() {
            self.emit_join(end);
            self.use_label(next);
            self.visit_body(orelse)?;
        }
        self.use_label(end);
        Ok(())
    }

    /// Emits an augmented assignment (`codegen_augassign`).
    fn aug_assign(
        &mut self,
        target: &Expr<'_>,
        op: Operator,
        value: &Expr<'_>,
        location: Location,
    ) -> CodegenResult<()> {
        let at = target.location;
        self.set_here(at);
        match &target.kind {
            ExprKind::Attribute { value: base, attr, .. } => {
                self.visit_expr(base)?;
                self.emit_arg(Op::COPY, 1, at);
                let at = self.attribute_location(at, at, *attr);
                self.set_here(at);
                self.load_attr(*attr, at);
                self.visit_expr(value)?;
                self.binary_op(op, true, location);
                self.emit_arg(Op::SWAP, 2, at);
                self.emit_name(Op::STORE_ATTR, *attr, at);
                Ok(())
            }
            ExprKind::Subscript { value: base, slice, .. } if self.is_two_part_slice(slice) => {
                self.visit_expr(base)?;
                self.slice_parts(slice)?;
                for _ in 0..3 {
                    self.emit_arg(Op::COPY, 3, at);
                }
                self.emit(Op::BINARY_SLICE, at);
                self.visit_expr(value)?;
                self.binary_op(op, true, location);
                for depth in [4, 3, 2] {
                    self.emit_arg(Op::SWAP, depth, at);
                }
                self.emit(Op::STORE_SLICE, at);
                Ok(())
            }
            ExprKind::Subscript { value: base, slice, .. } => {
                self.visit_expr(base)?;
                self.visit_expr(slice)?;
                self.emit_arg(Op::COPY, 2, at);
                self.emit_arg(Op::COPY, 2, at);
                self.item(at);
                self.visit_expr(value)?;
                self.binary_op(op, true, location);
                self.emit_arg(Op::SWAP, 3, at);
                self.emit_arg(Op::SWAP, 2, at);
                self.emit(Op::STORE_SUBSCR, at);
                Ok(())
            }
            ExprKind::Name { id, .. } => {
                self.name_op(*id, ExprContext::Load, at)?;
                self.visit_expr(value)?;
                self.binary_op(op, true, location);
                self.name_op(*id, ExprContext::Store, at)
            }
            _ => Err(SyntaxError::of(ErrorType::System, "invalid node type for augmented assignment", at)),
        }
    }
}
