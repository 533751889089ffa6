//! `manifest` and `normalize` on pycs that exist, with the `python3` on PATH.

use crate::session::Session;
use std::path::Path;

const CONFIG: &str = "[source]\nfiles = [\"p/__init__.py\", \"p/m.py\"]\n[compile]\nengine = \"python\"\n\
invalidation-mode = \"unchecked-hash\"\noptimize = [0, 1]\n[manifest]\noutput = \"m.json\"\n";

fn project() -> Session {
    let session = Session::new();
    session.file("p/__init__.py", "");
    session.file("p/m.py", "def f(name, other='default'):\n    return name.attribute, (1, 2, 'text')\n");
    session.file("pycompile.toml", CONFIG);
    session
}

fn read(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

fn pyc(session: &Session) -> String {
    session.files().into_iter().find(|name| name.contains("/m.cpython-") && !name.contains("opt-")).unwrap()
}

#[test]
fn the_manifest_of_a_tree_is_that_of_its_build() {
    let session = project();
    session.run(&["build"]).exits(0);
    let said = session.run(&["manifest", "."]).exits(0).says("4 pycs, 0 without an entry");
    // The release that wrote existing pycs is not known; `build` knows it.
    let built = String::from_utf8(read(&session, "m.json")).unwrap();
    let (start, rest) = built.split_once("  \"releases\": {\n").unwrap();
    let (releases, rest) = rest.split_once("  },\n").unwrap();
    assert_eq!(said.out, format!("{start}{rest}"));
    assert_eq!(releases.lines().count(), 1, "{releases}");
    session.run(&["manifest", ".", "--format", "sha256sum", "-o", "sums"]).exits(0);
    assert_eq!(read(&session, "sums").iter().filter(|byte| **byte == b'\n').count(), 4);
}

#[test]
fn pycs_that_cannot_be_read_have_no_entry() {
    let session = project();
    session.run(&["build"]).exits(0);
    let name = pyc(&session);
    let bytes = read(&session, &name);
    session.file(&name, &bytes[..bytes.len() - 3]);
    session.file("p/__pycache__/short.cpython-314.pyc", "short");
    session.file("p/__pycache__/other.cpython-99.pyc", [&b"\xff\xff\r\n"[..], &[0; 20]].concat());
    let said = session.run(&["manifest", "."]).exits(1).says("3 pycs, 3 without an entry");
    assert!(
        said.err.contains("short.cpython-314.pyc: the file has 5 bytes; a pyc has at least 16 bytes\n"),
        "{}",
        said.err
    );
    assert!(said.err.contains("other.cpython-99.pyc: magic number 65535 belongs to no known version\n"));
    assert!(said.err.contains(&format!("{name}: the code cannot be read: at byte ")), "{}", said.err);
    let empty = Session::new();
    let said = empty.run(&["manifest", "."]).exits(2);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", "error: no pyc in .\n"));
}

#[test]
fn the_minimal_form_loads_the_same_and_is_reached_both_ways() {
    let session = project();
    session.run(&["build"]).exits(0);
    let name = pyc(&session);
    let before = read(&session, &name);
    let path = session.path(&name);
    std::fs::hard_link(&path, session.path("other-name.pyc")).unwrap();
    let time = path.metadata().unwrap().modified().unwrap() - std::time::Duration::from_secs(1000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    session.run(&["normalize", &name]).exits(0).says("1 normalized, 0 unchanged, 0 failed");
    let after = read(&session, &name);
    assert_ne!(before, after);
    assert_eq!(read(&session, "other-name.pyc"), before, "the other name keeps what it had");
    assert_eq!(path.metadata().unwrap().modified().unwrap(), time);
    session.run(&["normalize", &name]).exits(0).says("0 normalized, 1 unchanged, 0 failed");
    let program = "
import marshal, sys
one, other = (marshal.loads(open(name, 'rb').read()[16:]) for name in sys.argv[1:])
print(one == other, end='')
";
    assert_eq!(session.python(program, &[&name, "other-name.pyc"]).exits(0).out, "True");
    session
        .compile(&["p/m.py", "--refs", "minimal", "--invalidation-mode", "unchecked-hash", "-o", "fresh.pyc"])
        .exits(0);
    assert_eq!(read(&session, "fresh.pyc"), after);
}

#[test]
fn normalize_leaves_what_it_does_not_understand() {
    let session = Session::new();
    session.file("a.pyc", "no pyc at all, but long enough");
    let said = session.run(&["normalize", "a.pyc", "gone.pyc"]).exits(1);
    let lines = said.err.lines().collect::<Vec<_>>();
    assert_eq!(lines[0], "a.pyc: the file does not start with a pyc's magic number");
    assert!(lines[1].starts_with("cannot read gone.pyc: No such file or directory"), "{}", lines[1]);
    assert_eq!(read(&session, "a.pyc"), b"no pyc at all, but long enough");
    assert!(Path::new(&session.path("a.pyc")).exists());
}

#[cfg(unix)]
#[test]
fn normalize_leaves_a_pyc_to_its_owner() {
    use std::os::unix::fs::MetadataExt as _;
    let session = Session::new();
    session.file("a.py", "def f(name, other='default'):\n    return name.attribute, (1, 2, 'text')\n");
    session.compile(&["a.py", "-o", "a.pyc"]).exits(0);
    let pyc = session.path("a.pyc");
    if std::os::unix::fs::chown(&pyc, Some(1234), Some(4321)).is_err() {
        crate::session::skipped("the owner of a normalized pyc: only root gives files away");
        return;
    }
    session.run(&["normalize", "a.pyc"]).exits(0).says("1 normalized");
    let found = pyc.metadata().unwrap();
    assert_eq!((found.uid(), found.gid()), (1234, 4321));
}

/// A manifest replaces only a manifest, whichever command writes it.
#[test]
fn no_manifest_is_written_over_another_file() {
    let session = Session::new();
    session.file("a.py", "");
    let config = "[source]\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\"]\n[zip]\noutput = \"a.zip\"\n\
                  [manifest]\noutput = \"m.json\"\nalso = [\"sha256sum\", \"in-toto\"]\n";
    session.file("pycompile.toml", config);
    session.run(&["build"]).exits(0);
    session.run(&["pack"]).exits(0);
    let site = "v/lib/python3.14/site-packages";
    session.file(&format!("{site}/m.py"), "");
    session.file(&format!("{site}/m-1.dist-info/METADATA"), "Metadata-Version: 2.1\nName: m\nVersion: 1\n");
    session.record(&format!("{site}/m-1.dist-info/RECORD"), "m.py,,\nm-1.dist-info/METADATA,,\n");
    let before = session.files();
    for name in ["m.json", "m.sha256", "m.in-toto.json", "notes"] {
        let kept = std::fs::read(session.path(name)).ok();
        session.file(name, "{\"mine\": 1}\n");
        let mut runs = vec![vec!["build"], vec!["pack"]];
        if name == "notes" {
            let pyc = "__pycache__/a.cpython-314.pyc";
            runs = vec![
                vec!["build", "--manifest", name],
                vec!["pack", "--manifest", name],
                vec!["env", "v", "--manifest", name],
                vec!["manifest", pyc, "--output", name],
                vec!["manifest", pyc, "--format", "sha256sum", "--output", name],
            ];
        }
        for arguments in runs {
            let said = session.run(&arguments).exits(2);
            let error = format!(
                "refusing to overwrite {name}: it is not a manifest\nhint: remove it, or name another file\n"
            );
            assert!(said.err.ends_with(&error), "{arguments:?}: {}", said.err);
            assert_eq!(std::fs::read_to_string(session.path(name)).unwrap(), "{\"mine\": 1}\n");
        }
        match kept {
            Some(bytes) => drop(session.file(name, bytes)),
            None => std::fs::remove_file(session.path(name)).unwrap(),
        }
    }
    assert_eq!(session.files(), before);
    // An archive replaces only an archive, or an empty file, such as that of mktemp.
    session.file("a.zip", "mine\n");
    session
        .run(&["pack"])
        .exits(2)
        .says("refusing to overwrite a.zip: it is not an archive that `pack` has written\n");
    for name in ["a.zip", "m.json", "m.sha256", "m.in-toto.json"] {
        session.file(name, "");
    }
    session.run(&["pack"]).exits(0);
    session.run(&["build"]).exits(0);
}
