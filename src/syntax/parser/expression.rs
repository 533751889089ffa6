//! Expressions, from lists of expressions to operators.

use super::Parser;
use crate::syntax::ast::{
    BoolOperator, CompareOperator, Expr, ExprContext, ExprKind, Lambda, Operator, UnaryOperator,
};
use crate::syntax::lexer::{FaultKind, TOKENS, Token};
use crate::text::Position;

/// Precedence of operators, lowest first; also the lowest precedence that the operand of a rule
/// accepts.
pub(super) const DISJUNCTION: u8 = 1;
const CONJUNCTION: u8 = 2;
const INVERSION: u8 = 3;
const COMPARISON: u8 = 4;
pub(super) const BITWISE_OR: u8 = 5;
const FACTOR: u8 = 11;
const POWER: u8 = 12;

/// Precedence and operator of each token as an infix operator; 0 if it is not one.
static INFIX: [(u8, Operator); TOKENS] = {
    let mut infix = [(0, Operator::Add); TOKENS];
    let operators = [
        (Token::Or, DISJUNCTION, Operator::Add),
        (Token::And, CONJUNCTION, Operator::Add),
        (Token::EqualEqual, COMPARISON, Operator::Add),
        (Token::NotEqual, COMPARISON, Operator::Add),
        (Token::Less, COMPARISON, Operator::Add),
        (Token::LessEqual, COMPARISON, Operator::Add),
        (Token::Greater, COMPARISON, Operator::Add),
        (Token::GreaterEqual, COMPARISON, Operator::Add),
        (Token::In, COMPARISON, Operator::Add),
        (Token::Is, COMPARISON, Operator::Add),
        (Token::Not, COMPARISON, Operator::Add),
        (Token::Bar, BITWISE_OR, Operator::BitOr),
        (Token::Circumflex, 6, Operator::BitXor),
        (Token::Ampersand, 7, Operator::BitAnd),
        (Token::LeftShift, 8, Operator::LShift),
        (Token::RightShift, 8, Operator::RShift),
        (Token::Plus, 9, Operator::Add),
        (Token::Minus, 9, Operator::Sub),
        (Token::Star, 10, Operator::Mult),
        (Token::Slash, 10, Operator::Div),
        (Token::DoubleSlash, 10, Operator::FloorDiv),
        (Token::Percent, 10, Operator::Mod),
        (Token::At, 10, Operator::MatMult),
        (Token::DoubleStar, POWER, Operator::Pow),
    ];
    let mut index = 0;
    while index < operators.len() {
        let (token, binds, operator) = operators[index];
        infix[token as usize] = (binds, operator);
        index += 1;
    }
    infix
};

/// True for tokens that can begin an expression or an element with a star.
static BEGINS: [bool; TOKENS] = {
    let mut begins = [false; TOKENS];
    let tokens = [
        Token::Name,
        Token::Number,
        Token::String,
        Token::FormatStart,
        Token::TemplateStart,
        Token::True,
        Token::False,
        Token::None,
        Token::Ellipsis,
        Token::LeftParenthesis,
        Token::LeftBracket,
        Token::LeftBrace,
        Token::Minus,
        Token::Plus,
        Token::Tilde,
        Token::Not,
        Token::Await,
        Token::Lambda,
        Token::Star,
    ];
    let mut index = 0;
    while index < tokens.len() {
        begins[tokens[index] as usize] = true;
        index += 1;
    }
    begins
};

/// Returns whether an expression, or an element with a star, can begin with `token`.
#[inline(always)]
pub(super) fn begins_expression(token: Token) -> bool {
    BEGINS[token as usize]
}

impl<'a> Parser<'a, '_> {
    /// Reads the elements of a list after its first. Each is preceded by a comma, and a comma may
    /// end the list.
    #[inline]
    pub(super) fn listed(
        &mut self,
        first: Expr<'a>,
        begins: impl Fn(Token) -> bool,
        read: impl Fn(&mut Self) -> Expr<'a>,
    ) -> &'a [Expr<'a>] {
        let base = self.stacks.expressions.base();
        self.stacks.expressions.push(first);
        while self.take(Token::Comma) && begins(self.token()) {
            self.tick();
            let element = read(self);
            self.stacks.expressions.push(element);
        }
        self.stacks.expressions.take(base, self.arena)
    }

    /// `star_expressions: ','.star_expression+ ','?`
    pub(super) fn star_expressions(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let mut result = self.star_expression();
        if self.token() == Token::Comma {
            let elts = self.listed(result, begins_expression, Self::star_expression);
            result = self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load });
        }
        self.heights.end(outer);
        result
    }

    /// `star_expression: '*' bitwise_or | expression`
    #[inline]
    pub(super) fn star_expression(&mut self) -> Expr<'a> {
        if self.token() == Token::Star { self.starred(Self::bitwise_or) } else { self.expression() }
    }

    /// `star_named_expression: '*' bitwise_or | named_expression`
    #[inline]
    pub(super) fn star_named_expression(&mut self) -> Expr<'a> {
        if self.token() == Token::Star { self.starred(Self::bitwise_or) } else { self.named_expression() }
    }

    /// `'*'` and an operand read by `read`: `'*' bitwise_or`, or `starred_expression: '*'
    /// expression`.
    pub(super) fn starred(&mut self, read: impl FnOnce(&mut Self) -> Expr<'a>) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        self.advance();
        let value = self.read_boxed(read);
        let starred = self.node(start, ExprKind::Starred { value, ctx: ExprContext::Load });
        self.heights.end(outer);
        starred
    }

    /// `named_expression: NAME ':=' expression | expression !':='`
    #[inline]
    pub(super) fn named_expression(&mut self) -> Expr<'a> {
        let start = self.place();
        let begins_with_name = self.token() == Token::Name;
        let expression = self.expression();
        if self.token() == Token::ColonEqual {
            return self.assignment_expression(start, expression, begins_with_name);
        }
        expression
    }

    /// `assignment_expression: NAME ':=' ~ expression`, after the name.
    pub(super) fn assignment_expression(
        &mut self,
        start: Position,
        name: Expr<'a>,
        begins_with_name: bool,
    ) -> Expr<'a> {
        let ExprKind::Name { id, .. } = name.kind else { return self.nothing() };
        if !begins_with_name {
            return self.nothing();
        }
        let outer = self.heights.begin();
        self.advance();
        let value = self.expression();
        let value = self.boxed(value);
        let target = self
            .boxed(Expr { location: name.location, kind: ExprKind::Name { id, ctx: ExprContext::Store } });
        let named = self.node(start, ExprKind::NamedExpr { target, value });
        self.heights.end(outer);
        named
    }

    /// `annotated_rhs: yield_expr | star_expressions`
    pub(super) fn annotated_rhs(&mut self) -> Expr<'a> {
        if self.token() == Token::Yield { self.yield_expr() } else { self.star_expressions() }
    }

    /// `yield_expr: 'yield' 'from' expression | 'yield' star_expressions?`
    pub(super) fn yield_expr(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        self.advance();
        let kind = if self.take(Token::From) {
            ExprKind::YieldFrom(self.read_boxed(Self::expression))
        } else {
            ExprKind::Yield(self.optional(Self::star_expressions))
        };
        let expression = self.node(start, kind);
        self.heights.end(outer);
        expression
    }

    /// `expression: disjunction ['if' disjunction 'else' expression] | lambdef`
    pub(super) fn expression(&mut self) -> Expr<'a> {
        let outer = self.heights.begin();
        let expression = if !self.enter() {
            self.nothing()
        } else if self.token() == Token::Lambda {
            self.lambdef()
        } else {
            let start = self.place();
            let operand = self.operand(DISJUNCTION);
            let body = self.infix(operand, start, DISJUNCTION);
            if self.token() == Token::If { self.conditional(body, start) } else { body }
        };
        self.leave();
        self.heights.end(outer);
        expression
    }

    /// Continues an expression whose first operand was read as that of `'*' bitwise_or`.
    pub(super) fn expression_from(&mut self, operand: Expr<'a>, start: Position) -> Expr<'a> {
        let body = self.infix(operand, start, DISJUNCTION);
        if self.token() == Token::If { self.conditional(body, start) } else { body }
    }

    /// `'if' disjunction 'else' expression`
    fn conditional(&mut self, body: Expr<'a>, start: Position) -> Expr<'a> {
        self.advance();
        let test = self.binary(DISJUNCTION);
        self.expect(Token::Else);
        let orelse = self.expression();
        let (body, test, orelse) = (self.boxed(body), self.boxed(test), self.boxed(orelse));
        self.node(start, ExprKind::IfExp { test, body, orelse })
    }

    /// `lambdef: 'lambda' lambda_params? ':' expression`
    fn lambdef(&mut self) -> Expr<'a> {
        let start = self.place();
        self.advance();
        let id = self.id();
        let args = self.parameters(Token::Colon);
        self.expect(Token::Colon);
        // CPython nests two rules for each `lambda`.
        let body = if self.enter() { self.expression() } else { self.nothing() };
        self.leave();
        let lambda = self.arena.alloc(Lambda { id, args, body });
        self.node(start, ExprKind::Lambda(lambda))
    }

    /// Reads an operand and the operators after it with precedence `least` or higher.
    #[inline]
    pub(super) fn binary(&mut self, least: u8) -> Expr<'a> {
        let outer = self.heights.begin();
        let start = self.place();
        let operand = self.operand(least);
        let expression = self.infix(operand, start, least);
        self.heights.end(outer);
        expression
    }

    /// Reads `inversion`, `factor` or `await_primary` up to the operand.
    #[inline]
    fn operand(&mut self, least: u8) -> Expr<'a> {
        match self.token() {
            Token::Not if least <= INVERSION => self.prefixed(true),
            Token::Minus | Token::Plus | Token::Tilde if least <= FACTOR => self.prefixed(false),
            Token::Await => self.await_primary(),
            _ => self.primary(),
        }
    }

    /// `inversion: 'not' inversion`, or `factor: ('+' | '-' | '~') factor`. A row of prefix
    /// operators is not a recursion.
    fn prefixed(&mut self, inversion: bool) -> Expr<'a> {
        let base = self.stacks.prefixes.base();
        let level = self.level;
        loop {
            let operator = match self.token() {
                Token::Not if inversion => UnaryOperator::Not,
                Token::Minus if !inversion => UnaryOperator::USub,
                Token::Plus if !inversion => UnaryOperator::UAdd,
                Token::Tilde if !inversion => UnaryOperator::Invert,
                _ => break,
            };
            if !self.enter() {
                break;
            }
            let start = self.place();
            self.stacks.prefixes.push((operator, start));
            self.advance();
        }
        let mut expression = if inversion { self.binary(COMPARISON) } else { self.binary_power() };
        while let Some((op, start)) = self.stacks.prefixes.pop_from(base) {
            let operand = self.boxed(expression);
            expression = self.node(start, ExprKind::UnaryOp { op, operand });
        }
        self.level = level;
        expression
    }

    /// `power: await_primary '**' factor | await_primary`
    fn binary_power(&mut self) -> Expr<'a> {
        let start = self.place();
        let operand = self.operand(POWER);
        self.infix(operand, start, POWER)
    }

    /// `await_primary: 'await' primary`
    fn await_primary(&mut self) -> Expr<'a> {
        let start = self.place();
        self.advance();
        let value = self.primary();
        let value = self.boxed(value);
        self.node(start, ExprKind::Await(value))
    }

    /// Reads the operators after an operand with precedence `least` or higher, and their operands.
    #[inline]
    fn infix(&mut self, mut left: Expr<'a>, start: Position, least: u8) -> Expr<'a> {
        loop {
            let (binds, op) = INFIX[self.token() as usize];
            if binds < least {
                return left;
            }
            left = match binds {
                DISJUNCTION => self.bool_op(left, start, BoolOperator::Or),
                CONJUNCTION => self.bool_op(left, start, BoolOperator::And),
                COMPARISON => self.comparison(left, start),
                _ => {
                    self.advance();
                    let right = if binds == POWER { self.exponent() } else { self.binary(binds + 1) };
                    let (left, right) = (self.boxed(left), self.boxed(right));
                    self.node(start, ExprKind::BinOp { left, op, right })
                }
            };
        }
    }

    /// `'**' factor`, which nests to the right; CPython nests two rules for each.
    fn exponent(&mut self) -> Expr<'a> {
        self.level += 1;
        let right = if self.enter() { self.binary(FACTOR) } else { self.nothing() };
        self.level -= 2;
        right
    }

    /// `disjunction: conjunction ('or' conjunction)+`, `conjunction: inversion ('and' inversion)+`
    fn bool_op(&mut self, first: Expr<'a>, start: Position, op: BoolOperator) -> Expr<'a> {
        let (token, least) = match op {
            BoolOperator::Or => (Token::Or, CONJUNCTION),
            BoolOperator::And => (Token::And, INVERSION),
        };
        let base = self.stacks.expressions.base();
        self.stacks.expressions.push(first);
        while self.take(token) {
            self.tick();
            let value = self.binary(least);
            self.stacks.expressions.push(value);
        }
        let values = self.stacks.expressions.take(base, self.arena);
        self.node(start, ExprKind::BoolOp { op, values })
    }

    /// `comparison: bitwise_or compare_op_bitwise_or_pair+`
    fn comparison(&mut self, left: Expr<'a>, start: Position) -> Expr<'a> {
        let (base, ops_base) = (self.stacks.expressions.base(), self.stacks.comparisons.base());
        while INFIX[self.token() as usize].0 == COMPARISON {
            self.tick();
            let op = self.compare_op();
            self.stacks.comparisons.push(op);
            let comparator = self.binary(BITWISE_OR);
            self.stacks.expressions.push(comparator);
        }
        let comparators = self.stacks.expressions.take(base, self.arena);
        let ops = self.stacks.comparisons.take(ops_base, self.arena);
        let left = self.boxed(left);
        self.node(start, ExprKind::Compare { left, ops, comparators })
    }

    /// The operator of `compare_op_bitwise_or_pair`.
    fn compare_op(&mut self) -> CompareOperator {
        let op = match self.token() {
            Token::EqualEqual => CompareOperator::Eq,
            Token::NotEqual => {
                // After `from __future__ import barry_as_FLUFL`, `<>` is the only spelling; before,
                // it is not accepted.
                if (self.lexer.byte(self.lexer.start()) == b'<') != self.flufl {
                    self.refuse();
                }
                CompareOperator::NotEq
            }
            Token::Less => CompareOperator::Lt,
            Token::LessEqual => CompareOperator::LtE,
            Token::Greater => CompareOperator::Gt,
            Token::GreaterEqual => CompareOperator::GtE,
            Token::In => CompareOperator::In,
            Token::Not => {
                self.advance();
                if self.token() != Token::In {
                    self.refuse();
                }
                CompareOperator::NotIn
            }
            _ => {
                self.advance();
                if self.token() != Token::Not {
                    return CompareOperator::Is;
                }
                CompareOperator::IsNot
            }
        };
        self.advance();
        op
    }

    /// `bitwise_or`: an operand without comparison or boolean operators.
    pub(super) fn bitwise_or(&mut self) -> Expr<'a> {
        self.binary(BITWISE_OR)
    }

    /// Refuses trees that are too deep for CPython's later passes.
    pub(super) fn check_depth(&mut self) {
        if self.heights.deepest > super::MAX_DEPTH {
            self.fail(FaultKind::TooDeep);
        }
    }
}
