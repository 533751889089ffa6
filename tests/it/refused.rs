//! Symlinks, directories, FIFOs and sockets in place of a file: each command reports what it found
//! and what to do. `compile` uses the messages of `py_compile`.

use crate::session::{Said, Session};
use std::os::unix::fs::symlink;

const PYC: &str = "p/__pycache__/m.cpython-314.pyc";
const WHEEL: &str = "dist/demo-1-py3-none-any.whl";

fn project() -> Session {
    let session = Session::new();
    session.file("p/m.py", "x = 1\n");
    session.file(
        "pycompile.toml",
        "[source]\nfiles = [\"p/m.py\"]\n[compile]\npython = \"3.14\"\n[wheel.project]\nname = \"demo\"\nversion = \"1\"\n\
         [zip]\noutput = \"dist/demo.zip\"\n[manifest]\noutput = \"dist/m.json\"\n",
    );
    session
}

/// Everything that can be in place of a file, with its name in messages.
const OTHERS: [(&str, &str); 4] = [
    ("symlink", "is a symlink"),
    ("folder", "is a directory"),
    ("pipe", "is not a regular file"),
    ("socket", "is not a regular file"),
];

fn put(session: &Session, kind: &str, name: &str) {
    let path = session.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    match kind {
        "symlink" => symlink(session.file("elsewhere", "mine"), path).unwrap(),
        "folder" => std::fs::create_dir(path).unwrap(),
        "pipe" => assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()),
        _ => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
    }
}

fn take_away(session: &Session, name: &str) {
    let path = session.path(name);
    if path.is_dir() && !path.is_symlink() {
        std::fs::remove_dir(path).unwrap();
    } else {
        std::fs::remove_file(path).unwrap();
    }
}

#[track_caller]
fn said_what(said: &Said, words: &str) {
    assert!(said.err.contains(words), "{words}\nis not in\n{}", said.err);
    assert!(!said.err.contains("if import writes"), "{}", said.err);
}

#[test]
fn nothing_but_regular_files_is_replaced() {
    let session = project();
    let pycs = session.path("p/__pycache__");
    for (kind, what) in OTHERS {
        let refused = |name: &str| format!("{name} {what}, and is not replaced\n");
        let named = "hint: name another file, or remove it if nothing needs it\n";
        put(&session, kind, PYC);
        let said = session.run(&["build"]).exits(1);
        said_what(&said, &format!("FileExistsError: {}hint: remove it if nothing needs it\n", refused(PYC)));
        let said = session.run(&["build", "--check"]).exits(1);
        said_what(&said, &refused(PYC));
        take_away(&session, PYC);
        for name in [WHEEL, "dist/demo.zip", "dist/m.json"] {
            put(&session, kind, name);
            let said = session.run(&["pack"]).exits(1);
            said_what(&said, &format!("error: {}{named}", refused(name)));
            assert!(!session.files().iter().any(|file| file.starts_with("dist/") && file != name));
            said_what(&session.run(&["pack", "--check"]).exits(1), &refused(name));
            take_away(&session, name);
        }
        put(&session, kind, "m.json");
        said_what(&session.run(&["build", "--manifest", "m.json"]).exits(1), &refused("m.json"));
        session.run(&["build"]).exits(0);
        let hint = "hint: name another file; `-` is standard output\n";
        for output in [&["manifest", "p", "--output", "m.json"][..], &["diff", "p", "p", "--html", "m.json"]]
        {
            said_what(&session.run(output).exits(2), &format!("error: {}{hint}", refused("m.json")));
        }
        take_away(&session, "m.json");
        session.run(&["clean"]).exits(0);
        std::fs::remove_dir_all(&pycs).unwrap_or_default();
    }
    assert_eq!(std::fs::read(session.path("elsewhere")).unwrap(), b"mine");
}

#[test]
fn nothing_but_regular_files_is_removed() {
    let session = project();
    session.run(&["build"]).exits(0);
    session.run(&["pack"]).exits(0);
    for (kind, what) in OTHERS {
        for name in [PYC, "dist/demo.zip", "dist/m.json"] {
            session.run(&["build"]).exits(0);
            session.run(&["pack"]).exits(0);
            take_away(&session, name);
            put(&session, kind, name);
            let said = session.run(&["clean"]).exits(1);
            let words = format!(
                "{name}: not removed: it {what}, and no build writes one: remove it if nothing needs it\n"
            );
            said_what(&said, &words);
            take_away(&session, name);
        }
    }
}

#[test]
fn nothing_but_regular_files_is_normalized_or_read() {
    let session = project();
    session.run(&["build"]).exits(0);
    for (kind, what) in OTHERS {
        let name = "p/__pycache__/n.cpython-314.pyc";
        put(&session, kind, name);
        if kind != "folder" {
            let said = session.run(&["normalize", name]).exits(1);
            let hint = if kind == "symlink" { "hint: name the pyc that it leads to\n" } else { "" };
            said_what(&said, &format!("{name} {what}, and is not replaced\n{hint}"));
        }
        if !["folder", "symlink"].contains(&kind) {
            for command in ["manifest", "verify"] {
                let words = format!("cannot read {name}: not a regular file\n");
                said_what(&session.run(&[command, name]).exits(2), &words);
            }
            let words = format!("{name}: cannot read it: not a regular file\n");
            said_what(&session.run(&["inspect", name]).exits(2), &words);
        }
        take_away(&session, name);
    }
}

/// The messages are those of the program that it replaces.
#[test]
fn compile_has_the_words_of_py_compile() {
    let session = project();
    for (kind, what) in [("symlink", "symlink"), ("folder", "non-regular file"), ("pipe", "non-regular file")]
    {
        put(&session, kind, PYC);
        let words = format!("FileExistsError: {PYC} is a {what} and will be changed into a regular ");
        session.run(&["compile", "--python", "3.14", "p/m.py"]).exits(1).says(&words);
        session.run(&["compile", "--python", "3.14", "-r", "p"]).exits(1).says(&words);
        take_away(&session, PYC);
    }
}
