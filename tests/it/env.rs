//! `env` by the native compiler, in environments that lead elsewhere.

use crate::session::Session;
use std::os::unix::fs::symlink;

const SITE: &str = "v/lib/python3.14/site-packages";

fn environment() -> Session {
    let session = Session::new();
    session.file(&format!("{SITE}/p/a.py"), "x = 1\n");
    session.file(&format!("{SITE}/p-1.dist-info/RECORD"), "p/a.py,,\np-1.dist-info/RECORD,,\n");
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
    session.run(&["env", "/usr", "--root", "image"]).exits(2).says("leads out of image, to ");
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
    session.run(&["env", "/v", "--root", "image"]).exits(1).says("a.py leads out of ");
    assert_eq!(pycs(&session), 0, "{:?}", session.files());
    session.run(&["env", "image/v"]).exits(0).says("1 compiled");
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
    session.run(&["env", "v"]).exits(1).says("RECORD is a symlink and will be changed into a regular file");
    assert!(record.is_symlink());
}
