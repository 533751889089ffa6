//! The native compiler on the command line, without any Python.

use crate::session::Session;

const VERSIONS: [&str; 6] = ["--python", "3.13", "--python", "3.14", "--python", "3.15"];

fn session() -> Session {
    let session = Session::new();
    session.file("p/__init__.py", "");
    session
        .file("p/m.py", "import os\n\ndef f(a, *, b=1):\n    'doc'\n    return [x for x in a if x or b]\n");
    session.file("p/latin.py", b"# coding: latin-1\nt = '\xe9'\n".as_slice());
    session
}

fn pycs(session: &Session) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = session.files().into_iter().filter(|name| name.ends_with(".pyc")).collect();
    found.sort();
    found.into_iter().map(|name| (name.clone(), std::fs::read(session.path(&name)).unwrap())).collect()
}

/// Returns the binary with an empty search path.
fn run(session: &Session, arguments: &[&str]) -> std::process::Output {
    session.command(arguments).env("PATH", "").output().unwrap()
}

#[test]
fn versions_and_levels_in_one_run_whatever_the_number_of_threads() {
    let files = ["p/__init__.py", "p/m.py", "p/latin.py"];
    let mut all = Vec::new();
    for (jobs, reversed) in [("1", false), ("8", true)] {
        let session = session();
        let mut arguments = vec!["compile", "-q", "-j", jobs, "--invalidation-mode", "unchecked-hash"];
        arguments.extend(VERSIONS);
        arguments.extend(["--optimize", "0", "--optimize", "2"]);
        let mut names = files;
        if reversed {
            names.reverse();
        }
        arguments.extend(names);
        assert!(run(&session, &arguments).status.success());
        all.push(pycs(&session));
    }
    assert_eq!(all[0].len(), 18);
    assert_eq!(all[0], all[1]);
}

#[test]
fn written_pycs_are_verified_and_changed_ones_are_not() {
    let session = session();
    let mut arguments = vec!["compile", "-q", "--invalidation-mode", "unchecked-hash"];
    arguments.extend(VERSIONS);
    arguments.extend(["p/__init__.py", "p/m.py", "p/latin.py"]);
    assert!(run(&session, &arguments).status.success());
    let honest = run(&session, &["verify", "."]);
    assert!(honest.status.success(), "{}", String::from_utf8_lossy(&honest.stderr));
    for (name, mut bytes) in pycs(&session).into_iter().filter(|(name, _)| name.contains("/m.")) {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        session.file(&name, bytes);
    }
    let changed = run(&session, &["verify", "."]);
    assert_eq!(changed.status.code(), Some(1));
}

#[test]
fn one_release_of_a_series_is_compiled_for_and_verified() {
    let session = session();
    session.file("p/pairs.py", "def pairs(rows):\n    return list((a, b) for a, b in rows)\n");
    let written = |release: &str| {
        let options = ["-q", "--force", "--invalidation-mode", "unchecked-hash", "--python", release];
        let said = run(&session, &[&["compile"], &options[..], &["p/pairs.py"]].concat());
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        assert!(run(&session, &["verify", "."]).status.success(), "{release}");
        pycs(&session)
    };
    assert_ne!(written("3.13.0"), written("3.13.18"));
    assert_eq!(written("3.13"), written("3.13.18"));
    let said = run(&session, &["compile", "--engine", "native", "--python", "3.13.2", "p/pairs.py"]);
    assert_eq!(said.status.code(), Some(2));
    let message = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(message.contains("the native compiler does not support 3.13.2"), "{message}");
    let said = run(&session, &["compile", "--python", "3.13.0", "--python", "3.13", "p/pairs.py"]);
    assert_eq!(said.status.code(), Some(2));
}

#[test]
fn an_error_names_its_place_and_the_others_are_done() {
    let session = session();
    session.file("p/bad.py", "x = 1\ny = = 2\n");
    session.file("p/new.py", "x = t'{1}'\n");
    let mut arguments = vec!["compile"];
    arguments.extend(VERSIONS);
    arguments.extend(["p/bad.py", "p/new.py", "p/m.py"]);
    let said = run(&session, &arguments);
    assert_eq!(said.status.code(), Some(1));
    let text = String::from_utf8(said.stderr).unwrap();
    assert!(text.contains("File \"p/bad.py\", line 2"), "{text}");
    assert!(text.contains("3.14"), "{text}");
    let mut names: Vec<String> = pycs(&session).into_iter().map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "p/__pycache__/m.cpython-313.pyc",
            "p/__pycache__/m.cpython-314.pyc",
            "p/__pycache__/m.cpython-315.pyc",
            "p/__pycache__/new.cpython-314.pyc",
            "p/__pycache__/new.cpython-315.pyc",
        ]
    );
}

#[test]
fn a_strip_dir_that_does_not_lead_is_an_error_also_where_a_pyc_is_there() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    session.run(&["compile", "--python", "3.14", "a.py"]).exits(0);
    let said = session.run(&["compile", "--python", "3.14", "--strip-dir", "d", "a.py"]).exits(1);
    said.says("ValueError: a.py is not below d, the directory to strip");
}

/// A source that fails for several versions has an annotation for each, which names the version.
#[test]
fn annotations_name_the_version_where_there_are_several() {
    let session = Session::new();
    session.file("a.py", "x = \n");
    let compile = ["compile", "--engine", "native", "--message-format", "github", "--python", "3.13"];
    let line = |version: &str| {
        format!("::error file=a.py,line=1,col=5,title=pycompile SyntaxError{version}::invalid syntax\n")
    };
    let said = session.run(&[&compile[..], &["a.py"]].concat()).exits(1);
    assert_eq!(said.out, line(""));
    let said = session.run(&[&compile[..], &["--python", "3.14.8", "a.py"]].concat()).exits(1);
    assert_eq!(said.out, line(" (Python 3.13)") + &line(" (Python 3.14)"));
}
