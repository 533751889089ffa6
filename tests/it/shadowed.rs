//! Files that Python imports instead of the modules of a distribution, or before all of them.
#![cfg(unix)]

use crate::deceit::zip;
use crate::session::{Said, Session};
use crate::startup::link;

pub(crate) const SITE: &str = "v/lib/python3.14/site-packages";

/// Installs a distribution with these modules into a directory.
pub(crate) fn install(session: &Session, site: &str, name: &str, files: &[&str]) {
    let info = format!("{name}-1.dist-info");
    for file in files {
        session.file(&format!("{site}/{file}"), "x = 1\n");
    }
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1\n");
    session.file(&format!("{site}/{info}/METADATA"), metadata);
    let rows: String = files.iter().map(|file| format!("{file},,\n")).collect();
    session.record(&format!("{site}/{info}/RECORD"), format!("{rows}{info}/METADATA,,\n{info}/RECORD,,\n"));
    let native = ["compile", "-q", "-r", site, "--engine", "native", "--python", "3.14"];
    session.run(&native).exits(0);
}

/// A virtual environment with two distributions.
pub(crate) fn environment() -> Session {
    let session = Session::new();
    session.file("v/pyvenv.cfg", "include-system-site-packages = false\nversion = 3.14.10\n");
    install(
        &session,
        SITE,
        "attrs",
        &["attr/__init__.py", "attr/more.py", "attrs/__init__.py", "ns/part/a.py"],
    );
    install(&session, SITE, "demo", &["demo.py"]);
    session
}

fn packed(name: &str) -> Vec<u8> {
    zip(&[(name.to_owned(), b"x = 2\n".to_vec())])
}

#[track_caller]
fn finds(said: Said, path: &str, message: &str) {
    let said = said.exits(1);
    let line = format!("{path}: record: {message}");
    assert!(said.out.contains(&line), "expected {line:?} in\n{}{}", said.out, said.err);
}

const INSTEAD: &str = "Python imports it instead of lib/python3.14/site-packages/";

#[test]
fn modules_that_come_before_a_distribution() {
    let only = ["verify", "v", "--only", "attrs"];
    environment().run(&only).exits(0).says("4 verified, 0 findings\n");
    let all = [
        "lib/python314.zip/attr.py",
        "lib/python314.zip/attrs/__init__.py",
        "lib/python3.14/attrs.py",
        "lib/python3.14/attrs.pyc",
        "lib/python3.14/attr/__init__.cpython-314-x86_64-linux-gnu.so",
        "lib/python3.14/lib-dynload/attr.so",
        "lib/python3.14/ns/__init__.py",
        "lib/python3.14/ns/part/a.pyc",
    ];
    for name in all {
        let session = environment();
        session.file(&format!("v/{name}"), "x = 2\n");
        finds(session.run(&only), &format!("v/{name}"), INSTEAD);
        finds(session.run(&["verify", "v"]), &format!("v/{name}"), INSTEAD);
        let said = session.run(&["env", "v", "--check"]).exits(1);
        assert!(said.err.contains(&format!("v/{name}: record: {INSTEAD}")), "{}", said.err);
        session.run(&["verify", "v", "--only", "demo"]).exits(0).says("1 verified, 0 findings\n");
    }
    let of_path = [
        "lib64/python3.14/site-packages/attrs.py",
        "lib/python3.14/dist-packages/attr/__init__.pyc",
        "bin/attr.py",
    ];
    for name in of_path {
        let session = environment();
        session.file(&format!("v/{name}"), "x = 2\n");
        finds(session.run(&only), &format!("v/{name}"), INSTEAD);
    }
    // Python looks for these in other places, or in another order.
    let others = [
        "lib/python3.14/attr/more.py",
        "lib/python3.14/more.py",
        "lib/python3.14/attr.txt",
        "lib/python3.13/attr.py",
        "lib/python313.zip/attr.py",
        "share/attr.py",
        "bin/attr",
    ];
    for name in others {
        let session = environment();
        session.file(&format!("v/{name}"), "x = 2\n");
        session.run(&only).exits(0).says("4 verified, 0 findings\n");
    }
}

#[test]
fn zips_that_come_before_a_distribution() {
    let only = ["verify", "v", "--only", "attrs"];
    for name in ["attrs/__init__.py", "attr.py", "ns/__init__.pyc", "ns/part/a.py"] {
        let session = environment();
        session.file("v/lib/python314.zip", packed(name));
        let path = format!("v/lib/python314.zip!{name}");
        finds(session.run(&only), &path, INSTEAD);
        finds(session.run(&["verify", "v"]), &path, INSTEAD);
        let said = session.run(&["env", "v", "--check"]).exits(1);
        assert!(said.err.contains(&format!("{path}: record: {INSTEAD}")), "{}", said.err);
    }
    // The name of another distribution excuses nothing.
    let session = environment();
    let metadata = b"Metadata-Version: 2.1\nName: x\nVersion: 1\n".to_vec();
    let files =
        [("attr.py".to_owned(), b"x = 2\n".to_vec()), ("x-1.dist-info/METADATA".to_owned(), metadata)];
    session.file("v/lib/python314.zip", zip(&files));
    finds(session.run(&only), "v/lib/python314.zip!attr.py", INSTEAD);
    // A module without an owner is one that Python can import.
    let session = environment();
    session.file("v/lib/python314.zip", packed("more.py"));
    let note = "note: 1 archive names no distribution and is not checked: lib/python314.zip\n";
    session.run(&only).exits(0).says(note);
    finds(session.run(&["verify", "v"]), "v/lib/python314.zip!more.py", "Python can import it, and no");
    // Neither is one whose central directory is broken.
    let mut broken = packed("attr.py");
    let header = broken.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    broken[header + 16] ^= 1;
    session.file("v/lib/python314.zip", broken);
    let said = session.run(&only).exits(1);
    assert!(said.out.contains("v/lib/python314.zip: archive: "), "{}", said.out);
}

#[test]
fn links_on_the_path_of_imports() {
    let only = ["verify", "v", "--only", "attrs"];
    let session = environment();
    link(&session, "lib", "v/lib64");
    session.run(&only).exits(0).says("4 verified, 0 findings\n");
    let session = environment();
    session.file("out/python3.14/site-packages/attr.py", "x = 2\n");
    link(&session, "../out", "v/lib64");
    finds(session.run(&only), "v/lib64/python3.14/site-packages/attr.py", INSTEAD);
    let session = environment();
    session.file("v/share/attr/__init__.py", "x = 2\n");
    link(&session, "../../share/attr", "v/lib/python3.14/attr");
    finds(session.run(&only), "v/lib/python3.14/attr/__init__.py", INSTEAD);
    let session = environment();
    session.file("v/share/x.dat", packed("attr.py"));
    link(&session, "../share/x.dat", "v/lib/python314.zip");
    finds(session.run(&only), "v/lib/python314.zip", "Python can import modules through it");
}

/// Debian's interpreters read `/usr/local` before their own packages.
#[test]
fn directories_of_packages_have_an_order() {
    let (local, own) = ("t/usr/local/lib/python3.14/dist-packages", "t/usr/lib/python3/dist-packages");
    let only = ["verify", "t", "--only", "demo"];
    let session = Session::new();
    session.file("t/usr/lib/python3.14/os.py", "");
    install(&session, own, "demo", &["demo.py"]);
    session.run(&only).exits(0).says("1 verified, 0 findings\n");
    session.file(&format!("{local}/demo.py"), "x = 2\n");
    finds(
        session.run(&only),
        &format!("{local}/demo.py"),
        "Python imports it instead of usr/lib/python3/dist",
    );
    let session = Session::new();
    session.file("t/usr/lib/python3.14/os.py", "");
    install(&session, local, "demo", &["demo.py"]);
    session.file(&format!("{own}/demo.py"), "x = 2\n");
    session.run(&only).exits(0).says("1 verified, 0 findings\n");
    session.file("t/usr/lib/python3.14/demo.py", "x = 2\n");
    let instead = "Python imports it instead of usr/local/lib/python3.14/dist-packages/demo.py";
    finds(session.run(&only), "t/usr/lib/python3.14/demo.py", instead);
    // On Windows.
    let session = Session::new();
    install(&session, "t/Lib/site-packages", "demo", &["demo.py"]);
    session.run(&only).exits(0).says("1 verified, 0 findings\n");
    for name in ["t/demo.py", "t/Lib/demo.py", "t/DLLs/demo.pyd"] {
        let path = session.file(name, "x = 2\n");
        finds(session.run(&only), name, "Python imports it instead of Lib/site-packages/demo.py");
        std::fs::remove_file(path).unwrap();
    }
    session.file("t/python314.zip", packed("demo.py"));
    finds(session.run(&only), "t/python314.zip!demo.py", "Python imports it instead of Lib/site-packages/");
}

#[test]
fn files_of_another_distribution() {
    let only = ["verify", "v", "--only", "demo"];
    let record = "demo.py, and another distribution lists it, in lib/python3.14/site-packages/evil-1.dist-info/RECORD\n";
    for name in [
        "demo.so",
        "demo.abi3.so",
        "demo.cpython-314-x86_64-linux-gnu.so",
        "demo/__init__.py",
        "demo/__init__.cpython-314-x86_64-linux-gnu.so",
    ] {
        let session = environment();
        install(&session, SITE, "evil", &[name]);
        finds(session.run(&only), &format!("{SITE}/{name}"), &format!("{INSTEAD}{record}"));
    }
    let session = environment();
    install(&session, SITE, "evil", &["demo/evil.pyc", "ns/other.py"]);
    let note = "note: 1 file of another distribution is among the modules and is not checked: \
                lib/python3.14/site-packages/demo/evil.pyc\n";
    session.run(&only).exits(0).says(note).says("1 verified, 0 findings\n");
    // A namespace package has no owner of its own, and a module comes before it.
    session.run(&["verify", "v", "--only", "attrs"]).exits(0).says("4 verified, 0 findings\n");
    install(&session, SITE, "worse", &["ns.py"]);
    let said = session.run(&["verify", "v", "--only", "attrs"]);
    finds(
        said,
        &format!("{SITE}/ns.py"),
        &format!("{INSTEAD}ns/part/a.py, and another distribution lists it"),
    );
}

#[test]
fn startup_code_of_nobody() {
    let only = ["verify", "v", "--only", "attrs"];
    let names = [
        "lib/python3.14/site-packages/sitecustomize.py",
        "lib/python3.14/site-packages/sitecustomize.pyc",
        "lib/python3.14/site-packages/sitecustomize/__init__.pyc",
        "lib/python3.14/site-packages/usercustomize.py",
        "lib/python3.14/site-packages/x.pth",
        "lib/python3.14/site-packages/x.start",
        "lib/python3.14/sitecustomize.py",
        "lib/python3.14/sitecustomize.pyc",
        "lib/python3.14/usercustomize/__init__.py",
        "lib/python314.zip/sitecustomize.py",
    ];
    for name in names {
        let session = environment();
        session.file(&format!("v/{name}"), "import sys\n");
        let line = format!("v/{name}: ");
        for command in [&only[..], &["verify", "v"]] {
            let said = session.run(command).exits(1);
            assert!(said.out.contains(&line), "{name}: {}", said.out);
        }
        let said = session.run(&["env", "v", "--check"]).exits(1);
        assert!(said.err.contains(&line), "{name}: {}", said.err);
    }
    // A distribution vouches for these.
    let session = environment();
    install(&session, SITE, "starts", &["sitecustomize.py"]);
    session.run(&only).exits(0).says("5 verified, 0 findings\n");
    session.file(&format!("{SITE}/sitecustomize.py"), "x = 2\n");
    finds(session.run(&only), &format!("{SITE}/sitecustomize.py"), "it is not the file that ");
    let note = "1 archive names no distribution and is not checked: lib/python3.14/site-packages/q.zip\n";
    let message = "Python imports it when it starts, and no RECORD lists it\n";
    let session = environment();
    session.file(&format!("{SITE}/q.pth"), "q.zip\nq\n");
    install(&session, SITE, "starts", &["more.py"]);
    let record = session.path(&format!("{SITE}/starts-1.dist-info/RECORD"));
    let rows = std::fs::read_to_string(&record).unwrap();
    session.record(&format!("{SITE}/starts-1.dist-info/RECORD"), format!("q.pth,,\n{rows}"));
    session.file(&format!("{SITE}/q.zip"), packed("more.py"));
    session.run(&only).exits(0).says(note);
    session.file(&format!("{SITE}/q.zip"), packed("sitecustomize.py"));
    let path = format!("{SITE}/q.zip!sitecustomize.py");
    finds(session.run(&only), &path, message);
    finds(session.run(&["verify", "v"]), &path, message);
}

#[test]
fn libraries_without_a_record() {
    let message = "Python can import it, and no RECORD lists it\n";
    for name in ["more.py", "json.py", "more/part.py", "more.pyc", "lib-dynload/more.so"] {
        let session = environment();
        let path = format!("v/lib/python3.14/{name}");
        session.file(&path, "x = 2\n");
        finds(session.run(&["verify", "v"]), &path, message);
        let said = session.run(&["env", "v", "--check"]).exits(1);
        assert!(said.err.contains(&format!("{path}: record: {message}")), "{}", said.err);
        session.run(&["env", "-q", "v"]).exits(0);
        session.run(&["env", "v", "--check", "--exclude", &format!("lib/python3.14/{name}")]).exits(0);
    }
    for name in ["lib/python3.14/site-packages/more.py", "lib64/python3.14/site-packages/more.py"] {
        let session = environment();
        session.file(&format!("v/{name}"), "x = 2\n");
        finds(session.run(&["verify", "v"]), &format!("v/{name}"), message);
    }
    // An installation has a standard library.
    let session = environment();
    session.run(&["env", "-q", "v"]).exits(0);
    std::fs::remove_file(session.path("v/pyvenv.cfg")).unwrap();
    for name in ["os.py", "json/__init__.py", "_sysconfigdata__linux.py", "config-3.14-x/python-config.py"] {
        session.file(&format!("v/lib/python3.14/{name}"), "x = 2\n");
    }
    session.file("v/lib/python3.14/lib-dynload/_json.cpython-314-x86_64-linux-gnu.so", "");
    let note = "note: lib/python3.14 is a standard library, whose modules no RECORD lists\n";
    for command in [&["verify", "v"][..], &["env", "v", "--check"]] {
        let said = session.run(command).exits(0).says(note);
        assert_eq!(said.err.matches("note: lib").count(), 1, "{}", said.err);
    }
    session.file("v/lib/python3.14/more.py", "x = 2\n");
    let strange = "note: 1 module that no RECORD lists is in a directory or zip of a standard library, which Python \
                   searches first: lib/python3.14/more.py\n";
    for command in [&["verify", "v"][..], &["env", "v", "--check"]] {
        session.run(command).exits(0).says(strange);
    }
    session.file("v/lib/python3.14/demo.py", "x = 2\n");
    finds(session.run(&["verify", "v"]), "v/lib/python3.14/demo.py", &format!("{INSTEAD}demo.py"));
    std::fs::remove_file(session.path("v/lib/python3.14/demo.py")).unwrap();
    // That of a distribution of Linux has a `sitecustomize`, which its package manager lists.
    let path = "v/lib/python3.14/sitecustomize.py";
    session.file(path, "x = 2\n");
    finds(session.run(&["verify", "v"]), path, "Python imports it when it starts, and");
    session.file("v/var/lib/dpkg/info/libpython.list", "/.\n/lib/python3.14/sitecustomize.py\n");
    session.run(&["verify", "v"]).exits(0).says("accepted by the tree's own dpkg database alone");
}

#[test]
fn files_that_make_a_directory_that_of_a_build() {
    let only = ["verify", "v", "--only", "attrs"];
    let message = "unreadable: it changes the prefix of the interpreter next to it";
    for (name, content) in [
        ("bin/pybuilddir.txt", ""),
        ("bin/pybuilddir.txt", "lib"),
        ("bin/python3._pth", ""),
        ("bin/python3._pth", "# no\n"),
        ("bin/Modules/Setup.local", ""),
    ] {
        let session = environment();
        session.file("v/bin/python3", "");
        session.file(&format!("v/{name}"), content);
        for command in [&only[..], &["verify", "v"]] {
            let said = session.run(command).exits(1);
            assert!(said.out.contains(&format!("v/{name}: {message}")), "{name}: {}", said.out);
        }
        let said = session.run(&["env", "v", "--check"]).exits(1);
        assert!(said.err.contains(&format!("v/{name}: {message}")), "{name}: {}", said.err);
    }
    let session = environment();
    session.file("v/share/pybuilddir.txt", "");
    session.run(&["verify", "v"]).exits(0);
    // The paths of a `._pth` file replace the default ones.
    session.file("v/bin/python3", "");
    session.file("v/bin/python3._pth", "../share\n../lib/python3.14/site-packages\n");
    session.run(&only).exits(0);
    session.file("v/share/attr.py", "x = 2\n");
    finds(session.run(&only), "v/share/attr.py", INSTEAD);
}

#[test]
fn paths_of_packages() {
    let only = ["verify", "v", "--only", "attrs"];
    let message = "`pkgutil` adds its paths to those of a package, and no RECORD lists it\n";
    for name in ["site-packages/attr.pkg", "attr.pkg", "site-packages/attr/attr.sub.pkg"] {
        let session = environment();
        let path = format!("v/lib/python3.14/{name}");
        session.file(&path, "# no\n/nowhere\n");
        finds(session.run(&["verify", "v"]), &path, message);
        finds(session.run(&only), &path, message);
        session.run(&["verify", "v", "--only", "demo"]).exits(0);
    }
    // Comments, installers for macOS, and files that `pkgutil` does not look for.
    let session = environment();
    session.file(&format!("{SITE}/attr.pkg"), "# no\n");
    session.file(&format!("{SITE}/demo.pkg"), b"xar!\0\x1c\n/out\n");
    session.file("v/share/attr.pkg", "/nowhere\n");
    session.file(&format!("{SITE}/attr/more.pkg"), "/nowhere\n");
    session.run(&["verify", "v"]).exits(0);
    // One that a RECORD lists is followed.
    let session = environment();
    session.file(&format!("{SITE}/more.pkg"), "");
    install(&session, SITE, "more", &["more/__init__.py"]);
    let record = session.path(&format!("{SITE}/more-1.dist-info/RECORD"));
    let rows = std::fs::read_to_string(&record).unwrap();
    session.file("out/evil.pyc", b"\x2b\x0e\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3");
    session.file("empty/readme.txt", "");
    let out = session.path("out").to_str().unwrap().to_owned();
    let empty = session.path("empty").to_str().unwrap().to_owned();
    for (line, leads) in [(&out[..], true), ("out", true), (&empty, false)] {
        session.file(&format!("{SITE}/more.pkg"), format!("{line}\n"));
        let name = format!("{SITE}/more-1.dist-info/RECORD");
        session.record(&name, format!("more.pkg,,\n{rows}"));
        let said = session.run(&["verify", "v"]).exits(i32::from(leads));
        let told = format!("{SITE}/more.pkg: unreadable: it adds \"{line}\" to the path of imports");
        assert_eq!(said.out.contains(&told), leads, "{}", said.out);
    }
    session.file(&format!("{SITE}/more.pkg"), "# no\n");
    finds(session.run(&["verify", "v"]), &format!("{SITE}/more.pkg"), "it is not the file that ");
}
