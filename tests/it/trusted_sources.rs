//! `verify --sources`: every file in PATH that Python would import as a source must be the same in
//! the trusted sources, however Python reaches it.
#![cfg(unix)]

use crate::deceit::{GOOD, Pycs, tree, zip};
use crate::session::{Said, Session};
use crate::startup::link;

const EVIL: &str = "X = 'EVIL'\n";

fn verify_trusted(session: &Session) -> Said {
    session.run(&["verify", "t", "--sources", "trusted"])
}

/// A tree `t` whose sources are in `trusted`, and other sources in `out`.
fn trusting(pycs: &Pycs) -> Session {
    let session = tree(pycs);
    session.file("trusted/honest/m.py", GOOD);
    session.file("out/m.py", EVIL);
    session.file("out/__init__.py", EVIL);
    session
}

/// Changes a tree.
type Put = fn(&Session);

#[test]
fn sources_that_links_and_path_files_lead_to() {
    let pycs = Pycs::new();
    let ways: [(&str, Put); 15] = [
        ("a link to a text of the tree", |session| {
            session.file("t/notes.txt", EVIL);
            link(session, "notes.txt", "t/json.py");
        }),
        ("a link to another source of the tree", |session| link(session, "honest/m.py", "t/json.py")),
        ("a link to a source outside", |session| link(session, "../out/m.py", "t/m.py")),
        ("a link for Windows", |session| link(session, "../out/m.py", "t/m.pyw")),
        ("a link in a package", |session| link(session, "../../out/__init__.py", "t/q/__init__.py")),
        ("a link to a directory outside", |session| link(session, "../out", "t/pkg")),
        ("links to a directory outside", |session| {
            link(session, "../../out", "way/pkg");
            link(session, "../way", "t/p");
            link(session, "../out", "way/pkg2");
        }),
        ("a link to a directory of the tree", |session| link(session, "honest", "t/json")),
        ("a link to the tree", |session| link(session, ".", "t/json")),
        ("a path file", |session| {
            session.file("t/site/x.pth", "../../out\n");
        }),
        ("a path file to an archive", |session| {
            session.file("lib.zip", zip(&[("m.py".to_owned(), EVIL.into())]));
            session.file("t/site/x.pth", "../../lib.zip\n");
        }),
        ("code of a path file", |session| {
            session.file("t/x.pth", "import m\n");
        }),
        ("code of another path file", |session| {
            session.file("t/lib/python3.14/site-packages/x.pth", "import m\n");
            session.file("trusted/lib/python3.14/site-packages/x.pth", "import n\n");
        }),
        ("a refused archive", |session| {
            let mut archive = zip(&[("m.py".to_owned(), EVIL.into())]);
            let header = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
            archive[header + 16] ^= 1;
            session.file("t/lib.zip", archive);
        }),
        ("an archive too deep", |session| {
            let mut archive = zip(&[("m.py".to_owned(), GOOD.into())]);
            for _ in 0..4 {
                archive = zip(&[("inner.zip".to_owned(), archive)]);
            }
            session.file("t/lib.zip", archive);
            session.file("trusted/m.py", GOOD);
        }),
    ];
    for (way, put) in ways {
        let session = trusting(&pycs);
        verify_trusted(&session).exits(0).says("1 verified, 0 findings");
        put(&session);
        let said = verify_trusted(&session);
        assert_eq!(said.status, 1, "{way}: {}", said.err);
        assert!(said.err.contains("1 verified, "), "{way}: {}{}", said.out, said.err);
    }
}

#[test]
fn links_that_the_sources_have_too() {
    let pycs = Pycs::new();
    let session = trusting(&pycs);
    for tree in ["t", "trusted"] {
        session.file(&format!("{tree}/x.pth"), "import os\n");
        session.file(&format!("{tree}/empty/readme.txt"), "");
        link(&session, "honest", &format!("{tree}/json"));
        link(&session, "json/m.py", &format!("{tree}/same.py"));
        link(&session, ".", &format!("{tree}/loop"));
    }
    link(&session, "honest/m.py", "t/copy.py");
    session.file("trusted/copy.py", GOOD);
    link(&session, "nothing.py", "t/dangling.py");
    link(&session, "empty", "t/data");
    link(&session, "../empty", "t/more");
    session.file("empty/readme.txt", "");
    verify_trusted(&session).exits(0).says("1 verified, 0 findings");
    // A tree can be its own trusted source.
    session.run(&["verify", "t", "--sources", "t"]).exits(0).says("1 verified, 0 findings");
    // The trusted sources say nothing about files outside of them.
    std::fs::remove_file(session.path("trusted/copy.py")).unwrap();
    link(&session, "../t/honest/m.py", "trusted/copy.py");
    let said = verify_trusted(&session).exits(1);
    assert_eq!(said.out, "t/copy.py: source: it does not exist in --sources\n");
    std::fs::remove_file(session.path("trusted/json")).unwrap();
    session.file("trusted/json/m.py", GOOD);
    let said = verify_trusted(&session).exits(1);
    let message =
        "t/json: source: it is a symlink to the sources in honest, which does not exist in --sources";
    assert!(said.out.contains(message), "{}", said.out);
}

#[cfg(target_os = "linux")]
#[test]
fn a_link_whose_name_is_not_utf_8() {
    use std::os::unix::ffi::OsStrExt as _;
    let pycs = Pycs::new();
    let session = trusting(&pycs);
    let name = session.path("t").join(std::ffi::OsStr::from_bytes(b"m\xff.py"));
    std::os::unix::fs::symlink("../out/m.py", name).unwrap();
    let said = verify_trusted(&session).exits(1);
    assert!(said.out.contains("m\\udcff.py: unreadable: "), "{}", said.out);
}

#[test]
fn a_manifest_that_lists_no_source() {
    let pycs = Pycs::new();
    let session = tree(&pycs);
    session.run(&["manifest", "t", "-o", "m.json"]).exits(0);
    let text = std::fs::read_to_string(session.path("m.json")).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    document["files"][0].as_object_mut().unwrap().remove("source").unwrap();
    session.file("m.json", document.to_string());
    let said = session.run(&["verify", "t", "--manifest", "m.json"]).exits(1);
    assert!(
        said.out.contains("manifest: the manifest lists no source for it, but honest/m.py exists"),
        "{}",
        said.out
    );
}

#[test]
fn a_manifest_with_another_release() {
    let pycs = Pycs::new();
    let session = tree(&pycs);
    // CPython 3.13.0 and 3.13.18 write other code for it.
    session.file("u/m.py", "x = (y for y in z)\n");
    session.run(&["compile", "-q", "--engine", "native", "--python", "3.13.18", "u/m.py"]).exits(0);
    for (place, python, status) in [
        ("t", ("3.14", "3.14.10"), 0),
        ("t", ("3.14", "3.14.8"), 0),
        ("t", ("3.14", "3.14.0"), 0),
        ("u", ("3.13", "3.13.18"), 0),
        ("u", ("3.13", "3.13.0"), 1),
    ] {
        session.run(&["manifest", place, "-o", "m.json"]).exits(0);
        let text = std::fs::read_to_string(session.path("m.json")).unwrap();
        let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
        document["releases"] = serde_json::json!({ python.0: python.1 });
        session.file("m.json", document.to_string());
        let said = session.run(&["verify", place, "--manifest", "m.json"]).exits(status);
        if status == 1 {
            let message =
                "u: manifest: the manifest names CPython 3.13.0, but the pycs are those of CPython 3.13.";
            assert!(said.out.contains(message), "{}", said.out);
        }
    }
}

/// Importers prefer an extension module to a source of the same name.
#[test]
fn extension_modules_are_noted() {
    let pycs = Pycs::new();
    let session = tree(&pycs);
    let note = |text: &str| {
        let said = session.run(&["verify", "t"]).exits(0);
        assert!(said.err.contains(text), "{}", said.err);
    };
    session.file("t/lib/libm.so", "");
    note("1 verified, 0 findings");
    session.file("t/honest/fast.abi3.so", "");
    note("note: 2 extension modules, with the libraries that they load, are not verified: machine code\n");
    session.file("t/honest/m.cpython-314-x86_64-linux-gnu.so", "");
    note(
        "note: 3 extension modules, with the libraries that they load, are not verified: machine code; Python imports honest/m.cpython-314-x86_64-linux-gnu.so instead \
         of honest/m.py\n",
    );
    // Directories without Python files.
    session.file("t/k/z.abi3.so", "");
    session.file("t/k/y.so", "PyInit_y");
    session.file("t/k/libx.so.1", "PyInit_libx");
    note("note: 5 extension modules, with the libraries that they load, are not verified: machine code; ");
}

/// CPython 3.13 imports the package if there are `m.py` and `m/__init__` with any of its suffixes.
#[test]
fn packages_in_the_place_of_modules_are_noted() {
    let instead = |file: &str| format!("Python imports {file} instead of m.py\n");
    let machine = |file: &str| {
        format!(
            "note: 1 extension module, with the libraries that it loads, is not verified: machine code; {}",
            instead(file)
        )
    };
    let package = |file: &str| format!("note: {}", instead(&format!("the package {file}")));
    let with = |put: Put, text: &str| {
        let session = Session::new();
        session.file("t/m.py", GOOD);
        session.run(&["compile", "-q", "--python", "3.14", "t/m.py"]).exits(0);
        session.file("O/__init__.abi3.so", "");
        session.file("P/__init__.py", GOOD);
        put(&session);
        std::fs::create_dir_all(session.path("s")).unwrap();
        session.file("s/m.py", GOOD);
        for command in [vec!["verify", "t"], vec!["verify", "t", "--sources", "s"]] {
            let said = session.run(&command);
            assert!(said.err.contains(text), "{command:?}: {}{}", said.out, said.err);
        }
        let mut tar = std::process::Command::new("tar");
        tar.current_dir(session.path("t")).args(["-cf", "../t.tar", "."]);
        assert!(tar.status().unwrap().success());
        session
    };
    let in_tar = |session: &Session, text: &str| {
        let said = session.run(&["verify", "t.tar"]);
        assert!(said.err.contains(text), "{}{}", said.out, said.err);
    };
    for file in ["m/__init__.abi3.so", "m/__init__.so"] {
        let put: Put = match file {
            "m/__init__.so" => |session| drop(session.file("t/m/__init__.so", "PyInit_m")),
            _ => |session| drop(session.file("t/m/__init__.abi3.so", "")),
        };
        in_tar(&with(put, &machine(file)), &machine(file));
    }
    let put: Put = |session| drop(session.file("t/m/__init__.py", GOOD));
    in_tar(&with(put, &package("m/__init__.py")), &package("m/__init__.py"));
    with(|session| link(session, "../O", "t/m"), &machine("m/__init__.abi3.so"));
    with(|session| link(session, "../P", "t/m"), &package("m/__init__.py"));
    // A package without `__init__` comes last.
    let session = with(|session| drop(session.file("t/m/x.py", GOOD)), "");
    assert!(!session.run(&["verify", "t"]).exits(0).err.contains("instead of"));
}

/// Installers put the files of all schemes of a wheel together.
#[test]
fn extension_modules_in_the_schemes_of_a_wheel_are_noted() {
    let wheel = |name: &str| -> Said {
        let session = Session::new();
        let info = "Metadata-Version: 2.1\nName: m\nVersion: 1.0\n";
        let descriptor = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
        let record =
            "m.py,,\nm-1.0.dist-info/METADATA,,\nm-1.0.dist-info/WHEEL,,\nm-1.0.dist-info/RECORD,,\n";
        let files = [
            ("m.py", GOOD),
            (name, ""),
            ("m-1.0.dist-info/METADATA", info),
            ("m-1.0.dist-info/WHEEL", descriptor),
            ("m-1.0.dist-info/RECORD", record),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        session.file("m-1.0-py3-none-any.whl", zip(&files));
        session.run(&["verify", "m-1.0-py3-none-any.whl"])
    };
    for name in [
        "m-1.0.data/platlib/m.abi3.so",
        "m-1.0.data/purelib/m.abi3.so",
        "m-1.0.data/data/lib/python3.13/site-packages/m/__init__.abi3.so",
    ] {
        let said = wheel(name);
        let text = format!(
            "1 extension module, with the libraries that it loads, is not verified: machine code; Python imports {name} instead of m.py\n"
        );
        assert!(said.err.contains(&text), "{}{}", said.out, said.err);
    }
    let said = wheel("m-1.0.data/scripts/m.abi3.so");
    assert!(!said.err.contains("instead of"), "{}", said.err);
}

/// Python resolves `..` in path files from the path by which it was started.
#[test]
fn a_working_directory_that_was_entered_through_a_link() {
    let pycs = Pycs::new();
    let session = tree(&pycs);
    session.file("t/x.pth", "../evil\n");
    session.file("deep/evil/m.pyc", pycs.evil());
    link(&session, "../t", "deep/link");
    let run = |entered: &str, folder: &str, arguments: &[&str]| -> Said {
        let mut command = session.command(arguments);
        command.current_dir(session.path(folder)).env("PWD", session.path(entered));
        command.output().unwrap().into()
    };
    for command in [["verify", "."], ["manifest", "."]] {
        run("t", "t", &command).exits(0);
        let said = run("deep/link", "t", &command).exits(1);
        assert!((said.out + &said.err).contains("it adds \"../evil\" to the path of imports"));
        // The name of another directory, or no name.
        run("deep", "t", &command).exits(0);
        run("nothing", "t", &command).exits(0);
    }
    run("deep/link/honest", "t/honest", &["verify", ".."]).exits(1);
}
