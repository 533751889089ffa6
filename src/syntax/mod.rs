//! Source text → syntax tree in the shape of CPython's own (`Parser/Python.asdl`).
//!
//! The only layer that names `ruff_python_parser`: its tree is lowered into [`ast`], with CPython's locations, string
//! values with lone surrogates, big integers, and CPython's limits.
//!
//! **Invariant:** a tree that leaves this layer is one that CPython's parser could have built, node by node.

pub mod ast;
mod diagnose;
mod doubled_brace;
mod dump;
mod escape;
mod flufl;
mod limit;
mod lower;
mod parse;
mod positive_number;
mod refusal;
mod shown_text;
mod soft_keyword;
mod unicode_name;
mod unpacked;

pub use crate::text::{ErrorType, SyntaxError};
pub(crate) use diagnose::diagnose_undecoded;
pub use dump::dump;
pub use parse::{Lowered, Parsed, comments_hold, parse};
