//! Pycs in another place, and under a name without a level: those of sourceless wheels, and of
//! `compileall -b`.

use crate::session::Session;

const WHEEL: &str = "dist/p-1-py3-none-any.whl";

/// A session with the wheels `cached/…` and `sourceless/…` of one project, at this level.
fn wheels(level: &str) -> Session {
    let session = Session::new();
    session.file(
        "pycompile.toml",
        "[source]\nroot = \"src\"\nfiles = [\"p/__init__.py\", \"p/m.py\"]\n[compile]\npython = \"3.14\"\n\
         [wheel.project]\nname = \"p\"\nversion = \"1\"\n",
    );
    session.file("src/p/__init__.py", "\"\"\"Doc.\"\"\"\n");
    session.file("src/p/m.py", "def f(x):\n    \"\"\"Doc.\"\"\"\n    assert x\n    return 3\n");
    session.run(&["pack"]).exits(0);
    for (bytecode, folder) in [("pycache", "cached"), ("sourceless", "sourceless")] {
        let options = ["--python", "3.14", "--optimize", level, "--output-dir", folder];
        session.run(&[&["pack", WHEEL, "--bytecode", bytecode], &options[..]].concat()).exits(0);
    }
    session
}

const CACHED: &str = "cached/p-1-py3-none-any.whl";
const SOURCELESS: &str = "sourceless/p-1-cp314-none-any.whl";

#[test]
fn a_record_follows_from_pycs_in_another_place() {
    let session = wheels("0");
    for [left, right] in [[CACHED, SOURCELESS], [SOURCELESS, CACHED]] {
        let said = session.run(&["diff", left, right, "--json"]).exits(1);
        let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let files = document["files"].as_array().unwrap();
        let record = files.iter().find(|file| file["path"] == "p-1.dist-info/RECORD").unwrap();
        assert_eq!(record["cause"]["kind"], "harmless", "{record:#}");
        assert_eq!(record["cause"]["reason"], "its rows follow from the files that differ");
    }
}

#[test]
fn a_name_without_a_level_has_every_level() {
    for level in ["1", "2"] {
        let session = wheels(level);
        let note = format!(
            "note: 2 pycs without a level in their names have the code of optimization level {level}: the first is"
        );
        let said = session.run(&["verify", SOURCELESS, "--sources", "src"]).exits(0).says("verified");
        // The module without an assertion is the same at level 1.
        let one = note
            .replace("2 pycs", "1 pyc")
            .replace("their names have", "its name has")
            .replace("the first is", "p/m.pyc");
        assert!(said.err.contains(if level == "2" { &note } else { &one }), "{}", said.err);
    }
    // A name with a tag says the level.
    let session = wheels("2");
    session.file("t/m.py", "def f(x):\n    \"\"\"Doc.\"\"\"\n    assert x\n");
    session.run(&["compile", "--python", "3.14", "--optimize", "2", "t/m.py"]).exits(0);
    let named = session.path("t/__pycache__/m.cpython-314.opt-2.pyc");
    std::fs::copy(&named, session.path("t/m.pyc")).unwrap();
    session.run(&["verify", "t"]).exits(0).says("note: 1 pyc without a level in its name");
    std::fs::rename(named, session.path("t/__pycache__/m.cpython-314.pyc")).unwrap();
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.starts_with("t/__pycache__/m.cpython-314.pyc: level: "), "{}", said.out);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
}

#[test]
fn a_listed_wheel_without_pycs_is_told() {
    let session = wheels("0");
    session.run(&["pack", "--manifest", "m.json"]).exits(0);
    let note = "note: 1 archive has a digest that the manifest lists: p-1-py3-none-any.whl";
    for place in ["dist", WHEEL] {
        session.run(&["verify", place, "--manifest", "m.json"]).exits(0).says(note);
    }
    // With pycs, their number is the answer.
    let said = session.run(&["verify", "src", "--manifest", "m.json"]);
    assert!(!said.err.contains("has a digest"), "{}", said.err);
    // Another wheel of this name.
    std::fs::copy(session.path(CACHED), session.path(WHEEL)).unwrap();
    let said = session.run(&["verify", "dist", "--manifest", "m.json"]).exits(1);
    assert!(!said.err.contains("has a digest"), "{}", said.err);
}
