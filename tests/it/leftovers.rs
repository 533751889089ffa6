//! Temporary files of killed runs.

use crate::session::Session;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const NAME: &str = ".pycompile-0123456789abcdef.tmp";

#[allow(clippy::disallowed_methods, reason = "a leftover is one by its age")]
fn set_age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn leftover(session: &Session, folder: &str) -> PathBuf {
    let path = session.file(&format!("{folder}/{NAME}"), "half a p");
    set_age(&path, 3600);
    path
}

const SITE: &str = "v/lib/python3.14/site-packages";

/// A tree, an environment and a project, with the pycs of an earlier run.
fn session() -> Session {
    let session = Session::new();
    session.file("t/m.py", "x = 1\n");
    session.file(&format!("{SITE}/p/m.py"), "x = 1\n");
    session.record(&format!("{SITE}/p-1.dist-info/RECORD"), "p/m.py,,\np-1.dist-info/RECORD,,\n");
    session.file(
        "pycompile.toml",
        "[source]\nroot = \"t\"\nfiles = [\"m.py\"]\n[compile]\npython = [\"3.14\"]\n[tree]\noutput = \"build\"\n[wheel]\n\
         project = {name = \"demo\", version = \"1\"}\n[zip]\noutput = \"zips/a.zip\"\n[manifest]\noutput = \"lists/m.json\"\n",
    );
    session.run(&["compile", "--python=3.14", "-r", "t"]).exits(0);
    session.run(&["env", "v"]).exits(0);
    session.run(&["build"]).exits(0);
    session.run(&["pack"]).exits(0);
    session
}

const CASES: [(&[&str], &[&str]); 8] = [
    (&["compile", "--python=3.14", "-r", "t"], &["t/__pycache__"]),
    (&["compile", "--python=3.14", "t/m.py"], &["t/__pycache__"]),
    (&["compile", "--python=3.14", "-o", "here/m.pyc", "t/m.py"], &["here"]),
    (&["compileall", "-q", "--python=3.14", "t"], &["t/__pycache__"]),
    (&["build"], &["build", "build/__pycache__", "lists"]),
    (&["pack"], &["dist", "zips", "lists"]),
    (
        &["env", "v"],
        &["v/lib/python3.14/site-packages/p/__pycache__", "v/lib/python3.14/site-packages/p-1.dist-info"],
    ),
    (&["normalize", "t/__pycache__/m.cpython-314.pyc"], &["t/__pycache__"]),
];

#[test]
fn the_next_run_over_a_directory_removes_what_a_killed_one_left() {
    let session = session();
    for (command, folders) in CASES {
        let left: Vec<PathBuf> = folders.iter().map(|folder| leftover(&session, folder)).collect();
        session.run(command).exits(0);
        for path in &left {
            assert!(!path.exists(), "{command:?} left {}", path.display());
        }
    }
}

#[test]
fn files_of_another_run_stay() {
    let session = session();
    for (command, folders) in CASES {
        for folder in folders {
            // Locked, as a run that is still writing holds it, and old.
            let path = leftover(&session, folder);
            let lock = File::open(&path).unwrap();
            lock.lock().unwrap();
            // Not locked yet.
            let young = session.file(&format!("{folder}/.pycompile-fedcba9876543210.tmp"), "");
            // Not a temporary file of ours.
            let others = [".pycompile-0123456789abcdef.tmp2", ".pycompile.tmp", "0123456789abcdef.tmp"]
                .map(|name| session.file(&format!("{folder}/{name}"), ""));
            others.iter().for_each(|other| set_age(other, 3600));
            session.run(command).exits(0);
            for file in others.iter().chain([&path, &young]) {
                assert!(file.exists(), "{command:?} removed {}", file.display());
            }
            std::fs::remove_file(young).unwrap();
            std::fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn clean_removes_leftovers_of_any_age() {
    let session = session();
    let folders = ["build", "build/__pycache__", "lists", "dist", "zips"];
    for folder in folders {
        session.file(&format!("{folder}/{NAME}"), "");
    }
    let held = session.file("build/.pycompile-fedcba9876543210.tmp", "");
    let lock = File::open(&held).unwrap();
    lock.lock().unwrap();
    session.run(&["clean"]).exits(0);
    let left: Vec<String> = session.files().into_iter().filter(|name| name.ends_with(".tmp")).collect();
    assert_eq!(left, ["build/.pycompile-fedcba9876543210.tmp"]);
}

#[test]
fn a_leftover_that_is_a_symlink_or_a_directory_stays() {
    let session = session();
    let outside = session.file("outside", "kept");
    set_age(&outside, 3600);
    let link = session.path(&format!("t/__pycache__/{NAME}"));
    std::os::unix::fs::symlink(&outside, &link).unwrap();
    std::fs::create_dir(session.path("t/__pycache__/.pycompile-fedcba9876543210.tmp")).unwrap();
    session.run(&["compile", "--python=3.14", "-f", "-r", "t"]).exits(0);
    assert!(link.is_symlink() && outside.exists());
}
