//! Pycs → findings: does each come from its source?
//!
//! **Invariant:** fails closed. A pyc passes only if its source was compiled again and the bytes
//! are the same; whatever cannot be read, found, compiled or understood is a finding, and so is
//! bytecode that Python would import or run from where nobody looks.

mod cause;
mod compilers;
mod elsewhere;
mod filename;
mod finding;
mod first;
mod installed;
mod judge;
mod likeness;
mod listed;
mod only;
mod record;
mod releases;
mod settled;
mod unit;
mod unrecorded;
mod verify;
mod view;
mod zipapp;

pub use cause::{Explanation, explain};
pub use finding::{Finding, Kind, ReleaseFound, gathered};
pub use listed::against_manifest;
pub use only::OnlyError;
pub use settled::Settled;
pub use verify::{Request, Verified, VerifyError, verify};
