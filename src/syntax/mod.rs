//! Source text → syntax tree in the form of CPython's (`Parser/Python.asdl`).
//!
//! | step | module | CPython |
//! |---|---|---|
//! | tokens | [`lexer`] | `Parser/lexer/` |
//! | tree | `parser` | `Parser/parser.c`, `Parser/action_helpers.c`, `Parser/string_parser.c` |
//! | errors | `diagnose` | the second pass of `Parser/pegen.c` |
//!
//! The parser builds the tree in one pass and has no messages. A text that it refuses is passed to
//! `diagnose`, which matches CPython's grammar (`diagnose/python.peg`).
//!
//! **Invariant:** CPython's parser could have built every tree of this layer, node by node.

pub mod ast;
mod diagnose;
mod dump;
mod escape;
pub mod lexer;
mod parse;
mod parser;
mod remark;
mod shown_text;

pub use crate::decode::decode;
pub use crate::text::{ErrorType, Location, Name, Names, Position, SyntaxError};
pub(crate) use diagnose::diagnose_refused;
pub use dump::dump;
pub use lexer::SourceText;
pub use parse::{Parsed, TreeBuilders, comments_hold, parse, read};
pub use remark::Remark;

/// `MAXSTACK` of `Parser/parser.c`. A step of `parser` counts as one here and as one or more in
/// CPython.
const MAX_LEVEL: u32 = 6000;
