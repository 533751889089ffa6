//! `--clamp-mtime`: timestamp pycs that stay valid when packers clamp modification times too.

use crate::session::Session;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const EPOCH: u64 = 1_700_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn mtime_in(pyc: &std::path::Path) -> u64 {
    let bytes = std::fs::read(pyc).unwrap();
    u32::from_le_bytes(bytes[8..12].try_into().unwrap()).into()
}

#[test]
fn newer_sources_are_set_back_and_older_ones_are_not() {
    for command in [&["compileall", "-q", "-b"][..], &["compile", "--layout", "legacy", "-q"]] {
        let session = Session::new();
        for (name, time) in [("old.py", EPOCH - 5), ("new.py", EPOCH + 5)] {
            let file = session.file(name, "x = 1\n");
            std::fs::File::open(file).unwrap().set_modified(at(time)).unwrap();
        }
        let arguments = ["--clamp-mtime", "--invalidation-mode", "timestamp", "old.py", "new.py"];
        let mut run = session.command(&[command, &arguments].concat());
        assert!(run.env("SOURCE_DATE_EPOCH", EPOCH.to_string()).status().unwrap().success());
        for (name, expected) in [("old", EPOCH - 5), ("new", EPOCH)] {
            let source = session.path(&format!("{name}.py"));
            assert_eq!(source.metadata().unwrap().modified().unwrap(), at(expected), "{name}");
            assert_eq!(mtime_in(&session.path(&format!("{name}.pyc"))), expected, "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn targets_of_links_are_not_touched() {
    let session = Session::new();
    let source = session.file("elsewhere/a.py", "x = 1\n");
    std::fs::File::open(&source).unwrap().set_modified(at(EPOCH + 5)).unwrap();
    std::os::unix::fs::symlink(&source, session.path("link.py")).unwrap();
    let arguments = ["--clamp-mtime", "--invalidation-mode", "timestamp", "-o", "link.pyc", "link.py"];
    let mut run = session.command(&[&["compile", "-q"][..], &arguments].concat());
    assert!(run.env("SOURCE_DATE_EPOCH", EPOCH.to_string()).status().unwrap().success());
    assert_eq!(source.metadata().unwrap().modified().unwrap(), at(EPOCH + 5));
    assert_eq!(mtime_in(&session.path("link.pyc")), EPOCH);
}

#[test]
fn there_must_be_a_time_to_clamp_to() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    let said = session.run(&["compileall", "--clamp-mtime", "a.py"]).exits(2);
    assert_eq!(said.err, "error: --clamp-mtime needs SOURCE_DATE_EPOCH, which is not set\n");
    let mut run = session.command(&["compile", "--clamp-mtime", "a.py"]);
    let said = run.env("SOURCE_DATE_EPOCH", "yesterday").output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&said.stderr),
        "error: SOURCE_DATE_EPOCH is `yesterday`, not a number of seconds\n"
    );
    // Later than the time of any file, so nothing is clamped.
    let mut run = session.command(&["compile", "-q", "--clamp-mtime", "a.py"]);
    assert!(run.env("SOURCE_DATE_EPOCH", u64::MAX.to_string()).status().unwrap().success());
}
