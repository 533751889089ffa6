//! Source positions, names, and Python strings.
//!
//! **Invariant:** knows nothing of any CPython version, and reads no file.

mod location;
mod name;

pub use location::Location;
pub use name::{Name, Names};
