//! Bytes → files.
//!
//! CPython: `importlib._bootstrap_external._write_atomic`.
//!
//! **Invariant:** what existed is there until its replacement is complete.

pub mod atomic;
pub mod tree;
