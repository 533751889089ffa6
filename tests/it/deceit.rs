//! Trees and wheels that are built to deceive: every place that Python imports or runs code from,
//! with every kind of bytecode that does not come from the source next to it. `verify` reports all
//! of them and none of their honest counterparts. `tests/oracle/deceit.py` shows with a real
//! interpreter which code is imported from such places.

use crate::session::{Said, Session};
#[cfg(unix)]
use crate::startup::link;
use pycompile::archive::File;
use pycompile::archive::{ZipOptions, write};
use pycompile::wheel::{Record, RecordRow};

pub(crate) const GOOD: &str = "X = 'SAFE'\n";
const EVIL: &str = "X = 'EVIL'\n";

pub(crate) fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let files: Vec<File> = files.iter().map(|(name, bytes)| File::new(name.clone(), bytes.clone())).collect();
    write(&files, &ZipOptions::default()).unwrap()
}

/// The pyc of a source, with the header of `header`.
pub(crate) struct Pycs {
    session: Session,
}

impl Pycs {
    pub(crate) fn new() -> Self {
        Self { session: Session::new() }
    }

    pub(crate) fn of(&self, source: &str, name: &str, optimize: &str, mode: &str) -> Vec<u8> {
        self.session.file("m.py", source);
        let arguments =
            ["compile", "-f", "-q", "m.py", "--engine", "native", "--python", "3.14", "-o", "m.pyc"];
        let more = ["--dfile", name, "--optimize", optimize, "--invalidation-mode", mode];
        self.session.run(&[&arguments[..], &more[..]].concat()).exits(0);
        std::fs::read(self.session.path("m.pyc")).unwrap()
    }

    pub(crate) fn good(&self) -> Vec<u8> {
        self.of(GOOD, "m.py", "0", "unchecked-hash")
    }

    /// The code of another source, in the header of the good one.
    pub(crate) fn evil(&self) -> Vec<u8> {
        let evil = self.of(EVIL, "m.py", "0", "unchecked-hash");
        [&self.good()[..16], &evil[16..]].concat()
    }
}

type Files = Vec<(String, Vec<u8>)>;

/// Files that carry a pyc, and its source if there is a place for it.
fn carriers(pyc: &[u8]) -> Vec<(&'static str, Files)> {
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let source = || file("m.py", GOOD.as_bytes());
    vec![
        ("cached", vec![source(), file("__pycache__/m.cpython-314.pyc", pyc)]),
        ("cached at level 1", vec![source(), file("__pycache__/m.cpython-314.opt-1.pyc", pyc)]),
        ("legacy", vec![source(), file("m.pyc", pyc)]),
        ("sourceless", vec![file("m.pyc", pyc)]),
        ("program", vec![file("__main__.pyc", pyc)]),
        ("without a suffix", vec![file("m", pyc)]),
        ("upper case", vec![source(), file("m.PYC", pyc)]),
        ("source", vec![file("m.py", pyc)]),
        ("optimized suffix", vec![source(), file("m.pyo", pyc)]),
        ("named as below a prefix", vec![source(), file("m.cpython-314.pyc", pyc)]),
        ("without a tag", vec![source(), file("__pycache__/m.pyc", pyc)]),
        ("another tag", vec![source(), file("__pycache__/m.cpython-313.pyc", pyc)]),
    ]
}

fn lay(session: &Session, below: &str, files: &Files) {
    for (name, bytes) in files {
        session.file(&format!("{below}/{name}"), bytes);
    }
}

/// Puts files where Python reaches them from the tree `t`, by the name of the place.
type Place = (&'static str, fn(&Session, &Files));

#[cfg(unix)]
const PLACES: [Place; 11] = [
    ("the tree", |session, files| lay(session, "t", files)),
    ("site-packages", |session, files| lay(session, "t/lib/python3.14/site-packages", files)),
    ("a zip on the default path", |session, files| {
        session.file("t/lib/python314.zip", zip(files));
    }),
    ("an egg of a .pth file", |session, files| {
        session.file("t/site/lib.egg", zip(files));
        session.file("t/site/lib.pth", "lib.egg\n");
    }),
    ("an archive in an archive", |session, files| {
        session.file("t/lib.whl", zip(&[("inner.zip".to_owned(), zip(files))]));
    }),
    ("a zip after a program", |session, files| {
        session.file("t/bin/tool.exe", [&b"MZ\x90 a launcher\n\0"[..], &zip(files)].concat());
    }),
    ("a directory that a link leads to", |session, files| {
        lay(session, "out", files);
        link(session, "../out", "t/p");
    }),
    ("a directory that links lead to", |session, files| {
        lay(session, "out", files);
        link(session, "../../out", "way/one/two");
        link(session, "../way", "t/p");
    }),
    ("an archive that a link leads to", |session, files| {
        session.file("out.dat", zip(files));
        link(session, "../out.dat", "t/lib.zip");
    }),
    ("a directory of a .pth file", |session, files| {
        lay(session, "out", files);
        session.file("t/site/lib.pth", "# comment\n../../out\n");
    }),
    ("a .pth file that a link leads to", |session, files| {
        lay(session, "out", files);
        session.file("site/lib.pth", "../out\n");
        link(session, "../site", "t/site");
    }),
];

/// A tree in which one pyc is honest.
pub(crate) fn tree(pycs: &Pycs) -> Session {
    let session = Session::new();
    session.file("t/honest/m.py", GOOD);
    session.file("t/honest/__pycache__/m.cpython-314.pyc", pycs.good());
    session
}

#[cfg(unix)]
#[test]
fn trees() {
    let pycs = Pycs::new();
    let evil = pycs.evil();
    let mut passed = Vec::new();
    let mut count = 0;
    for (place, put) in PLACES {
        for (carrier, files) in carriers(&evil) {
            let session = tree(&pycs);
            put(&session, &files);
            count += 1;
            if session.run(&["verify", "t"]).status != 1 {
                passed.push(format!("verify: {carrier} in {place}"));
            }
        }
    }
    assert!(count >= 100, "{count}");
    assert!(passed.is_empty(), "{passed:#?}");
}

#[cfg(unix)]
#[test]
fn the_honest_twins_of_trees() {
    let pycs = Pycs::new();
    for (place, put) in &PLACES[..6] {
        for (carrier, files) in
            carriers(&pycs.good()).into_iter().filter(|(name, _)| ["cached", "legacy"].contains(name))
        {
            let session = tree(&pycs);
            put(&session, &files);
            let said = session.run(&["verify", "t"]);
            // A file with the name of a wheel is checked like a wheel.
            let status = i32::from(*place == "an archive in an archive");
            assert_eq!(said.status, status, "{carrier} in {place}: {}", said.out);
            assert!(said.err.starts_with("2 verified, "), "{}", said.err);
        }
    }
    // zipimport does not read `__pycache__`, so the pyc of an old version there, as old eggs have,
    // is never loaded.
    let session = tree(&pycs);
    let mut old = pycs.good();
    old[..2].copy_from_slice(&3379_u16.to_le_bytes());
    session.file("t/old.egg", zip(&[("__pycache__/m.cpython-36.pyc".to_owned(), old.clone())]));
    session.run(&["verify", "t"]).exits(0).says("1 verified, 0 findings, 1 pyc not checked\n");
    session.run(&["manifest", "t"]).exits(0);
    session.file("t/old.egg", zip(&[("m.pyc".to_owned(), old)]));
    session.run(&["verify", "t"]).exits(1);
    session.run(&["manifest", "t"]).exits(1);
    // Links that stay inside, and links without a target, hide nothing.
    let session = tree(&pycs);
    link(&session, "honest", "t/same");
    link(&session, "same/m.py", "t/n.txt");
    link(&session, "nowhere", "t/dangling");
    link(&session, "loop", "t/loop");
    link(&session, "../empty", "t/empty");
    session.file("empty/readme.txt", "");
    session.file("t/site/ok.pth", "import os\n../honest\nnot/there\n");
    session.run(&["verify", "t"]).exits(0).says("1 verified, 0 findings");
}

#[test]
fn lies_in_what_the_source_compiles_to() {
    let pycs = Pycs::new();
    let assert_source = "def f(x):\n    'text'\n    assert x\n    return x\n";
    let pyc = |name: &str, optimize: &str| pycs.of(assert_source, name, optimize, "checked-hash");
    let verify = |name: &str, pyc: Vec<u8>| {
        let session = Session::new();
        session.file("t/p/m.py", assert_source);
        session.file("t/q/m.py", assert_source);
        session.file(&format!("t/{name}"), pyc);
        session.run(&["verify", "t"])
    };
    let cached = "p/__pycache__/m.cpython-314.pyc";
    for recorded in ["m.py", "p/m.py", "/usr/lib/python3.14/p/m.py", "/build/x/src/m.py"] {
        verify(cached, pyc(recorded, "0")).exits(0);
    }
    let says = |said: Said, text: &str| {
        let said = said.exits(1);
        assert!(said.out.contains(text), "{}", said.out);
    };
    says(
        verify(cached, pyc("n.py", "0")),
        "filename: it records the file name \"n.py\", which is not that of m.py",
    );
    says(verify(cached, pyc("q/m.py", "0")), "filename: it records the file name of another module");
    says(verify(cached, pyc("p\n/m.py", "0")), "filename: it records a file name with control characters");
    says(
        verify(cached, pyc("p/m.py", "1")),
        "level: its code is that of p/m.py at optimization level 1, but its name says level 0\n",
    );
    let level = "p/__pycache__/m.cpython-314.opt-1.pyc";
    says(verify(level, pyc("p/m.py", "2")), "at optimization level 2, but its name says level 1\n");
    let poison = pycs.of(&assert_source.replace("return x", "return 7"), "p/m.py", "0", "checked-hash");
    says(
        verify(cached, poison),
        "is not that of p/m.py, and neither is its code: at f, line 4, the pyc has ",
    );
    verify("p/m.pyc", pyc("p/m.py", "0")).exits(0);
    // A name without a level allows each.
    verify("p/m.pyc", pyc("p/m.py", "2")).exits(0).says("has the code of optimization level 2: p/m.pyc");
    let mut trailing = pyc("p/m.py", "0");
    trailing.push(0);
    says(verify(cached, trailing), "malformed: ");
}

#[cfg(unix)]
#[test]
fn a_source_from_before_1970() {
    let pycs = Pycs::new();
    let session = Session::new();
    let path = session.file("t/m.py", GOOD);
    let time = std::time::UNIX_EPOCH - std::time::Duration::from_millis(1500);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let mut pyc = pycs.of(GOOD, "m.py", "0", "timestamp");
    pyc[8..12].copy_from_slice(&(-1i32).to_le_bytes());
    session.file("t/__pycache__/m.cpython-314.pyc", &pyc);
    session.run(&["verify", "t"]).exits(0);
    pyc[8..12].copy_from_slice(&(-2i32).to_le_bytes());
    session.file("t/__pycache__/m.cpython-314.pyc", &pyc);
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(
        said.out.contains("header: the source time in its header is not that of m.py, but its code is"),
        "{}",
        said.out
    );
}

/// `importlib` compares a pyc with `int(st_mtime)`, whose float rounds up.
#[cfg(unix)]
#[test]
fn a_source_of_the_last_nanoseconds_of_a_second() {
    let session = Session::new();
    let path = session.file("t/m.py", GOOD);
    let header = |nanoseconds: u64| {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_nanos(nanoseconds);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        let words =
            ["compile", "--python", "3.14", "--invalidation-mode", "timestamp", "-o", "m.pyc", "t/m.py"];
        session.run(&words).exits(0);
        let pyc = std::fs::read(session.path("m.pyc")).unwrap();
        u32::from_le_bytes(pyc[8..12].try_into().unwrap())
    };
    assert_eq!(header(1_700_000_000_999_999_999), 1_700_000_001);
    assert_eq!(header(1_700_000_000_999_999_000), 1_700_000_000);
}

#[test]
fn trusted_sources_decide() {
    let pycs = Pycs::new();
    let session = Session::new();
    session.file("t/m.py", EVIL);
    session.file("t/__pycache__/m.cpython-314.pyc", pycs.of(EVIL, "m.py", "0", "checked-hash"));
    session.file("trusted/m.py", GOOD);
    session.run(&["verify", "t"]).exits(0);
    let said = session.run(&["verify", "t", "--sources", "trusted"]).exits(1);
    assert!(said.out.contains("t/m.py: source: it differs from the source in --sources\n"), "{}", said.out);
    assert!(
        said.out.contains(
            "m.cpython-314.pyc: code: the source hash in its header is not that of m.py, and neither is its code"
        ),
        "{}",
        said.out
    );
    session.file("t/m.py", GOOD);
    session.file("t/__pycache__/m.cpython-314.pyc", pycs.good());
    session.run(&["verify", "t", "--sources", "trusted"]).exits(0);
    session.file("t/more.py", GOOD);
    session.run(&["verify", "t", "--sources", "trusted"]).exits(1);
    // A tree below PYTHONPYCACHEPREFIX has no sources of its own.
    session.file("prefix/m.cpython-314.pyc", pycs.good());
    session.run(&["verify", "prefix"]).exits(1);
    session.run(&["verify", "prefix", "--sources", "trusted"]).exits(0).says("1 verified, 0 findings");
    // No importer compares such a pyc with a source of its own name.
    session.file("prefix/m.cpython-314.py", EVIL);
    session.file("prefix/m.cpython-314.pyc", pycs.of(EVIL, "m.cpython-314.py", "0", "unchecked-hash"));
    for path in ["prefix", "prefix/m.cpython-314.pyc"] {
        let said = session.run(&["verify", path]).exits(1);
        assert!(said.out.contains("its name is that of a pyc below PYTHONPYCACHEPREFIX"), "{}", said.out);
    }
    let said = session.run(&["verify", "prefix", "--sources", "trusted"]).exits(1);
    assert!(said.out.contains("prefix/m.cpython-314.pyc: code: "), "{}", said.out);
}

const NAME: &str = "demo-1.0-py3-none-any.whl";
const INFO: &str = "demo-1.0.dist-info";

/// The schemes of a wheel, and where each file of it goes.
const SCHEMES: [&str; 10] = [
    "",
    "demo-1.0.data/purelib/",
    "demo-1.0.data/platlib/",
    "demo-1.0.data/data/lib/python3.14/site-packages/",
    "demo-1.0.data/data/Lib/site-packages/",
    "demo-1.0.data/data/lib64/python3.13/site-packages/",
    "demo-1.0.data/data/",
    "demo-1.0.data/scripts/",
    "demo-1.0.data/headers/",
    "demo-1.0.data/data/lib/python314.zip!",
];

/// A change to the rows of a RECORD.
type Change = fn(&mut Vec<RecordRow>);

/// A wheel's files without RECORD; a name with `!` goes into an archive.
fn wheel_files(scheme: &str, files: Files) -> Files {
    let metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";
    let wheel = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let mut all = match scheme.strip_suffix('!') {
        Some(archive) => vec![(archive.to_owned(), zip(&files))],
        None => files.into_iter().map(|(name, bytes)| (format!("{scheme}{name}"), bytes)).collect(),
    };
    all.push((format!("{INFO}/METADATA"), metadata.into()));
    all.push((format!("{INFO}/WHEEL"), wheel.into()));
    all
}

fn recorded(mut files: Files, change: impl Fn(&mut Vec<RecordRow>)) -> Files {
    let record = format!("{INFO}/RECORD");
    let mut rows: Vec<RecordRow> = files.iter().map(|(name, bytes)| RecordRow::of(name, bytes)).collect();
    rows.push(RecordRow::bare(&record));
    change(&mut rows);
    files.push((record, Record { rows }.render().into()));
    files
}

fn verify_wheel(files: &Files) -> Said {
    let session = Session::new();
    session.file(NAME, zip(files));
    session.run(&["verify", NAME])
}

#[test]
fn wheels() {
    let pycs = Pycs::new();
    let (good, evil) = (pycs.good(), pycs.evil());
    let mut passed = Vec::new();
    let mut count = 0;
    let mut refuse = |what: String, files: Files| {
        count += 1;
        if verify_wheel(&files).status != 1 {
            passed.push(what);
        }
    };
    for scheme in SCHEMES {
        for (carrier, files) in carriers(&evil) {
            let chosen = ["cached", "legacy", "sourceless", "without a suffix", "source"];
            if chosen.contains(&carrier) {
                refuse(format!("{carrier} in {scheme:?}"), recorded(wheel_files(scheme, files), |_| {}));
            }
        }
        // The honest pyc of a source that another scheme puts in the same place.
        let other = if scheme == "demo-1.0.data/purelib/" { "" } else { "demo-1.0.data/purelib/" };
        let is_site = SCHEMES[..6].contains(&scheme);
        if is_site {
            let mut files = wheel_files(scheme, vec![("m.py".into(), EVIL.into())]);
            files.push((format!("{other}M.py"), GOOD.into()));
            refuse(format!("two files for one place in {scheme:?}"), recorded(files, |_| {}));
            let pyc =
                ("__pycache__/m.cpython-314.pyc".to_owned(), pycs.of(EVIL, "m.py", "0", "unchecked-hash"));
            let mut files = wheel_files(scheme, vec![pyc]);
            files.push((format!("{other}m.py"), GOOD.into()));
            refuse(format!("a pyc of {scheme:?} for a source of {other:?}"), recorded(files, |_| {}));
        }
        let lies: [(&str, Change); 4] = [
            ("not listed", |rows| drop(rows.remove(0))),
            ("without a digest", |rows| rows[0].hash.clear()),
            ("another digest", |rows| rows[0].hash = RecordRow::of("", b"other").hash),
            ("listed twice", |rows| rows.push(rows[0].clone())),
        ];
        for (lie, change) in lies {
            let files = vec![("m.py".into(), GOOD.into())];
            refuse(format!("{lie} in {scheme:?}"), recorded(wheel_files(scheme, files), change));
        }
    }
    let simple = || {
        let cached = ("__pycache__/m.cpython-314.pyc".to_owned(), good.clone());
        wheel_files("", vec![("m.py".into(), GOOD.into()), cached])
    };
    let with = |name: &str, text: &str| {
        let mut files = simple();
        files.retain(|(own, _)| own != name);
        files.push((name.to_owned(), text.into()));
        recorded(files, |_| {})
    };
    let metadata = format!("{INFO}/METADATA");
    for text in [
        "Name: demo\nVersion: 1.0\nName: evil\n",
        "Name: demo\rName: evil\nVersion: 1.0\n",
        "Name:\n demo\nVersion: 1.0\n",
        "Summary: x\r\rName: evil\nName: demo\nVersion: 1.0\n",
        "Name: evil\nVersion: 1.0\n",
        "Name: demo\nVersion: 2.0\n",
        "Name: demo\n\nVersion: 1.0\n",
        "Version: 1.0\n",
    ] {
        refuse(format!("METADATA {text:?}"), with(&metadata, text));
    }
    for text in
        ["Wheel-Version: 1.0\nTag: cp314-none-any\n", "Wheel-Version: 1.0\n\nTag: py3-none-any\n", "x"]
    {
        refuse(format!("WHEEL {text:?}"), with(&format!("{INFO}/WHEEL"), text));
    }
    for (from, to) in [(INFO, "other-1.0.dist-info"), (INFO, "demo-2.0.dist-info")] {
        let files = recorded(simple(), |_| {});
        let renamed = files.into_iter().map(|(name, bytes)| (name.replace(from, to), bytes)).collect();
        refuse(format!("the folder {to}"), renamed);
    }
    refuse("no RECORD".into(), simple());
    let stale = pycs.of(GOOD, "m.py", "0", "timestamp");
    let files = vec![("m.py".into(), GOOD.into()), ("__pycache__/m.cpython-314.pyc".into(), stale)];
    refuse("a time stamp".into(), recorded(wheel_files("", files), |_| {}));
    refuse(
        "no scheme".into(),
        recorded(wheel_files("demo-1.0.data/stdlib/", vec![("m.py".into(), GOOD.into())]), |_| {}),
    );
    for place in ["data", "scripts"] {
        for name in ["pyvenv.cfg", "python3._pth", "pybuilddir.txt", "Modules/Setup.local"] {
            refuse(
                format!("{name} in {place}"),
                with(&format!("demo-1.0.data/{place}/{name}"), "home = x\n"),
            );
        }
    }
    for line in ["/opt/elsewhere", "..\u{1f}", "  ../elsewhere", "lib\u{b}/../../elsewhere"] {
        refuse(format!("a .pth file with {line:?}"), with("x.pth", line));
    }
    assert!(count >= 100, "{count}");
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn the_honest_twins_of_wheels() {
    let pycs = Pycs::new();
    let cached =
        || vec![("m.py".to_owned(), GOOD.into()), ("__pycache__/m.cpython-314.pyc".to_owned(), pycs.good())];
    // A wheel that installs a zip of the standard library is refused whatever the zip contains.
    for scheme in SCHEMES.into_iter().filter(|scheme| !scheme.contains("python314.zip")) {
        verify_wheel(&recorded(wheel_files(scheme, cached()), |_| {}))
            .exits(0)
            .says("1 verified, 0 findings");
    }
    // No interpreter is next to it.
    verify_wheel(&recorded(wheel_files("", vec![("demo/pyvenv.cfg".into(), "home = x\n".into())]), |_| {}))
        .exits(0);
    // Both go to site-packages.
    let mut files = wheel_files("demo-1.0.data/purelib/", cached());
    files[0].0 = "m.py".to_owned();
    verify_wheel(&recorded(files, |_| {})).exits(0);
    let files = wheel_files("", vec![("m.py".to_owned(), GOOD.into())]);
    verify_wheel(&recorded(files, |_| {})).exits(0).says("0 pycs, 0 verified, 0 findings");
}

#[test]
fn lies_of_manifests() {
    let pycs = Pycs::new();
    let session = tree(&pycs);
    session.file(
        "t/lib/python314.zip",
        zip(&[("m.py".to_owned(), GOOD.into()), ("m.pyc".to_owned(), pycs.good())]),
    );
    session.run(&["manifest", "t", "-o", "m.json"]).exits(0);
    session.run(&["verify", "t", "--manifest", "m.json"]).exits(0).says("2 verified, 0 findings");
    let text = std::fs::read_to_string(session.path("m.json")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["archives"][0]["path"], "lib/python314.zip");
    let lie = |status: i32, change: &dyn Fn(&mut serde_json::Value)| {
        let mut lie = document.clone();
        change(&mut lie);
        session.file("lie.json", lie.to_string());
        session.run(&["verify", "t", "--manifest", "lie.json"]).exits(status)
    };
    lie(2, &|lie| lie["files"][0]["source"] = serde_json::Value::Null);
    lie(2, &|lie| {
        let mut second = lie["files"][0].clone();
        second["path"] = "a.pyc".into();
        lie["files"].as_array_mut().unwrap().push(second);
    });
    let zeros = serde_json::json!("0".repeat(64));
    for (key, value) in [
        ("sha256", zeros.clone()),
        ("code_sha256", zeros.clone()),
        ("size", 1.into()),
        ("filename", "other.py".into()),
        ("optimize", 2.into()),
        ("magic", 3571.into()),
        ("python", "3.13".into()),
        ("invalidation_mode", "checked-hash".into()),
    ] {
        lie(1, &|lie| lie["files"][0][key] = value.clone());
    }
    for (key, value) in [
        ("path", "honest/other.py".into()),
        ("path", "lib/python314.zip".into()),
        ("sha256", zeros.clone()),
        ("size", 1.into()),
        ("source_hash", "0".repeat(16).into()),
    ] {
        lie(1, &|lie| lie["files"][0]["source"][key] = value.clone());
    }
    lie(1, &|lie| lie["archives"][0]["sha256"] = zeros.clone());
    lie(1, &|lie| lie["archives"] = serde_json::json!([]));
    lie(1, &|lie| lie["files"] = serde_json::json!([]));
    // Another file that has the right bytes is not the source of the pyc.
    session.file("t/honest/twin.py", GOOD);
    let said = lie(1, &|lie| lie["files"][0]["source"]["path"] = "honest/twin.py".into());
    assert!(said.out.contains("the manifest names another source for it: honest/twin.py"), "{}", said.out);
}
