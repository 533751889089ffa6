//! Bytes → files; files → a zip.
//!
//! CPython: `importlib._bootstrap_external._write_atomic`; `Lib/zipfile`, `Lib/zipimport.py` for what reads the zip.
//!
//! **Invariant:** what existed is there until its replacement is complete; the bytes of a zip depend on its files, their
//! order and [`zip::ZipOptions`] alone.

pub mod atomic;
mod error;
mod folder;
pub mod inside;
mod owner;
pub mod place;
pub mod tree;
pub mod writing;
pub mod zip;
pub mod zipapp;

pub use error::WriteError;
pub use owner::Owner;
