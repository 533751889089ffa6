//! Bytes → files.
//!
//! CPython: `importlib._bootstrap_external._write_atomic`.
//!
//! **Invariant:** an existing file stays until its replacement is complete.

pub mod atomic;
mod error;
mod folder;
pub mod inside;
mod owner;
pub mod place;
pub mod tree;
pub mod writing;

pub use error::WriteError;
pub use owner::Owner;
