//! Parameters of functions and of `lambda`.

use super::Parser;
use crate::syntax::ast::{Arg, Arguments, Expr};
use crate::syntax::lexer::Token;

impl<'a> Parser<'a, '_> {
    /// `params?` up to `)`, or `lambda_params?` up to `:`; only the former have annotations.
    pub(super) fn parameters(&mut self, close: Token) -> Arguments<'a> {
        let annotated = close == Token::RightParenthesis;
        let arena = self.arena;
        let mut arguments = Arguments::default();
        let base = self.stacks.parameters.base();
        let defaults_base = self.stacks.expressions.base();
        while self.token() == Token::Name {
            self.tick();
            let parameter = self.parameter(annotated);
            self.stacks.parameters.push(parameter);
            if self.take(Token::Equal) {
                let default = self.default(annotated);
                self.stacks.expressions.push(default);
            } else if self.stacks.expressions.base() > defaults_base {
                self.refuse();
            }
            if !self.separated(close) {
                break;
            }
            if self.token() == Token::Slash {
                let is_first = arguments.posonlyargs.is_empty() && self.stacks.parameters.base() > base;
                self.advance();
                if !is_first {
                    self.refuse();
                }
                arguments.posonlyargs = self.stacks.parameters.take(base, arena);
                if !self.separated(close) {
                    break;
                }
            }
        }
        arguments.args = self.stacks.parameters.take(base, arena);
        arguments.defaults = self.stacks.expressions.take(defaults_base, arena);
        if self.take(Token::Star) {
            self.star_etc(&mut arguments, annotated, close);
        }
        if self.take(Token::DoubleStar) {
            let parameter = self.parameter(annotated);
            arguments.kwarg = Some(arena.alloc(parameter));
            if self.token() != close {
                self.expect(Token::Comma);
            }
        }
        arguments
    }

    /// Consumes a comma; returns false if the parameters end instead.
    fn separated(&mut self, close: Token) -> bool {
        if self.take(Token::Comma) {
            return true;
        }
        if self.token() != close {
            self.refuse();
        }
        false
    }

    /// `star_etc: '*' param_no_default … | '*' ',' param_maybe_default+ …`, after the star.
    fn star_etc(&mut self, arguments: &mut Arguments<'a>, annotated: bool, close: Token) {
        let arena = self.arena;
        let is_bare = self.token() == Token::Comma;
        if is_bare {
            self.advance();
            if self.token() != Token::Name {
                self.refuse();
            }
        } else {
            let parameter = self.star_parameter(annotated);
            arguments.vararg = Some(arena.alloc(parameter));
            if !self.separated(close) {
                return;
            }
        }
        let (base, defaults_base) = (self.stacks.parameters.base(), self.stacks.keys.base());
        while self.token() == Token::Name {
            let parameter = self.parameter(annotated);
            self.stacks.parameters.push(parameter);
            let default = if self.take(Token::Equal) { Some(self.default(annotated)) } else { None };
            self.stacks.keys.push(default);
            if !self.separated(close) {
                break;
            }
        }
        arguments.kwonlyargs = self.stacks.parameters.take(base, arena);
        arguments.kw_defaults = self.stacks.keys.take(defaults_base, arena);
    }

    /// `default: '=' expression`, after the sign. Defaults of `lambda` can nest without brackets;
    /// CPython then nests seven or eight rules for each.
    fn default(&mut self, annotated: bool) -> Expr<'a> {
        const LAMBDA_LEVELS: u32 = 6;
        if annotated {
            return self.expression();
        }
        self.level += LAMBDA_LEVELS;
        let default = self.expression();
        self.level -= LAMBDA_LEVELS;
        default
    }

    /// `param: NAME annotation?`
    fn parameter(&mut self, annotated: bool) -> Arg<'a> {
        let start = self.place();
        let arg = self.name();
        let annotation = if annotated { self.after(Token::Colon, Self::expression) } else { None };
        Arg { location: self.since(start), arg, annotation }
    }

    /// `param_star_annotation: NAME ':' star_expression`, or `param`
    fn star_parameter(&mut self, annotated: bool) -> Arg<'a> {
        let start = self.place();
        let arg = self.name();
        let annotation = if annotated { self.after(Token::Colon, Self::star_expression) } else { None };
        Arg { location: self.since(start), arg, annotation }
    }
}
