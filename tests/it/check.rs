//! `build --check` and `pack --check` report whether anything would change, and write nothing.

use crate::session::Session;
use std::time::SystemTime;

const CONFIG: &str = "[source]\nroot = \"src\"\nfiles = [\"p/__init__.py\", \"p/a.py\"]\ndata = [\"p/d.txt\"]\n\
                      [compile]\npython = \"3.14\"\ninvalidation-mode = \"checked-hash\"\n[tree]\noutput = \"out\"\n\
                      [wheel]\nproject = { name = \"p\", version = \"1\" }\n[zip]\noutput = \"dist/p.zip\"\n\
                      [manifest]\noutput = \"dist/m.json\"\nalso = \"sha256sum\"\n";

fn project() -> Session {
    let session = Session::new();
    session.file("pycompile.toml", CONFIG);
    session.file("src/p/__init__.py", "");
    session.file("src/p/a.py", "x = 1\n");
    session.file("src/p/d.txt", "d");
    session
}

/// Returns every file with its time, so that a rewrite shows.
fn state(session: &Session) -> Vec<(String, SystemTime, Vec<u8>)> {
    let files = session.files().into_iter();
    files
        .map(|name| {
            let path = session.path(&name);
            let time = path.metadata().unwrap().modified().unwrap();
            let bytes = std::fs::read(path).unwrap();
            (name, time, bytes)
        })
        .collect()
}

#[track_caller]
fn would_change(session: &Session, command: &str, names: &[&str]) {
    let before = state(session);
    let said = session.run(&[command, "--check"]).exits(i32::from(!names.is_empty()));
    assert_eq!(said.out, names.iter().map(|name| format!("would change: {name}\n")).collect::<String>());
    assert_eq!(state(session), before);
    let said = session.run(&[command, "--check", "--message-format", "json"]);
    let said = said.exits(i32::from(!names.is_empty()));
    assert_eq!(said.out.matches("\"status\":\"would-change\"").count(), names.len(), "{}", said.out);
    assert_eq!(state(session), before);
}

#[test]
fn a_build_that_is_up_to_date_and_one_that_is_not() {
    let session = project();
    let (init, pyc) = ("out/p/__pycache__/__init__.cpython-314.pyc", "out/p/__pycache__/a.cpython-314.pyc");
    let rest = ["out/p/__init__.py", "out/p/a.py", "out/p/d.txt", "dist/m.json", "dist/m.sha256"];
    would_change(&session, "build", &[&[init, pyc][..], &rest].concat());
    session.run(&["build"]).exits(0);
    would_change(&session, "build", &[]);
    session.file("src/p/a.py", "x = 2\n");
    would_change(&session, "build", &[pyc, "out/p/a.py", "dist/m.json", "dist/m.sha256"]);
    session.run(&["build"]).exits(0);
    session.file(pyc, "damaged");
    would_change(&session, "build", &[pyc]);
    session.run(&["build"]).exits(0);
    session.file("src/p/d.txt", "other");
    would_change(&session, "build", &["out/p/d.txt"]);
    session.run(&["build"]).exits(0);
    std::fs::remove_file(session.path("dist/m.sha256")).unwrap();
    would_change(&session, "build", &["dist/m.sha256"]);
}

#[test]
fn a_pack_that_is_up_to_date_and_one_that_is_not() {
    let session = project();
    let archives = ["dist/p-1-py3-none-any.whl", "dist/p.zip"];
    let manifests = ["dist/m.json", "dist/m.sha256"];
    would_change(&session, "pack", &[archives, manifests].concat());
    session.run(&["pack"]).exits(0);
    would_change(&session, "pack", &[]);
    session.file("src/p/d.txt", "other");
    would_change(&session, "pack", &[archives, manifests].concat());
    session.run(&["pack"]).exits(0);
    session.file("dist/p.zip", "damaged");
    would_change(&session, "pack", &["dist/p.zip"]);
    // An environment of another time is another archive.
    let mut command = session.command(&["pack", "--check"]);
    let output = command.env("SOURCE_DATE_EPOCH", "1700000000").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("would change: dist/p-1-py3-none-any.whl\n"));
}

#[test]
fn a_wheel_that_exists() {
    let session = project();
    session.run(&["pack", "--output-dir", "in"]).exits(0);
    let pack = |check: &[&str]| {
        let wheel = ["pack", "in/p-1-py3-none-any.whl", "--bytecode", "pycache", "--python", "3.14"];
        session.run(&[&wheel[..], &["--output-dir", "out", "--manifest", "m.json"], check].concat())
    };
    let said = pack(&["--check"]).exits(1);
    assert_eq!(said.out, "would change: out/p-1-py3-none-any.whl\nwould change: m.json\n");
    assert!(!session.path("out").exists() && !session.path("m.json").exists());
    pack(&[]).exits(0);
    let said = pack(&["--check"]).exits(0);
    assert_eq!(said.out, "");
}

#[test]
fn a_source_that_does_not_compile_is_an_error_of_the_check_too() {
    let session = project();
    session.run(&["build"]).exits(0);
    session.file("src/p/a.py", "x = (\n");
    let before = state(&session);
    session.run(&["build", "--check"]).exits(1).says("SyntaxError: '(' was never closed");
    session.run(&["pack", "--check"]).exits(1).says("SyntaxError: '(' was never closed");
    assert_eq!(state(&session), before);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_way_is_refused_as_a_build_refuses_it() {
    let session = project();
    session.run(&["build"]).exits(0);
    let pyc = session.path("out/p/__pycache__/a.cpython-314.pyc");
    std::fs::remove_file(&pyc).unwrap();
    std::os::unix::fs::symlink("elsewhere", &pyc).unwrap();
    let said = session.run(&["build", "--check"]).exits(1);
    let build = session.run(&["build"]).exits(1);
    assert!(said.err.contains("FileExistsError") && build.err.contains("FileExistsError"), "{}", said.err);
}

#[test]
fn files_that_a_build_would_remove_are_listed_and_stay() {
    let session = project();
    session.run(&["build"]).exits(0);
    session.file("pycompile.toml", CONFIG.replace(", \"p/a.py\"", ""));
    let before = state(&session);
    let said = session.run(&["build", "--check"]).exits(1);
    for name in ["out/p/a.py", "out/p/__pycache__/a.cpython-314.pyc"] {
        assert!(said.out.contains(&format!("would remove: {name}\n")), "{}", said.out);
    }
    assert_eq!(state(&session), before);
    session.run(&["build"]).exits(0);
    would_change(&session, "build", &[]);
}
