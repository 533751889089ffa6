//! The `match` statement and its patterns.

use super::Parser;
use super::expression::begins_expression;
use crate::syntax::ast::{
    Constant, Expr, ExprContext, ExprKind, MatchCase, Operator, Pattern, PatternKind, Stmt, StmtKind,
    UnaryOperator,
};
use crate::syntax::lexer::{Notation, Token, packed};
use crate::target::GrammarRule;
use crate::text::{Name, Position};

const CASE: u64 = packed("case");
const WILDCARD: u64 = packed("_");

impl<'a> Parser<'a, '_> {
    /// `match_stmt: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT`, unless `match` is
    /// a name.
    pub(super) fn match_stmt(&mut self) -> Option<Stmt<'a>> {
        let checkpoint = self.checkpoint();
        let start = self.place();
        self.advance();
        if begins_expression(self.token()) {
            let subject = self.subject_expr();
            if self.take(Token::Colon) && self.token() == Token::Newline {
                self.notes.note_for_all(start.line());
                return Some(self.cases(start, subject));
            }
        }
        self.reset(&checkpoint);
        None
    }

    /// `subject_expr: star_named_expression ',' star_named_expressions? | named_expression`
    fn subject_expr(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let mut subject = self.star_named_expression();
        if self.token() == Token::Comma {
            let elts = self.listed(subject, begins_expression, Self::star_named_expression);
            subject = self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load });
        } else if matches!(subject.kind, ExprKind::Starred { .. }) {
            self.refuse();
        }
        self.heights.end(outer);
        subject
    }

    /// `case_block: "case" patterns guard? ':' block`
    fn cases(&mut self, start: Position, subject: Expr<'a>) -> Stmt<'a> {
        let subject = self.boxed(subject);
        self.lexer.advance();
        self.expect_line(Token::Indent);
        let base = self.stacks.cases.base();
        loop {
            if !self.is_soft(CASE) {
                self.refuse();
            }
            self.advance();
            let pattern = self.patterns();
            let guard = self.after(Token::If, Self::named_expression);
            let body = self.block();
            self.stacks.cases.push(MatchCase { pattern, guard, body });
            if matches!(self.token(), Token::Dedent | Token::End) {
                break;
            }
        }
        self.expect_line(Token::Dedent);
        let cases = self.stacks.cases.take(base, self.arena);
        Stmt { location: self.since(start), kind: StmtKind::Match { subject, cases } }
    }

    fn pattern_node(&mut self, start: Position, kind: PatternKind<'a>) -> Pattern<'a> {
        self.heights.current += 1;
        Pattern { location: self.since(start), kind }
    }

    /// `patterns: open_sequence_pattern | pattern`
    fn patterns(&mut self) -> Pattern<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let mut pattern = self.maybe_star_pattern();
        if self.token() == Token::Comma {
            let base = self.stacks.patterns.base();
            self.stacks.patterns.push(pattern);
            while self.take(Token::Comma) && !matches!(self.token(), Token::Colon | Token::If) {
                let element = self.maybe_star_pattern();
                self.stacks.patterns.push(element);
            }
            let elements = self.stacks.patterns.take(base, self.arena);
            pattern = self.pattern_node(start, PatternKind::MatchSequence(elements));
        } else if matches!(pattern.kind, PatternKind::MatchStar(_)) {
            self.refuse();
        }
        self.heights.end(outer);
        pattern
    }

    /// `maybe_star_pattern: star_pattern | pattern`
    fn maybe_star_pattern(&mut self) -> Pattern<'a> {
        if self.token() != Token::Star {
            return self.pattern();
        }
        let start = self.place();
        self.advance();
        let name = if self.is_soft(WILDCARD) {
            self.advance();
            None
        } else {
            Some(self.capture_target())
        };
        Pattern { location: self.since(start), kind: PatternKind::MatchStar(name) }
    }

    /// `pattern_capture_target: !"_" NAME !('.' | '(' | '=')`
    fn capture_target(&mut self) -> Name {
        if self.is_soft(WILDCARD) {
            self.refuse();
        }
        let name = self.name();
        if matches!(self.token(), Token::Dot | Token::LeftParenthesis | Token::Equal) {
            self.refuse();
        }
        name
    }

    /// `pattern: or_pattern 'as' pattern_capture_target | or_pattern`, `or_pattern:
    /// '|'.closed_pattern+`
    fn pattern(&mut self) -> Pattern<'a> {
        self.tick();
        let start = self.place();
        let outer = self.heights.begin();
        let mut pattern = self.closed_pattern();
        if self.token() == Token::Bar {
            let base = self.stacks.patterns.base();
            self.stacks.patterns.push(pattern);
            while self.take(Token::Bar) {
                self.tick();
                let alternative = self.closed_pattern();
                self.stacks.patterns.push(alternative);
            }
            let alternatives = self.stacks.patterns.take(base, self.arena);
            pattern = self.pattern_node(start, PatternKind::MatchOr(alternatives));
        }
        if self.take(Token::As) {
            let name = Some(self.capture_target());
            let pattern_of = Some(&*self.arena.alloc(pattern));
            pattern = self.pattern_node(start, PatternKind::MatchAs { pattern: pattern_of, name });
        }
        self.heights.end(outer);
        pattern
    }

    /// `closed_pattern`
    fn closed_pattern(&mut self) -> Pattern<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let singleton = |constant| PatternKind::MatchSingleton(constant);
        let kind = match self.token() {
            Token::Name => self.name_pattern(start),
            Token::None => singleton(Constant::None),
            Token::True => singleton(Constant::True),
            Token::False => singleton(Constant::False),
            Token::String | Token::FormatStart | Token::TemplateStart => {
                let value = self.strings();
                PatternKind::MatchValue(self.boxed(value))
            }
            Token::Number | Token::Minus | Token::Plus => {
                let value = self.signed_number();
                PatternKind::MatchValue(self.boxed(value))
            }
            Token::LeftParenthesis => {
                self.advance();
                match self.group_or_sequence() {
                    Ok(group) => {
                        self.heights.end(outer);
                        return group;
                    }
                    Err(kind) => kind,
                }
            }
            Token::LeftBracket => {
                self.advance();
                let base = self.stacks.patterns.base();
                PatternKind::MatchSequence(self.sequence(base, Token::RightBracket))
            }
            Token::LeftBrace => self.mapping_pattern(),
            _ => {
                self.refuse();
                PatternKind::MatchStar(None)
            }
        };
        if matches!(kind, PatternKind::MatchSingleton(_)) {
            self.advance();
        }
        let pattern = self.pattern_node(start, kind);
        self.heights.end(outer);
        pattern
    }

    /// `capture_pattern`, `wildcard_pattern`, `value_pattern: attr !('.' | '(' | '=')` or
    /// `class_pattern`
    fn name_pattern(&mut self, start: Position) -> PatternKind<'a> {
        if self.is_soft(WILDCARD) {
            self.advance();
            return PatternKind::MatchAs { pattern: None, name: None };
        }
        let name = self.name();
        if !matches!(self.token(), Token::Dot | Token::LeftParenthesis) {
            return PatternKind::MatchAs { pattern: None, name: Some(name) };
        }
        let value = self.attributes(start, name);
        if self.token() == Token::LeftParenthesis {
            return self.class_pattern(value);
        }
        PatternKind::MatchValue(self.boxed(value))
    }

    /// `name_or_attr: attr | NAME`, after the first name.
    fn attributes(&mut self, start: Position, id: Name) -> Expr<'a> {
        let mut value =
            Expr { location: self.since(start), kind: ExprKind::Name { id, ctx: ExprContext::Load } };
        while self.take(Token::Dot) {
            let attr = self.name();
            let object = self.boxed(value);
            value = self.node(start, ExprKind::Attribute { value: object, attr, ctx: ExprContext::Load });
        }
        value
    }

    /// Reads the elements of a sequence and the closing bracket; earlier elements are on the stack.
    fn sequence(&mut self, base: usize, close: Token) -> &'a [Pattern<'a>] {
        while self.token() != close {
            let element = self.maybe_star_pattern();
            self.stacks.patterns.push(element);
            if !self.take(Token::Comma) {
                break;
            }
        }
        self.expect(close);
        self.stacks.patterns.take(base, self.arena)
    }

    /// `group_pattern: '(' pattern ')'`, or `sequence_pattern: '(' open_sequence_pattern? ')'` as
    /// the error.
    fn group_or_sequence(&mut self) -> Result<Pattern<'a>, PatternKind<'a>> {
        let base = self.stacks.patterns.base();
        if self.token() != Token::RightParenthesis {
            let first = self.maybe_star_pattern();
            if self.token() != Token::Comma {
                if matches!(first.kind, PatternKind::MatchStar(_)) {
                    self.refuse();
                }
                self.expect(Token::RightParenthesis);
                return Ok(first);
            }
            self.advance();
            self.stacks.patterns.push(first);
        }
        Err(PatternKind::MatchSequence(self.sequence(base, Token::RightParenthesis)))
    }

    /// `class_pattern: name_or_attr '(' [positional_patterns ','] [keyword_patterns] ','? ')'`
    fn class_pattern(&mut self, cls: Expr<'a>) -> PatternKind<'a> {
        let cls = self.boxed(cls);
        self.advance();
        let (base, names_base) = (self.stacks.patterns.base(), self.stacks.names.base());
        let mut patterns: &[Pattern<'a>] = &[];
        let mut has_keywords = false;
        while self.token() != Token::RightParenthesis {
            let begins_with_name = self.token() == Token::Name;
            let is_wildcard = self.is_soft(WILDCARD);
            let pattern = self.pattern();
            if self.token() == Token::Equal {
                let name = match pattern.kind {
                    PatternKind::MatchAs { pattern: None, name: Some(name) } if begins_with_name => name,
                    PatternKind::MatchAs { pattern: None, name: None }
                        if is_wildcard && (has_keywords || self.stacks.patterns.base() == base) =>
                    {
                        self.names.intern("_")
                    }
                    _ => {
                        self.refuse();
                        break;
                    }
                };
                self.advance();
                if !has_keywords {
                    patterns = self.stacks.patterns.take(base, self.arena);
                    has_keywords = true;
                }
                self.stacks.names.push(name);
                let value = self.pattern();
                self.stacks.patterns.push(value);
            } else {
                if has_keywords {
                    self.refuse();
                }
                self.stacks.patterns.push(pattern);
            }
            if !self.take(Token::Comma) {
                break;
            }
        }
        self.expect(Token::RightParenthesis);
        let mut kwd_patterns = self.stacks.patterns.take(base, self.arena);
        if !has_keywords {
            (patterns, kwd_patterns) = (kwd_patterns, &[]);
        }
        let kwd_attrs = self.stacks.names.take(names_base, self.arena);
        PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns }
    }

    /// `mapping_pattern: '{' [items_pattern ','] [double_star_pattern] ','? '}'`
    fn mapping_pattern(&mut self) -> PatternKind<'a> {
        self.advance();
        let (base, keys_base) = (self.stacks.patterns.base(), self.stacks.expressions.base());
        let mut rest = None;
        while self.token() != Token::RightBrace {
            if self.take(Token::DoubleStar) {
                rest = Some(self.capture_target());
                self.take(Token::Comma);
                break;
            }
            let key = self.mapping_key();
            self.stacks.expressions.push(key);
            self.expect(Token::Colon);
            let pattern = self.pattern();
            self.stacks.patterns.push(pattern);
            if !self.take(Token::Comma) {
                break;
            }
        }
        self.expect(Token::RightBrace);
        let keys = self.stacks.expressions.take(keys_base, self.arena);
        PatternKind::MatchMapping { keys, patterns: self.stacks.patterns.take(base, self.arena), rest }
    }

    /// `key_value_pattern: (literal_expr | attr) ':' pattern`, up to the colon.
    fn mapping_key(&mut self) -> Expr<'a> {
        let start = self.place();
        let constant = match self.token() {
            Token::String | Token::FormatStart | Token::TemplateStart => return self.strings(),
            Token::Name => {
                let name = self.name();
                let key = self.attributes(start, name);
                if !matches!(key.kind, ExprKind::Attribute { .. }) {
                    self.refuse();
                }
                return key;
            }
            Token::None => Constant::None,
            Token::True => Constant::True,
            Token::False => Constant::False,
            _ => return self.signed_number(),
        };
        self.single(start, ExprKind::Constant(constant))
    }

    /// `signed_number !('+' | '-') | complex_number`
    fn signed_number(&mut self) -> Expr<'a> {
        let start = self.place();
        let outer = self.heights.begin();
        let (mut value, is_imaginary) = self.signed_real_number();
        let op = match self.token() {
            Token::Plus => Some(Operator::Add),
            Token::Minus => Some(Operator::Sub),
            _ => None,
        };
        if let Some(op) = op {
            self.advance();
            let (right, right_imaginary) = self.unsigned_number();
            if is_imaginary || !right_imaginary {
                self.refuse();
            }
            let (left, right) = (self.boxed(value), self.boxed(right));
            value = self.node(start, ExprKind::BinOp { left, op, right });
        }
        self.heights.end(outer);
        value
    }

    /// `signed_real_number: ['-' | '+'] NUMBER`, and true for an imaginary number.
    fn signed_real_number(&mut self) -> (Expr<'a>, bool) {
        let start = self.place();
        let op = match self.token() {
            Token::Minus => UnaryOperator::USub,
            Token::Plus => {
                self.is_own = true;
                if !self.has(GrammarRule::PositiveNumbers) {
                    self.refuse();
                }
                UnaryOperator::UAdd
            }
            _ => return self.unsigned_number(),
        };
        self.advance();
        let (operand, is_imaginary) = self.unsigned_number();
        let operand = self.boxed(operand);
        (self.node(start, ExprKind::UnaryOp { op, operand }), is_imaginary)
    }

    /// `NUMBER`, and true for an imaginary number.
    fn unsigned_number(&mut self) -> (Expr<'a>, bool) {
        if self.token() != Token::Number {
            return (self.nothing(), false);
        }
        let start = self.place();
        let is_imaginary = self.lexer.notation() == Notation::Imaginary;
        let value = self.number();
        (self.single(start, ExprKind::Constant(value)), is_imaginary)
    }
}
