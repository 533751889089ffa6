//! Names that a strip leaves, files that count as Python, and versions and numbers in messages.

use crate::session::Session;

const NATIVE: [&str; 5] = ["compile", "--engine", "native", "--python", "3.14"];

/// The recorded name of the one pyc.
fn recorded(session: &Session) -> String {
    let pyc = session.files().into_iter().find(|name| name.ends_with(".pyc")).unwrap();
    let said = session.run(&["manifest", &pyc]).exits(0);
    let manifest: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    std::fs::remove_file(session.path(&pyc)).unwrap();
    manifest["files"][0]["filename"].as_str().unwrap().to_owned()
}

#[test]
fn a_dot_counts_for_nothing() {
    let session = Session::new();
    session.file("image/usr/b.py", "x = 1\n");
    let files = ["image/usr/b.py", "./image/usr/b.py", "image/./usr/b.py", ".//image//usr/b.py"];
    for file in files {
        for strip in ["image", "./image", "image/", "image/.", ".//image/"] {
            let arguments = [&NATIVE[..], &["--strip-dir", strip, "--prepend-dir", "/", file]].concat();
            session.run(&arguments).exits(0);
            assert_eq!(recorded(&session), "/usr/b.py", "{file} without {strip}");
            session.run(&["compileall", "--python", "3.14", "-s", strip, "-p", "/", file]).exits(0);
            assert_eq!(recorded(&session), "/usr/b.py", "{file} without {strip}");
        }
    }
    session.run(&["compileall", "--python", "3.14", "-s", "image", "-p", "/", "./image/usr"]).exits(0);
    assert_eq!(recorded(&session), "/usr/b.py");
    session.run(&[&NATIVE[..], &["--strip-dir", ".", "image/usr/b.py"]].concat()).exits(0);
    assert_eq!(recorded(&session), "image/usr/b.py");
}

#[test]
fn a_strip_leaves_a_name() {
    let session = Session::new();
    let file = session.file("a.py", "x = 1\n");
    let file = file.to_str().unwrap();
    for (strip, name) in
        [("a.py", "a.py"), ("./a.py", "a.py"), ("a.py", "./a.py"), (file, file), (".", file), ("/", "a.py")]
    {
        let arguments = [&NATIVE[..], &["--strip-dir", strip, name]].concat();
        session.run(&arguments).exits(1).says("the directory to strip");
        let said =
            session.run(&["compileall", "--python", "3.14", "-f", "-s", strip, "-p", "/usr", name]).exits(1);
        assert!(said.out.contains("is not a directory above"), "{}", said.out);
    }
    assert_eq!(session.files(), ["a.py"]);
}

#[test]
fn a_name_may_be_all_suffix() {
    let session = Session::new();
    session.file("s/.py", "x = 1\n");
    for arguments in [&["-v", "s/.py"][..], &["-v", "-r", "s"]] {
        session.run(&[&NATIVE[..], arguments].concat()).exits(0).says("1 compiled");
        assert_eq!(session.files(), ["s/.py", "s/__pycache__/py.cpython-314.pyc"]);
        std::fs::remove_dir_all(session.path("s/__pycache__")).unwrap();
    }
    for name in ["s/.py", "s"] {
        session.run(&["compileall", "-q", "--python", "3.14", name]).exits(0);
        assert_eq!(session.files(), ["s/.py", "s/__pycache__/py.cpython-314.pyc"]);
        std::fs::remove_dir_all(session.path("s/__pycache__")).unwrap();
    }
}

#[test]
fn an_error_says_for_which_version() {
    let session = Session::new();
    session.file("a.py", "try: pass\nexcept A, B: pass\n");
    let both = ["compile", "--engine", "native", "--python", "3.13", "--python", "3.14", "a.py"];
    session.run(&both).exits(1).says("Python 3.13:\n  File \"a.py\", line 2\n").says("1 compiled");
    let one = session.run(&["compile", "--engine", "native", "--python", "3.13", "a.py"]).exits(1);
    assert!(!one.err.contains("Python 3.13:"), "{}", one.err);
    let said =
        session.run(&["compileall", "-q", "-f", "--python", "3.13", "--python", "3.14", "a.py"]).exits(1);
    assert!(said.out.starts_with("*** Error compiling 'a.py' for Python 3.13...\n"), "{}", said.out);
    session.file("a.py", "x = (\n");
    let said =
        session.run(&["compileall", "-q", "-f", "--python", "3.13", "--python", "3.14", "a.py"]).exits(1);
    assert_eq!(said.out.matches("*** Error compiling 'a.py' for Python 3.1").count(), 2, "{}", said.out);
    let said =
        session.run(&["compileall", "-q", "-f", "-o", "0", "-o", "1", "--python", "3.14", "a.py"]).exits(1);
    assert_eq!(said.out.matches("*** Error compiling 'a.py'...").count(), 1, "{}", said.out);
}

#[test]
fn an_error_of_a_file_that_is_no_source_has_no_version() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    session.file("data", "");
    let config = "[source]\nfiles = [\"a.py\"]\ndata = [\"data\"]\n[compile]\npython = [\"3.13\", \"3.14\"]\n[tree]\noutput = \"t\"\n\
        [wheel]\nproject = { name = \"p\", version = \"1\" }\n";
    session.file("pycompile.toml", config);
    std::fs::create_dir_all(session.path("t/data/in/the/way")).unwrap();
    let said = session.run(&["build", "--message-format", "json"]).exits(1);
    let lines = said.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let failed: Vec<_> = lines.filter(|line| line["status"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{}", said.out);
    assert!(failed[0]["python"].is_null() && failed[0]["optimize"].is_null(), "{}", failed[0]);
    assert!(failed[0]["path"].as_str().unwrap().ends_with("data"));
}

#[test]
fn missing_files_cannot_run() {
    let session = Session::new();
    for command in ["verify", "manifest", "pack", "env"] {
        session.run(&[command, "p-1-py3-none-any.whl"]).exits(2);
    }
    session.run(&["diff", "p-1-py3-none-any.whl", "q-1-py3-none-any.whl"]).exits(2);
    session.file("a.pyc", "");
    session.run(&["manifest", "a.pyc"]).says("0 pycs, 1 without an entry");
}
