//! The tests that need nothing but the binary. Those that need an interpreter are in `tests/oracle/compile.rs`.

mod house;
mod session;
mod usage;
