//! The functions that other programs need most. They are re-exported at the root of the crate.
//!
//! **Invariant:** no function here runs an interpreter, and each can be called from any thread:
//! the native compiler starts threads with a larger stack where a source needs one.

use crate::diff::{Comparison, Side, SideError, compare};
use crate::engine::native::NativeEngine;
use crate::engine::{Diagnostic, Engine, Limits};
use crate::pyc::{Header, InvalidationMode};
use crate::target::{Series, Target};
use std::ffi::OsStr;
use std::path::Path;

/// Options of [`compile_source`]. The default is a checked hash and optimization level 0.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompileOptions {
    /// Optimization level: 0, 1 (`-O`) or 2 (`-OO`).
    pub optimize: u8,
    /// Invalidation mode of the header.
    pub mode: InvalidationMode,
    /// Modification time of the source in seconds since 1970, for
    /// [`InvalidationMode::Timestamp`].
    pub mtime: u32,
    /// Limits on time and memory.
    pub limits: Limits,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { optimize: 0, mode: InvalidationMode::CheckedHash, mtime: 0, limits: Limits::default() }
    }
}

/// Compiles a source, and returns the pyc that `py_compile` of the release writes.
///
/// `source` is the content of the file, undecoded (PEP 263). `filename` is recorded as
/// `co_filename`.
///
/// # Errors
/// The error of the source in CPython's words, or a limit that it exceeds.
///
/// ```
/// use pycompile::pyc::Header;
/// use pycompile::target::{Release, Target};
/// use pycompile::{CompileOptions, compile_source};
///
/// let release: Release = "3.14".parse()?;
/// let target = Target::find(release).ok_or("no native compiler for it")?;
/// let pyc = compile_source(b"answer = 42\n", "answer.py", target, &CompileOptions::default())?;
/// assert_eq!(Header::parse(&pyc)?.magic(), 3627);
///
/// let error = compile_source(b"answer = \n", "answer.py", target, &CompileOptions::default());
/// assert_eq!(error.unwrap_err().message, "invalid syntax");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile_source(
    source: &[u8],
    filename: impl AsRef<OsStr>,
    target: &'static Target,
    options: &CompileOptions,
) -> Result<Vec<u8>, Box<Diagnostic>> {
    let Some(series) = Series::find(target.version) else {
        let message = format!("no pyc header is known for Python {}", target.version);
        return Err(Diagnostic::without_place("ValueError", message));
    };
    let engine = Engine::Native(NativeEngine::limited(target, options.limits));
    let mut source = Engine::open(source);
    let code = source.compile(&engine, filename.as_ref(), options.optimize).code?;
    let header = Header::of(series, options.mode, source.bytes(), options.mtime);
    let mut pyc = header.to_bytes().to_vec();
    pyc.extend_from_slice(&code);
    Ok(pyc)
}

/// Compares two files, directories, archives or manifests, in any pairing.
///
/// The comparison has the differences of the files' contents, not their causes.
///
/// # Errors
/// [`SideError`] if a side cannot be read.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("pycompile-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(folder.join("a"))?;
/// # std::fs::create_dir_all(folder.join("b"))?;
/// # std::fs::write(folder.join("a/m.py"), "x = 1\n")?;
/// # std::fs::write(folder.join("b/m.py"), "x = 2\n")?;
/// # let (left, right) = (folder.join("a"), folder.join("b"));
/// let comparison = pycompile::compare_paths(&left, &right)?;
/// assert_eq!(comparison.same, 0);
/// assert_eq!(comparison.files[0].path, "m.py");
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare_paths(left: &Path, right: &Path) -> Result<Comparison, SideError> {
    compare(&Side::open(left)?, &Side::open(right)?)
}
