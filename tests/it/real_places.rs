//! Files are checked at their real paths, under every name by which Python reaches them: symlinks
//! hide nothing, and a RECORD in a place where Python looks for none excuses nothing.
#![cfg(unix)]

use crate::session::{Said, Session};
use crate::shadowed::{SITE, environment, install};
use crate::startup::link;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

const ALL: [&str; 2] = ["verify", "v"];
const ONLY: [&str; 4] = ["verify", "v", "--only", "attrs"];
const STARTS: &str = "Python imports it when it starts";
const READS: &str = "Python reads it when it starts";
const INSTEAD: &str = "Python imports it instead of ";
const IMPORTS: &str = "Python can import it, and no RECORD lists it";

#[track_caller]
fn finds(said: Said, file: &str, message: &str) {
    let said = said.exits(1);
    let all = said.out.clone() + &said.err;
    let is_told = all.lines().any(|line| line.contains(file) && line.contains(message));
    assert!(is_told, "expected {file}: {message} in\n{all}");
}

/// Moves a directory, and leaves a symlink in its place.
fn replace(session: &Session, from: &str, to: &str, target: &str) {
    std::fs::create_dir_all(session.path(to).parent().unwrap()).unwrap();
    std::fs::rename(session.path(from), session.path(to)).unwrap();
    link(session, target, from);
}

/// Parts of an environment, the places that they are moved to, and the targets of the symlinks to
/// them.
const MOVED: [(&str, &str, &str); 4] = [
    ("v/lib", "v/mylib", "mylib"),
    ("v/lib/python3.14", "v/opt/py", "../opt/py"),
    (SITE, "v/sp", "../../sp"),
    ("v/pyvenv.cfg", "v/share/config", "share/config"),
];

#[test]
fn links_on_the_way_to_packages_hide_nothing() {
    let rows = [
        ("sitecustomize.py", STARTS),
        ("lib-dynload/usercustomize.py", STARTS),
        ("lib-dynload/attr.so", INSTEAD),
        ("site-packages/x.pth", READS),
    ];
    for (from, to, target) in MOVED {
        let moved = || {
            let session = environment();
            replace(&session, from, to, target);
            session
        };
        for command in [&ALL[..], &ONLY] {
            moved().run(command).exits(0).says(", 0 findings\n");
        }
        for (name, message) in rows {
            let session = moved();
            session.file(&format!("v/lib/python3.14/{name}"), "import sys\n");
            let file = name.rsplit('/').next().unwrap();
            finds(session.run(&ALL), file, message);
            finds(session.run(&ONLY), file, message);
            finds(session.run(&["env", "v", "--check", "--follow-links"]), file, message);
        }
        // It is still a virtual environment.
        let session = moved();
        session.file("v/lib/python3.14/json.py", "x = 1\n");
        session
            .file(&format!("{SITE}/x-1.dist-info/METADATA"), "Metadata-Version: 2.1\nName: x\nVersion: 1\n");
        session.file(&format!("{SITE}/more.py"), "x = 1\n");
        finds(session.run(&ALL), "json.py", IMPORTS);
        finds(session.run(&ALL), "more.py", IMPORTS);
        finds(session.run(&ALL), "x-1.dist-info/RECORD", "record: ");
    }
}

#[test]
fn directories_of_extension_modules_are_searched() {
    for (name, message) in [("sitecustomize.py", STARTS), ("usercustomize.py", STARTS), ("attr.py", INSTEAD)]
    {
        // The directory itself, a symlink to one inside, through another symlink, and to one outside.
        for target in ["", "../../share/q", "../../more/q", "../../../out"] {
            let session = environment();
            link(&session, "share", "v/more");
            match target {
                "" => session.file(&format!("v/lib/python3.14/lib-dynload/{name}"), "x = 2\n"),
                "../../../out" => session.file(&format!("out/{name}"), "x = 2\n"),
                _ => session.file(&format!("v/share/q/{name}"), "x = 2\n"),
            };
            if !target.is_empty() {
                link(&session, target, "v/lib/python3.14/lib-dynload");
            }
            finds(session.run(&ALL), name, message);
            finds(session.run(&ONLY), name, message);
            finds(session.run(&["env", "v", "--check"]), name, message);
        }
    }
    // In an installation, too.
    let session = environment();
    std::fs::remove_file(session.path("v/pyvenv.cfg")).unwrap();
    session.file("v/lib/python3.14/os.py", "");
    session.file("v/lib/python3.14/lib-dynload/sitecustomize.py", "");
    finds(session.run(&ALL), "sitecustomize.py", STARTS);
}

/// The path of imports leads through a directory that it contains, out of the tree, and back.
#[test]
fn ways_that_are_not_straight() {
    let starts = |session: &Session, name: &str, message: &str| {
        finds(session.run(&ALL), name, message);
        finds(session.run(&ONLY), name, message);
    };
    let session = environment();
    std::fs::rename(session.path(SITE), session.path("packages")).unwrap();
    std::fs::remove_dir_all(session.path("v/lib")).unwrap();
    std::fs::create_dir(session.path("v/lib")).unwrap();
    std::fs::rename(session.path("packages"), session.path("v/lib/site-packages")).unwrap();
    link(&session, ".", "v/lib/python3.14");
    session.run(&ONLY).exits(0);
    session.file("v/lib/sitecustomize.py", "");
    starts(&session, "sitecustomize.py", STARTS);
    let session = environment();
    link(&session, "v", "back");
    replace(&session, "v/lib", "v/mylib", "../back/mylib");
    session.file("v/lib/python3.14/sitecustomize.py", "");
    starts(&session, "sitecustomize.py", STARTS);
    // A directory of packages outside, in which nothing is compiled.
    for (name, content, message) in
        [("x.pth", "import os\n", READS), ("x.start", "os:getpid\n", READS), ("sitecustomize.py", "", STARTS)]
    {
        let session = environment();
        session.file(&format!("out/python3.14/site-packages/{name}"), content);
        link(&session, "../out", "v/lib64");
        starts(&session, name, message);
    }
    // The path that a `.pth` file adds is a symlink to another directory.
    let session = environment();
    session.file("v/share/d/sitecustomize.py", "");
    link(&session, "share/d", "v/more");
    session.file(&format!("{SITE}/e.pth"), "../../../more\n");
    starts(&session, "sitecustomize.py", STARTS);
    // PATH is a directory of packages that the user reaches through a symlink.
    let session = environment();
    replace(&session, "v/lib", "v/mylib", "mylib");
    session.file(&format!("{SITE}/x-1.dist-info/METADATA"), "Metadata-Version: 2.1\nName: x\nVersion: 1\n");
    finds(session.run(&["verify", SITE]), "x-1.dist-info/RECORD", "record: ");
}

/// A package comes before a directory without `__init__`, wherever it is on the path.
#[test]
fn packages_come_before_namespace_packages() {
    for folder in ["extra", "../../../share/extra", "../../../linked"] {
        for is_recorded in [false, true] {
            let session = environment();
            link(&session, "share/extra", "v/linked");
            session.file(&format!("{SITE}/e.pth"), format!("{folder}\n"));
            install(&session, SITE, "extra", &[]);
            let record = format!("{SITE}/extra-1.dist-info/RECORD");
            session.record(&record, "e.pth,,\nextra-1.dist-info/METADATA,,\nextra-1.dist-info/RECORD,,\n");
            let at = if folder == "extra" { format!("{SITE}/extra") } else { "v/share/extra".to_owned() };
            match is_recorded {
                true => install(&session, &at, "other", &["ns/__init__.py"]),
                false => drop(session.file(&format!("{at}/ns/__init__.py"), "")),
            }
            finds(session.run(&ONLY), "ns/__init__.py", INSTEAD);
        }
    }
    let session = environment();
    install(&session, "v/lib/python3.14/dist-packages", "other", &["ns/__init__.py"]);
    finds(session.run(&ONLY), "dist-packages/ns/__init__.py", INSTEAD);
    // The package in the same directory runs first, and has the same modules.
    let session = environment();
    install(&session, SITE, "other", &["ns/__init__.py"]);
    let note = "note: 1 package of another distribution contains its modules and runs before them: \
                lib/python3.14/site-packages/ns/__init__.py\n";
    session.run(&ONLY).exits(0).says(note).says("5 verified, 0 findings\n");
    session.file(&format!("{SITE}/ns/__init__.py"), "x = 2\n");
    session.run(&ONLY).exits(1);
}

/// Python searches the packages of a user before those of the system.
#[test]
fn packages_of_users_in_an_image() {
    let image = || {
        let session = Session::new();
        session.file("v/usr/lib/python3.14/os.py", "");
        let files = ["attr/__init__.py", "ns/part/a.py"];
        install(&session, "v/usr/lib/python3/dist-packages", "attrs", &files);
        session
    };
    image().run(&ONLY).exits(0).says("2 verified, 0 findings\n");
    for (user, target) in [("v/var/me/.local", None), ("v/users/me/.local", Some("../../srv/me"))] {
        for (name, message) in [
            ("attr.py", INSTEAD),
            ("ns/__init__.py", INSTEAD),
            ("usercustomize.py", STARTS),
            ("x.pth", READS),
        ] {
            let session = image();
            let folder = if target.is_some() { "v/srv/me" } else { user };
            session.file(&format!("{folder}/lib/python3.14/site-packages/{name}"), "import sys\n");
            if let Some(target) = target {
                link(&session, target, user);
            }
            finds(session.run(&ONLY), name, message);
            // The directory of another version is not searched.
            let session = image();
            session.file(&format!("{user}/lib/python3.13/site-packages/attr.py"), "");
            session.run(&ONLY).exits(0);
        }
    }
}

#[test]
fn records_elsewhere_excuse_nothing() {
    let folders = [
        "v/share/doc/x-1.dist-info",
        "v/share/.dist-info",
        "v/lib/python3.14/site-packages/.dist-info",
        "v/lib/python3.14/site-packages/attr/x-1.dist-info",
        "v/lib/python3.14/site-packages/attrs-1.dist-info/x-1.dist-info",
        "v/share/site-packages/x-1.dist-info",
        "v/x-1.dist-info",
        "v/lib/python3.13/site-packages/x-1.dist-info",
    ];
    for folder in folders {
        for (name, message) in [("sitecustomize.py", STARTS), ("attr/evil.py", IMPORTS), ("evil.pth", READS)]
        {
            let session = environment();
            session.file(&format!("{SITE}/{name}"), "import sys\n");
            let base = folder.rsplit_once('/').unwrap().0;
            std::fs::create_dir_all(session.path(base)).unwrap();
            let up = "../".repeat(base.matches('/').count());
            let row = format!("{up}lib/python3.14/site-packages/{name},,\n");
            session.file(&format!("{folder}/METADATA"), "Metadata-Version: 2.1\nName: x\nVersion: 1\n");
            session.record(&format!("{folder}/RECORD"), row);
            finds(session.run(&ALL), name, message);
            finds(session.run(&ONLY), name, message);
        }
    }
}

/// A path leads through the symlinks in it.
#[test]
fn rows_are_resolved() {
    let site = |session: &Session, name: &str| session.file(&format!("{SITE}/{name}"), "import sys\n");
    let session = environment();
    site(&session, "sitecustomize.py");
    session.file("v/share/sitecustomize.py", "import sys\n");
    session.file("v/share/deep/readme", "");
    link(&session, "../../../share/deep", &format!("{SITE}/l"));
    install(&session, SITE, "x", &[]);
    session.record(&format!("{SITE}/x-1.dist-info/RECORD"), "l/../sitecustomize.py,,\n");
    finds(session.run(&ALL), "site-packages/sitecustomize.py", STARTS);
    session.record(&format!("{SITE}/x-1.dist-info/RECORD"), "x-1.dist-info/../sitecustomize.py,,\n");
    session.run(&ALL).exits(0);
    // So does one in the list of an egg.
    let session = environment();
    std::fs::remove_file(session.path("v/pyvenv.cfg")).unwrap();
    site(&session, "more.py");
    session.file("v/share/deep/readme", "");
    link(&session, "../../../share/deep", &format!("{SITE}/l"));
    session.file(&format!("{SITE}/o-1.egg-info/PKG-INFO"), "Metadata-Version: 1.0\nName: o\n");
    let list = format!("{SITE}/o-1.egg-info/installed-files.txt");
    session.file(&list, "../more.py\n");
    session.run(&ALL).exits(0);
    session.file(&list, "../l/../more.py\n");
    finds(session.run(&ALL), "more.py", IMPORTS);
    // A symlink to the directory is the directory.
    let session = environment();
    link(&session, "lib", "v/lib64");
    site(&session, "more.py");
    install(&session, SITE, "x", &[]);
    let row = "../../../lib64/python3.14/site-packages/more.py,,\n";
    session.record(&format!("{SITE}/x-1.dist-info/RECORD"), row);
    session.run(&ALL).exits(0);
}

/// Tried with CPython 3.8 to 3.15: `venv` of `Lib/site.py`.
#[test]
fn pyvenv_cfg_is_read_as_python_reads_it() {
    let rows = [
        ("include-system-site-packages = false\n", false),
        ("include-system-site-pac\u{212a}ages = false\n", false),
        ("INCLUDE-system-Site-packages=False", false),
        ("x = 1\rinclude-system-site-packages = false\n", false),
        ("\u{1f}include-system-site-packages\u{1f}=\u{1f}false\u{1c}\n", false),
        ("\u{85}\u{a0}include-system-site-packages = false\n", false),
        ("include-system-site-packages = true\rinclude-system-site-packages = false", false),
        ("include-system-site-packages =\n", false),
        ("include-system-site-packages == true\n", false),
        ("", true),
        ("x = 1\u{1c}include-system-site-packages = false\n", true),
        ("x = 1\u{b}include-system-site-packages = false\n", true),
        ("\u{feff}include-system-site-packages = false\n", true),
        ("\0include-system-site-packages = false\n", true),
        ("include-system-s\u{130}te-packages = false\n", true),
        ("include-system-site-packages = false\rinclude-system-site-packages = tRue\u{1f}\n", true),
    ];
    let session = environment();
    for (config, is_added) in rows {
        session.file("v/pyvenv.cfg", config);
        for path in ["v", SITE] {
            let said = session.run(&["verify", path]).exits(0);
            assert_eq!(said.err.contains("Python also imports from"), is_added, "{config:?}: {}", said.err);
        }
    }
    replace(&session, "v/pyvenv.cfg", "v/share/config", "share/config");
    session.run(&ALL).exits(0).says("Python also imports from the site-packages of the system");
}

#[cfg(target_os = "linux")]
#[test]
fn links_that_depend_on_the_process() {
    let note =
        "note: 1 symlink leads through /proc to targets that depend on the process, and is not checked: ";
    let message = "unreadable: it is a symlink through /proc: its target depends on the process";
    for target in ["/proc/self/cwd/nothing", "/proc/self/./cwd/x", "/proc/thread-self/cwd", "../jump/x"] {
        let session = environment();
        link(&session, "/proc/self/cwd", "jump");
        link(&session, target, "v/data");
        session.run(&ALL).exits(0).says(note);
        for name in ["lib/python3.14/site-packages/evil", "lib/python3.14/attr", "lib/python3.14/lib-dynload"]
        {
            let session = environment();
            link(&session, "/proc/self/cwd", "jump");
            let up = "../".repeat(name.matches('/').count());
            link(&session, &target.replace("../jump", &format!("{up}../jump")), &format!("v/{name}"));
            finds(session.run(&ALL), name, message);
            finds(session.run(&ONLY), name, message);
        }
    }
    let session = environment();
    link(&session, "/proc/self/cwd/m.py", "v/share/m.py");
    finds(session.run(&ALL), "share/m.py", message);
    // Files of the system, as images have them.
    let session = environment();
    link(&session, "/proc/version", "v/etc/version");
    let said = session.run(&ALL).exits(0);
    assert!(!said.err.contains("/proc"), "{}", said.err);
}

#[test]
fn names_of_links_that_are_not_utf8() {
    let link = |session: &Session, target: &[u8], from: &[u8]| {
        let from = session.path("v").join(OsStr::from_bytes(from));
        std::os::unix::fs::symlink(OsStr::from_bytes(target), from).unwrap();
    };
    let session = environment();
    session.file("v/share/evil.py", "x = 1\n");
    link(&session, b"../../../share", b"lib/python3.14/site-packages/e\xff");
    finds(session.run(&ALL), "e\\udcff", "Python can import modules through it");
    for is_link in [true, false] {
        let session = environment();
        session.file("v/share/d/sitecustomize.py", "x = 1\n");
        match is_link {
            true => link(&session, b"d", b"share/\xff"),
            false => std::fs::rename(
                session.path("v/share/d"),
                session.path("v/share").join(OsStr::from_bytes(b"\xff")),
            )
            .unwrap(),
        }
        link(&session, b"../../share/\xff", b"lib/python3.14/lib-dynload");
        finds(session.run(&ALL), "sitecustomize.py", STARTS);
        finds(session.run(&ONLY), "sitecustomize.py", STARTS);
    }
}

#[test]
fn directories_above_packages_are_noted() {
    let note =
        "note: Python searches directories above PATH first, such as its library, which are not checked\n";
    let session = environment();
    session.run(&["verify", SITE, "--only", "attrs"]).exits(0).says(note);
    replace(&session, "v/lib", "v/mylib", "mylib");
    session.run(&["verify", SITE, "--only", "attrs"]).exits(0).says(note);
    let said = session.run(&ONLY).exits(0);
    assert!(!said.err.contains("which are not checked"), "{}", said.err);
}

/// Trees as package managers make them.
#[test]
fn honest_trees_with_links() {
    let session = environment();
    link(&session, "lib", "v/lib64");
    link(&session, "python3", "v/bin/python");
    session.run(&ALL).exits(0).says("5 verified, 0 findings\n");
    // Nix links each package into an environment.
    let session = Session::new();
    install(&session, "store/demo/lib/python3.14/site-packages", "demo", &["demo/__init__.py"]);
    session.file("store/python/lib/python3.14/os.py", "");
    session.file("store/python/lib/python3.14/lib-dynload/_json.so", "");
    session.file("store/python/lib/python3.14/site-packages/README", "");
    for name in ["os.py", "lib-dynload"] {
        let to = format!("../../../store/python/lib/python3.14/{name}");
        link(&session, &to, &format!("env/lib/python3.14/{name}"));
    }
    for name in ["demo", "demo-1.dist-info"] {
        let to = format!("../../../../store/demo/lib/python3.14/site-packages/{name}");
        link(&session, &to, &format!("env/lib/python3.14/site-packages/{name}"));
    }
    session.run(&["verify", "env", "store"]).exits(0).says("1 verified, 0 findings\n");
    session.run(&["verify", "."]).exits(0).says("1 verified, 0 findings\n");
}
