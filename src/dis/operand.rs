//! Meaning of operands.

use crate::object::{CodeView, LocalKind, ObjectId};
use crate::target::{Argument, Operations};
use std::sync::Arc;

/// Meaning of an operand. Names are shared, so that many uses of a long name take the memory of
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A number without a further meaning.
    Plain,
    /// A constant.
    Const(ObjectId),
    /// A name.
    Name(Arc<str>),
    /// Two local variables.
    Names(Arc<str>, Arc<str>),
    /// Text that a number stands for: `+=`, `not in`, `str`.
    Word(&'static str),
    /// Names of bits, by the number of the bit, and the bits.
    Flags(&'static [&'static str], u32),
    /// A conversion, and whether a format spec follows.
    Format(&'static str, bool),
    /// Offset of a jump target in bytes.
    Target(u32),
}

impl Operand {
    /// Returns the meaning as text; `None` for plain numbers, constants and jump targets.
    pub fn words(&self) -> Option<String> {
        let words = match self {
            Self::Plain | Self::Const(_) | Self::Target(_) => return None,
            Self::Name(name) => name.to_string(),
            Self::Names(first, second) => format!("{first}, {second}"),
            Self::Word(word) => (*word).to_owned(),
            Self::Flags(words, bits) => {
                let set = words.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
                set.map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
            }
            Self::Format(conversion, has_format) => {
                let format = if *has_format { "with format" } else { "" };
                let parts = [*conversion, format].into_iter().filter(|part| !part.is_empty());
                parts.collect::<Vec<_>>().join(", ")
            }
        };
        Some(words).filter(|words| !words.is_empty())
    }
}

/// The lists of a code object that operands index.
pub(super) struct Resolver<'a> {
    consts: &'a [ObjectId],
    names: Vec<Arc<str>>,
    variables: Vec<Arc<str>>,
    /// Index of the first cell among the variables, for versions that count operands from there.
    cells: usize,
    table: &'static Operations,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(view: CodeView<'a>, table: &'static Operations) -> Self {
        let variables = view.variables();
        let is_local = |(_, kind): &&(String, LocalKind)| kind.is(LocalKind::LOCAL);
        let cells = match view.code.cellvars {
            Some(_) => variables.iter().take_while(is_local).count(),
            None => 0,
        };
        Self {
            consts: view.consts(),
            names: view.names().into_iter().map(Arc::from).collect(),
            variables: variables.into_iter().map(|(name, _)| Arc::from(name)).collect(),
            cells,
            table,
        }
    }

    /// Returns the meaning of an operand; `next` is the offset after the instruction and its cache
    /// entries.
    pub(super) fn resolve(&self, argument: Argument, arg: u32, next: u32) -> Operand {
        let found = |list: &[Arc<str>], index: usize| list.get(index).map(Arc::clone);
        let name = |list: &[Arc<str>], index: usize| found(list, index).map_or(Operand::Plain, Operand::Name);
        let word = |words: &'static [&'static str], index: u32| {
            words.get(index as usize).map_or(Operand::Plain, |word| Operand::Word(word))
        };
        let index = arg as usize;
        match argument {
            Argument::None | Argument::Plain => Operand::Plain,
            Argument::Const => self.consts.get(index).map_or(Operand::Plain, |&id| Operand::Const(id)),
            Argument::Name(bits) => name(&self.names, index >> bits),
            Argument::Local => name(&self.variables, index),
            Argument::LocalPair => {
                let pair = found(&self.variables, index >> 4).zip(found(&self.variables, index & 15));
                pair.map_or(Operand::Plain, |(first, second)| Operand::Names(first, second))
            }
            Argument::Free => name(&self.variables, index.saturating_add(self.cells)),
            Argument::JumpForward(unit) => {
                Operand::Target(next.saturating_add(arg.saturating_mul(u32::from(unit))))
            }
            Argument::JumpBackward => Operand::Target(next.saturating_sub(arg.saturating_mul(2))),
            Argument::JumpAbsolute(unit) => Operand::Target(arg.saturating_mul(u32::from(unit))),
            Argument::Compare(bits) => word(self.table.compare, arg >> bits),
            Argument::Words(words) => word(words, arg),
            Argument::Flags(words) => Operand::Flags(words, arg),
            Argument::FormatValue => Operand::Format(["", "str", "repr", "ascii"][index & 3], arg & 4 != 0),
        }
    }
}
