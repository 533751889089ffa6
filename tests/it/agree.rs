//! `verify`, `env --check` and manifests report the same findings for the same pyc, the most
//! alarming first.

use crate::pair::{CORE, PYC, Pair, reason};
use crate::session::Session;

const SITE: &str = "v/lib/python3.14/site-packages";
const MODULES: [(&str, &str); 3] = [("a", "x = 1\n"), ("b", "def f():\n    return 1\n"), ("c", "x = 3\n")];

/// An environment of three modules that `env` has compiled.
fn environment() -> Session {
    let session = Session::new();
    let mut rows = String::from("p-1.dist-info/RECORD,,\n");
    for (name, text) in MODULES {
        session.file(&format!("{SITE}/p/{name}.py"), text);
        rows += &format!("p/{name}.py,,\n");
    }
    session.record(&format!("{SITE}/p-1.dist-info/RECORD"), rows);
    session
        .file("v/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.14.10\n");
    session.run(&["env", "v"]).exits(0).says("3 compiled");
    session
}

fn pyc(name: &str) -> String {
    format!("{SITE}/p/__pycache__/{name}.cpython-314.pyc")
}

fn read(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

/// Puts the code of `other` after the header of `name`.
fn poison(session: &Session, name: &str, other: &str) {
    let poisoned = [&read(session, &pyc(name))[..16], &read(session, &pyc(other))[16..]].concat();
    session.file(&pyc(name), poisoned);
}

#[test]
fn env_says_what_verify_says_of_a_wrong_pyc() {
    let session = environment();
    session.run(&["env", "v", "--check"]).exits(0).says("3 verified, 0 findings\n");
    poison(&session, "b", "c");
    let code = format!("{}: code: its code is not that of p/b.py: at <module>, line ", pyc("b"));
    let said = session.run(&["verify", SITE]).exits(1);
    assert!(said.out.starts_with(&code), "{}", said.out);
    let checked = session.run(&["env", "v", "--check"]).exits(1).says("2 verified, 2 findings in 1 pyc\n");
    // The RECORD that `env` wrote has the digest of the right pyc.
    assert_eq!(said.out.lines().collect::<Vec<_>>(), checked.err.lines().take(2).collect::<Vec<_>>());
    // A header of another source.
    let session = environment();
    let mut other = read(&session, &pyc("a"));
    other[8] ^= 1;
    session.file(&pyc("a"), other);
    let header = "header: the source hash in its header is not that of p/a.py, but its code is\n";
    for said in
        [session.run(&["verify", SITE]).exits(1).out, session.run(&["env", "v", "--check"]).exits(1).err]
    {
        assert!(said.contains(&format!("{}: {header}", pyc("a"))), "{said}");
    }
}

#[test]
fn another_recorded_name_is_not_called_wrong() {
    let session = environment();
    let compile = ["compile", "-q", "--force", "--python", "3.14", "--invalidation-mode", "unchecked-hash"];
    let source = format!("{SITE}/p/a.py");
    session.run(&[&compile[..], &["--dfile", "/build/p/a.py", &source]].concat()).exits(0);
    let said = session.run(&["env", "v", "--check"]).exits(1);
    let words = "other-bytes: its code is that of its source, but `env` would write other bytes: ";
    assert!(said.err.contains(&format!("{}: {words}", pyc("a"))), "{}", said.err);
    assert!(!said.err.contains(": wrong") && !said.err.contains(": code"), "{}", said.err);
}

#[test]
fn code_comes_first() {
    let session = environment();
    session.file(&format!("{SITE}/another.py"), "");
    poison(&session, "c", "a");
    let code = format!("{}: code: ", pyc("c"));
    let said = session.run(&["verify", "v"]).exits(1);
    assert!(said.out.starts_with(&code) && said.out.contains("another.py: record: "), "{}", said.out);
    let said = session.run(&["env", "v", "--check"]).exits(1);
    assert!(said.err.starts_with(&code) && said.err.contains("another.py: "), "{}", said.err);
    let said = session.run(&["verify", "v", "--message-format", "json"]).exits(1);
    assert!(said.out.starts_with(&format!("{{\"path\":\"{}\"", pyc("c").replace("v/", ""))), "{}", said.out);
    let said = session.run(&["verify", "v", "--message-format", "github"]).exits(1);
    assert!(
        said.out.starts_with("::error") && said.out.lines().next().unwrap().contains("title=pycompile code")
    );
    let sarif = session.run(&["verify", "v", "--message-format", "sarif"]).exits(1).out;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "code");
}

#[test]
fn the_release_is_that_of_the_environment_if_it_writes_these_bytes() {
    let session = environment();
    session.run(&["verify", "v"]).exits(0).says("\nCPython 3.14.10 writes these bytes\n");
    session.file("v/pyvenv.cfg", "version = 3.14.8\n");
    session.run(&["verify", "v"]).exits(0).says("\nCPython 3.14.8 writes these bytes\n");
    session.run(&["verify", SITE]).exits(0).says("\nCPython 3.14.8 writes these bytes\n");
    session.run(&["verify", &pyc("a")]).exits(0).says("\nCPython 3.14.8 writes these bytes\n");
    session.file("v/pyvenv.cfg", "version = 3.13.18\n");
    session.run(&["verify", "v"]).exits(0).says("\nCPython 3.14.10 writes these bytes\n");
}

#[test]
fn a_manifest_of_an_environment_is_not_about_other_versions() {
    let session = environment();
    let source = format!("{SITE}/p/a.py");
    let other = format!("{SITE}/p/__pycache__/a.cpython-313.pyc");
    session.run(&["compile", "-q", "--python", "3.13", "--dfile", "p/a.py", &source]).exits(0);
    session.run(&["env", "v", "--manifest", "m.json"]).exits(0);
    let verify = ["verify", SITE, "--manifest", "m.json"];
    // No RECORD lists it.
    let said = session.run(&verify).exits(1);
    assert_eq!(said.out, format!("{other}: manifest: the manifest does not list it\n"));
    let record = session.path(&format!("{SITE}/p-1.dist-info/RECORD"));
    let rows = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, format!("{rows}p/__pycache__/a.cpython-313.pyc,,\n")).unwrap();
    session.run(&["env", "v", "--check"]).exits(0);
    let note = "note: the manifest lists no pyc of Python 3.13: 1 pyc, which a RECORD lists, was checked without it\n";
    session.run(&verify).exits(0).says(note).says("4 verified, 0 findings\n");
    // A pyc of the manifest's own version is listed or a finding.
    let opt = format!("{SITE}/p/__pycache__/a.cpython-314.opt-1.pyc");
    session
        .run(&["compile", "-q", "--python", "3.14", "--optimize", "1", "--dfile", "p/a.py", &source])
        .exits(0);
    let rows = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, format!("{rows}p/__pycache__/a.cpython-314.opt-1.pyc,,\n")).unwrap();
    let said = session.run(&verify).exits(1);
    assert_eq!(said.out, format!("{opt}: manifest: the manifest does not list it\n"));
    std::fs::remove_file(session.path(&opt)).unwrap();
    // A file that the manifest does not list is still compared with its source.
    session.file(&other, [&read(&session, &other)[..], b"x"].concat());
    let said = session.run(&verify).exits(1);
    assert!(said.out.contains(": malformed: "), "{}", said.out);
}

/// A wheel may have entries for its directories, and a wheel of another version has other
/// directories.
#[test]
fn entries_for_directories_are_reported_once() {
    let session = Session::new();
    let wheel = |version: &str, folders: &[&str]| {
        let info = format!("p-{version}.dist-info");
        let mut zip = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = ::zip::write::SimpleFileOptions::default();
        for folder in folders {
            zip.add_directory(folder.replace("INFO", &info), options).unwrap();
        }
        for (name, text) in [("p/a.py", "x = 1\n"), (&format!("{info}/WHEEL"), "")] {
            zip.start_file(name, options).unwrap();
            std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    session.file("1.zip", wheel("1", &["p/", "INFO/"]));
    session.file("2.zip", wheel("2", &["p/", "INFO/"]));
    session.file("3.zip", wheel("2", &[]));
    let said = session.run(&["diff", "1.zip", "2.zip", "--details"]).exits(1);
    assert!(!said.out.contains("entries for directories"), "{}", said.out);
    assert!(said.out.starts_with("1 path differs; nothing that differs is unexplained\n"), "{}", said.out);
    let said = session.run(&["diff", "1.zip", "3.zip", "--json"]).exits(1);
    assert_eq!(said.out.matches("\"entries for directories\"").count(), 1, "{}", said.out);
    // In another archive, whose entries have other times.
    for (name, inner, time) in [("x.zip", "1.zip", 1), ("y.zip", "3.zip", 2)] {
        let mut outer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let time = ::zip::DateTime::from_date_and_time(2020, time, 1, 0, 0, 0).unwrap();
        let options = ::zip::write::SimpleFileOptions::default().last_modified_time(time);
        outer.start_file("inner.zip", options).unwrap();
        std::io::Write::write_all(&mut outer, &read(&session, inner)).unwrap();
        session.file(name, outer.finish().unwrap().into_inner());
    }
    let said = session.run(&["diff", "x.zip", "y.zip", "--json"]).exits(1);
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let files = document["files"].as_array().unwrap();
    let of_inner = files.iter().filter(|file| file["path"] == "inner.zip").collect::<Vec<_>>();
    assert_eq!(of_inner.len(), 1, "{document:#}");
    assert_eq!(of_inner[0]["findings"].as_array().unwrap().len(), 2, "{document:#}");
}

#[test]
fn unexplained_files_come_first_in_every_output_of_diff() {
    let pair = Pair::new();
    pair.write("b", "a.txt", "").poison("b");
    let document = pair.document(&[]);
    assert_eq!(document["files"][0]["path"], PYC, "{document:#}");
    let text = pair.diff(&["--width", "200"]).exits(1).out;
    let (alarm, other) = (format!("\n{PYC}\n"), "only on the right: a.txt");
    assert!(text.find(&alarm).unwrap() < text.find(other).unwrap(), "{text}");
}

/// A sourceless pyc is compared with what the source of the other side compiles to.
#[test]
fn a_source_of_one_side_is_compiled_for_both() {
    let pair = Pair::new();
    let pyc = pair.read("b", PYC);
    pair.write("b", "demo/core.pyc", pyc).remove("b", PYC).remove("b", "demo/core.py");
    for (left, right) in [("a", "b"), ("b", "a")] {
        let said = pair.run_in(".", &["diff", left, right, "--json"]).exits(1);
        let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let path = if right == "b" { "demo/core.pyc" } else { PYC };
        let lacks = if right == "b" { "right" } else { "left" };
        let words = format!("the {lacks} pyc has no source, so the ");
        assert!(reason(&document, path).contains(&words), "{document:#}");
        assert!(
            document["conclusion"].as_str().unwrap().ends_with("nothing that differs is unexplained"),
            "{document:#}"
        );
    }
    // Another header, and no source to explain it.
    let mut other = pair.read("b", "demo/core.pyc");
    other[8] ^= 1;
    pair.write("b", "demo/core.pyc", &other);
    pair.diff(&[]).exits(1).says("hint: `--sources DIR` names the sources");
    let words = "the right pyc has no source, and its header is not that of the left source";
    let document = pair.document(&[]);
    assert_eq!(reason(&document, "demo/core.pyc"), words, "{document:#}");
    pair.write("a", "demo/core.py", CORE.replace('1', "2")).compile("a", &["--python", "3.14"]);
    let words = "the right pyc has no source, and it is not what the left demo/core.py \
                 compiles to: at demo.core:f, line 2, the pyc has LOAD_SMALL_INT 1 where the source compiles to LOAD_SMALL_INT 2";
    assert_eq!(reason(&pair.document(&[]), "demo/core.pyc"), words);
    pair.write("s", "demo/core.py", CORE);
    let document = pair.document(&["--sources", "s"]);
    assert!(
        reason(&document, "demo/core.pyc")
            .starts_with("the right pyc is not explained by its source: the source hash")
    );
}

#[test]
fn a_pyc_of_another_version_than_its_name_says_is_unexplained() {
    let pair = Pair::new();
    pair.compile("b", &["--python", "3.13"]);
    let other = pair.read("b", &PYC.replace("314", "313"));
    pair.write("b", PYC, other);
    let words = "its name says cpython-314, but its magic number is that of cpython-313";
    let expected = format!("the right pyc is not explained by its source: {words}");
    assert_eq!(reason(&pair.document(&[]), PYC), expected);
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let right = format!("{PYC}: header: {words}; its code is that of its source for cpython-313\n");
    assert!(said.out.contains(&right), "{}", said.out);
    pair.write("b", "demo/core.py", CORE.replace('1', "2"));
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let wrong = format!("{words}; its code is not that of its source for cpython-313\n");
    assert!(said.out.contains(&wrong), "{}", said.out);
}

/// The rows of a file that only one side has are those of a directory with another path.
#[test]
fn the_record_of_another_version_follows_from_files_of_one_side() {
    let pair = Pair::new();
    for (side, version, license) in [("a", "1", "LICENSE.rst"), ("b", "2", "LICENSE.txt")] {
        let info = format!("demo-{version}.dist-info");
        pair.write(side, &format!("{info}/{license}"), "free\n").write(side, &format!("{info}/WHEEL"), "");
        // By Python's hashlib.
        let digest = "sha256=DPk0DYvC8feDbgzm4heNX9OCvef8UNyEXb8ije43E7Q";
        let rows = format!("demo/core.py,,\n{info}/{license},{digest},5\n{info}/RECORD,,\n");
        pair.write(side, &format!("{info}/RECORD"), rows);
    }
    let document = pair.document(&[]);
    assert_eq!(reason(&document, "demo-2.dist-info/RECORD"), "its rows follow from the files that differ");
}

/// All installers write a RECORD in a virtual environment. Elsewhere the owner of a module is
/// unknown, and every format says so.
#[test]
fn a_distribution_without_a_record_excuses_no_module() {
    let session = environment();
    let foreign = format!("{SITE}/evil.py: record: Python can import it, and no RECORD lists it\n");
    session.file(&format!("{SITE}/evil.py"), "import os\n");
    assert_eq!(session.run(&["verify", "v"]).exits(1).out, foreign);
    session.file(&format!("{SITE}/x-1.dist-info/METADATA"), "Name: x\nVersion: 1\n");
    let gone =
        format!("{SITE}/x-1.dist-info/RECORD: record: it does not exist, although installers write one");
    for path in ["v", SITE] {
        let said = session.run(&["verify", path]).exits(1);
        assert!(said.out.contains(&foreign) && said.out.contains(&gone), "{}", said.out);
    }
    session.run(&["env", "v", "--check"]).exits(1).says(&foreign).says(&gone);
    std::fs::remove_file(session.path("v/pyvenv.cfg")).unwrap();
    let note = "lib/python3.14/site-packages/x-1.dist-info has no RECORD: modules outside the packages that a \
                RECORD lists are not checked";
    session.run(&["verify", "v"]).exits(0).says(&format!("note: {note}\n"));
    let format = |name| session.run(&["verify", "v", "--message-format", name]).exits(0).out;
    let last: serde_json::Value = serde_json::from_str(format("json").lines().last().unwrap()).unwrap();
    assert_eq!(last["summary"]["notes"], serde_json::json!([note]));
    assert_eq!(format("github"), format!("::notice title=pycompile note::{note}\n"));
    let document: serde_json::Value = serde_json::from_str(&format("sarif")).unwrap();
    let told = &document["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["message"]["text"], note);
    let said = session.run(&["env", "v", "--check", "--python", "3.14", "--message-format", "json"]);
    assert!(said.out.contains("x-1.dist-info has no RECORD"), "{}", said.out);
}

/// A RECORD lists files outside of the directory of packages too: scripts, data, manuals.
#[test]
fn env_compares_the_scripts_that_a_record_lists() {
    let session = Session::new();
    session.file(&format!("{SITE}/p/__init__.py"), "");
    session.file("v/bin/tool", "#!/x/python\nimport p\n");
    session.file("v/share/p/data.txt", "data\n");
    session.file("v/pyvenv.cfg", "home = /usr/bin\nversion = 3.14.10\n");
    let rows = "p/__init__.py,,\n../../../bin/tool,,\n../../../share/p/data.txt,,\np-1.dist-info/RECORD,,\n";
    session.record(&format!("{SITE}/p-1.dist-info/RECORD"), rows);
    session.run(&["env", "v"]).exits(0);
    session.run(&["env", "v", "--check"]).exits(0).says("1 verified, 0 findings\n");
    session.file("v/bin/tool", "#!/x/python\nimport os\n");
    session.file("v/share/p/data.txt", "more data\n");
    let record = "it is not the file that lib/python3.14/site-packages/p-1.dist-info/RECORD lists";
    let expected = [
        format!("v/bin/tool: record: {record}: its digest differs\n"),
        format!("v/share/p/data.txt: record: {record}: its digest differs\n"),
    ];
    let verified = session.run(&["verify", "v"]).exits(1).says("1 verified, 2 findings in other files\n");
    assert_eq!(verified.out, expected.concat());
    let checked =
        session.run(&["env", "v", "--check"]).exits(1).says("1 verified, 2 findings in other files\n");
    assert!(checked.err.contains(&verified.out), "{}", checked.err);
    session.run(&["env", "v", "--check", "--exclude", "bin/*", "--exclude", "share/*"]).exits(0);
    // A script that does not exist runs nothing.
    std::fs::remove_file(session.path("v/bin/tool")).unwrap();
    session.run(&["env", "v", "--check"]).exits(1).says("1 verified, 1 finding in other files\n");
}
