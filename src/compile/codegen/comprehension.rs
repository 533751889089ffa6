//! Comprehensions, inlined (PEP 709) or as a function of their own, and generator expressions.

use super::scope::Counts;
use super::{Block, Codegen, Result, UnitKind};
use crate::compile::symtable::ScopeRole;
use crate::syntax::ast::{ComprehensionExpr, ComprehensionKind, Constant, Expr, ExprKind};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    pub(super) fn comprehension(&mut self, expr: &ComprehensionExpr<'_>, location: Location) -> Result<()> {
        let id = self.find_scope(expr.id, ScopeRole::Own)?;
        let scope = self.symbols.scope(id);
        let (is_inlined, is_async) = (scope.comp_inlined, scope.coroutine);
        if is_inlined {
            self.comprehension_iterator(expr)?;
            let state = self.enter_inlined(id, location);
            self.build_collection(expr, location, true);
            self.comprehension_clause(expr, 0, 0, true, location)?;
            self.leave_inlined(state, location);
            return Ok(());
        }
        let name = self.intern(match expr.kind {
            ComprehensionKind::List => "<listcomp>",
            ComprehensionKind::Set => "<setcomp>",
            ComprehensionKind::Dict => "<dictcomp>",
            ComprehensionKind::Generator => "<genexpr>",
        });
        let counts = Counts { args: 1, ..Counts::default() };
        self.enter_scope(id, UnitKind::Comprehension, name, location.line, None, counts);
        self.build_collection(expr, location, false);
        self.comprehension_clause(expr, 0, 0, false, location)?;
        if expr.kind == ComprehensionKind::Generator {
            self.wrap_in_stop_iteration_handler();
        } else {
            self.emit(Op::RETURN_VALUE, location);
        }
        let code = self.finish_unit(true)?;
        self.make_closure(code, 0, location);
        self.comprehension_iterator(expr)?;
        self.emit_arg(Op::CALL, 0, location);
        if is_async && expr.kind != ComprehensionKind::Generator {
            self.emit_await(0, location);
        }
        Ok(())
    }

    /// The iterator of the first clause, evaluated in the enclosing scope.
    fn comprehension_iterator(&mut self, expr: &ComprehensionExpr<'_>) -> Result<()> {
        let Some(first) = expr.generators.first() else { return Ok(()) };
        self.visit_expr(&first.iter)?;
        self.emit(if first.is_async { Op::GET_AITER } else { Op::GET_ITER }, first.iter.location);
        Ok(())
    }

    fn build_collection(&mut self, expr: &ComprehensionExpr<'_>, location: Location, is_inlined: bool) {
        let build = match expr.kind {
            ComprehensionKind::List => Op::BUILD_LIST,
            ComprehensionKind::Set => Op::BUILD_SET,
            ComprehensionKind::Dict => Op::BUILD_MAP,
            ComprehensionKind::Generator => return,
        };
        self.emit_arg(build, 0, location);
        if is_inlined {
            self.emit_arg(Op::SWAP, 2, location);
        }
    }

    /// Clause `index` and all after it; `depth` iterators lie between it and the collection.
    fn comprehension_clause(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        depth: u32,
        iterator_on_stack: bool,
        location: Location,
    ) -> Result<()> {
        if expr.generators[index].is_async {
            self.async_clause(expr, index, depth, iterator_on_stack, location)
        } else {
            self.sync_clause(expr, index, depth, iterator_on_stack, location)
        }
    }

    fn sync_clause(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        mut depth: u32,
        iterator_on_stack: bool,
        location: Location,
    ) -> Result<()> {
        let clause = &expr.generators[index];
        let start = self.new_label();
        let if_cleanup = self.new_label();
        let anchor = self.new_label();
        let mut is_loop = true;
        if !iterator_on_stack {
            if index == 0 {
                self.emit_arg(Op::LOAD_FAST, 0, location);
            } else if let Some(only) = single_element(&clause.iter) {
                // `for y in [f(x)]` is an assignment.
                self.visit_expr(only)?;
                is_loop = false;
            } else {
                self.visit_expr(&clause.iter)?;
                self.emit(Op::GET_ITER, clause.iter.location);
            }
        }
        if is_loop {
            depth += 1;
            self.use_label(start);
            self.emit_jump(Op::FOR_ITER, anchor, clause.iter.location);
        }
        self.visit_expr(&clause.target)?;
        for condition in &*clause.ifs {
            self.jump_if(condition, if_cleanup, false)?;
        }
        let element = self.clause_body(expr, index, depth, location)?;
        self.use_label(if_cleanup);
        if is_loop {
            self.emit_jump(Op::JUMP, start, element);
            self.use_label(anchor);
            self.emit(Op::END_FOR, Location::NONE);
            self.emit(Op::POP_ITER, Location::NONE);
        }
        Ok(())
    }

    fn async_clause(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        depth: u32,
        iterator_on_stack: bool,
        location: Location,
    ) -> Result<()> {
        let clause = &expr.generators[index];
        let start = self.new_label();
        let send = self.new_label();
        let except = self.new_label();
        let if_cleanup = self.new_label();
        if !iterator_on_stack {
            if index == 0 {
                self.emit_arg(Op::LOAD_FAST, 0, location);
            } else {
                self.visit_expr(&clause.iter)?;
                self.emit(Op::GET_AITER, clause.iter.location);
            }
        }
        self.use_label(start);
        self.push_block(Block::AsyncComprehension, location)?;
        self.emit_jump(Op::SETUP_FINALLY, except, location);
        self.emit(Op::GET_ANEXT, location);
        self.load_const(&Constant::None, location);
        self.use_label(send);
        self.emit_send_loop(location, true);
        self.emit(Op::POP_BLOCK, location);
        self.visit_expr(&clause.target)?;
        for condition in &*clause.ifs {
            self.jump_if(condition, if_cleanup, false)?;
        }
        let element = self.clause_body(expr, index, depth + 1, location)?;
        self.use_label(if_cleanup);
        self.emit_jump(Op::JUMP, start, element);
        self.pop_block();
        self.use_label(except);
        self.emit_jump(Op::END_ASYNC_FOR, send, location);
        Ok(())
    }

    /// What is inside the loop of clause `index`: the next clause or the element. Returns where the loop's jump stands.
    fn clause_body(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        depth: u32,
        location: Location,
    ) -> Result<Location> {
        let element = &expr.element;
        if index + 1 < expr.generators.len() {
            self.comprehension_clause(expr, index + 1, depth, false, location)?;
            return Ok(element.location);
        }
        self.visit_expr(element)?;
        let mut at = element.location;
        match (expr.kind, &expr.value) {
            (ComprehensionKind::Generator, _) => {
                self.emit_yield(at);
                self.emit(Op::POP_TOP, at);
            }
            (ComprehensionKind::List, _) => self.emit_arg(Op::LIST_APPEND, depth + 1, at),
            (ComprehensionKind::Set, _) => self.emit_arg(Op::SET_ADD, depth + 1, at),
            (ComprehensionKind::Dict, Some(value)) => {
                self.visit_expr(value)?;
                at = at.to(value.location);
                self.emit_arg(Op::MAP_ADD, depth + 1, at);
            }
            (ComprehensionKind::Dict, None) => self.emit_arg(Op::DICT_UPDATE, depth + 1, at),
        }
        Ok(at)
    }
}

/// The element of a list or tuple display that has no other.
fn single_element<'e, 'a>(expr: &'e Expr<'a>) -> Option<&'e Expr<'a>> {
    match &expr.kind {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => match &**elts {
            [only] if !matches!(only.kind, ExprKind::Starred { .. }) => Some(only),
            _ => None,
        },
        _ => None,
    }
}
