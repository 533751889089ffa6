//! The native engine: [`crate::compile`] on threads with large stacks.
//!
//! CPython: none; the bytes are those of `target.reference`.
//!
//! **Invariant:** one file's misfortune (a bug met, a refusal) is one diagnostic; other files go on.

mod diagnostic;
mod worker;

use super::{Diagnostic, Engine, Request};
use crate::target::Target;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, PoisonError};
use worker::Worker;

/// Threads that compile, for all engines of a run. They are started when they are first needed, at most one for each
/// caller at a time, and are kept.
#[derive(Clone, Debug, Default)]
pub struct Threads {
    /// Each with the hash of the source that it had last, and has parsed.
    idle: Arc<Mutex<Vec<(u64, Worker)>>>,
}

impl Threads {
    fn take(&self, source: u64) -> Option<Worker> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        match idle.iter().position(|(last, _)| *last == source) {
            Some(index) => Some(idle.swap_remove(index).1),
            None => idle.pop().map(|(_, worker)| worker),
        }
    }

    fn give(&self, source: u64, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((source, worker));
    }
}

/// The native compiler for one version.
#[derive(Debug)]
pub struct NativeEngine {
    target: &'static Target,
    threads: Threads,
}

impl NativeEngine {
    /// An engine that compiles on `threads`.
    pub const fn new(target: &'static Target, threads: Threads) -> Self {
        Self { target, threads }
    }
}

impl Engine for NativeEngine {
    fn compile(&self, request: &Request<'_>) -> Result<Vec<u8>, Box<Diagnostic>> {
        let Some(filename) = request.filename.to_str() else {
            let message = "the native compiler does not record file names that are no UTF-8";
            return Err(Diagnostic::without_place("ValueError", message));
        };
        let source = FxBuildHasher.hash_one(request.source);
        let worker = match self.threads.take(source) {
            Some(worker) => worker,
            None => Worker::start().map_err(|error| {
                Diagnostic::without_place("OSError", format!("cannot start a thread: {error}"))
            })?,
        };
        let answer = worker.compile(request.source, filename, self.target, request.optimize)?;
        self.threads.give(source, worker);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, NativeEngine, Request, Threads};
    use crate::target::{PyVersion, Target};

    #[test]
    fn a_refusal_has_its_place_in_characters() {
        let engine = NativeEngine::new(Target::find(PyVersion::new(3, 14)).unwrap(), Threads::default());
        let source = "x = 1\n  \ny = 'é' + (é := 1, *a = 2)\n".as_bytes();
        let error = engine.compile(&Request { source, filename: "m.py".into(), optimize: 0 }).unwrap_err();
        assert_eq!((error.kind.as_str(), error.line), ("SyntaxError", Some(3)));
        assert_eq!(error.text.as_deref(), Some("y = 'é' + (é := 1, *a = 2)\n"));
    }

    #[test]
    fn threads_are_kept() {
        let engine = NativeEngine::new(Target::find(PyVersion::new(3, 14)).unwrap(), Threads::default());
        for source in ["", "x", "1 +"] {
            let request = Request { source: source.as_bytes(), filename: "m.py".into(), optimize: 0 };
            assert_eq!(engine.compile(&request).is_ok(), source != "1 +");
            assert_eq!(engine.threads.idle.lock().unwrap().len(), 1);
        }
    }
}
