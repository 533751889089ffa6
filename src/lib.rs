//! Reproducible Python bytecode.
//!
//! The map, top to bottom. A layer imports from the layers below it only; `tests/it/house.rs` holds that.
//!
//! | layer | what it turns into what |
//! |---|---|
//! | [`cli`] | arguments, environment → settings → one of the commands; printing, progress, exit status |
//! | [`report`] | findings → text, JSON, HTML |
//! | [`audit`] | pycs → findings |
//! | [`build`] | jobs → outputs |
//! | [`config`] | `pycompile.toml` → settings, with errors that point at the line |
//! | [`diff`] | two of anything → differences |
//! | [`manifest`] | pycs → manifest |
//! | [`wheel`] | a project's metadata and files → wheel; a wheel → the same, deterministic |
//! | [`output`] | entries → tree, zip, wheel, list; write-and-rename |
//! | [`archive`] | zip, wheel, zipapp → entries; names that stay inside |
//! | [`project`] | file selection, names and paths of pycs, the clock (`SOURCE_DATE_EPOCH`) |
//! | [`engine`] | source bytes → marshalled code, or a diagnostic |
//! | [`pyc`], [`compile`] | header and source hash; the native compiler |
//! | [`warnings`] | what the compiler warns of, and the filters of `-W` → what is shown, or an error |
//! | [`marshal`], [`dis`], [`syntax`] | bytes ↔ objects; code → instructions; text → syntax tree |
//! | [`object`], [`decode`] | code objects, line and exception tables; PEP 263 |
//! | [`text`], [`target`] | positions, strings with lone surrogates; what each CPython version is, as data |
//! | [`allowance`] | time and memory of one file, asked for by whatever works on it |

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
