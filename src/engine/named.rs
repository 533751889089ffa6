//! Interpreters that a user names.

use super::python::PythonEngine;
use super::select::{EngineOptions, EnginesError, TargetEngine, python};
use super::{EngineChoice, EngineError, Refs};
use crate::target::{PyVersion, Series};
use crate::text::Shown as _;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Interpreters that a user named, each started once. A command that starts engines only for the
/// versions that it meets would otherwise report a wrong interpreter late or never.
#[derive(Debug, Default)]
pub struct NamedInterpreters(Vec<NamedInterpreter>);

#[derive(Debug)]
struct NamedInterpreter {
    path: PathBuf,
    found: String,
    version: PyVersion,
    /// The interpreter, until it is used.
    engine: Mutex<Option<PythonEngine>>,
}

impl NamedInterpreters {
    /// Starts the interpreters.
    ///
    /// # Errors
    /// [`EnginesError::Engine`], [`EnginesError::TwoInterpreters`].
    pub fn start(options: &EngineOptions<'_>) -> Result<Self, EnginesError> {
        if options.choice == EngineChoice::Native {
            return Ok(Self::default());
        }
        let named = start_named(options, EnginesError::Engine)?.into_iter();
        let named = named.map(|engine| NamedInterpreter {
            path: engine.interpreter().into(),
            found: engine.full_version().to_owned(),
            version: engine.version(),
            engine: Mutex::new(Some(engine)),
        });
        Ok(Self(named.collect()))
    }

    /// Returns the engine of the interpreter of a version, at the first call for the version.
    pub fn take(&self, version: PyVersion, refs: Refs) -> Option<TargetEngine> {
        let named = self.0.iter().find(|named| named.version == version)?;
        let engine = named.engine.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(TargetEngine { refs, ..python(Series::find(version)?, engine, None) })
    }

    /// Refuses an interpreter if there are pycs, but none of its version; `versions` are those of
    /// the pycs.
    ///
    /// # Errors
    /// [`EnginesError::NoPyc`].
    pub fn refuse_unused(&self, versions: &BTreeSet<String>) -> Result<(), EnginesError> {
        let is_unused = |one: &&NamedInterpreter| !versions.contains(&one.version.to_string());
        match self.0.iter().find(is_unused) {
            Some(one) if !versions.is_empty() => Err(EnginesError::NoPyc {
                path: one.path.shown(),
                found: one.found.clone(),
                version: one.version,
                versions: versions.iter().cloned().collect::<Vec<_>>().join(", "),
            }),
            _ => Ok(()),
        }
    }
}

/// Starts each named interpreter; `failed` returns the error for one that cannot be started.
pub(super) fn start_named(
    options: &EngineOptions<'_>,
    failed: impl Fn(EngineError) -> EnginesError,
) -> Result<Vec<PythonEngine>, EnginesError> {
    let mut named: Vec<PythonEngine> = Vec::new();
    for path in options.named {
        let engine = PythonEngine::start_any(path, options.limits).map_err(&failed)?;
        let version = engine.version();
        if let Some(first) = named.iter().find(|known| known.version() == version) {
            let (first, second) = (first.interpreter().shown(), path.shown());
            return Err(EnginesError::TwoInterpreters { first, second, version });
        }
        named.push(engine);
    }
    Ok(named)
}
