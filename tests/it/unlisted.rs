//! Directories that cannot be listed are reported, and everything else is still done.

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};

use crate::session::Session;

/// Creates a tree with a directory too deep for any path, which not even root can list, and returns
/// its name as errors show it.
pub(crate) fn with_an_abyss(session: &Session) -> String {
    session.file("t/a/m.py", "x = 1\n");
    session.file("t/z/m.py", "y = 1\n");
    let mut folder = openat(CWD, session.path("t"), OFlags::DIRECTORY, Mode::empty()).unwrap();
    let name = "n".repeat(250);
    for _ in 0..17 {
        mkdirat(&folder, name.as_str(), Mode::RWXU).unwrap();
        folder = openat(&folder, name.as_str(), OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    format!("/{name}: File name too long (os error 36)\n")
}

const NATIVE: [&str; 4] = ["--engine", "native", "--python", "3.14"];

#[test]
fn files_that_can_be_listed_are_compiled_and_verified() {
    let session = Session::new();
    let told = with_an_abyss(&session);
    let said = session.run(&[&["compile", "-r", "t"], &NATIVE[..]].concat()).exits(1);
    assert!(said.err.starts_with("cannot list t/nnn"), "{}", said.err);
    assert!(said.err.ends_with(&format!("{told}2 compiled, 0 up to date, 1 failed\n")), "{}", said.err);
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains(": unreadable: cannot list t/nnn"), "{}", said.out);
    assert!(said.err.starts_with("2 verified, 1 finding in other files\n"), "{}", said.err);
    let said = session.run(&["manifest", "t"]).exits(1);
    assert!(said.out.contains("\"a/__pycache__/m.cpython-314.pyc\""), "{}", said.out);
    assert!(said.err.ends_with(&format!("{told}2 pycs, 1 without an entry\n")), "{}", said.err);
}

#[test]
fn unknown_facts_are_not_called_equal() {
    let session = Session::new();
    let told = with_an_abyss(&session);
    let said = session.run(&["diff", "t", "t"]).exits(2);
    assert!(said.err.starts_with("error: cannot list t/nnn") && said.err.ends_with(&told), "{}", said.err);
}
