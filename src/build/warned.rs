//! Filters between an engine and its warnings.

use super::TargetEngine;
use crate::engine::{Compiled, Diagnostic, Request};
use crate::target::Target;
use crate::text::{python, visible};
use crate::warnings::{Action, Issued};

/// Compiles one source: returns its code and the warnings to print. A warning that a filter turns
/// into an error is the error of the file, and later warnings are dropped.
pub(super) fn compile(
    target: &TargetEngine,
    request: &Request<'_>,
) -> (Result<Vec<u8>, Box<Diagnostic>>, Vec<Issued>) {
    let Some(filters) = &target.warnings else { return (target.engine.compile(request), Vec::new()) };
    let Compiled { mut code, warnings } = target.engine.compile_warned(request, None);
    if warnings.is_empty() {
        return (code, Vec::new());
    }
    let name = python::os_text(&request.filename);
    let has_patterns = target.series.warning_patterns;
    let actions = warnings.iter().map(|warning| filters.action(warning, &name, has_patterns));
    let actions: Vec<Action> = actions.collect();
    let raised = actions.iter().position(|action| *action == Action::Error);
    if raised.is_some() {
        code = target.engine.compile_warned(request, raised).code;
    }
    let text = crate::decode::decode(request.source, Target::newest());
    let lines: Vec<&str> = text.iter().flat_map(|text| text.split('\n')).collect();
    let issued = warnings.iter().zip(actions).take(raised.unwrap_or(usize::MAX));
    let issued = issued.filter(|(_, action)| matches!(action, Action::Show | Action::Once));
    let issued = issued.map(|(warning, action)| {
        let line = usize::try_from(warning.line).ok().and_then(|number| lines.get(number.checked_sub(1)?));
        Issued::new(warning, action == Action::Once, &visible(&name), line.copied())
    });
    (code, issued.collect())
}
