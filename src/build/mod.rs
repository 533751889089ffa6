//! Sources → pycs → trees, wheels and zips.
//!
//! CPython: `Lib/py_compile.py`, `Lib/compileall.py`.
//!
//! **Invariant:** an error in one file does not stop the others; outcomes are in the order of the
//! request, regardless of the number of threads.

mod artifact;
mod choice;
pub mod clean;
pub mod compile;
mod current;
pub mod env;
mod errno;
pub mod existing;
mod foreign;
mod job;
mod leftovers;
pub mod normalize;
mod other_pycs;
mod outcome;
mod own_archive;
pub mod pack;
pub mod plan;
mod previous;
mod project;
mod publish;
mod removal;
mod source;
mod stale;
pub mod tree;

pub use artifact::{Artifact, ArtifactKind, FileDigest};
pub use choice::Choice;
pub use compile::{CompileBounds, CompileSettings, Task};
pub use outcome::{Done, Failure, Outcome, PycOutcome};
pub use project::{BuildProject, ProjectError};
pub use publish::{check_manifest, publish, with_archives};
pub use removal::Removal;
pub use source::{SourceFile, seconds};
pub use stale::{Stale, remove_stale};
