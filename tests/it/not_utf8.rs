//! Files whose names are not UTF-8 are compiled or reported, never skipped silently.

use crate::session::{Said, Session};
use crate::unlisted::with_an_abyss;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

/// Writes a file at a path of any bytes.
fn file(session: &Session, name: &[u8], content: &str) -> PathBuf {
    let path = session.path("").join(OsStr::from_bytes(name));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

/// A config that searches, and one file for each pattern.
fn searching(exclude: &str) -> Session {
    let session = Session::new();
    let source = format!("[source]\nsearch = [\"q/*.py\", \"p/**/*.py\"]\nexclude = [{exclude}]\n");
    let rest = "[compile]\npython = [\"3.14\"]\nengine = \"native\"\n[zip]\noutput = \"z.zip\"\n";
    session.file("pycompile.toml", source + rest);
    session.file("p/a.py", "x = 1\n");
    session.file("q/b.py", "x = 1\n");
    session
}

#[track_caller]
fn refused(session: &Session, what: &str) {
    let margin = "  | ";
    let expected = format!(
        "error: pycompile.toml:2:21: the search finds {what}\n  |\n2 | search = [\"q/*.py\", \"p/**/*.py\"]\n\
         {margin}{:20}{}\n",
        "",
        "^".repeat("\"p/**/*.py\"".len())
    );
    for command in ["build", "pack", "clean"] {
        assert_eq!(session.run(&[command]).exits(2).err, expected, "{command}");
    }
    assert!(!session.path("z.zip").exists() && !session.path("p/__pycache__").exists());
}

#[track_caller]
fn built(session: &Session) -> Said {
    session.run(&["pack"]).exits(0);
    assert!(session.path("z.zip").exists());
    session.run(&["build"]).exits(0).says("2 compiled, 0 up to date, 0 failed")
}

#[test]
fn found_files_are_refused_by_name() {
    let session = searching("");
    file(&session, b"p/latin\xe9.py", "y = 1\n");
    refused(&session, "\"p/latin\\xE9.py\", whose name is not UTF-8: exclude or rename it");
    let session = searching("");
    file(&session, b"p/d\xff/deep/m.py", "y = 1\n");
    refused(&session, "\"p/d\\xFF/deep/m.py\", whose name is not UTF-8: exclude or rename it");
    file(&session, b"p/d\xff/deep/n.py", "y = 1\n");
    file(&session, b"p/\xe9\n.py", "y = 1\n");
    let said = "\"p/d\\xFF/deep/m.py\" and 2 more whose names are not UTF-8: exclude or rename them";
    refused(&session, said);
}

#[test]
fn excluded_files_are_not_missing() {
    for exclude in ["p/latin*", "**/latin?.py", "p/latin\u{fffd}.py", "p/l*n*.py"] {
        let session = searching(&format!("\"{exclude}\""));
        file(&session, b"p/latin\xe9.py", "y = 1\n");
        built(&session);
    }
    for exclude in ["p/d*", "p/d?/**", "**/m.py"] {
        let session = searching(&format!("\"{exclude}\""));
        file(&session, b"p/d\xff/m.py", "y = 1\n");
        built(&session);
    }
}

#[test]
fn unmatched_files_are_not_mentioned() {
    let session = searching("");
    for name in [&b"p/data\xe9.txt"[..], b"p/d\xff/data", b"r/latin\xe9.py", b"p/__pycache__/latin\xe9.py"] {
        file(&session, name, "");
    }
    assert!(!built(&session).err.contains("UTF-8"));
}

#[test]
fn a_directory_that_cannot_be_listed() {
    let session = Session::new();
    let told = with_an_abyss(&session);
    let folder = session.path("t").join(OsStr::from_bytes(b"d\xff"));
    std::fs::create_dir(&folder).unwrap();
    let abyss = "n".repeat(250);
    std::fs::rename(session.path("t").join(&abyss), folder.join(&abyss)).unwrap();
    session.file("pycompile.toml", "[source]\nsearch = [\"t/**/*.py\"]\n");
    let said = session.run(&["clean"]).exits(2);
    assert!(said.err.starts_with("error: cannot list ./t/d\\udcff/nnn"), "{}", said.err);
    assert!(said.err.ends_with(&told), "{}", said.err);
    session.file("pycompile.toml", "[source]\nsearch = [\"t/**/*.py\"]\nexclude = [\"t/d*\"]\n");
    session.run(&["clean"]).exits(0);
}

#[test]
fn a_license_file() {
    let session = searching("");
    let project = "[project]\nname = \"demo\"\nversion = \"1\"\nlicense-files = [\"l/**/LICENSE*\"]\n";
    session.file("pyproject.toml", project);
    let config = "[source]\nfiles = [\"p/a.py\"]\n[compile]\npython = [\"3.14\"]\nengine = \"native\"\n";
    session.file("pycompile.toml", format!("{config}[wheel]\nproject = \"pyproject.toml\"\n"));
    session.file("l/LICENSE", "");
    let other = file(&session, b"l/d\xff/OTHER", "");
    session.run(&["pack"]).exits(0);
    std::fs::rename(&other, other.with_file_name("LICENSE")).unwrap();
    let said = "\"l/d\\xFF/LICENSE\": the name is not UTF-8: rename it\n";
    for pattern in ["l/**/LICENSE*", "l/d?/LICENSE", "?/d?/*"] {
        session.file("pyproject.toml", project.replace("l/**/LICENSE*", pattern));
        let shown = session.run(&["pack"]).exits(2).err;
        assert!(shown.contains("pyproject.toml:4: project.license-files: "), "{pattern}: {shown}");
        assert!(shown.ends_with(said), "{pattern}: {shown}");
    }
}

#[test]
fn an_environment() {
    let session = Session::new();
    let site = "v/lib/python3.14/site-packages";
    session.file(&format!("{site}/p/a.py"), "x = 1\n");
    session.record(&format!("{site}/p-1.dist-info/RECORD"), "p/a.py,,\np-1.dist-info/RECORD,,\n");
    file(&session, &[site.as_bytes(), b"/q\xff-1.dist-info/RECORD"].concat(), "");
    let said = session.run(&["env", "v", "-v"]).exits(0);
    said.says("1 compiled").says("left alone: q\\udcff-1.dist-info: its name is not UTF-8\n");
    let cache = [site.as_bytes(), b"/p/__pycache__/"].concat();
    file(&session, &[&cache, &b"gone\xff.cpython-314.opt-1.pyc"[..]].concat(), "");
    file(&session, &[&cache, &b".cpython-314.pyc"[..]].concat(), "");
    file(&session, &[&cache, &b"here\xff.cpython-314.pyc"[..]].concat(), "");
    file(&session, &[site.as_bytes(), b"/p/here\xff.py"].concat(), "");
    let said = session
        .run(&["env", "v", "--check"])
        .exits(1)
        .says("1 verified, 4 findings in 3 pycs and in other files\n");
    let orphan = format!("{site}/p/__pycache__/gone\\udcff.cpython-314.opt-1.pyc: header: ");
    assert!(said.err.contains(&orphan), "{}", said.err);
}

#[test]
fn trees_and_links() {
    let session = Session::new();
    for tree in ["one", "two"] {
        session.file(&format!("{tree}/a.py"), "x = 1\n");
    }
    let options = ["compile", "-r", "one", "two", "--engine", "native", "--python", "3.14"];
    session.run(&options).exits(0);
    session.run(&["verify", "one"]).exits(0);
    file(&session, b"out/__pycache__/m.cpython-314.pyc", "");
    let link = session.path("one").join(OsStr::from_bytes(b"link\xff"));
    std::os::unix::fs::symlink(session.path("out"), link).unwrap();
    let message = "is a symlink: the code that it leads to is not checked\n";
    let said = session.run(&["verify", "one"]).exits(1);
    assert!(said.out.contains("link\\udcff: ") && said.out.contains(message), "{}", said.out);
    session.run(&["manifest", "one"]).exits(1).says(message);
    file(&session, b"two/d\xff/m.py", "");
    let said = session.run(&["diff", "one", "two"]).exits(1);
    assert!(said.out.contains("link\\udcff") && said.out.contains("d\\udcff/m.py"), "{}", said.out);
}

#[test]
fn inspect_finds_the_source() {
    let session = Session::new();
    file(&session, b"m\xe9.py", "x = 1\n");
    for mode in ["timestamp", "checked-hash"] {
        let options =
            ["compile", "-r", ".", "--engine", "native", "--python", "3.14", "--invalidation-mode", mode];
        session.run(&options).exits(0);
        let pyc = OsStr::from_bytes(b"__pycache__/m\xe9.cpython-314.pyc");
        let said = Said::from(session.command(&["inspect"]).arg(pyc).output().unwrap()).exits(0);
        assert!(said.out.contains("m\\udce9.py, which the header matches\n"), "{}", said.out);
    }
}

/// The recorded name contains the directory, which is shown with backslashes.
#[test]
fn pycs_below_a_directory_that_is_not_utf8_are_verified() {
    let session = Session::new();
    file(&session, b"dir\xe9/mod.py", "x = 1\n");
    session.run(&["compile", "-q", "--python", "3.14", "-r", "."]).exits(0);
    session.run(&["verify", "."]).exits(0).says("1 verified, 0 findings");
}
