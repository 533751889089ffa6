//! Sources → pycs → trees, wheels and zips.
//!
//! CPython: `Lib/py_compile.py`, `Lib/compileall.py`.
//!
//! **Invariant:** an error in one file does not stop the others; outcomes are in the order of the
//! request, regardless of the number of threads.

mod artifact;
pub mod batch;
pub mod clean;
pub mod compile;
mod current;
pub mod engines;
pub mod env;
mod errno;
pub mod existing;
mod leftovers;
mod minimal;
pub mod normalize;
pub mod pack;
pub mod parallel;
pub mod plan;
mod previous;
mod project;
mod publish;
mod removal;
mod source;
mod stale;
pub mod tree;
mod warned;

pub use artifact::{Artifact, ArtifactKind, Digest};
pub use compile::{Bounds, Done, Outcome, Settings};
pub use engines::{EngineOptions, Engines, EnginesError, TargetEngine};
pub use parallel::Watch;
pub use project::{Project, ProjectError};
pub use publish::publish;
pub use removal::Removal;
pub use source::{Made, Source, seconds};
pub use stale::{Stale, remove_stale};
