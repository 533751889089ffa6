//! Selection of the interpreter or engine if none or several are named. No interpreter is needed:
//! scripts replace those that fail.

use crate::session::{Said, Session, as_of_3_10};

fn run(session: &Session, arguments: &[&str]) -> Said {
    let mut command = session.command(arguments);
    command.env("PATH", session.path("bin")).env("HOME", session.path("home"));
    for name in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    command.output().unwrap().into()
}

fn script(session: &Session, name: &str, text: &str) {
    let path = session.file(name, format!("#!/bin/sh\n{text}\n"));
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    #[cfg(not(unix))]
    drop(path);
}

const NOTE: &str = "note: no python3 on PATH: compiling for Python 3.15, the newest version that the native compiler \
                    supports\nhint: `--python X.Y` names another version\n";

#[test]
fn without_python_the_newest_version_that_needs_none() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("pycompile.toml", "[source]\nfiles = [\"a.py\"]\n");
    for arguments in [&["compile", "-f", "a.py"][..], &["build"], &["compileall", "-f", "a.py"]] {
        let said = run(&session, arguments).exits(0);
        assert!(said.err.starts_with(NOTE), "{arguments:?}: {}", said.err);
        assert!(session.path("__pycache__/a.cpython-315.pyc").is_file());
    }
    run(&session, &["clean"]).exits(0);
    assert_eq!(session.files(), ["a.py", "pycompile.toml"]);
    // If an interpreter or a version is named, nothing else is tried.
    let said = run(&session, &["compile", "--engine", "python", "a.py"]).exits(2);
    assert_eq!(
        said.err,
        "error: no python3 on PATH\nhint: name a version with `--python`: 3.11, 3.12, 3.13, 3.14, 3.15, or another whose interpreter \
         is installed\n"
    );
    let said = run(&session, &["compile", "--python", "3.14", "a.py"]).exits(0);
    assert!(!said.err.contains("note"), "{}", said.err);
}

#[test]
fn a_release_that_the_native_compiler_does_not_know() {
    let session = Session::new();
    session.file("a.py", "");
    let said = run(&session, &["compile", "--python", "3.14.99", "a.py"]).exits(2);
    let start = "error: no interpreter for Python 3.14.99: tried `python3.14` and `python3` on PATH\nhint: `--interpreter PATH` \
                 names an interpreter; without one, 3.14.";
    assert!(said.err.starts_with(start), "{}", said.err);
}

#[cfg(unix)]
#[test]
fn a_shim_that_fails_is_passed_over_and_quoted() {
    let session = Session::new();
    session.file("a.py", "");
    script(
        &session,
        "bin/python3.10",
        "printf '\\npyenv: python3.10: command not found\\n\\nIt exists in:\\n  3.10.1\\n' >&2; exit 127",
    );
    let said = run(&session, &["compile", "--python", "3.10", "a.py"]).exits(2);
    assert_eq!(
        said.err,
        "error: no interpreter for Python 3.10: tried `python3.10` (which does not start: pyenv: python3.10: command not \
         found) and `python3` on PATH\nhint: `--interpreter PATH` names an interpreter; without one, 3.11, 3.12, 3.13, 3.14, 3.15 can \
         be compiled for\n"
    );
    let shim = session.path("bin/python3.10");
    let said = run(&session, &["compile", "--interpreter", shim.to_str().unwrap(), "a.py"]).exits(2);
    let start = format!("error: cannot start {}: pyenv: python3.10: command", shim.to_str().unwrap());
    assert!(said.err.starts_with(&start), "{}", said.err);
}

#[cfg(unix)]
#[test]
fn installations_of_pyenv_and_uv_are_tried_newest_first() {
    let session = Session::new();
    session.file("a.py", "");
    let installed = [
        "home/.pyenv/versions/3.10.1/bin/python3.10",
        "home/.pyenv/versions/3.10.10/bin/python3.10",
        "home/.pyenv/versions/3.9.9/bin/python3.9",
        "home/.local/share/uv/python/cpython-3.10.4-linux-x86_64-gnu/bin/python3.10",
    ];
    for name in installed {
        script(&session, name, "exit 3");
    }
    let said = run(&session, &["compile", "--python", "3.10", "a.py"]).exits(2);
    let places: Vec<usize> =
        ["/3.10.10/", "/3.10.1/", "cpython-3.10.4"].iter().map(|name| said.err.find(name).unwrap()).collect();
    assert!(places.is_sorted() && !said.err.contains("3.9"), "{}", said.err);
    let said = run(&session, &["compile", "--python", "3.10.4", "a.py"]).exits(2);
    assert!(said.err.contains("cpython-3.10.4") && !said.err.contains(".pyenv"), "{}", said.err);
}

/// An interpreter that starts and never reports its version ends within `--timeout`, for every
/// command.
#[cfg(unix)]
#[test]
fn an_interpreter_that_never_answers_is_given_up() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    session.file("pycompile.toml", "[source]\nfiles = [\"a.py\"]\n[wheel]\n");
    session.file("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n");
    for name in ["bin/python3.10", "bin/python3", "v/bin/python3.10"] {
        script(&session, name, "while :; do /bin/sleep 1; done");
    }
    let site = "v/lib/python3.10/site-packages";
    session.file("v/pyvenv.cfg", "version = 3.10.1\n");
    session.file(&format!("{site}/m.py"), "x = 1\n");
    session.file(&format!("{site}/m-1.dist-info/METADATA"), "Metadata-Version: 2.1\nName: m\nVersion: 1\n");
    session.record(
        &format!("{site}/m-1.dist-info/RECORD"),
        "m.py,,\nm-1.dist-info/METADATA,,\nm-1.dist-info/RECORD,,\n",
    );
    let options = ["compile", "-q", "--python", "3.14", "--invalidation-mode", "unchecked-hash"];
    session.run(&[&options[..], &[&format!("{site}/m.py")]].concat()).exits(0);
    let known = session.path(&format!("{site}/__pycache__/m.cpython-314.pyc"));
    let pyc = as_of_3_10(&std::fs::read(&known).unwrap(), &format!("{site}/m.py"));
    session.file(&format!("{site}/__pycache__/m.cpython-310.pyc"), pyc);
    std::fs::remove_file(known).unwrap();
    let silent = session.path("bin/python3.10");
    let silent = silent.to_str().unwrap();
    let cases = [
        (1, &["verify", "v"][..]),
        (2, &["verify", "v", "--interpreter", silent]),
        (2, &["env", "v"]),
        (2, &["env", "v", "--check"]),
        (2, &["compile", "--interpreter", silent, "a.py"]),
        (2, &["compile", "--python", "3.10", "a.py"]),
        (2, &["compile", "a.py"]),
        (2, &["build"]),
        (2, &["build", "--python", "3.10"]),
        (2, &["pack"]),
    ];
    // Each of them waits for the five seconds that an interpreter has at least.
    std::thread::scope(|scope| {
        for (status, arguments) in cases {
            let session = &session;
            scope.spawn(move || {
                let said = run(session, &[arguments, &["--timeout", "1"]].concat()).exits(status);
                let all = format!("{}{}", said.out, said.err);
                assert!(all.contains(": it does not answer within 5 s"), "{arguments:?}: {all}");
            });
        }
    });
    assert!(!session.path("__pycache__").exists() && !session.path("dist").exists());
}

/// The program of an environment runs only for a version that the native compiler does not support,
/// only after a message names it, and never if it is refused or another one is named.
#[cfg(unix)]
#[test]
fn verify_names_the_program_of_the_environment_that_it_runs() {
    let session = Session::new();
    let site = "v/lib/python3.10/site-packages";
    session.file("v/pyvenv.cfg", "include-system-site-packages = false\nversion = 3.10.1\n");
    session.file(&format!("{site}/m.py"), "x = 1\n");
    let options = ["compile", "-q", "--python", "3.14", "--invalidation-mode", "timestamp"];
    session.run(&[&options[..], &[&format!("{site}/m.py")]].concat()).exits(0);
    let known = session.path(&format!("{site}/__pycache__/m.cpython-314.pyc"));
    let pyc = as_of_3_10(&std::fs::read(&known).unwrap(), &format!("{site}/m.py"));
    let ran = session.path("ran");
    script(&session, "v/bin/python3.10", &format!("echo \"$@\" >>{ran:?}; exit 1"));
    script(&session, "v/bin/python3.14", &format!("echo \"$@\" >>{ran:?}; exit 1"));
    run(&session, &["verify", "v"]).exits(0).says("1 verified, 0 findings\n");
    assert!(!ran.exists());
    session.file(&format!("{site}/__pycache__/m.cpython-310.pyc"), pyc);
    let said = run(&session, &["verify", "v", "--engine", "native"]).exits(1);
    assert!(said.err.starts_with("1 verified, 1 finding\n") && !ran.exists(), "{}", said.err);
    // A directory without `pyvenv.cfg` is not an environment, and its programs do not run.
    std::fs::rename(session.path("v/pyvenv.cfg"), session.path("kept")).unwrap();
    for path in ["v", site] {
        let said = run(&session, &["verify", path]).exits(1);
        assert!(!said.err.contains("running ") && !ran.exists(), "{}", said.err);
    }
    std::fs::rename(session.path("kept"), session.path("v/pyvenv.cfg")).unwrap();
    let other = session.path("other");
    script(&session, "other", "exit 1");
    let said = run(&session, &["verify", "v", "--interpreter", other.to_str().unwrap()]);
    assert!(!said.err.contains("running ") && !ran.exists(), "{}", said.err);
    for path in ["v", site, &format!("{site}/__pycache__/m.cpython-310.pyc")] {
        let said = run(&session, &["verify", path]).exits(1);
        let program = session.path("v/bin/python3.10");
        let program = if path == "v" { "v/bin/python3.10" } else { program.to_str().unwrap() };
        let note = format!(
            "running {program}, a program of the environment: the native compiler does not support Python 3.10\n\
             hint: `--interpreter PATH` names another one, `--engine native` runs none\n"
        );
        assert!(said.err.starts_with(&note), "{}", said.err);
        assert!(ran.exists());
        std::fs::remove_file(&ran).unwrap();
        assert!(
            said.out.contains("cpython-310.pyc: version: no engine compiles for Python 3.10: "),
            "{}",
            said.out
        );
    }
}

#[test]
fn a_version_that_the_project_excludes_is_not_chosen() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    let project = |required: &str| {
        let requires =
            format!("[project]\nname = \"demo\"\nversion = \"1\"\nrequires-python = \"{required}\"\n");
        session.file("pyproject.toml", requires);
        let _ = std::fs::remove_file(session.path("pycompile.toml"));
    };
    for (required, version, reason) in [
        (">=3.9", "3.15", "the newest supported version that Requires-Python >=3.9 allows"),
        (">=3.9,<3.15", "3.14", "the newest supported version that Requires-Python >=3.9,<3.15 allows"),
        ("==3.13.*", "3.13", "the newest supported version that Requires-Python ==3.13.* allows"),
    ] {
        project(required);
        run(&session, &["init"]).exits(0).says(&format!("note: the config names Python {version}, {reason}"));
        let text = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
        assert!(text.contains(&format!("python = [\"{version}\"]\n")), "{text}");
    }
    project("<3.10");
    run(&session, &["init"])
        .exits(2)
        .says("error: Requires-Python <3.10 allows none of 3.11, 3.12, 3.13, 3.14, 3.15");
    assert!(!session.path("pycompile.toml").exists());
    // An sdist's fields are those of an email: their names have no case, and a body follows.
    let fields = "Metadata-Version: 2.1\nName: demo\nVersion: 1\n";
    session.file("PKG-INFO", format!("{fields}requires-python: ==3.14.*\n\nRequires-Python: ==3.13.*\n"));
    let words = "note: the config names Python 3.14, the newest supported version that Requires-Python ==3.14.* allows";
    run(&session, &["init"]).exits(0).says(words);
}

/// The answer of an interpreter is its version after its length.
#[cfg(unix)]
#[test]
fn a_python3_of_an_unknown_version_is_no_default() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n");
    script(&session, "bin/python3", "printf '\\005\\000\\000\\0003.7.2'; exec /bin/cat");
    let said = run(&session, &["compile", "a.py"]).exits(2);
    let python3 = session.path("bin/python3");
    assert_eq!(
        said.err,
        format!(
            "error: {} is Python 3.7, which is not supported; known versions: 3.8, 3.9, 3.10, 3.11, 3.12, 3.13, 3.14, 3.15\n\
             hint: name a version with `--python`: 3.11, 3.12, 3.13, 3.14, 3.15, or another whose interpreter is installed\n",
            python3.to_str().unwrap()
        )
    );
    run(&session, &["init"]).exits(0).says("the newest version of the native compiler");
    assert!(std::fs::read_to_string(session.path("pycompile.toml")).unwrap().contains("\"3.15\""));
}

#[cfg(unix)]
#[test]
fn a_release_that_is_not_installed_is_answered_with_the_one_that_is() {
    let session = Session::new();
    session.file("a.py", "");
    script(&session, "bin/python3.10", "printf '\\006\\000\\000\\0003.10.1'; exec /bin/cat");
    let said = run(&session, &["compile", "--python", "3.10.4", "a.py"]).exits(2);
    let hint =
        "hint: `--python 3.10` compiles with the interpreter of 3.10.1; `--interpreter PATH` names another\n";
    assert!(said.err.ends_with(hint), "{}", said.err);
    for build in ["3.14t", "3.15.0rc1"] {
        run(&session, &["compile", "--python", build, "a.py"])
            .exits(2)
            .says("a free-threaded build or a pre-release is named by the path of its interpreter");
    }
}
