//! Bytes ↔ objects, in marshal versions 4 to 6.
//!
//! CPython: `Python/marshal.c`.
//!
//! **Invariant:** an object that is read and written again gives the same bytes; no input panics,
//! overflows the stack, or allocates memory out of proportion to its size.

mod classes;
mod error;
mod minimal;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use error::{MarshalError, MarshalPart};
pub use minimal::{drop_unused_flags, minimal_refs};
pub use read::read;
pub use write::write;
