//! ruff's tree → [`ast`](super::ast), in one pass, children before their parent.
//!
//! What CPython's parser builds differently is changed here: locations of decorated definitions, blocks that end in a
//! `;` and sole generator arguments; nested `elif`; joined string literals; string, bytes and integer values, which
//! are read from the source text again.
//!
//! **Invariant:** the first fault is kept and the walk goes on with a stand-in, so no step returns a `Result`.

mod expression;
mod literal;
mod operator;
mod pattern;
pub(crate) mod position;
mod replaceable;
mod starred;
mod statement;
mod string;

use bumpalo::Bump;
use ruff_python_ast as ruff;
use ruff_text_size::TextRange;

pub(super) use self::literal::MAX_DIGITS;
use self::position::Positions;
use super::ast::{Module, NodeId};
use super::{ErrorType, SyntaxError};
use crate::allowance;
use crate::target::Target;
use crate::text::{Location, Name, Names};

/// Deepest nesting of nodes. CPython's parser gives up far sooner on what nests to the right (see [`Lowering::module`]);
/// chains that nest to the left it takes as far as the C stack of its later passes goes: about this deep with 8 MiB.
const MAX_DEPTH: u32 = 27_400;

/// CPython: `MAXFSTRINGLEVEL` less one.
const MAX_STRINGS: u32 = 149;

/// CPython: `MAXINDENT` less one.
const MAX_BLOCKS: u32 = 99;

/// CPython: levels of braces in one f-string (`MAX_EXPR_NESTING`).
const MAX_FIELDS: u32 = 3;

/// CPython's message of the `MemoryError`.
pub(super) const TOO_COMPLEX: &str = "Parser stack overflowed - Python source too complex to parse";

pub(crate) struct Lowering<'a, 't> {
    text: &'t str,
    target: &'t Target,
    arena: &'a Bump,
    names: &'t mut Names,
    positions: Positions,
    next_id: u32,
    depth: u32,
    deepest: u32,
    strings: u32,
    /// Where a `yield` may stand without parentheses.
    open_yield: Option<ruff_text_size::TextSize>,
    blocks: u32,
    fields: u32,
    unicode_strings: Vec<(i32, i32)>,
    replaceable: replaceable::Lines,
    /// Those, and where the trees of older targets are folded.
    foldable: replaceable::Lines,
    /// Whether another target's tree is another.
    depends: bool,
    error: Option<SyntaxError>,
}

impl<'a, 't> Lowering<'a, 't> {
    pub(crate) fn new(
        text: &'t str,
        target: &'t Target,
        arena: &'a Bump,
        names: &'t mut Names,
        positions: Positions,
    ) -> Self {
        Self {
            text,
            target,
            arena,
            names,
            positions,
            next_id: 0,
            depth: 0,
            deepest: 0,
            strings: 0,
            open_yield: None,
            blocks: 0,
            fields: 0,
            unicode_strings: Vec::new(),
            replaceable: replaceable::Lines::default(),
            foldable: replaceable::Lines::default(),
            depends: false,
            error: None,
        }
    }

    /// Lowers the whole module, or returns the first fault. Behind it, whether the tree is this target's alone.
    pub(crate) fn module(mut self, body: &[ruff::Stmt]) -> Result<(Module<'a>, bool), SyntaxError> {
        let id = self.id();
        let (body, _) = self.suite(body);
        match self.error {
            Some(error) => Err(error),
            None => {
                self.unicode_strings.sort_unstable();
                let unicode_strings = self.arena.alloc_slice_copy(&self.unicode_strings);
                let module = Module {
                    id,
                    body,
                    node_count: self.next_id,
                    depth: self.deepest,
                    unicode_strings,
                    replaceable: self.arena.alloc_slice_copy(self.replaceable.sorted()),
                    foldable: self.arena.alloc_slice_copy(self.foldable.sorted()),
                };
                Ok((module, self.depends))
            }
        }
    }

    fn id(&mut self) -> NodeId {
        let id = NodeId(self.next_id);
        self.next_id += 1;
        id
    }

    fn name(&mut self, text: &str) -> Name {
        // As written they are keywords: these came out of the normalisation of other letters.
        if matches!(text, "None" | "True" | "False") {
            self.depends = true;
            if !self.target.features.names_like_keywords {
                let message = format!("identifier field can't represent '{text}' constant");
                self.refuse(SyntaxError { kind: ErrorType::Value, message, location: Location::NONE });
            }
        }
        self.names.intern(text)
    }

    fn enter(&mut self) -> bool {
        self.ask();
        if self.depth >= MAX_DEPTH {
            let message = "Stack overflow during compilation".to_owned();
            self.refuse(SyntaxError { kind: ErrorType::Recursion, message, location: Location::NONE });
            return false;
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        true
    }

    fn ask(&self) {
        allowance::ask_holding(|| self.arena.allocated_bytes());
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn fail(&mut self, kind: ErrorType, message: impl Into<String>, range: TextRange) {
        let location = self.positions.range(range);
        self.refuse(SyntaxError { kind, message: message.into(), location });
    }

    fn refuse(&mut self, error: SyntaxError) {
        self.error.get_or_insert(error);
    }
}
