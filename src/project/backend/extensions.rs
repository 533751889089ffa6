//! Extension modules, which a build backend compiles and no file of a project is.

use super::Kind;
use super::pyproject::PyProject;
use super::tree::Tree;
use crate::project::{LARGEST, read_regular};
use std::path::Path;

/// Backends that are there for projects with extension modules.
const COMPILING: [&str; 7] =
    ["mesonpy", "scikit_build_core", "maturin", "sipbuild", "py_build_cmake", "pymsbuild", "enscons"];

/// Suffixes of sources that compilers of other languages take.
const SUFFIXES: [&str; 11] =
    [".c", ".cc", ".cpp", ".cxx", ".m", ".pyx", ".pyx.in", ".rs", ".f", ".f90", ".zig"];

/// Words of a `setup.py` with extension modules.
const WORDS: [&str; 5] = ["ext_modules", "Extension(", "cffi_modules", "rust_extensions", "cythonize("];

/// Says what compiles extension modules, if anything does.
pub(super) fn compiled(folder: &Path, kind: Kind, project: &PyProject, tree: &Tree) -> Option<String> {
    let module = project.backend().split(['.', ':']).next().unwrap_or_default();
    if COMPILING.contains(&module) {
        return Some(format!("its build backend, {}, builds extension modules", project.backend()));
    }
    let is_source = |file: &String| SUFFIXES.iter().any(|suffix| file.ends_with(suffix));
    if !tree.files.iter().any(is_source) {
        return None;
    }
    let is_set = |path: &[&str]| project.get(path).is_some();
    let setting = match kind {
        Kind::Setuptools if is_set(&["tool", "setuptools", "ext-modules"]) => "[tool.setuptools]",
        Kind::Setuptools if is_set(&["tool", "setuptools-rust"]) => "[tool.setuptools-rust]",
        Kind::Setuptools if says_so(folder) => "setup.py",
        Kind::Poetry if is_set(&["tool", "poetry", "build"]) => "[tool.poetry] build",
        Kind::Pdm if is_set(&["tool", "pdm", "build", "run-setuptools"]) => "[tool.pdm.build] run-setuptools",
        Kind::Hatchling if is_set(&["tool", "hatch", "build", "targets", "wheel", "hooks", "cython"]) => {
            "[tool.hatch.build]"
        }
        _ => return None,
    };
    Some(format!("{setting} builds extension modules"))
}

fn says_so(folder: &Path) -> bool {
    let Ok(bytes) = read_regular(&folder.join("setup.py"), LARGEST) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    let code = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    code.into_iter().any(|line| WORDS.iter().any(|word| line.contains(word)))
}
