//! Tables and keys of the config.

use super::lists::list_or_one;
use crate::archive::Compression;
use crate::engine::{EngineChoice, Refs};
use crate::manifest::ManifestForm;
use crate::project::Layout;
use crate::pyc::InvalidationMode;
use clap::ValueEnum;
use serde::Deserialize;
use toml::Spanned;

/// Whole config.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// `[source]`
    pub source: SourceTable,
    /// `[compile]`
    #[serde(default)]
    pub compile: CompileTable,
    /// `[tree]`
    #[serde(default)]
    pub tree: TreeTable,
    /// `[wheel]`
    pub wheel: Option<WheelTable>,
    /// `[zip]`
    pub zip: Option<ZipTable>,
    /// `[manifest]`
    pub manifest: Option<ManifestTable>,
    /// `[tool.pycompile.backend]` of a `pyproject.toml`, which the Python module reads.
    pub backend: Option<Spanned<toml::Table>>,
}

/// Files to compile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceTable {
    /// Directory that names in the tree, wheel and zip are relative to.
    #[serde(default = "here")]
    pub root: Spanned<String>,
    /// Files to compile.
    #[serde(default)]
    pub files: Vec<Spanned<String>>,
    /// Patterns of more files to compile.
    #[serde(default)]
    pub search: Vec<Spanned<String>>,
    /// Patterns of files that `search` excludes.
    #[serde(default)]
    pub exclude: Vec<Spanned<String>>,
    /// Files that are copied to archives unchanged.
    #[serde(default)]
    pub data: Vec<Spanned<String>>,
    /// Follow symlinks that lead out of the root.
    #[serde(default)]
    pub follow_links: bool,
}

fn here() -> Spanned<String> {
    Spanned::new(0..0, ".".into())
}

/// Options of the compiler.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CompileTable {
    /// Versions; without any, that of the `python3` on PATH.
    #[serde(deserialize_with = "list_or_one")]
    pub python: Vec<Spanned<String>>,
    /// Optimization levels; without any, level 0.
    #[serde(deserialize_with = "list_or_one")]
    pub optimize: Vec<Spanned<u8>>,
    /// Invalidation mode of the pycs.
    pub invalidation_mode: Option<Spanned<InvalidationMode>>,
    /// Layout of pycs in a tree or wheel.
    pub layout: Option<Spanned<Layout>>,
    /// Directory to strip from recorded file names.
    pub strip_dir: Option<Spanned<String>>,
    /// Directory to prepend to recorded file names.
    pub prepend_dir: Option<Spanned<String>>,
    /// Recorded file name of the only file.
    pub dfile: Option<Spanned<String>>,
    /// Engine that compiles.
    pub engine: EngineChoice,
    /// Interpreters by version.
    pub interpreters: std::collections::BTreeMap<Spanned<String>, String>,
    /// Timeout for one file, in seconds.
    pub timeout: Option<Spanned<u64>>,
    /// Limit of the address space for one file, in megabytes.
    pub memory_limit: Option<Spanned<u64>>,
    /// Reference flags of the code.
    pub refs: Refs,
    /// Treatment of other files if a file does not compile.
    pub on_error: OnError,
    /// Files that may fail to compile.
    pub allow_failures: Vec<Spanned<String>>,
}

/// Treatment of other files if a file does not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    /// Write no archive and no manifest.
    #[default]
    Fail,
    /// Write everything else.
    Skip,
}

/// Settings of `pycompile build`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TreeTable {
    /// Directory that mirrors the sources; without it, or with `.`, pycs are written in place.
    pub output: Option<Spanned<String>>,
    /// Copy sources and data to the mirror; the default is true.
    pub sources: Option<Spanned<bool>>,
}

/// Settings of `pycompile pack` for wheels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WheelTable {
    /// Path of a `pyproject.toml`, or the keys of a `[project]` table.
    pub project: Option<Spanned<ProjectSource>>,
    /// Metadata that a build backend has prepared: `PKG-INFO` of an unpacked sdist, a wheel, or
    /// `backend` to run the backend.
    pub metadata: Option<Spanned<String>>,
    /// Values of keys that the `pyproject.toml` leaves to a build backend or does not have.
    pub dynamic: Option<Spanned<toml::Table>>,
    /// Pycs in the wheel.
    #[serde(default)]
    pub bytecode: Bytecode,
    /// Directory to write the wheel to; the default is `dist`.
    pub output: Option<Spanned<String>>,
    /// Optimization level of the pycs in a sourceless wheel; required if there are several.
    pub optimize: Option<Spanned<u8>>,
    /// Tag of the wheel, instead of `py3-none-any`.
    pub tag: Option<Spanned<String>>,
}

/// Source of a wheel's metadata.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ProjectSource {
    /// Path of a `pyproject.toml`.
    File(String),
    /// Keys of PEP 621.
    Inline(toml::Table),
}

/// Pycs of a wheel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bytecode {
    /// None: the installer compiles.
    #[default]
    None,
    /// In `__pycache__`, next to the sources.
    Pycache,
    /// In place of the sources.
    Sourceless,
}

/// Settings of `pycompile pack` for zips.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ZipTable {
    /// Path of the zip.
    pub output: Spanned<String>,
    /// Function to call, as `module:function`, which makes the zip a zipapp.
    pub main: Option<Spanned<String>>,
    /// Interpreter for the first line: `python3` or a path.
    pub interpreter: Option<Spanned<String>>,
    /// Version of the pycs in the zip; required if there are several.
    pub python: Option<Spanned<String>>,
    /// Optimization level of the pycs in the zip; required if there are several.
    pub optimize: Option<Spanned<u8>>,
    /// Include the sources in the zip; the default is true.
    pub sources: Option<Spanned<bool>>,
    /// Compression of entries.
    #[serde(default = "deflated")]
    pub compression: Compression,
}

const fn deflated() -> Compression {
    Compression::Deflated
}

/// Settings of the manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ManifestTable {
    /// Path of the manifest; the other forms are written next to it.
    pub output: Spanned<String>,
    /// Other forms to write as well.
    #[serde(default, deserialize_with = "list_or_one")]
    pub also: Vec<Spanned<ManifestForm>>,
}
