//! Patterns of `match`.

use ruff_python_ast as ruff;
use ruff_text_size::Ranged;

use super::Lowering;
use crate::syntax::ErrorType;
use crate::syntax::ast::{Constant, Pattern, PatternKind};
use crate::text::Name;

impl<'a> Lowering<'a, '_> {
    pub(super) fn pattern(&mut self, pattern: &ruff::Pattern) -> Pattern<'a> {
        let location = self.positions.range(pattern.range());
        if !self.enter() {
            return Pattern { location, kind: PatternKind::MatchStar(None) };
        }
        let arena = self.arena;
        let kind = match pattern {
            ruff::Pattern::MatchValue(node) => {
                self.pattern_value(&node.value);
                self.not_of_wildcard(&node.value);
                PatternKind::MatchValue(self.boxed(&node.value))
            }
            ruff::Pattern::MatchSingleton(node) => PatternKind::MatchSingleton(match node.value {
                ruff::Singleton::None => Constant::None,
                ruff::Singleton::True => Constant::True,
                ruff::Singleton::False => Constant::False,
            }),
            ruff::Pattern::MatchSequence(node) => PatternKind::MatchSequence(self.patterns(&node.patterns)),
            ruff::Pattern::MatchMapping(node) => {
                node.keys.iter().for_each(|key| self.pattern_value(key));
                PatternKind::MatchMapping {
                    keys: self.expressions(&node.keys),
                    patterns: self.patterns(&node.patterns),
                    rest: node.rest.as_ref().map(|name| self.name(&name.id)),
                }
            }
            ruff::Pattern::MatchClass(node) => {
                let keywords = &node.arguments.keywords;
                if let Some(first) = keywords.first()
                    && is_wildcard(&first.attr.id)
                    && !node.arguments.patterns.is_empty()
                {
                    // Taken for one more pattern.
                    self.fail(ErrorType::Syntax, "invalid syntax", first.range());
                }
                if node.cls.is_attribute_expr() {
                    self.not_of_wildcard(&node.cls);
                }
                PatternKind::MatchClass {
                    cls: self.boxed(&node.cls),
                    patterns: self.patterns(&node.arguments.patterns),
                    kwd_attrs: arena
                        .alloc_slice_fill_iter(keywords.iter().map(|keyword| self.keyword(&keyword.attr.id))),
                    kwd_patterns: arena
                        .alloc_slice_fill_iter(keywords.iter().map(|keyword| self.pattern(&keyword.pattern))),
                }
            }
            ruff::Pattern::MatchStar(node) => {
                PatternKind::MatchStar(node.name.as_ref().map(|name| self.name(&name.id)))
            }
            ruff::Pattern::MatchAs(node) => PatternKind::MatchAs {
                pattern: node.pattern.as_deref().map(|inner| {
                    let inner = self.pattern(inner);
                    &*arena.alloc(inner)
                }),
                name: node.name.as_ref().map(|name| self.name(&name.id)),
            },
            ruff::Pattern::MatchOr(node) => PatternKind::MatchOr(self.patterns(&node.patterns)),
        };
        self.leave();
        Pattern { location, kind }
    }

    /// Refuses what the grammar does not have as a value or a key.
    fn pattern_value(&mut self, value: &ruff::Expr) {
        if !is_value(value) {
            self.fail(ErrorType::Syntax, "invalid syntax", value.range());
        }
    }

    /// Refuses what begins with `_`: that is a pattern by itself.
    fn not_of_wildcard(&mut self, value: &ruff::Expr) {
        let mut object = value;
        while let ruff::Expr::Attribute(node) = object {
            object = &node.value;
        }
        if object.is_name_expr() && self.text[object.range()] == *"_" {
            self.fail(ErrorType::Syntax, "invalid syntax", object.range());
        }
    }

    fn keyword(&mut self, name: &str) -> Name {
        self.name(if is_wildcard(name) { "_" } else { name })
    }

    fn patterns(&mut self, patterns: &[ruff::Pattern]) -> &'a [Pattern<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(patterns.iter().map(|pattern| self.pattern(pattern)))
    }
}

/// Whether a keyword is `_`, where the parser underneath has no name.
fn is_wildcard(keyword: &str) -> bool {
    keyword.is_empty()
}

fn is_value(value: &ruff::Expr) -> bool {
    match value {
        ruff::Expr::Attribute(_)
        | ruff::Expr::NumberLiteral(_)
        | ruff::Expr::StringLiteral(_)
        | ruff::Expr::BytesLiteral(_)
        | ruff::Expr::FString(_)
        | ruff::Expr::TString(_)
        | ruff::Expr::NoneLiteral(_)
        | ruff::Expr::BooleanLiteral(_) => true,
        ruff::Expr::UnaryOp(node) => is_negative(node),
        ruff::Expr::BinOp(node) => {
            let left = match &*node.left {
                ruff::Expr::UnaryOp(left) => is_negative(left),
                left => left.is_number_literal_expr(),
            };
            left && matches!(node.op, ruff::Operator::Add | ruff::Operator::Sub)
                && node.right.is_number_literal_expr()
        }
        _ => false,
    }
}

fn is_negative(node: &ruff::ExprUnaryOp) -> bool {
    node.op == ruff::UnaryOp::USub && node.operand.is_number_literal_expr()
}
