//! Bytes → files; files → a zip.
//!
//! CPython: `importlib._bootstrap_external._write_atomic`; `Lib/zipfile`, `Lib/zipimport.py` for
//! the readers of the zip.
//!
//! **Invariant:** an existing file stays until its replacement is complete; the bytes of a zip
//! depend only on its files, their order and [`zip::ZipOptions`].

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
