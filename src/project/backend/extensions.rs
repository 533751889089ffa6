//! Parts of a wheel other than the files of packages: extension modules, and files that are
//! installed outside of the packages.

use super::BackendKind;
use super::literals::PythonValue;
use super::pyproject::PyProject;
use super::setup_cfg::SetupCfg;
use super::setup_py::SetupPy;
use super::tree::ProjectTree;
use crate::project::{LARGEST, read_regular};
use std::path::Path;

/// Backends for projects with extension modules.
const COMPILING: [&str; 7] =
    ["mesonpy", "scikit_build_core", "maturin", "sipbuild", "py_build_cmake", "pymsbuild", "enscons"];

/// Suffixes of sources in other compiled languages.
const SUFFIXES: [&str; 11] =
    [".c", ".cc", ".cpp", ".cxx", ".m", ".pyx", ".pyx.in", ".rs", ".f", ".f90", ".zig"];

/// Words in a `setup.py` with extension modules.
const WORDS: [&str; 5] = ["ext_modules", "Extension(", "cffi_modules", "rust_extensions", "cythonize("];

/// Returns a description of the setting or file by which the project compiles extension modules.
pub(super) fn compiled(
    folder: &Path,
    kind: BackendKind,
    project: &PyProject,
    tree: &ProjectTree,
) -> Option<String> {
    let module = project.backend().split(['.', ':']).next().unwrap_or_default();
    if COMPILING.contains(&module) {
        return Some(format!("its build backend, {}, builds extension modules", project.backend()));
    }
    let is_source = |file: &String| SUFFIXES.iter().any(|suffix| file.ends_with(suffix));
    if !tree.files.iter().any(is_source) {
        return None;
    }
    let is_set = |path: &[&str]| project.get(path).is_some();
    let setup = || SetupPy::read(folder);
    if kind == BackendKind::Setuptools && !is_set(&["tool", "setuptools", "ext-modules"]) && setup().decides()
    {
        return Some("setup.py may build extension modules".into());
    }
    let setting = match kind {
        BackendKind::Setuptools if is_set(&["tool", "setuptools", "ext-modules"]) => "[tool.setuptools]",
        BackendKind::Setuptools if is_set(&["tool", "setuptools-rust"]) => "[tool.setuptools-rust]",
        BackendKind::Setuptools if says_so(folder) => "setup.py",
        BackendKind::Poetry if is_set(&["tool", "poetry", "build"]) => "[tool.poetry] build",
        BackendKind::Pdm if is_set(&["tool", "pdm", "build", "run-setuptools"]) => {
            "[tool.pdm.build] run-setuptools"
        }
        BackendKind::Hatchling
            if is_set(&["tool", "hatch", "build", "targets", "wheel", "hooks", "cython"]) =>
        {
            "[tool.hatch.build]"
        }
        _ => return None,
    };
    Some(format!("{setting} builds extension modules"))
}

/// Settings of backends that install files outside of the packages.
const BESIDE: [(BackendKind, &[&str]); 6] = [
    (BackendKind::Setuptools, &["tool", "setuptools", "data-files"]),
    (BackendKind::Setuptools, &["tool", "setuptools", "script-files"]),
    (BackendKind::Hatchling, &["tool", "hatch", "build", "targets", "wheel", "extra-metadata"]),
    (BackendKind::Flit, &["tool", "flit", "external-data"]),
    (BackendKind::Pdm, &["tool", "pdm", "build", "wheel-data"]),
    (BackendKind::Uv, &["tool", "uv", "build-backend", "data"]),
];

/// Returns a sentence for each setting that installs files outside of the packages.
pub(super) fn beside(folder: &Path, kind: BackendKind, project: &PyProject) -> Vec<String> {
    let set = BESIDE.iter().filter(|(own, path)| *own == kind && project.get(path).is_some());
    let mut settings: Vec<String> = set
        .filter_map(|(_, path)| path.split_last())
        .map(|(key, tables)| format!("[{}] {key}", tables.join(".")))
        .collect();
    if kind == BackendKind::Setuptools {
        let cfg = SetupCfg::read(folder);
        let of_cfg = [("options.data_files", None), ("options", Some("scripts"))];
        settings.extend(of_cfg.into_iter().filter_map(|(section, key)| match key {
            None if !cfg.lists(section).is_empty() => Some(format!("[{section}]")),
            Some(key) if cfg.get(section, key).is_some() => Some(format!("[{section}] {key}")),
            _ => None,
        }));
        let setup = SetupPy::read(folder);
        let keys = ["data_files", "scripts"].into_iter().filter(|key| match setup.get(key) {
            Some(PythonValue::List(items)) => !items.is_empty(),
            Some(value) => *value != PythonValue::None,
            None => !setup.is_read() && is_given(folder, key),
        });
        settings.extend(keys.map(|key| format!("`{key}` in setup.py")));
    }
    let note =
        |setting| format!("{setting} installs files outside the packages, and they are not in the wheel");
    settings.into_iter().map(note).collect()
}

/// Returns a remark about a `setup.py` that makes extension modules of sources that are not found.
pub(super) fn may_build(folder: &Path) -> Option<String> {
    let word = SetupPy::read(folder).extensions()?;
    Some(format!("setup.py may build extension modules ({word}), and they are not in the wheel"))
}

fn says_so(folder: &Path) -> bool {
    let code = setup_py(folder);
    WORDS.iter().any(|word| code.contains(word))
}

/// Returns the text of `setup.py` without comments; empty if there is none.
fn setup_py(folder: &Path) -> String {
    let bytes = read_regular(&folder.join("setup.py"), LARGEST).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let code: Vec<&str> = text.lines().map(|line| line.split('#').next().unwrap_or_default()).collect();
    code.join("\n")
}

/// Returns whether `setup.py` has an argument, variable or key of this name that is not empty.
fn is_given(folder: &Path, key: &str) -> bool {
    let code = setup_py(folder);
    code.match_indices(key).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + key.len()..]);
        let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => {
                let after = after.strip_prefix(quote).map(|after| after.trim_start_matches([' ', ']']));
                after.and_then(|after| after.strip_prefix([':', '=']))
            }
            None if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.')) => None,
            None => after.trim_start().strip_prefix('=').filter(|value| !value.starts_with('=')),
        };
        let is_empty = |value: &str| {
            let value = value.split_whitespace().collect::<String>();
            ["[]", "()", "None"].iter().any(|empty| value.starts_with(empty))
        };
        value.is_some_and(|value| !is_empty(value))
    })
}
