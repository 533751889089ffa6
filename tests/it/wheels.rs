//! `pack WHEEL`: wheels that are packed again, and wheels that are refused, with the messages.

use crate::session::{Said, Session};
use pycompile::archive::File;
use pycompile::archive::{ZipOptions, write};
use pycompile::wheel::{Project, Record, RecordRow, TagSet, assemble};

const NAME: &str = "demo-1.0-py3-none-any.whl";

fn files() -> Vec<File> {
    let project = Project::new("demo", "1.0".parse().unwrap());
    let sources = vec![File::new("demo/__init__.py", ""), File::new("demo/core.py", "x = 1\n")];
    assemble(&project, &TagSet::any_python(), sources).unwrap().files
}

fn zip(files: &[File]) -> Vec<u8> {
    write(files, &ZipOptions::default()).unwrap()
}

fn pack(wheel: &[u8]) -> (Session, Said) {
    let session = Session::new();
    session.file(NAME, wheel);
    let said = session.run(&["pack", NAME]);
    (session, said)
}

/// Checks that a wheel is refused with this message, and that nothing is written.
#[track_caller]
fn refused(wheel: &[u8], status: i32, message: &str) {
    let (session, said) = pack(wheel);
    let said = said.exits(status);
    assert_eq!(said.err.lines().next(), Some(format!("error: {message}").as_str()), "{}", said.err);
    assert_eq!(session.files(), [NAME]);
}

/// Replaces `from` everywhere, in local headers and in the directory.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places = memchr::memmem::find_iter(&bytes, from).collect::<Vec<_>>();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// Changes the header of `demo/core.py` in the central directory, `offset` bytes from its
/// signature.
fn central(bytes: &[u8], offset: usize, value: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = memchr::memmem::find_iter(&bytes, b"PK\x01\x02")
        .find(|at| bytes[at + 46..].starts_with(b"demo/core.py"))
        .unwrap();
    bytes[at + offset..at + offset + value.len()].copy_from_slice(value);
    bytes
}

#[test]
fn a_wheel_comes_out_the_same() {
    let bytes = zip(&files());
    let (session, said) = pack(&bytes);
    said.exits(0);
    assert_eq!(std::fs::read(session.path(&format!("dist/{NAME}"))).unwrap(), bytes);
}

#[test]
fn another_order_and_other_times_make_no_difference() {
    let mut shuffled = files();
    shuffled.reverse();
    let mut options = ZipOptions::default();
    options.time = 1_600_000_000;
    let (session, said) = pack(&write(&shuffled, &options).unwrap());
    said.exits(0);
    assert_eq!(std::fs::read(session.path(&format!("dist/{NAME}"))).unwrap(), zip(&files()));
}

#[test]
fn a_path_that_escapes() {
    let bytes = replaced(&zip(&files()), b"demo/core.py", b"../../core.p");
    refused(&bytes, 1, &format!("{NAME}: entry \"../../core.p\": the name leaves the archive with \"..\""));
    let bytes = replaced(&zip(&files()), b"demo/core.py", b"/tmp/core.py");
    refused(&bytes, 1, &format!("{NAME}: entry \"/tmp/core.py\": the name is an absolute path"));
    let bytes = replaced(&zip(&files()), b"demo/core.py", b"demo\\core.py");
    refused(&bytes, 1, &format!("{NAME}: entry \"demo\\\\core.py\": the name has a backslash"));
}

#[test]
fn duplicate_names() {
    let mut twice = files();
    twice.push(File::new("demo/care.py", ""));
    let bytes = replaced(&zip(&twice), b"demo/care.py", b"demo/core.py");
    refused(&bytes, 1, &format!("{NAME}: entry \"demo/core.py\": there are two entries of this name"));
    let bytes = replaced(&zip(&twice), b"demo/care.py", b"demo/CORE.py");
    refused(
        &bytes,
        1,
        &format!(
            "{NAME}: entry \"demo/CORE.py\": on some file systems the name is the same as \"demo/core.py\""
        ),
    );
}

#[test]
fn a_symlink_entry() {
    let bytes = central(&zip(&files()), 38, &(0o120_777u32 << 16).to_le_bytes());
    refused(&bytes, 1, &format!("{NAME}: entry \"demo/core.py\": symbolic links are refused"));
}

/// A wheel that RECORD does not describe is refused before anything in it is compiled.
#[test]
fn a_record_is_checked_before_sources_are_compiled() {
    let session = Session::new();
    let mut broken = files();
    broken.iter_mut().find(|file| file.path == "demo/core.py").unwrap().bytes = "x = = 2\n".into();
    session.file(NAME, zip(&broken));
    let said = session.run(&["pack", NAME, "--bytecode", "pycache", "--python", "3.14"]).exits(1);
    assert_eq!(
        said.err.lines().next(),
        Some(
            format!("error: {NAME}: \"demo/core.py\" is not the file that RECORD lists: its digest differs")
                .as_str()
        ),
    );
    assert!(!said.err.contains("SyntaxError"), "{}", said.err);
}

#[test]
fn a_record_that_does_not_match() {
    let mut changed = files();
    changed.iter_mut().find(|file| file.path == "demo/core.py").unwrap().bytes = "x = 2\n".into();
    refused(
        &zip(&changed),
        1,
        &format!("{NAME}: \"demo/core.py\" is not the file that RECORD lists: its digest differs"),
    );
    let mut more = files();
    more.push(File::new("demo/evil.py", ""));
    refused(&zip(&more), 1, &format!("{NAME}: RECORD does not list \"demo/evil.py\""));
    let fewer = files().into_iter().filter(|file| file.path != "demo/core.py").collect::<Vec<_>>();
    refused(&zip(&fewer), 1, &format!("{NAME}: RECORD lists \"demo/core.py\", which does not exist"));
    let mut signed = files();
    signed.push(File::new("demo-1.0.dist-info/RECORD.jws", "{}"));
    refused(
        &zip(&signed),
        1,
        &format!("{NAME}: it is signed (demo-1.0.dist-info/RECORD.jws); a signed wheel cannot be repacked"),
    );
}

#[test]
fn an_encrypted_entry() {
    let bytes = central(&zip(&files()), 8, &1u16.to_le_bytes());
    refused(&bytes, 1, &format!("{NAME}: entry \"demo/core.py\": encrypted entries are refused"));
}

#[test]
fn a_truncated_wheel() {
    let bytes = zip(&files());
    let message =
        format!("{NAME}: not a zip archive, or a truncated one: it has no end of central directory");
    refused(&bytes[..bytes.len() - 1], 1, &message);
    refused(b"", 1, &message);
    let end = bytes.len() - 22;
    let field = |at: usize| u32::from_le_bytes(bytes[end + at..end + at + 4].try_into().unwrap());
    let message = format!(
        "{NAME}: bytes are missing before offset {}: the directory there is said to have {} bytes and to begin at {}",
        end - 1,
        field(12),
        field(16)
    );
    refused(&bytes[1..], 1, &message);
}

#[test]
fn a_zip_bomb() {
    let mut files = files();
    files.push(File::new("zeros", vec![0; 40 << 20]));
    let bytes = zip(&files);
    let (session, said) = pack(&bytes);
    let said = said.exits(1);
    let message = format!("error: {NAME}: entry \"zeros\": 41943040 bytes out of ");
    assert!(said.err.starts_with(&message) && said.err.contains("is treated as a zip bomb"), "{}", said.err);
    assert_eq!(session.files(), [NAME]);
    // Only the directory has the size: no memory is allocated for it.
    let liar = central(&zip(&self::files()), 24, &(900u32 << 20).to_le_bytes());
    refused(
        &liar,
        1,
        &format!(
            "{NAME}: entry \"demo/core.py\": the data is not the 943718400 bytes that the directory says"
        ),
    );
}

#[test]
fn timestamp_pycs_in_a_wheel() {
    let project = Project::new("demo", "1.0".parse().unwrap());
    let mut sources = vec![File::new("demo/core.py", "x = 1\n")];
    // Assembled under another name, because such a wheel cannot be made here.
    sources.push(File::new("demo/core.pxx", [b"+\x0e\r\n".as_slice(), &[0; 12], b"N"].concat()));
    let files = assemble(&project, &TagSet::any_python(), sources).unwrap().files;
    let renamed = files.into_iter().map(|file| File {
        path: file.path.replace(".pxx", ".pyc"),
        bytes: match file.path.ends_with("RECORD") {
            true => String::from_utf8(file.bytes.into_vec()).unwrap().replace(".pxx", ".pyc").into(),
            false => file.bytes,
        },
        ..file
    });
    refused(
        &zip(&renamed.collect::<Vec<_>>()),
        1,
        "\"demo/core.pyc\" is validated by the modification time of its source, which installers change: the pyc would \
         be stale once it is installed",
    );
}

#[test]
fn files_that_are_not_wheels() {
    let session = Session::new();
    session.file("demo.pyz", zip(&files()));
    session.run(&["pack", "demo.pyz"]).exits(2).says("demo.pyz is neither a wheel (.whl) nor an sdist");
    session.file("demo.zip", zip(&files()));
    session
        .run(&["pack", "demo.zip"])
        .exits(1)
        .says("a source distribution must have one top-level directory with all files");
    session.run(&["pack", "absent-1.0-py3-none-any.whl"]).exits(2).says("cannot read the archive");
    session.file("other-1.0-py3-none-any.whl", zip(&files()));
    session
        .run(&["pack", "other-1.0-py3-none-any.whl"])
        .exits(1)
        .says("a wheel of this name has one other-1.0.dist-info, and this one has demo-1.0.dist-info");
}

#[test]
fn two_files_for_one_place() {
    let clash = |name: &str, other: &str| {
        let project = Project::new("demo", "1.0".parse().unwrap());
        let sources = vec![
            File::new("demo/core.py", "x = 1\n"),
            File::new(name.replace(".data/", ".dato/"), "x = 2\n"),
        ];
        let files = assemble(&project, &TagSet::any_python(), sources).unwrap().files;
        // Assembled in a folder of another name, because such a wheel cannot be made here.
        let renamed = files.into_iter().map(|file| File {
            path: file.path.replace(".dato/", ".data/"),
            bytes: match file.path.ends_with("RECORD") {
                true => String::from_utf8(file.bytes.into_vec()).unwrap().replace(".dato/", ".data/").into(),
                false => file.bytes,
            },
            ..file
        });
        let message = "they have the same path, or one needs a directory where the other is a file";
        refused(
            &zip(&renamed.collect::<Vec<_>>()),
            1,
            &format!("{name:?} and {other:?} cannot both be installed: {message}"),
        );
    };
    // In the order of the wheel, the second is the one that is refused.
    clash("demo-1.0.data/purelib/demo/core.py", "demo/core.py");
    clash("demo-1.0.data/platlib/Demo/other.py", "demo/core.py");
    clash("demo-1.0.data/purelib/demo", "demo/core.py");
    let project = Project::new("demo", "1.0".parse().unwrap());
    let scripts = vec![File::new("run", ""), File::new("demo-1.0.data/scripts/run", "")];
    let files = assemble(&project, &TagSet::any_python(), scripts).unwrap().files;
    pack(&zip(&files)).1.exits(0);
}

#[test]
fn metadata_of_another_project() {
    // The same files under another name, or with METADATA that has another one, which RECORD lists
    // with the right digest.
    let with_metadata = |metadata: &str| {
        let mut files = files();
        let metadata = File::new("demo-1.0.dist-info/METADATA", metadata);
        let row = |file: &File| RecordRow::of(&file.path, &file.bytes.read());
        let record = files.pop().unwrap();
        *files.iter_mut().find(|file| file.path == metadata.path).unwrap() = metadata.clone();
        let mut rows = files.iter().map(row).collect::<Vec<_>>();
        rows.push(RecordRow::bare(&record.path));
        files.push(File::new(record.path, Record { rows }.render()));
        zip(&files)
    };
    for (metadata, message) in [
        (
            "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n",
            "the Name \"other\", but the file name has \"demo\"",
        ),
        (
            "Metadata-Version: 2.1\nName: demo\nVersion: 2\n",
            "the Version \"2\", but the file name has \"1.0\"",
        ),
        ("Metadata-Version: 2.1\nName: demo\n\nVersion: 1.0\n", "no Version"),
    ] {
        let wheel = with_metadata(metadata);
        refused(&wheel, 1, &format!("{NAME}: METADATA has {message}"));
    }
    pack(&with_metadata("metadata-version: 2.1\r\nname: De.Mo\r\nversion: 1\r\n")).1.exits(1);
    pack(&with_metadata("metadata-version: 2.1\r\nname: DEMO\r\nversion: v1.0.0\r\n")).1.exits(0);
}

#[test]
fn a_manifest_in_the_place_of_a_wheel() {
    let session = Session::new();
    let wheel = zip(&files());
    session.file(NAME, &wheel);
    for manifest in [NAME, &format!("./{NAME}"), &format!("out/{NAME}"), &format!("out/../{NAME}")] {
        std::fs::create_dir_all(session.path("out")).unwrap();
        let said = session.run(&["pack", NAME, "--output-dir", "out", "--manifest", manifest]);
        said.exits(2).says(&format!("refusing to overwrite {manifest}: it is a wheel, not a manifest"));
        assert_eq!(std::fs::read(session.path(NAME)).unwrap(), wheel);
        assert_eq!(session.files(), [NAME]);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_for_a_wheel() {
    let session = Session::new();
    let made = std::process::Command::new("mkfifo").arg(session.path(NAME)).status().unwrap();
    assert!(made.success());
    session.run(&["pack", NAME]).exits(2).says("not a regular file");
}

#[test]
fn license_files_in_the_working_directory() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("LICENSE.txt", "");
    session.file("vendor/LICENSE.txt", "");
    let config = "[source]\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\"]\nengine = \"native\"\n";
    session.file("pycompile.toml", format!("{config}[wheel]\nproject = \"pyproject.toml\"\n"));
    let cases = [("LICEN*", true, false), ("*/LICENSE.txt", false, true), ("**/LICENSE.txt", true, true)];
    for (pattern, own, vendored) in cases {
        let project =
            format!("[project]\nname = \"demo\"\nversion = \"1\"\nlicense-files = [\"{pattern}\"]\n");
        session.file("pyproject.toml", project);
        session.run(&["pack"]).exits(0);
        let wheel = std::fs::read(session.path("dist/demo-1-py3-none-any.whl")).unwrap();
        let has = |name: &str| wheel.windows(name.len()).any(|window| window == name.as_bytes());
        assert_eq!(has("dist-info/licenses/LICENSE.txt"), own, "{pattern}");
        assert_eq!(has("dist-info/licenses/vendor/LICENSE.txt"), vendored, "{pattern}");
    }
}

/// An archive within a directory is opened like one that only Python reads, which may follow other
/// bytes; a wheel may not.
#[test]
fn bytes_before_a_wheel_are_a_finding_in_a_directory() {
    let session = Session::new();
    let bytes = zip(&files());
    session.file(&format!("w/{NAME}"), [b"before it all", &bytes[..]].concat());
    let said = session.run(&["verify", "w"]).exits(1);
    assert_eq!(said.out, format!("w/{NAME}: wheel: 13 bytes are before the first entry\n"));
    session.run(&["verify", &format!("w/{NAME}")]).exits(2).says("13 bytes are before the first entry");
    session.file(&format!("w/{NAME}"), &bytes);
    session.file("w/a.pyz", [b"#!/usr/bin/env python3\n", &bytes[..]].concat());
    session.file("w/a.exe", [b"MZ launcher", &bytes[..]].concat());
    session.run(&["verify", "w"]).exits(0);
}
