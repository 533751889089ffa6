//! Where processes cannot fork there are no workers.

use crate::engine::{Diagnostic, EngineError, Limits, Request};
use std::path::Path;

#[allow(dead_code, reason = "none is ever given")]
pub(super) enum Answer {
    Code(Vec<u8>),
    Refused(Box<Diagnostic>),
    NoMemory,
    ForkDied(String),
    WorkerDied(String),
    TimedOut,
    Stopped,
}

#[derive(Debug)]
pub(super) struct Worker;

impl Worker {
    pub(super) fn start(interpreter: &Path, _limits: &Limits) -> Result<Self, EngineError> {
        let path = interpreter.display().to_string();
        Err(EngineError::Start { path, reason: "this system cannot fork processes".into() })
    }

    pub(super) fn version(&self) -> &str {
        ""
    }

    pub(super) fn compile(&mut self, _request: &Request<'_>, _limits: &Limits) -> Answer {
        Answer::WorkerDied("there is none".into())
    }
}
