//! Files that audits do not read because of the memory limit, and pycs of other builds, which they
//! cannot check.

use crate::session::{Said, Session};
use sha2::Digest as _;

const COMPILE: [&str; 6] = ["compile", "-q", "--engine", "native", "--python", "3.14"];
const MODE: [&str; 2] = ["--invalidation-mode", "checked-hash"];

/// Runs with no interpreter on PATH.
fn run(session: &Session, arguments: &[&str]) -> Said {
    session.command(arguments).env("PATH", "").output().unwrap().into()
}

#[test]
fn a_source_beyond_the_memory_limit_is_not_read() {
    let session = Session::new();
    for (side, text) in [("a", "x = 1\n"), ("b", "x = 2\n")] {
        for name in ["large.py", "small.py"] {
            session.file(&format!("{side}/{name}"), text);
            session.run(&[&COMPILE[..], &MODE, &[&format!("{side}/{name}")]].concat()).exits(0);
        }
        // The file is larger than any limit, but takes no space on disk.
        let large = std::fs::File::options().write(true).open(session.path(&format!("{side}/large.py")));
        large.unwrap().set_len(900 << 20).unwrap();
    }
    let limit = ["--memory-limit", "64"];
    let words = "large.py has 943718400 bytes, more than the memory limit of 64 MB";
    let said = run(&session, &[&["verify", "a"][..], &limit].concat()).exits(1);
    assert!(said.out.contains(&format!("source: its source cannot be read: {words}")), "{}", said.out);
    assert!(said.err.contains("1 verified, 1 finding"), "{}", said.err);
    let said = run(&session, &[&["diff", "a", "b", "--exclude", "large.py"][..], &limit].concat()).exits(1);
    let sentence =
        "1 file was not checked; 1 source differs; 1 pyc follows from it; 1 excluded file differs\n";
    assert!(said.out.starts_with(sentence), "{}", said.out);
    assert!(said.out.contains(words), "{}", said.out);
    run(&session, &["verify", "a", "--timeout", "0"]).exits(2);
    run(&session, &["diff", "a", "b", "--memory-limit", "63"]).exits(2);
    run(&session, &["env", "a", "--memory-limit", "63"]).exits(2);
}

#[test]
fn a_source_beyond_the_memory_limit_is_not_compiled() {
    let session = Session::new();
    let site = "v/lib/python3.14/site-packages";
    let config = "[source]\nroot = \"src\"\nfiles = [\"large.py\"]\n[compile]\npython = [\"3.14\"]\nmemory-limit = 64\n\
                  [wheel]\nproject = { name = \"p\", version = \"1\" }\n";
    session.file("pycompile.toml", config);
    session.record(&format!("{site}/p-1.dist-info/RECORD"), "large.py,,\np-1.dist-info/RECORD,,\n");
    for name in ["src/large.py", &format!("{site}/large.py")] {
        session.file(name, "x = 1\n");
        let large = std::fs::File::options().write(true).open(session.path(name)).unwrap();
        // The file is larger than any limit, but takes no space on disk.
        large.set_len(900 << 20).unwrap();
    }
    let words = "MemoryError: the source has 943718400 bytes, more than the memory limit of 64 MB";
    let limit = ["--memory-limit", "64"];
    for arguments in [
        &["pack"][..],
        &["build"],
        &[&["env", "v"][..], &limit].concat(),
        &[&["compile", "--python", "3.14", "src/large.py"][..], &limit].concat(),
    ] {
        run(&session, arguments).exits(1).says(words);
    }
}

/// An environment of a free-threaded build with three modules and their pycs.
fn free_threaded() -> Session {
    let session = Session::new();
    let site = "v/lib/python3.14t/site-packages";
    let mut rows = String::from("p-1.dist-info/RECORD,,\n");
    for name in ["a", "b", "c"] {
        let source = format!("{site}/{name}.py");
        session.file(&source, format!("def {name}():\n    return {name:?}\n"));
        session.run(&[&COMPILE[..], &MODE, &["--prepend-dir", "/", &source]].concat()).exits(0);
        rows += &format!("{name}.py,,\n__pycache__/{name}.cpython-314.pyc,,\n");
    }
    session.record(&format!("{site}/p-1.dist-info/RECORD"), rows);
    session
}

#[test]
fn a_free_threaded_build_is_not_accused() {
    let session = free_threaded();
    let pyc = |name: &str| {
        session.path(&format!("v/lib/python3.14t/site-packages/__pycache__/{name}.cpython-314.pyc"))
    };
    run(&session, &["verify", "v"]).exits(0).says("3 verified, 0 findings");
    run(&session, &["env", "v", "--check"]).exits(0).says("0 findings");
    // Two pycs whose code no known release writes for their sources.
    for (name, other) in [("a", "b"), ("b", "c")] {
        let own = std::fs::read(pyc(name)).unwrap();
        let code = std::fs::read(pyc(other)).unwrap();
        std::fs::write(pyc(name), [&own[..16], &code[16..]].concat()).unwrap();
    }
    let words = "version: the first of 2 pycs: it was not checked, because the native compiler \
                 does not support free-threaded builds";
    let said = run(&session, &["verify", "v"]).exits(1);
    assert_eq!(said.out.matches("a.cpython-314.pyc: ").count(), 1, "{}", said.out);
    assert!(said.out.contains(words), "{}", said.out);
    assert!(said.err.contains("1 verified, 1 finding in 2 pycs\n"), "{}", said.err);
    let said = run(&session, &["env", "v", "--check"]).exits(1);
    assert!(said.err.contains(words), "{}", said.err);
    assert!(said.err.contains("1 finding"), "{}", said.err);
    // From its own directory too; a header of another source is still one.
    let said = run(&session, &["verify", "v/lib/python3.14t/site-packages"]).exits(1);
    assert!(said.out.contains(words), "{}", said.out);
    let mut own = std::fs::read(pyc("c")).unwrap();
    own[8] ^= 1;
    std::fs::write(pyc("c"), own).unwrap();
    let said = run(&session, &["verify", "v"]).exits(1);
    assert!(said.out.contains("header: the source hash in its header is not that of "), "{}", said.out);
}

#[test]
fn hexadecimal_digests_of_installed_files_are_accepted() {
    let session = Session::new();
    let hex: String = sha2::Sha256::digest(b"x = 1\n").iter().map(|byte| format!("{byte:02x}")).collect();
    session.file("lib/m.py", "x = 1\n");
    let record = |row: &str| {
        session.file("lib/m-1.dist-info/RECORD", format!("m.py,{row}\nm-1.dist-info/RECORD,,\n"));
        run(&session, &["verify", "lib"])
    };
    session.run(&[&COMPILE[..], &MODE, &["lib/m.py"]].concat()).exits(0);
    record(&format!("sha256={hex},6")).exits(0);
    record(&format!("sha256={},6", hex.to_uppercase())).exits(0);
    record(&format!("sha256={hex},7")).exits(1);
    record(&format!("sha256={}0,6", &hex[..63])).exits(1);
    record(&format!("sha256={},6", &hex[..62])).exits(1);
    record(&format!("sha1={hex},6")).exits(1);
}

/// The deepest expression is that which `py_compile` of 3.11 accepts.
#[test]
fn expressions_are_as_deep_as_of_py_compile() {
    let session = Session::new();
    for (depth, status) in [(2983, 0), (2984, 1)] {
        session.file("a.py", format!("x = {}y\n", "not ".repeat(depth)));
        session.run(&["compile", "--engine", "native", "--python", "3.11", "--force", "a.py"]).exits(status);
    }
}
