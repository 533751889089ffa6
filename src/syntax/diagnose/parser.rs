//! Matching of rules against tokens.
//!
//! CPython: `Parser/pegen.c` and the code that its generator writes. The memoization affects the
//! result: a rule that failed without looking for mistakes is not tried again with them.

use unicode_normalization::UnicodeNormalization as _;

use super::grammar::{Alternative, Grammar, GrammarAction, GrammarItem, Shape};
use super::tokens::{LocatedToken, Tokens};
use super::words::Complaint;
use crate::allowance;
use crate::syntax::lexer::{SourceText, Token as Kind};
use crate::syntax::parser::StatementStart;
use crate::syntax::{MAX_LEVEL, Remark};
use crate::target::{GrammarRule, Target};
use crate::text::{ErrorType, Position, SyntaxError};

/// Number of steps in a statement of the module after which the search for a better message is
/// abandoned, which bounds the memory. The statements before it may add to them.
const MAX_STEPS: u64 = 60_000_000;
/// Number of steps that are added for each token of a statement that has ended.
const TOKEN_STEPS: u64 = 1000;

/// The parser has stopped, with [`PegParser::error`] or without one because it gave up.
pub(super) struct Stop;

/// A token, a node, or the value of an optional item that is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Nothing,
    Token(u32),
    Node(u32),
}

#[derive(Debug)]
pub(super) struct SyntaxNode {
    pub(super) shape: Shape,
    /// First token of the node.
    pub(super) first: u32,
    pub(super) end: u32,
    pub(super) children: Box<[Match]>,
}

pub(super) type Matched = Result<Option<Match>, Stop>;
pub(super) type Labels = [Match; 3];

/// Returns the error for a remark that a filter turns into one.
pub(crate) type Raises<'r> = &'r dyn Fn(Remark) -> Option<SyntaxError>;

/// Rule, result, and where it ends.
type Remembered = (u16, Option<Match>, u32);

pub(super) struct PegParser<'g, 't> {
    grammar: &'g Grammar,
    pub(super) target: &'t Target,
    pub(super) input: Tokens<'t>,
    source: &'t SourceText,
    /// Rule of the whole text.
    start: usize,
    /// True if the error is one of a field that was parsed by itself.
    pub(super) of_field: bool,
    /// Tokens of the current statement, and the number of tokens before it.
    pub(super) tokens: Vec<LocatedToken>,
    pub(super) first: usize,
    /// For each token: rule, result and end.
    memo: Vec<Vec<Remembered>>,
    /// Number of results that all of them have room for.
    remembered: usize,
    /// Tokens of the first pass and their number, and a reader for the tokens before them.
    seen: Option<(Vec<LocatedToken>, usize, Tokens<'t>)>,
    pub(super) nodes: Vec<SyntaxNode>,
    pub(super) mark: usize,
    /// True if mistakes are searched for.
    pub(super) invalid: bool,
    pub(super) flufl: bool,
    pub(super) error: Option<SyntaxError>,
    /// Remarks so far, in CPython's order.
    pub(super) remarks: Vec<Remark>,
    pub(super) raises: Option<Raises<'t>>,
    /// Line of the string with a remark that was raised.
    pub(super) raised_in: Option<i32>,
    /// Fault of a text that an f-string shows, until the end of the f-string.
    pub(super) shown: Option<String>,
    /// Texts with escapes that fields show, with the numbers of their first tokens.
    pub(super) shown_escapes: Vec<(usize, &'t str)>,
    /// True after an error that ended a repetition: no rule matches any more, only tokens do.
    pub(super) broken: bool,
    /// Error that is reported after the whole text is parsed.
    pub(super) late: Option<SyntaxError>,
    /// True if parsing ends after the current statement of the module.
    pub(super) only_one: bool,
    level: u32,
    /// Number of steps that are left.
    pub(super) steps: u64,
}

impl<'g, 't> PegParser<'g, 't> {
    pub(super) fn new(
        grammar: &'g Grammar,
        source: &'t SourceText,
        target: &'t Target,
        raises: Option<Raises<'t>>,
    ) -> Self {
        Self {
            grammar,
            target,
            input: Tokens::new(source, target, None),
            source,
            start: grammar.start,
            of_field: false,
            tokens: Vec::new(),
            first: 0,
            memo: Vec::new(),
            remembered: 0,
            seen: None,
            nodes: Vec::new(),
            mark: 0,
            invalid: false,
            flufl: false,
            error: None,
            remarks: Vec::new(),
            raises,
            raised_in: None,
            shown: None,
            shown_escapes: Vec::new(),
            broken: false,
            late: None,
            only_one: false,
            level: 0,
            steps: MAX_STEPS,
        }
    }

    /// Returns a parser for the expression of a field, in parentheses of which the first is at
    /// `place`.
    pub(super) fn of_field<'s>(
        outer: &PegParser<'g, 's>,
        source: &'s SourceText,
        place: Position,
    ) -> PegParser<'g, 's> {
        PegParser {
            input: Tokens::new(source, outer.target, Some(place)),
            start: outer.grammar.field,
            steps: outer.steps,
            ..PegParser::new(outer.grammar, source, outer.target, outer.raises)
        }
    }

    /// Parses the file from the mark, or a second time from the first token if mistakes are
    /// searched for.
    pub(super) fn file(&mut self) -> Matched {
        if self.invalid {
            let again = Tokens::new(self.source, self.target, self.input.field);
            self.seen = Some((std::mem::take(&mut self.tokens), self.first, again));
            (self.mark, self.first) = (0, 0);
            self.memo.clear();
        }
        self.level = 0;
        self.forget();
        self.rule(self.start)
    }

    /// Moves the mark to a statement of the module, without the remarks before it.
    pub(super) fn skip_to(&mut self, statement: StatementStart) {
        while let Ok(token) = self.current()
            && token.start < statement.offset
            && token.kind != Kind::End
        {
            allowance::ask();
            self.mark += 1;
            self.forget();
        }
        self.remarks.clear();
        self.flufl = statement.flufl;
    }

    /// Ends a statement of the module.
    pub(super) fn end_statement(&mut self) -> Result<(), Stop> {
        self.forget();
        if self.only_one { Err(Stop) } else { Ok(()) }
    }

    /// Drops the tokens before the mark, and all memoized results.
    pub(super) fn forget(&mut self) {
        let done = self.mark - self.first;
        self.steps += done as u64 * TOKEN_STEPS;
        self.tokens.drain(..done);
        self.memo.drain(..done);
        self.memo.iter_mut().for_each(Vec::clear);
        self.remembered = self.memo.iter().map(Vec::capacity).sum();
        self.first = self.mark;
        self.nodes.clear();
        self.shown_escapes.clear();
    }

    /// Returns a token by number, unless it was dropped or not read yet.
    pub(super) fn token_at(&self, number: usize) -> Option<&LocatedToken> {
        self.tokens.get(number.checked_sub(self.first)?)
    }

    fn next_token(&mut self) -> Result<LocatedToken, Complaint> {
        let number = self.first + self.tokens.len();
        match &mut self.seen {
            Some((_, first, again)) if number < *first => again.next(),
            Some((seen, first, _)) if number - *first < seen.len() => Ok(seen[number - *first]),
            _ => {
                let next = self.input.next();
                self.note_tokens().map_or(next, |error| Err(Complaint { error, raised: true }))
            }
        }
    }

    /// Returns the token at the mark.
    pub(super) fn current(&mut self) -> Result<LocatedToken, Stop> {
        if let Some(&token) = self.token_at(self.mark) {
            return Ok(token);
        }
        match self.next_token() {
            Ok(token) => {
                self.tokens.push(token);
                self.memo.push(Vec::new());
                Ok(token)
            }
            Err(complaint) => self.refuse(complaint.error),
        }
    }

    pub(super) fn text(&self, token: &LocatedToken) -> &'t str {
        self.input.lexer.slice(token.start, token.end)
    }

    fn rule(&mut self, number: usize) -> Matched {
        let grammar = self.grammar;
        let Some(rule) = grammar.rules.get(number) else { return Ok(None) };
        if self.broken {
            return Err(Stop);
        }
        let outer = self.level;
        allowance::ask_deep();
        if !rule.ours {
            self.deeper()?;
        }
        let result = if rule.left {
            self.left_recursive(number, &rule.alternatives)
        } else if rule.memo {
            self.remembered(number, &rule.alternatives)
        } else if rule.without_invalid {
            let before = std::mem::replace(&mut self.invalid, false);
            let result = self.alternatives(&rule.alternatives);
            self.invalid = before;
            result
        } else {
            self.alternatives(&rule.alternatives)
        };
        self.level = outer;
        result
    }

    fn deeper(&mut self) -> Result<(), Stop> {
        self.level += 1;
        allowance::ask_holding(|| self.size());
        self.steps = self.steps.checked_sub(1).ok_or(Stop)?;
        if self.level > MAX_LEVEL {
            let message = self.target.features.too_complex().to_owned();
            self.error = Some(SyntaxError::without_place(ErrorType::Memory, message));
            return Err(Stop);
        }
        Ok(())
    }

    /// Returns the memory of the parser in bytes, with room for lists to grow.
    #[cold]
    fn size(&self) -> usize {
        let tokens = self.tokens.capacity() + self.seen.as_ref().map_or(0, |(seen, ..)| seen.capacity());
        let lists = tokens * size_of::<LocatedToken>()
            + self.memo.capacity() * size_of::<Vec<Remembered>>()
            + self.nodes.capacity() * size_of::<SyntaxNode>();
        allowance::growing(lists).saturating_add(self.remembered * size_of::<Remembered>())
    }

    /// Returns the memoized result of a rule at the mark.
    fn known(&mut self, number: usize) -> Result<Option<Option<Match>>, Stop> {
        self.current()?;
        let memo = &self.memo[self.mark - self.first];
        let found = memo.iter().find(|entry| usize::from(entry.0) == number).copied();
        Ok(found.map(|(_, value, mark)| {
            self.mark = mark as usize;
            value
        }))
    }

    fn remember(&mut self, at: usize, number: usize, value: Option<Match>) {
        let (number, mark) = (number as u16, self.mark as u32);
        let memo = &mut self.memo[at - self.first];
        match memo.iter_mut().find(|entry| entry.0 == number) {
            Some(entry) => (entry.1, entry.2) = (value, mark),
            None => {
                let room = memo.capacity();
                memo.push((number, value, mark));
                self.remembered += memo.capacity() - room;
            }
        }
    }

    fn remembered(&mut self, number: usize, alternatives: &'g [Alternative]) -> Matched {
        if let Some(known) = self.known(number)? {
            return Ok(known);
        }
        let start = self.mark;
        let value = self.alternatives(alternatives)?;
        self.remember(start, number, value);
        Ok(value)
    }

    /// Matches a left-recursive rule by growing a match until it no longer grows.
    fn left_recursive(&mut self, number: usize, alternatives: &'g [Alternative]) -> Matched {
        if let Some(known) = self.known(number)? {
            return Ok(known);
        }
        let start = self.mark;
        let (mut result, mut end) = (None, start);
        loop {
            self.mark = end;
            self.remember(start, number, result);
            self.mark = start;
            // CPython has one function for the rule and one for each iteration.
            self.deeper()?;
            let grown = self.alternatives(alternatives)?;
            self.level -= 1;
            if grown.is_none() || self.mark <= end {
                break;
            }
            (result, end) = (grown, self.mark);
        }
        self.mark = end;
        Ok(result)
    }

    fn alternatives(&mut self, alternatives: &'g [Alternative]) -> Matched {
        let start = self.mark;
        for alternative in alternatives {
            if alternative.invalid && !self.invalid {
                continue;
            }
            if let Some((rule, wanted)) = alternative.mark
                && self.target.grammar.has(rule) != wanted
            {
                continue;
            }
            let mut cut = false;
            let mut values = Vec::new();
            let mut labels = [Match::Nothing; 3];
            if self.elements(alternative, &mut values, &mut labels, &mut cut)? {
                // A message that was discarded ends the rule, as in CPython.
                return self.act(&alternative.action, start, values, labels);
            }
            self.mark = start;
            if cut {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn elements(
        &mut self,
        alternative: &'g Alternative,
        values: &mut Vec<Match>,
        labels: &mut Labels,
        cut: &mut bool,
    ) -> Result<bool, Stop> {
        for (label, item) in &alternative.elements {
            if matches!(item, GrammarItem::Cut) {
                *cut = true;
                continue;
            }
            let Some(value) = self.item(item)? else { return Ok(false) };
            if !matches!(item, GrammarItem::Look(..)) {
                values.push(value);
            }
            if let Some(label) = label {
                labels[usize::from(*label)] = value;
            }
        }
        Ok(true)
    }

    fn token(&mut self) -> Match {
        self.mark += 1;
        Match::Token(self.mark as u32 - 1)
    }

    /// Refuses a name that normalizes to a keyword.
    fn check_name(&mut self, token: &LocatedToken) -> Result<(), Stop> {
        let text = self.text(token);
        if text.is_ascii() {
            return Ok(());
        }
        let name: String = text.nfkc().collect();
        if !matches!(&*name, "None" | "True" | "False") {
            return Ok(());
        }
        let message = format!("identifier field can't represent '{name}' constant");
        self.error = Some(SyntaxError::without_place(ErrorType::Value, message));
        Err(Stop)
    }

    fn item(&mut self, item: &'g GrammarItem) -> Matched {
        let is_token = matches!(item, GrammarItem::Token(_) | GrammarItem::Soft(_) | GrammarItem::Look(..));
        if self.broken && !is_token {
            return Err(Stop);
        }
        Ok(match item {
            GrammarItem::Rule(number) => self.rule(*number)?,
            GrammarItem::Token(kind) => {
                let token = self.current()?;
                if token.kind != *kind {
                    return Ok(None);
                }
                if *kind == Kind::Name && !self.target.features.names_like_keywords {
                    self.check_name(&token)?;
                }
                Some(self.token())
            }
            GrammarItem::Soft(text) => {
                let token = self.current()?;
                (token.kind == Kind::Name && self.text(&token) == text).then(|| self.token())
            }
            GrammarItem::AnySoft => {
                let token = self.current()?;
                let text = self.text(&token);
                let prefixes = self.target.features.prefixes_are_soft;
                let is = |word: &&str| if prefixes { word.starts_with(text) } else { *word == text };
                let has = |rule| self.target.grammar.has(rule);
                let own = [("type", GrammarRule::TypeParameters), ("lazy", GrammarRule::LazyImports)];
                let own = own.iter().filter(|(_, rule)| has(*rule)).map(|(word, _)| word);
                let soft = ["_", "case", "match"].iter().chain(own).any(is);
                (token.kind == Kind::Name && soft).then(|| self.token())
            }
            GrammarItem::Group(alternatives) => {
                self.deeper()?;
                let value = self.alternatives(alternatives)?;
                self.level -= 1;
                value
            }
            GrammarItem::Optional(item) => Some(self.item(item)?.unwrap_or(Match::Nothing)),
            GrammarItem::Repeat(item, once) => self.repeat(None, item, *once)?,
            GrammarItem::Separated(separator, item) => self.repeat(Some(separator), item, true)?,
            GrammarItem::Look(item, wanted) => {
                let start = self.mark;
                let found = match self.item(item) {
                    Err(Stop) if !*wanted && self.breaks() => false,
                    found => found?.is_some(),
                };
                self.mark = start;
                (found == *wanted).then_some(Match::Nothing)
            }
            GrammarItem::Cut => Some(Match::Nothing),
            GrammarItem::Force(kind, text) => {
                let token = self.current()?;
                if token.kind == *kind {
                    return Ok(Some(self.token()));
                }
                self.error = None;
                return self.refuse(SyntaxError::new(format!("expected '{text}'"), token.location));
            }
        })
    }

    fn repeat(&mut self, separator: Option<&'g GrammarItem>, item: &'g GrammarItem, once: bool) -> Matched {
        self.deeper()?;
        let outer = self.level;
        let start = self.mark;
        let mut values = Vec::new();
        loop {
            let before = self.mark;
            if let Some(separator) = separator
                && !values.is_empty()
            {
                // CPython reads the repetitions after the first in a loop.
                self.level = outer;
                self.deeper()?;
                match self.item(separator) {
                    Ok(Some(_)) => {}
                    Err(Stop) if !self.breaks() => return Err(Stop),
                    Ok(None) | Err(Stop) => break,
                }
            }
            match self.item(item) {
                Ok(Some(value)) => values.push(value),
                Err(Stop) if once && (values.is_empty() || separator.is_none()) || !self.breaks() => {
                    return Err(Stop);
                }
                Ok(None) | Err(Stop) => {
                    self.mark = before;
                    break;
                }
            }
        }
        self.level = outer - 1;
        if once && values.is_empty() {
            self.mark = start;
            return Ok(None);
        }
        Ok(Some(self.node(Shape::Sequence, start, values)))
    }

    pub(super) fn node(&mut self, shape: Shape, start: usize, children: Vec<Match>) -> Match {
        let node = SyntaxNode {
            shape,
            first: start as u32,
            end: self.mark as u32,
            children: children.into_boxed_slice(),
        };
        self.nodes.push(node);
        Match::Node(self.nodes.len() as u32 - 1)
    }

    fn act(
        &mut self,
        action: &'g GrammarAction,
        start: usize,
        mut values: Vec<Match>,
        labels: Labels,
    ) -> Matched {
        match action {
            GrammarAction::Values if values.len() == 1 => Ok(values.pop()),
            GrammarAction::Values => Ok(Some(self.node(Shape::Sequence, start, values))),
            GrammarAction::Label(label) => Ok(labels.get(usize::from(*label)).copied()),
            GrammarAction::Node(shape) => {
                let value = self.node(*shape, start, values);
                if matches!(shape, Shape::JoinedStr | Shape::TemplateStr) {
                    self.check_middles(value)?;
                }
                Ok(Some(value))
            }
            GrammarAction::Call(name) => self.call(name, start, values, labels),
            GrammarAction::Complain(place, message) => self.complain(*place, message, labels),
        }
    }
}
