//! CPython's `test_compileall` for `pycompile compileall`. A test that differs on purpose says so,
//! and `docs/compileall.md` lists the difference. Tests of hard links are in
//! `compileall_links_port.rs`.

use crate::session::{Said, Session, flags};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const NAME: &str =
    "import marshal, sys; print(marshal.loads(open(sys.argv[1], 'rb').read()[16:]).co_filename, end='')";

/// A package `foo` with two modules, and the cache tag of the `python3` on PATH.
pub(crate) struct Package {
    pub(crate) session: Session,
    tag: String,
}

impl Package {
    pub(crate) fn new() -> Self {
        let session = Session::new();
        let tag = session.python("import sys; print(sys.implementation.cache_tag, end='')", &[]).exits(0).out;
        session.file("foo/__init__.py", "");
        session.file("foo/bar.py", "x = 123\n");
        Self { session, tag }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.session.run(&[&["compileall"], arguments].concat())
    }

    /// Returns the pyc of a source at a level.
    pub(crate) fn pyc(&self, source: &str, level: u8) -> PathBuf {
        let path = Path::new(source);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let level = if level == 0 { String::new() } else { format!(".opt-{level}") };
        let name = format!("__pycache__/{stem}.{}{level}.pyc", self.tag);
        self.session.path(path.parent().unwrap().join(name).to_str().unwrap())
    }

    fn compiled(&self, source: &str) -> bool {
        self.pyc(source, 0).exists()
    }

    fn recorded(&self, source: &str) -> String {
        self.session.python(NAME, &[self.pyc(source, 0).to_str().unwrap()]).exits(0).out
    }
}

fn set_time(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn time(path: &Path) -> SystemTime {
    path.metadata().unwrap().modified().unwrap()
}

#[test]
fn times_near_and_beyond_32_bits() {
    let package = Package::new();
    let source = package.session.path("foo/bar.py");
    for seconds in [(1 << 31) + 5, (1 << 32) - 1, 1 << 35, (1 << 33) + 7] {
        set_time(&source, seconds);
        if time(&source) != SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) {
            crate::session::skipped("this file system has no times beyond 32 bits");
            continue;
        }
        package.run(&["foo"]).exits(0);
        let pyc = std::fs::read(package.pyc("foo/bar.py", 0)).unwrap();
        assert_eq!(&pyc[8..12], &u32::try_from(seconds & 0xffff_ffff).unwrap().to_le_bytes(), "{seconds}");
    }
}

#[test]
fn a_pyc_with_another_time_or_magic_number_is_made_anew() {
    let package = Package::new();
    package.run(&["-q", "foo"]).exits(0);
    let pyc = package.pyc("foo/bar.py", 0);
    let good = std::fs::read(&pyc).unwrap();
    for (at, bytes) in [(0, &[0; 4][..]), (4, &[2, 0, 0, 0]), (8, &[1, 0, 0, 0]), (12, &[1, 0, 0, 0])] {
        let mut bad = good.clone();
        bad[at..at + bytes.len()].copy_from_slice(bytes);
        std::fs::write(&pyc, bad).unwrap();
        package.run(&["-q", "foo"]).exits(0);
        assert!(std::fs::read(&pyc).unwrap() == good, "byte {at}");
    }
}

#[test]
fn one_file_and_a_directory() {
    let package = Package::new();
    package.run(&["-q", "foo/bar.py"]).exits(0);
    assert!(package.compiled("foo/bar.py") && !package.compiled("foo/__init__.py"));
    package.run(&["-q", "foo"]).exits(0);
    assert!(package.compiled("foo/__init__.py"));
    package.session.file("foo/bad.py", "x (\n");
    package.run(&["-qq", "foo/bad.py"]).exits(1);
    package.run(&["-qq", "foo"]).exits(1);
}

#[test]
fn several_directories() {
    let package = Package::new();
    package.session.file("foo2/__init__.py", "");
    package.session.file("foo2/bar2.py", "");
    package.run(&["-q", "foo", "foo2"]).exits(0);
    assert!(
        ["foo/__init__.py", "foo/bar.py", "foo2/__init__.py", "foo2/bar2.py"]
            .map(|name| package.compiled(name))
            == [true; 4]
    );
}

#[test]
fn a_file_that_is_not_a_source_makes_no_cache_directory() {
    let package = Package::new();
    package.session.file("data/file", "");
    package.run(&["-q", "data"]).exits(0);
    // compileall skips it silently.
    let said = package.run(&["-q", "data/file"]).exits(1);
    assert_eq!(said.out, "'data/file' does not end in .py (compileall would skip it)\n");
    assert!(!package.session.path("data/__pycache__").exists());
}

#[test]
fn messages_that_do_not_fit_the_locale_are_printed() {
    let session = Session::new();
    session.file("a.py", "b\"\u{20ac}\"");
    let mut command = session.command(&["compileall", "."]);
    command.env("LC_ALL", "C").env("PYTHONIOENCODING", "ascii");
    let said = Said::from(command.output().unwrap()).exits(1);
    assert!(
        said.out.to_lowercase().contains("bytes can only contain ascii literal characters"),
        "{}",
        said.out
    );
    assert_eq!(said.err, "");
}

#[test]
fn paths_of_levels() {
    for (flag, level) in [("-f", 0), ("-O", 1), ("-OO", 2)] {
        let package = Package::new();
        package.run(&["-q", flag, "foo"]).exits(0);
        assert!(package.pyc("foo/bar.py", level).exists(), "{flag}");
        assert_eq!(package.session.files().len(), 4, "{flag}: {:?}", package.session.files());
    }
}

#[test]
fn several_levels_at_once() {
    for levels in [&[0, 1][..], &[1, 2], &[0, 2], &[0, 1, 2], &[1, 0, 1, 0]] {
        let package = Package::new();
        let mut arguments = vec!["-q".to_owned()];
        arguments.extend(levels.iter().map(|level| format!("-o{level}")));
        arguments.push("foo".into());
        package.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).exits(0);
        for level in 0..=2 {
            assert_eq!(
                package.pyc("foo/bar.py", level).exists(),
                levels.contains(&level),
                "{levels:?}: {level}"
            );
        }
    }
}

#[test]
fn legacy_paths() {
    let package = Package::new();
    package.run(&["-b", "-q", "foo"]).exits(0);
    assert_eq!(package.session.files(), ["foo/__init__.py", "foo/__init__.pyc", "foo/bar.py", "foo/bar.pyc"]);
}

#[test]
fn a_second_run_does_not_compile_the_cache() {
    let package = Package::new();
    package.run(&["-q", "foo"]).exits(0);
    let files = package.session.files();
    package.run(&["-q", "foo"]).exits(0);
    assert_eq!(package.session.files(), files);
    assert!(!package.session.path("foo/__pycache__/__pycache__").exists());
}

#[test]
fn force() {
    let package = Package::new();
    package.run(&["-q", "foo"]).exits(0);
    let pyc = package.pyc("foo/bar.py", 0);
    set_time(&pyc, 1_000_000_000);
    let before = time(&pyc);
    package.run(&["-q", "foo"]).exits(0);
    assert_eq!(time(&pyc), before);
    package.run(&["-q", "-f", "foo"]).exits(0);
    assert_ne!(time(&pyc), before);
}

#[test]
fn recursion_has_a_limit() {
    let below = ["foo/spam/__init__.py", "foo/spam/ham/spam.py", "foo/spam/ham/eggs/egg.py"];
    for (arguments, depth) in [
        (&["-l"][..], 0),
        (&["-r", "0"], 0),
        (&["-r", "1"], 1),
        (&["-r", "2"], 2),
        (&["-r", "5"], 3),
        (&["-l", "-r", "2"], 2),
        (&[], 3),
    ] {
        let package = Package::new();
        for name in below {
            package.session.file(name, "");
        }
        package.run(&[&["-q"], arguments, &["foo"]].concat()).exits(0);
        assert!(package.compiled("foo/bar.py"));
        let found = below.iter().filter(|name| package.compiled(name)).count();
        assert_eq!(found, depth, "{arguments:?}");
    }
}

#[test]
fn links_to_directories_are_not_followed() {
    let package = Package::new();
    package.session.file("foo/spam/__init__.py", "");
    for name in ["foo/spam/evil", "foo/spam/evil2"] {
        std::os::unix::fs::symlink(".", package.session.path(name)).unwrap();
    }
    package.run(&["-q", "foo"]).exits(0);
    assert!(package.compiled("foo/spam/evil/evil2/__init__.py"));
}

#[test]
fn quiet_and_silent() {
    let package = Package::new();
    let said = package.run(&["foo"]).exits(0);
    assert_eq!(said.out, "Listing 'foo'...\nCompiling 'foo/__init__.py'...\nCompiling 'foo/bar.py'...\n");
    let said = package.run(&["-q", "foo"]).exits(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    package.session.file("foo/bad.py", "bad(syntax");
    let said = package.run(&["-q", "foo"]).exits(1);
    assert!(said.out.starts_with("*** Error compiling 'foo/bad.py'...\n"), "{}", said.out);
    let said = package.run(&["-qq", "foo"]).exits(1);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
}

#[test]
fn a_regular_expression_leaves_out() {
    let package = Package::new();
    package.run(&["-q", "-x", r"ba[^\\/]*$", "foo"]).exits(0);
    assert!(package.compiled("foo/__init__.py") && !package.compiled("foo/bar.py"));
}

#[test]
fn a_directory_of_recorded_names() {
    for jobs in ["1", "2"] {
        for (given, expected) in [("<a prefix>", "<a prefix>/test/foo/mod.py"), ("", "test/foo/mod.py")] {
            let package = Package::new();
            package.session.file("top/test/__init__.py", "");
            package.session.file("top/test/foo/mod.py", "def fn(): 1/0\nfn()\n");
            package.run(&["-q", "-j", jobs, "-d", given, "top"]).exits(0);
            assert_eq!(package.recorded("top/test/foo/mod.py"), expected, "-d {given:?}");
            let run = package.session.python(
                "import runpy, sys; runpy.run_path(sys.argv[1])",
                &[package.pyc("top/test/foo/mod.py", 0).to_str().unwrap()],
            );
            run.exits(1).says(&format!("File \"{expected}\", line 1, in fn"));
        }
    }
}

#[test]
fn the_recorded_directory_is_in_errors() {
    let package = Package::new();
    package.session.file("foo/bad.py", "bad(syntax");
    let said = package.run(&["-q", "-d", "dinsdale", "foo"]).exits(1);
    assert!(said.out.contains("File \"dinsdale/bad.py\", line 1"), "{}", said.out);
}

#[test]
fn strip_and_prepend() {
    let package = Package::new();
    package.session.file("test/build/real/path/test.py", "1 / 0");
    for (options, expected) in [
        (&["-s", "test/build"][..], "real/path/test.py"),
        (&["-p", "/foo"], "/foo/test/build/real/path/test.py"),
        (&["-s", "test/build", "-p", "/foo"], "/foo/real/path/test.py"),
        (&["-s", "test/build/", "-p", "/foo/"], "/foo/real/path/test.py"),
        (&["-s", "", "-p", "", "-e", ""], "test/build/real/path/test.py"),
        (&["-s", "", "-p", "/"], "/test/build/real/path/test.py"),
    ] {
        package.run(&[&["-q", "-f"], options, &["test/build/real/path"]].concat()).exits(0);
        assert_eq!(package.recorded("test/build/real/path/test.py"), expected, "{options:?}");
    }
}

#[test]
fn a_strip_that_does_not_lead_is_refused() {
    let package = Package::new();
    // compileall warns and records the full path.
    let said = package.run(&["-q", "-s", "foo/fake", "foo/bar.py"]).exits(1);
    assert_eq!(
        said.out,
        "*** Error compiling 'foo/bar.py'...\nValueError: -s foo/fake is not a directory above foo/bar.py (compileall would \
         record the full path)\n"
    );
    assert!(!package.compiled("foo/bar.py"));
}

#[test]
fn strip_and_prepend_exclude_a_directory_of_recorded_names() {
    let package = Package::new();
    for option in ["-s", "-p"] {
        package.run(&["-q", "-d", "/bar", option, "/foo", "foo"]).exits(2).says("cannot be used with");
    }
    assert!(!package.compiled("foo/bar.py"));
}

#[test]
fn links_out_of_a_directory_are_left_out() {
    let package = Package::new();
    for name in ["allowed", "prohibited"] {
        let source = package.session.file(&format!("dir/{name}/test_{name}.py"), "a = 0");
        std::fs::create_dir_all(package.session.path("dir/symlinks")).unwrap();
        std::os::unix::fs::symlink(source, package.session.path(&format!("dir/symlinks/test_{name}.py")))
            .unwrap();
    }
    package.run(&["-q", "dir/symlinks", "-e", "dir/allowed"]).exits(0);
    assert!(package.compiled("dir/symlinks/test_allowed.py"));
    assert!(!package.compiled("dir/symlinks/test_prohibited.py"));
}

#[test]
fn lists_of_files() {
    let package = Package::new();
    let names = ["foo/f1.py", "foo/f2.py", "foo/f3.py", "foo/f4.py"];
    for name in names {
        package.session.file(name, "");
    }
    package.session.file("list", "foo/f1.py\r\nfoo/f2.py\n");
    package.run(&["-q", "-i", "list", "foo/f4.py"]).exits(0);
    assert_eq!(names.map(|name| package.compiled(name)), [true, true, false, true]);
    package.session.run_with_input(&["compileall", "-q", "-i", "-"], b"foo/f3.py\n").exits(0);
    assert!(package.compiled("foo/f3.py"));
    assert!(!package.compiled("foo/bar.py"));
}

#[test]
fn a_list_that_is_missing() {
    let package = Package::new();
    let said = package.run(&["-i", "nosuchfile", "foo"]).exits(2);
    assert_eq!(said.err, "error: cannot read nosuchfile: No such file or directory (os error 2)\n");
    assert!(!package.compiled("foo/bar.py"));
}

#[test]
fn as_much_as_possible_is_compiled() {
    let package = Package::new();
    package.session.file("foo/bing.py", "syntax(error");
    // compileall says that it cannot list a name that is missing, and exits 0 if all else is well.
    let said = package.run(&["-q", "nosuchfile", "foo/__init__.py", "foo/bing.py", "foo/bar.py"]).exits(1);
    assert!(said.out.starts_with(
        "'nosuchfile' is neither a file nor a directory\n*** Error compiling 'foo/bing.py'...\n"
    ));
    assert!(package.compiled("foo/__init__.py") && package.compiled("foo/bar.py"));
    assert!(!package.compiled("foo/bing.py"));
}

#[test]
fn no_name_at_all_is_refused() {
    let package = Package::new();
    let said = package.run(&[]).exits(2);
    assert_eq!(said.err, "error: name a file or a directory (compileall would compile all of sys.path)\n");
}

#[test]
fn invalidation_modes() {
    let package = Package::new();
    for (mode, expected) in [("checked-hash", 3), ("unchecked-hash", 1), ("timestamp", 0)] {
        package.run(&["-q", &format!("--invalidation-mode={mode}"), "foo"]).exits(0);
        assert_eq!(flags(&package.pyc("foo/bar.py", 0)), expected, "{mode}");
    }
    for (epoch, expected) in [("123456789", 3), ("", 0)] {
        let mut command = package.session.command(&["compileall", "-q", "foo"]);
        assert!(command.env("SOURCE_DATE_EPOCH", epoch).status().unwrap().success());
        assert_eq!(flags(&package.pyc("foo/bar.py", 0)), expected, "SOURCE_DATE_EPOCH={epoch:?}");
    }
}

#[test]
fn workers() {
    let package = Package::new();
    let names = (0..5).map(|number| format!("foo/foo{number}/bar2.py")).collect::<Vec<_>>();
    for name in &names {
        package.session.file(name, "");
    }
    package.run(&["foo", "-j", "0"]).exits(0);
    assert!(names.iter().all(|name| package.compiled(name)));
}
