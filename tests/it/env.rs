//! `env` with the native compiler, in environments with symlinks and interpreters of their own.

use crate::session::Session;
use std::os::unix::fs::symlink;

const SITE: &str = "v/lib/python3.14/site-packages";

fn environment() -> Session {
    let session = Session::new();
    session.file(&format!("{SITE}/p/a.py"), "x = 1\n");
    session.record(&format!("{SITE}/p-1.dist-info/RECORD"), "p/a.py,,\np-1.dist-info/RECORD,,\n");
    session
}

fn pycs(session: &Session) -> usize {
    session.files().iter().filter(|name| name.ends_with(".pyc")).count()
}

#[test]
fn nothing_is_written_through_a_symlink() {
    let session = environment();
    std::fs::create_dir(session.path("outside")).unwrap();
    symlink(session.path("outside"), session.path(&format!("{SITE}/p/__pycache__"))).unwrap();
    let words = "__pycache__ is a symlink: nothing is written through it";
    session.run(&["env", "v"]).exits(1).says(words);
    assert_eq!(pycs(&session), 0, "{:?}", session.files());
}

#[test]
fn an_image_is_not_left() {
    let session = environment();
    std::fs::create_dir_all(session.path("image/usr")).unwrap();
    symlink(session.path("v/lib"), session.path("image/usr/lib")).unwrap();
    session
        .run(&["env", "/usr", "--root", "image"])
        .exits(2)
        .says("image/usr/lib is a symlink, whose target may belong to another environment");
    let arguments = ["env", "/usr", "--root", "image", "--follow-links"];
    session.run(&arguments).exits(2).says("leads out of image, to ");
    assert_eq!(pycs(&session), 0, "{:?}", session.files());
    session.run(&["env", "/v", "--root", "."]).exits(0).says("1 compiled");
    assert_eq!(pycs(&session), 1, "{:?}", session.files());
}

#[test]
fn a_device_in_an_image_is_not_read() {
    let session = environment();
    for name in ["INSTALLER", "direct_url.json"] {
        symlink("/dev/zero", session.path(&format!("{SITE}/p-1.dist-info/{name}"))).unwrap();
    }
    session.run(&["env", "v"]).exits(0).says("1 compiled");
}

#[test]
fn a_source_outside_of_an_image_is_not_read() {
    let session = environment();
    let outside = session.file("outside.py", "x = 2\n");
    std::fs::create_dir(session.path("image")).unwrap();
    std::fs::rename(session.path("v"), session.path("image/v")).unwrap();
    let source = session.path(&format!("image/{SITE}/p/a.py"));
    std::fs::remove_file(&source).unwrap();
    symlink(&outside, &source).unwrap();
    let words = "a.py is a symlink that leads out of image: it is not followed";
    session.run(&["env", "/v", "--root", "image"]).exits(1).says(words);
    session.run(&["env", "/v", "--root", "image", "--follow-links"]).exits(1).says(words);
    assert_eq!(pycs(&session), 0, "{:?}", session.files());
    let words = "a.py is a symlink that leads out of image/v: it is not followed\nhint: `--follow-links`";
    session.run(&["env", "image/v"]).exits(1).says(words);
    assert_eq!(pycs(&session), 0, "{:?}", session.files());
    session.run(&["env", "image/v", "--follow-links"]).exits(0).says("1 compiled");
}

#[test]
fn a_record_stays_with_its_owner() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    let session = environment();
    let record = session.path(&format!("{SITE}/p-1.dist-info/RECORD"));
    std::fs::set_permissions(&record, std::fs::Permissions::from_mode(0o640)).unwrap();
    let given = chown(&record, Some(1234), Some(4321)).is_ok();
    if !given {
        crate::session::skipped("only root gives files to others: the owner of a RECORD was not tried");
    }
    let before = std::fs::metadata(&record).unwrap();
    let package = session.path(&format!("{SITE}/p"));
    let _ = chown(&package, Some(1234), Some(4321));
    let _ = chown(package.join("a.py"), Some(1235), Some(4321));
    session.run(&["env", "v"]).exits(0).says("1 compiled");
    // Only the owner of `__pycache__` can remove what is in it.
    let owner =
        |path: &std::path::Path| std::fs::metadata(path).map(|found| (found.uid(), found.gid())).unwrap();
    assert_eq!(owner(&package.join("__pycache__")), owner(&package));
    assert_eq!(owner(&package.join("__pycache__/a.cpython-314.pyc")), owner(&package.join("a.py")));
    let after = std::fs::metadata(&record).unwrap();
    assert_ne!(after.ino(), before.ino());
    let of = |found: &std::fs::Metadata| (found.uid(), found.gid(), found.mode() & 0o7777);
    assert_eq!(of(&after), of(&before));
}

#[test]
fn a_record_that_is_a_symlink_is_named() {
    let session = environment();
    let record = session.path(&format!("{SITE}/p-1.dist-info/RECORD"));
    std::fs::rename(&record, session.path("RECORD")).unwrap();
    symlink(session.path("RECORD"), &record).unwrap();
    session.run(&["env", "v"]).exits(1).says("RECORD is a symlink that leads out of v: it is not followed");
    assert_eq!(pycs(&session), 0);
    let words = "RECORD is a symlink, and is not replaced\nhint: remove it if nothing needs it\n";
    session.run(&["env", "v", "--follow-links"]).exits(1).says(words);
    assert!(record.is_symlink());
}

#[test]
fn site_packages_by_a_symlink_are_compiled_on_request_only() {
    for link in ["v/lib", "v/lib/python3.14", SITE] {
        let session = environment();
        std::fs::rename(session.path(link), session.path("outside")).unwrap();
        symlink(session.path("outside"), session.path(link)).unwrap();
        let before = session.files();
        for arguments in [&["env", "v"][..], &["env", "v", "--check"], &["env", "/v", "--root", "."]] {
            let words = format!(
                "{link} is a symlink, whose target may belong to another environment\nhint: `--follow-links`"
            );
            session.run(arguments).exits(2).says(&words);
            assert_eq!(session.files(), before);
        }
        session.run(&["env", "v", "--follow-links"]).exits(0).says("1 compiled");
        session.run(&["env", "v", "--follow-links", "--check"]).exits(0);
        assert_eq!(pycs(&session), 1);
    }
}

#[test]
fn lib64_may_be_lib() {
    let session = environment();
    symlink("lib", session.path("v/lib64")).unwrap();
    session.run(&["env", "v"]).exits(0).says("1 compiled, 0 up to date");
    session.run(&["env", "v", "--check"]).exits(0);
}

/// Returns an interpreter that leaves a file when it runs, in an environment of `version`.
fn with_program(version: &str) -> Session {
    use std::os::unix::fs::PermissionsExt as _;
    let session = Session::new();
    let site = format!("v/lib/python{version}/site-packages");
    session.file(&format!("{site}/a.py"), "x = 1\n");
    session.record(&format!("{site}/p-1.dist-info/RECORD"), "a.py,,\np-1.dist-info/RECORD,,\n");
    let text = format!("#!/bin/sh\n: >{}\nexit 1\n", session.path("was-run").display());
    let program = session.file(&format!("v/bin/python{version}"), text);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["python", "python3"] {
        symlink(&program, session.path(&format!("v/bin/{name}"))).unwrap();
    }
    session
}

#[test]
fn no_program_of_the_environment_is_run_for_versions_that_the_native_compiler_knows() {
    for version in ["3.13", "3.14", "3.15"] {
        let session = with_program(version);
        session
            .run(&["env", "v", "--check"])
            .exits(1)
            .says(": missing: it does not exist: its source has not been compiled\n");
        session.run(&["env", "v"]).exits(0).says("1 compiled");
        session.run(&["env", "v", "--check"]).exits(0);
        session.run(&["verify", "v"]).exits(0);
        assert!(!session.path("was-run").exists(), "{version}");
    }
}

#[test]
fn a_program_of_the_environment_is_named_before_it_is_run() {
    let session = with_program("3.10");
    for arguments in [&["env", "v"][..], &["env", "v", "--check"]] {
        let refused = [arguments, &["--engine", "native"]].concat();
        session.run(&refused).exits(2).says("the native compiler does not support 3.10");
        assert!(!session.path("was-run").exists());
        let words = "running v/bin/python3.10, a program of the environment: the native compiler does not support Python 3.10";
        session.run(arguments).exits(2).says(words);
        assert!(session.path("was-run").exists());
        std::fs::remove_file(session.path("was-run")).unwrap();
    }
}

#[test]
fn the_release_of_an_environment_is_read_from_its_pyvenv_cfg() {
    let source = "f'{1:{2}\\{3}}'\nr = rf'{1:\\x41}'\n";
    let bytes_of = |config: Option<&str>, more: &[&str]| {
        let session = Session::new();
        let site = "v/lib/python3.13/site-packages";
        session.file(&format!("{site}/a.py"), source);
        session.record(&format!("{site}/p-1.dist-info/RECORD"), "a.py,,\np-1.dist-info/RECORD,,\n");
        if let Some(config) = config {
            session.file("v/pyvenv.cfg", config);
        }
        session.run(&[&["env", "v"], more].concat()).exits(0);
        std::fs::read(session.path(&format!("{site}/__pycache__/a.cpython-313.pyc"))).unwrap()
    };
    let bytes = |config| bytes_of(config, &[]);
    let newest = bytes(None);
    let oldest = bytes(Some("home = /usr/bin\nversion = 3.13.0\n"));
    assert_ne!(oldest, newest, "3.13.0 reads these format specs otherwise");
    assert_eq!(bytes(Some("version_info = 3.13.0.final.0\n")), oldest);
    assert_eq!(bytes(Some("Version = 3.13.0\n")), oldest);
    // The command line overrides it.
    assert_eq!(bytes_of(None, &["--python", "3.13.0"]), oldest);
    assert_eq!(bytes_of(Some("version = 3.13.0\n"), &["--python", "3.13.18"]), newest);
    // The version of another environment, or no version.
    for config in ["version = 3.14.0\n", "version = x\n", "", "version\n", "version = 3.13\n"] {
        assert_eq!(bytes(Some(config)), newest, "{config}");
    }
}

/// Debian's own directory has no version.
#[test]
fn the_directory_of_all_versions_needs_a_version() {
    let session = Session::new();
    let site = "f/usr/lib/python3/dist-packages";
    session.file(&format!("{site}/p/a.py"), "x = 1\n");
    session.record(&format!("{site}/p-1.dist-info/RECORD"), "p/a.py,,\np-1.dist-info/RECORD,,\n");
    let message = "dist-packages is the directory of all Python 3 versions of a Debian system, and does not record one\n\
                   hint: name it with `--python X.Y`";
    session.run(&["env", "f/usr"]).exits(2).says(message);
    session.run(&["env", "f/usr", "--python", "3.13"]).exits(0).says("1 compiled");
    assert!(session.path(&format!("{site}/p/__pycache__/a.cpython-313.pyc")).exists());
    session.run(&["env", "f/usr", "--python", "3.13", "--check"]).exits(0).says("1 verified, 0 findings");
}
