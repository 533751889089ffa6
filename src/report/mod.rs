//! Findings as text, JSON, HTML or SARIF.
//!
//! **Invariant:** reads nothing and prints nothing; text from outside cannot become markup or a
//! terminal's control sequence.

pub mod difference;
pub mod finding;
mod inspect;
pub mod sarif;
mod sentence;

pub use inspect::{InspectError, Inspected, SourceState, inspect_json, inspect_text};
