//! Statements on one line.

use super::Parser;
use super::expression::begins_expression;
use crate::syntax::ast::{Expr, ExprContext, ExprKind, Operator, Stmt, StmtKind};
use crate::syntax::lexer::{TOKENS, Token, packed};
use crate::target::GrammarRule;
use crate::text::Position;

/// Operator of each token that is an augmented assignment.
static AUGASSIGN: [Option<Operator>; TOKENS] = {
    let mut augassign = [None; TOKENS];
    let operators = [
        (Token::PlusEqual, Operator::Add),
        (Token::MinusEqual, Operator::Sub),
        (Token::StarEqual, Operator::Mult),
        (Token::AtEqual, Operator::MatMult),
        (Token::SlashEqual, Operator::Div),
        (Token::PercentEqual, Operator::Mod),
        (Token::AmpersandEqual, Operator::BitAnd),
        (Token::BarEqual, Operator::BitOr),
        (Token::CircumflexEqual, Operator::BitXor),
        (Token::LeftShiftEqual, Operator::LShift),
        (Token::RightShiftEqual, Operator::RShift),
        (Token::DoubleStarEqual, Operator::Pow),
        (Token::DoubleSlashEqual, Operator::FloorDiv),
    ];
    let mut index = 0;
    while index < operators.len() {
        augassign[operators[index].0 as usize] = Some(operators[index].1);
        index += 1;
    }
    augassign
};

const TYPE: u64 = packed("type");
const LAZY: u64 = packed("lazy");
const MATCH: u64 = packed("match");

impl<'a> Parser<'a, '_> {
    /// `statement: compound_stmt | simple_stmts`
    pub(super) fn statement(&mut self) {
        self.tick();
        self.heights.enter();
        let compound = match self.token() {
            Token::If => self.if_stmt(),
            Token::Def => self.decorated(),
            Token::For => self.for_stmt(),
            Token::Class => self.decorated(),
            Token::Try => self.try_stmt(),
            Token::With => self.with_stmt(),
            Token::While => self.while_stmt(),
            Token::At => self.decorated(),
            Token::Async => self.async_stmt(),
            Token::Name if self.is_soft(MATCH) => match self.match_stmt() {
                Some(statement) => statement,
                None => return self.simple_stmts(),
            },
            _ => return self.simple_stmts(),
        };
        self.heights.leave();
        self.check_depth();
        self.stacks.statements.push(compound);
    }

    /// `simple_stmts: ';'.simple_stmt+ ';'? NEWLINE`
    fn simple_stmts(&mut self) {
        self.heights.leave();
        loop {
            self.heights.enter();
            let start = self.place();
            let kind = self.simple_stmt();
            let location = self.since(start);
            self.stacks.statements.push(Stmt { location, kind });
            self.heights.leave();
            if !self.take(Token::Semicolon) || self.token() == Token::Newline {
                break;
            }
            self.tick();
        }
        self.check_depth();
        self.expect_line(Token::Newline);
    }

    /// Reads the statements on a line after a colon.
    pub(super) fn line_of_block(&mut self) {
        self.heights.enter();
        self.simple_stmts();
    }

    /// `simple_stmt`
    fn simple_stmt(&mut self) -> StmtKind<'a> {
        match self.token() {
            Token::Name => {
                if self.is_soft(TYPE)
                    && let Some(alias) = self.type_alias()
                {
                    return alias;
                }
                if self.is_soft(LAZY)
                    && let Some(import) = self.lazy_import()
                {
                    return import;
                }
                self.assignment()
            }
            Token::Return => {
                self.leaves += 1;
                self.advance();
                StmtKind::Return(self.optional(Self::star_expressions))
            }
            Token::Import => self.import_name(false),
            Token::From => self.import_from(false),
            Token::Raise => {
                self.advance();
                let exc = self.optional(Self::expression);
                let cause = exc.and_then(|_| self.after(Token::From, Self::expression));
                StmtKind::Raise { exc, cause }
            }
            Token::Pass => self.keyword(StmtKind::Pass),
            Token::Break => self.leave_loop(StmtKind::Break),
            Token::Continue => self.leave_loop(StmtKind::Continue),
            Token::Del => self.del_stmt(),
            Token::Assert => {
                self.advance();
                let test = self.read_boxed(Self::expression);
                StmtKind::Assert { test, msg: self.after(Token::Comma, Self::expression) }
            }
            Token::Global => StmtKind::Global(self.names()),
            Token::Nonlocal => StmtKind::Nonlocal(self.names()),
            _ => self.assignment(),
        }
    }

    fn keyword(&mut self, kind: StmtKind<'a>) -> StmtKind<'a> {
        self.advance();
        kind
    }

    fn leave_loop(&mut self, kind: StmtKind<'a>) -> StmtKind<'a> {
        self.leaves += 1;
        self.keyword(kind)
    }

    /// Reads with `read` if an expression begins at the current token.
    pub(super) fn optional(&mut self, read: impl FnOnce(&mut Self) -> Expr<'a>) -> Option<&'a Expr<'a>> {
        if begins_expression(self.token()) { Some(self.read_boxed(read)) } else { None }
    }

    /// `global_stmt: 'global' ','.NAME+`, `nonlocal_stmt: 'nonlocal' ','.NAME+`
    fn names(&mut self) -> &'a [crate::text::Name] {
        self.advance();
        let base = self.stacks.names.base();
        loop {
            self.tick();
            let name = self.name();
            self.stacks.names.push(name);
            if !self.take(Token::Comma) {
                return self.stacks.names.take(base, self.arena);
            }
        }
    }

    /// `del_stmt: 'del' del_targets &(';' | NEWLINE)`
    fn del_stmt(&mut self) -> StmtKind<'a> {
        self.advance();
        let base = self.stacks.expressions.base();
        loop {
            self.tick();
            let target = self.del_target();
            self.stacks.expressions.push(target);
            if !self.take(Token::Comma) || matches!(self.token(), Token::Semicolon | Token::Newline) {
                break;
            }
        }
        if !matches!(self.token(), Token::Semicolon | Token::Newline) {
            self.refuse();
        }
        StmtKind::Delete(self.stacks.expressions.take(base, self.arena))
    }

    /// `assignment`, or a single `star_expressions` or `yield_expr`.
    fn assignment(&mut self) -> StmtKind<'a> {
        let start = self.place();
        self.statement = self.lexer.start();
        self.begins_with_target = false;
        let begins_with_name = self.token() == Token::Name;
        let first = self.annotated_rhs();
        match self.token() {
            Token::Newline | Token::Semicolon => StmtKind::Expr(self.boxed(first)),
            Token::Equal => self.assign(first),
            Token::Colon => self.annotated(first, start, begins_with_name),
            token => match AUGASSIGN[token as usize] {
                Some(op) => {
                    let target = self.single_target_of(first);
                    self.advance();
                    let value = self.annotated_rhs();
                    StmtKind::AugAssign { target: self.boxed(target), op, value: self.boxed(value) }
                }
                None => StmtKind::Expr(self.boxed(first)),
            },
        }
    }

    /// `(star_targets '=')+ annotated_rhs !'='`, after the first target.
    fn assign(&mut self, first: Expr<'a>) -> StmtKind<'a> {
        let base = self.stacks.expressions.base();
        let mut value = first;
        while self.token() == Token::Equal {
            self.tick();
            let target = self.target_of(value, ExprContext::Store);
            self.stacks.expressions.push(target);
            self.advance();
            value = self.annotated_rhs();
        }
        let targets = self.stacks.expressions.take(base, self.arena);
        StmtKind::Assign { targets, value: self.boxed(value) }
    }

    /// `NAME ':' expression ['=' annotated_rhs]`, `('(' single_target ')' |
    /// single_subscript_attribute_target) ':' …`, after the target.
    fn annotated(&mut self, target: Expr<'a>, start: Position, begins_with_name: bool) -> StmtKind<'a> {
        if self.begins_with_target && target.location.start() == start {
            // The expression continues after the parentheses.
            self.refuse();
        }
        let simple = begins_with_name && matches!(target.kind, ExprKind::Name { .. });
        let target = self.single_target_of(target);
        self.advance();
        let (target, annotation) = (self.boxed(target), self.read_boxed(Self::expression));
        let value = self.after(Token::Equal, Self::annotated_rhs);
        StmtKind::AnnAssign { target, annotation, value, simple }
    }

    /// `type_alias`, if a name follows the soft keyword.
    fn type_alias(&mut self) -> Option<StmtKind<'a>> {
        if !self.has(GrammarRule::TypeParameters) {
            return None;
        }
        let checkpoint = self.checkpoint();
        self.advance();
        if self.token() == Token::Name {
            self.is_own = true;
            return Some(self.type_alias_rest());
        }
        self.reset(&checkpoint);
        None
    }

    /// `import_stmt`, if its keyword follows `lazy`.
    fn lazy_import(&mut self) -> Option<StmtKind<'a>> {
        if !self.has(GrammarRule::LazyImports) {
            return None;
        }
        let checkpoint = self.checkpoint();
        self.advance();
        match self.token() {
            Token::Import => {
                self.is_own = true;
                return Some(self.import_name(true));
            }
            Token::From => {
                self.is_own = true;
                return Some(self.import_from(true));
            }
            _ => self.reset(&checkpoint),
        }
        None
    }
}
