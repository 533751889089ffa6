//! Targets of assignments, loops and `del`, which are read as expressions and then converted by
//! their shape.

use super::Parser;
use super::expression::begins_expression;
use crate::syntax::ast::{Expr, ExprContext, ExprKind};
use crate::syntax::lexer::Token;

impl<'a> Parser<'a, '_> {
    /// `star_targets: star_target !',' | star_target (',' star_target)* ','?`
    pub(super) fn star_targets(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let mut result = self.star_target();
        if self.token() == Token::Comma {
            let elts = self.listed(result, begins_expression, Self::star_target);
            result = self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Store });
        }
        self.heights.end(outer);
        result
    }

    /// `star_target: '*' (!'*' star_target) | target_with_star_atom`
    pub(super) fn star_target(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let is_starred = self.take(Token::Star);
        let target = self.primary();
        let mut target = self.target_of(target, ExprContext::Store);
        if is_starred {
            let value = self.boxed(target);
            target = self.node(start, ExprKind::Starred { value, ctx: ExprContext::Store });
        }
        self.heights.end(outer);
        target
    }

    /// `del_target`.
    pub(super) fn del_target(&mut self) -> Expr<'a> {
        let outer = self.heights.begin();
        let target = self.primary();
        let target = self.target_of(target, ExprContext::Del);
        self.heights.end(outer);
        target
    }

    /// Returns an expression as a target, for `star_target` (store) or `del_target`.
    pub(super) fn target_of(&mut self, expression: Expr<'a>, ctx: ExprContext) -> Expr<'a> {
        let kind = match expression.kind {
            ExprKind::Name { id, .. } => ExprKind::Name { id, ctx },
            ExprKind::Attribute { value, attr, .. } => ExprKind::Attribute { value, attr, ctx },
            ExprKind::Subscript { value, slice, .. } => ExprKind::Subscript { value, slice, ctx },
            ExprKind::Starred { value, .. }
                if ctx == ExprContext::Store && !matches!(value.kind, ExprKind::Starred { .. }) =>
            {
                let value = self.target_of(*value, ctx);
                ExprKind::Starred { value: self.boxed(value), ctx }
            }
            ExprKind::Tuple { elts, .. } => ExprKind::Tuple { elts: self.targets_of(elts, ctx), ctx },
            ExprKind::List { elts, .. } => ExprKind::List { elts: self.targets_of(elts, ctx), ctx },
            _ => return self.nothing(),
        };
        Expr { location: expression.location, kind }
    }

    fn targets_of(&mut self, elements: &'a [Expr<'a>], ctx: ExprContext) -> &'a [Expr<'a>] {
        let base = self.stacks.expressions.base();
        for element in elements {
            let target = self.target_of(*element, ctx);
            self.stacks.expressions.push(target);
        }
        self.stacks.expressions.take(base, self.arena)
    }

    /// `single_target`: returns an expression as a target that is not unpacked.
    pub(super) fn single_target_of(&mut self, expression: Expr<'a>) -> Expr<'a> {
        match expression.kind {
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                self.target_of(expression, ExprContext::Store)
            }
            _ => self.nothing(),
        }
    }
}
