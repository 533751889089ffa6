//! Files that Python imports instead of listed files, from path files, from users, and next to
//! modules.
#![cfg(unix)]

use crate::deceit::zip;
use crate::session::{Said, Session};
use crate::shadowed::{SITE, environment, install};
use crate::startup::link;

/// The lines with which setuptools moves the paths between them to the front.
const FIRST: &str = "import sys; sys.__plen = len(sys.path)\n";
const LAST: &str = "import sys; new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]; p=getattr(sys,'__egginsert',0); \
                    sys.path[p:p]=new; sys.__egginsert = p+len(new)\n";

const INSTEAD: &str = "record: Python imports it instead of lib/python3.14/site-packages/";

#[track_caller]
fn finds(said: Said, line: &str) {
    let said = said.exits(1);
    assert!(said.out.contains(line), "expected {line:?} in\n{}{}", said.out, said.err);
}

/// Lists a file in a new distribution, which has no modules.
fn list(session: &Session, site: &str, name: &str, files: &[&str]) {
    let info = format!("{name}-1.dist-info");
    session.file(
        &format!("{site}/{info}/METADATA"),
        format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"),
    );
    let rows: String = files.iter().map(|file| format!("{file},,\n")).collect();
    session.record(&format!("{site}/{info}/RECORD"), format!("{rows}{info}/METADATA,,\n{info}/RECORD,,\n"));
}

#[test]
fn every_digest_in_a_record_is_compared() {
    for name in ["demo.abi3.so", "demo/data.bin", "../../../bin/tool", "../../../share/demo/x.txt"] {
        let session = environment();
        let path = format!("{SITE}/{name}");
        session.file(&path, "right");
        list(&session, SITE, "other", &[name]);
        session.run(&["verify", "v"]).exits(0).says(" 0 findings\n");
        session.file(&path, "wrong");
        let said = session.run(&["verify", "v"]).exits(1).says(" 1 finding in other files\n");
        assert!(said.out.contains("record: it is not the file that "), "{}", said.out);
        session.run(&["verify", "v", "--only", "other"]).exits(1);
        session.file(&path, "longer than it was");
        session.run(&["verify", "v"]).exits(1).says(" 1 finding in other files\n");
        std::fs::remove_file(session.path(&path)).unwrap();
        session.run(&["verify", "v"]).exits(0);
    }
    // `env --check` finds the same.
    let session = environment();
    session.file(&format!("{SITE}/demo.abi3.so"), "right");
    list(&session, SITE, "other", &["demo.abi3.so"]);
    session.file(&format!("{SITE}/demo.abi3.so"), "wrong");
    let said = session.run(&["env", "v", "--check"]).exits(1);
    assert!(said.err.contains("demo.abi3.so: record: it is not the file that "), "{}", said.err);
}

#[test]
fn paths_that_easy_install_moves_come_first() {
    let moved = format!("{FIRST}./sub\n{LAST}");
    for (lines, is_first) in [(moved.as_str(), true), ("./sub\n", false)] {
        let session = environment();
        session.file(&format!("{SITE}/easy-install.pth"), lines);
        session.file(&format!("{SITE}/sub/demo.py"), "x = 2\n");
        list(&session, SITE, "other", &["sub/demo.py", "easy-install.pth"]);
        session.run(&["verify", "v"]).exits(0);
        let said = session.run(&["verify", "v", "--only", "demo"]);
        match is_first {
            true => finds(said, &format!("{SITE}/sub/demo.py: {INSTEAD}demo.py")),
            false => drop(said.exits(0)),
        }
    }
    // No RECORD lists what it leads to.
    let session = environment();
    session.file(&format!("{SITE}/easy-install.pth"), format!("{FIRST}../../../share/e\n{LAST}"));
    session.file("v/share/e/demo.py", "x = 2\n");
    list(&session, SITE, "other", &["easy-install.pth"]);
    finds(session.run(&["verify", "v"]), &format!("v/share/e/demo.py: {INSTEAD}demo.py"));
}

/// A prefix with the packages of a system and of a user.
fn system() -> (Session, &'static str) {
    let session = Session::new();
    session.file("t/lib/python3.14/os.py", "");
    install(&session, "t/lib/python3.14/site-packages", "demo", &["demo.py"]);
    (session, "t/srv/.local/lib/python3.14/site-packages")
}

#[test]
fn packages_of_users_come_first() {
    let (session, user) = system();
    session.file(&format!("{user}/more.py"), "x = 2\n");
    session.run(&["verify", "t"]).exits(0);
    session.file(&format!("{user}/demo.py"), "x = 2\n");
    finds(session.run(&["verify", "t"]), &format!("{user}/demo.py: {INSTEAD}demo.py"));
    // What their path files add comes before the packages of the system too.
    let (session, user) = system();
    session.file(&format!("{user}/sub/demo.py"), "x = 2\n");
    session.file(&format!("{user}/o.pth"), "sub\n");
    list(&session, user, "other", &["o.pth", "sub/demo.py"]);
    session.run(&["verify", "t"]).exits(0);
    finds(session.run(&["verify", "t", "--only", "demo"]), &format!("{user}/sub/demo.py: {INSTEAD}demo.py"));
    let (session, user) = system();
    session.file(&format!("{user}/blob"), zip(&[("demo.py".to_owned(), b"x = 2\n".to_vec())]));
    session.file(&format!("{user}/o.pth"), "blob\n");
    list(&session, user, "other", &["o.pth", "blob"]);
    finds(session.run(&["verify", "t", "--only", "demo"]), &format!("{user}/blob!demo.py: {INSTEAD}demo.py"));
}

#[test]
fn modules_that_path_files_add_are_counted() {
    let note = "note: 1 module in a directory that a path file adds is in no RECORD: share/e/k.py\n";
    for (name, command) in [("o.pth", &["verify", "v"][..]), ("demo.pkg", &["verify", "v", "--only", "demo"])]
    {
        let session = environment();
        session.file("v/share/e/k.py", "x = 2\n");
        let path = session.path("v/share/e");
        session.file(&format!("{SITE}/{name}"), format!("{}\n", path.to_str().unwrap()));
        list(&session, SITE, "other", &[name]);
        session.run(command).exits(0).says(note);
        list(&session, SITE, "other", &[name, "../../../share/e/k.py"]);
        let said = session.run(command).exits(0);
        assert!(!said.err.contains("path file adds"), "{}", said.err);
    }
}

#[test]
fn packages_next_to_submodules() {
    let only = ["verify", "v", "--only", "attrs"];
    for name in ["more/__init__.py", "more/__init__.abi3.so", "more.abi3.so"] {
        let session = environment();
        session.file(&format!("{SITE}/attr/{name}"), "x = 2\n");
        list(&session, SITE, "other", &[&format!("attr/{name}")]);
        finds(session.run(&only), &format!("{SITE}/attr/{name}: {INSTEAD}attr/more.py"));
    }
    let session = environment();
    install(&session, SITE, "other", &["oth/__init__.py"]);
    link(&session, "../oth", &format!("{SITE}/attr/more"));
    finds(session.run(&only), &format!("{SITE}/attr/more/__init__.py: {INSTEAD}attr/more.py"));
    // Python prefers the source to these.
    let session = environment();
    session.file(&format!("{SITE}/attr/more/data.txt"), "");
    session.run(&only).exits(0);
}

#[test]
fn a_package_in_a_zip_comes_before_a_namespace_package() {
    let only = ["verify", "v", "--only", "attrs"];
    for (name, is_before) in [("ns/__init__.py", true), ("attrs/__init__.py", false)] {
        let session = environment();
        session.file(&format!("{SITE}/blob"), zip(&[(name.to_owned(), b"x = 2\n".to_vec())]));
        session.file(&format!("{SITE}/o.pth"), "blob\n");
        list(&session, SITE, "other", &["o.pth", "blob"]);
        match is_before {
            true => finds(session.run(&only), &format!("{SITE}/blob!{name}: {INSTEAD}ns/part/a.py")),
            false => drop(session.run(&only).exits(0)),
        }
    }
}

#[test]
fn a_record_without_metadata_vouches_for_no_startup_code() {
    let session = environment();
    session.file(&format!("{SITE}/sitecustomize.py"), "x = 2\n");
    list(&session, SITE, "other", &["sitecustomize.py"]);
    session.run(&["verify", "v"]).exits(0);
    std::fs::remove_file(session.path(&format!("{SITE}/other-1.dist-info/METADATA"))).unwrap();
    finds(
        session.run(&["verify", "v"]),
        &format!("{SITE}/sitecustomize.py: record: Python imports it when it starts"),
    );
}
