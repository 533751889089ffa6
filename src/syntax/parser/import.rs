//! Imports.

use super::Parser;
use crate::syntax::ast::{Alias, StmtKind};
use crate::syntax::lexer::Token;
use crate::syntax::remark::Remark;
use crate::target::GrammarRule;
use crate::text::{ErrorType, Location, Name};

impl<'a> Parser<'a, '_> {
    /// `import_name: 'import' ','.dotted_as_name+`
    pub(super) fn import_name(&mut self, is_lazy: bool) -> StmtKind<'a> {
        self.advance();
        let base = self.stacks.aliases.base();
        loop {
            let start = self.place();
            let name = self.dotted_name();
            let asname = self.asname();
            let location = self.since(start);
            self.stacks.aliases.push(Alias { location, name, asname });
            if !self.take(Token::Comma) {
                break;
            }
        }
        StmtKind::Import { names: self.stacks.aliases.take(base, self.arena), is_lazy }
    }

    /// `import_from: 'from' ('.' | '...')* dotted_name? 'import' import_from_targets`
    pub(super) fn import_from(&mut self, is_lazy: bool) -> StmtKind<'a> {
        self.advance();
        let mut level = 0;
        let mut dots_end = self.lexer.start();
        loop {
            level += match self.token() {
                Token::Dot => 1,
                Token::Ellipsis => 3,
                _ => break,
            };
            dots_end = self.lexer.end();
            self.advance();
        }
        let place = Location::between(self.place(), self.lexer.end_place());
        let is_apart = level > 0 && self.lexer.start() != dots_end;
        let module = if level > 0 && self.token() == Token::Import { None } else { Some(self.dotted_name()) };
        self.expect(Token::Import);
        let base = self.stacks.aliases.base();
        match self.token() {
            Token::Star => {
                let start = self.place();
                self.advance();
                let name = self.names.intern("*");
                let location = self.since(start);
                self.stacks.aliases.push(Alias { location, name, asname: None });
            }
            Token::LeftParenthesis => {
                self.advance();
                loop {
                    self.tick();
                    self.import_from_as_name();
                    if !self.take(Token::Comma) || self.token() == Token::RightParenthesis {
                        break;
                    }
                }
                self.expect(Token::RightParenthesis);
            }
            _ => loop {
                self.tick();
                self.import_from_as_name();
                if !self.take(Token::Comma) {
                    break;
                }
            },
        }
        let names = self.stacks.aliases.take(base, self.arena);
        if is_lazy && level == 0 && module.is_some_and(|module| self.names.text(module) == "__future__") {
            self.refuse_after(ErrorType::Syntax, "lazy from __future__ import is not allowed");
        }
        if level == 0
            && let Some(module) = module
            && self.names.text(module) == "__future__"
            && names.iter().any(|alias| self.names.text(alias.name) == "barry_as_FLUFL")
        {
            self.is_own = true;
            self.flufl |= self.target.features.flufl_inequality;
        }
        if is_apart && !is_lazy && module.is_some_and(|module| self.names.text(module) == "lazy") {
            self.note_lazy_module(level, place);
        }
        StmtKind::ImportFrom { module, names, level, is_lazy }
    }

    /// Records `from . lazy import …` with a blank before `lazy`.
    #[cold]
    fn note_lazy_module(&mut self, dots: u32, place: Location) {
        self.is_own = true;
        if self.has(GrammarRule::LazyImports) && self.lexer.fault().is_none() {
            self.lexer.remarks.push(Remark::LazyModule { dots, place });
        }
    }

    /// `import_from_as_name: NAME ['as' NAME]`
    fn import_from_as_name(&mut self) {
        let start = self.place();
        let name = self.name();
        let asname = self.asname();
        let location = self.since(start);
        self.stacks.aliases.push(Alias { location, name, asname });
    }

    /// `['as' NAME]`
    fn asname(&mut self) -> Option<Name> {
        if self.take(Token::As) { Some(self.name()) } else { None }
    }

    /// `dotted_name: dotted_name '.' NAME | NAME`; each part is interned as well.
    fn dotted_name(&mut self) -> Name {
        let first = self.name();
        if self.token() != Token::Dot {
            return first;
        }
        let mut text = self.names.text(first).to_owned();
        while self.take(Token::Dot) {
            let part = self.name();
            text.push('.');
            text.push_str(self.names.text(part));
        }
        self.names.intern(&text)
    }
}
