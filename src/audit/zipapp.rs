//! The source of a zip's `__main__.pyc` that `pack` made for an entry point.

use super::view::CheckedSource;
use crate::archive::main_module;
use crate::marshal;
use crate::object::Objects;
use crate::target::Series;

/// Name of the source of a `__main__.pyc` that `pack` made.
pub(super) const GENERATED: &str = "the __main__.py of its entry point";

/// Returns the source that the names in the code imply, if the module that it calls is a file of
/// the zip. The caller compiles this source like any other, so that the names need not be trusted.
pub(super) fn source(code: &[u8], series: &Series, is_file: &dyn Fn(&str) -> bool) -> Option<CheckedSource> {
    let objects = marshal::read(code, series.code_layout).ok()?;
    let root = objects.code(Objects::ROOT)?;
    let names = objects.elements(root.names)?;
    let names = names.iter().map(|name| objects.text(*name)).collect::<Option<Vec<_>>>()?;
    let [sys, module, rest @ ..] = names.as_slice() else { return None };
    // A name that is used twice appears once in `co_names`: `from main import main`, `from
    // demo.core import exit`.
    let (before, after) = rest.split_at(rest.iter().position(|name| name == "__name__")?);
    let first = match before {
        [first] => first,
        [] => module,
        _ => return None,
    };
    let rest = match after {
        [_, exit, rest @ ..] if exit == "exit" => rest,
        [_, rest @ ..] if first == "exit" => rest,
        _ => return None,
    };
    if sys != "sys" {
        return None;
    }
    let function = [std::slice::from_ref(first), rest].concat().join(".");
    let path = module.replace('.', "/");
    let endings = [".py", ".pyc", "/__init__.py", "/__init__.pyc"];
    if !endings.iter().any(|ending| is_file(&format!("{path}{ending}"))) {
        return None;
    }
    let text = main_module(&format!("{module}:{function}")).ok()?;
    Some(CheckedSource { name: GENERATED.into(), bytes: text.into_bytes(), mtime: None })
}

/// Returns whether a `__main__.py` is one that `pack` makes.
pub(super) fn is_generated(text: &[u8]) -> bool {
    entry_point(text).is_some()
}

/// Returns the entry point of a `__main__.py` that `pack` made, as `module:function`.
pub(super) fn entry_point(text: &[u8]) -> Option<String> {
    let source = std::str::from_utf8(text).ok()?;
    let (module, rest) = source.strip_prefix("import sys\n\nfrom ")?.split_once(" import ")?;
    let function = rest.split_once("sys.exit(")?.1.strip_suffix("())\n")?;
    let entry_point = format!("{module}:{function}");
    main_module(&entry_point).is_ok_and(|expected| expected == source).then_some(entry_point)
}
