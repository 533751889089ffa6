//! What a pyc holds, as it was marshalled: objects, their references, and the tables of a code object.
//!
//! CPython: `Python/marshal.c`, `Objects/codeobject.c`.
//!
//! **Invariant:** nothing that decides a byte is lost: type codes, reference flags, interned bits, NaN payloads and lone
//! surrogates are as they were read.

mod code;
mod tree;

pub use crate::target::CodeLayout;
pub use code::Code;
pub use tree::{Node, NodeId, Objects, Value};
