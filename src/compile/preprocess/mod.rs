//! Syntax tree → the tree that is compiled, which shares its unchanged parts.
//!
//! `__debug__` becomes a constant, `"…" % (…)` with simple formats an f-string, and numbers in
//! patterns become constants. Level 2 removes docstrings. CPython: `Python/ast_preprocess.c` (3.14
//! and newer).
//!
//! **Invariant:** locations are kept; new nodes without a location of their own have none.

mod expression;
mod finally;
mod fold;
mod percent_format;
mod statement;

use super::folding;
use super::future::{Future, docstring};
use crate::allowance;
use crate::compile::constants::{ConstValue, Constants};
use crate::compile::warned::Warnings;
use crate::syntax::ast::{
    Constant, Expr, ExprKind, MatchCase, Module, Operator, Pattern, PatternKind, Stmt, StmtKind,
    UnaryOperator,
};
use crate::target::Target;
use crate::text::{ErrorType, Location, Name, Names, SyntaxError};
use bumpalo::Bump;
use std::cell::{Cell, RefCell};

/// Preprocesses `module` (`_PyAST_Preprocess`). The result shares the unchanged parts. `optimize`
/// is the level: 0, 1 or 2.
///
/// # Errors
/// Returns `RecursionError` for a tree that is deeper than the target's limit.
pub fn run<'a>(
    module: &Module<'a>,
    arena: &'a Bump,
    names: &Names,
    optimize: u8,
    future: &Future,
    target: &Target,
    warnings: &mut Warnings,
) -> Result<Module<'a>, SyntaxError> {
    if module.leaves_finally && target.features.warns_of_leaving_finally {
        finally::warn(module, target, warnings);
    }
    let debug = names.find("__debug__");
    let removes_docstrings = optimize >= 2 && target.features.docstrings_leave_tree;
    let limit = target.features.deepest_tree;
    // The depth does not include all parts of f-strings, but they nest at most 149 deep, which adds
    // less than two thirds of the limit.
    let may_be_deep = limit.is_some_and(|limit| module.depth > limit / 3);
    let is_everywhere = debug.is_some() || removes_docstrings || may_be_deep;
    let lines = if target.features.fold_in_tree { module.foldable } else { module.replaceable };
    if lines.is_empty() && !is_everywhere {
        return Ok(*module);
    }
    let pass = Preprocess {
        arena,
        debug,
        optimize,
        removes_docstrings,
        text_annotations: future.annotations(),
        target,
        only: (!is_everywhere).then_some(lines),
        changes: Cell::new(0),
        depth: Cell::new(0),
        deepest: Cell::new(0),
        inverted: RefCell::default(),
    };
    let module = Module { body: pass.body(module.body), ..*module };
    if target.features.warns_of_inverted_bool {
        for location in pass.inverted.take() {
            warnings.issue_inverted_bool(location, target);
        }
    }
    if limit.is_some_and(|limit| pass.deepest.get() > limit) {
        let message = target.features.too_deep().to_owned();
        return Err(SyntaxError::without_place(ErrorType::Recursion, message));
    }
    Ok(module)
}

struct Preprocess<'a, 't> {
    arena: &'a Bump,
    /// The name `__debug__`, if the module mentions it.
    debug: Option<Name>,
    optimize: u8,
    removes_docstrings: bool,
    text_annotations: bool,
    target: &'t Target,
    /// Lines of the statements to preprocess; others stay the same.
    only: Option<&'a [i32]>,
    /// Number of replaced nodes. A node without changes in its parts is kept.
    changes: Cell<usize>,
    /// Current number of nested statements and expressions.
    depth: Cell<u32>,
    deepest: Cell<u32>,
    /// Locations at which `~True` and `~False` were folded.
    inverted: RefCell<Vec<Location>>,
}

impl<'a> Preprocess<'a, '_> {
    fn ask(&self) {
        allowance::ask_holding(|| self.arena.allocated_bytes());
    }

    /// Records that a node is replaced.
    fn change(&self) {
        self.changes.set(self.changes.get() + 1);
    }

    /// Runs `visit` one level deeper.
    fn deeper<T>(&self, visit: impl FnOnce() -> T) -> T {
        let depth = self.depth.get() + 1;
        self.depth.set(depth);
        self.deepest.set(self.deepest.get().max(depth));
        let value = visit();
        self.depth.set(depth - 1);
        value
    }

    /// Returns `old`, or the result of `new` if it changes anything.
    fn node<T: Copy>(&self, old: &'a T, new: impl FnOnce() -> T) -> &'a T {
        let before = self.changes.get();
        let new = new();
        if self.changes.get() == before { old } else { self.arena.alloc(new) }
    }

    /// Returns `old`, or a list with the results of `new` if any differs.
    fn list<T: Copy>(&self, old: &'a [T], new: impl Fn(&'a T) -> &'a T) -> &'a [T] {
        let mut changed: Option<&'a mut [T]> = None;
        for (index, item) in old.iter().enumerate() {
            let new = new(item);
            if !std::ptr::eq(new, item) {
                changed.get_or_insert_with(|| self.arena.alloc_slice_copy(old))[index] = *new;
            }
        }
        changed.map_or(old, |changed| changed)
    }

    /// Preprocesses a body that may start with a docstring (`astfold_body`).
    fn body(&self, body: &'a [Stmt<'a>]) -> &'a [Stmt<'a>] {
        let mut has_docstring = docstring(body).is_some();
        let mut rest = body;
        if has_docstring && self.removes_docstrings {
            rest = self.without_docstring(body);
            has_docstring = false;
        }
        let body = self.statements(rest);
        let [Stmt { location, kind: StmtKind::Expr(text) }, ..] = body else { return body };
        if has_docstring || docstring(body).is_none() {
            return body;
        }
        self.change();
        let value = ExprKind::JoinedStr(std::slice::from_ref(text));
        let value = self.arena.alloc(Expr { location: *location, kind: value });
        let body = self.arena.alloc_slice_copy(body);
        body[0].kind = StmtKind::Expr(value);
        body
    }

    fn without_docstring(&self, body: &'a [Stmt<'a>]) -> &'a [Stmt<'a>] {
        self.change();
        match body {
            [only] => {
                let at = only.location;
                let location = Location::new(at.line(), at.line(), at.column(), at.column() + 4);
                std::slice::from_ref(self.arena.alloc(Stmt { location, kind: StmtKind::Pass }))
            }
            body => body.split_first().map_or(body, |(_, rest)| rest),
        }
    }

    /// Preprocesses a `case` (`astfold_match_case`).
    fn case(&self, case: &'a MatchCase<'a>) -> &'a MatchCase<'a> {
        self.node(case, || MatchCase {
            pattern: *self.pattern(&case.pattern),
            guard: self.optional(case.guard),
            body: self.statements(case.body),
        })
    }

    fn patterns(&self, patterns: &'a [Pattern<'a>]) -> &'a [Pattern<'a>] {
        self.list(patterns, |pattern| self.pattern(pattern))
    }

    /// Preprocesses a pattern (`astfold_pattern`).
    fn pattern(&self, pattern: &'a Pattern<'a>) -> &'a Pattern<'a> {
        self.node(pattern, || Pattern { location: pattern.location, kind: self.pattern_kind(&pattern.kind) })
    }

    /// Preprocesses the parts of a pattern (`astfold_pattern`).
    fn pattern_kind(&self, kind: &'a PatternKind<'a>) -> PatternKind<'a> {
        match *kind {
            PatternKind::MatchValue(value) => PatternKind::MatchValue(self.pattern_constant(value)),
            PatternKind::MatchSequence(patterns) => PatternKind::MatchSequence(self.patterns(patterns)),
            PatternKind::MatchOr(patterns) => PatternKind::MatchOr(self.patterns(patterns)),
            PatternKind::MatchMapping { keys, patterns, rest } => PatternKind::MatchMapping {
                keys: self.list(keys, |key| self.pattern_constant(key)),
                patterns: self.patterns(patterns),
                rest,
            },
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => PatternKind::MatchClass {
                cls: self.expression(cls),
                patterns: self.patterns(patterns),
                kwd_attrs,
                kwd_patterns: self.patterns(kwd_patterns),
            },
            PatternKind::MatchAs { pattern: Some(pattern), name } => {
                PatternKind::MatchAs { pattern: Some(self.pattern(pattern)), name }
            }
            PatternKind::MatchAs { pattern: None, .. }
            | PatternKind::MatchSingleton(_)
            | PatternKind::MatchStar(_) => *kind,
        }
    }

    /// Folds `-1` and `1 + 2j` to a constant (`fold_const_match_patterns`).
    fn pattern_constant(&self, expression: &'a Expr<'a>) -> &'a Expr<'a> {
        if self.target.features.fold_in_tree {
            return self.expression(expression);
        }
        self.node(expression, || {
            let mut new = *expression;
            let folded = match &mut new.kind {
                ExprKind::UnaryOp { op: op @ (UnaryOperator::USub | UnaryOperator::UAdd), operand } => {
                    constant(operand).and_then(|value| folding::unary(*op, &value))
                }
                ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } => constant(right)
                    .and_then(|right| {
                        *left = self.pattern_constant(left);
                        folding::binary(*op, &constant(left)?, &right, &Constants::default(), self.target)
                    }),
                _ => None,
            };
            if let Some(constant) = folded.and_then(|value| self.constant(&value)) {
                self.change();
                new.kind = ExprKind::Constant(constant);
            }
            new
        })
    }

    fn constant(&self, value: &ConstValue) -> Option<Constant<'a>> {
        Some(match value {
            ConstValue::Int(value) => Constant::Int(*value),
            ConstValue::BigInt(value) => {
                let (sign, magnitude) = value.to_bytes_le();
                Constant::BigInt {
                    negative: sign == num_bigint::Sign::Minus,
                    magnitude: self.arena.alloc_slice_copy(&magnitude),
                }
            }
            ConstValue::Float(bits) => Constant::Float(f64::from_bits(*bits)),
            ConstValue::Complex(real, imaginary) => {
                Constant::Complex(f64::from_bits(*real), f64::from_bits(*imaginary))
            }
            _ => return None,
        })
    }
}

/// Returns a number of the tree as a value.
fn number(constant: &Constant<'_>) -> Option<ConstValue> {
    Some(match *constant {
        Constant::Int(value) => ConstValue::Int(value),
        Constant::BigInt { negative, magnitude } => {
            folding::integer(folding::from_magnitude(negative, magnitude))
        }
        Constant::Float(value) => ConstValue::Float(value.to_bits()),
        Constant::Complex(real, imaginary) => ConstValue::Complex(real.to_bits(), imaginary.to_bits()),
        _ => return None,
    })
}

/// Returns the value of an expression that is a number.
fn constant(expression: &Expr<'_>) -> Option<ConstValue> {
    match &expression.kind {
        ExprKind::Constant(constant) => number(constant),
        _ => None,
    }
}
