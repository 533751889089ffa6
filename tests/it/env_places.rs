//! Places that `env` searches, files that it leaves out, findings of `--check`, and RECORDs that
//! several runs write.

use crate::session::{Said, Session};

const SITE: &str = "v/lib/python3.14/site-packages";

/// Installs a distribution with these sources into `site`.
fn install(session: &Session, site: &str, name: &str, sources: &[(&str, &str)]) {
    let mut record = String::new();
    for (source, text) in sources {
        session.file(&format!("{site}/{source}"), text);
        record += &format!("{source},,\n");
    }
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1\n");
    session.file(&format!("{site}/{name}-1.dist-info/METADATA"), metadata);
    record += &format!("{name}-1.dist-info/METADATA,,\n{name}-1.dist-info/RECORD,,\n");
    session.record(&format!("{site}/{name}-1.dist-info/RECORD"), record);
}

fn environment() -> Session {
    let session = Session::new();
    install(&session, SITE, "p", &[("p/__init__.py", ""), ("p/a.py", "x = 1\n"), ("p/b.py", "y = 1\n")]);
    session
}

fn record(session: &Session, site: &str, name: &str) -> String {
    std::fs::read_to_string(session.path(&format!("{site}/{name}-1.dist-info/RECORD"))).unwrap()
}

fn check(session: &Session) -> Said {
    session.run(&["env", "v", "--check"])
}

#[test]
fn dist_packages_are_site_packages() {
    let session = Session::new();
    let site = "usr/local/lib/python3.14/dist-packages";
    install(&session, site, "p", &[("p.py", "")]);
    install(&session, "usr/local/lib/python3.13/site-packages", "q", &[("q.py", "")]);
    session.run(&["env", "usr/local", "--python", "3.14"]).exits(0).says("1 compiled");
    assert!(record(&session, site, "p").contains("__pycache__/p.cpython-314.pyc,sha256="));
    session.run(&["env", "usr/local"]).exits(0).says("1 compiled, 1 up to date");
    session.run(&["env", "/usr/local", "--root", ".", "--check"]).exits(0).says("2 verified, 0 findings");
    let said = session.run(&["env", "usr/local", "--python", "3.15"]).exits(2);
    assert_eq!(said.err, "error: usr/local has no lib/python3.15/site-packages, but python3.13\n");
}

/// An environment of a release that was not compared gets the bytes of another release, and a note.
#[test]
fn the_release_in_pyvenv_cfg() {
    let session = environment();
    for (version, why) in [
        ("3.14.8", None),
        ("3.14.3", Some("the native engine was not compared with 3.14.3")),
        ("3.14.99", Some("3.14.99 is newer than the releases that the native engine supports")),
        ("3.14.0rc1", Some("the native engine needs a release, and 3.14.0rc1 is not one")),
    ] {
        session.file("v/pyvenv.cfg", format!("version = {version}\n"));
        let said = session.run(&["env", "v"]).exits(0);
        let start = format!("note: the environment was created with Python {version}, and ");
        match why {
            None => assert!(!said.err.contains("note:"), "{}", said.err),
            Some(why) => {
                assert!(said.err.starts_with(&format!("{start}{why}")), "{}", said.err);
                assert!(said.err.contains(": compiling for 3.14.10\nhint: "), "{}", said.err);
            }
        }
        assert!(!check(&session).exits(0).err.contains("note: the environment"), "{version}");
    }
}

#[test]
fn a_target_directory() {
    let session = Session::new();
    install(&session, "target", "p", &[("p.py", "")]);
    session.command(&[]);
    let mut command = session.command(&["env", "target"]);
    let said: Said = command.env("PATH", "").output().unwrap().into();
    said.exits(2);
    session.run(&["env", "target", "--python", "3.14"]).exits(0).says("1 compiled");
    session.run(&["env", "target", "--python", "3.14", "--check"]).exits(0).says("1 verified, 0 findings");
    assert!(record(&session, "target", "p").contains("__pycache__/p.cpython-314.pyc,sha256="));
    std::fs::create_dir(session.path("empty")).unwrap();
    session.run(&["env", "empty", "--python", "3.14"]).exits(2).says("no dist-info of its own");
}

#[test]
fn site_packages_by_name() {
    let session = environment();
    session.run(&["env", SITE]).exits(0).says("3 compiled");
    check(&session).exits(0);
}

#[test]
fn a_free_threaded_build_compiles_itself() {
    let session = Session::new();
    let site = "v/lib/python3.14t/site-packages";
    install(&session, site, "p", &[("p.py", "")]);
    for arguments in [&["env", "v"][..], &["env", "v", "--engine", "native"]] {
        let mut command = session.command(arguments);
        let said: Said = command.env("PATH", "").output().unwrap().into();
        said.exits(2).says("belongs to a free-threaded build, whose pycs differ").says("python3.14t");
    }
}

#[test]
fn excluded_files_are_left_out() {
    let session = environment();
    install(&session, SITE, "q", &[("q/py2.py", "print 'x'\n"), ("q/ok.py", ""), ("q/gone.py", "")]);
    std::fs::remove_file(session.path(&format!("{SITE}/q/gone.py"))).unwrap();
    let exclude = ["--exclude", "q/py2.py", "--exclude", "**/gone.py"];
    session.run(&[&["env", "v"][..], &exclude].concat()).exits(0).says("4 compiled, 0 up to date, 0 failed");
    session.run(&[&["env", "v", "--check"][..], &exclude].concat()).exits(0).says("4 verified, 0 findings");
    assert!(!session.path(&format!("{SITE}/q/__pycache__/py2.cpython-314.pyc")).exists());
}

#[test]
fn modules_that_may_fail() {
    let session = environment();
    install(&session, SITE, "q", &[("q/py2.py", "print 'x'\n")]);
    session.run(&["env", "v"]).exits(1).says("q/py2.py");
    let allow = ["--allow-failures", "q/*.py"];
    session.run(&[&["env", "v"][..], &allow].concat()).exits(0).says("0 failed, 1 allowed to fail");
    session.run(&[&["env", "v", "--check"][..], &allow].concat()).exits(0);
    session.run(&["env", "v", "--check"]).exits(1);
    session.run(&["env", "v", "--allow-failures", "p/*.py"]).exits(1);
}

#[test]
fn a_source_that_is_gone_is_reported_once() {
    let session = environment();
    std::fs::remove_file(session.path(&format!("{SITE}/p/b.py"))).unwrap();
    let levels = ["--optimize", "0", "--optimize", "1"];
    let said = session
        .run(&[&["env", "v"][..], &levels].concat())
        .exits(0)
        .says("4 compiled, 0 up to date, 0 failed");
    let gone = "p-1.dist-info/RECORD lists it, but it does not exist";
    assert_eq!(said.err.matches(&format!("{SITE}/p/b.py: record: {gone}\n")).count(), 1, "{}", said.err);
    assert_eq!(said.err.matches("b.py").count(), 1, "{}", said.err);
    let said = session.run(&[&["env", "v", "--check"][..], &levels].concat()).exits(1);
    assert_eq!(said.err.matches("b.py").count(), 1, "{}", said.err);
    said.says(&format!("{SITE}/p/b.py: record: {gone}\n")).says("4 verified, 1 finding in other files\n");
}

#[test]
fn a_check_sees_what_python_would_import() {
    let evil = Session::new();
    evil.file("a.py", "import os\n");
    let compile =
        ["compile", "--engine", "native", "--python", "3.14", "--invalidation-mode", "unchecked-hash"];
    evil.run(&[&compile[..], &["--optimize", "0", "--optimize", "1", "a.py"]].concat()).exits(0);
    let evil =
        |level: &str| std::fs::read(evil.path(&format!("__pycache__/a.cpython-314{level}.pyc"))).unwrap();
    for (name, level) in [
        ("p/__pycache__/a.cpython-314.opt-1.pyc", ".opt-1"),
        ("p/__pycache__/a.cpython-314.opt-2.pyc", ".opt-1"),
        ("p/evil.pyc", ""),
        ("p/__pycache__/evil.cpython-314.pyc", ""),
        ("evil.pyc", ""),
    ] {
        let session = environment();
        session.run(&["env", "v"]).exits(0);
        check(&session).exits(0).says("3 verified, 0 findings");
        session.file(&format!("{SITE}/{name}"), evil(level));
        let said = check(&session).exits(1);
        assert!(said.err.contains(&format!("{SITE}/{name}")), "{name}: {}", said.err);
        let said = session.run(&["env", "v", "--check", "--message-format", "json"]).exits(1);
        let lines = said.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        assert!(lines.into_iter().any(|line| line["path"] == format!("{SITE}/{name}")), "{}", said.out);
    }
    let unlisted = "record: Python can import it, and no RECORD lists it";
    for name in ["p/evil.py", "evil.py", "p/sub/evil.py"] {
        let session = environment();
        session.run(&["env", "v"]).exits(0);
        session.file(&format!("{SITE}/{name}"), "import os\n");
        check(&session)
            .exits(1)
            .says(&format!("{SITE}/{name}: {unlisted}\n"))
            .says("1 finding in other files\n");
    }
}

#[test]
fn a_check_accuses_nobody_for_what_installers_do() {
    let session = environment();
    // Editable projects and virtualenv have sources of their own.
    session.file(&format!("{SITE}/__editable___e_finder.py"), "");
    session.record(
        &format!("{SITE}/e-1.dist-info/RECORD"),
        "__editable___e_finder.py,,\ne-1.dist-info/RECORD,,\n",
    );
    session.file(&format!("{SITE}/e-1.dist-info/direct_url.json"), r#"{"dir_info": {"editable": true}}"#);
    session.file(&format!("{SITE}/_virtualenv.py"), "");
    session.run(&["env", "v"]).exits(0);
    // Python's own pycs are in no RECORD.
    let compile = ["compile", "--engine", "native", "--python", "3.14", "--optimize", "1"];
    session.run(&[&compile[..], &[&format!("{SITE}/p/a.py")]].concat()).exits(0);
    check(&session).exits(0).says("0 findings");
}

#[test]
fn rows_do_not_depend_on_history() {
    let one = environment();
    one.run(&["env", "v", "--optimize", "0", "--optimize", "1", "--optimize", "2"]).exits(0);
    for order in [["0", "1", "2"], ["2", "0", "1"], ["1", "2", "0"]] {
        let other = environment();
        for level in order {
            other.run(&["env", "v", "--optimize", level]).exits(0);
        }
        assert_eq!(record(&other, SITE, "p"), record(&one, SITE, "p"));
    }
    one.run(&["env", "v", "--optimize", "1"]).exits(0).says("0 compiled, 3 up to date");
}

#[test]
fn a_file_of_two_distributions_is_in_both_records() {
    let session = environment();
    install(&session, SITE, "q", &[("p/__init__.py", ""), ("p/q.py", "")]);
    session.run(&["env", "v"]).exits(0).says("4 compiled");
    for name in ["p", "q"] {
        assert!(record(&session, SITE, name).contains("p/__pycache__/__init__.cpython-314.pyc,sha256="));
    }
}

#[test]
fn concurrent_runs_lose_no_row() {
    for _ in 0..5 {
        let session = environment();
        let children: Vec<_> = (0..12)
            .map(|number| {
                let level = ["0", "1", "2"][number % 3];
                session.command(&["env", "v", "-q", "--optimize", level]).spawn().unwrap()
            })
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        let rows = record(&session, SITE, "p");
        let pycs = rows.lines().filter(|row| row.contains(".pyc,sha256=")).count();
        assert_eq!((pycs, rows.lines().count()), (9, 14), "{rows}");
        let levels = ["--optimize", "0", "--optimize", "1", "--optimize", "2"];
        session
            .run(&[&["env", "v", "--check"][..], &levels].concat())
            .exits(0)
            .says("9 verified, 0 findings");
        let left: Vec<_> = session
            .files()
            .into_iter()
            .filter(|name| name.contains(".tmp") || name.contains("lock"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
