//! Patterns of `match`.

use ruff_python_ast as ruff;
use ruff_text_size::Ranged;

use super::Lowering;
use super::starred::punctuation;
use crate::syntax::ErrorType;
use crate::syntax::ast::{Constant, Pattern, PatternKind};
use crate::target::Target;
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
            ruff::Pattern::MatchSequence(node) => {
                self.sequence_elements(node);
                PatternKind::MatchSequence(arena.alloc_slice_fill_iter(node.patterns.iter().map(|element| {
                    match element {
                        ruff::Pattern::MatchStar(star) => self.star_pattern(star),
                        element => self.pattern(element),
                    }
                })))
            }
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
                // The parser underneath takes parenthesised names here.
                if node.cls.start() != node.start() {
                    self.fail(ErrorType::Syntax, "invalid syntax", node.arguments.range());
                }
                for keyword in keywords {
                    if !is_wildcard(&keyword.attr.id) && keyword.attr.start() != keyword.start() {
                        self.fail(ErrorType::Syntax, "invalid syntax", keyword.range());
                    }
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
                // It is an element, and the parser underneath takes one in parentheses.
                self.fail(ErrorType::Syntax, "invalid syntax", node.range());
                PatternKind::MatchStar(None)
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

    fn star_pattern(&mut self, node: &ruff::PatternMatchStar) -> Pattern<'a> {
        let name = node.name.as_ref().map(|name| self.name(&name.id));
        Pattern { location: self.positions.range(node.range()), kind: PatternKind::MatchStar(name) }
    }

    /// Refuses a starred element in parentheses, and a missing comma behind the first element.
    fn sequence_elements(&mut self, node: &ruff::PatternMatchSequence) {
        let mut end = node.start();
        for (number, element) in node.patterns.iter().enumerate() {
            let (mut has_comma, mut is_open) = (false, false);
            for mark in punctuation(&self.text[end.to_usize()..element.start().to_usize()]) {
                has_comma |= mark == ',';
                is_open = mark == '(';
            }
            end = element.end();
            let is_enclosed = is_open
                && element.is_match_star()
                && punctuation(&self.text[end.to_usize()..]).next() == Some(')');
            if is_enclosed || number > 0 && !has_comma {
                self.fail(ErrorType::Syntax, "invalid syntax", element.range());
            }
        }
    }

    /// Refuses what the grammar does not have as a value or a key.
    fn pattern_value(&mut self, value: &ruff::Expr) {
        if !is_value(value, self.target) {
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

fn is_value(value: &ruff::Expr, target: &Target) -> bool {
    match value {
        ruff::Expr::Attribute(_)
        | ruff::Expr::NumberLiteral(_)
        | ruff::Expr::StringLiteral(_)
        | ruff::Expr::BytesLiteral(_)
        | ruff::Expr::FString(_)
        | ruff::Expr::TString(_)
        | ruff::Expr::NoneLiteral(_)
        | ruff::Expr::BooleanLiteral(_) => true,
        ruff::Expr::UnaryOp(node) => is_signed(node, target),
        ruff::Expr::BinOp(node) => {
            let left = match &*node.left {
                ruff::Expr::UnaryOp(left) => is_signed(left, target) && is_real(&left.operand),
                left => is_real(left),
            };
            // Neither side is in parentheses, which the parser underneath takes.
            left && node.left.start() == node.start()
                && node.right.end() == node.end()
                && matches!(node.op, ruff::Operator::Add | ruff::Operator::Sub)
                && node.right.is_number_literal_expr()
        }
        _ => false,
    }
}

fn is_signed(node: &ruff::ExprUnaryOp, target: &Target) -> bool {
    let is_taken = match node.op {
        ruff::UnaryOp::USub => true,
        ruff::UnaryOp::UAdd => target.grammar.contains(&"positive_numbers"),
        _ => false,
    };
    is_taken && node.operand.is_number_literal_expr()
}

fn is_real(value: &ruff::Expr) -> bool {
    matches!(value, ruff::Expr::NumberLiteral(node) if !matches!(node.value, ruff::Number::Complex { .. }))
}
