//! Messages and their locations.
//!
//! CPython: `Parser/pegen_errors.c`, and the functions in `Parser/action_helpers.c` that its
//! grammar calls for mistakes.

use super::apart;
use super::grammar::{ComplaintPlace, LabelReference, Shape};
use super::parser::{Labels, Match, Matched, PegParser, Stop, SyntaxNode};
use super::tokens::LocatedToken;
use crate::syntax::lexer::Token as Kind;
use crate::text::{ErrorType, Location, SyntaxError};

/// Kinds of targets to check for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Targets {
    Assignment,
    Deletion,
    For,
}

impl PegParser<'_, '_> {
    pub(super) fn complain(&mut self, place: ComplaintPlace, message: &str, labels: Labels) -> Matched {
        let location = match place {
            ComplaintPlace::At(at) => self.location(self.referred(at, labels)),
            ComplaintPlace::Range(first, last) => {
                let end = self.location(self.referred(last, labels));
                self.location(self.referred(first, labels)).to(end)
            }
            ComplaintPlace::From(at) => self.up_to_here(self.location(self.referred(at, labels))),
            ComplaintPlace::Last | ComplaintPlace::Indent => self.at_token(self.input.last),
            ComplaintPlace::Next => {
                let token = self.current()?;
                self.at_token(token)
            }
            ComplaintPlace::Target(at) => {
                let of = if message == "cannot delete" { Targets::Deletion } else { Targets::Assignment };
                return self.wrong_target(self.referred(at, labels), of, message);
            }
        };
        let kind =
            if matches!(place, ComplaintPlace::Indent) { ErrorType::Indentation } else { ErrorType::Syntax };
        let has_own_place =
            matches!(place, ComplaintPlace::At(_) | ComplaintPlace::Range(..) | ComplaintPlace::From(_));
        let replaces = self.broken && (has_own_place || self.target.features.every_error_replaces);
        let at_fault = replaces && !has_own_place && self.input.lexer.fault().is_some();
        let location = if at_fault { self.at_fault() } else { location };
        if replaces {
            self.error = None;
        }
        let message = self.filled(message, labels[0]);
        self.refuse(SyntaxError::of(kind, message, location))
    }

    /// Returns whether the search goes on after an error that ends a repetition.
    pub(super) fn breaks(&mut self) -> bool {
        let is_syntax = |error: &SyntaxError| {
            matches!(
                error.kind,
                ErrorType::Syntax | ErrorType::Token | ErrorType::TokenInBytes | ErrorType::Indentation
            )
        };
        let goes_on = self.invalid && self.target.features.later_error_replaces;
        self.broken |= goes_on && self.error.as_ref().is_some_and(is_syntax);
        self.broken
    }

    pub(super) fn refuse<T>(&mut self, error: SyntaxError) -> Result<T, Stop> {
        if self.error.is_none() {
            self.error = Some(self.placed(error));
        }
        Err(Stop)
    }

    /// Returns the error as it is raised here: in the field of an f-string with its text, and if it
    /// is not one of the tokenizer with the location in that text.
    pub(super) fn placed(&self, error: SyntaxError) -> SyntaxError {
        let Some(field) = self.input.field.filter(|_| error.kind.is_syntax()) else { return error };
        let line = error.location.line();
        if matches!(error.kind, ErrorType::Token | ErrorType::TokenInBytes) {
            return SyntaxError { text: Some(self.input.line_of_field(field, line)), ..error };
        }
        SyntaxError {
            kind: error.kind,
            message: format!("f-string: {}", error.message),
            location: apart::relative(error.location, field),
            text: Some(self.input.held_text(field, line)),
        }
    }

    pub(super) fn refuse_at<T>(&mut self, message: impl Into<String>, location: Location) -> Result<T, Stop> {
        if self.broken {
            self.error = None;
        }
        self.refuse(SyntaxError::new(message, location))
    }

    /// Refuses at the last token that was read (`RAISE_SYNTAX_ERROR`).
    pub(super) fn refuse_here<T>(&mut self, message: impl Into<String>) -> Result<T, Stop> {
        self.refuse_at(message, self.at_token(self.input.last))
    }

    /// Returns the location from the start of `location` to the end of the text that was read.
    pub(super) fn up_to_here(&self, location: Location) -> Location {
        let (line, read) = self.input.reached();
        Location::new(location.line(), line, location.column(), read - 1)
    }

    /// Returns the location of an error that is raised at a token that the lexer refused.
    fn at_fault(&self) -> Location {
        let (line, read) = self.input.reached();
        Location::new(line, line, read - 1, -2)
    }

    /// Returns the location of an error that is raised at a token. Without a column, it is the end
    /// of the text that was read.
    pub(super) fn at_token(&self, token: LocatedToken) -> Location {
        let at = token.location;
        let column = if at.column() < 0 { self.input.reached().1 - 1 } else { at.column() };
        let end_column = if at.end_column() < 0 { -2 } else { at.end_column() };
        Location::new(at.line(), at.end_line(), column, end_column)
    }

    fn referred(&self, reference: LabelReference, labels: Labels) -> Match {
        let value = labels.get(usize::from(reference.label)).copied().unwrap_or(Match::Nothing);
        if reference.last { self.last_item(value) } else { value }
    }

    /// Returns the last item of a list. For a comprehension, it is the last condition, or the
    /// iterable.
    pub(super) fn last_item(&self, value: Match) -> Match {
        let items = self.items(value);
        let Some(&last) = items.last() else { return value };
        match self.shape(last) {
            Some(Shape::Comprehension) => self.children(last).last().copied().unwrap_or(last),
            _ => last,
        }
    }

    pub(super) fn shape(&self, value: Match) -> Option<Shape> {
        self.node_of(value).map(|node| node.shape)
    }

    fn node_of(&self, value: Match) -> Option<&SyntaxNode> {
        match value {
            Match::Node(node) => self.nodes.get(node as usize),
            _ => None,
        }
    }

    pub(super) fn token_of(&self, value: Match) -> Option<LocatedToken> {
        match value {
            Match::Token(token) => self.token_at(token as usize).copied(),
            _ => None,
        }
    }

    /// Returns `value` itself or the items of a sequence, without punctuation.
    pub(super) fn items(&self, value: Match) -> Vec<Match> {
        let mut items = Vec::new();
        self.collect(value, &mut items);
        items
    }

    fn collect(&self, value: Match, items: &mut Vec<Match>) {
        match value {
            Match::Nothing => {}
            Match::Token(_) => {
                let kind = self.token_of(value).map(|token| token.kind);
                if matches!(
                    kind,
                    Some(
                        Kind::Name
                            | Kind::Number
                            | Kind::String
                            | Kind::True
                            | Kind::False
                            | Kind::None
                            | Kind::Ellipsis
                    )
                ) {
                    items.push(value);
                }
            }
            Match::Node(_) => match self.node_of(value) {
                Some(node) if node.shape == Shape::Sequence => {
                    node.children.iter().for_each(|&child| self.collect(child, items));
                }
                _ => items.push(value),
            },
        }
    }

    /// Returns the items among the children of a node.
    pub(super) fn children(&self, value: Match) -> Vec<Match> {
        let mut items = Vec::new();
        if let Some(node) = self.node_of(value) {
            node.children.iter().for_each(|&child| self.collect(child, &mut items));
        }
        items
    }

    pub(super) fn location(&self, value: Match) -> Location {
        match value {
            Match::Nothing => Location::NONE,
            Match::Token(token) => {
                self.token_at(token as usize).map_or(Location::NONE, |token| token.location)
            }
            Match::Node(_) => {
                let Some(node) = self.node_of(value) else { return Location::NONE };
                let (first, end) = (node.first as usize, node.end as usize);
                let start = self.token_at(first).map_or(Location::NONE, |token| token.location);
                let last = end.checked_sub(1).and_then(|last| self.token_at(last));
                last.map_or(start, |last| start.to(last.location))
            }
        }
    }

    fn filled(&self, message: &str, value: Match) -> String {
        if !message.contains('{') {
            return message.to_owned();
        }
        let text = self.token_of(value).map_or("", |token| self.text(&token));
        message
            .replace("{noun}", self.target.features.parameter_noun)
            .replace("{a}", self.called(value))
            .replace("{a.text}", text)
            .replace("{a.line}", &self.location(value).line().to_string())
    }

    /// Returns CPython's name of an expression (`_PyPegen_get_expr_name`).
    pub(super) fn called(&self, value: Match) -> &'static str {
        let Some(shape) = self.shape(value) else {
            return match self.token_of(value).map(|token| token.kind) {
                None => "expression",
                Some(Kind::Name) => "name",
                Some(Kind::True) => "True",
                Some(Kind::False) => "False",
                Some(Kind::None) => "None",
                Some(Kind::Ellipsis) => "ellipsis",
                Some(_) => "literal",
            };
        };
        match shape {
            Shape::Tuple => "tuple",
            Shape::List => "list",
            Shape::Set => "set display",
            Shape::Dict => "dict literal",
            Shape::Starred => "starred",
            Shape::Compare => "comparison",
            Shape::Attribute => "attribute",
            Shape::Subscript => "subscript",
            Shape::Call => "function call",
            Shape::Lambda => "lambda",
            Shape::GeneratorExp => "generator expression",
            Shape::ListComp => "list comprehension",
            Shape::SetComp => "set comprehension",
            Shape::DictComp => "dict comprehension",
            Shape::Yield => "yield expression",
            Shape::Await => "await expression",
            Shape::IfExp => "conditional expression",
            Shape::NamedExpr => "named expression",
            Shape::Constant => "literal",
            Shape::JoinedStr => "f-string expression",
            Shape::TemplateStr => "t-string expression",
            Shape::Sequence
            | Shape::Operation
            | Shape::Slice
            | Shape::Comprehension
            | Shape::Keyword
            | Shape::DoubleStar => "expression",
        }
    }

    /// Reports the first part of `value` that is not a target, if there is one.
    pub(super) fn wrong_target(&mut self, value: Match, targets: Targets, what: &str) -> Matched {
        match self.invalid_target(value, targets) {
            None => Ok(None),
            Some(found) => {
                let message = format!("{what} {}", self.called(found));
                self.refuse_at(message, self.location(found))
            }
        }
    }

    fn invalid_target(&self, value: Match, targets: Targets) -> Option<Match> {
        if self.token_of(value).is_some_and(|token| token.kind == Kind::Name) {
            return None;
        }
        match self.shape(value) {
            Some(Shape::Tuple | Shape::List) => {
                self.children(value).into_iter().find_map(|item| self.invalid_target(item, targets))
            }
            Some(Shape::Starred) if targets == Targets::Deletion => Some(value),
            Some(Shape::Starred) => {
                self.children(value).first().and_then(|&item| self.invalid_target(item, targets))
            }
            Some(Shape::Compare) if targets == Targets::For => {
                let node = self.node_of(value)?;
                let (left, pairs) = (*node.children.first()?, *node.children.get(1)?);
                let pair = *self.node_of(pairs)?.children.first()?;
                let operator = *self.node_of(pair)?.children.first()?;
                let is_in = self.token_of(operator).is_some_and(|token| token.kind == Kind::In);
                if is_in { self.invalid_target(left, targets) } else { None }
            }
            Some(Shape::Attribute | Shape::Subscript) => None,
            _ => Some(value),
        }
    }
}
