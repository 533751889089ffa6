//! Modes of written files, whatever the umask.

use crate::session::{Said, Session};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

fn set(session: &Session, name: &str, mode: u32) {
    std::fs::set_permissions(session.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn has(session: &Session, name: &str, mode: u32) {
    let found = std::fs::metadata(session.path(name)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(found, mode, "{name} has {found:o}");
}

/// Runs the binary under a umask.
fn run(session: &Session, umask: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new("sh");
    command.args(["-c", "umask $0 && exec \"$@\"", umask, env!("CARGO_BIN_EXE_pycompile")]);
    command.args(arguments).current_dir(session.path("")).env_remove("SOURCE_DATE_EPOCH");
    command.stdin(Stdio::null()).output().unwrap().into()
}

const NATIVE: [&str; 5] = ["compile", "--engine", "native", "--python", "3.14"];

#[test]
fn a_cache_takes_the_mode_of_its_directory() {
    for umask in ["000", "022", "077"] {
        for mode in [0o755, 0o700, 0o775, 0o750, 0o2775, 0o1777] {
            let session = Session::new();
            session.file("s/a.py", "x = 1\n");
            set(&session, "s", mode);
            run(&session, umask, &[&NATIVE[..], &["s/a.py"]].concat()).exits(0);
            has(&session, "s/__pycache__", mode);
        }
    }
}

#[test]
fn other_directories_are_0755() {
    for umask in ["000", "077"] {
        let session = Session::new();
        session.file("s/p/a.py", "x = 1\n");
        set(&session, "s/p", 0o700);
        run(&session, umask, &[&NATIVE[..], &["--output-dir", "o/deep", "s/p/a.py"]].concat()).exits(0);
        run(&session, umask, &[&NATIVE[..], &["-o", "one/two/a.pyc", "s/p/a.py"]].concat()).exits(0);
        run(&session, umask, &["manifest", "s", "--output", "m/m.json"]);
        let config = "[source]\nroot = \"s\"\nfiles = [\"p/a.py\"]\n[compile]\npython = [\"3.14\"]\n\
            [tree]\noutput = \"t/mirror\"\n[zip]\noutput = \"dist/z/z.zip\"\n";
        session.file("pycompile.toml", config);
        run(&session, umask, &["build"]).exits(0);
        run(&session, umask, &["pack"]).exits(0);
        for folder in [
            "o",
            "o/deep",
            "o/deep/s",
            "o/deep/s/p",
            "o/deep/s/p/__pycache__",
            "one",
            "one/two",
            "t",
            "t/mirror",
        ] {
            has(&session, folder, 0o755);
        }
        for folder in ["t/mirror/p", "t/mirror/p/__pycache__", "dist", "dist/z"] {
            has(&session, folder, 0o755);
        }
        has(&session, "t/mirror/p/a.py", 0o644);
        has(&session, "dist/z/z.zip", 0o644);
    }
}

#[test]
fn only_the_owner_writes_a_pyc() {
    let session = Session::new();
    for (mode, expected) in
        [(0o666, 0o644), (0o664, 0o644), (0o777, 0o644), (0o444, 0o644), (0o600, 0o600), (0o640, 0o640)]
    {
        session.file("a.py", "x = 1\n");
        set(&session, "a.py", mode);
        run(&session, "000", &[&NATIVE[..], &["--force", "a.py"]].concat()).exits(0);
        has(&session, "__pycache__/a.cpython-314.pyc", expected);
        set(&session, "a.py", 0o644);
    }
    set(&session, "__pycache__/a.cpython-314.pyc", 0o666);
    run(&session, "000", &["normalize", "__pycache__/a.cpython-314.pyc"]).exits(0);
    let site = "e/lib/python3.14/site-packages";
    session.file(&format!("{site}/p/a.py"), "x = 1\n");
    set(&session, &format!("{site}/p/a.py"), 0o666);
    set(&session, &format!("{site}/p"), 0o750);
    session.record(&format!("{site}/p-1.dist-info/RECORD"), "p/a.py,,\np-1.dist-info/RECORD,,\n");
    run(&session, "077", &["env", "e"]).exits(0);
    has(&session, &format!("{site}/p/__pycache__"), 0o750);
    has(&session, &format!("{site}/p/__pycache__/a.cpython-314.pyc"), 0o644);
}

#[test]
fn modules_are_not_executable_in_archives() {
    let session = Session::new();
    session.file("p/a.py", "x = 1\n");
    session.file("p/bad.py", "x = (\n");
    session.file("p/tool.sh", "#!/bin/sh\n");
    let config = "[source]\nfiles = [\"p/a.py\", \"p/bad.py\"]\ndata = [\"p/tool.sh\"]\n[compile]\npython = [\"3.14\"]\n\
        on-error = \"skip\"\nallow-failures = [\"p/bad.py\"]\n[tree]\noutput = \"t\"\n[zip]\noutput = \"z.zip\"\nsources = false\n\
        [wheel]\nproject = { name = \"p\", version = \"1\" }\nbytecode = \"pycache\"\n";
    session.file("pycompile.toml", config);
    let read = |name: &str| std::fs::read(session.path(name)).unwrap();
    let archives = |mode: u32| {
        for name in ["p/a.py", "p/bad.py", "p/tool.sh"] {
            set(&session, name, if name.ends_with(".sh") { 0o755 } else { mode });
        }
        session.run(&["pack"]).exits(0);
        session.run(&["build"]).exits(0);
        has(&session, "t/p/a.py", 0o644);
        has(&session, "t/p/tool.sh", 0o755);
        [read("z.zip"), read("dist/p-1-py3-none-any.whl")]
    };
    let plain = archives(0o644);
    assert_eq!(archives(0o755), plain);
    let executable = |archive: &[u8], name: &str| {
        let archive = pycompile::archive::read("z".as_ref(), archive, &Default::default()).unwrap();
        archive.get(name).unwrap().executable()
    };
    for archive in &plain {
        assert!(executable(archive, "p/tool.sh") && !executable(archive, "p/bad.py"));
    }
}
