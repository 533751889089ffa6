//! Errors of `compile`, with the exact text. Those of configs are in `config.rs`, of archives in
//! `wheels.rs`, of `pack` in `pack.rs`.

use crate::session::Session;

/// Returns the error of the same interpreter's `py_compile`.
const REFERENCE: &str = "
import py_compile, sys
try:
    py_compile.compile(sys.argv[1], 'reference.pyc', doraise=True, optimize=0)
except (py_compile.PyCompileError, OSError) as error:
    print(str(error).rstrip('\\n'), end='')
";

/// Checks that the error for `name` is that of CPython, and that no file remains.
#[track_caller]
fn says_what_cpython_says(session: &Session, name: &str) -> String {
    let before = session.files();
    let expected = session.python(REFERENCE, &[name]).exits(0).out;
    assert!(!expected.is_empty(), "CPython accepts {name}");
    let said = session.compile(&[name]).exits(1);
    assert_eq!(said.err.strip_suffix("\n0 compiled, 0 up to date, 1 failed\n"), Some(expected.as_str()));
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
fn pipe_or_device_given_as_file() {
    let session = Session::new();
    assert!(std::process::Command::new("mkfifo").arg(session.path("pipe.py")).status().unwrap().success());
    for name in ["pipe.py", "/dev/zero"] {
        let said = session.compile(&[name, "-o", "a.pyc"]).exits(1);
        let expected = format!(
            "OSError: {name} is not a regular file: nothing is read from it\n0 compiled, 0 up to date, 1 failed\n"
        );
        assert_eq!(said.err, expected);
    }
    assert_eq!(session.files(), ["pipe.py"]);
}

/// A source that CPython refuses is refused in the same words.
#[track_caller]
fn refused(source: impl AsRef<[u8]>) -> String {
    let session = Session::new();
    session.file("a.py", source);
    says_what_cpython_says(&session, "a.py")
}

#[test]
fn syntax_error() {
    let said = refused("x = 1\nif x:\n    y = = 2\n");
    assert_eq!(said, "  File \"a.py\", line 3\n    y = = 2\n        ^\nSyntaxError: invalid syntax");
}

#[test]
fn errors_of_indentation() {
    refused("if 1:\nx = 2\n");
    refused("if 1:\n\tx = 1\n        y = 2\n");
    refused("x = 1\n  y = 2\n");
}

#[test]
fn errors_after_the_parser() {
    refused("return 1\n");
    refused("def f(a):\n    global a\n");
    refused("from __future__ import braces\n");
}

#[test]
fn error_in_a_line_that_is_not_ascii() {
    refused("é = 'é' + + * 2\n");
}

#[test]
fn source_that_ends_early() {
    refused("f(1,\n");
    refused("x = \"\"\"\n");
}

#[test]
fn undecodable_source() {
    refused(b"x = '\xff'\n");
    refused(b"# coding: ascii\nx = '\xe9'\n");
}

#[test]
fn unknown_coding() {
    refused("# coding: no-such-codec\nx = 1\n");
    refused(b"\xef\xbb\xbf# coding: latin-1\nx = 1\n");
}

#[test]
fn nul_in_source() {
    refused("x = 1\n\0\n");
}

#[test]
fn error_between_cr_line_ends() {
    refused("x = 1\rif x:\r    y = = 2\r");
}

#[test]
fn line_ends_of_all_kinds_compile() {
    let session = Session::new();
    session.file("cr.py", "x = 1\ry = 2\r");
    session.file("crlf.py", "x = 1\r\ny = 2\r\n");
    let said = session.compile(&["cr.py", "crlf.py"]).exits(0);
    assert_eq!(said.err, "");
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Compiles as a user other than root, to whom permissions apply; `None` if such a user cannot run
/// the binary.
fn as_nobody(session: &Session, arguments: &[&str]) -> Option<crate::session::Said> {
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::process::CommandExt as _;
    set_mode(&session.path(""), 0o755);
    let mut command =
        session.command(&[&["compile", "--engine", crate::session::ENGINE], arguments].concat());
    if session.path("").metadata().unwrap().uid() == 0 {
        command.uid(65534);
    }
    match command.output() {
        Ok(output) => Some(output.into()),
        Err(error) => {
            crate::session::skipped(&format!("nobody cannot run the binary here: {error}"));
            None
        }
    }
}

#[test]
fn unreadable_file() {
    let session = Session::new();
    let source = session.file("a.py", "x = 1\n");
    set_mode(&source, 0o000);
    let Some(said) = as_nobody(&session, &["a.py"]) else { return };
    let expected = "[Errno 13] Permission denied: 'a.py'\n0 compiled, 0 up to date, 1 failed\n";
    assert_eq!(said.exits(1).err, expected);
}

#[test]
fn two_sources_for_one_pyc() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("d/a.py", "");
    let said = session.compile(&["a.py", "d/a.py", "--output-dir", "out", "--strip-dir", "d"]).exits(1);
    let expected =
        "ValueError: a.py is not below d, the directory to strip\n1 compiled, 0 up to date, 1 failed\n";
    assert_eq!(said.err, expected);
    let said = session.compile(&["-v", "a.py", "./a.py", "--layout", "legacy"]).exits(0);
    assert!(said.err.ends_with("1 compiled, 0 up to date, 0 failed\n"), "one file named twice: {}", said.err);
    session.file("a.pyw", "");
    let said = session.compile(&["a.py", "a.pyw"]).exits(2);
    let tag = session.python("import sys; print(sys.implementation.cache_tag, end='')", &[]).exits(0).out;
    let expected = format!("error: a.py and a.pyw would both be compiled to __pycache__/a.{tag}.pyc\n");
    assert_eq!(said.err, expected);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("bad.py", "x = = 1\n");
    session.file("z.py", "");
    let said = session.compile(&["a.py", "bad.py", "gone.py", "z.py", "--layout", "legacy"]).exits(1);
    let of_python = session.python(REFERENCE, &["bad.py"]).exits(0).out;
    let expected = format!(
        "{of_python}\n[Errno 2] No such file or directory: 'gone.py'\n2 compiled, 0 up to date, 2 failed\n"
    );
    assert_eq!(said.err, expected);
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
fn an_empty_list_is_reported() {
    let session = Session::new();
    let said = session.run(&["compile"]).exits(2);
    let expected = "error: the following required arguments were not provided:\n  <FILE>...\n";
    assert!(said.err.starts_with(expected), "{}", said.err);
    // A list from a pipe may be empty, as for py_compile.
    let said = session.run_with_input(&["compile", "--engine", crate::session::ENGINE, "-"], b"").exits(0);
    assert_eq!(said.err, "note: no Python files to compile\n");
}

/// Returns the path of the `python3` on PATH, and its full version.
fn python_on_path(session: &Session) -> (String, String) {
    let program =
        "import platform, shutil; print(shutil.which('python3'), platform.python_version(), end='')";
    let about = session.python(program, &[]).exits(0).out;
    let (python, version) = about.rsplit_once(' ').unwrap();
    (python.to_owned(), version.to_owned())
}

#[test]
fn an_interpreter_of_another_version() {
    let session = Session::new();
    session.file("a.py", "");
    let (python, version) = python_on_path(&session);
    let other = if version.starts_with("3.8.") { "3.9" } else { "3.8" };
    let run = |interpreter: &str| {
        let engine = ["compile", "--engine", "python", "--python", other, "--interpreter", interpreter];
        session.run(&[&engine[..], &["a.py"]].concat()).exits(2).err
    };
    let (minor, _) = version.rsplit_once('.').unwrap();
    let expected = format!(
        "error: {python} is Python {version}, not {other}\nhint: `--python {minor}` compiles with this \
         interpreter; for {other}, `--interpreter PATH` has to name another\n"
    );
    assert_eq!(run(&python), expected);
    let hint = "hint: `--interpreter PATH` names the program of a Python 3.8 or newer, such as \
                /usr/bin/python3.12\n";
    let expected = "error: cannot start /bin/true: it is not a Python 3.8 or later, or it is broken\n";
    assert_eq!(run("/bin/true"), [expected, hint].concat());
    let expected = "error: cannot start /no/such/python: No such file or directory (os error 2)\n";
    assert_eq!(run("/no/such/python"), [expected, hint].concat());
    assert_eq!(session.files(), ["a.py"]);
}

#[test]
fn a_file_that_takes_too_long_is_given_up() {
    let session = Session::new();
    // Nothing to fold, but much to parse: the parser of every version takes seconds for 40 MB.
    session.file("slow.py", "x = [\n".to_owned() + &"1,2,3,4,5,6,7,8,\n".repeat(1_500_000) + "]\n");
    session.file("fast.py", "");
    let said = session.compile(&["--timeout", "1", "--layout", "legacy", "slow.py", "fast.py"]).exits(1);
    let program = "import sys; print('%d.%d' % sys.version_info[:2], end='')";
    let version = session.python(program, &[]).exits(0).out;
    let expected = format!(
        "TimeoutError: Python {version} did not finish within 1 s\n1 compiled, 0 up to date, 1 failed\n"
    );
    assert_eq!(said.err, expected);
    assert!(session.path("fast.pyc").exists() && !session.path("slow.pyc").exists());
}

/// Compiles `a.py` with a tmpfs of these mount options at `mounted`, and returns the files in it at
/// the end; `None` if mounting is not permitted. The mount is in a namespace of its own, and ends
/// with the process.
fn with_tmpfs(session: &Session, options: &str, arguments: &[&str]) -> Option<crate::session::Said> {
    const CANNOT: i32 = 77;
    let script = "mount -t tmpfs -o \"$1\" none mounted 2>/dev/null || exit 77; shift
                  \"$@\"; status=$?; find mounted -mindepth 1; exit $status";
    std::fs::create_dir(session.path("mounted")).unwrap();
    let binary = env!("CARGO_BIN_EXE_pycompile");
    for namespace in ["--mount", "--map-root-user"] {
        let mut command = std::process::Command::new("unshare");
        command.args([namespace, "--mount", "sh", "-c", script, "sh", options, binary, "compile"]);
        command.args(["--engine", crate::session::ENGINE, "a.py"]).args(arguments);
        let Ok(output) = command.current_dir(session.path("")).output() else { break };
        let own = output.stderr.starts_with(b"unshare:");
        if output.status.code() != Some(CANNOT) && !own {
            return Some(output.into());
        }
    }
    crate::session::skipped("this machine lets nobody mount a tmpfs");
    None
}

#[test]
fn disk_full() {
    let session = Session::new();
    session.file("a.py", format!("x = {:?}\n", "y".repeat(100_000)));
    let Some(said) = with_tmpfs(&session, "size=16k", &["-o", "mounted/a.pyc"]) else { return };
    let said = said.exits(1);
    let expected =
        "[Errno 28] No space left on device: 'mounted/a.pyc'\n0 compiled, 0 up to date, 1 failed\n";
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", expected));
}

#[test]
fn read_only_output_directory() {
    let session = Session::new();
    session.file("a.py", "");
    for output in ["mounted/out/a.pyc", "mounted/a.pyc"] {
        let Some(said) = with_tmpfs(&session, "ro,size=16k", &["-o", output]) else { return };
        let said = said.exits(1);
        let expected =
            format!("[Errno 30] Read-only file system: '{output}'\n0 compiled, 0 up to date, 1 failed\n");
        assert_eq!((said.out.as_str(), said.err), ("", expected));
        std::fs::remove_dir(session.path("mounted")).unwrap();
    }
}

#[test]
fn output_directory_of_somebody_else() {
    let session = Session::new();
    session.file("a.py", "");
    std::fs::create_dir(session.path("out")).unwrap();
    set_mode(&session.path("out"), 0o555);
    let Some(said) = as_nobody(&session, &["a.py", "-o", "out/a.pyc"]) else { return };
    let said = said.exits(1);
    let expected = "[Errno 13] Permission denied: 'out/a.pyc'\n0 compiled, 0 up to date, 1 failed\n";
    assert_eq!(said.err, expected);
    assert_eq!(session.files(), ["a.py"]);
}

/// The target of a compilation is not a file, and is not changed.
#[track_caller]
fn target_is_refused(make: impl Fn(&std::path::Path), words: &str) {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    make(&session.path("a.pyc"));
    let kind = || session.path("a.pyc").symlink_metadata().unwrap().file_type();
    let before = (session.files(), kind());
    let program = REFERENCE.replace("'reference.pyc'", "'a.pyc'");
    let of_python = session.python(&program, &["a.py"]).exits(0).out;
    let said = session.compile(&["a.py", "--layout", "legacy"]).exits(1);
    assert_eq!(of_python, format!("a.pyc {words}"));
    let expected = format!("FileExistsError: {of_python}\n0 compiled, 0 up to date, 1 failed\n");
    assert_eq!(said.err, expected);
    assert_eq!((session.files(), kind()), before);
}

const NOT_REGULAR: &str = "is a non-regular file and will be changed into a regular one if import writes a byte-compiled file to it";

#[test]
fn target_is_a_symlink() {
    let words =
        "is a symlink and will be changed into a regular file if import writes a byte-compiled file to it";
    target_is_refused(|path| std::os::unix::fs::symlink("a.py", path).unwrap(), words);
    target_is_refused(|path| std::os::unix::fs::symlink("nowhere", path).unwrap(), words);
}

#[test]
fn target_is_a_fifo() {
    let mkfifo = |path: &std::path::Path| {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    target_is_refused(mkfifo, NOT_REGULAR);
}

#[test]
fn target_is_a_directory() {
    target_is_refused(|path| std::fs::create_dir(path).unwrap(), NOT_REGULAR);
}

#[test]
fn no_interpreter_of_a_version() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    let (python, version) = python_on_path(&session);
    let own = &version[..version.rfind('.').unwrap()];
    let other = if own == "3.8" { "3.9" } else { "3.8" };
    // A PATH with a `python3` and nothing else on it.
    session.file("bin/python3", format!("#!/bin/sh\nexec {python} \"$@\"\n"));
    set_mode(&session.path("bin/python3"), 0o755);
    let run = |path: &str, version: &str| {
        let engine = crate::session::ENGINE;
        let mut command = session.command(&["compile", "--engine", engine, "--python", version, "a.py"]);
        command.env("PATH", session.path(path)).env("HOME", session.path("nowhere"));
        for name in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        crate::session::Said::from(command.output().unwrap())
    };
    let hint = "hint: `--interpreter PATH` names an interpreter; without one, 3.11, 3.12, 3.13, 3.14, 3.15 can be compiled for\n";
    let said = run("bin", other).exits(2);
    let expected = format!(
        "error: no interpreter for Python {other}: tried `python{other}` and `python3` (which is {version}) on PATH\n\
         {hint}"
    );
    assert_eq!(said.err, expected);
    let said = run("nowhere", other).exits(2);
    let expected = format!(
        "error: no interpreter for Python {other}: tried `python{other}` and `python3` on PATH\n{hint}"
    );
    assert_eq!(said.err, expected);
    assert_eq!(session.files(), ["a.py", "bin/python3"]);
    // It is used for its own version.
    run("bin", own).exits(0);
    assert_eq!(session.files().len(), 3);
}

/// An error of all levels is printed once; any other names its level.
#[test]
fn levels_give_one_error() {
    let session = Session::new();
    session.file("a.py", "x = = 1\n");
    session.file("b.py", "class A:\n    assert (yield)\n");
    let native = ["compile", "--engine", "native", "--optimize", "0", "--optimize", "1", "--python", "3.14"];
    let said = session.run(&[&native[..], &["a.py"]].concat()).exits(1);
    assert_eq!(said.err.matches("invalid syntax").count(), 1, "{}", said.err);
    assert!(!said.err.contains("level") && said.err.contains("2 failed"), "{}", said.err);
    let said = session.run(&[&native[..], &["a.py", "--python", "3.13"]].concat()).exits(1);
    assert_eq!(said.err.matches("invalid syntax").count(), 2, "{}", said.err);
    assert!(said.err.contains("Python 3.14:\n") && !said.err.contains("level"), "{}", said.err);
    let said = session.run(&[&native[..], &["b.py"]].concat()).exits(1);
    assert!(said.err.starts_with("level 0:\n") && said.err.contains("1 failed"), "{}", said.err);
}
