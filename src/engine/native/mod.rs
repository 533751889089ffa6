//! The native engine: [`crate::compile`] on threads with large stacks.
//!
//! CPython: none; the bytes are those of `target.reference`.
//!
//! **Invariant:** one file's misfortune (a bug met, a refusal) is one diagnostic; other files go on.

mod diagnostic;
mod worker;

use super::{Diagnostic, Engine, Request};
use crate::target::Target;
use std::sync::Mutex;
use worker::Worker;

/// The native compiler for one version. Threads are started when they are first needed, at most one for each caller
/// at a time, and are kept.
#[derive(Debug)]
pub struct NativeEngine {
    target: &'static Target,
    idle: Mutex<Vec<Worker>>,
}

impl NativeEngine {
    /// An engine that has started nothing yet.
    pub const fn new(target: &'static Target) -> Self {
        Self { target, idle: Mutex::new(Vec::new()) }
    }
}

impl Engine for NativeEngine {
    fn compile(&self, request: &Request<'_>) -> Result<Vec<u8>, Box<Diagnostic>> {
        let Some(filename) = request.filename.to_str() else {
            let message = "the native compiler does not record file names that are no UTF-8";
            return Err(Diagnostic::without_place("ValueError", message));
        };
        let idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let worker = match idle {
            Some(worker) => worker,
            None => Worker::start(self.target).map_err(|error| {
                Diagnostic::without_place("OSError", format!("cannot start a thread: {error}"))
            })?,
        };
        let answer = worker.compile(request.source, filename, request.optimize)?;
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(worker);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, NativeEngine, Request};
    use crate::target::{PyVersion, Target};

    #[test]
    fn a_refusal_has_its_place_in_characters() {
        let engine = NativeEngine::new(Target::find(PyVersion::new(3, 14)).unwrap());
        let source = "x = 1\n  \ny = 'é' + (é := 1, *a = 2)\n".as_bytes();
        let error = engine.compile(&Request { source, filename: "m.py".into(), optimize: 0 }).unwrap_err();
        assert_eq!((error.kind.as_str(), error.line), ("SyntaxError", Some(3)));
        assert_eq!(error.text.as_deref(), Some("y = 'é' + (é := 1, *a = 2)\n"));
    }

    #[test]
    fn threads_are_kept() {
        let engine = NativeEngine::new(Target::find(PyVersion::new(3, 14)).unwrap());
        for source in ["", "x", "1 +"] {
            let request = Request { source: source.as_bytes(), filename: "m.py".into(), optimize: 0 };
            assert_eq!(engine.compile(&request).is_ok(), source != "1 +");
            assert_eq!(engine.idle.lock().unwrap().len(), 1);
        }
    }
}
