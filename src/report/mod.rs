//! Findings and outcomes as text, JSON, HTML, SARIF or annotations.
//!
//! **Invariant:** reads nothing and prints nothing; text from outside cannot become markup or a
//! terminal's control sequence.

pub mod annotation;
pub mod difference;
pub mod finding;
mod inspect;
pub mod outcome;
pub mod sarif;
mod sentence;
pub mod warning;

pub use inspect::{InspectError, Inspected, SourceState, inspect_json, inspect_text};
