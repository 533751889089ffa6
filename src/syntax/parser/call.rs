//! Arguments of calls and classes.

use super::Parser;
use crate::syntax::ast::{Call, ComprehensionKind, Expr, ExprKind, Keyword};
use crate::syntax::lexer::Token;
use crate::text::Position;

/// Kinds of arguments read so far. Positional arguments may not follow a keyword, and `*` may not
/// follow `**`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Positional,
    Keywords,
    Unpacked,
}

impl<'a> Parser<'a, '_> {
    /// `primary: primary genexp | primary '(' arguments? ')'`
    pub(super) fn call(&mut self, func: Expr<'a>, start: Position) -> Expr<'a> {
        let (args, keywords) = self.arguments(true);
        let call = self.arena.alloc(Call { func, args, keywords });
        self.node(start, ExprKind::Call(call))
    }

    /// `'(' arguments? ')'`; if it `may_generate`, possibly a single generator expression without
    /// its own parentheses.
    pub(super) fn arguments(&mut self, may_generate: bool) -> (&'a [Expr<'a>], &'a [Keyword<'a>]) {
        let open = self.place();
        self.advance();
        let outer = self.heights.begin();
        let (base, keywords_base) = (self.stacks.expressions.base(), self.stacks.keywords.base());
        let mut order = Order::Positional;
        let mut closed = self.take(Token::RightParenthesis);
        while !closed {
            self.tick();
            let start = self.place();
            match self.token() {
                Token::DoubleStar => {
                    self.advance();
                    let value = self.expression();
                    let location = self.since(start);
                    self.stacks.keywords.push(Keyword { location, arg: None, value });
                    order = Order::Unpacked;
                }
                Token::Star => {
                    let element = self.starred(Self::expression);
                    if order == Order::Unpacked {
                        self.refuse();
                    }
                    let (element, is_closed) =
                        self.generated(open, element, may_generate, base, keywords_base);
                    closed = is_closed;
                    self.stacks.expressions.push(element);
                }
                _ => {
                    let begins_with_name = self.token() == Token::Name;
                    let mut element = self.expression();
                    match (self.token(), &element.kind) {
                        (Token::Equal, ExprKind::Name { id, .. }) if begins_with_name => {
                            let arg = Some(*id);
                            self.advance();
                            let value = self.expression();
                            let location = self.since(start);
                            self.stacks.keywords.push(Keyword { location, arg, value });
                            if order == Order::Positional {
                                order = Order::Keywords;
                            }
                        }
                        (token, _) => {
                            if order != Order::Positional {
                                self.refuse();
                            }
                            if token == Token::ColonEqual {
                                element = self.assignment_expression(start, element, begins_with_name);
                            }
                            let (element, is_closed) =
                                self.generated(open, element, may_generate, base, keywords_base);
                            closed = is_closed;
                            self.stacks.expressions.push(element);
                        }
                    }
                }
            }
            if !closed {
                let is_comma = self.take(Token::Comma);
                closed = self.take(Token::RightParenthesis);
                if !is_comma && !closed {
                    self.refuse();
                    closed = true;
                }
            }
        }
        self.heights.end(outer);
        let args = self.stacks.expressions.take(base, self.arena);
        (args, self.stacks.keywords.take(keywords_base, self.arena))
    }

    /// `primary genexp`: a generator expression in the parentheses of the call, if one follows its
    /// element.
    fn generated(
        &mut self,
        open: Position,
        element: Expr<'a>,
        may_generate: bool,
        base: usize,
        keywords_base: usize,
    ) -> (Expr<'a>, bool) {
        if !matches!(self.token(), Token::For | Token::Async) {
            return (element, false);
        }
        let is_first = self.stacks.expressions.base() == base && self.stacks.keywords.base() == keywords_base;
        if !may_generate || !is_first {
            return (self.nothing(), true);
        }
        (self.comprehension(open, ComprehensionKind::Generator, element, Token::RightParenthesis), true)
    }
}
