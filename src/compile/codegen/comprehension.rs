//! Generator expressions and comprehensions, which are inlined (PEP 709) or functions of their own.
//!
//! CPython: `Python/codegen.c`.

use super::scope::Counts;
use super::{Codegen, CodegenResult, FrameBlock, UnitKind};
use crate::compile::symtable::ScopeRole;
use crate::syntax::ast::{ComprehensionExpr, ComprehensionKind, Expr, ExprKind};
use crate::target::Op;
use crate::text::Location;

impl Codegen<'_, '_> {
    /// Emits a comprehension or generator expression (`codegen_comprehension`).
    pub(super) fn comprehension(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        location: Location,
    ) -> CodegenResult<()> {
        let id = self.find_scope(expr.id, ScopeRole::Own)?;
        let scope = self.symbols.scope(id);
        let (is_inlined, is_async) = (scope.comp_inlined, scope.coroutine);
        let is_indexed = self.target.features.indexed_iterators;
        if is_inlined {
            self.comprehension_iterable(expr)?;
            if !is_indexed {
                self.get_iterator(expr, location);
            }
            let state = self.enter_inlined(id, location)?;
            self.check_comprehension(expr.kind, is_async, self.unit.kind, location)?;
            self.build_collection(expr, location, true);
            if is_indexed {
                self.get_iterator(expr, location);
            }
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
        let outer = self.unit.kind;
        let has_preamble = self.target.features.generator_preamble;
        let is_generator = expr.kind == ComprehensionKind::Generator;
        self.enter_scope(id, UnitKind::Comprehension, name, location.line(), None, counts);
        self.set_here(location);
        self.check_comprehension(expr.kind, is_async, outer, location)?;
        let mut preamble = 0;
        if has_preamble && is_generator {
            preamble = self.generator_preamble(expr, location);
        }
        self.build_collection(expr, location, false);
        if has_preamble && !is_generator {
            self.emit_arg(Op::LOAD_FAST, 0, location);
            self.get_iterator(expr, location);
        }
        self.comprehension_clause(expr, 0, 0, has_preamble, location)?;
        if is_generator {
            self.wrap_in_stop_iteration_handler(preamble);
        } else {
            self.emit(Op::RETURN_VALUE, self.here_or(location));
        }
        let code = self.finish_unit(true)?;
        self.make_closure(code, 0, location)?;
        self.comprehension_iterable(expr)?;
        if !has_preamble {
            self.get_iterator(expr, location);
        }
        self.emit_call(Op::CALL, 0, location);
        if is_async && expr.kind != ComprehensionKind::Generator {
            self.emit_await(0, location);
        }
        Ok(())
    }

    /// Emits the iterable of the first clause, which is evaluated in the enclosing scope.
    fn comprehension_iterable(&mut self, expr: &ComprehensionExpr<'_>) -> CodegenResult<()> {
        expr.generators.first().map_or(Ok(()), |first| self.visit_expr(&first.iter))
    }

    /// Turns the iterable of the first clause into an iterator.
    fn get_iterator(&mut self, expr: &ComprehensionExpr<'_>, whole: Location) {
        if let Some(first) = expr.generators.first() {
            let location = self.iterator_location(&first.iter, whole);
            self.emit(if first.is_async { Op::GET_AITER } else { Op::GET_ITER }, location);
        }
    }

    /// Returns the location of the iterator of a clause in the comprehension at `whole`.
    fn iterator_location(&self, iterable: &Expr<'_>, whole: Location) -> Location {
        if self.target.features.loop_at_statement { whole } else { iterable.location }
    }

    /// Emits the part of a generator expression that runs before the generator exists; returns its
    /// number of instructions.
    fn generator_preamble(&mut self, expr: &ComprehensionExpr<'_>, location: Location) -> usize {
        self.unit.code.has_preamble = true;
        self.sequence().instructions.clear();
        self.emit_arg(Op::RESUME, RESUME_AT_GENERATOR_START, Location::NONE);
        let at = expr.generators.first().map_or(location, |first| first.iter.location);
        self.emit_arg(Op::LOAD_FAST, 0, at);
        self.get_iterator(expr, location);
        let line = location.line();
        let start = Location::new(line, line, -1, -1);
        self.emit(Op::RETURN_GENERATOR, start);
        self.emit(Op::POP_TOP, start);
        let length = self.sequence().instructions.len();
        self.emit_arg(Op::RESUME, 0, Location::new(line, line, 0, 0));
        length
    }

    /// Emits the empty collection that the comprehension fills (`codegen_comprehension`).
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

    /// Emits clause `index` and all after it, with `depth` iterators above the collection
    /// (`codegen_comprehension_generator`).
    fn comprehension_clause(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        depth: u32,
        iterator_on_stack: bool,
        location: Location,
    ) -> CodegenResult<()> {
        if expr.generators[index].is_async {
            self.async_clause(expr, index, depth, iterator_on_stack, location)
        } else {
            self.sync_clause(expr, index, depth, iterator_on_stack, location)
        }
    }

    /// Emits a `for` clause and all after it (`codegen_sync_comprehension_generator`).
    fn sync_clause(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        mut depth: u32,
        iterator_on_stack: bool,
        location: Location,
    ) -> CodegenResult<()> {
        let clause = &expr.generators[index];
        let start = self.new_label();
        let if_cleanup = self.new_label();
        let anchor = self.new_label();
        let mut is_loop = true;
        let location = self.here_or(location);
        let iterator = self.iterator_location(&clause.iter, location);
        if !iterator_on_stack {
            if index == 0 {
                self.emit_arg(Op::LOAD_FAST, 0, location);
            } else if let Some(only) = single_element(&clause.iter) {
                // `for y in [f(x)]` is compiled as an assignment.
                self.visit_expr(only)?;
                is_loop = false;
            } else {
                self.visit_expr(&clause.iter)?;
                self.emit(Op::GET_ITER, iterator);
            }
        }
        if is_loop {
            if self.target.features.iterate_twice {
                self.emit(Op::GET_ITER, clause.iter.location);
            }
            depth += 1 + u32::from(self.target.features.indexed_iterators);
            self.use_label(start);
            self.emit_jump(Op::FOR_ITER, anchor, iterator);
        }
        self.visit_expr(&clause.target)?;
        for condition in clause.ifs {
            self.jump_if(condition, if_cleanup, false)?;
        }
        let element = self.clause_body(expr, index, depth, location)?;
        self.use_label(if_cleanup);
        if is_loop {
            self.emit_jump(Op::JUMP, start, element);
            self.use_label(anchor);
            self.end_for();
        }
        Ok(())
    }

    /// Emits an `async for` clause and all after it (`codegen_async_comprehension_generator`).
    fn async_clause(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        depth: u32,
        iterator_on_stack: bool,
        location: Location,
    ) -> CodegenResult<()> {
        let clause = &expr.generators[index];
        let location = self.here_or(location);
        let start = self.new_label();
        let except = self.new_label();
        let if_cleanup = self.new_label();
        if !iterator_on_stack {
            if index == 0 {
                self.emit_arg(Op::LOAD_FAST, 0, location);
            } else {
                self.visit_expr(&clause.iter)?;
                let iterator = self.iterator_location(&clause.iter, location);
                self.emit(Op::GET_AITER, iterator);
            }
        }
        self.use_label(start);
        self.push_block(FrameBlock::AsyncComprehension, location)?;
        let send = self.next_of_async(except, location);
        self.visit_expr(&clause.target)?;
        for condition in clause.ifs {
            self.jump_if(condition, if_cleanup, false)?;
        }
        let element = self.clause_body(expr, index, depth + 1, location)?;
        self.use_label(if_cleanup);
        self.emit_jump(Op::JUMP, start, element);
        self.pop_block();
        self.use_label(except);
        self.end_async_for(send, self.here_or(location));
        Ok(())
    }

    /// Emits the body of clause `index`: the next clause or the element. Returns the location of
    /// the jump back.
    fn clause_body(
        &mut self,
        expr: &ComprehensionExpr<'_>,
        index: usize,
        depth: u32,
        location: Location,
    ) -> CodegenResult<Location> {
        let element = &expr.element;
        if index + 1 < expr.generators.len() {
            self.comprehension_clause(expr, index + 1, depth, false, location)?;
            return Ok(self.here_or(element.location));
        }
        let mut at = self.here_or(element.location);
        if let ExprKind::Starred { value, .. } = &element.kind {
            self.visit_expr(value)?;
            match expr.kind {
                ComprehensionKind::List => self.emit_arg(Op::LIST_EXTEND, depth + 1, at),
                ComprehensionKind::Set => self.emit_arg(Op::SET_UPDATE, depth + 1, at),
                ComprehensionKind::Generator | ComprehensionKind::Dict => self.yield_each(at),
            }
            return Ok(at);
        }
        self.visit_expr(element)?;
        match (expr.kind, &expr.value) {
            (ComprehensionKind::Generator, _) => {
                self.emit_yield(at);
                self.emit(Op::POP_TOP, at);
            }
            (ComprehensionKind::List, _) => self.emit_arg(Op::LIST_APPEND, depth + 1, at),
            (ComprehensionKind::Set, _) => self.emit_arg(Op::SET_ADD, depth + 1, at),
            (ComprehensionKind::Dict, Some(value)) => {
                self.visit_expr(value)?;
                at = self.here_or(at.to(value.location));
                self.emit_arg(Op::MAP_ADD, depth + 1, at);
            }
            (ComprehensionKind::Dict, None) => self.emit_arg(Op::DICT_UPDATE, depth + 1, at),
        }
        Ok(at)
    }

    /// Yields the elements of the iterable on the stack one by one.
    fn yield_each(&mut self, at: Location) {
        let start = self.new_label();
        let end = self.new_label();
        self.emit(Op::GET_ITER, at);
        self.use_label(start);
        self.emit_jump(Op::FOR_ITER, end, at);
        self.emit_yield(at);
        self.emit(Op::POP_TOP, at);
        self.emit_jump(Op::JUMP, start, Location::NONE);
        self.use_label(end);
        self.emit(Op::END_FOR, Location::NONE);
        self.pop_iterator();
    }
}

/// `RESUME` operand at the start of the preamble.
const RESUME_AT_GENERATOR_START: u32 = 4;

/// Returns the element of a list or tuple display that has exactly one.
fn single_element<'e, 'a>(expr: &'e Expr<'a>) -> Option<&'e Expr<'a>> {
    match &expr.kind {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => match &**elts {
            [only] if !matches!(only.kind, ExprKind::Starred { .. }) => Some(only),
            _ => None,
        },
        _ => None,
    }
}
