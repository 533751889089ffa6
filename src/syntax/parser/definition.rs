//! Functions, classes, type aliases and type parameters.

use super::Parser;
use crate::syntax::ast::{ClassDef, Expr, FunctionDef, Stmt, StmtKind, TypeAlias, TypeParam, TypeParamKind};
use crate::syntax::lexer::Token;
use crate::target::GrammarRule;

impl<'a> Parser<'a, '_> {
    /// `function_def: decorators function_def_raw | function_def_raw`, and likewise `class_def`.
    pub(super) fn decorated(&mut self) -> Stmt<'a> {
        let base = self.stacks.expressions.base();
        while self.take(Token::At) {
            self.tick();
            let decorator = self.named_expression();
            self.stacks.expressions.push(decorator);
            self.expect_line(Token::Newline);
        }
        let decorators = self.stacks.expressions.take(base, self.arena);
        match self.token() {
            Token::Class => self.class_def_raw(decorators),
            Token::Async => {
                let start = self.place();
                self.advance();
                self.function_def_raw(decorators, start, true)
            }
            _ => {
                let start = self.place();
                self.function_def_raw(decorators, start, false)
            }
        }
    }

    /// `function_def_raw: 'async'? 'def' NAME type_params? '(' params? ')' ['->' expression] ':'
    /// block`, after `async`.
    pub(super) fn function_def_raw(
        &mut self,
        decorator_list: &'a [Expr<'a>],
        start: crate::text::Position,
        is_async: bool,
    ) -> Stmt<'a> {
        self.expect(Token::Def);
        let id = self.id();
        let name = self.name();
        let type_params = self.type_params();
        self.expect(Token::LeftParenthesis);
        let args = self.parameters(Token::RightParenthesis);
        self.expect(Token::RightParenthesis);
        let returns = self.after(Token::Arrow, Self::expression);
        let body = self.block();
        let function = FunctionDef { id, is_async, name, args, body, decorator_list, returns, type_params };
        Stmt { location: self.since(start), kind: StmtKind::FunctionDef(self.arena.alloc(function)) }
    }

    /// `class_def_raw: 'class' NAME type_params? ['(' arguments? ')'] ':' block`
    fn class_def_raw(&mut self, decorator_list: &'a [Expr<'a>]) -> Stmt<'a> {
        let start = self.place();
        self.expect(Token::Class);
        let id = self.id();
        let name = self.name();
        let type_params = self.type_params();
        let (bases, keywords) = if self.token() == Token::LeftParenthesis {
            self.arguments(false)
        } else {
            (&[] as &[_], &[] as &[_])
        };
        let body = self.block();
        let class = ClassDef { id, name, bases, keywords, body, decorator_list, type_params };
        Stmt { location: self.since(start), kind: StmtKind::ClassDef(self.arena.alloc(class)) }
    }

    /// `type_alias: "type" NAME type_params? '=' expression`, after the keyword.
    pub(super) fn type_alias_rest(&mut self) -> StmtKind<'a> {
        let id = self.id();
        let start = self.place();
        let name = self.name();
        let name_location = self.since(start);
        let type_params = self.type_params();
        self.expect(Token::Equal);
        let value = self.read_boxed(Self::expression);
        StmtKind::TypeAlias(self.arena.alloc(TypeAlias { id, name, name_location, type_params, value }))
    }

    /// `type_params: '[' ','.type_param+ ','? ']'`
    fn type_params(&mut self) -> &'a [TypeParam<'a>] {
        if !self.take(Token::LeftBracket) {
            return &[];
        }
        self.is_own = true;
        if !self.has(GrammarRule::TypeParameters) {
            self.refuse();
        }
        let base = self.stacks.type_params.base();
        loop {
            self.tick();
            let param = self.type_param();
            self.stacks.type_params.push(param);
            if !self.take(Token::Comma) || self.token() == Token::RightBracket {
                break;
            }
        }
        self.expect(Token::RightBracket);
        self.stacks.type_params.take(base, self.arena)
    }

    /// `type_param: NAME type_param_bound? type_param_default? | '*' NAME
    /// type_param_starred_default?
    /// | '**' NAME type_param_default?`
    fn type_param(&mut self) -> TypeParam<'a> {
        let start = self.place();
        let kind = match self.token() {
            Token::Star => TypeParamKind::TypeVarTuple,
            Token::DoubleStar => TypeParamKind::ParamSpec,
            _ => TypeParamKind::TypeVar,
        };
        if kind != TypeParamKind::TypeVar {
            self.advance();
        }
        let id = self.id();
        let name = self.name();
        let is_variable = kind == TypeParamKind::TypeVar;
        let bound = if is_variable { self.after(Token::Colon, Self::expression) } else { None };
        let has_default = self.token() == Token::Equal;
        self.is_own |= has_default;
        let default_value = if !has_default || !self.has(GrammarRule::TypeDefaults) {
            None
        } else if kind == TypeParamKind::TypeVarTuple {
            self.after(Token::Equal, Self::star_expression)
        } else {
            self.after(Token::Equal, Self::expression)
        };
        TypeParam { id, location: self.since(start), kind, name, bound, default_value }
    }
}
