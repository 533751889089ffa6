//! Files of a wheel that would replace parts of the environment that it is installed into, or that
//! would be installed as another distribution's.
//!
//! pip: `get_console_script_specs` of `_internal/operations/install/wheel.py`, `ScriptMaker` of
//! distlib; CPython: `Sectioned` of `Lib/importlib/metadata/__init__.py`.

use super::error::WheelError;
use super::installed::installed_place;
use super::name::normalize_name;
use super::sectioned::{EntryPoint, entry_points};

/// Returns the faults of a wheel with these files and this `entry_points.txt`. `dist_info` is the
/// name of its directory.
pub(super) fn replacing<'a>(
    names: impl Iterator<Item = &'a str>,
    declared: Option<&[u8]>,
    dist_info: &str,
) -> Vec<WheelError> {
    let project = dist_info.split('-').next().unwrap_or(dist_info);
    let is_pip = normalize_name(project) == "pip";
    let mut faults = Vec::new();
    for name in names {
        let Ok(place) = installed_place(name) else { continue };
        let (scheme, path) = place.split_once('/').unwrap_or(("", &place));
        let fault = match scheme {
            "site-packages" => other_metadata(name, path, dist_info),
            "scripts" => replaces_program(path, is_pip).then(|| WheelError::Program(name.to_owned())),
            "prefix" => is_of_library(path).then(|| WheelError::Library(name.to_owned())),
            _ => None,
        };
        faults.extend(fault);
    }
    let text = String::from_utf8_lossy(declared.unwrap_or_default());
    let scripts = entry_points(&text).filter(EntryPoint::is_script).map(|script| script.name);
    let scripts = scripts.filter(|name| is_path(name) || replaces_program(name, is_pip));
    faults.extend(scripts.map(|name| WheelError::Script {
        file: format!("{dist_info}/entry_points.txt"),
        name: name.to_owned(),
    }));
    faults
}

/// Returns the fault of a file in the metadata of another distribution, or in that of the wheel's
/// own by a way that RECORD does not have.
fn other_metadata(name: &str, path: &str, dist_info: &str) -> Option<WheelError> {
    let (folder, _) = path.split_once('/')?;
    let lower = folder.to_ascii_lowercase();
    let is_metadata = lower.ends_with(".dist-info") || (lower.ends_with(".egg-info") && path != name);
    let is_own = path == name && folder == dist_info;
    (is_metadata && !is_own).then(|| WheelError::OtherDistInfo(name.to_owned()))
}

/// Returns whether a file in the directory of scripts has the name of an interpreter, of pip or of
/// a script that activates an environment. File systems may be case-insensitive.
fn replaces_program(path: &str, is_pip: bool) -> bool {
    let lower = path.to_ascii_lowercase();
    let stem = [".exe", ".py", ".pyw", ".bat", ".cmd", ".com"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .unwrap_or(&lower);
    let is_version = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || b".tdw".contains(&byte));
    let is_named = |name: &str| stem.strip_prefix(name).is_some_and(is_version);
    let is_activation =
        |name: &str| lower.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    is_named("python")
        || is_named("pypy")
        || (!is_pip && is_named("pip"))
        || ["activate", "deactivate", "activate_this"].iter().any(|name| is_activation(name))
}

/// Returns whether a file below the prefix is a module of the library there, a zip of it, or the
/// shared library of the interpreter.
fn is_of_library(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('/').collect();
    let is_module = |file: &str| [".py", ".pyw", ".pyc", ".so", ".pyd"].iter().any(|end| file.ends_with(end));
    let is_zip = |file: &str| file.starts_with("python") && file.ends_with(".zip");
    let is_libpython = |file: &str| {
        file.starts_with("libpython") && [".so", ".dylib", ".dll"].iter().any(|end| file.contains(end))
    };
    match parts.as_slice() {
        ["lib" | "lib64" | "lib32", file] | ["lib", _, file] if is_libpython(file) => true,
        [file] if file.starts_with("python") && file.ends_with(".dll") => true,
        [file] | ["lib" | "lib64" | "lib32", file] if is_zip(file) => true,
        ["lib" | "lib64" | "lib32", python, .., file]
            if python.starts_with("python") || python.starts_with("pypy") =>
        {
            is_module(file)
        }
        // On Windows.
        ["dlls", file] => is_module(file),
        ["lib", file] => is_module(file) && !file.ends_with(".so"),
        ["lib", _, file] => file.starts_with("__init__.") && is_module(file),
        _ => false,
    }
}

/// Returns whether an installer would write a script of this name outside the directory of scripts,
/// or under another name.
fn is_path(name: &str) -> bool {
    let is_drive = name.as_bytes().get(1) == Some(&b':');
    name.is_empty()
        || name == "."
        || name == ".."
        || is_drive
        || name.contains(|char: char| matches!(char, '/' | '\\') || char.is_control())
}

#[cfg(test)]
mod tests {
    use super::{is_of_library, is_path, replaces_program};

    #[test]
    fn programs_of_an_environment() {
        for name in ["python", "python3", "python3.13", "Python.exe", "python3.14t", "pythonw.exe", "pypy3"] {
            assert!(replaces_program(name, true), "{name}");
        }
        for name in ["pip", "pip3", "pip3.14", "PIP.EXE"] {
            assert!(replaces_program(name, false) && !replaces_program(name, true), "{name}");
        }
        for name in ["activate", "activate.fish", "Activate.ps1", "deactivate.bat", "activate_this.py"] {
            assert!(replaces_program(name, false), "{name}");
        }
        for name in
            ["pythontex", "python-argcomplete-check", "pip-compile", "pipx", "activate-global", "x/python"]
        {
            assert!(!replaces_program(name, false), "{name}");
        }
    }

    #[test]
    fn modules_of_a_library() {
        for name in [
            "lib/python3.13/os.py",
            "lib/python314.zip",
            "lib64/python3.8/lib-dynload/x.so",
            "Lib/os.py",
            "Lib/json/__init__.py",
            "python314.zip",
            "DLLs/x.pyd",
            "lib/libpython3.13.so.1.0",
            "lib64/libpython3.so",
            "lib/x86_64-linux-gnu/libpython3.13.so",
            "lib/libpython3.13.dylib",
            "python313.dll",
        ] {
            assert!(is_of_library(name), "{name}");
        }
        for name in ["lib/libx.so", "lib/cmake/x/x.py", "share/x.py", "lib/python3.13/config/x.txt"] {
            assert!(!is_of_library(name), "{name}");
        }
    }

    #[test]
    fn names_of_scripts_that_are_paths() {
        for name in ["../x", "a/b", "a\\b", "", "..", "C:x", "a\tb"] {
            assert!(is_path(name), "{name:?}");
        }
        assert!(!is_path("demo-x.y"));
    }
}
