//! Archives at the path of an output that `pack` has not written, and whose content may be lost.

use crate::session::Session;
use std::io::{Cursor, Write as _};

const WHEEL: &str = "dist/demo-1.0-py3-none-any.whl";
const ZIP: &str = "dist/demo.zip";

fn project(more: &str) -> Session {
    let session = Session::new();
    session.file("demo/__init__.py", "# A module.\n".repeat(20));
    session.file("demo/core.py", "x = 1\n".repeat(100));
    session.file(
        "pycompile.toml",
        format!(
            "[source]\nfiles = [\"demo/__init__.py\", \"demo/core.py\"]\n[compile]\npython = \"3.14\"\n\
             [wheel.project]\nname = \"demo\"\nversion = \"1.0\"\n[zip]\noutput = \"{ZIP}\"\n{more}"
        ),
    );
    session
}

/// Writes a zip as other programs do, with the entries, names and times of pycompile's own.
fn zip_of_others(own: &[u8], stored: bool) -> Vec<u8> {
    let mut own = zip::ZipArchive::new(Cursor::new(own)).unwrap();
    let mut other = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..own.len() {
        let mut entry = own.by_index(index).unwrap();
        let method = if stored { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(method)
            .compression_level(if stored { None } else { Some(1) })
            .unix_permissions(0o644)
            .last_modified_time(zip::DateTime::from_date_and_time(1980, 1, 1, 0, 0, 0).unwrap());
        let name = entry.name().to_owned();
        if stored && name.ends_with(".pyc") {
            continue;
        }
        other.start_file(name, options).unwrap();
        std::io::copy(&mut entry, &mut other).unwrap();
    }
    other.finish().unwrap().into_inner()
}

fn read(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

fn refuses(session: &Session, arguments: &[&str], name: &str) {
    let before = session.files();
    let bytes = read(session, name);
    let said = session.run(arguments).exits(2);
    let error = format!(
        "error: refusing to overwrite {name}: it is not an archive that `pack` has written\n\
         hint: name another directory with `--output-dir`, or remove it\n"
    );
    assert!(said.err.ends_with(&error), "{arguments:?}: {}", said.err);
    assert_eq!((session.files(), read(session, name)), (before, bytes), "{arguments:?}");
}

#[test]
fn pack_replaces_and_clean_removes_only_what_pack_wrote() {
    for compression in ["stored", "deflated"] {
        let session = project(&format!("compression = \"{compression}\"\n"));
        session.run(&["pack"]).exits(0);
        session.run(&["pack"]).exits(0);
        // The same project with other contents, another time and another compression.
        session.file("demo/core.py", "x = 2\n".repeat(100));
        session.run(&["pack"]).exits(0);
        let later = session.command(&["pack"]).env("SOURCE_DATE_EPOCH", "1700000000").output().unwrap();
        assert!(later.status.success());
        for name in [WHEEL, ZIP] {
            let own = read(&session, name);
            let (changed, noted) = ([&own[..], b"x"].concat(), zip_of_others(&own, true));
            for foreign in [&b"mine"[..], &changed, &noted, &zip_of_others(&own, false), b"PK\x05\x06"] {
                session.file(name, foreign);
                refuses(&session, &["pack"], name);
                session.run(&["pack", "--check"]).exits(1);
                session.run(&["clean"]).exits(0);
                assert_eq!(read(&session, name), foreign);
                session.run(&["pack", "--output-dir", "other"]).exits(0);
                std::fs::remove_dir_all(session.path("other")).unwrap();
                std::fs::remove_file(session.path(name)).unwrap();
                session.run(&["pack"]).exits(0);
            }
        }
        session.run(&["clean"]).exits(0);
        assert!(!session.path("dist").exists());
    }
}

#[test]
fn pack_replaces_what_its_manifest_lists_whatever_its_form() {
    let session = project("[manifest]\noutput = \"m.json\"\n");
    session.run(&["pack"]).exits(0);
    // As if by another version of pycompile, which compresses otherwise.
    let own = read(&session, WHEEL);
    let other = session.file(WHEEL, zip_of_others(&own, false));
    refuses(&session, &["pack"], WHEEL);
    let digest = |path: &std::path::Path| {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(std::fs::read(path).unwrap());
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let size = other.metadata().unwrap().len();
    let mut manifest: serde_json::Value = serde_json::from_slice(&read(&session, "m.json")).unwrap();
    for archive in manifest["archives"].as_array_mut().unwrap() {
        if archive["path"].as_str().unwrap().ends_with(".whl") {
            archive["sha256"] = digest(&other).into();
            archive["size"] = size.into();
        }
    }
    session.file("m.json", serde_json::to_vec(&manifest).unwrap());
    session.run(&["pack"]).exits(0);
    assert_eq!(read(&session, WHEEL), own);
}

#[test]
fn a_wheel_that_is_packed_replaces_what_pack_wrote() {
    let session = project("");
    session.run(&["pack"]).exits(0);
    let own = read(&session, WHEEL);
    // A wheel by another tool has another generator, and keeps it.
    let name = "demo-1.0-py3-none-any.whl";
    let foreign = zip_of_others(&own, false);
    let (input, output) = (format!("in/{name}"), format!("out/{name}"));
    session.file(&input, &foreign);
    let pack = ["pack", &input, "--output-dir", "out"];
    for more in [&[][..], &["--bytecode", "pycache", "--python", "3.14"], &[]] {
        session.run(&[&pack[..], more].concat()).exits(0);
    }
    session.file(&output, &foreign);
    refuses(&session, &pack, &output);
    session.run(&["pack", &input, "--in-place"]).exits(0);
    session.file(&input, &foreign);
    // The wheels for two versions are written together or not at all.
    let sourceless =
        [&pack[..], &["--bytecode", "sourceless", "--python", "3.13", "--python", "3.14"]].concat();
    let second = "out/demo-1.0-cp314-none-any.whl";
    session.file(second, &foreign);
    refuses(&session, &sourceless, second);
    session.file(second, "");
    session.run(&sourceless).exits(0);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_not_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let session = project("[manifest]\noutput = \"m.json\"\n");
    session.run(&["pack"]).exits(0);
    let runs = [
        (WHEEL, &["pack"][..], "it is not an archive that `pack` has written"),
        (ZIP, &["pack"], "it is not an archive that `pack` has written"),
        ("m.json", &["pack"], "it is not a manifest"),
        ("m.json", &["build"], "it is not a manifest"),
        ("m.json", &["manifest", "demo", "--output", "m.json"], "it is not a manifest"),
    ];
    for (name, arguments, words) in runs {
        let path = session.path(name);
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        mode(0);
        if std::fs::File::open(&path).is_ok() {
            return crate::session::skipped("root reads every file");
        }
        session.run(arguments).exits(2).says(&format!("refusing to overwrite {name}: {words}\n"));
        mode(0o644);
    }
    let mut file = std::fs::File::options().append(true).open(session.path(ZIP)).unwrap();
    file.write_all(b"x").unwrap();
    refuses(&session, &["pack"], ZIP);
}
