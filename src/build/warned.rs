//! Compilation for a target: its warning filters and the form of its references.

use super::TargetEngine;
use super::minimal::minimal;
use crate::engine::{Compiled, Diagnostic, OpenSource, Refs};
use crate::target::Target;
use crate::text::{python, visible};
use crate::warnings::{Action, Issued};
use std::ffi::OsStr;

/// Compiles one source: returns its code and the warnings to print. A warning that a filter turns
/// into an error is the error of the file, and later warnings are dropped.
pub(super) fn compile(
    source: &mut OpenSource<'_>,
    target: &TargetEngine,
    filename: &OsStr,
    optimize: u8,
) -> (Result<Vec<u8>, Box<Diagnostic>>, Vec<Issued>) {
    let (code, warnings) = filtered(source, target, filename, optimize);
    let code = match target.refs {
        Refs::Cpython => code,
        Refs::Minimal => code.and_then(|code| minimal(&code, target.series.code_layout)),
    };
    (code, warnings)
}

fn filtered(
    source: &mut OpenSource<'_>,
    target: &TargetEngine,
    filename: &OsStr,
    optimize: u8,
) -> (Result<Vec<u8>, Box<Diagnostic>>, Vec<Issued>) {
    let Compiled { mut code, warnings } = source.compile(&target.engine, filename, optimize);
    let Some(filters) = target.warnings.as_ref().filter(|_| !warnings.is_empty()) else {
        return (code, Vec::new());
    };
    let name = python::os_text(filename);
    let has_patterns = target.series.warning_patterns;
    let actions = warnings.iter().map(|warning| filters.action(warning, &name, has_patterns));
    let actions: Vec<Action> = actions.collect();
    let raised = actions.iter().position(|action| *action == Action::Error);
    if raised.is_some() {
        code = source.compile_raising(&target.engine, filename, optimize, raised).code;
    }
    let text = crate::decode::decode(source.bytes(), Target::newest());
    let lines: Vec<&str> = text.iter().flat_map(|text| text.split('\n')).collect();
    let issued = warnings.iter().zip(actions).take(raised.unwrap_or(usize::MAX));
    let issued = issued.filter(|(_, action)| matches!(action, Action::Show | Action::Once));
    let issued = issued.map(|(warning, action)| {
        let line = usize::try_from(warning.line).ok().and_then(|number| lines.get(number.checked_sub(1)?));
        Issued::new(warning, action == Action::Once, &visible(&name), line.copied())
    });
    (code, issued.collect())
}
