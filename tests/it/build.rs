//! `build` and its manifest.

use crate::session::Session;
use std::path::Path;

/// A config for the `python3` on PATH.
pub(crate) fn config(more: &str) -> String {
    format!(
        "[source]\nroot = \"src\"\nfiles = [\"p/__init__.py\", \"p/m.py\"]\ndata = [\"p/d.txt\"]\n\n{more}"
    )
}

const COMPILE: &str = "[compile]\nengine = \"python\"\ninvalidation-mode = \"unchecked-hash\"\n";
const MANIFEST: &str = "[manifest]\noutput = \"out/m.json\"\nalso = [\"sha256sum\", \"in-toto\"]\n";

fn project(more: &str) -> Session {
    let session = Session::new();
    session.file("pycompile.toml", config(more));
    session.file("src/p/__init__.py", "");
    session.file("src/p/m.py", "def f(x):\n    return x + 1\n");
    session.file("src/p/d.txt", "data");
    session
}

fn read(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

fn json(session: &Session, name: &str) -> serde_json::Value {
    serde_json::from_slice(&read(session, name)).unwrap()
}

#[test]
fn the_manifest_agrees_with_the_tree_and_the_schema() {
    let session = project(&format!("{COMPILE}optimize = [0, 2]\n{MANIFEST}"));
    session.run(&["build"]).exits(0).says("4 compiled, 0 up to date, 0 failed");
    let manifest = json(&session, "out/m.json");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/pycompile-manifest-1.schema.json");
    let schema = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(&manifest).map(|error| error.to_string()).collect::<Vec<_>>();
    assert!(errors.is_empty(), "{errors:?}");
    let mut wrong = manifest.clone();
    wrong["files"][0]["path"] = "../escape.pyc".into();
    assert!(!validator.is_valid(&wrong), "the schema takes a path that escapes");
    wrong = manifest.clone();
    wrong["files"][0]["host"] = "here".into();
    assert!(!validator.is_valid(&wrong), "the schema takes a key that is not in it");

    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), 4);
    let paths = files.iter().map(|file| file["path"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(paths.is_sorted(), "{paths:?}");
    for file in files {
        let pyc = read(&session, &format!("src/{}", file["path"].as_str().unwrap()));
        assert_eq!(file["size"], pyc.len());
        assert_eq!(file["invalidation_mode"], "unchecked-hash");
        let source = &file["source"];
        let bytes = read(&session, &format!("src/{}", source["path"].as_str().unwrap()));
        assert_eq!(source["size"], bytes.len());
        let hash = pyc[8..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(source["source_hash"], hash.as_str(), "the hash in the header");
        assert_eq!(file["filename"], source["path"]);
    }
    let statement = json(&session, "out/m.in-toto.json");
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicate"], manifest);
    assert_eq!(statement["subject"].as_array().unwrap().len(), 4);
}

#[test]
fn sha256sum_accepts_the_text_form() {
    let session = project(&format!("{COMPILE}{MANIFEST}"));
    session.run(&["build"]).exits(0);
    let check = || {
        let mut command = std::process::Command::new("sha256sum");
        command.args(["-c", "--strict", "../out/m.sha256"]).current_dir(session.path("src"));
        command.output().expect("this test needs sha256sum").status.success()
    };
    assert!(check());
    let pyc = session.files().into_iter().find(|name| name.ends_with(".pyc")).unwrap();
    session.file(&pyc, "changed");
    assert!(!check(), "a changed pyc goes unnoticed");
}

#[test]
fn a_second_build_leaves_equal_pycs_alone_and_mends_others() {
    let session = project(&format!("{COMPILE}{MANIFEST}"));
    session.run(&["build"]).exits(0);
    let manifest = read(&session, "out/m.json");
    session.run(&["build"]).exits(0).says("0 compiled, 2 up to date");
    let pyc =
        session.files().into_iter().find(|name| name.ends_with(".pyc") && name.contains("/m.")).unwrap();
    // The header is right and the code is not: a published build does not depend on existing pycs.
    let mut bytes = read(&session, &pyc);
    *bytes.last_mut().unwrap() ^= 1;
    session.file(&pyc, bytes);
    session.run(&["build"]).exits(0).says("1 compiled, 1 up to date");
    assert_eq!(read(&session, "out/m.json"), manifest);
    session.run(&["clean"]).exits(0).says("5 removed, 0 failed");
    assert!(!session.files().iter().any(|name| name.ends_with(".pyc")));
}

#[test]
fn a_mirror_has_sources_and_data_with_fixed_modes() {
    let session = project(&format!("{COMPILE}layout = \"legacy\"\n[tree]\noutput = \"mirror\"\n"));
    session.run(&["build"]).exits(0);
    let mut found = session.files();
    found.retain(|name| name.starts_with("mirror/"));
    let p = |name| format!("mirror/p/{name}");
    assert_eq!(found, ["__init__.py", "__init__.pyc", "d.txt", "m.py", "m.pyc"].map(p));
    assert!(!session.files().iter().any(|name| name.starts_with("src/") && name.ends_with(".pyc")));
    #[cfg(unix)]
    for name in found {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(session.path(&name).metadata().unwrap().permissions().mode() & 0o777, 0o644, "{name}");
    }
}

#[test]
fn a_file_that_fails_keeps_the_manifest_back() {
    let session = project(&format!("{COMPILE}{MANIFEST}"));
    session.file("src/p/m.py", "x = = 1\n");
    let said = session.run(&["build"]).exits(1).says("1 compiled, 0 up to date, 1 failed");
    assert!(said.err.starts_with("  File \"p/m.py\", line 1\n"), "{}", said.err);
    assert!(!session.path("out").exists());
}

#[test]
fn a_file_that_fails_is_skipped_on_request() {
    let session = project(&format!("{COMPILE}on-error = \"skip\"\n{MANIFEST}"));
    session.file("src/p/m.py", "x = = 1\n");
    session.run(&["build"]).exits(1);
    assert_eq!(json(&session, "out/m.json")["files"].as_array().unwrap().len(), 1);
}

#[test]
fn a_file_may_be_allowed_to_fail() {
    let session = project(&format!("{COMPILE}allow-failures = [\"p/m.py\"]\n{MANIFEST}"));
    session.file("src/p/m.py", "x = = 1\n");
    session.run(&["build"]).exits(0).says("1 compiled, 0 up to date, 0 failed, 1 allowed to fail");
    assert_eq!(json(&session, "out/m.json")["files"].as_array().unwrap().len(), 1);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_symlink() {
    let session = project(COMPILE);
    let elsewhere = session.path("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, session.path("src/p/__pycache__")).unwrap();
    let said = session.run(&["build"]).exits(1);
    let message = "FileExistsError: src/p/__pycache__ is a symlink: nothing is written through it\n";
    assert!(said.err.starts_with(message), "{}", said.err);
    assert_eq!(std::fs::read_dir(elsewhere).unwrap().count(), 0);
}

#[test]
fn recorded_names_follow_the_rules() {
    let session = project(&format!(
        "{COMPILE}strip-dir = \"p\"\nprepend-dir = \"/usr/lib/p\"\nlayout = \"legacy\"\n{MANIFEST}"
    ));
    session.run(&["build"]).exits(0);
    assert_eq!(json(&session, "out/m.json")["files"][1]["filename"], "/usr/lib/p/m.py");
    let program = "import marshal, sys; print(marshal.loads(open('src/p/m.pyc', 'rb').read()[16:]).co_filename, end='')";
    assert_eq!(session.python(program, &[]).exits(0).out, "/usr/lib/p/m.py");
}

#[cfg(unix)]
#[test]
fn nothing_is_removed_through_a_symlink() {
    let session = project("");
    session.run(&["build"]).exits(0);
    let folders = session.files().into_iter().filter(|name| name.ends_with(".pyc"));
    let pyc = folders.min().unwrap();
    let folder = pyc.rsplit_once('/').unwrap().0;
    std::fs::rename(session.path(folder), session.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(session.path("elsewhere"), session.path(folder)).unwrap();
    let before = session.files();
    session.run(&["clean"]).exits(1).says("is a symlink: nothing is removed through it");
    let gone = before.iter().filter(|name| name.starts_with("elsewhere/"));
    assert!(gone.clone().count() > 0 && gone.clone().all(|name| session.path(name).exists()));
}

#[test]
fn copies_in_a_mirror_have_the_time_that_their_pycs_record() {
    let session = Session::new();
    let config = "[source]\nroot = \"src\"\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\"]\n\
                  engine = \"native\"\ninvalidation-mode = \"timestamp\"\n[tree]\noutput = \"out\"\n";
    session.file("pycompile.toml", config);
    let source = std::fs::File::options().write(true).open(session.file("src/a.py", "x = 1\n")).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_500_000_000);
    source.set_modified(time).unwrap();
    for _ in 0..2 {
        session.run(&["build"]).exits(0);
        assert_eq!(session.path("out/a.py").metadata().unwrap().modified().unwrap(), time);
        session.run(&["verify", "out"]).exits(0);
    }
}
