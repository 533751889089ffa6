//! Notes of `verify` on files that it does not check: code elsewhere that Python imports as well,
//! and archives of no distribution.
#![cfg(unix)]

use crate::deceit::{GOOD, Pycs, zip};
use crate::session::{Said, Session};
use std::os::unix::fs::symlink;

const SITE: &str = "v/lib/python3.14/site-packages";

fn environment(pycs: &Pycs) -> Session {
    let session = Session::new();
    session.file("v/pyvenv.cfg", "include-system-site-packages = false\nversion = 3.14.10\n");
    session.file(&format!("{SITE}/m.py"), GOOD);
    session.file(&format!("{SITE}/__pycache__/m.cpython-314.pyc"), pycs.good());
    session.file(&format!("{SITE}/m-1.dist-info/METADATA"), "Metadata-Version: 2.1\nName: m\nVersion: 1\n");
    let rows = "m.py,,\n__pycache__/m.cpython-314.pyc,,\nm-1.dist-info/METADATA,,\nm-1.dist-info/RECORD,,\n";
    session.record(&format!("{SITE}/m-1.dist-info/RECORD"), rows);
    session
}

fn notes(said: &Said) -> Vec<&str> {
    said.err.lines().filter_map(|line| line.strip_prefix("note: ")).collect()
}

#[test]
fn links_and_path_files_to_sources_outside() {
    let session = environment(&Pycs::new());
    let said = session.run(&["verify", "v"]).exits(0);
    assert_eq!(notes(&said), [""; 0]);
    session.file("src/editable/__init__.py", "x = 1\n");
    session.file("src/one.py", "x = 1\n");
    let path = session.path("src");
    let info = format!("{SITE}/e-1.dist-info");
    session.file(&format!("{SITE}/e.pth"), format!("{}\n", path.display()));
    session.file(&format!("{info}/METADATA"), "Metadata-Version: 2.1\nName: e\nVersion: 1\n");
    session.record(&format!("{info}/RECORD"), "e.pth,,\ne-1.dist-info/METADATA,,\ne-1.dist-info/RECORD,,\n");
    let said = session.run(&["verify", "v"]).exits(0);
    let first = "lib/python3.14/site-packages/e.pth";
    let one = format!(
        "1 symlink or path file leads to sources or extension modules outside, which are not checked: {first}"
    );
    assert_eq!(notes(&said), [one.as_str()]);
    // A directory that is verified too does not count as outside.
    let said = session.run(&["verify", "v", "src"]).exits(0);
    assert_eq!(notes(&said), [""; 0]);
    for (link, target) in [("link", "editable"), ("one.py", "one.py")] {
        symlink(path.join(target), session.path("v").join(link)).unwrap();
    }
    let said = session.run(&["verify", "v"]).exits(0);
    let three = format!(
        "3 symlinks and path files lead to sources or extension modules outside, which are not checked: the first is {first}"
    );
    assert_eq!(notes(&said), [three.as_str()]);
    let said = session.run(&["verify", "--json", "v"]).exits(0);
    assert!(said.out.contains(&three), "{}", said.out);
}

#[test]
fn packages_of_the_system() {
    let session = environment(&Pycs::new());
    let note =
        "Python also imports from the site-packages of the system, which are not checked: pyvenv.cfg says so";
    for config in ["version = 3.14.10\n", "Include-System-Site-Packages=TRUE\n"] {
        session.file("v/pyvenv.cfg", config);
        assert_eq!(notes(&session.run(&["verify", "v"]).exits(0)), [note]);
        let said = session.run(&["verify", SITE]).exits(0);
        assert!(notes(&said)[0].ends_with("v/pyvenv.cfg says so"), "{}", said.err);
    }
}

#[test]
fn modules_among_scripts() {
    let session = environment(&Pycs::new());
    session.file("v/bin/activate_this.py", "");
    session.file("v/bin/tool", "#!/usr/bin/python3\nimport m\n");
    assert_eq!(notes(&session.run(&["verify", "v"]).exits(0)), [""; 0]);
    session.file("v/bin/m.py", "x = 1\n");
    session.file("v/bin/json/__init__.py", "x = 1\n");
    let note = "2 modules are among scripts, which import such modules before all others: the first is bin/json/__init__.py";
    assert_eq!(notes(&session.run(&["verify", "v"]).exits(0)), [note]);
}

#[test]
fn the_sources_of_a_cache_directory() {
    let pycs = Pycs::new();
    let session = environment(&pycs);
    session.file("s/m.py", GOOD);
    session.file(&format!("{SITE}/m.py"), "X = 'EVIL'\n");
    let cache = format!("{SITE}/__pycache__");
    let said = session.run(&["verify", &cache, "--sources", "s"]).exits(0).says("1 verified, 0 findings");
    let start = format!("the sources that Python reads for {cache} are in ");
    assert!(
        notes(&said)[0].starts_with(&start) && said.err.contains("site-packages, which is not checked\n")
    );
}

#[test]
fn archives_and_only() {
    let pycs = Pycs::new();
    let session = environment(&pycs);
    let wheel = |code: Vec<u8>| {
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
        zip(&[
            file("m.py", GOOD.as_bytes()),
            file("m.pyc", &code),
            file("m-1.dist-info/METADATA", b"Metadata-Version: 2.1\nName: m\nVersion: 1\n"),
        ])
    };
    // A wheel under another name is one of its distribution.
    session.file("w/z.zip", wheel(pycs.evil()));
    let said = session.run(&["verify", "w", "--only", "m"]).exits(1);
    assert!(said.out.contains("w/z.zip!m.pyc: code: "), "{}", said.out);
    session.file("w/z.zip", wheel(pycs.good()));
    session.run(&["verify", "w", "--only", "m"]).exits(0).says("1 verified, 0 findings");
    session.run(&["verify", "w/z.zip", "--only", "m"]).exits(0).says("1 verified, 0 findings");
    session.file("w/other.dat", zip(&[("m.pyc".to_owned(), pycs.evil())]));
    let said = session.run(&["verify", "w", "--only", "m"]).exits(0);
    assert_eq!(notes(&said), ["1 archive names no distribution and is not checked: other.dat"]);
}

/// A wheel within a zip has its own name.
#[test]
fn a_wheel_within_a_zip() {
    let session = Session::new();
    session.file("src/demo.py", "x = 1\n");
    session.file(
        "pycompile.toml",
        "[source]\nroot = \"src\"\nfiles = [\"demo.py\"]\n[compile]\npython = [\"3.14\"]\n[wheel]\nbytecode = \"pycache\"\n\
         [wheel.project]\nname = \"demo\"\nversion = \"1\"\n[manifest]\noutput = \"m.json\"\n",
    );
    session.run(&["pack"]).exits(0);
    let name = "demo-1-py3-none-any.whl";
    let wheel = std::fs::read(session.path("dist").join(name)).unwrap();
    session.file("t/inner.zip", zip(&[(name.to_owned(), wheel.clone())]));
    session.run(&["verify", "t"]).exits(0).says("1 verified, 0 findings");
    // A manifest lists an archive by its path.
    session.file(&format!("d/{name}"), &wheel);
    session.run(&["verify", "d", "--manifest", "m.json"]).exits(0);
    session.file("d/other.whl", wheel);
    let said = session.run(&["verify", "d", "--manifest", "m.json"]).exits(1);
    let line = format!("d/other.whl: manifest: the manifest lists this archive as {name}\n");
    assert!(said.out.contains(&line), "{}", said.out);
}

#[test]
fn rows_without_a_digest_and_deleted_pycs() {
    let pycs = Pycs::new();
    let session = environment(&pycs);
    let record = session.path(&format!("{SITE}/m-1.dist-info/RECORD"));
    let rows = std::fs::read_to_string(&record).unwrap();
    for name in ["x.so", "data.txt", "m-1.dist-info/INSTALLER"] {
        session.file(&format!("{SITE}/{name}"), "x");
        std::fs::write(&record, format!("{rows}{name},,\n")).unwrap();
        let said = session.run(&["verify", "v"]).exits(1);
        let line = format!(
            "{name}: record: lib/python3.14/site-packages/m-1.dist-info/RECORD lists it without a digest\n"
        );
        assert!(said.out.contains(&line), "{}", said.out);
        std::fs::remove_file(session.path(&format!("{SITE}/{name}"))).unwrap();
    }
    for name in ["m-1.dist-info/RECORD.jws", "m-1.dist-info/RECORD.p7s"] {
        session.file(&format!("{SITE}/{name}"), "x");
        std::fs::write(&record, format!("{rows}{name},,\n")).unwrap();
        session.run(&["verify", "v"]).exits(0);
        std::fs::remove_file(session.path(&format!("{SITE}/{name}"))).unwrap();
    }
    // Python compiles a source again; without a source the module is gone.
    std::fs::write(&record, format!("{rows}__pycache__/m.cpython-313.pyc,,\n")).unwrap();
    let said = session.run(&["verify", "v"]).exits(0);
    let gone = "1 pyc that a RECORD lists does not exist, although its source does: lib/python3.14/site-packages/__pycache__/m.cpython-313.pyc";
    assert_eq!(notes(&said), [gone]);
    std::fs::write(&record, format!("{rows}gone.pyc,,\n")).unwrap();
    let said = session.run(&["verify", "v"]).exits(1);
    assert!(said.out.contains("gone.pyc: record: "), "{}", said.out);
}
