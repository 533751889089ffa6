//! Bad input, with the exact words.

use crate::session::Session;

/// What the same interpreter's `py_compile` says.
const REFERENCE: &str = "
import py_compile, sys
try:
    py_compile.compile(sys.argv[1], 'reference.pyc', doraise=True, optimize=0)
except (py_compile.PyCompileError, OSError) as error:
    print(str(error).rstrip('\\n'), end='')
";

/// Holds that the binary says of `name` what CPython says of it, and leaves nothing behind.
#[track_caller]
fn says_what_cpython_says(session: &Session, name: &str) -> String {
    let before = session.files();
    let expected = session.python(REFERENCE, &[name]).exits(0).out;
    assert!(!expected.is_empty(), "CPython accepts {name}");
    let said = session.compile(&["-q", name]).exits(1);
    assert_eq!(said.err.trim_end_matches('\n'), expected);
    assert_eq!(session.files(), before);
    expected
}

#[test]
fn missing_file() {
    let said = says_what_cpython_says(&Session::new(), "missing.py");
    assert_eq!(said, "[Errno 2] No such file or directory: 'missing.py'");
}

#[test]
fn directory_given_as_file() {
    let session = Session::new();
    std::fs::create_dir(session.path("d.py")).unwrap();
    assert_eq!(says_what_cpython_says(&session, "d.py"), "[Errno 21] Is a directory: 'd.py'");
}

#[test]
fn sources_that_do_not_compile() {
    let session = Session::new();
    for (name, source) in [
        ("syntax.py", &b"x = 1\nif x:\n    y = = 2\n"[..]),
        ("indent.py", b"if 1:\nx = 2\n"),
        ("tab.py", b"if 1:\n\tx = 1\n        y = 2\n"),
        ("return.py", b"return 1\n"),
        ("wide.py", "é = 'é' + + * 2\n".as_bytes()),
        ("undecodable.py", b"x = '\xff'\n"),
        ("unknown.py", b"# coding: no-such-codec\nx = 1\n"),
        ("null.py", b"x = 1\n\0\n"),
        ("returns.py", b"x = 1\rif x:\r    y = = 2\r"),
        ("open.py", b"f(1,\n"),
    ] {
        session.file(name, source);
        says_what_cpython_says(&session, name);
    }
}

#[test]
fn line_ends_of_all_kinds_compile() {
    let session = Session::new();
    session.file("cr.py", "x = 1\ry = 2\r");
    session.file("crlf.py", "x = 1\r\ny = 2\r\n");
    session.compile(&["cr.py", "crlf.py"]).exits(0);
}

#[cfg(unix)]
#[test]
fn unreadable_file() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let session = Session::new();
    let source = session.file("a.py", "x = 1\n");
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&source, 0o000);
    set(&session.path(""), 0o755);
    let mut command = session.command(&["compile", "--engine", crate::session::ENGINE, "a.py"]);
    // Everything is readable to root; nobody in particular is somebody else.
    if source.metadata().unwrap().uid() == 0 {
        command.uid(65534);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return crate::session::skipped(&format!("nobody cannot run the binary here: {error}")),
    };
    let said = crate::session::Said::from(output).exits(1);
    assert!(said.err.starts_with("[Errno 13] Permission denied: 'a.py'\n"), "{}", said.err);
}

#[test]
fn two_sources_for_one_pyc() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("d/a.py", "");
    let said = session.compile(&["a.py", "d/a.py", "--output-dir", "out", "--strip-dir", "d"]).exits(1);
    assert!(said.err.contains("ValueError: a.py is not below d, which --strip-dir names"), "{}", said.err);
    let said = session.compile(&["a.py", "./a.py", "--layout", "legacy"]).exits(0);
    assert!(said.err.ends_with("1 compiled, 0 up to date, 0 failed\n"), "one file named twice: {}", said.err);
    session.file("a.pyw", "");
    let said = session.compile(&["a.py", "a.pyw"]).exits(2);
    let message = "error: a.py and a.pyw would both be compiled to __pycache__/a.cpython-";
    assert!(said.err.starts_with(message), "{}", said.err);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("bad.py", "x = = 1\n");
    session.file("z.py", "");
    session.compile(&["a.py", "bad.py", "gone.py", "z.py", "--layout", "legacy"]).exits(1).says("2 compiled");
    assert_eq!(session.files(), ["a.py", "a.pyc", "bad.py", "z.py", "z.pyc"]);
}

#[test]
fn a_failure_leaves_what_was_there() {
    let session = Session::new();
    session.file("a.py", "x = = 1\n");
    session.file("a.pyc", "what was there");
    session.compile(&["a.py", "--layout", "legacy"]).exits(1);
    assert_eq!(std::fs::read(session.path("a.pyc")).unwrap(), b"what was there");
    assert_eq!(session.files(), ["a.py", "a.pyc"]);
}

#[test]
fn an_empty_list_is_told() {
    let session = Session::new();
    session.run(&["compile"]).exits(2).says("FILE");
}

#[test]
fn an_interpreter_of_another_version() {
    let session = Session::new();
    session.file("a.py", "");
    let python = session.python("import sys; print(sys.executable, end='')", &[]).exits(0).out;
    session
        .run(&["compile", "--engine", "python", "--python", "3.8", "--interpreter", &python, "a.py"])
        .exits(2)
        .says("not 3.8");
    session
        .run(&["compile", "--engine", "python", "--python", "3.8", "--interpreter", "/bin/true", "a.py"])
        .exits(2)
        .says("cannot start /bin/true");
}

#[test]
fn a_file_that_takes_too_long_is_given_up() {
    let session = Session::new();
    // Folding nothing, but parsing for long: the parser of every version takes seconds over 40 MB.
    session.file("slow.py", "x = [\n".to_owned() + &"1,2,3,4,5,6,7,8,\n".repeat(1_500_000) + "]\n");
    session.file("fast.py", "");
    let said = session.compile(&["--timeout", "1", "--layout", "legacy", "slow.py", "fast.py"]).exits(1);
    said.says("did not finish within 1 s").says("1 compiled");
    assert!(session.path("fast.pyc").exists() && !session.path("slow.pyc").exists());
}

/// Mounts a small file system, or says that it cannot.
fn mounted(session: &Session, options: &str) -> Option<std::path::PathBuf> {
    let folder = session.path("mounted");
    std::fs::create_dir(&folder).unwrap();
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "none"])
        .arg(&folder)
        .output();
    if mount.is_ok_and(|output| output.status.success()) {
        return Some(folder);
    }
    crate::session::skipped("this machine lets nobody mount a tmpfs");
    None
}

struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn disk_full() {
    let session = Session::new();
    let Some(folder) = mounted(&session, "size=16k") else { return };
    let folder = Mounted(folder);
    session.file("a.py", format!("x = {:?}\n", "y".repeat(100_000)));
    session.compile(&["a.py", "-o", "mounted/a.pyc"]).exits(1).says("No space left on device");
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[test]
fn read_only_output_directory() {
    let session = Session::new();
    let Some(folder) = mounted(&session, "ro,size=16k") else { return };
    let _folder = Mounted(folder);
    session.file("a.py", "");
    session
        .compile(&["a.py", "--output-dir", "mounted/out"])
        .exits(1)
        .says("[Errno 30] Read-only file system");
}
