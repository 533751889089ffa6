//! The engines of a run, started when the first pyc of their version is found.

use crate::engine::NamedInterpreters;
use crate::engine::{Engine, EngineOptions, Engines, TargetEngine, select};
use crate::target::{PyVersion, Release, Target};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// All engines for a version, or the reason why there are none.
pub(super) type FoundCompilers = Result<Releases, String>;

/// The engines for a version: the environment's own release first, then the newest.
pub(super) struct Releases {
    pub(super) engines: Engines,
    /// Index of the engine that is tried first: most places were written by one release, so this is
    /// the engine that wrote the last pyc that the engine tried before it did not write.
    likeliest: AtomicUsize,
}

impl Releases {
    /// Returns the index of the likeliest engine, then the others.
    pub(super) fn in_order(&self) -> impl Iterator<Item = usize> {
        let first = self.likeliest();
        std::iter::once(first).chain((0..self.engines.len()).filter(move |&at| at != first))
    }

    pub(super) fn likeliest(&self) -> usize {
        self.likeliest.load(Ordering::Relaxed)
    }

    /// Returns the releases if all of them are those of interpreters that the machine happens to
    /// have. The native compiler knows all releases whose code differs.
    pub(super) fn interpreters_only(&self) -> Box<[String]> {
        let is_native = |target: &TargetEngine| matches!(target.engine, Engine::Native(_));
        match self.engines.iter().any(is_native) {
            true => Box::default(),
            false => self.engines.iter().map(|target| target.release.clone()).collect(),
        }
    }

    /// Records that an engine wrote a pyc.
    pub(super) fn note(&self, engine: usize) {
        self.likeliest.store(engine, Ordering::Relaxed);
    }
}

/// Engines by version.
pub(super) struct Compilers<'a> {
    options: &'a EngineOptions<'a>,
    named: &'a NamedInterpreters,
    /// Releases that the verified environments were created with.
    own: &'a [Release],
    known: Mutex<Vec<(PyVersion, Arc<FoundCompilers>)>>,
}

impl<'a> Compilers<'a> {
    /// Returns an empty set of engines.
    pub(super) const fn new(options: &'a EngineOptions<'a>, named: &'a NamedInterpreters) -> Self {
        Self { options, named, own: &[], known: Mutex::new(Vec::new()) }
    }

    /// Prefers these releases to others that write the same bytes.
    pub(super) fn preferring(self, own: &'a [Release]) -> Self {
        Self { own, ..self }
    }

    /// Returns whether an interpreter of a free-threaded build is named.
    pub(super) fn have_free_threaded(&self) -> bool {
        let mut named =
            self.options.named.iter().chain(self.options.interpreters.iter().map(|(_, path)| path));
        named.any(|path| path.as_os_str().as_encoded_bytes().ends_with(b"t"))
    }

    /// Returns the engines for a version. Other threads wait while engines start.
    pub(super) fn get(&self, version: PyVersion) -> Arc<FoundCompilers> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known.iter().find(|(other, _)| *other == version) {
            return Arc::clone(found);
        }
        let found = Arc::new(self.start(version));
        known.push((version, Arc::clone(&found)));
        found
    }

    fn start(&self, version: PyVersion) -> FoundCompilers {
        // The interpreter that the user named for the version decides alone.
        if let Some(named) = self.named.take(version, self.options.refs) {
            return Ok(Releases { engines: vec![named], likeliest: AtomicUsize::new(0) });
        }
        let options = EngineOptions { named: &[], ..self.options.clone() };
        let mut started = select::start_one(version.into(), &options).map_err(|error| error.to_string())?;
        if let [first] = started.as_slice() {
            started.extend(select::others_of_series(first, &options));
        }
        let own = self.own.iter().find(|release| release.version == version);
        let own = own.and_then(|release| Target::find(*release)).map(|target| target.release().to_string());
        if let Some(at) = started.iter().position(|engine| Some(&engine.release) == own.as_ref()) {
            started[..=at].rotate_right(1);
        }
        Ok(Releases { engines: started, likeliest: AtomicUsize::new(0) })
    }

    /// Returns the release of the engine with this index among the engines of the version.
    pub(super) fn release(&self, version: PyVersion, engine: usize) -> String {
        match self.get(version).as_ref() {
            Ok(found) => found.engines[engine].release.clone(),
            Err(_) => String::new(),
        }
    }

    /// Returns the index of the engine that most likely wrote the pycs of a version.
    pub(super) fn likeliest(&self, version: PyVersion) -> usize {
        self.get(version).as_ref().as_ref().map_or(0, Releases::likeliest)
    }

    /// Returns the interpreters that were started, by version.
    pub(super) fn interpreters(&self) -> Vec<(PyVersion, PathBuf)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let started =
            known.iter().filter_map(|(version, found)| Some((*version, found.as_ref().as_ref().ok()?)));
        let programs = started.flat_map(|(version, found)| {
            let programs = found.engines.iter().filter_map(|target| match &target.engine {
                Engine::Python(engine) => Some(engine.interpreter().to_path_buf()),
                Engine::Native(_) => None,
            });
            programs.map(move |program| (version, program))
        });
        programs.collect()
    }

    /// Returns the versions for which an engine was wanted.
    pub(super) fn versions(&self) -> BTreeSet<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(version, _)| version.to_string()).collect()
    }

    /// Returns descriptions of the engines that were used.
    pub(super) fn about(&self) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let started = known.iter().filter_map(|(_, found)| found.as_ref().as_ref().ok());
        let started = started.flat_map(|found| &found.engines);
        let mut about: Vec<String> = started.map(|target| target.about.clone()).collect();
        about.sort();
        about
    }
}
