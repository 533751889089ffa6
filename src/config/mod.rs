//! `pycompile.toml`, or `[tool.pycompile]` of a `pyproject.toml` → settings.
//!
//! **Invariant:** every error in the file is reported with line and column, and nothing in the file
//! is ignored.

mod error;
mod given;
pub mod init;
mod lists;
mod load;
mod locate;
mod model;
mod outputs;
mod paths;
mod selection;
mod suggest;
mod unlisted;

pub use error::{AddedMetadata, ConfigAdvice, ConfigError, ConfigPlace};
pub use given::Given;
pub use load::{Loaded, load, parse};
pub use locate::{config_in, locate};
pub use model::{
    Bytecode, CompileTable, Config, ManifestTable, OnError, ProjectSource, SourceTable, TreeTable,
    WheelTable, ZipTable,
};
pub use selection::{ConfigSelection, Selected};
