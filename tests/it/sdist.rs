//! `pack SDIST`: a source distribution becomes a wheel, and nothing is written outside of it.

use crate::session::{Said, Session};
use std::io::Write as _;

/// A tar header with its content, padded.
fn entry(name: &str, kind: u8, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0u8; 512];
    let mut field = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    field(0, name.as_bytes());
    field(100, b"0000644\0");
    field(124, format!("{:011o}\0", content.len()).as_bytes());
    field(148, b"        ");
    field(156, &[kind]);
    field(157, link.as_bytes());
    field(257, b"ustar\x0000");
    let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header.extend_from_slice(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

fn file(name: &str, content: &str) -> Vec<u8> {
    entry(name, b'0', "", content.as_bytes())
}

const PKG_INFO: &str = "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: six\n";

fn project() -> Vec<Vec<u8>> {
    vec![
        entry("demo-1.0/", b'5', "", b""),
        file("demo-1.0/PKG-INFO", PKG_INFO),
        file("demo-1.0/demo/__init__.py", "x = 1\n"),
        file("demo-1.0/demo/py.typed", ""),
        file("demo-1.0/setup.py", "raise SystemExit('not to be run')\n"),
        file("demo-1.0/tests/test_demo.py", "y = 1\n"),
        file("demo-1.0/pycompile.toml", "[source]\nfiles = [\"setup.py\"]\n"),
    ]
}

fn gzip(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for entry in entries {
        encoder.write_all(entry).unwrap();
    }
    encoder.write_all(&[0; 1024]).unwrap();
    encoder.finish().unwrap()
}

fn pack(session: &Session, bytes: &[u8], more: &[&str]) -> Said {
    session.file("demo-1.0.tar.gz", bytes);
    session.run(&[&["pack", "demo-1.0.tar.gz", "--python", "3.14"], more].concat())
}

fn names(session: &Session) -> Vec<String> {
    let wheel = session.path("dist/demo-1.0-py3-none-any.whl");
    let archive =
        pycompile::archive::read_file(&wheel, &pycompile::archive::ArchiveLimits::default()).unwrap();
    archive.entries.iter().map(|entry| entry.name.clone()).collect()
}

const EXPECTED: [&str; 5] = [
    "demo/__init__.py",
    "demo/py.typed",
    "demo-1.0.dist-info/METADATA",
    "demo-1.0.dist-info/WHEEL",
    "demo-1.0.dist-info/RECORD",
];

#[test]
fn an_sdist_becomes_a_wheel_with_a_manifest() {
    let session = Session::new();
    let said = pack(&session, &gzip(&project()), &["--manifest", "m.json"]).exits(0);
    assert_eq!(
        said.err,
        "1 compiled, 0 up to date, 0 failed\npacked dist/demo-1.0-py3-none-any.whl\nwrote m.json\n"
    );
    assert_eq!(names(&session), EXPECTED);
    let manifest = std::fs::read_to_string(session.path("m.json")).unwrap();
    assert!(manifest.contains("demo/__pycache__/__init__.cpython-314.pyc"), "{manifest}");
    let first = std::fs::read(session.path("dist/demo-1.0-py3-none-any.whl")).unwrap();
    // The archive has the same bytes as that of a project that was unpacked by hand.
    let unpacked = Session::new();
    unpacked.file("PKG-INFO", PKG_INFO);
    unpacked.file("demo/__init__.py", "x = 1\n");
    unpacked.file("demo/py.typed", "");
    unpacked.run(&["init"]).exits(0);
    unpacked.run(&["pack"]).exits(0);
    assert_eq!(std::fs::read(unpacked.path("dist/demo-1.0-py3-none-any.whl")).unwrap(), first);
    let more = ["--bytecode", "sourceless", "--output-dir", "out"];
    pack(&session, &gzip(&project()), &more).exits(0).says("packed out/demo-1.0-cp314-none-any.whl\n");
}

#[test]
fn a_zip_is_an_sdist_too() {
    let session = Session::new();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [("demo-1.0/PKG-INFO", PKG_INFO), ("demo-1.0/demo/__init__.py", "")] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    session.file("demo-1.0.zip", writer.finish().unwrap().into_inner());
    session.run(&["pack", "demo-1.0.zip", "--python", "3.14"]).exits(0);
    assert!(names(&session).contains(&"demo/__init__.py".to_owned()));
}

#[test]
fn long_names_and_links() {
    let session = Session::new();
    let long = format!("demo-1.0/demo/{}.py", "n".repeat(120));
    let record = |length: usize| format!("{length} path={long}\n");
    let length = (1..400).find(|&length| record(length).len() == length).unwrap();
    let mut entries = project();
    entries.push(entry("pax", b'x', "", record(length).as_bytes()));
    entries.push(file("cut off", "z = 1\n"));
    let gnu = long.replace("nnn.py", "ngnu.py");
    entries.push(entry("././@LongLink", b'L', "", format!("{gnu}\0").as_bytes()));
    entries.push(file("cut off", "z = 2\n"));
    entries.push(entry("demo-1.0/demo/same.py", b'1', "demo-1.0/demo/__init__.py", b""));
    entries.push(entry("demo-1.0/demo/link.py", b'2', "/etc/passwd", b""));
    pack(&session, &gzip(&entries), &[])
        .exits(0)
        .says("note: the symlink \"demo/link.py\" of the sdist is left out\n");
    let names = names(&session);
    for name in [&long, &gnu, "demo-1.0/demo/same.py"] {
        assert!(names.contains(&name.strip_prefix("demo-1.0/").unwrap().to_owned()), "{name} in {names:?}");
    }
    assert!(!names.contains(&"demo/link.py".to_owned()));
}

#[test]
fn escaping_and_broken_archives_are_refused() {
    let with = |extra: Vec<u8>| [project(), vec![extra]].concat();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (gzip(&with(file("demo-1.0/../../out.py", ""))), "the name leaves the archive with \"..\""),
        (gzip(&with(file("/out.py", ""))), "the name is an absolute path"),
        (
            gzip(&with(file("other/out.py", ""))),
            "a source distribution must have one top-level directory with all files",
        ),
        (gzip(&with(file("demo-1.0/demo/__init__.py", ""))), "there are two entries of this name"),
        (gzip(&with(file("demo-1.0/demo/__INIT__.py", ""))), "on some file systems the name is the same as"),
        (gzip(&with(entry("demo-1.0/fifo", b'6', "", b""))), "a named pipe is refused: neither a file"),
        (
            gzip(&with(entry("demo-1.0/a.py", b'1', "/etc/passwd", b""))),
            "it is a hard link to \"/etc/passwd\", which is not",
        ),
        (gzip(&with(vec![1; 512])), "is malformed"),
        (gzip(&project())[..200].to_vec(), "the gzip data is broken"),
        (b"plain text".to_vec(), "the gzip data is broken, or it is not gzip data"),
    ];
    for (bytes, message) in cases {
        let session = Session::new();
        pack(&session, &bytes, &[]).exits(1).says("error: demo-1.0.tar.gz: ").says(message);
        assert_eq!(session.files(), ["demo-1.0.tar.gz"]);
    }
    let session = Session::new();
    // A link on the way is not followed: a file below it is refused.
    let through = [entry("demo-1.0/demo/l", b'2', "/tmp", b""), file("demo-1.0/demo/l/x.py", "")];
    let entries = [project(), through.to_vec()].concat();
    pack(&session, &gzip(&entries), &[])
        .exits(1)
        .says("and \"demo-1.0/demo/l/x.py\" needs it to be a directory");
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused() {
    let session = Session::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0u8; 1 << 20];
    for _ in 0..1025 {
        encoder.write_all(&zeros).unwrap();
    }
    pack(&session, &encoder.finish().unwrap(), &[])
        .exits(1)
        .says("a ratio above 200 to 1 is treated as a zip bomb");
}

#[test]
fn messages_name_the_archive() {
    let session = Session::new();
    let mut entries = project();
    entries.push(file("demo-1.0/demo/bad.py", "x = = 1\n"));
    let said = pack(&session, &gzip(&entries), &[]).exits(1);
    assert!(said.err.contains("bad.py\", line 1") && !said.err.contains("/.tmp"), "{}", said.err);
    let entries = [file("demo-1.0/pyproject.toml", "[tool.x]\n"), file("demo-1.0/demo/__init__.py", "")];
    let said = pack(&session, &gzip(&entries), &[]).exits(2);
    assert!(
        said.err.starts_with("error: demo-1.0.tar.gz/pyproject.toml: there is no [project] table"),
        "{}",
        said.err
    );
    let said = pack(&session, &gzip(&[file("demo-1.0/README", "")]), &[]).exits(2);
    assert!(said.err.starts_with("error: demo-1.0.tar.gz: no Python files"), "{}", said.err);
}

#[test]
fn the_version_is_named_if_a_source_does_not_compile() {
    let session = Session::new();
    let mut entries = project();
    entries[1] = file(
        "demo-1.0/PKG-INFO",
        &PKG_INFO.replace("Requires-Dist", "Requires-Python: ==3.14.*\nRequires-Dist"),
    );
    entries.push(file("demo-1.0/demo/bad.py", "x = = 1\n"));
    session.file("demo-1.0.tar.gz", gzip(&entries));
    let mut command = session.command(&["pack", "demo-1.0.tar.gz"]);
    let said: Said = command.env("PATH", "").output().unwrap().into();
    said.exits(1)
        .says("note: compiling for Python 3.14, the newest supported version that Requires-Python ==3.14.* allows")
        .says("hint: `--python` names another version, `--allow-failures` a file");
    pack(&session, &gzip(&entries), &["--allow-failures", "demo/bad.py"]).exits(0).says("1 allowed to fail");
}

/// The name becomes part of the wheel's path.
#[test]
fn a_name_that_is_not_a_project_s_is_refused() {
    for name in ["lnk/x", "../../x", "a b", "x;y", "demo!", "é", "-x", "/x", "."] {
        let session = Session::new();
        let info = PKG_INFO.replace("Name: demo", &format!("Name: {name}"));
        let mut files = project();
        files[1] = file("demo-1.0/PKG-INFO", &info);
        let said = pack(&session, &gzip(&files), &[]).exits(2);
        assert!(said.err.contains("is not a project's"), "{name}: {}", said.err);
        assert_eq!(session.files(), ["demo-1.0.tar.gz"], "{name}");
    }
}
