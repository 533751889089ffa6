//! Files that Python reads when it starts: `.pth` files, whose lines versions of Python read in
//! different ways, and files of `site-packages` that no RECORD lists.

use crate::session::Session;

const SITE: &str = "v/lib/python3.14/site-packages";

#[cfg(unix)]
pub(crate) fn link(session: &Session, to: &str, from: &str) {
    let from = session.path(from);
    std::fs::create_dir_all(from.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(to, from).unwrap();
}

/// An honest tree `t`, and bytecode in the directory `folder` next to it.
#[cfg(unix)]
pub(crate) fn tree(folder: &[u8]) -> Session {
    use std::os::unix::ffi::OsStrExt as _;
    let session = Session::new();
    session.file("t/honest.py", "x = 1\n");
    session.run(&["compile", "-q", "--engine", "native", "--python", "3.14", "t/honest.py"]).exits(0);
    let pyc = std::fs::read(session.path("t/__pycache__/honest.cpython-314.pyc")).unwrap();
    session.file("m.pyc", pyc);
    let folder = session.path(".").join(std::ffi::OsStr::from_bytes(folder));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::rename(session.path("m.pyc"), folder.join("m.pyc")).unwrap();
    session
}

#[cfg(unix)]
#[test]
fn a_line_counts_as_any_version_reads_it() {
    let rows: [(&[u8], &[u8]); 13] = [
        (b"out", b"../../out"),
        // Paths are made absolute by their names: nothing before `..` has to exist.
        (b"out", b"nope/../../../out"),
        (b"out", b"import/../../../out"),
        (b"out", b"x.zip/../../../out"),
        (b"out", b"x.pth/../../../out"),
        (b"out", b"../../out\x1f"),
        (b"out", b"../../out\xe2\x80\x80\xc2\x85"),
        // From 3.15 on, blanks before a path are ignored.
        (b"out", b" \t../../out"),
        // Up to 3.12, lines end only at newlines, and a byte order mark is a part of the path.
        (b"out\x0by", b"../../out\x0by"),
        (b"out\xe2\x80\xa8y", b"../../out\xe2\x80\xa8y"),
        (b"out", b"\xef\xbb\xbf/../../../out"),
        (b"out", b"\xef\xbb\xbf../../out"),
        // The locale decides.
        (b"out\xe9", b"../../out\xe9"),
    ];
    for (folder, line) in rows {
        let session = tree(folder);
        session.run(&["verify", "t"]).exits(0);
        session.file("t/site/x.pth", [line, b"\n"].concat());
        let said = session.run(&["verify", "t"]);
        assert_eq!(said.status, 1, "{}: {}", line.escape_ascii(), said.err);
    }
    for line in ["../honest", "not/there", "nope/../honest", "import sys", "  # text", "\u{feff}# text"] {
        let session = tree(b"out");
        session.file("t/site/x.pth", format!("{line}\n"));
        session.run(&["verify", "t"]).exits(0).says("1 verified, 0 findings");
    }
}

#[cfg(unix)]
#[test]
fn path_files_below_links_and_beyond_the_limit() {
    let session = tree(b"out");
    session.file("t/data.txt", "../../out\n");
    link(&session, "../data.txt", "t/site/x.pth");
    session.run(&["verify", "t"]).exits(1);
    // `site` takes `..` from the link's place, not from the directory's.
    let session = tree(b"out");
    session.file("t/a/b/site/x.pth", "../../out\n");
    session.run(&["verify", "t"]).exits(0);
    link(&session, "a/b/site", "t/site");
    session.run(&["verify", "t"]).exits(1);
    let session = tree(b"out");
    let path = session.file("t/site/x.pth", "../../out\n#");
    std::fs::File::options().write(true).open(path).unwrap().set_len((1 << 30) + 1).unwrap();
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains("x.pth: unreadable: it adds \"../../out\""), "{}", said.out);
    // A file is not read beyond the limit.
    session.file("t/site/x.pth", "# text\n".repeat(200_000));
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains("x.pth: unreadable: cannot read "), "{}", said.out);
}

/// An environment with one distribution.
fn environment() -> Session {
    let session = Session::new();
    session.file(&format!("{SITE}/demo/__init__.py"), "x = 1\n");
    session.file(
        &format!("{SITE}/demo-1.0.dist-info/METADATA"),
        "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    );
    session.record(
        &format!("{SITE}/demo-1.0.dist-info/RECORD"),
        "demo/__init__.py,,\ndemo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/RECORD,,\n",
    );
    session.run(&["env", "-q", "v"]).exits(0);
    session
}

/// Checks that both commands have this status.
#[track_caller]
fn both(session: &Session, status: i32, text: &str) {
    runs(session, &["verify", "v"], status, text);
    runs(session, &["env", "v", "--check"], status, text);
}

#[track_caller]
fn verifies(session: &Session, status: i32, text: &str) {
    runs(session, &["verify", "v"], status, text);
}

#[track_caller]
fn runs(session: &Session, command: &[&str], status: i32, text: &str) {
    let said = session.run(command);
    let all = said.out.clone() + &said.err;
    assert_eq!(said.status, status, "{command:?}: {all}");
    assert!(all.contains(text), "{command:?}: {all}");
}

#[test]
fn startup_files_that_no_record_lists() {
    for name in ["x.pth", ".x.pth", "x.start"] {
        let session = environment();
        session.file(&format!("{SITE}/{name}"), "import sys\n");
        both(&session, 1, &format!("{name}: record: Python reads it when it starts"));
    }
    // `site` does not read these.
    let session = environment();
    session.file(&format!("{SITE}/demo/x.pth"), "import sys\n");
    both(&session, 0, "0 findings");
}

#[test]
fn files_of_virtualenv_are_known_by_their_content() {
    let session = environment();
    session.file(&format!("{SITE}/_virtualenv.pth"), "import _virtualenv");
    session.file(&format!("{SITE}/_virtualenv.py"), "");
    both(&session, 0, "0 findings");
    session.file(&format!("{SITE}/_virtualenv.py"), "import sys\n");
    verifies(&session, 1, "_virtualenv.py: record: Python can import it");
    runs(
        &session,
        &["env", "v", "--check"],
        1,
        "_virtualenv.py: record: Python can import it, and no RECORD lists it",
    );
    let session = environment();
    session.file(&format!("{SITE}/_virtualenv.pth"), "import _virtualenv, sys\n");
    both(&session, 1, "_virtualenv.pth: record: Python reads it when it starts");
    // `site` ends the line at the carriage return.
    session.file(&format!("{SITE}/_virtualenv.pth"), "import _virtu\ralenv\n");
    both(&session, 1, "_virtualenv.pth: record: Python reads it when it starts");
    // The `.pth` file is known only with its module.
    let text = "_virtualenv.pth: record: Python reads it when it starts";
    for (name, content) in
        [("_virtualenv.py", "import sys\n"), ("_virtualenv/__init__.py", ""), ("_virtualenv.abi3.so", "")]
    {
        let session = Session::new();
        session.file("v/pyvenv.cfg", "home = /usr/bin\nversion = 3.14.0\n");
        session.file("v/x/m.py", "x = 1\n");
        session.run(&["compile", "-q", "--python", "3.14", "v/x/m.py"]).exits(0);
        session.file(&format!("{SITE}/_virtualenv.pth"), "import _virtualenv");
        verifies(&session, 1, text);
        session.file(&format!("{SITE}/_virtualenv.py"), "");
        verifies(&session, 0, "0 findings");
        session.file(&format!("{SITE}/{name}"), content);
        verifies(&session, 1, text);
    }
}

#[cfg(unix)]
#[test]
fn modules_below_links_that_no_record_lists() {
    let session = environment();
    session.file("v/blob.txt", "x = 1\n");
    link(&session, "../../../blob.txt", &format!("{SITE}/evil.py"));
    both(&session, 1, "evil.py: record: Python can import it");
    let session = environment();
    session.file(&format!("{SITE}/evil/data.txt"), "x = 1\n");
    link(&session, "data.txt", &format!("{SITE}/evil/__init__.py"));
    both(&session, 1, "__init__.py: record: Python can import it");
    for target in ["v/other/evil", "other/evil"] {
        let session = environment();
        session.file(&format!("{target}/__init__.py"), "x = 1\n");
        link(&session, session.path(target).to_str().unwrap(), &format!("{SITE}/evil"));
        both(&session, 1, "evil: record: Python can import modules through it");
    }
    // Another name for what a RECORD lists, and links without modules.
    let session = environment();
    link(&session, "demo", &format!("{SITE}/same"));
    session.file("v/share/data.txt", "");
    link(&session, "../../../share", &format!("{SITE}/data"));
    link(&session, "nothing.py", &format!("{SITE}/dangling.py"));
    both(&session, 0, "0 findings");
}

/// A link can give code that a RECORD lists the name of a module that runs at start-up, or replace
/// a file that a RECORD lists.
#[cfg(unix)]
#[test]
fn links_of_recorded_names_and_to_recorded_files() {
    for (name, target) in [
        ("sitecustomize", "demo"),
        ("usercustomize", "demo"),
        ("sitecustomize.py", "demo/__init__.py"),
        ("sitecustomize", "../../../lib/python3.14/site-packages/demo"),
    ] {
        let session = environment();
        link(&session, target, &format!("{SITE}/{name}"));
        both(&session, 1, &format!("{name}: record: Python imports it when it starts"));
    }
    let digest = pycompile::wheel::RecordRow::of("", b"foo\n").hash;
    let record = format!("{SITE}/demo-1.0.dist-info/RECORD");
    let session = environment();
    let rows = std::fs::read_to_string(session.path(&record)).unwrap();
    session.file(&record, format!("{rows}x.pth,{digest},4\nmore.py,{digest},4\n"));
    session.file(&format!("{SITE}/x.pth"), "foo\n");
    session.file(&format!("{SITE}/more.py"), "foo\n");
    session.run(&["env", "-q", "v"]);
    for name in ["x.pth", "more.py"] {
        let path = format!("{SITE}/{name}");
        session.file(&path, "import evil\n");
        let record = "lib/python3.14/site-packages/demo-1.0.dist-info/RECORD";
        let message = format!("{name}: record: it is not the file that {record} lists: its digest differs");
        verifies(&session, 1, &message);
        std::fs::remove_file(session.path(&path)).unwrap();
        for target in ["v/blob", "blob"] {
            session.file(target, "import evil\n");
            link(&session, session.path(target).to_str().unwrap(), &path);
            verifies(&session, 1, &message);
            session.file(target, "foo\n");
            let said = session.run(&["verify", "v"]);
            assert!(!said.out.contains("its digest differs"), "{}", said.out);
            std::fs::remove_file(session.path(&path)).unwrap();
        }
        session.file(&path, "foo\n");
    }
}

/// Files of a system's packages have no RECORD; the database of dpkg vouches for them.
#[test]
fn startup_files_of_system_packages() {
    const PACKAGES: &str = "v/usr/lib/python3/dist-packages";
    let session = Session::new();
    session.file(&format!("{PACKAGES}/demo.py"), "x = 1\n");
    let compile = ["compile", "-q", "--engine", "native", "--python", "3.14", &format!("{PACKAGES}/demo.py")];
    session.run(&compile).exits(0);
    session
        .file(&format!("{PACKAGES}/demo-1.0.egg-info"), "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n");
    verifies(&session, 0, "1 verified, 0 findings");
    // Paths alone run nothing, and the file of setuptools is known.
    session.file(&format!("{PACKAGES}/paths.pth"), "more\n");
    let hack = "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; \
                enabled and __import__('_distutils_hack').add_shim(); ";
    session.file(&format!("{PACKAGES}/distutils-precedence.pth"), hack);
    verifies(&session, 0, "1 verified, 0 findings");
    session.file(&format!("{PACKAGES}/distutils-precedence.pth"), format!("{hack}x()"));
    verifies(&session, 1, "distutils-precedence.pth: record: ");
    session.file(&format!("{PACKAGES}/distutils-precedence.pth"), hack);
    for name in ["x.pth", "x.start", "sitecustomize.py", "usercustomize/__init__.py"] {
        let path = format!("{PACKAGES}/{name}");
        session.file(&path, "import os; os.getpid()\n");
        verifies(&session, 1, &format!("{name}: record: Python "));
        let below = path.strip_prefix("v/").unwrap();
        session.file("v/var/lib/dpkg/info/demo.list", format!("/.\n/usr\n/{below}\n"));
        verifies(&session, 0, "1 verified, 0 findings");
        let note = format!("/{below}\n");
        let said = session
            .run(&["verify", "v"])
            .exits(0)
            .says("note: 1 file accepted by the tree's own dpkg database alone, ");
        assert!(said.err.contains(&note) && said.err.contains("v/var/lib/dpkg/info: "), "{}", said.err);
        let digest = "b0e3868f320e15d9c6687d35bfc1bbf4";
        session.file("v/var/lib/dpkg/info/demo.md5sums", format!("{digest}  {below}\n"));
        verifies(&session, 0, "1 verified, 0 findings");
        runs(&session, &["verify", &format!("{PACKAGES}/")], 0, "1 verified, 0 findings");
        session.file(&path, "import os; os.abort()\n");
        verifies(&session, 1, &format!("{name}: record: Python "));
        std::fs::remove_file(session.path(&path)).unwrap();
        std::fs::remove_dir_all(session.path("v/var")).unwrap();
    }
}

#[test]
fn eggs_excuse_only_their_own_files() {
    for name in ["x.egg-note", "x.eggs/readme", "x.egg-info", "x.egg", "y.egg/readme"] {
        let session = environment();
        session.file(&format!("{SITE}/{name}"), "");
        session.file(&format!("{SITE}/evil.py"), "x = 1\n");
        verifies(&session, 1, "evil.py: record: Python can import it");
    }
    let metadata = "Metadata-Version: 2.1\nName: old\nVersion: 1.0\n";
    let session = environment();
    session.file(&format!("{SITE}/old.egg-link"), "/src/old\n.");
    session.file(&format!("{SITE}/easy-install.pth"), "/src/old\n");
    verifies(&session, 0, "note: ");
    session.file(&format!("{SITE}/evil.pth"), "import sys\n");
    verifies(&session, 1, "evil.pth: record: ");
    let session = environment();
    session.file(&format!("{SITE}/old-1.0.egg-info/PKG-INFO"), metadata);
    session.file(&format!("{SITE}/old-1.0.egg-info/top_level.txt"), "old\n");
    session.file(&format!("{SITE}/old/__init__.py"), "");
    session.file(&format!("{SITE}/old.py"), "");
    verifies(&session, 0, "old-1.0.egg-info has no RECORD: modules that belong to it are not checked");
    session.file(&format!("{SITE}/evil.py"), "");
    verifies(&session, 1, "evil.py: record: ");
    // Files that distutils installed are not listed anywhere.
    let session = environment();
    session.file(&format!("{SITE}/old-1.0.egg-info"), metadata);
    session.file(&format!("{SITE}/old.py"), "");
    verifies(&session, 0, "modules outside the packages that a RECORD lists are not checked");
    session.file(&format!("{SITE}/demo/evil.py"), "");
    verifies(&session, 1, "evil.py: ");
}

/// Weights of models have the extension of path files. `site` reads none of these.
#[test]
fn weights_of_models_are_not_path_files() {
    let weights =
        [b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\n/usr/lib\xfe\n".as_slice(), &[0; 2 << 20]].concat();
    let session = Session::new();
    session.file("t/demo/__init__.py", "x = 1\n");
    session.run(&["compile", "-q", "--engine", "native", "--python", "3.14", "t/demo/__init__.py"]).exits(0);
    session.file("t/demo/weights/small.pth", &weights[..40]);
    session.file("t/demo/weights/large.pth", &weights);
    session.run(&["verify", "t"]).exits(0).says("1 verified, 0 findings");
    session.file("t/x.pth", &weights[..40]);
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains("x.pth: unreadable: it is not UTF-8"), "{}", said.out);
}

/// A directory outside is a finding if a path file in it may add paths under some locale.
#[cfg(unix)]
#[test]
fn path_files_outside_that_are_not_utf_8_count() {
    for (content, status) in [(&b"/\xe9\n"[..], 1), (b"# text\n", 0), (b"\x80\x02\0/\xe9\n", 0)] {
        let session = tree(b"unused");
        session.file("elsewhere/x.pth", content);
        link(&session, "../elsewhere", "t/linked");
        let said = session.run(&["verify", "t"]);
        assert_eq!(said.status, status, "{}: {}", content.escape_ascii(), said.out);
    }
}

/// An environment without distributions, whose `site-packages` is a symlink to `real`.
#[cfg(unix)]
fn linked_environment(real: &str) -> Session {
    let session = Session::new();
    session.file(&format!("{real}/demo/__init__.py"), "x = 1\n");
    session
        .run(&[
            "compile",
            "-q",
            "--engine",
            "native",
            "--python",
            "3.14",
            &format!("{real}/demo/__init__.py"),
        ])
        .exits(0);
    if real != SITE {
        let to = session.path(real);
        link(&session, to.to_str().unwrap(), SITE);
    }
    session
}

#[cfg(unix)]
#[test]
fn startup_files_of_directories_without_distributions() {
    for real in [SITE, "v/packages", "v/a/b/c"] {
        for (name, told) in [
            ("x.pth", "Python reads it when it starts"),
            ("x.start", "Python reads it when it starts"),
            ("sitecustomize.py", "Python imports it when it starts"),
            ("usercustomize/__init__.py", "Python imports it when it starts"),
        ] {
            let session = linked_environment(real);
            session.file(&format!("{real}/plain.py"), "x = 1\n");
            verifies(&session, 0, "1 verified, 0 findings");
            session.file(&format!("{real}/{name}"), "");
            verifies(&session, 1, &format!("{name}: record: {told}"));
        }
        let session = linked_environment(real);
        session.file(&format!("{real}/_virtualenv.pth"), "import _virtualenv");
        session.file(&format!("{real}/_virtualenv.py"), "");
        verifies(&session, 0, "1 verified, 0 findings");
        // The encoding matters where `site` reads.
        session.file(&format!("{real}/x.pth"), b"\xe9\n");
        verifies(&session, 1, "x.pth: unreadable: it is not UTF-8");
    }
    // A link in a directory outside that leads back.
    let session = linked_environment("v/packages");
    std::fs::remove_dir_all(session.path("v/lib")).unwrap();
    link(&session, session.path("v/packages").to_str().unwrap(), "out/site-packages");
    link(&session, session.path("out").to_str().unwrap(), "v/lib/python3.14");
    session.file("v/packages/x.pth", "import sys\n");
    verifies(&session, 1, "x.pth: record: Python reads it when it starts");
}

#[test]
fn the_prefix_of_an_environment_on_windows() {
    let session = Session::new();
    session.file("v/Lib/site-packages/demo.py", "x = 1\n");
    let compile = ["compile", "-q", "--engine", "native", "--python", "3.14", "v/Lib/site-packages/demo.py"];
    session.run(&compile).exits(0);
    verifies(&session, 0, "1 verified, 0 findings");
    session.file("v/x.pth", "import sys\n");
    verifies(&session, 1, "x.pth: record: Python reads it when it starts");
}

#[cfg(unix)]
#[test]
fn path_files_of_editable_installs_and_pipx() {
    let session = environment();
    session.file("src/demo/editable.py", "x = 1\n");
    let compile = ["compile", "-q", "--engine", "native", "--python", "3.14", "src/demo/editable.py"];
    session.run(&compile).exits(0);
    let line = format!("{}\n", session.path("src").canonicalize().unwrap().to_str().unwrap());
    session.file(&format!("{SITE}/pipx_shared.pth"), &line);
    let hint = "hint: editable installs, pipx and uv write such `.pth` files: ";
    both(&session, 1, hint);
    // The directory is verified, and the file is still listed by no RECORD.
    let said = session.run(&["verify", "v", "src"]).exits(1);
    assert!(!said.out.contains("it adds") && said.out.contains("no RECORD lists it"), "{}", said.out);
    let exclude = ["--exclude", "*pipx_shared.pth"];
    let said = session.run(&[&["verify", "v"][..], &exclude].concat()).exits(0);
    assert!(
        said.err.contains(
            "note: --exclude leaves out 2 findings (1 record, 1 unreadable): v/lib/python3.14/site-packages/pipx_shared.pth\n"
        ),
        "{}",
        said.err
    );
    let said = session.run(&[&["env", "v", "--check"][..], &exclude].concat()).exits(0);
    assert!(!said.err.contains("matches nothing"), "{}", said.err);
    // A verified place does not hide other places.
    session.file("src/demo/__pycache__/editable.cpython-314.pyc", "no pyc");
    session.run(&[&["verify", "v", "src"][..], &exclude].concat()).exits(1);
    let record = std::fs::read_to_string(session.path(&format!("{SITE}/demo-1.0.dist-info/RECORD"))).unwrap();
    session.record(&format!("{SITE}/demo-1.0.dist-info/RECORD"), format!("{record}pipx_shared.pth,,\n"));
    verifies(&session, 1, "pipx_shared.pth: unreadable: it adds ");
}

/// `pip` and `uv` leave out the digests of pycs and of RECORD, and `flit install --symlink` those
/// of its symlinks.
#[cfg(unix)]
#[test]
fn a_record_without_a_digest_hides_nothing() {
    let session = Session::new();
    let record = format!("{SITE}/zz-1.0.dist-info/RECORD");
    session.file(&format!("{SITE}/zzz.py"), "x = 1\n");
    session.file(&format!("{SITE}/evil.pth"), "import zzz\n");
    let own = "__pycache__/zzz.cpython-314.pyc,,\nzz-1.0.dist-info/RECORD,,\n";
    let source = format!("{SITE}/zzz.py");
    session.run(&["compile", "-q", "--engine", "native", "--python", "3.14", &source]).exits(0);
    session.record(&record, format!("zzz.py,,\nevil.pth,,\n{own}"));
    session.run(&["verify", "v"]).exits(0);
    let rows = std::fs::read_to_string(session.path(&record)).unwrap();
    let words = "record: lib/python3.14/site-packages/zz-1.0.dist-info/RECORD lists it without a digest\n";
    for (pth, py) in [("evil.pth", "zzz.py"), ("./evil.pth", "x/../zzz.py")] {
        session.file(&record, format!("{py},,\n{pth},,\n{own}"));
        let said = session.run(&["verify", "v"]).exits(1);
        assert_eq!(said.out, format!("{SITE}/evil.pth: {words}{SITE}/zzz.py: {words}"));
        session.file(&record, format!("{py},,6\n{pth},sha256=x,\n{own}"));
        let said = session.run(&["verify", "v"]).exits(1);
        assert!(said.out.contains("evil.pth: record: it is not the file that"), "{}", said.out);
        assert!(said.out.contains(words), "{}", said.out);
    }
    // Another RECORD has the digest.
    session.file(&format!("{SITE}/yy-1.0.dist-info/RECORD"), "zzz.py,,\nevil.pth,,\n");
    session.file(&record, rows);
    session.run(&["verify", "v"]).exits(0);
    session.file("checkout/linked.py", "x = 1\n");
    link(&session, "../../../../checkout/linked.py", &format!("{SITE}/linked.py"));
    session.file(&format!("{SITE}/yy-1.0.dist-info/RECORD"), "linked.py,,\n");
    let said = session.run(&["verify", "v"]);
    assert!(!said.out.contains("without its digest"), "{}", said.out);
}

/// As in `_vendor` of setuptools 75.3, whose RECORDs list pycs of the installation that they come
/// from.
#[test]
fn pycs_that_vendored_records_list() {
    let session = environment();
    let vendored = format!("{SITE}/demo/_vendor");
    session.file(&format!("{vendored}/v/__init__.py"), "x = 1\n");
    session
        .file(&format!("{vendored}/v-1.dist-info/METADATA"), "Metadata-Version: 2.1\nName: v\nVersion: 1\n");
    let rows = "v/__init__.py,,\nv/__pycache__/__init__.cpython-312.pyc,,\n";
    session.record(&format!("{vendored}/v-1.dist-info/RECORD"), rows);
    session.record(
        &format!("{SITE}/demo-1.0.dist-info/RECORD"),
        "demo/__init__.py,,\ndemo/_vendor/v/__init__.py,,\ndemo/_vendor/v-1.dist-info/METADATA,,\n\
         demo/_vendor/v-1.dist-info/RECORD,,\ndemo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/RECORD,,\n",
    );
    session.run(&["env", "-q", "v"]).exits(0);
    both(&session, 0, "2 verified, 0 findings");
    session.record(&format!("{vendored}/v-1.dist-info/RECORD"), format!("{rows}v/gone.py,,\n"));
    session.run(&["verify", "v"]).exits(1);
}
