//! Which files, under which recorded names, to which pycs.
//!
//! CPython: `py_compile`, `compileall` (`-s`, `-p`, `-r`), PEP 3147, PEP 488.
//!
//! **Invariant:** directories are listed here only, and always in sorted order.

mod discover;
mod names;

pub use discover::{DiscoverError, python_files};
pub use names::{Layout, NameError, Naming};
