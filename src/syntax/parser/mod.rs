//! Tokens → [`ast`](super::ast), in one pass: CPython's grammar (`Grammar/python.gram`) by
//! recursive descent.
//!
//! The parser has no messages. It keeps the first fault, after which the lexer returns `End` and
//! every loop terminates; `diagnose` finds the message. So no step returns a `Result`, and nodes
//! built after a fault are dropped.
//!
//! | file | rules |
//! |---|---|
//! | [`statement`] | `statements`, `simple_stmt`, `assignment` |
//! | [`compound`] | `if_stmt`, `while_stmt`, `for_stmt`, `with_stmt`, `try_stmt`, `block` |
//! | [`definition`] | `function_def`, `class_def`, `type_alias`, `type_params` |
//! | [`import`] | `import_stmt` |
//! | [`parameter`] | `params`, `lambda_params` |
//! | [`expression`] | `star_expressions` to `await_primary` |
//! | [`primary`] | `primary`, `slices`, `atom` |
//! | [`display`] | `tuple`, `group`, `list`, `dict`, `set` |
//! | [`comprehension`] | `for_if_clauses` and the element before it |
//! | [`call`] | `arguments` |
//! | [`target`] | `star_targets`, `single_target`, `del_targets` |
//! | [`pattern`] | `match_stmt` |
//! | [`string`] | `strings`, `fstring`, `tstring` |
//! | [`literal`] | values of numbers and strings |

mod call;
mod compound;
mod comprehension;
mod definition;
mod display;
mod expression;
mod field_apart;
mod import;
mod literal;
mod parameter;
mod pattern;
mod primary;
mod replaceable;
mod stack;
mod statement;
mod string;
mod target;

use bumpalo::Bump;
use unicode_normalization::UnicodeNormalization as _;

pub(super) use self::field_apart::{FieldFault, expression_end};
pub(super) use self::literal::{MAX_DIGITS, too_many_digits};
use self::stack::{Heights, Stacks};
pub(super) use self::string::conversion;
use super::MAX_LEVEL;
use super::ast::{Constant, Expr, ExprKind, Module, NodeId};
use super::lexer::{FaultKind, Lexer, LexerFault, LexerMark, SourceText, Token};
use super::remark::{Invalid, Remark};
use crate::allowance;
use crate::target::{GrammarRule, Target};
use crate::text::{ErrorType, Location, Name, Names, Position, SyntaxError};

/// Deepest nesting of nodes. CPython's parser fails much earlier on nodes that nest to the right.
/// It accepts chains that nest to the left as far as the C stack of its later passes allows: about
/// this deep with 8 MiB.
const MAX_DEPTH: u32 = 27_400;

/// Largest number of levels of CPython's parser for a bracket.
const BRACKET_LEVELS: usize = 30;
/// Largest number of levels of CPython's parser for each of [`Parser::level`].
const LEVELS: usize = 2;
/// Number of levels from which CPython's limit of 6000 may be reached, with a margin for enclosing
/// statements.
const DOUBTFUL_LEVELS: usize = 4500;

/// Start of a statement of the module.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StatementStart {
    /// Offset of its first token.
    pub(super) offset: usize,
    /// Number of remarks up to its first token.
    pub(super) remarks: usize,
    /// True after `from __future__ import barry_as_FLUFL`.
    pub(super) flufl: bool,
}

/// Result of parsing a text.
#[derive(Clone, Debug)]
pub(super) struct ParsedText<'a> {
    pub(super) module: Module<'a>,
    /// True if another target may build another tree or refuse the text.
    pub(super) is_own: bool,
    /// True if there are f-strings, whose fields some targets read by themselves.
    pub(super) has_fields: bool,
    /// Statements that may be too complex for CPython's parser.
    pub(super) doubtful: Vec<StatementStart>,
}

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct ParserRefusal {
    pub(super) fault: LexerFault,
    /// Error that CPython raises after its grammar has accepted the text, if that is the reason.
    pub(super) after: Option<SyntaxError>,
    /// Statements up to the fault that may be too complex for CPython's parser.
    pub(super) doubtful: Vec<StatementStart>,
    /// Statement with the fault.
    pub(super) statement: StatementStart,
}

/// The parser; see the module documentation.
struct Parser<'a, 't> {
    lexer: Lexer<'t>,
    arena: &'a Bump,
    names: &'t mut Names,
    target: &'t Target,
    /// Position after the last token other than newlines and indentation.
    last_end: Position,
    next_id: u32,
    /// Number of nested rules of CPython's grammar, without those that brackets and statements
    /// nest.
    level: u32,
    /// Largest value of `level`.
    deepest_level: u32,
    heights: Heights,
    stacks: Stacks<'a>,
    /// Number of enclosing fields of format specs in the innermost f-string.
    fields: u32,
    /// True after `from __future__ import barry_as_FLUFL`.
    flufl: bool,
    is_own: bool,
    has_fields: bool,
    after: Option<SyntaxError>,
    /// Current statement of the module.
    top: StatementStart,
    doubtful: Vec<StatementStart>,
    /// Offset of the current statement.
    statement: usize,
    /// True if the statement begins with a target in parentheses.
    begins_with_target: bool,
    notes: replaceable::Notes,
    /// Invalid escape sequences in the text of the enclosing f-strings, with that text.
    pending: Vec<(Invalid, String)>,
    /// Number of `return`, `break` and `continue` so far.
    leaves: u32,
    /// True if some of them are in a `finally` block.
    leaves_finally: bool,
}

/// A state to return to.
struct Checkpoint {
    lexer: LexerMark,
    last_end: Position,
    next_id: u32,
    level: u32,
    heights: Heights,
    stacks: stack::StackLengths,
    notes: replaceable::Lengths,
}

/// Parses a module. `remarks` receives the remarks up to a fault.
///
/// # Errors
/// Returns the fault for which the text is refused, without a message.
pub(super) fn parse<'a>(
    source: &SourceText,
    target: &Target,
    arena: &'a Bump,
    names: &mut Names,
    remarks: &mut Vec<Remark>,
) -> Result<ParsedText<'a>, Box<ParserRefusal>> {
    let mut parser = Parser {
        lexer: Lexer::new(source, target),
        arena,
        names,
        target,
        last_end: Position::new(1, 0),
        next_id: 0,
        level: 0,
        deepest_level: 0,
        heights: Heights::default(),
        stacks: Stacks::default(),
        fields: 0,
        flufl: false,
        is_own: false,
        has_fields: false,
        after: None,
        top: StatementStart::default(),
        doubtful: Vec::new(),
        statement: 0,
        begins_with_target: false,
        notes: replaceable::Notes::default(),
        pending: Vec::new(),
        leaves: 0,
        leaves_finally: false,
    };
    let module = parser.file();
    remarks.append(&mut parser.lexer.remarks);
    let Parser { after, doubtful, top: statement, .. } = parser;
    match parser.lexer.fault() {
        Some(fault) => Err(Box::new(ParserRefusal { fault, after, doubtful, statement })),
        None => Ok(ParsedText {
            module,
            is_own: parser.is_own || parser.lexer.is_own,
            has_fields: parser.has_fields,
            doubtful,
        }),
    }
}

impl<'a> Parser<'a, '_> {
    /// `file: statements? ENDMARKER`
    fn file(&mut self) -> Module<'a> {
        if u32::try_from(self.lexer.text.len()).is_err() {
            self.lexer.fail(FaultKind::TooLong, 0);
        } else {
            self.lexer.advance();
        }
        let id = self.id();
        let base = self.stacks.statements.base();
        while self.token() != Token::End {
            self.begin_statement();
            self.statement();
            if self.is_doubtful() {
                self.doubtful.push(self.top);
            }
        }
        let body = self.stacks.statements.take(base, self.arena);
        self.notes.sort();
        Module {
            id,
            body,
            node_count: self.next_id,
            depth: self.heights.deepest,
            unicode_strings: self.arena.alloc_slice_copy(&self.notes.unicode_strings),
            replaceable: self.arena.alloc_slice_copy(&self.notes.replaceable),
            foldable: self.arena.alloc_slice_copy(&self.notes.foldable),
            leaves_finally: self.leaves_finally,
        }
    }

    /// Begins a statement of the module.
    fn begin_statement(&mut self) {
        self.deepest_level = 0;
        self.lexer.deepest = 0;
        if self.token() != Token::Indent {
            let (offset, remarks) = (self.lexer.start(), self.lexer.remarks.len());
            self.top = StatementStart { offset, remarks, flufl: self.flufl };
        }
    }

    /// Returns whether the current statement of the module may be too complex for CPython's parser,
    /// which only CPython's grammar itself shows.
    fn is_doubtful(&self) -> bool {
        self.lexer.deepest * BRACKET_LEVELS + self.deepest_level as usize * LEVELS > DOUBTFUL_LEVELS
    }

    /// Returns whether the target's grammar has `rule`.
    fn has(&self, rule: GrammarRule) -> bool {
        self.target.grammar.has(rule)
    }

    #[inline(always)]
    fn token(&self) -> Token {
        self.lexer.token
    }

    #[inline(always)]
    fn place(&self) -> Position {
        self.lexer.place()
    }

    /// Consumes a token that is part of a node.
    #[inline(always)]
    fn advance(&mut self) {
        self.last_end = self.lexer.end_place();
        self.lexer.advance();
    }

    /// Consumes `token` if it is next.
    #[inline(always)]
    fn take(&mut self, token: Token) -> bool {
        let is_next = self.token() == token;
        if is_next {
            self.advance();
        }
        is_next
    }

    /// Consumes `token`, or refuses the text.
    #[inline(always)]
    fn expect(&mut self, token: Token) {
        if !self.take(token) {
            self.refuse();
        }
    }

    /// Consumes a newline or indentation token, or refuses the text.
    #[inline(always)]
    fn expect_line(&mut self, token: Token) {
        if self.token() == token {
            self.lexer.advance();
        } else {
            self.refuse();
        }
    }

    /// Refuses the current token, which no rule accepts.
    #[cold]
    fn refuse(&mut self) {
        self.fail(FaultKind::Grammar);
    }

    /// Refuses a text that the grammar accepts.
    #[cold]
    fn refuse_after(&mut self, kind: ErrorType, message: impl Into<String>) {
        if self.lexer.fault().is_none() {
            self.after = Some(SyntaxError::without_place(kind, message));
        }
        self.refuse();
    }

    #[cold]
    fn fail(&mut self, kind: FaultKind) {
        let at = self.lexer.start();
        self.lexer.fail(kind, at);
    }

    /// Stops the compilation if the file has used up its allowance.
    #[inline(always)]
    fn tick(&self) {
        allowance::ask_holding(|| self.size());
    }

    /// Returns the memory of the parser in bytes, with room for the lists and the arena to grow.
    #[cold]
    fn size(&self) -> usize {
        let remarks = self.lexer.remarks.capacity() * size_of::<Remark>();
        allowance::growing(self.stacks.size() + self.names.size() + self.notes.size() + remarks)
            .saturating_add(self.arena.allocated_bytes())
    }

    /// Enters one level of recursion; returns false if that is too deep.
    #[inline(always)]
    fn enter(&mut self) -> bool {
        self.level += 1;
        self.deepest_level = self.deepest_level.max(self.level);
        allowance::ask_deep();
        if self.level > MAX_LEVEL {
            self.fail(FaultKind::TooComplex);
        }
        self.level <= MAX_LEVEL
    }

    #[inline(always)]
    fn leave(&mut self) {
        self.level -= 1;
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            lexer: self.lexer.mark(),
            last_end: self.last_end,
            next_id: self.next_id,
            level: self.level,
            heights: self.heights,
            stacks: self.stacks.lengths(),
            notes: self.notes.lengths(),
        }
    }

    /// Returns to a state.
    fn reset(&mut self, checkpoint: &Checkpoint) {
        self.lexer.reset(checkpoint.lexer);
        self.last_end = checkpoint.last_end;
        self.next_id = checkpoint.next_id;
        self.level = checkpoint.level;
        self.heights = checkpoint.heights;
        self.stacks.truncate(&checkpoint.stacks);
        self.notes.truncate(&checkpoint.notes);
        self.fields = 0;
        self.after = None;
        self.pending.clear();
    }

    fn id(&mut self) -> NodeId {
        let id = NodeId(self.next_id);
        self.next_id += 1;
        id
    }

    /// Returns the location from `start` to the last token.
    #[inline(always)]
    fn since(&self, start: Position) -> Location {
        Location::between(start, self.last_end)
    }

    /// Completes a node that has children.
    #[inline(always)]
    fn node(&mut self, start: Position, kind: ExprKind<'a>) -> Expr<'a> {
        self.tick();
        let expression = Expr { location: self.since(start), kind };
        self.heights.current += 1;
        if self.heights.current > MAX_DEPTH {
            self.fail(FaultKind::TooDeep);
        }
        self.notes.note(&expression);
        expression
    }

    /// Returns a placeholder for an expression in a text that is refused.
    #[cold]
    fn nothing(&mut self) -> Expr<'a> {
        self.refuse();
        Expr { location: Location::NONE, kind: ExprKind::Constant(Constant::None) }
    }

    #[inline(always)]
    fn boxed(&self, expression: Expr<'a>) -> &'a Expr<'a> {
        self.arena.alloc(expression)
    }

    /// Reads with `read` and boxes the result.
    #[inline]
    fn read_boxed(&mut self, read: impl FnOnce(&mut Self) -> Expr<'a>) -> &'a Expr<'a> {
        let expression = read(self);
        self.boxed(expression)
    }

    /// Reads with `read` after `token`, if that is next.
    #[inline]
    fn after(&mut self, token: Token, read: impl FnOnce(&mut Self) -> Expr<'a>) -> Option<&'a Expr<'a>> {
        if self.take(token) { Some(self.read_boxed(read)) } else { None }
    }

    /// `NAME`: interns and consumes the current token.
    #[inline]
    fn name(&mut self) -> Name {
        if self.token() != Token::Name {
            self.refuse();
            return self.names.intern("");
        }
        let name = self.current_name();
        self.advance();
        name
    }

    #[inline]
    fn current_name(&mut self) -> Name {
        let word = self.lexer.word();
        if !word.ascii {
            return self.normalized_name();
        }
        self.names.intern_word(word.first, word.second, self.lexer.token_text())
    }

    #[cold]
    fn normalized_name(&mut self) -> Name {
        let text: String = self.lexer.token_text().nfkc().collect();
        // The spelling is not that of a keyword, but normalization made it one.
        if matches!(&*text, "None" | "True" | "False") {
            self.is_own = true;
            if !self.target.features.names_like_keywords {
                self.refuse();
            }
        }
        self.names.intern(&text)
    }

    /// Returns whether the current token is this soft keyword.
    #[inline(always)]
    fn is_soft(&self, keyword: u64) -> bool {
        let word = self.lexer.word();
        self.token() == Token::Name && word.first == keyword && word.length <= 8
    }
}
