//! Standard output: under the name `-`, on a full device, and closed by its reader.

use crate::session::{Said, Session};
use std::process::Output;

const NATIVE: [&str; 4] = ["--engine", "native", "--python", "3.14"];
const HASHED: [&str; 2] = ["--invalidation-mode", "checked-hash"];

fn output(session: &Session, arguments: &[&str]) -> Output {
    session.command(arguments).output().unwrap()
}

#[test]
fn a_dash_is_standard_output_for_every_command_that_writes_one_file() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    let compile = |output| [&["compile", "a.py", "-o", output][..], &NATIVE, &HASHED].concat();
    session.run(&compile("a.pyc")).exits(0);
    let pyc = std::fs::read(session.path("a.pyc")).unwrap();
    assert_eq!(output(&session, &compile("-")).stdout, pyc);

    let manifest = session.run(&["manifest", ".", "--format", "sha256sum"]).exits(0).out;
    assert!(manifest.ends_with("  a.pyc\n"), "{manifest}");
    let said = session.run(&["manifest", ".", "--format", "sha256sum", "--output", "-"]).exits(0);
    assert_eq!(said.out, manifest);

    std::fs::rename(session.path("a.pyc"), session.path("b.pyc")).unwrap();
    session.run(&[&["compile", "a.py", "-o", "a.pyc"][..], &NATIVE].concat()).exits(0);
    let text = session.run(&["diff", "a.pyc", "b.pyc", "--details", "--html", "page.html"]).exits(1);
    assert!(text.out.contains("header"), "{}", text.out);
    let page = session.run(&["diff", "a.pyc", "b.pyc", "--html", "-"]).exits(1);
    assert_eq!(page.out.into_bytes(), std::fs::read(session.path("page.html")).unwrap());
    assert_eq!(session.files(), ["a.py", "a.pyc", "b.pyc", "page.html"]);

    session
        .run(&["manifest", ".", "--output", ""])
        .exits(2)
        .says("a value is required for '--output <FILE>'");
    // By its path it is a file.
    session.run(&compile("./-")).exits(0);
    assert_eq!(std::fs::read(session.path("-")).unwrap(), pyc);
}

#[test]
fn messages_are_not_mixed_into_what_a_dash_takes() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    let json = ["--message-format", "json"];
    for arguments in [
        [&["compile", "a.py", "-o", "-"][..], &NATIVE, &json].concat(),
        [&["diff", "a.py", "a.py", "--html", "-"][..], &json].concat(),
        [&["env", ".", "--manifest", "-"][..], &json].concat(),
        [&["pack", "a-1-py3-none-any.whl", "--manifest", "-"][..], &json].concat(),
    ] {
        session.run(&arguments).exits(2).says("`-` is standard output");
    }
    let refused = session.run(&[&["compile", "missing.py", "-o", "-"][..], &NATIVE].concat()).exits(1);
    assert_eq!((refused.out, refused.err.lines().count()), (String::new(), 1));
    assert_eq!(session.files(), ["a.py"]);
}

/// Returns the exit status of a run whose output is not read.
fn unheard(session: &Session, arguments: &[&str]) -> Said {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    session.command(arguments).stdout(writer).output().unwrap().into()
}

#[test]
fn a_closed_pipe_changes_neither_the_answer_nor_the_work() {
    let session = Session::new();
    session.file("good.py", "x = 1\n");
    session.file("bad.py", "x = (\n");
    let json = ["--message-format", "json"];
    unheard(&session, &[&["compile", "good.py", "bad.py"][..], &NATIVE, &json].concat()).exits(1);
    unheard(&session, &["compileall", "--python", "3.14", "good.py", "bad.py"]).exits(1);
    unheard(&session, &["diff", "good.py", "bad.py"]).exits(1);
    session.file("p/__pycache__/lost.cpython-314.pyc", "no pyc");
    unheard(&session, &["verify", "p"]).exits(1);
    session.file(
        "pycompile.toml",
        "[source]\nfiles = [\"good.py\"]\n[compile]\npython = [\"3.14\"]\nengine = \"native\"\n\
         [manifest]\noutput = \"m.json\"\n",
    );
    unheard(&session, &[&["build"][..], &json].concat()).exits(0);
    assert!(session.path("m.json").exists());
}

#[test]
fn standard_output_that_is_full_is_named() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else {
        return crate::session::skipped("there is no /dev/full");
    };
    let said: Said = Session::new().command(&["targets"]).stdout(full).output().unwrap().into();
    let error = "error: cannot write to standard output: No space left on device (os error 28)\n";
    assert_eq!(said.exits(2).err, error);
}
