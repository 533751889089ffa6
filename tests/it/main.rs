//! The tests that need nothing but the binary. Those that need an interpreter are in `tests/oracle/compile.rs`.

#![allow(clippy::disallowed_methods, reason = "the tests write what they please")]

mod house;
mod session;
mod usage;
