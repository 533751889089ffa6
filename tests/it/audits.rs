//! Findings of `verify`, the places that it accepts, and the files that it leaves out. The native
//! compiler compiles everything here, so no interpreter is needed.

use crate::session::{Said, Session, as_of_3_10};

const MODULE: &str = "def f():\n    return 1\n\ndef g(x):\n    return x in {\"aa\", \"bb\"}\n";
const PYC: &str = "t/p/__pycache__/m.cpython-314.pyc";

fn compile(session: &Session, path: &str) {
    let options = ["compile", "-q", "-r", "--force", "--python", "3.14"];
    session.run(&[&options[..], &["--invalidation-mode", "checked-hash", path]].concat()).exits(0);
}

fn tree(source: &str) -> Session {
    let session = Session::new();
    session.file("t/p/m.py", source);
    compile(&session, "t");
    session
}

fn read(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

#[track_caller]
fn prints(said: Said, out: &str) {
    let said = said.exits(1);
    assert_eq!(said.out, out, "{}", said.err);
}

#[test]
fn a_header_that_lies_does_not_hide_the_code() {
    let session = tree(MODULE);
    let good = read(&session, PYC);
    let mut lying = good.clone();
    lying[8] ^= 1;
    session.file(PYC, &lying);
    let header = "the source hash in its header is not that of p/m.py";
    prints(session.run(&["verify", "t"]), &format!("{PYC}: header: {header}, but its code is\n"));
    // The code of another source, whose hash is in the header too.
    session.file("t/p/m.py", MODULE.replace("return 1", "return 2"));
    let place = "at f, line 2, the pyc has LOAD_SMALL_INT 1 where the source compiles to LOAD_SMALL_INT 2";
    prints(
        session.run(&["verify", "t"]),
        &format!("{PYC}: code: {header}, and neither is its code: {place}\n"),
    );
    // The header of this source before the code of another one.
    let other = tree(&MODULE.replace("return 1", "return 2"));
    session.file(PYC, [&read(&other, PYC)[..16], &good[16..]].concat());
    prints(session.run(&["verify", "t"]), &format!("{PYC}: code: its code is not that of p/m.py: {place}\n"));
    session.file("t/p/m.py", "def f(:\n");
    let said = session.run(&["verify", "t"]).exits(1);
    let message = format!("{PYC}: compile: {header}; p/m.py does not compile: ");
    assert!(said.out.starts_with(&message) && said.out.contains("SyntaxError"), "{}", said.out);
}

/// Listing the instructions of large code takes hundreds of times its size.
#[test]
fn no_place_is_looked_for_in_large_code() {
    let source = |last: &str| format!("x = \"{}{last}\"\n", "a".repeat(600_000));
    let session = tree(&source("b"));
    session.file("t/p/m.py", source("c"));
    let header = "the source hash in its header is not that of p/m.py";
    prints(session.run(&["verify", "t"]), &format!("{PYC}: code: {header}, and neither is its code\n"));
}

/// Members of a frozenset in the other order: the value is the same for Python.
#[test]
fn the_same_code_in_another_form_is_called_that() {
    let session = tree(MODULE);
    let good = read(&session, PYC);
    // A reference to "aa", which is a constant too, before "bb".
    let (members, other_order) = (b"r\x09\0\0\0\xda\x02bb", b"\xda\x02bbr\x09\0\0\0");
    let at = memchr::memmem::find(&good, members).unwrap();
    let mut swapped = good;
    swapped[at..at + members.len()].copy_from_slice(other_order);
    session.file(PYC, &swapped);
    let form = "its code is that of its source in another form: the order of set members differs";
    let said = session.run(&["verify", "t"]);
    assert!(said.err.contains("hint: `--references any` accepts the same code in another form\n"));
    prints(said, &format!("{PYC}: other-form: {form}\n"));
    let said = session.run(&["verify", "t", "--references", "any"]).exits(0);
    assert_eq!(said.err, "1 verified, 0 findings\nCPython 3.14.10 writes these bytes\n");
    swapped[8] ^= 1;
    session.file(PYC, &swapped);
    let header = "the source hash in its header is not that of p/m.py";
    prints(session.run(&["verify", "t"]), &format!("{PYC}: header: {header}; {form}\n"));
    // Another member makes other code, with every value of `--references`.
    swapped[8] ^= 1;
    swapped[at + 2..at + 4].copy_from_slice(b"cc");
    session.file(PYC, &swapped);
    let said = session.run(&["verify", "t", "--references", "any"]).exits(1);
    assert!(said.out.starts_with(&format!("{PYC}: code: its code is not that of p/m.py: at g, line ")));
}

#[test]
fn several_paths_and_archives_without_pycs() {
    let session = tree(MODULE);
    session.file("u/n.py", "x = 1\n");
    compile(&session, "u");
    session.run(&["verify", "t", "u"]).exits(0).says("2 verified, 0 findings\n");
    session.file("u/n.py", "x = 2\n");
    let name = "u/__pycache__/n.cpython-314.pyc";
    let said = session.run(&["verify", "t", "u"]).says("1 verified, 1 finding\n");
    let header = "the source hash in its header is not that of n.py, and neither is its code";
    let place = "the pyc has LOAD_SMALL_INT 1 where the source compiles to LOAD_SMALL_INT 2";
    prints(said, &format!("{name}: code: {header}: at <module>, line 1, {place}\n"));
    let said = session.run(&["verify", "t", "u", "--json"]).exits(1);
    assert!(said.out.starts_with(&format!("{{\"path\":\"{name}\",\"kind\":\"code\"")), "{}", said.out);
    session.run(&["verify", "t", "nowhere"]).exits(2).says("cannot read nowhere");
    session.file("e/empty.zip", zip(&[("a.py", b"x = 1\n")]));
    let said = session.run(&["verify", "e/empty.zip"]).exits(0);
    assert_eq!(said.err, "0 pycs, 0 verified, 0 findings\n");
    session.run(&["verify", "e"]).exits(0).says("0 pycs, 0 verified, 0 findings\n");
    let pyc = read(&session, PYC);
    session.file("e/poisoned.zip", zip(&[("m.py", b"x = 1\n"), ("m.pyc", &pyc)]));
    let said = session.run(&["verify", "e", "e/poisoned.zip"]).exits(1);
    let header = "the source hash in its header is not that of m.py, and neither is its code";
    let place = "the pyc has LOAD_CONST <code object f> where the source compiles to LOAD_SMALL_INT 1; names only \
                 in the pyc: g, and 2 other code objects differ";
    assert_eq!(said.out, format!("e/poisoned.zip!m.pyc: code: {header}: at <module>, line 1, {place}\n"));
    assert!(said.err.contains("note: e/poisoned.zip is a part of e, and verified once\n"), "{}", said.err);
}

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const CONFIG: &str = "[source]\nroot = \"src\"\nfiles = [\"demo/__init__.py\", \"demo/core.py\"]\n[compile]\npython = \"3.14\"\n\
                      invalidation-mode = \"checked-hash\"\n[wheel]\nproject = { name = \"demo\", version = \"1\" }\n[zip]\noutput = \"dist/demo.pyz\"\n\
                      main = \"demo.core:main\"\n[tree]\noutput = \"out\"\n[manifest]\noutput = \"m.json\"\n";
const WHEEL: &str = "dist/demo-1-py3-none-any.whl";

fn packed() -> Session {
    let session = Session::new();
    session.file("pycompile.toml", CONFIG);
    session.file("src/demo/__init__.py", "");
    session.file("src/demo/core.py", "def main():\n    return 0\n");
    session.run(&["build", "-q"]).exits(0);
    session.run(&["pack", "-q"]).exits(0);
    session
}

#[test]
fn archives_that_a_manifest_lists_count() {
    let session = packed();
    let verify = ["verify", "dist", "--manifest", "m.json"];
    session.run(&verify).exits(0).says("3 verified, 0 findings\n");
    session.run(&["verify", WHEEL, "dist/demo.pyz", "--manifest", "m.json"]).exits(0);
    // An archive without anything to verify, which is not the listed one.
    let good = read(&session, WHEEL);
    session.file(WHEEL, zip(&[("demo/core.py", b"x = 1\n")]));
    let said = session.run(&verify).exits(1);
    assert_eq!(said.out.matches(&format!("{WHEEL}: manifest: ")).count(), 1, "{}", said.out);
    let listed = format!("{WHEEL}: manifest: it differs from the archive that the manifest lists\n");
    assert!(said.out.contains(&listed), "{}", said.out);
    std::fs::remove_file(session.path(WHEEL)).unwrap();
    let message = "dist/demo-1-py3-none-any.whl: manifest: the manifest lists it, but it does not exist\n";
    prints(session.run(&verify), message);
    session.file(WHEEL, good);
    session.file("dist/p/__pycache__/m.cpython-314.pyc", read(&tree(MODULE), PYC));
    session.file("dist/p/m.py", MODULE);
    prints(
        session.run(&verify),
        "dist/p/__pycache__/m.cpython-314.pyc: manifest: the manifest does not list it\n",
    );
    std::fs::remove_file(session.path("dist/demo.pyz")).unwrap();
    std::fs::remove_file(session.path(WHEEL)).unwrap();
    let said = session.run(&verify).exits(1);
    assert_eq!(
        said.out.matches("manifest: the manifest lists it, but it does not exist\n").count(),
        2,
        "{}",
        said.out
    );
}

#[test]
fn paths_of_a_manifest_may_begin_elsewhere() {
    let session = packed();
    session.run(&["verify", "out", "--manifest", "m.json"]).exits(0);
    session.run(&["verify", "out/demo", "--manifest", "m.json"]).exits(0).says("2 verified, 0 findings\n");
    let single = "out/demo/__pycache__/core.cpython-314.pyc";
    let said = session.run(&["verify", single, "--manifest", "m.json"]).exits(0);
    assert!(said.err.contains("the manifest lists 1 more pyc, outside of PATH\n"), "{}", said.err);
    std::fs::create_dir_all(session.path("v/lib")).unwrap();
    std::fs::rename(session.path("out"), session.path("v/lib/site-packages")).unwrap();
    session.run(&["verify", "v", "--manifest", "m.json"]).exits(0).says("2 verified, 0 findings\n");
    let core = "v/lib/site-packages/demo/__pycache__/core.cpython-314.pyc";
    let good = read(&session, core);
    std::fs::remove_file(session.path(core)).unwrap();
    let missing = "the manifest lists it, but it does not exist";
    let demo = "v/lib/site-packages/demo";
    for path in ["v", "v/lib/site-packages", demo] {
        prints(
            session.run(&["verify", path, "--manifest", "m.json"]),
            &format!("{core}: manifest: {missing}\n"),
        );
    }
    // The code of the manifest, under another mode: the flags of the header are 1 for
    // unchecked-hash, 3 for checked-hash.
    let mut other = good;
    assert_eq!(other[4], 3);
    other[4] = 1;
    session.file(core, other);
    let message = "it differs from the pyc that the manifest lists: the code is the same, but its invalidation mode is \
                   unchecked-hash instead of checked-hash";
    prints(session.run(&["verify", demo, "--manifest", "m.json"]), &format!("{core}: manifest: {message}\n"));
    session.file("v/lib/site-packages/demo/core.py", "def main():\n    return 1\n");
    let said = session.run(&["verify", "v", "--manifest", "m.json"]).exits(1);
    let source = "demo/core.py: manifest: it differs from the source that the manifest lists for demo/__pycache__/core";
    assert!(said.out.contains(&format!("v/lib/site-packages/{source}")), "{}", said.out);
}

/// Two distributions of an environment, as an installer leaves them.
fn environment() -> Session {
    let session = Session::new();
    let site = "v/lib/python3.14/site-packages";
    for (package, project) in [("one", "One.Thing"), ("two", "two")] {
        let info = format!("{}-1.0.dist-info", project.replace('.', "_"));
        session.file(&format!("{site}/{package}/__init__.py"), "x = 1\n");
        session.file(&format!("{site}/{info}/METADATA"), format!("Name: {project}\nVersion: 1.0\n"));
        session.record(
            &format!("{site}/{info}/RECORD"),
            format!("{package}/__init__.py,,\n{info}/METADATA,,\n{info}/RECORD,,\n"),
        );
    }
    compile(&session, "v");
    session
}

#[test]
fn one_distribution_of_an_environment() {
    let session = environment();
    session.run(&["verify", "v"]).exits(0).says("2 verified, 0 findings\n");
    for name in ["one-thing", "One.Thing", "ONE__thing"] {
        session.run(&["verify", "v", "--only", name]).exits(0).says("1 verified, 0 findings\n");
    }
    let said = session.run(&["verify", "v", "--only", "three"]).exits(2);
    assert_eq!(said.err, "error: no distribution is named three\nhint: there are one-thing, two\n");
    let site = "v/lib/python3.14/site-packages";
    session.file(&format!("{site}/two/__init__.py"), "x = 2\n");
    session.run(&["verify", "v", "--only", "one-thing"]).exits(0).says("1 verified, 0 findings\n");
    session.run(&["verify", "v", "--only", "two"]).exits(1);
    // Next to its modules, whatever RECORD says.
    session.file(&format!("{site}/one/more.pyc"), "no pyc");
    let said = session.run(&["verify", "v", "--only", "one-thing"]).exits(1);
    assert!(said.out.contains("one/more.pyc: header: "), "{}", said.out);
    std::fs::remove_file(session.path(&format!("{site}/one/more.pyc"))).unwrap();
    // A manifest of this distribution does not list the others.
    session.run(&["manifest", &format!("{site}/one"), "--output", "n.json"]).exits(0);
    let text = String::from_utf8(read(&session, "n.json")).unwrap();
    session.file("one.json", text.replace("\"path\": \"", "\"path\": \"one/"));
    session.run(&["verify", "v", "--manifest", "one.json"]).exits(1);
    let manifest = ["verify", "v", "--manifest", "one.json", "--only", "one-thing"];
    session.run(&manifest).exits(0).says("1 verified, 0 findings\n");
    session.file(&format!("{site}/three-1.0.dist-info/METADATA"), "Name: three\nVersion: 1.0\n");
    let said = session.run(&["verify", "v", "--only", "three"]).exits(2);
    let message = "three-1.0.dist-info/ has no RECORD that can be read: its files are unknown";
    assert!(said.err.contains(message), "{}", said.err);
    // A wheel is its own distribution.
    let session = packed();
    session.run(&["verify", "dist", "--only", "demo"]).exits(0).says("0 pycs, 0 verified, 0 findings\n");
    session.run(&["verify", "dist", "--only", "v"]).exits(2).says("hint: there is demo\n");
}

/// Python 3.13 imports these instead of `m.py`, or reads them when it starts.
#[test]
fn one_distribution_of_one_module() {
    let site = "v/lib/python3.14/site-packages";
    let session = environment();
    session.file(&format!("{site}/m.py"), "x = 1\n");
    session.file(&format!("{site}/m-1.0.dist-info/METADATA"), "Name: m\nVersion: 1.0\n");
    let record = "m.py,,\nm-1.0.dist-info/METADATA,,\nm-1.0.dist-info/RECORD,,\n";
    session.record(&format!("{site}/m-1.0.dist-info/RECORD"), record);
    compile(&session, &format!("{site}/m.py"));
    let command = ["verify", "v", "--only", "m"];
    session.run(&command).exits(0).says("1 verified, 0 findings\n");
    for name in ["m/__init__.pyc", "m/__init__.py", "m.cpython-313-x86_64-linux-gnu.so", "m.pyd"] {
        let path = session.file(&format!("{site}/{name}"), "");
        let said = session.run(&command).exits(1);
        assert!(said.out.contains(&format!("{site}/{name}: ")), "{}", said.out);
        std::fs::remove_file(path).unwrap();
    }
    for name in ["mm.py", "m_.py", "n/m.py"] {
        session.file(&format!("{site}/{name}"), "");
    }
    session.run(&command).exits(0).says("1 verified, 0 findings\n");
    // These run before any import.
    session.file(&format!("{site}/x.pth"), "import sys\n");
    session.file(&format!("{site}/sitecustomize.py"), "");
    let said = session.run(&command).exits(1);
    for (name, reads, runs) in [("x.pth", "reads", ": it runs code"), ("sitecustomize.py", "imports", "")] {
        let line = format!(
            "{site}/{name}: record: Python {reads} it when it starts, and no RECORD lists it{runs}\n"
        );
        assert!(said.out.contains(&line), "{}", said.out);
    }
}

#[test]
fn modules_that_no_record_lists() {
    let session = environment();
    let site = "v/lib/python3.14/site-packages";
    let unrecorded =
        |name: &str| format!("{site}/{name}: record: Python can import it, and no RECORD lists it\n");
    for name in ["stray.py", "one/stray.py", "one/__init__.cpython-314-x86_64-linux-gnu.so"] {
        let path = session.file(&format!("{site}/{name}"), "");
        prints(session.run(&["verify", "v"]), &unrecorded(name));
        std::fs::remove_file(path).unwrap();
    }
    // Importing a module writes its pyc, and virtualenv and uv install a module of their own.
    session.file(&format!("{site}/_virtualenv.py"), "");
    compile(&session, &format!("{site}/_virtualenv.py"));
    session.run(&["verify", "v"]).exits(0).says("3 verified, 0 findings\n");
    // A pyc without a source is a finding of its own.
    session.file(&format!("{site}/stray.pyc"), read(&tree(MODULE), PYC));
    let said = session.run(&["verify", "v"]).exits(1);
    assert!(
        said.out
            .contains("stray.pyc: source: its source lib/python3.14/site-packages/stray.py does not exist"),
        "{}",
        said.out
    );
    std::fs::remove_file(session.path(&format!("{site}/stray.pyc"))).unwrap();
    // The system's package manager has distributions without RECORD, which may own any file that no
    // other distribution owns.
    session.file(&format!("{site}/three-1.0.dist-info/METADATA"), "Name: three\nVersion: 1.0\n");
    session.file(&format!("{site}/three/__init__.py"), "");
    session.run(&["verify", "v"]).exits(0);
    session.file(&format!("{site}/one/stray.py"), "");
    prints(session.run(&["verify", "v"]), &unrecorded("one/stray.py"));
}

#[test]
fn a_version_without_an_engine_is_reported_once() {
    let session = Session::new();
    for module in ["a", "b", "c"] {
        session.file(&format!("t/{module}.py"), "x = 1\n");
    }
    // The hash of a source depends on the magic number, its time does not.
    let options = ["compile", "-q", "-r", "--python", "3.14", "--invalidation-mode", "timestamp", "t"];
    session.run(&options).exits(0);
    for module in ["a", "b", "c"] {
        let pyc = read(&session, &format!("t/__pycache__/{module}.cpython-314.pyc"));
        let pyc = as_of_3_10(&pyc, &format!("t/{module}.py"));
        session.file(&format!("t/__pycache__/{module}.cpython-310.pyc"), pyc);
    }
    let said = session.run(&["verify", "t", "--engine", "native"]).exits(1);
    assert!(said.err.contains("3 verified, 1 finding in 3 pycs\n"), "{}", said.err);
    let first = "t/__pycache__/a.cpython-310.pyc: version: the first of 3 pycs: no engine compiles for \
                 Python 3.10: the native compiler does not support 3.10";
    assert!(said.out.starts_with(first) && said.out.lines().count() == 1, "{}", said.out);
    let said = session.run(&["verify", "t", "--engine", "native", "--json"]).exits(1);
    assert!(said.out.lines().next().unwrap().ends_with("\"pycs\":3}"), "{}", said.out);
}

#[test]
fn people_are_shown_some_of_each_kind() {
    let session = Session::new();
    for number in 10..35_u8 {
        let magic = [&[number, 0, b'\r', b'\n'], &[0; 12][..]].concat();
        session.file(&format!("t/__pycache__/m{number}.cpython-314.pyc"), magic);
    }
    session.file("t/n.py", "x = 1\n");
    compile(&session, "t/n.py");
    session.file("t/n.py", "x = 2\n");
    let said = session.run(&["verify", "t"]).exits(1).says("0 verified, 26 findings\n");
    assert_eq!(said.out.lines().count(), 22, "{}", said.out);
    assert!(said.out.contains("n.cpython-314.pyc: code: "), "{}", said.out);
    assert!(said.out.ends_with("header: 5 more findings: `--limit 0` lists all\n"), "{}", said.out);
    assert_eq!(session.run(&["verify", "t", "--limit", "0"]).exits(1).out.lines().count(), 26);
    assert_eq!(session.run(&["verify", "t", "--json"]).exits(1).out.lines().count(), 27);
}

/// The sources, the locations and the expected code differ from file to file.
#[test]
fn one_poison_in_many_pycs_is_one_finding() {
    let session = Session::new();
    for number in 10..30 {
        session.file(&format!("t/m{number}.py"), format!("def f{number}():\n    return {number}\n"));
    }
    compile(&session, "t");
    for number in 10..30 {
        let name = format!("t/__pycache__/m{number}.cpython-314.pyc");
        let pyc = read(&session, &name);
        // LOAD_SMALL_INT and its operand.
        let at = pyc.windows(2).position(|code| code == [94, number]).unwrap();
        let mut poisoned = pyc;
        poisoned[at + 1] = 99;
        session.file(&name, poisoned);
    }
    let said = session.run(&["verify", "t"]).exits(1).out;
    let first = "t/__pycache__/m10.cpython-314.pyc: code: the first of 20 files: its code is not that of \
                 m10.py: at f10, line 2, the pyc has LOAD_SMALL_INT 99 where the source compiles to LOAD_SMALL_INT 10\n    \
                 t/__pycache__/m11.cpython-314.pyc\n";
    assert!(said.starts_with(first), "{said}");
    assert_eq!(said.lines().count(), 11, "{said}");
    assert_eq!(session.run(&["verify", "t", "--limit", "0"]).exits(1).out.lines().count(), 20);
    for number in 10..30 {
        std::fs::remove_file(session.path(&format!("t/m{number}.py"))).unwrap();
    }
    let said = session.run(&["verify", "t"]).exits(1).out;
    let first = "t/__pycache__/m10.cpython-314.pyc: source: the first of 20 files: its source m10.py does \
                 not exist\n";
    assert!(said.starts_with(first), "{said}");
}

#[test]
fn an_archive_that_is_refused_is_noted() {
    let session = tree(MODULE);
    let whole = zip(&[("readme.txt", b"text\n")]);
    session.file("t/cut.zip", &whole[..whole.len() / 2]);
    let note = "note: the archive cut.zip was not opened: not a zip archive, or a truncated one: it has no end of central \
                directory\n";
    assert_eq!(session.run(&["verify", "t"]).exits(0).err.matches(note).count(), 1);
    session.file("t/text.tar.gz", "text\n");
    session
        .run(&["verify", "t"])
        .exits(0)
        .says("note: 2 archives were not opened: the first is cut.zip: not a zip");
}

#[test]
fn many_equal_lines_are_one_with_their_number() {
    let session = Session::new();
    for number in 10..35 {
        session.file(&format!("t/m{number}.pyc"), "no pyc");
    }
    let message = "the file has 6 bytes; a pyc has at least 16 bytes";
    let said = session.run(&["verify", "t"]).says("0 verified, 25 findings\n");
    let others: String = (11..20).map(|number| format!("    t/m{number}.pyc\n")).collect();
    let more = "    and 15 more: `--limit 0` lists all\n";
    prints(said, &format!("t/m10.pyc: header: the first of 25 files: {message}\n{others}{more}"));
    let said = session.run(&["verify", "t", "--limit", "0"]).exits(1);
    assert!(said.out.starts_with(&format!("t/m10.pyc: header: {message}\nt/m11.pyc: ")), "{}", said.out);
    assert_eq!(said.out.lines().count(), 25);
    for number in 19..35 {
        std::fs::remove_file(session.path(&format!("t/m{number}.pyc"))).unwrap();
    }
    assert_eq!(session.run(&["verify", "t"]).exits(1).out.lines().count(), 9);
}

/// The pycs that pip writes have the time and size of the source, and Python accepts them.
#[test]
fn valid_pycs_of_another_mode_are_not_stale() {
    let session = environment();
    let site = "v/lib/python3.14/site-packages";
    let options = ["compile", "-q", "-r", "--force", "--python", "3.14", "--invalidation-mode", "timestamp"];
    let strip = ["--strip-dir", site, site];
    session.run(&[&options[..], &strip].concat()).exits(0);
    let pyc = |package: &str| format!("{site}/{package}/__pycache__/__init__.cpython-314.pyc");
    let check = || session.run(&["env", "v", "--check"]).exits(1);
    let said = check().says("0 verified, 2 findings\n");
    let other = "other-mode: it is valid, but its invalidation mode is not the requested one";
    let both = format!("{}: {other}\n{}: {other}\n", pyc("one"), pyc("two"));
    assert!(said.err.starts_with(&both), "{}", said.err);
    let said = session.run(&["env", "v", "--check", "--limit", "1"]).exits(1);
    assert!(said.err.contains("other-mode: 1 more finding: `--limit 0` lists all\n"), "{}", said.err);
    // The mode does not hide the code.
    let good = read(&session, &pyc("one"));
    let poisoned = [&good[..], b"x"].concat();
    session.file(&pyc("one"), poisoned);
    let said = check().says("0 verified, 3 findings in 2 pycs\n");
    assert!(
        said.err.contains(&format!("{}: malformed: its code cannot be read", pyc("one"))),
        "{}",
        said.err
    );
    session.file(&pyc("one"), &good);
    // The first of eight bytes of time and size.
    let mut stale = good;
    stale[8] ^= 1;
    session.file(&pyc("one"), stale);
    let header = "header: the source time in its header is not that of one/__init__.py, but its code is";
    check().says(&format!("{}: {header}\n", pyc("one")));
}

/// `pack` makes the first file that a zipapp runs. Its source follows from the names in it, and
/// does not exist as a file.
#[test]
fn generated_main_is_verified_against_its_generator() {
    let session = packed();
    let config = CONFIG.replace("main = \"demo", "sources = false\nmain = \"demo");
    session.file("pycompile.toml", &config);
    session.run(&["pack", "-q"]).exits(0);
    let zipapp = "dist/demo.pyz";
    let verify = ["verify", zipapp, "--sources", "src"];
    session.run(&[&verify[..], &["--manifest", "m.json"]].concat()).exits(0).says("3 verified, 0 findings\n");
    // Other functions, whose names are in the code once or twice, and a module that does not exist.
    for (main, finding) in [
        ("demo.core:exit", None),
        ("demo:demo", None),
        ("demo.core:Main.run", None),
        ("demo.more:main", Some("__main__.pyc: source: its source __main__.py does not exist")),
    ] {
        session.file("src/demo/more.py", "def main():\n    return 0\n");
        let other = config.replace("demo.core:main", main).replace("demo.pyz", "other.pyz");
        session
            .file("pycompile.toml", other.replace("\"demo/core.py\"", "\"demo/core.py\", \"demo/more.py\""));
        session.run(&["pack", "-q"]).exits(0);
        let mut files = unzip(&read(&session, "dist/other.pyz"));
        files.retain(|(name, _)| name != "demo/more.pyc");
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
        session.file(zipapp, zip(&files));
        let said = session.run(&verify);
        match finding {
            None => assert_eq!(said.status, 0, "{}", said.out),
            Some(finding) => assert!(said.status == 1 && said.out.contains(finding), "{}", said.out),
        }
    }
    // Code that does more than the generated code.
    session.file("evil.py", "import sys\nfrom demo.core import main\nprint(1)\nsys.exit(main())\n");
    let options = ["compile", "-q", "--python", "3.14", "--invalidation-mode", "unchecked-hash", "--dfile"];
    session.run(&[&options[..], &["__main__.py", "-o", "evil.pyc", "evil.py"]].concat()).exits(0);
    let core = read(&session, "out/demo/__pycache__/core.cpython-314.pyc");
    let evil = read(&session, "evil.pyc");
    session.file(zipapp, zip(&[("__main__.pyc", &evil), ("demo/core.pyc", &core)]));
    let said = session.run(&verify).exits(1);
    assert!(said.out.contains("__main__.pyc: "), "{}", said.out);
}

fn unzip(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        files.push((file.name().to_owned(), bytes));
    }
    files
}

/// A source that no archive contains is missing; it is not a symlink.
#[test]
fn sources_that_an_archive_lacks_are_missing() {
    let session = tree("x = 1\n");
    let pyc = read(&session, PYC);
    session.file("a.zip", zip(&[("p/m.py", b"x = 1\n"), (&PYC[2..], &pyc)]));
    session.file("sources.zip", zip(&[("other/m.py", b"x = 1\n")]));
    let said = session.run(&["verify", "a.zip", "--sources", "sources.zip"]).exits(1);
    let missing = "a.zip: p/m.py: source: it does not exist in --sources\n";
    assert!(said.out.contains(missing), "{}", said.out);
    let pyc = format!("a.zip: {}: source: its source p/m.py does not exist\n", &PYC[2..]);
    assert!(said.out.contains(&pyc), "{}", said.out);
}
