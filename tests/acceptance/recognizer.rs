//! Tokens and rules → accepted or refused.
//!
//! A packrat recognizer for the parsing expression grammar. It remembers the same results as
//! CPython's parser, since these decide how deep its rules nest, which is limited.

use super::fields::{Fields, Unaccepted};
use super::first::First;
use super::grammar::{Action, Alternative, Grammar, Item};
use super::tokens::{Token, tokens};
use pycompile::target::Target;
use unicode_normalization::UnicodeNormalization as _;

/// CPython: `MAXSTACK`.
const MAX_LEVEL: u32 = 6000;

/// The grammar's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    /// The grammar accepts it, and the compiler refuses an f-string as a pattern.
    AcceptedButPattern,
    Refused,
    /// The search took too long.
    Unknown,
}

/// The end of the search: the whole text is refused, or it took too long.
enum Stop {
    Refused,
    Unknown,
}

/// A text with no more tokens cannot reach [`MAX_LEVEL`]: no token is below 60 rules of its own.
const FEW_TOKENS: usize = 100;

/// Largest number of rules and groups that are tried.
const MAX_STEPS: u64 = 50_000_000;

/// Tokens that were matched, and whether an f-string or t-string is among the values that they
/// stand for.
#[derive(Clone, Copy, Default)]
struct Value {
    start: usize,
    end: usize,
    interpolated: bool,
}

type Matched = Result<Option<Value>, Stop>;

struct Recognizer<'g> {
    grammar: &'g Grammar,
    target: &'g Target,
    text: &'g str,
    tokens: &'g [Token],
    /// Numbers of the kinds of `tokens`.
    kinds: Vec<usize>,
    /// Whether nothing is tried at a token that it cannot begin with. It would fail, but count for
    /// the depth before; so few tokens do not reach the limit.
    skips: bool,
    /// By token: rule and result.
    memo: Vec<Vec<(usize, Option<Value>)>>,
    /// First token of the statement; results for earlier tokens are not needed again.
    first: usize,
    last: usize,
    mark: usize,
    level: u32,
    steps: u64,
    flufl: bool,
    pattern: bool,
}

/// Returns the grammar's answer for a text that is decoded as the compiler decodes it.
pub fn answer(text: &str, grammar: &Grammar, target: &Target) -> Answer {
    answer_after(text, grammar, target, false)
}

/// Returns the answer for a text of which `flufl` is true after `from __future__ import
/// barry_as_FLUFL`.
fn answer_after(text: &str, grammar: &Grammar, target: &Target, flufl: bool) -> Answer {
    let text = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let Some(tokens) = tokens(&text, target) else { return Answer::Refused };
    let mut recognizer = Recognizer {
        grammar,
        target,
        text: &text,
        tokens: &tokens,
        kinds: tokens.iter().map(|token| grammar.kind(token.kind)).collect(),
        skips: tokens.len() <= FEW_TOKENS,
        memo: vec![Vec::new(); tokens.len() + 1],
        first: 0,
        last: 0,
        mark: 0,
        level: 0,
        steps: 0,
        flufl,
        pattern: false,
    };
    match recognizer.rule(grammar.start) {
        Ok(Some(_)) if recognizer.pattern => Answer::AcceptedButPattern,
        Ok(Some(_)) => Answer::Accepted,
        Ok(None) | Err(Stop::Refused) => Answer::Refused,
        Err(Stop::Unknown) => Answer::Unknown,
    }
}

impl<'g> Recognizer<'g> {
    fn kind(&self) -> usize {
        self.kinds.get(self.mark).copied().unwrap_or(First::NONE)
    }

    fn is_name(&self) -> bool {
        self.tokens.get(self.mark).is_some_and(|token| token.kind == "NAME")
    }

    fn may_begin(&self, first: First) -> bool {
        !self.skips || first.fits(self.kind())
    }

    fn written(&self, at: usize) -> &'g str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn deeper(&mut self) -> Result<(), Stop> {
        self.level += 1;
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(Stop::Unknown);
        }
        if self.level > MAX_LEVEL { Err(Stop::Refused) } else { Ok(()) }
    }

    fn rule(&mut self, number: usize) -> Matched {
        let grammar = self.grammar;
        let rule = &grammar.rules[number];
        if !self.may_begin(rule.first) {
            return Ok(None);
        }
        let outer = self.level;
        if rule.counts {
            self.deeper()?;
        }
        let result = if rule.left || rule.memo {
            match self.memo[self.mark].iter().find(|entry| entry.0 == number) {
                Some(&(_, found)) => {
                    self.mark = found.map_or(self.mark, |value| value.end);
                    found
                }
                None if rule.left => self.grown(number, &rule.alternatives)?,
                None => {
                    let start = self.mark;
                    let value = self.alternatives(&rule.alternatives)?;
                    self.remember(start, number, value);
                    value
                }
            }
        } else {
            self.alternatives(&rule.alternatives)?
        };
        self.level = outer;
        Ok(result)
    }

    fn remember(&mut self, at: usize, number: usize, value: Option<Value>) {
        let entries = &mut self.memo[at];
        match entries.iter_mut().find(|entry| entry.0 == number) {
            Some(entry) => entry.1 = value,
            None => entries.push((number, value)),
        }
        self.last = self.last.max(at);
    }

    /// A left-recursive rule: a match grows from itself until it grows no more.
    fn grown(&mut self, number: usize, alternatives: &'g [Alternative]) -> Matched {
        let start = self.mark;
        let (mut result, mut end) = (None, start);
        loop {
            self.remember(start, number, result);
            self.mark = start;
            self.deeper()?;
            let grown = self.alternatives(alternatives)?;
            self.level -= 1;
            if grown.is_none() || self.mark <= end {
                self.mark = end;
                return Ok(result);
            }
            end = self.mark;
            result = grown.map(|value| Value { start, end, ..value });
        }
    }

    fn alternatives(&mut self, alternatives: &'g [Alternative]) -> Matched {
        let start = self.mark;
        for alternative in alternatives {
            self.mark = start;
            if !self.may_begin(alternative.first) {
                continue;
            }
            let mut values = Value { start, end: start, interpolated: false };
            let mut labels = [None; 3];
            let (mut cut, mut matched) = (false, true);
            for element in &alternative.elements {
                if matches!(element.item, Item::Cut) {
                    cut = true;
                    continue;
                }
                let Some(value) = self.item(&element.item)? else {
                    matched = false;
                    break;
                };
                if !matches!(element.item, Item::Look { .. }) {
                    values.interpolated |= value.interpolated;
                }
                if let Some(label) = element.label {
                    labels[label] = Some(value);
                }
            }
            values.end = self.mark;
            if matched {
                return self.act(&alternative.action, values, labels);
            }
            if cut {
                break;
            }
        }
        self.mark = start;
        Ok(None)
    }

    fn item(&mut self, item: &'g Item) -> Matched {
        let start = self.mark;
        let found = match item {
            Item::Rule(number) => return self.rule(*number),
            Item::Token(kind) => {
                let found = self.kind() == *kind;
                if found && self.is_name() {
                    self.check_name()?;
                }
                found
            }
            Item::Soft(text) => self.is_name() && self.written(start) == text,
            Item::Group(alternatives) => {
                self.deeper()?;
                let value = self.alternatives(alternatives)?;
                self.level -= 1;
                return Ok(value);
            }
            Item::Optional(item) => {
                let nothing = Value { start, end: start, interpolated: false };
                return Ok(Some(self.item(item)?.unwrap_or(nothing)));
            }
            Item::Repeat { item, separator, once } => return self.repeat(separator.as_deref(), item, *once),
            Item::Look { item, wanted } => {
                let found = self.item(item)?.is_some();
                self.mark = start;
                return Ok((found == *wanted).then_some(Value { start, end: start, interpolated: false }));
            }
            Item::Cut => return Ok(Some(Value::default())),
            Item::Force(kind) if self.kind() != *kind => return Err(Stop::Refused),
            Item::Force(_) => true,
        };
        Ok(found.then(|| {
            self.mark += 1;
            Value { start, end: self.mark, interpolated: false }
        }))
    }

    fn repeat(&mut self, separator: Option<&'g Item>, item: &'g Item, once: bool) -> Matched {
        self.deeper()?;
        let outer = self.level;
        let start = self.mark;
        let mut value = Value { start, end: start, interpolated: false };
        let mut count = 0;
        loop {
            let before = self.mark;
            if let Some(separator) = separator
                && count > 0
            {
                // What follows the first is a loop within.
                self.level = outer;
                self.deeper()?;
                if self.item(separator)?.is_none() {
                    break;
                }
            }
            let Some(found) = self.item(item)? else {
                self.mark = before;
                break;
            };
            value.interpolated |= found.interpolated;
            count += 1;
        }
        self.level = outer - 1;
        value.end = self.mark;
        Ok((count > 0 || !once).then_some(value))
    }

    /// Names that are a constant once they are normalized.
    fn check_name(&self) -> Result<(), Stop> {
        let name = self.written(self.mark);
        let is_constant = || matches!(&*name.nfkc().collect::<String>(), "None" | "True" | "False");
        if self.target.features.names_like_keywords || name.is_ascii() || !is_constant() {
            return Ok(());
        }
        Err(Stop::Refused)
    }

    fn act(&mut self, action: &Action, values: Value, labels: [Option<Value>; 3]) -> Matched {
        let [a, b, c] = labels.map(Option::unwrap_or_default);
        match action {
            Action::Values => Ok(Some(values)),
            Action::Label(label) => {
                let interpolated = labels[*label].is_some_and(|value| value.interpolated);
                Ok(Some(Value { interpolated, ..values }))
            }
            Action::Node(name) => {
                let interpolated = matches!(name.as_str(), "JoinedStr" | "TemplateStr");
                Ok(Some(Value { interpolated, ..values }))
            }
            Action::Call(name) => {
                let fits = match name.as_str() {
                    "top" => {
                        self.memo[self.first..=self.last].iter_mut().for_each(Vec::clear);
                        (self.first, self.last) = (self.mark, self.mark);
                        true
                    }
                    "strings" => self.strings(values),
                    "whole_strings" => {
                        let interpolated = self.whole_strings(values)?;
                        let fits = self.strings(values);
                        return if fits {
                            Ok(Some(Value { interpolated, ..values }))
                        } else {
                            Err(Stop::Refused)
                        };
                    }
                    "real" | "imaginary" => {
                        self.written(a.start).ends_with(['j', 'J']) == (name == "imaginary")
                    }
                    "conversion" => {
                        let [sign, letter] = [a.start, b.start].map(|at| &self.tokens[at]);
                        sign.end == letter.start && matches!(self.written(b.start), "s" | "r" | "a")
                    }
                    "unequal" => match labels[1] {
                        None if self.flufl => false,
                        None => true,
                        Some(_) => {
                            let [less, more] = [a.start, b.start].map(|at| &self.tokens[at]);
                            return Ok((self.flufl && less.end == more.start).then_some(values));
                        }
                    },
                    "imported" => {
                        self.imported(a, b, c);
                        true
                    }
                    "lazily_imported" => b.start != b.end || !self.is_future(c),
                    "field" => labels[1].is_none_or(|equals| self.shown(values.start, equals)),
                    "keys" | "text_pattern" => {
                        self.pattern |= a.interpolated;
                        true
                    }
                    "number" | "text" | "spec_text" | "string" => true,
                    other => unreachable!("{other}"),
                };
                if fits { Ok(Some(values)) } else { Err(Stop::Refused) }
            }
        }
    }

    /// Returns whether either all or none of the literals are bytes.
    fn strings(&self, values: Value) -> bool {
        let (mut depth, mut bytes, mut others) = (0, false, false);
        for at in values.start..values.end {
            match self.tokens[at].kind {
                "FSTART" | "TSTART" => depth += 1,
                "FEND" | "TEND" => {
                    depth -= 1;
                    others |= depth == 0;
                }
                "STRING" if depth == 0 => {
                    let text = self.written(at);
                    let prefix = text.find(['"', '\'']).map_or("", |end| &text[..end]);
                    let is_bytes = prefix.contains(['b', 'B']);
                    bytes |= is_bytes;
                    others |= !is_bytes;
                }
                _ => {}
            }
        }
        !(bytes && others)
    }

    /// Checks the fields of f-strings that are tokens as a whole, and returns whether there are
    /// f-strings.
    fn whole_strings(&self, values: Value) -> Result<bool, Stop> {
        let mut interpolated = false;
        for at in values.start..values.end {
            let text = self.written(at);
            let prefix = text.find(['"', '\'']).map_or("", |end| &text[..end]).to_ascii_lowercase();
            if !prefix.contains('f') {
                continue;
            }
            interpolated = true;
            let inside = &text[prefix.len()..];
            let is_triple = ["'''", "\"\"\""].iter().any(|quotes| inside.starts_with(quotes));
            let quotes = if is_triple { 3 } else { 1 };
            let mut answer = |field: &str| answer_after(field, self.grammar, self.target, self.flufl);
            let mut fields = Fields {
                body: &inside[quotes..inside.len() - quotes],
                raw: prefix.contains('r'),
                target: self.target,
                answer: &mut answer,
            };
            fields.check().map_err(|why| match why {
                Unaccepted::Refused => Stop::Refused,
                Unaccepted::Unknown => Stop::Unknown,
            })?;
        }
        Ok(interpolated)
    }

    /// `from __future__ import barry_as_FLUFL`
    fn imported(&mut self, dots: Value, module: Value, names: Value) {
        if dots.start == dots.end && self.target.features.flufl_inequality && self.is_future(module) {
            let mut names = names.start..names.end;
            self.flufl |= names.any(|at| self.normal(at) == "barry_as_FLUFL" && self.written(at - 1) != "as");
        }
    }

    fn is_future(&self, module: Value) -> bool {
        module.end == module.start + 1 && self.normal(module.start) == "__future__"
    }

    fn normal(&self, at: usize) -> String {
        self.written(at).nfkc().collect()
    }

    /// Returns whether the field that begins at `start` may be shown with its text; CPython loses
    /// that of a field within a field within a field.
    fn shown(&self, start: usize, equals: Value) -> bool {
        if equals.start == equals.end {
            return true;
        }
        let (mut strings, mut closed, mut fields, mut opening) = (0, 0, 0, "");
        for at in (0..start).rev() {
            match self.tokens[at].kind {
                "FEND" | "TEND" => strings += 1,
                "FSTART" | "TSTART" if strings == 0 => {
                    opening = self.written(at);
                    break;
                }
                "FSTART" | "TSTART" => strings -= 1,
                "}" if strings == 0 => closed += 1,
                "{" if strings == 0 && closed == 0 => fields += 1,
                "{" if strings == 0 => closed -= 1,
                _ => {}
            }
        }
        let text = &self.text[self.tokens[start].end..self.tokens[equals.end].start];
        let escaped = self.target.features.escaped_debug_text && fields == 0 && !opening.contains(['r', 'R']);
        // The release that decodes escapes has removed all number signs, to the end of the line.
        let without_comments = || {
            let lines = text.split('\n').map(|line| line.split('#').next().unwrap_or_default());
            lines.collect::<Vec<_>>().join("\n")
        };
        fields < self.target.features.shown_field_levels
            && (!escaped || super::literal::escapes_fit(&without_comments(), self.target))
    }
}
