//! Source positions, names, and Python strings.
//!
//! **Invariant:** depends on no CPython version, and reads no file.

mod counted;
mod error;
mod line_end;
mod location;
mod name;
mod printable;
pub mod python;
mod visible;

pub use counted::{bytes, counted, counted_with_first, numbers};
pub use error::{ErrorType, SyntaxError};
pub use line_end::{ends_line, unix_lines};
pub use location::{Location, Position};
pub use name::{Name, Names};
pub use printable::is_printable;
pub use visible::{Shown, steers, visible, visible_json, visible_lines};
