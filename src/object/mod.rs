//! Content of a pyc as it was marshalled: objects, their references, and the tables of a code
//! object.
//!
//! CPython: `Python/marshal.c`, `Objects/codeobject.c`.
//!
//! **Invariant:** everything that decides a byte is kept: type codes, reference flags, interned
//! bits, NaN payloads and lone surrogates.

mod code;
mod exceptions;
pub mod lines;
mod repr;
mod tree;
mod view;

pub use crate::target::CodeLayout;
pub use code::Code;
pub use exceptions::{Handler, HandlerError, decode_handlers, encode_handlers};
pub use repr::{bytes_repr, complex_repr, float_repr, float_text, long_text, str_repr, str_repr_of};
pub use tree::{DecimalFloat, ObjectId, ObjectNode, Objects, Value};
pub use view::{CodeView, LocalKind, flag_names};
