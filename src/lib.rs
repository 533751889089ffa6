//! Python bytecode that is identical to CPython's, without Python.
//!
//! Most programs need only the functions at the root: [`compile_source`] returns the pyc of a
//! source for one release of CPython, [`verify_paths`] checks that pycs come from their sources,
//! [`compare_paths`] compares files, directories and archives, and [`repack_wheel`] makes a wheel
//! deterministic. [`Pyc::parse`] reads a pyc of CPython 3.8 to 3.15, [`dis::disassemble`] returns
//! its instructions, and [`syntax::parse`] returns the tree of CPython's parser. The native
//! compiler starts threads with the stack that a source needs.
//!
//! # Stability
//!
//! The bytes are the interface: for a given release of CPython, source, file name and options, the
//! code of a pyc changes only to correct a difference from that release. Schemas of JSON documents
//! have a version, and a change that readers could notice gets a new one. Signatures of functions
//! may change with each minor version until 1.0. Modules that this documentation does not list are
//! internal, and may change at any time.
//!
//! # Platforms
//!
//! Developed and tested on Linux for x86-64. Nothing in the output depends on the platform: a pyc
//! has the same bytes on every one. Code for Windows exists where the standard library does not
//! suffice, but it is not tested.
//!
//! # Layers
//!
//! From top to bottom. A layer imports only from the layers below it; `tests/it/house.rs` checks
//! this.
//!
//! | layer | input → output |
//! |---|---|
//! | `cli` | arguments, environment → settings → a command; printing, progress, exit status |
//! | `library` | the functions at the root of this crate |
//! | `report` | findings and outcomes → text, JSON, HTML, SARIF, annotations |
//! | `bazel` | requests of Bazel on a stream → answers |
//! | [`audit`] | pycs → findings |
//! | `build` | jobs → outputs |
//! | `config` | `pycompile.toml` → settings, with errors that show the line |
//! | [`diff`] | two files, directories or archives → differences |
//! | [`manifest`] | pycs → manifest |
//! | `input` | a path → its files: of a directory, an archive or a file |
//! | [`wheel`] | a project's metadata and files → wheel; a wheel → the same, deterministic |
//! | `output` | files → tree; write-and-rename |
//! | [`archive`] | zip, wheel, zipapp, tar, packages, images → entries; entries → zip; checked names |
//! | `project` | file selection, names and paths of pycs, the clock (`SOURCE_DATE_EPOCH`) |
//! | [`engine`] | source bytes → marshalled code, or a diagnostic |
//! | [`pyc`], `compile` | header and source hash; the native compiler |
//! | `warnings` | warnings of the compiler and the filters of `-W` → shown warnings, or an error |
//! | [`marshal`], [`dis`], [`syntax`] | bytes ↔ objects; code → instructions; text → syntax tree |
//! | [`object`], `decode` | code objects, line and exception tables; PEP 263 |
//! | `text`, [`target`] | locations, strings with lone surrogates; each CPython version, as data |
//! | `allowance` | limits on the time, memory and stack of one file |

#[doc(hidden)]
pub mod allowance;
pub mod archive;
pub mod audit;
#[doc(hidden)]
pub mod bazel;
#[doc(hidden)]
pub mod build;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod compile;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod decode;
pub mod diff;
pub mod dis;
pub mod engine;
#[doc(hidden)]
pub mod input;
mod library;
pub mod manifest;
pub mod marshal;
pub mod object;
#[doc(hidden)]
pub mod output;
#[doc(hidden)]
pub mod project;
pub mod pyc;
#[doc(hidden)]
pub mod report;
pub mod syntax;
pub mod target;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod warnings;
pub mod wheel;

pub use build::pack::{BackendError, Packed, Repacked};
pub use build::{Artifact, ArtifactKind, Done, Failure, FileDigest, Outcome, ProjectError, PycOutcome};
pub use config::{AddedMetadata, Bytecode, ConfigAdvice, ConfigError, ConfigPlace};
pub use input::{Place, PlaceError};
pub use library::{
    CompileOptions, RepackOptions, VerifyPathsError, compare_paths, compile_source, repack_wheel,
    verify_paths,
};
pub use output::WriteError;
pub use output::inside::OpenError;
pub use project::{DiscoverError, FilePatterns};
pub use pyc::Pyc;
pub use warnings::{FilterAction, Filters, Issued};
