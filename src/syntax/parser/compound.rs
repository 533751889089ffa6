//! Compound statements and their blocks.

use super::Parser;
use crate::syntax::ast::{
    ExceptHandler, Expr, ExprContext, ExprKind, For, Stmt, StmtKind, Try, With, WithItem,
};
use crate::syntax::lexer::Token;
use crate::target::GrammarRule;
use crate::text::Position;

impl<'a> Parser<'a, '_> {
    /// `':' block`, `block: NEWLINE INDENT statements DEDENT | simple_stmts`
    pub(super) fn block(&mut self) -> &'a [Stmt<'a>] {
        self.expect(Token::Colon);
        let base = self.stacks.statements.base();
        if self.token() == Token::Newline {
            self.lexer.advance();
            self.expect_line(Token::Indent);
            while !matches!(self.token(), Token::Dedent | Token::End) {
                self.statement();
            }
            self.expect_line(Token::Dedent);
        } else {
            self.line_of_block();
        }
        self.stacks.statements.take(base, self.arena)
    }

    /// `else_block: 'else' ':' block`
    fn else_block(&mut self) -> &'a [Stmt<'a>] {
        if self.take(Token::Else) { self.block() } else { &[] }
    }

    /// `if_stmt: 'if' named_expression ':' block (elif_stmt | else_block)?`. A chain of `elif` is
    /// not a recursion.
    pub(super) fn if_stmt(&mut self) -> Stmt<'a> {
        let base = self.stacks.statements.base();
        let statements = self.heights.statements;
        let level = self.level;
        let mut orelse: &[Stmt<'a>] = &[];
        let mut is_more = true;
        while is_more {
            let start = self.place();
            self.advance();
            let test = self.named_expression();
            let test = self.boxed(test);
            let body = self.block();
            // The end of the node and its `else` are not known yet.
            let kind = StmtKind::If { test, body, orelse: &[] };
            self.stacks.statements.push(Stmt { location: self.since(start), kind });
            is_more = self.token() == Token::Elif && self.enter();
            if is_more {
                self.heights.enter();
            } else {
                orelse = self.else_block();
            }
        }
        self.level = level;
        while self.heights.statements > statements {
            self.heights.leave();
        }
        let mut result = None;
        while let Some(mut statement) = self.stacks.statements.pop_from(base) {
            if let Some(nested) = result {
                orelse = std::slice::from_ref(self.arena.alloc(nested));
            }
            if let StmtKind::If { test, body, .. } = statement.kind {
                statement.kind = StmtKind::If { test, body, orelse };
            }
            statement.location = self.since(statement.location.start());
            result = Some(statement);
        }
        result.unwrap_or(Stmt { location: crate::text::Location::NONE, kind: StmtKind::Pass })
    }

    /// `while_stmt: 'while' named_expression ':' block else_block?`
    pub(super) fn while_stmt(&mut self) -> Stmt<'a> {
        let start = self.place();
        self.advance();
        let test = self.named_expression();
        let test = self.boxed(test);
        let body = self.block();
        let orelse = self.else_block();
        Stmt { location: self.since(start), kind: StmtKind::While { test, body, orelse } }
    }

    /// `for_stmt: 'for' star_targets 'in' ~ star_expressions ':' block else_block?`
    pub(super) fn for_stmt(&mut self) -> Stmt<'a> {
        let start = self.place();
        self.for_rest(start, false)
    }

    /// `for_stmt: 'async'? 'for' star_targets 'in' ~ star_expressions ':' block else_block?`, after
    /// `async`.
    fn for_rest(&mut self, start: Position, is_async: bool) -> Stmt<'a> {
        self.advance();
        let target = self.star_targets();
        self.expect(Token::In);
        let iter = self.star_expressions();
        self.notes.note_iterable(&iter);
        let body = self.block();
        let orelse = self.else_block();
        let statement = For { is_async, target, iter, body, orelse };
        Stmt { location: self.since(start), kind: StmtKind::For(self.arena.alloc(statement)) }
    }

    /// `async_stmt`: statements with `async`, and functions without decorators.
    pub(super) fn async_stmt(&mut self) -> Stmt<'a> {
        let start = self.place();
        self.advance();
        match self.token() {
            Token::For => self.for_rest(start, true),
            Token::With => self.with_rest(start, true),
            _ => self.function_def_raw(&[], start, true),
        }
    }

    /// `with_stmt: 'with' '(' ','.with_item+ ','? ')' ':' block | 'with' ','.with_item+ ':' block`
    pub(super) fn with_stmt(&mut self) -> Stmt<'a> {
        let start = self.place();
        self.with_rest(start, false)
    }

    /// `with_stmt: 'async'? 'with' '(' ','.with_item+ ','? ')' ':' block | 'async'? 'with'
    /// ','.with_item+ ':' block`, after `async`.
    fn with_rest(&mut self, start: Position, is_async: bool) -> Stmt<'a> {
        let checkpoint = self.checkpoint();
        self.advance();
        let base = self.stacks.items.base();
        let may_enclose = self.token() == Token::LeftParenthesis;
        if !may_enclose || !self.items_in_parentheses() {
            if may_enclose {
                self.reset(&checkpoint);
                self.advance();
            }
            loop {
                self.with_item();
                if !self.take(Token::Comma) {
                    break;
                }
            }
        }
        let items = self.stacks.items.take(base, self.arena);
        let body = self.block();
        let statement = With { is_async, items, body };
        Stmt { location: self.since(start), kind: StmtKind::With(self.arena.alloc(statement)) }
    }

    /// `'(' ','.with_item+ ','? ')' &':'`
    fn items_in_parentheses(&mut self) -> bool {
        self.advance();
        loop {
            self.with_item();
            if !self.take(Token::Comma) || self.token() == Token::RightParenthesis {
                break;
            }
        }
        self.take(Token::RightParenthesis) && self.token() == Token::Colon
    }

    /// `with_item: expression 'as' star_target &(',' | ')' | ':') | expression`
    fn with_item(&mut self) {
        self.tick();
        let context_expr = self.expression();
        let optional_vars = self.after(Token::As, Self::star_target);
        self.stacks.items.push(WithItem { context_expr, optional_vars });
    }

    /// `try_stmt: 'try' ':' block (finally_block | except_block+ else_block? finally_block?)`, and
    /// the same with `except_star_block`
    pub(super) fn try_stmt(&mut self) -> Stmt<'a> {
        let start = self.place();
        self.advance();
        let body = self.block();
        let base = self.stacks.handlers.base();
        let mut is_star = false;
        while self.token() == Token::Except {
            let begin = self.place();
            self.advance();
            let has_star = self.take(Token::Star);
            if self.stacks.handlers.base() > base && has_star != is_star {
                self.refuse();
            }
            is_star = has_star;
            let handler = self.except_block(begin, is_star);
            self.stacks.handlers.push(handler);
        }
        let handlers = self.stacks.handlers.take(base, self.arena);
        let orelse = if handlers.is_empty() { &[] } else { self.else_block() };
        let finalbody = if self.take(Token::Finally) {
            let leaves = self.leaves;
            let body = self.block();
            self.leaves_finally |= self.leaves != leaves;
            body
        } else {
            &[]
        };
        if handlers.is_empty() && finalbody.is_empty() {
            self.refuse();
        }
        let statement = Try { is_star, body, handlers, orelse, finalbody };
        Stmt { location: self.since(start), kind: StmtKind::Try(self.arena.alloc(statement)) }
    }

    /// `except_block: 'except' expression ['as' NAME] ':' block | 'except' expressions ':' block |
    /// 'except' ':' block`, after `except` and the star.
    fn except_block(&mut self, start: Position, is_star: bool) -> ExceptHandler<'a> {
        let (mut kind, mut name) = (None, None);
        if self.token() != Token::Colon || is_star {
            let start = self.place();
            let expression = self.expression();
            if self.token() == Token::Comma {
                let tuple = self.bare_exceptions(start, expression);
                kind = Some(self.boxed(tuple));
            } else {
                kind = Some(self.boxed(expression));
                if self.take(Token::As) {
                    name = Some(self.name());
                }
            }
        }
        let body = self.block();
        ExceptHandler { location: self.since(start), kind, name, body }
    }

    /// `expressions`: exception types without parentheses (PEP 758), after the first.
    fn bare_exceptions(&mut self, start: Position, first: Expr<'a>) -> Expr<'a> {
        self.is_own = true;
        if !self.has(GrammarRule::BareExceptions) {
            return self.nothing();
        }
        let elts = self.listed(first, |token| token != Token::Colon, Self::expression);
        self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load })
    }
}
