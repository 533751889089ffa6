//! CPython's `test_py_compile` for `pycompile compile`, and its options that come from compileall.

use crate::session::{Session, flags};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

const SOURCE: &str = "x = 123\n";

/// Compiles `name` with the interpreter's own `py_compile`.
const REFERENCE: &str = "
import py_compile, sys
name, cfile, mode, level = sys.argv[1:]
py_compile.compile(name, cfile, doraise=True, optimize=int(level),
                   invalidation_mode=py_compile.PycInvalidationMode[mode])
";

fn cached(session: &Session, name: &str, level: u8) -> std::path::PathBuf {
    let program = "import importlib.util, sys; print(importlib.util.cache_from_source(sys.argv[1], \
                   optimization=sys.argv[2]), end='')";
    let level = if level == 0 { String::new() } else { level.to_string() };
    session.path(&session.python(program, &[name, &level]).exits(0).out)
}

#[test]
fn absolute_path() {
    let session = Session::new();
    let source = session.file("test.py", SOURCE);
    let pyc = session.path("test.pyc");
    session.compile(&[source.to_str().unwrap(), "-o", pyc.to_str().unwrap()]).exits(0);
    assert!(pyc.exists());
    assert_eq!(session.files(), ["test.py", "test.pyc"]);
}

#[test]
fn cfile_that_is_a_symlink_is_refused() {
    let session = Session::new();
    session.file("test.py", SOURCE);
    session.file("aim", "kept");
    std::os::unix::fs::symlink("aim", session.path("test.pyc")).unwrap();
    session.compile(&["test.py", "-o", "test.pyc"]).exits(1).says(
        "test.pyc is a symlink and will be changed into a regular file if import writes a byte-compiled file to it",
    );
    assert_eq!(std::fs::read(session.path("aim")).unwrap(), b"kept");
    assert!(session.path("test.pyc").is_symlink());
}

#[test]
fn cfile_that_is_not_a_regular_file_is_refused() {
    let words = "is a non-regular file and will be changed into a regular one if import writes a byte-compiled file \
                 to it";
    let session = Session::new();
    session.file("test.py", SOURCE);
    session.compile(&["test.py", "-o", "/dev/null"]).exits(1).says(&format!("/dev/null {words}"));
    std::fs::create_dir(session.path("folder")).unwrap();
    session.compile(&["test.py", "-o", "folder"]).exits(1).says(&format!("folder {words}"));
    let made = std::process::Command::new("mkfifo").arg(session.path("pipe")).status().unwrap();
    assert!(made.success());
    session.compile(&["test.py", "-o", "pipe"]).exits(1).says(&format!("pipe {words}"));
    assert_eq!(session.files(), ["pipe", "test.py"]);
}

#[test]
fn cache_path() {
    let session = Session::new();
    session.file("test.py", SOURCE);
    session.compile(&["test.py"]).exits(0);
    assert!(cached(&session, "test.py", 0).exists());
}

#[test]
fn the_working_directory_does_not_matter() {
    let session = Session::new();
    session.file("test.py", SOURCE);
    session.file("elsewhere/keep", "");
    let source = session.path("test.py");
    let mut command = session.command(&["compile", "--engine", crate::session::ENGINE]);
    let output = command.arg(&source).current_dir(session.path("elsewhere")).output().unwrap();
    assert!(output.status.success());
    assert!(cached(&session, "test.py", 0).exists());
    assert_eq!(session.files().len(), 3);
}

#[test]
fn relative_path_as_given_is_recorded() {
    let session = Session::new();
    session.file("d/test.py", SOURCE);
    session.compile(&["./d/test.py", "-o", "a.pyc"]).exits(0);
    let program = "import marshal; print(marshal.loads(open('a.pyc', 'rb').read()[16:]).co_filename, end='')";
    assert_eq!(session.python(program, &[]).exits(0).out, "./d/test.py");
}

#[test]
fn bytes_are_those_of_py_compile() {
    let session = Session::new();
    let source = "'doc'\n\ndef f(a, *, b=1):\n    'inner'\n    assert a\n    return {a: b, 'é': b'x'}\n";
    session.file("test.py", source);
    for (mode, name) in
        [("timestamp", "TIMESTAMP"), ("checked-hash", "CHECKED_HASH"), ("unchecked-hash", "UNCHECKED_HASH")]
    {
        for level in ["0", "1", "2"] {
            session.python(REFERENCE, &["test.py", "theirs", name, level]).exits(0);
            session
                .compile(&["-f", "test.py", "-o", "ours", "--optimize", level, "--invalidation-mode", mode])
                .exits(0);
            let (ours, theirs) = (
                std::fs::read(session.path("ours")).unwrap(),
                std::fs::read(session.path("theirs")).unwrap(),
            );
            assert!(ours == theirs, "{mode}, level {level}");
        }
    }
}

#[test]
fn mode_of_the_source_is_carried() {
    let session = Session::new();
    let source = session.file("test.py", SOURCE);
    for (of_source, of_pyc) in [(0o644, 0o644), (0o755, 0o644), (0o444, 0o644), (0o600, 0o600)] {
        std::fs::set_permissions(&source, std::fs::Permissions::from_mode(of_source)).unwrap();
        session.compile(&["-f", "test.py", "-o", "a.pyc"]).exits(0);
        assert_eq!(session.path("a.pyc").metadata().unwrap().mode() & 0o777, of_pyc, "{of_source:o}");
    }
}

#[test]
fn a_coding_cookie_is_obeyed() {
    let session = Session::new();
    session.file("latin.py", b"# -*- coding: latin-1 -*-\ntext = '\xe9'\n");
    session.compile(&["latin.py", "-o", "a.pyc"]).exits(0);
    let program =
        "import marshal; exec(marshal.loads(open('a.pyc', 'rb').read()[16:])); print(ascii(text), end='')";
    assert_eq!(session.python(program, &[]).exits(0).out, r"'\xe9'");
}

#[test]
fn only_the_last_suffix_is_replaced() {
    let session = Session::new();
    session.file("foo.bar.py", SOURCE);
    session.file("noext", SOURCE);
    session.file(".hidden", SOURCE);
    for name in ["foo.bar.py", "noext", ".hidden"] {
        session.compile(&[name]).exits(0);
        assert!(cached(&session, name, 0).exists(), "{name}: {:?}", session.files());
    }
}

#[test]
fn levels_have_their_own_names() {
    let session = Session::new();
    session.file("test.py", SOURCE);
    session.compile(&["test.py", "--optimize", "0", "--optimize", "1", "--optimize", "2"]).exits(0);
    for level in 0..=2 {
        assert!(cached(&session, "test.py", level).exists(), "level {level}");
    }
}

#[test]
fn invalidation_modes() {
    let session = Session::new();
    session.file("test.py", SOURCE);
    for (mode, expected) in [("timestamp", 0), ("checked-hash", 3), ("unchecked-hash", 1)] {
        session.compile(&["test.py", "-o", "a.pyc", "--invalidation-mode", mode]).exits(0);
        assert_eq!(flags(&session.path("a.pyc")), expected, "{mode}");
    }
}

#[test]
fn source_date_epoch_chooses_checked_hash() {
    let session = Session::new();
    session.file("test.py", SOURCE);
    for (value, expected) in [("123456789", 3), ("any text", 3), ("", 0)] {
        let mut command =
            session.command(&["compile", "--engine", crate::session::ENGINE, "test.py", "-o", "a.pyc"]);
        assert!(command.env("SOURCE_DATE_EPOCH", value).output().unwrap().status.success());
        assert_eq!(flags(&session.path("a.pyc")), expected, "SOURCE_DATE_EPOCH={value:?}");
    }
}

#[test]
fn several_files_and_a_list_on_standard_input() {
    let session = Session::new();
    session.file("a.py", SOURCE);
    session.file("b c.py", SOURCE);
    let engine = crate::session::ENGINE;
    session.run_with_input(&["compile", "--engine", engine, "-"], b"a.py\nb c.py\n").exits(0);
    assert!(cached(&session, "a.py", 0).exists() && cached(&session, "b c.py", 0).exists());
    session
        .run_with_input(&["compile", "--engine", engine, "-0", "-", "--layout", "legacy"], b"a.py\0b c.py")
        .exits(0);
    assert!(session.path("a.pyc").exists() && session.path("b c.pyc").exists());
}

#[test]
fn strip_and_prepend_take_whole_components() {
    let session = Session::new();
    session.file("build/lib/pkg/test.py", SOURCE);
    let program = "import marshal; print(marshal.loads(open('a.pyc', 'rb').read()[16:]).co_filename, end='')";
    for (options, recorded) in [
        (&["--strip-dir", "build/lib"][..], "pkg/test.py"),
        (&["--strip-dir", "build/lib/"], "pkg/test.py"),
        (&["--prepend-dir", "/usr"], "/usr/build/lib/pkg/test.py"),
        (&["--strip-dir", "build/lib", "--prepend-dir", "/usr/lib"], "/usr/lib/pkg/test.py"),
        (&["--dfile", "any name"], "any name"),
    ] {
        session.compile(&[&["-f", "build/lib/pkg/test.py", "-o", "a.pyc"], options].concat()).exits(0);
        assert_eq!(session.python(program, &[]).exits(0).out, recorded, "{options:?}");
    }
    let half = ["-f", "build/lib/pkg/test.py", "-o", "b.pyc", "--strip-dir", "build/li"];
    assert!(session.compile(&half).says("build/li").status > 0);
    assert!(!session.path("b.pyc").exists());
}

#[test]
fn equal_levels_become_one_file_on_request() {
    let session = Session::new();
    session.file("same.py", SOURCE);
    session.file("other.py", "'doc'\nassert x\n");
    let levels = ["--optimize", "0", "--optimize", "1", "--optimize", "2"];
    session.compile(&[&["--hardlink-dupes", "same.py", "other.py"], &levels[..]].concat()).exits(0);
    let inode = |name, level| cached(&session, name, level).metadata().unwrap().ino();
    assert!(inode("same.py", 0) == inode("same.py", 1) && inode("same.py", 1) == inode("same.py", 2));
    assert!(inode("other.py", 0) != inode("other.py", 1) && inode("other.py", 1) != inode("other.py", 2));
    session.compile(&[&["-f", "same.py"], &levels[..]].concat()).exits(0);
    assert!(inode("same.py", 0) != inode("same.py", 1));
}

#[test]
fn recursion_is_by_request_and_excludes() {
    let session = Session::new();
    for name in ["d/a.py", "d/e/b.py", "d/e/skip.py", "d/__pycache__/c.py", "d/text.txt"] {
        session.file(name, SOURCE);
    }
    session.compile(&["d"]).exits(1).says("Is a directory");
    session.compile(&["-r", "d", "--exclude", "**/skip.py", "--layout", "legacy"]).exits(0);
    let made = session.files().into_iter().filter(|name| name.ends_with(".pyc")).collect::<Vec<_>>();
    assert_eq!(made, ["d/a.pyc", "d/e/b.pyc"]);
}

#[test]
fn output_directory_mirrors_the_tree() {
    let session = Session::new();
    session.file("src/d/a.py", SOURCE);
    let common = ["src/d/a.py", "--strip-dir", "src", "--output-dir", "out"];
    session.compile(&common).exits(0);
    session.compile(&[&common[..], &["--layout", "legacy"]].concat()).exits(0);
    assert!(session.path("out/d/a.pyc").exists());
    assert!(session.files().iter().any(|name| name.starts_with("out/d/__pycache__/a.cpython-")));
    assert!(!session.path("src/d/__pycache__").exists());
}

#[test]
fn a_file_that_is_named_twice_is_compiled_once() {
    let session = Session::new();
    session.file("test.py", SOURCE);
    let said = session.compile(&["-q", "test.py", "test.py"]).exits(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    assert!(cached(&session, "test.py", 0).exists());
}

#[test]
fn quiet_runs_fail_all_the_same() {
    let session = Session::new();
    session.file("coding.py", "# -*- coding: uft-8 -*-\n");
    session.file("syntax.py", "x (\n");
    for name in ["coding.py", "syntax.py", "missing.py"] {
        assert!(!session.compile(&[name]).exits(1).err.is_empty(), "{name}");
        let said = session.compile(&["-q", name]).exits(1);
        assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""), "{name}");
    }
    assert_eq!(session.files(), ["coding.py", "syntax.py"]);
}

#[test]
fn line_ends_that_only_decoding_brings() {
    let session = Session::new();
    session.file("test.py", "#coding=U7+AA0''\n");
    let program = REFERENCE.replace("py_compile.compile(", "import os\ntry: py_compile.compile(")
        + "except py_compile.PyCompileError: os.write(1, b'refused')\n";
    let said = session.python(&program, &["test.py", "theirs", "UNCHECKED_HASH", "0"]).exits(0);
    let arguments = ["test.py", "-o", "ours", "--invalidation-mode", "unchecked-hash"];
    if said.out == "refused" {
        session.compile(&arguments).exits(1);
    } else {
        session.compile(&arguments).exits(0);
        assert!(
            std::fs::read(session.path("ours")).unwrap() == std::fs::read(session.path("theirs")).unwrap()
        );
    }
}
