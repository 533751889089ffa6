//! The tests that need a `python3` on PATH, 3.8 or newer: `cargo test --test oracle_compile`.
//!
//! Without one they fail; they are never skipped. A test that needs something that the machine
//! lacks (a tmpfs, permissions that apply) prints `SKIPPED`, and `.ci/run` counts these lines.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write what they please, and may panic"
)]

mod adversity;
#[path = "../it/build.rs"]
mod build;
mod cache_prefix;
mod clamp;
#[path = "../it/compile.rs"]
mod compile;
#[path = "../it/compileall_links_port.rs"]
mod compileall_links_port;
#[path = "../it/compileall_port.rs"]
mod compileall_port;
#[cfg(unix)]
mod env;
#[path = "../it/errors.rs"]
mod errors;
#[path = "../it/manifest.rs"]
mod manifest;
#[path = "../it/pack.rs"]
mod pack;
#[path = "../it/py_compile_port.rs"]
mod py_compile_port;
#[path = "../it/readme.rs"]
mod readme;
#[path = "../it/session.rs"]
mod session;
#[path = "../it/verify.rs"]
mod verify;
