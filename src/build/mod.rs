//! Sources → pycs → trees, wheels and zips.
//!
//! CPython: `Lib/py_compile.py`, `Lib/compileall.py`.
//!
//! **Invariant:** one bad file does not stop the others; outcomes come in the order of the request, whatever the number
//! of threads.

pub mod compile;
pub mod engines;
mod errno;
pub mod parallel;
pub mod plan;
pub mod source;

pub use compile::{Done, Outcome, Settings};
pub use engines::{EngineChoice, EngineOptions, Engines, EnginesError, TargetEngine};
pub use parallel::Watch;
