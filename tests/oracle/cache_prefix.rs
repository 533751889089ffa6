//! `PYTHONPYCACHEPREFIX`, compared with CPython: pycs have the same paths.

use crate::session::Session;
use std::path::Path;
use std::process::Command;

/// All files below `folder`, sorted.
fn tree(folder: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_places_are_those_of_cpython() {
    let session = Session::new();
    for name in ["w/s/a.py", "w/s/p/b.c.py", "w/s/.h.py", "t/d.py"] {
        session.file(name, format!("x = {name:?}\n"));
    }
    let root = session.path("").canonicalize().unwrap();
    let absolute = root.join("w/s");
    let absolute = absolute.to_str().unwrap();
    for arguments in [
        &["s"][..],
        &["./s/", "../t"],
        &[absolute],
        &["s", "-d", "/usr/lib"],
        &["s", "-s", "s", "-p", "/opt"],
        &["-o", "0", "-o", "1", "-o", "2", "s"],
        &["-b", "s"],
        &["s/a.py", "../t/d.py"],
    ] {
        for prefix in ["pre", "./x/../pre", root.join("pre").to_str().unwrap()] {
            let run = |mut command: Command, folder: &str| {
                let folder = if Path::new(prefix).is_absolute() {
                    format!("{prefix}-{folder}")
                } else {
                    format!("{prefix}/{folder}")
                };
                command.args(arguments).current_dir(root.join("w")).env_remove("SOURCE_DATE_EPOCH");
                command.env("PYTHONPYCACHEPREFIX", &folder).env_remove("PYTHONDONTWRITEBYTECODE");
                std::fs::create_dir_all(root.join("w/x")).unwrap();
                let output = command.output().unwrap();
                assert!(
                    output.status.success(),
                    "{arguments:?}: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
                let written = tree(&root.join("w").join(folder));
                let beside = tree(&root.join("w/s"));
                for left in ["w/pre", "pre-own", "pre-cpython"] {
                    let _ = std::fs::remove_dir_all(root.join(left));
                }
                for name in beside.iter().filter(|name| name.ends_with(".pyc")) {
                    std::fs::remove_file(root.join("w/s").join(name)).unwrap();
                }
                (written, beside)
            };
            let mut cpython = Command::new("python3");
            // With -B, the modules of compileall itself are not cached there.
            cpython.args(["-S", "-B", "-m", "compileall", "-q"]);
            let cpython = run(cpython, "cpython");
            let mut own = Command::new(env!("CARGO_BIN_EXE_pycompile"));
            own.args(["compileall", "-q"]);
            assert_eq!(run(own, "own"), cpython, "{arguments:?} {prefix}");
            let is_legacy = arguments.contains(&"-b");
            assert_eq!(cpython.0.is_empty(), is_legacy, "{arguments:?} {prefix}");
        }
    }
}
