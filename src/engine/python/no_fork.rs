//! Replacement for workers on systems without fork.

use super::{Answer, WorkerRequest};
use crate::compile::Columns;
use crate::engine::{EngineError, Limits};
use crate::text::Shown as _;
use std::path::Path;

#[derive(Debug)]
pub(super) struct Worker;

impl Worker {
    pub(super) fn start(
        interpreter: &Path,
        _columns: Columns,
        _limits: &Limits,
    ) -> Result<Self, EngineError> {
        let path = interpreter.shown();
        Err(EngineError::Start { path, reason: "this system cannot fork processes".into() })
    }

    pub(super) fn version(&self) -> &str {
        ""
    }

    pub(super) fn compile(&mut self, _request: &WorkerRequest<'_>, _limits: &Limits) -> Answer {
        Answer::WorkerDied("there is none".into())
    }
}
