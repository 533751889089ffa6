//! Source text → syntax tree in the shape of CPython's own (`Parser/Python.asdl`).
//!
//! The only layer that names `ruff_python_parser`: its tree is lowered into [`ast`], with CPython's locations, string
//! values with lone surrogates, big integers, and CPython's limits.

pub mod ast;
mod error;

pub use error::{ErrorType, SyntaxError};
