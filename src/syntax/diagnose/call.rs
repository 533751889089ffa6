//! Checks that `python.peg` calls by name because patterns cannot express them.

use unicode_normalization::UnicodeNormalization as _;

use super::complaint::Targets;
use super::grammar::Shape;
use super::parser::{Labels, Match, Matched, PegParser, Stop};
use super::tokens;
use crate::syntax::escape;
use crate::syntax::lexer::Token as Kind;
use crate::syntax::parser::{MAX_DIGITS, conversion, too_many_digits};
use crate::syntax::remark::Remark;
use crate::target::GrammarRule;
use crate::text::{Location, SyntaxError};

impl PegParser<'_, '_> {
    pub(super) fn call(&mut self, name: &str, start: usize, values: Vec<Match>, labels: Labels) -> Matched {
        let [a, b, _] = labels;
        match name {
            "top" => self.end_statement()?,
            "number" => self.number(a)?,
            "string" => self.string(a)?,
            "strings" => return self.strings(a, start).map(Some),
            "whole_strings" => {
                let has_fields = self.whole_strings(&self.items(a))?;
                let shape = if has_fields { Shape::JoinedStr } else { Shape::Constant };
                return Ok(Some(self.node(shape, start, Vec::new())));
            }
            "real" | "imaginary" => self.part_of_complex(a, name)?,
            "conversion" => self.conversion(a, b)?,
            "unequal" => {
                return self.unequal(a, b);
            }
            "imported" => self.imported(labels)?,
            "lazily_imported" => self.lazily_imported(labels)?,
            "field" => {
                self.late_conversion(labels[2])?;
                self.field(b, start)?;
            }
            "text" => self.middle(values.first().copied())?,
            "spec_text" => self.spec_text(a)?,
            "keys" => self.mapping_keys(a, start),
            "text_pattern" => {
                self.text_pattern(a);
                return Ok(Some(a));
            }
            "legacy" => return self.legacy(a, b),
            "split_string" => return self.split_string(a),
            "comma" => return self.comma(a, b),
            "bound" => return self.bound(a, b),
            "after_key" => {
                let at = self.location(a);
                let location = Location::new(at.line(), at.end_line(), at.end_column() - 1, -1);
                return self.refuse_at("':' expected after dictionary key", location);
            }
            "for_target" => return self.wrong_target(a, Targets::For, "cannot assign to"),
            "argument_order" => return self.argument_order(a),
            "bare_generator" => return self.bare_generator(a, b),
            _ => {}
        }
        let only = values.first().copied().filter(|_| values.len() == 1);
        Ok(Some(match only {
            Some(value) => value,
            None => self.node(Shape::Sequence, start, values),
        }))
    }

    fn written(&self, value: Match) -> String {
        let location = match value {
            Match::Token(_) => self.token_of(value).map(|token| match self.text(&token) {
                text if token.kind == Kind::Name && !text.is_ascii() => text.nfkc().collect(),
                text => text.to_owned(),
            }),
            _ => None,
        };
        location.unwrap_or_default()
    }

    fn number(&mut self, value: Match) -> Result<(), Stop> {
        let text = self.written(value);
        let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
        let Some(digits) = too_many_digits(&text).filter(|_| is_decimal) else { return Ok(()) };
        let message = format!(
            "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {digits} digits; use \
             sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
             literals to avoid decimal conversion limits."
        );
        let at = self.location(value);
        self.refuse_at(message, Location::new(at.line(), at.end_line(), -1, -1))
    }

    fn part_of_complex(&mut self, value: Match, part: &str) -> Result<(), Stop> {
        let imaginary = self.written(value).ends_with(['j', 'J']);
        if imaginary == (part == "imaginary") {
            return Ok(());
        }
        let message = format!("{part} number required in complex literal");
        self.refuse_at(message, self.location(value))
    }

    pub(super) fn string(&mut self, value: Match) -> Result<(), Stop> {
        let text = self.written(value);
        let Some((prefix, body)) = opened(&text) else { return Ok(()) };
        let raw = prefix.contains(['r', 'R']);
        let is_bytes = prefix.contains(['b', 'B']);
        if !is_bytes && let Some(message) = self.undecodable(value, prefix.len(), body.len(), raw) {
            return self.refuse_here(message);
        }
        let mut decoded = Vec::new();
        let mut invalid = None;
        if is_bytes {
            if !self.bytes_of(value).is_ascii() {
                let message = "bytes can only contain ASCII literal characters";
                let is_placed = self.target.features.places_letters_of_bytes;
                let at = if is_placed { self.location(value) } else { self.at_token(self.input.last) };
                return self.refuse_at(message, at);
            }
            if !raw {
                invalid = match escape::bytes(body.as_bytes(), &mut decoded) {
                    Ok(invalid) => invalid,
                    Err(message) => return self.refuse_here(message),
                };
            }
        } else if !raw {
            invalid = match escape::text(body, &mut decoded, self.target) {
                Ok(invalid) => invalid,
                Err(message) => return self.refuse_here(message),
            };
        }
        match self.token_of(value) {
            Some(token) => self.note_escape(invalid, body, token),
            None => Ok(()),
        }
    }

    fn strings(&mut self, value: Match, start: usize) -> Result<Match, Stop> {
        let parts = self.items(value);
        let is_bytes = |part: &&Match| {
            let text = self.written(**part);
            opened(&text).is_some_and(|(prefix, _)| prefix.contains(['b', 'B']))
        };
        let bytes = parts.iter().filter(is_bytes).count();
        if bytes != 0 && bytes != parts.len() {
            let location = self.at_token(self.input.last);
            // Unlike an error with a location of its own, it does not replace an earlier one.
            return self.refuse(SyntaxError::new("cannot mix bytes and nonbytes literals", location));
        }
        let has = |shape| parts.iter().any(|&part| self.shape(part) == Some(shape));
        let shape = if has(Shape::TemplateStr) {
            Shape::TemplateStr
        } else if has(Shape::JoinedStr) {
            Shape::JoinedStr
        } else {
            Shape::Constant
        };
        Ok(self.node(shape, start, Vec::new()))
    }

    fn conversion(&mut self, sign: Match, name: Match) -> Result<(), Stop> {
        let prefix = tokens::prefix(self.input.lexer.modes().last());
        let (Some(sign_token), Some(name_token)) = (self.token_of(sign), self.token_of(name)) else {
            return Ok(());
        };
        if sign_token.end != name_token.start {
            let mark = self.target.features.exclamation_mark;
            let message = format!("{prefix}-string: conversion type must come right after the {mark}");
            return self.refuse_at(message, self.location(sign).to(self.location(name)));
        }
        if self.target.features.late_conversion { Ok(()) } else { self.converted(name, prefix) }
    }

    /// Checks the conversion of a field that was read.
    fn late_conversion(&mut self, conversion: Match) -> Result<(), Stop> {
        let name = self.items(conversion).last().copied();
        match name.filter(|_| self.target.features.late_conversion) {
            Some(name) => self.converted(name, 'f'),
            None => Ok(()),
        }
    }

    fn converted(&mut self, name: Match, prefix: char) -> Result<(), Stop> {
        let Some(token) = self.token_of(name) else { return Ok(()) };
        let Err(written) = conversion(self.text(&token)) else { return Ok(()) };
        let message =
            format!("{prefix}-string: invalid conversion character '{written}': expected 's', 'r', or 'a'");
        self.refuse_at(message, self.location(name))
    }

    /// Matches `!=`, or `<>` as one token or two.
    fn unequal(&mut self, sign: Match, greater: Match) -> Matched {
        if self.token_of(sign).is_some_and(|token| self.text(&token) == "<>") {
            return Ok(self.flufl.then_some(sign));
        }
        let is_new = greater == Match::Nothing;
        if is_new && self.flufl {
            let message = "with Barry as BDFL, use '<>' instead of '!='";
            return self.refuse_at(message, self.location(sign));
        }
        let (Some(less), Some(more)) = (self.token_of(sign), self.token_of(greater)) else {
            return Ok(Some(sign));
        };
        if less.end != more.start {
            return Ok(None);
        }
        if self.flufl {
            return Ok(Some(sign));
        }
        if !self.invalid {
            return Ok(None);
        }
        let message = "invalid syntax.  Maybe you meant '!=' instead of '<>'?";
        self.refuse_at(message, self.location(sign).to(self.location(greater)))
    }

    /// Refuses f-strings as keys, which the grammar allows and the code generator refuses.
    fn mapping_keys(&mut self, keys: Match, start: usize) {
        let interpolated =
            |key: &Match| matches!(self.shape(*key), Some(Shape::JoinedStr | Shape::TemplateStr));
        if self.items(keys).iter().any(interpolated) {
            let end =
                self.token_at(self.mark.saturating_sub(1)).map_or(Location::NONE, |token| token.location);
            let location = self.token_at(start).map_or(Location::NONE, |token| token.location.to(end));
            let message = "mapping pattern keys may only match literals and attribute lookups";
            self.late.get_or_insert_with(|| SyntaxError::new(message, location));
        }
    }

    /// Refuses f-strings as patterns, which the grammar allows and the code generator refuses.
    fn text_pattern(&mut self, text: Match) {
        if matches!(self.shape(text), Some(Shape::JoinedStr | Shape::TemplateStr)) {
            let message = "patterns may only match literals and attribute lookups";
            let location = self.location(text);
            self.late.get_or_insert_with(|| SyntaxError::new(message, location));
        }
    }

    /// Applies `from __future__ import barry_as_FLUFL`.
    fn imported(&mut self, [dots, module, names]: Labels) -> Result<(), Stop> {
        if self.target.features.flufl_inequality && self.is_future(dots, module) {
            self.flufl |= self.items(names).iter().any(|&name| self.written(name) == "barry_as_FLUFL");
        }
        self.note_lazy_module(dots, module)
    }

    /// Records `from . lazy import …` with a blank before `lazy` (`_warn_relative_import_of_lazy`).
    fn note_lazy_module(&mut self, dots: Match, module: Match) -> Result<(), Stop> {
        let Match::Token(number) = module else { return Ok(()) };
        let before = (number as usize).checked_sub(1).and_then(|before| self.token_at(before));
        let (Some(&before), Some(token)) = (before, self.token_of(module)) else { return Ok(()) };
        let is_apart = matches!(before.kind, Kind::Dot | Kind::Ellipsis) && before.end != token.start;
        let is_noted = is_apart && !self.invalid && self.target.grammar.has(GrammarRule::LazyImports);
        if !is_noted || self.written(module) != "lazy" {
            return Ok(());
        }
        let mut count = 0;
        if let Match::Node(node) = dots {
            for &dot in &self.nodes[node as usize].children {
                let is_ellipsis = self.token_of(dot).is_some_and(|dot| dot.kind == Kind::Ellipsis);
                count += if is_ellipsis { 3 } else { 1 };
            }
        }
        self.note(Remark::LazyModule { dots: count, place: token.location }, token.location.line())
    }

    /// Refuses `lazy from __future__ import …`.
    fn lazily_imported(&mut self, [keyword, dots, module]: Labels) -> Result<(), Stop> {
        if self.is_future(dots, module) {
            return self.refuse_at("lazy from __future__ import is not allowed", self.location(keyword));
        }
        Ok(())
    }

    fn is_future(&self, dots: Match, module: Match) -> bool {
        let no_dots = matches!(dots, Match::Node(node) if self.nodes[node as usize].children.is_empty());
        no_dots && self.written(module) == "__future__"
    }

    fn is_legacy(&self, value: Match) -> bool {
        let name = self.token_of(value).is_some_and(|token| token.kind == Kind::Name);
        name && matches!(self.written(value).as_str(), "print" | "exec")
    }

    fn legacy(&mut self, a: Match, b: Match) -> Matched {
        if !self.is_legacy(a) {
            return Ok(None);
        }
        let name = self.written(a);
        let message = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
        self.refuse_at(message, self.location(a).to(self.location(b)))
    }

    /// Reports expressions between two strings, without parentheses at their ends.
    fn split_string(&mut self, between: Match) -> Matched {
        let message = "invalid syntax. Is this intended to be part of the string?";
        let items = match between {
            Match::Node(node) => self.nodes.get(node as usize).map_or(&[][..], |node| &node.children),
            _ => &[],
        };
        let (Some(&first), Some(&last)) = (items.first(), items.last()) else { return Ok(None) };
        self.refuse_at(message, self.location(first).to(self.location(last)))
    }

    fn comma(&mut self, a: Match, b: Match) -> Matched {
        let before = self.mark.checked_sub(1).and_then(|at| self.token_at(at));
        if self.is_legacy(a) || before.is_none_or(|token| token.level == 0) {
            return Ok(None);
        }
        let message = "invalid syntax. Perhaps you forgot a comma?";
        let first = self.location(a);
        let location =
            if first.line() != first.end_line() && self.target.grammar.has(GrammarRule::CommaOnLastLine) {
                // CPython reports the last line of the first argument, with the columns of the
                // whole argument.
                Location::new(first.end_line(), first.end_line(), first.column(), first.end_column())
            } else {
                first.to(self.location(b))
            };
        self.refuse_at(message, location)
    }

    fn bound(&mut self, colon: Match, bound: Match) -> Matched {
        let Match::Token(at) = colon else { return Ok(None) };
        let star = (at as usize).checked_sub(2).and_then(|at| self.token_at(at));
        let kind = if star.is_some_and(|star| self.text(star) == "*") { "TypeVarTuple" } else { "ParamSpec" };
        let what = if self.shape(bound) == Some(Shape::Tuple) { "constraints" } else { "bound" };
        let location = self.up_to_here(self.location(colon));
        self.refuse_at(format!("cannot use {what} with {kind}"), location)
    }

    fn argument_order(&mut self, arguments: Match) -> Matched {
        let unpacking = self.items(arguments).iter().any(|&item| self.shape(item) == Some(Shape::DoubleStar));
        let message = if unpacking {
            "positional argument follows keyword argument unpacking"
        } else {
            "positional argument follows keyword argument"
        };
        self.refuse_here(message)
    }

    fn bare_generator(&mut self, arguments: Match, clauses: Match) -> Matched {
        let mut positional = self.items(arguments);
        positional.retain(|&item| !matches!(self.shape(item), Some(Shape::Keyword | Shape::DoubleStar)));
        if positional.len() <= 1 {
            return Ok(None);
        }
        let first = positional.last().map_or(Location::NONE, |&last| self.location(last));
        let location = first.to(self.location(self.last_item(clauses)));
        self.refuse_at("Generator expression must be parenthesized", location)
    }
}

/// Splits a string literal into prefix and body.
pub(super) fn opened(text: &str) -> Option<(&str, &str)> {
    let at = text.find(['"', '\''])?;
    let (prefix, rest) = text.split_at(at);
    let triple = rest.len() >= 6 && (rest.starts_with("\"\"\"") || rest.starts_with("'''"));
    let quotes = if triple { 3 } else { 1 };
    Some((prefix, rest.get(quotes..rest.len().checked_sub(quotes)?)?))
}
