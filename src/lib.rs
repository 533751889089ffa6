//! Reproducible Python bytecode.
//!
//! The layers, top to bottom. A layer imports only from the layers below it; `tests/it/house.rs`
//! checks this.
//!
//! | layer | input → output |
//! |---|---|
//! | [`cli`] | arguments, environment → settings → a command; printing, progress, exit status |
//! | `library` | the functions at the root of this crate |
//! | [`report`] | findings → text, JSON, HTML |
//! | [`audit`] | pycs → findings |
//! | [`build`] | jobs → outputs |
//! | [`config`] | `pycompile.toml` → settings, with errors that show the line |
//! | [`diff`] | two files, directories or archives → differences |
//! | [`manifest`] | pycs → manifest |
//! | [`wheel`] | a project's metadata and files → wheel; a wheel → the same, deterministic |
//! | [`output`] | entries → tree, zip, zipapp; write-and-rename |
//! | [`archive`] | zip, wheel, zipapp, tar, packages, images → entries; checked names |
//! | [`project`] | file selection, names and paths of pycs, the clock (`SOURCE_DATE_EPOCH`) |
//! | [`engine`] | source bytes → marshalled code, or a diagnostic |
//! | [`pyc`], [`compile`] | header and source hash; the native compiler |
//! | [`warnings`] | warnings of the compiler and the filters of `-W` → shown warnings, or an error |
//! | [`marshal`], [`dis`], [`syntax`] | bytes ↔ objects; code → instructions; text → syntax tree |
//! | [`object`], [`decode`] | code objects, line and exception tables; PEP 263 |
//! | [`text`], [`target`] | locations, strings with lone surrogates; each CPython version, as data |
//! | [`allowance`] | limits on the time, memory and stack of one file |

pub mod allowance;
pub mod archive;
pub mod audit;
pub mod build;
pub mod cli;
pub mod compile;
pub mod config;
pub mod decode;
pub mod diff;
pub mod dis;
pub mod engine;
mod library;
pub mod manifest;
pub mod marshal;
pub mod object;
pub mod output;
pub mod project;
pub mod pyc;
pub mod report;
pub mod syntax;
pub mod target;
pub mod text;
pub mod warnings;
pub mod wheel;

pub use library::{CompileOptions, compare_paths, compile_source};
