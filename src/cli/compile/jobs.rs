//! What is to be done with each file.

use crate::engine::Engine;
use crate::project::Naming;
use crate::pyc::InvalidationMode;
use crate::target::Series;
use std::path::{Path, PathBuf};

/// One engine for each version.
pub(super) type Engines = Vec<(&'static Series, Box<dyn Engine>)>;

/// The same for every file of a run.
pub(super) struct Settings {
    pub(super) mode: InvalidationMode,
    pub(super) levels: Vec<u8>,
    pub(super) force: bool,
    pub(super) output: Option<PathBuf>,
    pub(super) naming: Naming,
}

/// One source, for every version.
pub(super) struct Job<'a> {
    pub(super) file: &'a Path,
    pub(super) engines: &'a Engines,
}
