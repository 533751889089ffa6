//! Pycs with the right header that a build must replace, because nothing else shows that another
//! build wrote them.

use crate::session::Session;

const SOURCE: &str = "def f():\n    'told'\n    assert f\n    return frozenset, f\n";

/// Returns the file that the second of two runs writes, and the file that the second run alone
/// writes.
fn two_runs(first: &[&str], second: &[&str], pyc: &str) {
    let fresh = Session::new();
    fresh.file("a.py", SOURCE);
    fresh.run(second).exits(0);
    let wanted = std::fs::read(fresh.path(pyc)).unwrap();

    let session = Session::new();
    session.file("a.py", SOURCE);
    let keep = fresh.path("a.py").metadata().unwrap().modified().unwrap();
    let source = std::fs::File::options().write(true).open(session.path("a.py")).unwrap();
    source.set_modified(keep).unwrap();
    session.run(first).exits(0);
    assert_ne!(std::fs::read(session.path(pyc)).unwrap(), wanted, "{first:?}");
    session.run(second).exits(0);
    assert_eq!(std::fs::read(session.path(pyc)).unwrap(), wanted, "{second:?}");
    if second[0] == "compile" {
        session.run(&[second, &["-v"]].concat()).exits(0).says("0 compiled, 1 up to date");
    }
}

const CACHED: &str = "__pycache__/a.cpython-314.pyc";

#[test]
fn another_recorded_name_is_another_pyc() {
    for mode in ["timestamp", "checked-hash", "unchecked-hash"] {
        let compile = ["compile", "--python", "3.14", "--invalidation-mode", mode, "a.py"];
        let all = ["compileall", "--python", "3.14", "--invalidation-mode", mode, "-q"];
        two_runs(&compile, &[&compile[..], &["--dfile", "/usr/lib/a.py"]].concat(), CACHED);
        two_runs(&compile, &[&compile[..], &["--prepend-dir", "/usr/lib"]].concat(), CACHED);
        let own = [&all[..], &["a.py"]].concat();
        two_runs(&own, &[&all[..], &["-p", "/usr/lib", "a.py"]].concat(), CACHED);
    }
}

#[test]
fn a_path_that_does_not_say_the_level_is_compiled_again() {
    for place in [&["--layout", "legacy"][..], &["-o", "a.pyc"]] {
        let compile = [&["compile", "--python", "3.14", "a.py"][..], place].concat();
        two_runs(&compile, &[&compile[..], &["--optimize", "2"]].concat(), "a.pyc");
    }
    let all = ["compileall", "--python", "3.14", "-q", "-b"];
    two_runs(&[&all[..], &["a.py"]].concat(), &[&all[..], &["-o", "2", "a.py"]].concat(), "a.pyc");
}

#[test]
fn another_form_of_references_is_another_pyc() {
    let compile = ["compile", "--python", "3.14", "a.py"];
    let minimal = [&compile[..], &["--refs", "minimal"]].concat();
    two_runs(&compile, &minimal, CACHED);
    two_runs(&minimal, &compile, CACHED);
}

#[test]
fn a_pyc_that_ends_early_is_written_again() {
    let session = Session::new();
    session.file("a.py", SOURCE);
    let compile = ["compile", "-v", "--python", "3.14", "a.py"];
    session.run(&compile).exits(0).says("1 compiled");
    let whole = std::fs::read(session.path(CACHED)).unwrap();
    for length in [16, 17, whole.len() / 2, whole.len() - 1] {
        session.file(CACHED, &whole[..length]);
        session.run(&compile).exits(0).says("1 compiled, 0 up to date");
        assert_eq!(std::fs::read(session.path(CACHED)).unwrap(), whole, "{length}");
    }
    session.run(&compile).exits(0).says("0 compiled, 1 up to date");
}

#[test]
fn of_two_ways_to_a_file_the_first_is_recorded() {
    let session = Session::new();
    session.file("a/b.py", SOURCE);
    std::os::unix::fs::symlink("a", session.path("c")).unwrap();
    let whole = session.path("a/b.py").to_str().unwrap().to_owned();
    let compiled = || std::fs::read(session.path("a/__pycache__/b.cpython-314.pyc")).unwrap();
    for command in ["compile", "compileall"] {
        let options = if command == "compile" { ["-q", "-f"] } else { ["-j2", "-f"] };
        let arguments = [&[command, "--python", "3.14"][..], &options].concat();
        session.run(&[&arguments[..], &["a/b.py"]].concat()).exits(0);
        let wanted = compiled();
        for others in [[whole.as_str(), "./a/b.py"], ["c/b.py", "a/../a/b.py"]] {
            session.run(&[&arguments[..], &["a/b.py"], &others].concat()).exits(0);
            assert_eq!(compiled(), wanted, "{command} {others:?}");
        }
    }
}

#[test]
fn of_a_flag_of_compileall_that_comes_twice_the_last_counts() {
    let session = Session::new();
    session.file("a.py", SOURCE);
    let once =
        ["compileall", "--python", "3.14", "-q", "-f", "-p", "/b", "--invalidation-mode", "checked-hash"];
    session.run(&[&once[..], &["-o", "0", "-o", "1", "--hardlink-dupes", "a.py"]].concat()).exits(0);
    let read = || (std::fs::read(session.path(CACHED)).unwrap(), session.files());
    let wanted = read();
    let twice = ["compileall", "-f", "-p", "/a", "--python", "3.14", "--invalidation-mode", "timestamp"];
    let options = ["-o", "0", "--hardlink-dupes", "--hardlink-dupes", "-o", "1"];
    session.run(&[&twice[..], &once[1..], &options, &["a.py"]].concat()).exits(0);
    assert_eq!(read(), wanted);
}
