//! The tables and keys, as they are written.

use super::lists::list_or_one;
use crate::pyc::InvalidationMode;
use serde::Deserialize;
use toml::Spanned;

/// The whole file.
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
}

/// Files to compile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceTable {
    /// Names inside the tree, wheel and zip are relative to it.
    #[serde(default = "here")]
    pub root: Spanned<String>,
    /// Compiled.
    #[serde(default)]
    pub files: Vec<Spanned<String>>,
    /// Patterns of more files to compile.
    #[serde(default)]
    pub search: Vec<Spanned<String>>,
    /// Patterns that `search` leaves out.
    #[serde(default)]
    pub exclude: Vec<Spanned<String>>,
    /// Copied into archives as they are.
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
    /// Versions; none: that of the `python3` on PATH.
    #[serde(deserialize_with = "list_or_one")]
    pub python: Vec<Spanned<String>>,
    /// Levels; none: level 0.
    #[serde(deserialize_with = "list_or_one")]
    pub optimize: Vec<Spanned<u8>>,
    /// Invalidation mode of the pycs.
    pub invalidation_mode: Option<Spanned<Mode>>,
    /// Layout of pycs in a tree or wheel.
    pub layout: Option<Spanned<LayoutName>>,
    /// Taken off recorded names.
    pub strip_dir: Option<Spanned<String>>,
    /// Put before recorded names.
    pub prepend_dir: Option<Spanned<String>>,
    /// The recorded name of the only file.
    pub dfile: Option<Spanned<String>>,
    /// Engine that compiles.
    pub engine: Engine,
    /// Interpreters by version.
    pub interpreters: std::collections::BTreeMap<Spanned<String>, String>,
    /// Seconds that one file may take.
    pub timeout: Option<Spanned<u64>>,
    /// Megabytes of address space that one file may take.
    pub memory_limit: Option<Spanned<u64>>,
    /// The normal form of references.
    pub refs: Refs,
    /// Treatment of the rest if a file does not compile.
    pub on_error: OnError,
    /// Files that are known not to compile.
    pub allow_failures: Vec<Spanned<String>>,
}

/// `py_compile.PycInvalidationMode`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// By modification time and size.
    Timestamp,
    /// By a hash that is checked.
    CheckedHash,
    /// By a hash that is not checked.
    UncheckedHash,
}

impl From<Mode> for InvalidationMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Timestamp => Self::Timestamp,
            Mode::CheckedHash => Self::CheckedHash,
            Mode::UncheckedHash => Self::UncheckedHash,
        }
    }
}

/// Layout of the pycs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayoutName {
    /// `__pycache__/core.cpython-314.pyc`
    Pycache,
    /// `core.pyc`
    Legacy,
}

/// Engine that compiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Native where it is exact.
    #[default]
    Auto,
    /// The native compiler.
    Native,
    /// Real interpreters.
    Python,
}

/// The normal form of references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refs {
    /// CPython's own bytes.
    #[default]
    Cpython,
    /// Every object once, no unused FLAG_REF.
    Minimal,
}

/// Treatment of the rest if a file does not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    /// No archive and no manifest is written.
    #[default]
    Fail,
    /// The rest is written without its pycs.
    Skip,
}

/// `pycompile build`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TreeTable {
    /// A directory that mirrors the sources; none or `.`: in place.
    pub output: Option<Spanned<String>>,
    /// True if sources and data are copied into the mirror; they are unless this says no.
    pub sources: Option<Spanned<bool>>,
}

/// `pycompile pack`, the wheel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WheelTable {
    /// A `pyproject.toml`, or the keys of its `[project]` table.
    pub project: Option<Spanned<ProjectSource>>,
    /// Metadata that a build backend has prepared: `PKG-INFO` of an unpacked sdist, a wheel, or
    /// `backend`, which runs it.
    pub metadata: Option<Spanned<String>>,
    /// Values of keys that the `pyproject.toml` leaves to a build backend, or does not have.
    pub dynamic: Option<Spanned<toml::Table>>,
    /// Pycs that are in it.
    #[serde(default)]
    pub bytecode: Bytecode,
    /// The directory that it is written to; `dist` if not named.
    pub output: Option<Spanned<String>>,
    /// The level of a sourceless wheel's pycs; needed if there are several.
    pub optimize: Option<Spanned<u8>>,
    /// Instead of `py3-none-any`.
    pub tag: Option<Spanned<String>>,
}

/// Source of a wheel's metadata.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ProjectSource {
    /// The path of a `pyproject.toml`.
    File(String),
    /// PEP 621's keys.
    Inline(toml::Table),
}

/// Pycs of a wheel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bytecode {
    /// None: whoever installs it compiles.
    #[default]
    None,
    /// In `__pycache__`, beside the sources.
    Pycache,
    /// Instead of the sources.
    Sourceless,
}

/// `pycompile pack`, the zip.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ZipTable {
    /// Its path.
    pub output: Spanned<String>,
    /// `module:function`, which makes it a zipapp.
    pub main: Option<Spanned<String>>,
    /// `python3` or a path, on the first line.
    pub interpreter: Option<Spanned<String>>,
    /// The version whose pycs are in it; needed if there are several.
    pub python: Option<Spanned<String>>,
    /// The level of its pycs; needed if there are several.
    pub optimize: Option<Spanned<u8>>,
    /// True if the sources are in it too; they are unless this says no.
    pub sources: Option<Spanned<bool>>,
    /// Compression of entries.
    #[serde(default)]
    pub compression: Compression,
}

/// Compression of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Not at all.
    Stored,
    /// Deflate.
    #[default]
    Deflated,
}

/// The list of pycs and their digests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ManifestTable {
    /// Its path; the others stand beside it.
    pub output: Spanned<String>,
    /// Other forms to write too.
    #[serde(default, deserialize_with = "list_or_one")]
    pub also: Vec<Spanned<Also>>,
}

/// Other forms of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Also {
    /// File for `sha256sum --check`.
    Sha256sum,
    /// An in-toto Statement v1.
    InToto,
}
