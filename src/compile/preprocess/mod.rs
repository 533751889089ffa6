//! Syntax tree → the tree that is compiled, changed in place.
//!
//! `__debug__` becomes a constant, `"…" % (…)` with simple units an f-string, numbers in patterns constants; level 2
//! takes docstrings away. CPython: `Python/ast_preprocess.c` (3.14 and newer). Its warnings (PEP 765) change nothing.
//!
//! **Invariant:** locations stay; new nodes without a place of their own have none.

mod expression;
mod fold;
mod percent_format;
mod statement;

use super::folding;
use super::future::{Future, docstring};
use crate::compile::constants::{ConstValue, Constants};
use crate::syntax::ast::{
    Constant, Expr, ExprKind, MatchCase, Module, Operator, Pattern, PatternKind, Stmt, StmtKind,
    UnaryOperator,
};
use crate::target::Target;
use crate::text::{Location, Name, Names};
use bumpalo::Bump;

/// Preprocesses `module`. `optimize` is the level: 0, 1 or 2.
pub fn run<'a>(
    module: &mut Module<'a>,
    arena: &'a Bump,
    names: &Names,
    optimize: u8,
    future: &Future,
    target: &Target,
) {
    let pass = Preprocess {
        arena,
        debug: names.find("__debug__"),
        optimize,
        text_annotations: future.annotations(),
        target,
    };
    pass.body(&mut module.body);
}

struct Preprocess<'a, 't> {
    arena: &'a Bump,
    /// `__debug__`, if the module mentions it.
    debug: Option<Name>,
    optimize: u8,
    text_annotations: bool,
    target: &'t Target,
}

impl<'a> Preprocess<'a, '_> {
    /// A body that may start with a docstring. CPython: `astfold_body`.
    fn body(&self, body: &mut &'a mut [Stmt<'a>]) {
        let mut has_docstring = docstring(body).is_some();
        if has_docstring && self.optimize >= 2 && self.target.features.docstrings_leave_tree {
            self.remove_docstring(body);
            has_docstring = false;
        }
        self.statements(body);
        if has_docstring || docstring(body).is_none() {
            return;
        }
        if let Some(Stmt { location, kind: StmtKind::Expr(value) }) = body.first_mut() {
            let text = std::mem::replace(&mut **value, none());
            value.location = *location;
            value.kind = ExprKind::JoinedStr(self.arena.alloc_slice_fill_iter([text]));
        }
    }

    fn remove_docstring(&self, body: &mut &'a mut [Stmt<'a>]) {
        let all = std::mem::take(body);
        if let [only] = &mut *all {
            let Location { line, column, .. } = only.location;
            only.location = Location::new(line, line, column, column + 4);
            only.kind = StmtKind::Pass;
            *body = all;
        } else if let Some((_, rest)) = all.split_first_mut() {
            *body = rest;
        }
    }

    fn case(&self, case: &mut MatchCase<'a>) {
        self.pattern(&mut case.pattern);
        self.optional(&mut case.guard);
        self.statements(case.body);
    }

    fn patterns(&self, patterns: &mut [Pattern<'a>]) {
        patterns.iter_mut().for_each(|pattern| self.pattern(pattern));
    }

    fn pattern(&self, pattern: &mut Pattern<'a>) {
        match &mut pattern.kind {
            PatternKind::MatchValue(value) => self.pattern_constant(value),
            PatternKind::MatchSequence(patterns) | PatternKind::MatchOr(patterns) => {
                self.patterns(patterns);
            }
            PatternKind::MatchMapping { keys, patterns, .. } => {
                keys.iter_mut().for_each(|key| self.pattern_constant(key));
                self.patterns(patterns);
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expression(cls);
                self.patterns(patterns);
                self.patterns(kwd_patterns);
            }
            PatternKind::MatchAs { pattern: Some(pattern), .. } => self.pattern(pattern),
            PatternKind::MatchAs { pattern: None, .. }
            | PatternKind::MatchSingleton(_)
            | PatternKind::MatchStar(_) => {}
        }
    }

    /// `-1` and `1 + 2j`. CPython: `fold_const_match_patterns`.
    fn pattern_constant(&self, expression: &mut Expr<'a>) {
        if self.target.features.fold_in_tree {
            return self.expression(expression);
        }
        let folded = match &mut expression.kind {
            ExprKind::UnaryOp { op: UnaryOperator::USub, operand } => match &operand.kind {
                ExprKind::Constant(operand) => {
                    number(operand).and_then(|value| folding::unary(UnaryOperator::USub, &value))
                }
                _ => None,
            },
            ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } => {
                let ExprKind::Constant(right) = right.kind else { return };
                self.pattern_constant(left);
                let ExprKind::Constant(left) = left.kind else { return };
                let (Some(left), Some(right)) = (number(&left), number(&right)) else { return };
                folding::binary(*op, &left, &right, &Constants::default(), self.target)
            }
            _ => None,
        };
        if let Some(constant) = folded.and_then(|value| self.constant(&value)) {
            expression.kind = ExprKind::Constant(constant);
        }
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

/// A number of the tree as a constant's value.
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

/// What stands where a node was taken out.
fn none<'a>() -> Expr<'a> {
    Expr { location: Location::NONE, kind: ExprKind::Constant(Constant::None) }
}
