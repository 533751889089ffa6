//! Pycs: header, code and path.
//!
//! CPython: `Lib/importlib/_bootstrap_external.py`, PEP 552, PEP 3147, PEP 488.
//!
//! **Invariant:** reads no file and no clock.

mod content;
mod header;
mod path;

pub use content::{Pyc, PycError, join};
pub use header::{HEADER_SIZE, Header, HeaderError, InvalidationMode, source_hash};
pub use path::{PycName, cache_path, legacy_path, parse_name, source_path};
