//! Changes to a tree by other users while a command works on it: a directory of the tree and a
//! symlink to one outside are swapped all the time. Nothing outside may change or get into the
//! tree.
//!
//! `cargo test --locked --test it races -- --ignored --nocapture` swaps 5,000 times for each
//! command.

use crate::session::{Session, skipped};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

/// Modules in each directory.
const MODULES: usize = 12;

/// Text of the sources outside, which nothing in the tree may contain.
const SECRET: &[u8] = b"hunter2";

/// A command, and the directories that are swapped while it runs.
struct Case {
    name: &'static str,
    /// Command lines, one after the other in each round.
    runs: &'static [&'static [&'static str]],
    /// Directories that become symlinks, each with the target.
    swapped: &'static [(&'static str, &'static str)],
}

const NATIVE: &str = "--python=3.14";

const CASES: [Case; 12] = [
    Case {
        name: "compile -r",
        runs: &[&["compile", "-f", NATIVE, "-r", "tree"]],
        swapped: &[("tree/p", "outside"), ("tree/p/__pycache__", "outside/__pycache__")],
    },
    Case {
        name: "compile -r --output-dir",
        runs: &[&["compile", "-f", NATIVE, "-r", "--strip-dir=tree", "--output-dir=out", "tree"]],
        swapped: &[("out/p", "outside"), ("out/p/__pycache__", "outside/__pycache__"), ("tree/p", "outside")],
    },
    Case {
        name: "compile -r --clamp-mtime",
        runs: &[&["compile", "-f", NATIVE, "-r", "--clamp-mtime", "tree"]],
        swapped: &[("tree/p", "outside")],
    },
    Case {
        name: "compile --below",
        runs: &[&["compile", "-f", NATIVE, "--below=tree", "tree/p/m0.py", "tree/p/m1.py", "tree/p/m2.py"]],
        swapped: &[("tree/p", "outside"), ("tree/p/__pycache__", "outside/__pycache__")],
    },
    Case {
        name: "compile -r --hardlink-dupes",
        runs: &[&["compile", "-f", NATIVE, "-r", "--optimize=0", "--optimize=1", "--hardlink-dupes", "tree"]],
        swapped: &[("tree/p", "outside"), ("tree/p/__pycache__", "outside/__pycache__")],
    },
    Case {
        name: "compileall",
        runs: &[
            &["compileall", "-qq", "-f", NATIVE, "tree"],
            &["compileall", "-qq", "-f", NATIVE, "--clamp-mtime", "-e", "tree", "tree"],
            &["compileall", "-qq", "-f", NATIVE, "-o0", "-o1", "--hardlink-dupes", "tree"],
        ],
        swapped: &[("tree/p", "outside"), ("tree/p/__pycache__", "outside/__pycache__")],
    },
    Case {
        name: "build",
        runs: &[&["build"], &["build", "--config=mirror.toml"]],
        swapped: &[
            ("tree/p", "outside"),
            ("tree/p/__pycache__", "outside/__pycache__"),
            ("build", "outside"),
            ("build/lib", "outside"),
            ("build/lib/p", "outside"),
        ],
    },
    Case {
        name: "clean",
        runs: &[&["build"], &["clean"]],
        swapped: &[("tree/p", "outside"), ("tree/p/__pycache__", "outside/__pycache__")],
    },
    Case {
        name: "pack",
        // Files next to the config belong to its project: `outside` is not below the directory of
        // this config.
        runs: &[&["pack", "--config=project/mirror.toml"]],
        swapped: &[
            ("project/tree/p", "outside"),
            ("project/licenses", "outside"),
            ("project/build", "outside"),
            ("project/dist", "outside"),
        ],
    },
    Case {
        name: "normalize",
        runs: &[&[
            "normalize",
            "tree/p/__pycache__/m0.cpython-314.pyc",
            "tree/p/__pycache__/m1.cpython-314.pyc",
            "tree/p/__pycache__/m2.cpython-314.pyc",
        ]],
        swapped: &[("tree/p", "outside"), ("tree/p/__pycache__", "outside/__pycache__")],
    },
    Case {
        name: "env",
        runs: &[&["env", "v"], &["env", "v", "--optimize=1", "--invalidation-mode=checked-hash"]],
        swapped: &[
            ("v/lib", "outside"),
            ("v/lib/python3.14", "outside"),
            ("v/lib/python3.14/site-packages", "outside"),
            ("v/lib/python3.14/site-packages/p", "outside"),
            ("v/lib/python3.14/site-packages/p/__pycache__", "outside/__pycache__"),
            ("v/lib/python3.14/site-packages/p-1.dist-info", "outside/p-1.dist-info"),
        ],
    },
    Case {
        name: "env --root",
        runs: &[&["env", "/", "--root=v"], &["env", "/", "--root=v", "--invalidation-mode=checked-hash"]],
        swapped: &[
            ("v/lib", "outside"),
            ("v/lib/python3.14/site-packages", "outside"),
            ("v/lib/python3.14/site-packages/p", "outside"),
        ],
    },
];

fn session() -> Session {
    let session = Session::new();
    let site = "v/lib/python3.14/site-packages";
    let mut record = String::new();
    for number in 0..MODULES {
        for folder in ["tree/p", "tree/q", "project/tree/p", &format!("{site}/p")] {
            session.file(&format!("{folder}/m{number}.py"), "def f():\n    return 'inside'\n");
        }
        let secret = "def f():\n    return 'hunter2'\n";
        // The same for every kind of directory on the way: a package, site-packages, lib or a
        // mirror.
        for folder in ["", "p/", "python3.14/site-packages/p/", "site-packages/p/", "lib/p/"] {
            session.file(&format!("outside/{folder}m{number}.py"), secret);
            session.file(&format!("outside/{folder}__pycache__/m{number}.cpython-314.pyc"), "kept");
        }
        record += &format!("p/m{number}.py,,\n");
    }
    record += "p-1.dist-info/RECORD,,\n";
    for folder in [site, "outside", "outside/site-packages", "outside/python3.14/site-packages"] {
        session.record(&format!("{folder}/p-1.dist-info/RECORD"), &record);
    }
    for folder in ["licenses", "project/licenses", "outside"] {
        session.file(&format!("{folder}/LICENSE"), if folder == "outside" { SECRET } else { b"license" });
    }
    let names: Vec<String> = (0..MODULES).map(|number| format!("\"p/m{number}.py\"")).collect();
    let head = format!(
        "[source]\nroot = \"tree\"\nfiles = [{}]\n[compile]\npython = [\"3.14\"]\non-error = \"skip\"\n",
        names.join(", ")
    );
    session.file("pycompile.toml", format!("{head}[manifest]\noutput = \"build/m.json\"\n"));
    let more = "[tree]\noutput = \"build/lib\"\n[wheel]\nbytecode = \"pycache\"\n\
        project = {name = \"demo\", version = \"1\", license-files = [\"licenses/LICENSE\"]}\n\
        [zip]\noutput = \"build/demo.zip\"\ncompression = \"stored\"\n[manifest]\noutput = \"dist/m.json\"\n";
    for config in ["mirror.toml", "project/mirror.toml"] {
        session.file(config, format!("{head}{more}"));
    }
    for folder in [
        "out/p/__pycache__",
        "build/lib/p",
        "dist",
        "project/build",
        "project/dist",
        &format!("{site}/p/__pycache__"),
    ] {
        std::fs::create_dir_all(session.path(folder)).unwrap();
    }
    session.run(&["compile", NATIVE, "-r", "tree"]).exits(0);
    // Pycs that normalize would change.
    for number in 0..3 {
        let pyc = session.path(&format!("tree/p/__pycache__/m{number}.cpython-314.pyc"));
        for folder in ["outside/__pycache__", "outside/p/__pycache__"] {
            let copy = session.path(folder).join(pyc.file_name().unwrap());
            let mut bytes = std::fs::read(&pyc).unwrap();
            let at = bytes.windows(6).position(|bytes| bytes == b"inside").unwrap();
            bytes[at..at + 6].copy_from_slice(b"hunter");
            std::io::Write::write_all(&mut File::create(copy).unwrap(), &bytes).unwrap();
        }
    }
    session
}

/// Facts about a file outside: everything except the time of its last access.
#[derive(Debug, PartialEq, Eq)]
struct State {
    bytes: Option<Vec<u8>>,
    inode: u64,
    mode: u32,
    links: u64,
    owner: (u32, u32),
    modified: (i64, i64),
    changed: (i64, i64),
}

fn states(folder: &Path) -> BTreeMap<PathBuf, State> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let state = |entry: walkdir::DirEntry| {
        let found = entry.path().symlink_metadata().unwrap();
        let state = State {
            bytes: found.is_file().then(|| std::fs::read(entry.path()).unwrap()),
            inode: found.ino(),
            mode: found.mode(),
            links: found.nlink(),
            owner: (found.uid(), found.gid()),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        };
        (entry.into_path(), state)
    };
    entries.map(state).collect()
}

/// Swaps directories until it is stopped; if there are several, one after another, and back again.
fn swap(session: &Session, swapped: &[(&str, &str)], done: &AtomicBool, swaps: &AtomicUsize) {
    let links: Vec<(PathBuf, PathBuf)> = swapped
        .iter()
        .enumerate()
        .map(|(number, (folder, target))| {
            let link = session.path(&format!("link{number}"));
            symlink(session.path(target), &link).unwrap();
            (session.path(folder), link)
        })
        .collect();
    let mut random = 1_u64;
    'all: loop {
        for (folder, link) in &links {
            for _ in 0..20 {
                if done.load(Ordering::Relaxed) {
                    break 'all;
                }
                // There and back, so that the next directory exists.
                for _ in 0..2 {
                    let exchanged = renameat_with(CWD, folder, CWD, link, RenameFlags::EXCHANGE);
                    swaps.fetch_add(usize::from(exchanged.is_ok()), Ordering::Relaxed);
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    std::thread::sleep(Duration::from_micros(random >> 55));
                }
            }
        }
    }
}

#[allow(clippy::print_stderr, reason = "a test that fails says which file")]
fn say(case: &Case, path: &str, what: &str) {
    eprintln!("{}: {path}: {what}", case.name);
}

/// Swaps at least `least` times while the command runs repeatedly, at least `runs` times, and
/// returns the number of swaps, of rounds, and of changes.
fn race(case: &Case, least: usize, runs: usize) -> (usize, usize, usize) {
    let session = session();
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let open = |number| File::open(session.path(&format!("tree/p/m{number}.py"))).unwrap();
    let sources: Vec<File> = (0..MODULES).map(open).collect();
    for entry in walkdir::WalkDir::new(session.path("outside")).into_iter().flatten() {
        File::open(entry.path()).unwrap().set_modified(late).unwrap();
    }
    let before = states(&session.path("outside"));
    let (done, swaps, mut rounds) = (AtomicBool::new(false), AtomicUsize::new(0), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| swap(&session, case.swapped, &done, &swaps));
        let are_few = |rounds| swaps.load(Ordering::Relaxed) < least || rounds < runs;
        while are_few(rounds) && (rounds < 4 || swaps.load(Ordering::Relaxed) > 0) {
            rounds += 1;
            for run in case.runs {
                for source in &sources {
                    source.set_modified(late).unwrap();
                }
                let mut command = session.command(run);
                if run.contains(&"--clamp-mtime") {
                    command.env("SOURCE_DATE_EPOCH", "1000000000");
                }
                // Whether a file exists at its place is a matter of luck, so any status is right,
                // except that of a panic.
                let said = command.output().unwrap();
                assert!(said.status.code().is_some_and(|status| status <= 2), "{run:?}: {said:?}");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    let after = states(&session.path("outside"));
    let paths = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
    let changed = paths.filter(|path| before.get(*path) != after.get(*path));
    let changed = changed.inspect(|path| say(case, &path.to_string_lossy(), "changed")).count();
    let leaked = leaks(case, &session);
    (swaps.into_inner(), rounds, changed + leaked)
}

/// Returns the files of the tree with content that only files outside have.
fn leaks(case: &Case, session: &Session) -> usize {
    let files = session.files().into_iter().filter(|name| !name.starts_with("outside/"));
    let has_secret = |name: &String| {
        let path = session.path(name);
        let is_link = path.is_symlink();
        !is_link && std::fs::read(path).unwrap().windows(6).any(|bytes| SECRET.starts_with(bytes))
    };
    files.filter(has_secret).inspect(|name| say(case, name, "has what is outside")).count()
}

#[test]
fn nothing_leaves_a_tree_that_changes() {
    for case in &CASES {
        let (swaps, _, changes) = race(case, 150, 1);
        if swaps == 0 {
            return skipped("this file system does not let two names change places");
        }
        assert_eq!(changes, 0, "{}", case.name);
    }
}

#[test]
#[ignore = "takes minutes: 5,000 swaps and 200 runs for each command"]
fn five_thousand_swaps_for_each_command() {
    let mut all = 0;
    for case in &CASES {
        let (swaps, rounds, changes) = race(case, 5_000, 200);
        println!("{:<30} {swaps:>6} swaps {rounds:>5} rounds {changes:>3} changes outside", case.name);
        assert!(swaps >= 5_000, "this file system does not let two names change places");
        all += changes;
    }
    assert_eq!(all, 0);
}
