//! Comprehensions and generator expressions, from their first `for`.

use super::Parser;
use crate::syntax::ast::{Comprehension, ComprehensionExpr, ComprehensionKind, Expr, ExprKind};
use crate::syntax::lexer::Token;
use crate::target::GrammarRule;
use crate::text::Position;

impl<'a> Parser<'a, '_> {
    /// `listcomp`, `setcomp` or `genexp` after its element, with the closing bracket.
    pub(super) fn comprehension(
        &mut self,
        start: Position,
        kind: ComprehensionKind,
        element: Expr<'a>,
        close: Token,
    ) -> Expr<'a> {
        if matches!(element.kind, ExprKind::Starred { .. }) {
            self.check_unpacking();
        }
        self.clauses(start, kind, element, None, Some(close))
    }

    /// `genexp` after its element, without a closing bracket.
    pub(super) fn open_comprehension(
        &mut self,
        start: Position,
        kind: ComprehensionKind,
        element: Expr<'a>,
    ) -> Expr<'a> {
        if matches!(element.kind, ExprKind::Starred { .. }) {
            self.check_unpacking();
        }
        self.clauses(start, kind, element, None, None)
    }

    /// `dictcomp: '{' kvpair for_if_clauses '}' | '{' '**' expression for_if_clauses '}'` after its
    /// element.
    pub(super) fn dict_comprehension(
        &mut self,
        start: Position,
        element: Expr<'a>,
        value: Option<Expr<'a>>,
    ) -> Expr<'a> {
        if value.is_none() {
            self.check_unpacking();
        }
        self.clauses(start, ComprehensionKind::Dict, element, value, Some(Token::RightBrace))
    }

    fn check_unpacking(&mut self) {
        self.is_own = true;
        if !self.has(GrammarRule::Unpacking) {
            self.refuse();
        }
    }

    /// `for_if_clauses: for_if_clause+`
    fn clauses(
        &mut self,
        start: Position,
        kind: ComprehensionKind,
        element: Expr<'a>,
        value: Option<Expr<'a>>,
        close: Option<Token>,
    ) -> Expr<'a> {
        let id = self.id();
        let base = self.stacks.clauses.base();
        while matches!(self.token(), Token::For | Token::Async) {
            self.tick();
            let clause = self.for_if_clause();
            self.stacks.clauses.push(clause);
            // A clause is inside those before it.
            self.heights.current += 1;
        }
        if let Some(close) = close {
            self.expect(close);
        }
        let generators = self.stacks.clauses.take(base, self.arena);
        let comprehension = self.arena.alloc(ComprehensionExpr { id, kind, element, value, generators });
        self.node(start, ExprKind::Comprehension(comprehension))
    }

    /// `for_if_clause: 'async'? 'for' star_targets 'in' ~ disjunction ('if' disjunction)*`
    fn for_if_clause(&mut self) -> Comprehension<'a> {
        let is_async = self.take(Token::Async);
        self.expect(Token::For);
        let target = self.star_targets();
        self.expect(Token::In);
        let iter = self.disjunction();
        let base = self.stacks.expressions.base();
        while self.take(Token::If) {
            self.tick();
            let condition = self.disjunction();
            self.stacks.expressions.push(condition);
        }
        let ifs = self.stacks.expressions.take(base, self.arena);
        Comprehension { target, iter, ifs, is_async }
    }
}
