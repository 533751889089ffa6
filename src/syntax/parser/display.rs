//! Parentheses, brackets and braces.

use super::Parser;
use super::expression::DISJUNCTION;
use crate::syntax::ast::{ComprehensionKind, Expr, ExprContext, ExprKind};
use crate::syntax::lexer::Token;
use crate::target::GrammarRule;
use crate::text::Position;

impl<'a> Parser<'a, '_> {
    /// `group: '(' (yield_expr | named_expression) ')'`, `tuple: '(' (star_named_expression ',' …)?
    /// ')'`, `genexp: '(' (assignment_expression | expression !':=') for_if_clauses ')'`
    pub(super) fn parenthesized(&mut self) -> Expr<'a> {
        let (start, offset) = (self.place(), self.lexer.start());
        let outer = self.heights.begin();
        self.advance();
        let result = match self.token() {
            Token::RightParenthesis => {
                self.advance();
                self.node(start, ExprKind::Tuple { elts: &[], ctx: ExprContext::Load })
            }
            Token::Yield => {
                let value = self.yield_expr();
                self.expect(Token::RightParenthesis);
                value
            }
            _ => {
                let is_starred = self.token() == Token::Star;
                let first = if is_starred { self.unpacked_element() } else { self.named_expression() };
                match self.token() {
                    Token::RightParenthesis if !is_starred => {
                        self.advance();
                        self.note_group(offset, &first);
                        first
                    }
                    Token::For | Token::Async => self.comprehension(
                        start,
                        ComprehensionKind::Generator,
                        first,
                        Token::RightParenthesis,
                    ),
                    Token::Comma => {
                        let elts = self.elements(first, Token::RightParenthesis);
                        self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load })
                    }
                    _ => self.nothing(),
                }
            }
        };
        self.heights.end(outer);
        result
    }

    /// Records a target in parentheses: `(a).b: c` is refused, because the grammar expects the
    /// colon directly after it.
    fn note_group(&mut self, offset: usize, group: &Expr<'a>) {
        if offset == self.statement {
            self.begins_with_target = matches!(
                group.kind,
                ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. }
            );
        }
    }

    /// `'*' bitwise_or`, or `'*' expression` as the element of a generator expression.
    fn unpacked_element(&mut self) -> Expr<'a> {
        self.starred(Self::operand_of_star)
    }

    /// Refuses an operand that only a comprehension may unpack, unless a comprehension follows.
    fn operand_of_star(&mut self) -> Expr<'a> {
        if !self.has(GrammarRule::Unpacking) {
            return self.bitwise_or();
        }
        let start = self.place();
        let is_loose = matches!(self.token(), Token::Not | Token::Lambda);
        let value = if is_loose { self.expression() } else { self.bitwise_or() };
        if matches!(self.token(), Token::Comma | Token::RightParenthesis | Token::RightBrace) && !is_loose {
            return value;
        }
        let value = if is_loose { value } else { self.expression_from(value, start) };
        if matches!(self.token(), Token::For | Token::Async) { value } else { self.nothing() }
    }

    /// Reads the elements after the first, and the closing bracket.
    fn elements(&mut self, first: Expr<'a>, close: Token) -> &'a [Expr<'a>] {
        let elements = self.listed(first, |token| token != close, Self::star_named_expression);
        self.expect(close);
        elements
    }

    /// `list: '[' star_named_expressions? ']'`, `listcomp: '[' named_expression for_if_clauses ']'`
    pub(super) fn list(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        self.advance();
        let result = if self.take(Token::RightBracket) {
            self.node(start, ExprKind::List { elts: &[], ctx: ExprContext::Load })
        } else {
            let first = self.star_named_expression();
            if matches!(self.token(), Token::For | Token::Async) {
                self.comprehension(start, ComprehensionKind::List, first, Token::RightBracket)
            } else {
                let elts = self.elements(first, Token::RightBracket);
                self.node(start, ExprKind::List { elts, ctx: ExprContext::Load })
            }
        };
        self.heights.end(outer);
        result
    }

    /// `dict`, `set`, `dictcomp` and `setcomp`.
    pub(super) fn braces(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        self.advance();
        let result = match self.token() {
            Token::RightBrace => {
                self.advance();
                self.node(start, ExprKind::Dict { keys: &[], values: &[] })
            }
            Token::DoubleStar => {
                self.advance();
                let value = self.operand_of_star();
                if matches!(self.token(), Token::For | Token::Async) {
                    self.dict_comprehension(start, value, None)
                } else {
                    self.dict(start, None, value)
                }
            }
            Token::Star => {
                let first = self.star_named_expression();
                self.set(start, first)
            }
            _ => {
                let place = self.place();
                let begins_with_name = self.token() == Token::Name;
                let first = self.expression();
                match self.token() {
                    Token::Colon => {
                        self.advance();
                        let value = self.expression();
                        if matches!(self.token(), Token::For | Token::Async) {
                            self.dict_comprehension(start, first, Some(value))
                        } else {
                            self.dict(start, Some(first), value)
                        }
                    }
                    Token::ColonEqual => {
                        let first = self.assignment_expression(place, first, begins_with_name);
                        self.set(start, first)
                    }
                    _ => self.set(start, first),
                }
            }
        };
        self.heights.end(outer);
        result
    }

    /// `set: '{' star_named_expressions '}'`, `setcomp: '{' named_expression for_if_clauses '}'`
    fn set(&mut self, start: Position, first: Expr<'a>) -> Expr<'a> {
        if matches!(self.token(), Token::For | Token::Async) {
            return self.comprehension(start, ComprehensionKind::Set, first, Token::RightBrace);
        }
        let elts = self.elements(first, Token::RightBrace);
        self.node(start, ExprKind::Set(elts))
    }

    /// `dict: '{' double_starred_kvpairs? '}'`, after the first pair.
    fn dict(&mut self, start: Position, key: Option<Expr<'a>>, value: Expr<'a>) -> Expr<'a> {
        let (base, keys_base) = (self.stacks.expressions.base(), self.stacks.keys.base());
        self.stacks.keys.push(key);
        self.stacks.expressions.push(value);
        while self.take(Token::Comma) && self.token() != Token::RightBrace {
            self.tick();
            let (key, value) = if self.take(Token::DoubleStar) {
                (None, self.bitwise_or())
            } else {
                let key = self.expression();
                self.expect(Token::Colon);
                (Some(key), self.expression())
            };
            self.stacks.keys.push(key);
            self.stacks.expressions.push(value);
        }
        self.expect(Token::RightBrace);
        let values = self.stacks.expressions.take(base, self.arena);
        let keys = self.stacks.keys.take(keys_base, self.arena);
        self.node(start, ExprKind::Dict { keys, values })
    }

    /// Reads any expression except `lambda` and conditional expressions.
    pub(super) fn disjunction(&mut self) -> Expr<'a> {
        self.binary(DISJUNCTION)
    }
}
