//! Patterns of `match`.

use ruff_python_ast as ruff;
use ruff_text_size::Ranged;

use super::Lowering;
use crate::syntax::ast::{Constant, Pattern, PatternKind};

impl<'a> Lowering<'a, '_> {
    pub(super) fn pattern(&mut self, pattern: &ruff::Pattern) -> Pattern<'a> {
        let location = self.positions.range(pattern.range());
        if !self.enter(pattern.range()) {
            return Pattern { location, kind: PatternKind::MatchStar(None) };
        }
        let arena = self.arena;
        let kind = match pattern {
            ruff::Pattern::MatchValue(node) => PatternKind::MatchValue(self.boxed(&node.value)),
            ruff::Pattern::MatchSingleton(node) => PatternKind::MatchSingleton(match node.value {
                ruff::Singleton::None => Constant::None,
                ruff::Singleton::True => Constant::True,
                ruff::Singleton::False => Constant::False,
            }),
            ruff::Pattern::MatchSequence(node) => PatternKind::MatchSequence(self.patterns(&node.patterns)),
            ruff::Pattern::MatchMapping(node) => PatternKind::MatchMapping {
                keys: self.expressions(&node.keys),
                patterns: self.patterns(&node.patterns),
                rest: node.rest.as_ref().map(|name| self.name(&name.id)),
            },
            ruff::Pattern::MatchClass(node) => {
                let keywords = &node.arguments.keywords;
                PatternKind::MatchClass {
                    cls: self.boxed(&node.cls),
                    patterns: self.patterns(&node.arguments.patterns),
                    kwd_attrs: arena
                        .alloc_slice_fill_iter(keywords.iter().map(|keyword| self.name(&keyword.attr.id))),
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
                    arena.alloc(inner)
                }),
                name: node.name.as_ref().map(|name| self.name(&name.id)),
            },
            ruff::Pattern::MatchOr(node) => PatternKind::MatchOr(self.patterns(&node.patterns)),
        };
        self.leave();
        Pattern { location, kind }
    }

    fn patterns(&mut self, patterns: &[ruff::Pattern]) -> &'a mut [Pattern<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(patterns.iter().map(|pattern| self.pattern(pattern)))
    }
}
