//! `PYTHONPYCACHEPREFIX` changes where pycs are, and nothing else. `tests/oracle/cache_prefix.rs`
//! compares the places with CPython's.

use crate::session::{Said, Session};

fn run(session: &Session, prefix: &str, arguments: &[&str]) -> Said {
    let mut command = session.command(arguments);
    command.env("PYTHONPYCACHEPREFIX", prefix);
    command.output().unwrap().into()
}

/// Returns `NAME` of the session as a path below a prefix.
fn below(session: &Session, prefix: &str, name: &str) -> String {
    let root = session.path("").canonicalize().unwrap();
    format!("{prefix}{}/{name}", root.to_str().unwrap().trim_end_matches('/'))
}

#[test]
fn pycs_go_below_the_prefix_and_nothing_else_changes() {
    let session = Session::new();
    session.file("s/a.py", "x = 1\n");
    let compile = ["compile", "-v", "--python", "3.14", "--optimize", "0", "--optimize", "2", "s/a.py"];
    session.run(&compile).exits(0);
    run(&session, "pre", &compile).exits(0).says("2 compiled, 0 up to date");
    run(&session, "pre", &compile).exits(0).says("0 compiled, 2 up to date");
    let names = ["a.cpython-314.pyc", "a.cpython-314.opt-2.pyc"];
    for name in names {
        let there = session.path(&below(&session, "pre", &format!("s/{name}")));
        let beside = session.path(&format!("s/__pycache__/{name}"));
        assert_eq!(std::fs::read(there).unwrap(), std::fs::read(beside).unwrap());
    }
    assert_eq!(session.files().len(), 5);
}

#[test]
fn compileall_too_with_its_rules_for_recorded_names() {
    let session = Session::new();
    session.file("s/p/a.py", "x = 1\n");
    let all = ["compileall", "-q", "--python", "3.14", "-s", "s", "-p", "/usr/lib", "s"];
    run(&session, "pre", &all).exits(0);
    let pyc = below(&session, "pre", "s/p/a.cpython-314.pyc");
    assert_eq!(session.files(), [pyc.clone(), "s/p/a.py".into()]);
    let bytes = std::fs::read(session.path(&pyc)).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("/usr/lib/p/a.py"));
}

#[test]
fn an_empty_prefix_is_none() {
    let session = Session::new();
    session.file("a.py", "");
    run(&session, "", &["compile", "--python", "3.14", "a.py"]).exits(0);
    assert_eq!(session.files(), ["__pycache__/a.cpython-314.pyc", "a.py"]);
}

#[test]
fn options_for_the_path_of_the_pyc_win() {
    let session = Session::new();
    session.file("a.py", "");
    for arguments in [
        &["compile", "--python", "3.14", "a.py", "--output-dir", "out"][..],
        &["compile", "--python", "3.14", "a.py", "--output", "o.pyc"],
        &["compile", "--python", "3.14", "a.py", "--layout", "legacy"],
        &["compileall", "-q", "-b", "--python", "3.14", "a.py"],
    ] {
        run(&session, "pre", arguments).exits(0);
    }
    assert_eq!(session.files(), ["a.py", "a.pyc", "o.pyc", "out/__pycache__/a.cpython-314.pyc"]);
}

#[test]
fn nothing_leaves_the_prefix() {
    let session = Session::new();
    session.file("w/s/a.py", "");
    let up = "../".repeat(40);
    let root = session.path("").canonicalize().unwrap();
    let source = format!("{up}{}/w/s/a.py", root.to_str().unwrap().trim_matches('/'));
    run(&session, "pre", &["compile", "--python", "3.14", &source]).exits(0);
    assert_eq!(session.files(), [below(&session, "pre", "w/s/a.cpython-314.pyc"), "w/s/a.py".into()]);
}

#[cfg(unix)]
#[test]
fn no_symlink_below_the_prefix_is_followed() {
    let session = Session::new();
    session.file("s/a.py", "");
    session.file("elsewhere/keep", "");
    session.file(&below(&session, "pre", "keep"), "");
    let link = session.path(&below(&session, "pre", "s"));
    std::os::unix::fs::symlink(session.path("elsewhere"), link).unwrap();
    let said = run(&session, "pre", &["compile", "--python", "3.14", "s/a.py"]).exits(1);
    assert!(said.err.contains("symlink") || said.err.contains("symbolic link"), "{}", said.err);
    assert!(!session.files().iter().any(|name| name.ends_with(".pyc")));
    // The prefix itself may be a symlink, because the user has named it.
    std::os::unix::fs::symlink(session.path("elsewhere"), session.path("link")).unwrap();
    run(&session, "link", &["compile", "--python", "3.14", "s/a.py"]).exits(0);
    assert!(session.path(&below(&session, "elsewhere", "s/a.cpython-314.pyc")).is_file());
}
