//! Atoms, and the attributes, calls and subscripts after them.

use super::Parser;
use crate::syntax::ast::{Constant, Expr, ExprContext, ExprKind};
use crate::syntax::lexer::Token;
use crate::text::{Location, Position};

impl<'a> Parser<'a, '_> {
    /// `primary: primary '.' NAME | primary genexp | primary '(' arguments? ')' | primary '['
    /// slices ']' | atom`
    #[inline]
    pub(super) fn primary(&mut self) -> Expr<'a> {
        let start = self.place();
        let mut expression = self.atom();
        loop {
            expression = match self.token() {
                Token::Dot => {
                    self.advance();
                    let attr = self.name();
                    let value = self.boxed(expression);
                    self.node(start, ExprKind::Attribute { value, attr, ctx: ExprContext::Load })
                }
                Token::LeftParenthesis => self.call(expression, start),
                Token::LeftBracket => {
                    self.advance();
                    let slice = self.slices();
                    self.expect(Token::RightBracket);
                    let (value, slice) = (self.boxed(expression), self.boxed(slice));
                    self.node(start, ExprKind::Subscript { value, slice, ctx: ExprContext::Load })
                }
                _ => return expression,
            };
        }
    }

    /// `slices: slice !',' | ','.(slice | starred_expression)+ ','?`
    fn slices(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let mut result = self.slice();
        if self.token() == Token::Comma || matches!(result.kind, ExprKind::Starred { .. }) {
            let elts = self.listed(result, |token| token != Token::RightBracket, Self::slice);
            result = self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load });
        }
        self.heights.end(outer);
        result
    }

    /// `slice: expression? ':' expression? (':' expression?)? | named_expression`, or
    /// `starred_expression`
    fn slice(&mut self) -> Expr<'a> {
        let start = self.place();
        let lower = match self.token() {
            Token::Colon => None,
            Token::Star => return self.starred(Self::expression),
            _ => {
                let begins_with_name = self.token() == Token::Name;
                let lower = self.expression();
                match self.token() {
                    Token::Colon => {}
                    Token::ColonEqual => return self.assignment_expression(start, lower, begins_with_name),
                    _ => return lower,
                }
                Some(self.boxed(lower))
            }
        };
        self.advance();
        let upper = self.bound();
        let step = if self.take(Token::Colon) { self.bound() } else { None };
        self.node(start, ExprKind::Slice { lower, upper, step })
    }

    /// `expression?`: one of the bounds of a slice.
    fn bound(&mut self) -> Option<&'a Expr<'a>> {
        if matches!(self.token(), Token::Colon | Token::Comma | Token::RightBracket) {
            return None;
        }
        Some(self.read_boxed(Self::expression))
    }

    /// `atom`
    #[inline]
    fn atom(&mut self) -> Expr<'a> {
        let start = self.place();
        match self.token() {
            Token::Name => {
                let id = self.current_name();
                self.single(start, ExprKind::Name { id, ctx: ExprContext::Load })
            }
            Token::Number => {
                let value = self.number();
                self.single(start, ExprKind::Constant(value))
            }
            Token::String | Token::FormatStart | Token::TemplateStart => self.strings(),
            Token::LeftParenthesis => self.parenthesized(),
            Token::LeftBracket => self.list(),
            Token::LeftBrace => self.braces(),
            Token::None => self.constant(start, Constant::None),
            Token::True => self.constant(start, Constant::True),
            Token::False => self.constant(start, Constant::False),
            Token::Ellipsis => self.constant(start, Constant::Ellipsis),
            _ => self.nothing(),
        }
    }

    /// Completes a node without children from the current token.
    #[inline]
    pub(super) fn single(&mut self, start: Position, kind: ExprKind<'a>) -> Expr<'a> {
        self.advance();
        Expr { location: self.since(start), kind }
    }

    fn constant(&mut self, start: Position, constant: Constant<'a>) -> Expr<'a> {
        self.advance();
        self.heights.current = self.heights.current.max(1);
        Expr { location: Location::between(start, self.last_end), kind: ExprKind::Constant(constant) }
    }
}
