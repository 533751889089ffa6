//! `pycompile.toml` → settings.
//!
//! **Invariant:** whatever is wrong with the file is told with its line and column, and nothing in it is ignored.

mod error;
pub mod init;
mod load;
mod model;
mod outputs;
mod paths;
mod selection;
mod suggest;
mod unlisted;

pub use error::{ConfigError, Place};
pub use load::{Loaded, load, parse};
pub use model::{
    Also, Bytecode, CompileTable, Compression, Config, Engine, LayoutName, ManifestTable, Mode, OnError,
    ProjectSource, Refs, SourceTable, TreeTable, WheelTable, ZipTable,
};
pub use selection::{Selected, Selection};
