//! The engines of a run, started when the first pyc of their version is met.

use crate::build::engines::{self, EngineOptions, Engines};
use crate::target::PyVersion;
use std::sync::{Arc, Mutex, PoisonError};

/// All engines for a version, or why there is none.
pub(super) type Found = Result<Engines, String>;

/// Engines by version.
pub(super) struct Compilers<'a> {
    options: &'a EngineOptions<'a>,
    known: Mutex<Vec<(PyVersion, Arc<Found>)>>,
}

impl<'a> Compilers<'a> {
    /// None yet.
    pub(super) const fn new(options: &'a EngineOptions<'a>) -> Self {
        Self { options, known: Mutex::new(Vec::new()) }
    }

    /// The engines for a version; others wait while they start.
    pub(super) fn get(&self, version: PyVersion) -> Arc<Found> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known.iter().find(|(other, _)| *other == version) {
            return Arc::clone(found);
        }
        let found = Arc::new(self.start(version));
        known.push((version, Arc::clone(&found)));
        found
    }

    fn start(&self, version: PyVersion) -> Found {
        let mut started =
            engines::start_one(version.into(), self.options).map_err(|error| error.to_string())?;
        started.extend(engines::others_of_series(version, self.options));
        Ok(started)
    }

    /// The release whose bytes an engine of a version makes, by its place among them.
    pub(super) fn release(&self, version: PyVersion, engine: usize) -> String {
        match self.get(version).as_ref() {
            Ok(engines) => engines[engine].release.clone(),
            Err(_) => String::new(),
        }
    }

    /// The engines that were used, in words.
    pub(super) fn about(&self) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let started = known.iter().filter_map(|(_, found)| found.as_ref().as_ref().ok()).flatten();
        let mut about: Vec<String> = started.map(|target| target.about.clone()).collect();
        about.sort();
        about
    }
}
