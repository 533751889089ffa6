//! Pycs → findings: does each come from its source?
//!
//! **Invariant:** fails closed. A pyc passes only if its source was compiled again and the bytes are the same; whatever
//! cannot be read, found, compiled or understood is a finding.

mod finding;
mod record;
mod verify;

pub use finding::{Finding, Kind};
pub use record::against_manifest;
pub use verify::{Request, Verified, verify};
