//! Attacks that `verify` must report, with the `python3` on PATH.

use crate::session::Session;

const CONFIG: &str = "[source]\nfiles = [\"p/__init__.py\", \"p/m.py\"]\n[compile]\nengine = \"python\"\n\
invalidation-mode = \"unchecked-hash\"\n[manifest]\noutput = \"../m.json\"\n[wheel]\nproject = { name = \"p\", version = \"1\" }\n\
bytecode = \"pycache\"\noutput = \"../dist\"\n";

/// A tree whose pycs are honest.
fn honest() -> Session {
    let session = Session::new();
    session.file("t/p/__init__.py", "");
    session.file("t/p/m.py", "def f():\n    return 'harmless'\n");
    session.file("t/pycompile.toml", CONFIG);
    let output = session.command(&["build"]).current_dir(session.path("t")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    session
}

fn pyc(session: &Session, stem: &str) -> String {
    let names = session.files().into_iter().filter(|name| name.ends_with(".pyc"));
    names.filter(|name| name.contains(stem)).min_by_key(String::len).unwrap()
}

fn read(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

/// The finding for the pyc of `p/m.py`.
#[track_caller]
fn found(session: &Session, kind: &str, message: &str) {
    let said = session.run(&["verify", "t", "--message-format", "json"]).exits(1);
    // The last line names the release that wrote the pyc that is right.
    let lines = said.out.lines().collect::<Vec<_>>();
    let is_finding = |line: &&&str| !line.contains("\"release\":") && !line.starts_with("{\"summary\":");
    let lines = lines.iter().filter(is_finding).collect::<Vec<_>>();
    assert_eq!(lines.len(), 1, "{}", said.out);
    let finding: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!(finding["kind"], kind, "{}", lines[0]);
    assert!(finding["message"].as_str().unwrap().contains(message), "{}", lines[0]);
    assert!(said.err.contains("1 verified, 1 finding"), "{}", said.err);
}

#[test]
fn the_honest_twin_passes() {
    let session = honest();
    session.run(&["verify", "t", "--manifest", "m.json"]).exits(0).says("2 verified, 0 findings");
    let output = session.command(&["pack"]).current_dir(session.path("t")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    session.run(&["verify", "dist/p-1-py3-none-any.whl"]).exits(0).says("2 verified, 0 findings");
}

#[test]
fn a_harmless_source_next_to_another_unchecked_pyc() {
    let session = honest();
    let name = pyc(&session, "/m.");
    let honest_pyc = read(&session, &name);
    session.file("evil/m.py", "def f():\n    return 'harmful!'\n");
    session.compile(&["evil/m.py", "--dfile", "p/m.py", "-o", "evil.pyc"]).exits(0);
    let evil = read(&session, "evil.pyc");
    session.file(&name, [&honest_pyc[..16], &evil[16..]].concat());
    found(&session, "code", "its code is not that of p/m.py: at f, line 2, the pyc ");
    session.run(&["verify", "t", "--references", "any"]).exits(1);
    let said = session.run(&["verify", "t", "--manifest", "m.json"]).exits(1);
    assert!(said.out.contains("it differs from the pyc that the manifest lists"), "{}", said.out);
    let said = session.run(&["verify", "t", "--message-format", "github"]).exits(1);
    assert!(said.out.starts_with("::error file=t/p/__pycache__/m.cpython-"), "{}", said.out);
    assert!(
        said.out.contains(",title=pycompile code::its code is not that of p/m.py: at f, line 2, the pyc "),
        "{}",
        said.out
    );
}

#[test]
fn a_header_that_lies() {
    let session = honest();
    let name = pyc(&session, "/m.");
    let mut bytes = read(&session, &name);
    bytes[8] ^= 1;
    session.file(&name, bytes);
    found(&session, "header", "the source hash in its header is not that of p/m.py, but its code is");
    let session = honest();
    let name = pyc(&session, "/m.");
    let mut bytes = read(&session, &name);
    bytes[4..16].copy_from_slice(&[0; 12]);
    session.file(&name, bytes);
    found(&session, "header", "the source size in its header is not that of p/m.py, but its code is");
}

#[test]
fn trailing_bytes_and_truncated_bodies() {
    let session = honest();
    let name = pyc(&session, "/m.");
    let bytes = read(&session, &name);
    session.file(&name, [&bytes[..], b"payload"].concat());
    found(&session, "malformed", "its code cannot be read: 7 extra bytes after the end of the code");
    session.file(&name, &bytes[..bytes.len() - 10]);
    found(&session, "malformed", " remain");
    session.file(&name, &bytes[..10]);
    found(&session, "header", "the file has 10 bytes; a pyc has at least 16 bytes");
}

#[test]
fn a_version_that_is_not_known() {
    let session = honest();
    let name = pyc(&session, "/m.");
    let mut bytes = read(&session, &name);
    bytes[..2].copy_from_slice(&1234_u16.to_le_bytes());
    session.file(&name, &bytes);
    found(&session, "header", "but no known version of Python has its magic number, 1234");
    // The name does not have a known version either.
    std::fs::remove_file(session.path(&name)).unwrap();
    session.file("t/p/__pycache__/m.cpython-399.pyc", bytes);
    found(&session, "version", "no known version of Python has the magic number 1234");
}

#[test]
fn a_name_of_another_version() {
    let session = honest();
    let name = pyc(&session, "/m.");
    let bytes = read(&session, &name);
    std::fs::remove_file(session.path(&name)).unwrap();
    session.file("t/p/__pycache__/m.cpython-399.pyc", bytes);
    found(&session, "header", "its name says cpython-399, but its magic number is that of cpython-3");
}

#[test]
fn a_source_that_is_missing() {
    let session = honest();
    std::fs::remove_file(session.path("t/p/m.py")).unwrap();
    found(&session, "source", "its source p/m.py does not exist");
    session.file("elsewhere/p/m.py", "def f():\n    return 'harmless'\n");
    let said = session.run(&["verify", "t", "--sources", "elsewhere"]).exits(1);
    assert!(said.out.contains("p/__init__.py: source: it does not exist in --sources\n"), "{}", said.out);
    session.file("elsewhere/p/__init__.py", "");
    session.run(&["verify", "t", "--sources", "elsewhere"]).exits(0).says("2 verified, 0 findings");
}

#[cfg(unix)]
#[test]
fn a_symlink_to_outside() {
    let session = honest();
    let name = pyc(&session, "/m.");
    let bytes = read(&session, &name);
    session.file("outside.pyc", bytes);
    std::fs::remove_file(session.path(&name)).unwrap();
    std::os::unix::fs::symlink(session.path("outside.pyc"), session.path(&name)).unwrap();
    found(&session, "unreadable", "is a symlink: it is not followed");
}

#[test]
fn other_references_are_reported_apart() {
    let session = honest();
    let name = pyc(&session, "/m.");
    // Any string may be flagged or not: the code is the same.
    let program = "
import marshal, sys
data = open(sys.argv[1], 'rb').read()
code = marshal.loads(data[16:])
keep = [code.co_consts, code.co_names, code]
open(sys.argv[1], 'wb').write(data[:16] + marshal.dumps(code))
";
    session.python(program, &[&name]).exits(0);
    let said = session.run(&["verify", "t"]);
    if said.status == 0 {
        return crate::session::skipped("this Python marshals a loaded code object as the compiler does");
    }
    assert!(
        said.out
            .contains("other-form: its code is that of its source in another form: references (FLAG_REF)"),
        "{}",
        said.out
    );
    session.run(&["verify", "t", "--references", "any"]).exits(0);
}

#[test]
fn a_manifest_counts_both_ways() {
    let session = honest();
    std::fs::remove_file(session.path(&pyc(&session, "/m."))).unwrap();
    session.file("t/p/extra.py", "");
    session.compile(&["t/p/extra.py", "--dfile", "p/extra.py"]).exits(0);
    let said = session.run(&["verify", "t", "--manifest", "m.json"]).exits(1);
    assert!(said.out.contains("manifest: the manifest does not list it"), "{}", said.out);
    assert!(said.out.contains("manifest: the manifest lists it, but it does not exist\n"), "{}", said.out);
}

#[test]
fn a_sourceless_wheel_with_its_sources() {
    let session = honest();
    session.file("t/pycompile.toml", CONFIG.replace("\"pycache\"", "\"sourceless\""));
    let output = session.command(&["pack"]).current_dir(session.path("t")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let wheel = session.files().into_iter().find(|name| name.ends_with("-none-any.whl")).unwrap();
    let said = session.run(&["verify", &wheel]).exits(1);
    assert!(said.out.contains("source: its source p/m.py does not exist"), "{}", said.out);
    session.run(&["verify", &wheel, "--sources", "t"]).exits(0).says("2 verified, 0 findings");
}

#[test]
fn nothing_to_verify() {
    let session = Session::new();
    let said = session.run(&["verify", "."]).exits(2);
    assert_eq!(said.err, "error: no pyc in .: nothing to verify\n");
}

#[test]
fn a_manifest_that_lies_next_to_the_right_digest() {
    let session = honest();
    let manifest = String::from_utf8(read(&session, "m.json")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let entry = &document["files"][1];
    let changes = [
        ("magic", serde_json::json!(3000), "magic number"),
        ("python", serde_json::json!("3.1"), "Python"),
        ("optimize", serde_json::json!(2), "optimization level"),
        ("invalidation_mode", serde_json::json!("checked-hash"), "invalidation mode"),
        ("filename", serde_json::json!("other.py"), "recorded file name"),
        ("code_sha256", serde_json::json!("0".repeat(64)), "code sha256"),
        ("size", serde_json::json!(1), "size"),
    ];
    for (key, value, what) in changes {
        let mut lie = document.clone();
        lie["files"][1][key] = value;
        session.file("lie.json", lie.to_string());
        let said = session.run(&["verify", "t", "--manifest", "lie.json"]).exits(1);
        let expected = format!(
            "t/{}: manifest: the manifest has its digest, but other facts about it: {what}\n",
            entry["path"].as_str().unwrap()
        );
        assert_eq!(said.out, expected);
        session.run(&["diff", "lie.json", "t"]).exits(1);
    }
    let mut lie = document.clone();
    lie["files"][1]["source"]["source_hash"] = serde_json::json!("0".repeat(16));
    session.file("lie.json", lie.to_string());
    let said = session.run(&["verify", "t", "--manifest", "lie.json"]).exits(1);
    assert!(
        said.out.contains("the manifest has its digest, but other facts about it: source hash"),
        "{}",
        said.out
    );
    session.run(&["diff", "m.json", "t"]).exits(0);
}

#[test]
fn a_manifest_that_lists_another_archive() {
    let session = honest();
    let output = session.command(&["pack"]).current_dir(session.path("t")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let wheel = "dist/p-1-py3-none-any.whl";
    session.run(&["verify", wheel, "--manifest", "m.json"]).exits(0);
    let mut document: serde_json::Value = serde_json::from_slice(&read(&session, "m.json")).unwrap();
    document["archives"][0]["sha256"] = serde_json::json!("0".repeat(64));
    session.file("m.json", document.to_string());
    let said = session.run(&["verify", wheel, "--manifest", "m.json"]).exits(1);
    assert!(
        said.out.contains("manifest: it differs from the archive that the manifest lists"),
        "{}",
        said.out
    );
}

#[test]
fn a_wheel_that_installers_refuse() {
    let session = honest();
    let output = session.command(&["pack"]).current_dir(session.path("t")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let wheel = "dist/p-1-py3-none-any.whl";
    session.run(&["verify", wheel]).exits(0);
    let bytes = read(&session, wheel);
    // METADATA of `p`, by this file name of `q`, whose folder is spelled in the same length.
    let renamed = |from: &str, to: &str| {
        let mut bytes = bytes.clone();
        let places = memchr::memmem::find_iter(&bytes, from.as_bytes()).collect::<Vec<_>>();
        assert!(!places.is_empty());
        places.iter().for_each(|&at| bytes[at..at + to.len()].copy_from_slice(to.as_bytes()));
        bytes
    };
    session.file("dist/q-1-py3-none-any.whl", renamed("p-1.dist-info", "q-1.dist-info"));
    let said = session.run(&["verify", "dist/q-1-py3-none-any.whl"]).exits(1);
    let message = "q-1.dist-info/METADATA: wheel: METADATA has the Name \"p\", but the file name has \"q\"";
    assert!(said.out.contains(message), "{}", said.out);
    let entries = [("q-1.data/purelib/m.py", "x = 1\n"), ("m.py", "x = 2\n")];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in entries {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    zip.start_file("p/m.pyc", zip::write::SimpleFileOptions::default()).unwrap();
    session.file("dist/q-1-py3-none-any.whl", zip.finish().unwrap().into_inner());
    let said = session.run(&["verify", "dist/q-1-py3-none-any.whl"]).exits(1);
    let message = "m.py: wheel: \"q-1.data/purelib/m.py\" and \"m.py\" cannot both be installed: ";
    assert!(said.out.contains(message), "{}", said.out);
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    let session = honest();
    let name = pyc(&session, "/m.");
    std::fs::remove_file(session.path(&name)).unwrap();
    let made = std::process::Command::new("mkfifo").arg(session.path(&name)).status().unwrap();
    assert!(made.success());
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains("unreadable: cannot read") && said.out.contains("not a regular file"));
    session.run(&["verify", &name]).exits(2).says("not a regular file");
    session.run(&["inspect", &name]).exits(2).says("not a regular file");
    session.run(&["manifest", &name]).exits(2).says("not a regular file");
    session.run(&["diff", &name, "t"]).exits(2).says("not a regular file");
    session.run(&["inspect", "/dev/zero"]).exits(2).says("not a regular file");
}

#[cfg(unix)]
#[test]
fn pycs_below_a_symlinked_directory_are_not_overlooked() {
    use std::os::unix::fs::symlink;
    let session = honest();
    symlink("p", session.path("t/same")).unwrap();
    symlink("../empty", session.path("t/without")).unwrap();
    std::fs::create_dir(session.path("empty")).unwrap();
    session.run(&["verify", "t"]).exits(0).says("2 verified, 0 findings");
    std::fs::rename(session.path("t/p/__pycache__"), session.path("t/cache")).unwrap();
    symlink("../cache", session.path("t/p/__pycache__")).unwrap();
    let said = session.run(&["verify", "t"]).exits(1);
    let message = "t/p/__pycache__ is a symlink: the code that it leads to is not checked";
    assert!(said.out.contains(&format!("t/p/__pycache__: unreadable: {message}\n")), "{}", said.out);
    std::fs::rename(session.path("t/cache"), session.path("outside")).unwrap();
    std::fs::remove_file(session.path("t/p/__pycache__")).unwrap();
    symlink("../../outside", session.path("t/p/plugins")).unwrap();
    session.run(&["verify", "t"]).exits(1);
    session.run(&["manifest", "t"]).exits(1).says("t/p/plugins is a symlink");
}

#[test]
fn an_archive_that_the_manifest_lists_needs_no_pycs() {
    let session = honest();
    session.file("t/pycompile.toml", CONFIG.replace("\"pycache\"", "\"none\""));
    let output = session.command(&["pack"]).current_dir(session.path("t")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let wheel = "dist/p-1-py3-none-any.whl";
    session.run(&["verify", wheel, "--manifest", "m.json"]).exits(0).says("0 verified, 0 findings");
    let mut document: serde_json::Value = serde_json::from_slice(&read(&session, "m.json")).unwrap();
    // The same rule as for `diff`: by digest, whatever the name. An archive that is none of them is
    // reported.
    std::fs::copy(session.path(wheel), session.path("copy.zip")).unwrap();
    session.run(&["verify", "copy.zip", "--manifest", "m.json"]).exits(0);
    let said = session.run(&["diff", "copy.zip", "m.json"]).exits(0);
    assert_eq!(said.out, "no file differs: 1 file is the same\n");
    document["archives"] = serde_json::json!([{"path": "a.zip", "sha256": "0".repeat(64), "size": 1}]);
    session.file("other.json", document.to_string());
    let message = "the manifest does not list this archive";
    let said = session.run(&["verify", wheel, "--manifest", "other.json"]).exits(1);
    assert!(said.out.contains(message), "{}", said.out);
    let said = session.run(&["diff", "other.json", wheel]).exits(1);
    assert!(said.out.contains(message), "{}", said.out);
    document["archives"] = serde_json::json!([]);
    session.file("m.json", document.to_string());
    session.run(&["verify", wheel, "--manifest", "m.json"]).exits(1);
    session.run(&["diff", "m.json", wheel]).exits(1);
}

#[cfg(unix)]
#[test]
fn names_that_look_like_others() {
    use std::os::unix::ffi::OsStrExt as _;
    let session = honest();
    let name = pyc(&session, "/m.");
    let bytes = read(&session, &name);
    let cache = session.path("t/p/__pycache__");
    session.file("t/p/\\udcff.py", read(&session, "t/p/m.py"));
    let twin = name.rsplit('/').next().unwrap().replacen('m', "\\udcff", 1);
    let options = ["--dfile", "p/\\udcff.py", "-o"];
    let output = format!("t/p/__pycache__/{twin}");
    session.compile(&[&["t/p/\\udcff.py"], &options[..], &[&output]].concat()).exits(0);
    session.run(&["verify", "t"]).exits(0).says("3 verified, 0 findings");
    let hidden = [b"\xff", twin.strip_prefix("\\udcff").unwrap().as_bytes()].concat();
    std::fs::write(cache.join(std::ffi::OsStr::from_bytes(&hidden)), "").unwrap();
    let said = session.run(&["verify", "t"]).exits(1).says("3 verified, 1 finding");
    let message = "unreadable: the name is not UTF-8, and its printed form is the name of another file\n";
    assert!(said.out.contains(message), "{}", said.out);
    session.run(&["manifest", "t", "--output", "n.json"]).exits(1).says("the name is not UTF-8");
    // A line end in a name does not start a new line.
    session.file("t/p/__pycache__/a\u{1b}[31m\n3 verified, 0 findings.cpython-314.pyc", &bytes);
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains("a\\x1b[31m\\x0a3 verified, 0 findings.cpython-314.pyc: "), "{}", said.out);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
}

/// Written by a native target of each release; both releases differ in the exception table of
/// `with`.
#[test]
fn the_release_that_fits_is_named() {
    let session = Session::new();
    session.file("w.py", "def f(a):\n    with a as b:\n        return b\n");
    for release in ["3.15.0", "3.15.2"] {
        let compile =
            ["compile", "-qq", "--force", "--engine", "native", "--invalidation-mode", "unchecked-hash"];
        session.run(&[&compile[..], &["--python", release, "w.py"]].concat()).exits(0);
        session.run(&["verify", "."]).exits(0).says(&format!("CPython {release} writes these bytes\n"));
        let said = session.run(&["verify", ".", "--message-format", "json"]).exits(0);
        let line = format!("{{\"python\":\"3.15\",\"release\":\"{release}\",\"pycs\":1}}\n");
        assert!(said.out.starts_with(&line) && said.out.lines().count() == 2, "{}", said.out);
    }
}

/// `s.py` is the same for both releases, so one release writes the whole directory.
#[test]
fn one_release_is_named_for_a_directory() {
    let session = Session::new();
    let with = "def f(a):\n    with a as b:\n        return b\n";
    session.file("t/w.py", with);
    session.file("t/s.py", "x = 1\n");
    session.file("t/z.py", "y = 1\n");
    let compile = |release: &str, path: &str| {
        let options = [
            "compile",
            "-qq",
            "-r",
            "--force",
            "--engine",
            "native",
            "--invalidation-mode",
            "unchecked-hash",
        ];
        session.run(&[&options[..], &["--python", release, path]].concat()).exits(0);
    };
    for release in ["3.15.0", "3.15.2"] {
        compile(release, "t");
        let said = session.run(&["verify", "t"]).exits(0);
        assert_eq!(said.err, format!("3 verified, 0 findings\nCPython {release} writes these bytes\n"));
    }
    // A pyc that only another release writes is named.
    session.file("t/v.py", with);
    session.file("t/u.py", with);
    compile("3.15.0", "t/v.py");
    compile("3.15.2", "t/u.py");
    let said = session.run(&["verify", "t"]).exits(0);
    let v = "__pycache__/v.cpython-315.pyc";
    let lines = "CPython 3.15.2 writes these bytes: 4 pycs\n\
                 CPython 3.15.0 writes these bytes, and 3.15.2 does not: 1 pyc, the first is ";
    assert_eq!(said.err, format!("5 verified, 0 findings\n{lines}t/{v}\n"));
    let said = session.run(&["verify", "t", "--message-format", "json"]).exits(0);
    let line = |release: &str, pycs: u8, first: &str| {
        format!("{{\"python\":\"3.15\",\"release\":\"{release}\",\"pycs\":{pycs}{first}}}\n")
    };
    let first = format!(",\"first\":\"{v}\"");
    let releases = line("3.15.2", 4, "") + &line("3.15.0", 1, &first);
    let summary = said.out.strip_prefix(&releases).unwrap();
    assert!(summary.starts_with("{\"summary\":{") && summary.lines().count() == 1, "{}", said.out);
}

/// Pycs that the interpreter writes without columns have the form that the compilers expect.
#[test]
fn a_pyc_without_columns_is_another_form() {
    let session = Session::new();
    let has_columns = "import sys; print(sys.version_info >= (3, 11), end='')";
    if session.python(has_columns, &[]).exits(0).out != "True" {
        return;
    }
    let functions =
        "f = [lambda: 0, lambda: 0]\ndef g(a):\n    return any(x for x in a), all(x for x in a)\n";
    let handlers = "try:\n    import q\nexcept (\n    ImportError\n): q = None\nasync def h():\n    async with f() as x: yield x\n";
    session.file("t/m.py", format!("{functions}{handlers}"));
    let compile = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-X', 'no_debug_ranges', '-m', \
                   'py_compile', 't/m.py']))";
    session.python(compile, &[]).exits(0);
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains(": other-form: "), "{}", said.out);
    assert!(said.out.ends_with("it has no column numbers (-X no_debug_ranges)\n"), "{}", said.out);
    session.run(&["verify", "t", "--references", "any"]).exits(0);
    session.run(&["verify", "t", "--references", "any", "--engine", "python"]).exits(0);
}
