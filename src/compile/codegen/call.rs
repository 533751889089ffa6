//! Calls.
//!
//! CPython: `Python/codegen.c`.

use super::display::Build;
use super::{Codegen, CodegenResult, STACK_USE_GUIDELINE};
use crate::compile::instruction::Label;
use crate::compile::symtable::ScopeRole;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{
    Call, CompareOperator, ComprehensionKind, Constant, Expr, ExprContext, ExprKind, Keyword,
};
use crate::target::Op;
use crate::text::{Location, Name};
use rustc_hash::FxHashSet;

/// Operands of `LOAD_COMMON_CONSTANT`.
const LIST: u32 = 5;
const SET: u32 = 6;

impl Codegen<'_, '_> {
    /// Emits a call (`codegen_call`).
    pub(super) fn call(&mut self, call: &Call<'_>, location: Location) -> CodegenResult<()> {
        self.check_keywords(call.keywords, location)?;
        if self.method_call(call, location)? {
            return Ok(());
        }
        self.check_caller(&call.func, location);
        if self.target.features.null_first {
            self.emit(Op::PUSH_NULL, call.func.location);
            self.visit_expr(&call.func)?;
            return self.call_arguments(0, call.args, None, call.keywords, location);
        }
        let end = self.new_label();
        self.visit_expr(&call.func)?;
        self.builtin_over_generator(call, end)?;
        self.emit(Op::PUSH_NULL, call.func.location);
        self.call_arguments(0, call.args, None, call.keywords, location)?;
        self.use_label(end);
        Ok(())
    }

    /// Refuses keyword arguments that are repeated or named `__debug__`
    /// (`codegen_validate_keywords`).
    #[inline]
    fn check_keywords(&self, keywords: &[Keyword<'_>], call: Location) -> CodegenResult<()> {
        match keywords {
            [] => Ok(()),
            [only] => self.check_optional_name(only.arg, self.keyword_place(only, call)),
            _ => self.refuse_keywords(keywords, call),
        }
    }

    /// Returns where a keyword argument named `__debug__` is reported (`validate_keywords`).
    fn keyword_place(&self, keyword: &Keyword<'_>, call: Location) -> Location {
        if self.target.features.places_debug_at_owner { call } else { keyword.location }
    }

    /// Finds keyword arguments that are repeated or named `__debug__`
    /// (`codegen_validate_keywords`).
    fn refuse_keywords(&self, keywords: &[Keyword<'_>], call: Location) -> CodegenResult<()> {
        // Short lists are compared in pairs without hashing.
        let mut seen = FxHashSet::default();
        if keywords.len() > STACK_USE_GUIDELINE
            && keywords
                .iter()
                .filter_map(|keyword| keyword.arg)
                .all(|name| Some(name) != self.forbidden && seen.insert(name))
        {
            return Ok(());
        }
        // CPython reports the first name that is repeated, at its first repetition.
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = keyword.arg else { continue };
            self.check_name(name, ExprContext::Store, self.keyword_place(keyword, call))?;
            if let Some(other) = keywords[index + 1..].iter().find(|other| other.arg == Some(name)) {
                let message = format!("keyword argument repeated: {}", self.name_text(name));
                return Err(SyntaxError::new(message, other.location));
            }
        }
        Ok(())
    }

    /// Emits `base.name(…)` without a bound method, or returns false if that is not possible
    /// (`maybe_optimize_method_call`).
    fn method_call(&mut self, call: &Call<'_>, location: Location) -> CodegenResult<bool> {
        let ExprKind::Attribute { value, attr, ctx: ExprContext::Load } = &call.func.kind else {
            return Ok(false);
        };
        let (arguments, keywords) = (call.args.len(), call.keywords.len());
        if self.is_import_bound(value)
            || arguments + keywords + usize::from(keywords != 0) >= STACK_USE_GUIDELINE
            || call.args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }))
            || call.keywords.iter().any(|keyword| keyword.arg.is_none())
        {
            return Ok(false);
        }
        let method = call.func.location;
        let method_name;
        if let Some(super_call) = self.super_call(value, *attr) {
            self.load_super_args(super_call, value.location)?;
            self.load_super_attr(super_call, *attr, true, method);
            method_name = self.attribute_location(method, method, *attr);
            self.emit(Op::NOP, method_name);
        } else {
            self.visit_expr(value)?;
            method_name = self.attribute_location(method, method, *attr);
            self.load_method_attr(*attr, method_name);
        }
        self.visit_exprs(call.args)?;
        let location = self.attribute_location(location, method, *attr);
        if keywords == 0 {
            self.emit_call(Op::CALL, arguments as u32, location);
        } else {
            let call_op = self.keyword_values(call.keywords, method_name)?;
            self.emit_call(call_op, (arguments + keywords) as u32, location);
        }
        Ok(true)
    }

    /// Emits `all`, `any` or `tuple` of a generator expression as a loop, guarded by a test for the
    /// builtin (`maybe_optimize_function_call`).
    fn builtin_over_generator(&mut self, call: &Call<'_>, end: Label) -> CodegenResult<()> {
        let ExprKind::Name { id, .. } = call.func.kind else { return Ok(()) };
        let ([generator], []) = (call.args, call.keywords) else { return Ok(()) };
        let ExprKind::Comprehension(comprehension) = &generator.kind else { return Ok(()) };
        let scope = self.find_scope(comprehension.id, ScopeRole::Own)?;
        let features = &self.target.features;
        let is_coroutine = self.symbols.scope(scope).coroutine && !features.loops_over_coroutines;
        if !features.generator_loops || comprehension.kind != ComprehensionKind::Generator || is_coroutine {
            return Ok(());
        }
        let location = call.func.location;
        let skip = self.new_label();
        let depth = 2 + u32::from(features.indexed_iterators);
        // The number of the builtin and, for `all` and `any`, the jump that continues the loop and
        // both results.
        let (number, goes_on) = match self.name_text(id) {
            "tuple" => (2, None),
            "list" if features.list_and_set_loops => (LIST, None),
            "set" if features.list_and_set_loops => (SET, None),
            "all" => (3, Some((Op::POP_JUMP_IF_TRUE, Constant::True, Constant::False))),
            "any" => (4, Some((Op::POP_JUMP_IF_FALSE, Constant::False, Constant::True))),
            _ => {
                self.use_label(skip);
                return Ok(());
            }
        };
        self.emit_arg(Op::COPY, 1, location);
        self.emit_arg(Op::LOAD_COMMON_CONSTANT, number, location);
        self.compare_op(CompareOperator::Is, location);
        self.emit_jump(Op::POP_JUMP_IF_FALSE, skip, location);
        self.emit(Op::POP_TOP, location);
        if goes_on.is_none() {
            self.emit_arg(if number == SET { Op::BUILD_SET } else { Op::BUILD_LIST }, 0, location);
        }
        self.visit_expr(generator)?;
        self.push_index(location);
        let next = self.new_label();
        let cleanup = self.new_label();
        self.use_label(next);
        self.emit_jump(Op::FOR_ITER, cleanup, location);
        match goes_on {
            None => {
                let append = if number == SET { Op::SET_ADD } else { Op::LIST_APPEND };
                self.emit_arg(append, depth, location);
                self.emit_jump(Op::JUMP, next, location);
            }
            Some((jump, ..)) => {
                self.emit_truth(location);
                self.emit_jump(jump, next, location);
            }
        }
        self.pop_iterator();
        if let Some((_, _, decided)) = &goes_on {
            self.load_const(decided, location);
        }
        self.emit_jump(Op::JUMP, end, location);
        self.use_label(cleanup);
        self.emit(Op::END_FOR, Location::NONE);
        self.pop_iterator();
        match &goes_on {
            None if matches!(number, LIST | SET) => {}
            None => self.emit_arg(Op::CALL_INTRINSIC_1, super::display::INTRINSIC_LIST_TO_TUPLE, location),
            Some((_, exhausted, _)) => self.load_const(exhausted, location),
        }
        self.emit_jump(Op::JUMP, end, location);
        self.use_label(skip);
        Ok(())
    }

    /// Emits the arguments and the call (`codegen_call_helper_impl`). `pushed` arguments are
    /// already on the stack; `injected` names an additional last one.
    pub(super) fn call_arguments(
        &mut self,
        pushed: u32,
        args: &[Expr<'_>],
        injected: Option<Name>,
        keywords: &[Keyword<'_>],
        location: Location,
    ) -> CodegenResult<()> {
        self.check_keywords(keywords, location)?;
        let is_plain = args.len() + keywords.len() * 2 <= STACK_USE_GUIDELINE
            && !args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }))
            && keywords.iter().all(|keyword| keyword.arg.is_some());
        if is_plain {
            self.visit_exprs(args)?;
            let mut count = pushed + args.len() as u32;
            if let Some(name) = injected {
                self.name_op(name, ExprContext::Load, location)?;
                count += 1;
            }
            if keywords.is_empty() {
                self.emit_call(Op::CALL, count, location);
            } else {
                let call_op = self.keyword_values(keywords, location)?;
                self.emit_call(call_op, count + keywords.len() as u32, location);
            }
            return Ok(());
        }
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }] if pushed == 0 => self.visit_expr(value)?,
            _ => self.collection(args, injected, pushed, Build::TUPLE, location)?,
        }
        let has_flag = self.target.features.call_ex_flag;
        if !keywords.is_empty() {
            self.keyword_dict(keywords, location)?;
        } else if !has_flag {
            self.emit(Op::PUSH_NULL, location);
        }
        let flag = u32::from(has_flag && !keywords.is_empty());
        self.emit_arg(Op::CALL_FUNCTION_EX, flag, location);
        Ok(())
    }

    /// Emits the values of keyword arguments and the tuple of their names, and returns the
    /// instruction for the call (`codegen_call_simple_kw_helper`).
    fn keyword_values(&mut self, keywords: &[Keyword<'_>], names: Location) -> CodegenResult<Op> {
        keywords.iter().try_for_each(|keyword| self.visit_expr(&keyword.value))?;
        let id = self.names_constant(keywords.iter().filter_map(|keyword| keyword.arg));
        if self.target.operation(Op::KW_NAMES).is_none() {
            self.load_const_id(id, names);
            return Ok(Op::CALL_KW);
        }
        let index = self.const_index(id);
        self.emit_arg(Op::KW_NAMES, index, names);
        Ok(Op::CALL)
    }

    /// Emits the dictionary of keyword arguments (`codegen_call_helper_impl`).
    fn keyword_dict(&mut self, keywords: &[Keyword<'_>], location: Location) -> CodegenResult<()> {
        let mut has_dict = false;
        let mut start = 0;
        for (index, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_some() {
                continue;
            }
            if start < index {
                self.keyword_dict_part(&keywords[start..index], location)?;
                if has_dict {
                    self.emit_arg(Op::DICT_MERGE, 1, location);
                }
                has_dict = true;
            }
            start = index + 1;
            if !has_dict {
                self.emit_arg(Op::BUILD_MAP, 0, location);
                has_dict = true;
            }
            self.visit_expr(&keyword.value)?;
            self.emit_arg(Op::DICT_MERGE, 1, location);
        }
        if start < keywords.len() {
            self.keyword_dict_part(&keywords[start..], location)?;
            if has_dict {
                self.emit_arg(Op::DICT_MERGE, 1, location);
            }
        }
        Ok(())
    }

    /// Emits a dictionary of keyword arguments without unpacking (`codegen_subkwargs`).
    fn keyword_dict_part(&mut self, keywords: &[Keyword<'_>], location: Location) -> CodegenResult<()> {
        let is_big = keywords.len() * 2 > STACK_USE_GUIDELINE;
        if self.target.features.const_key_maps && keywords.len() > 1 && !is_big {
            keywords.iter().try_for_each(|keyword| self.visit_expr(&keyword.value))?;
            self.load_names_const(keywords.iter().filter_map(|keyword| keyword.arg), location);
            self.emit_arg(Op::BUILD_CONST_KEY_MAP, keywords.len() as u32, location);
            return Ok(());
        }
        if is_big {
            self.emit_arg(Op::BUILD_MAP, 0, Location::NONE);
        }
        for keyword in keywords {
            if let Some(name) = keyword.arg {
                self.load_name_const(name, location);
            }
            self.visit_expr(&keyword.value)?;
            if is_big {
                self.emit_arg(Op::MAP_ADD, 1, Location::NONE);
            }
        }
        if !is_big {
            self.emit_arg(Op::BUILD_MAP, keywords.len() as u32, location);
        }
        Ok(())
    }
}
