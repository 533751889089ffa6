//! What others do to a tree while it is worked at.

use crate::session::Session;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::sync::atomic::{AtomicBool, Ordering};

/// Modules in the tree, and beside the pycs that are outside of it.
const MODULES: usize = 40;

/// A directory of the tree and a link to one outside change places all the time.
#[test]
fn nothing_leaves_a_tree_that_changes() {
    let session = Session::new();
    for number in 0..MODULES {
        session.file(&format!("tree/p/m{number}.py"), "x = 1\n");
        session.file(&format!("outside/m{number}.py"), "x = 1\n");
        session.file(&format!("outside/__pycache__/m{number}.cpython-314.pyc"), "kept");
    }
    session.file(
        "pycompile.toml",
        "[source]\nroot = \"tree\"\nsearch = [\"**/*.py\"]\n[compile]\npython = [\"3.14\"]\non-error = \"skip\"\n",
    );
    let (folder, link) = (session.path("tree/p"), session.path("link"));
    std::os::unix::fs::symlink(session.path("outside"), &link).unwrap();
    let done = AtomicBool::new(false);
    let swaps = std::thread::scope(|scope| {
        let swapper = scope.spawn(|| {
            let mut swaps = 0;
            while !done.load(Ordering::Relaxed) {
                swaps += usize::from(renameat_with(CWD, &folder, CWD, &link, RenameFlags::EXCHANGE).is_ok());
            }
            swaps
        });
        for _ in 0..4 {
            // Whether a file is found at its place or not is luck: the status says nothing.
            session.run(&["compile", "-f", "--engine", "native", "--python", "3.14", "-r", "tree"]);
            session.run(&["compileall", "-f", "--python", "3.14", "tree"]);
            session.run(&["build"]);
            session.run(&["clean"]);
        }
        done.store(true, Ordering::Relaxed);
        swapper.join().unwrap()
    });
    if swaps == 0 {
        return crate::session::skipped("this file system does not let two names change places");
    }
    let outside = session.files().into_iter().filter(|name| name.starts_with("outside/__pycache__"));
    assert_eq!(outside.count(), MODULES);
    for number in 0..MODULES {
        let pyc = session.path(&format!("outside/__pycache__/m{number}.cpython-314.pyc"));
        assert_eq!(std::fs::read(pyc).unwrap(), b"kept");
    }
}
