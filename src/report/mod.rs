//! Findings → text, JSON, HTML.
//!
//! **Invariant:** reads nothing and prints nothing; what it is given from outside cannot become markup or a terminal's
//! control sequence.

pub mod difference;
