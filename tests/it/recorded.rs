//! Recorded file names in `diff`, and files that are in no list or have no partner.

use crate::pair::{CORE, PYC, Pair, reason};
use crate::verdicts::zip_of;
use serde_json::Value;

/// Puts the pyc of a source with the same text, but another name, in the place of that of `core.py`.
fn record(pair: &Pair, name: &str) {
    let (folder, file) = name.rsplit_once('/').unwrap();
    pair.write("other", name, CORE);
    let fixed = ["compile", "-q", "--engine", "native", "--python", "3.14"];
    pair.run_in("other", &[&fixed[..], &["--invalidation-mode", "checked-hash", name]].concat()).exits(0);
    let cached = format!("{folder}/__pycache__/{}.cpython-314.pyc", file.strip_suffix(".py").unwrap());
    pair.write("b", PYC, pair.read("other", &cached));
}

#[test]
fn a_pyc_that_records_another_file_is_unexplained() {
    for (name, expected) in [
        ("demo/evil.py", "it records the file name \"demo/evil.py\", which is not that of core.py"),
        ("q/core.py", "it records the file name of another module: \"q/core.py\""),
    ] {
        let pair = Pair::new();
        pair.write("a", "q/core.py", CORE).write("b", "q/core.py", CORE);
        record(&pair, name);
        let document = pair.expect(&[], &[(PYC, "unexplained")], "1 pyc is unexplained");
        let expected = format!("the right pyc is not explained by its source: {expected}");
        assert_eq!(reason(&document, PYC), expected);
        assert_eq!(document["files"][0]["findings"][0]["kind"], "filename", "{document:#}");
        pair.diff(&["--fail-on", "unexplained"]).exits(1);
        pair.diff(&["--fail-on", "code"]).exits(1);
        pair.run_in(".", &["verify", "b"]).exits(1);
        // The same pyc is wrong against a manifest, in an archive, and without a source of its own.
        let manifest = pair.run_in(".", &["manifest", "a"]).exits(0).out;
        pair.write(".", "a.json", manifest);
        let said = pair.run_in(".", &["diff", "--json", "a.json", "b"]).exits(1);
        assert!(said.out.contains("1 pyc is unexplained"), "{}", said.out);
        for side in ["a", "b"] {
            let files = ["demo/core.py", "q/core.py", PYC];
            pair.write(".", &format!("{side}.zip"), zip_of(&pair, side, &files));
        }
        let said = pair.run_in(".", &["diff", "--json", "a.zip", "b.zip"]).exits(1);
        assert!(said.out.contains("1 pyc is unexplained"), "{}", said.out);
        pair.remove("b", "demo/core.py");
        assert_eq!(reason(&pair.document(&[]), PYC), expected);
    }
}

#[test]
fn another_directory_of_compilation_is_shown() {
    let pair = Pair::new();
    record(&pair, "build/x/demo/core.py");
    let document = pair.expect(
        &[],
        &[(PYC, "harmless")],
        "1 file differs in form alone; nothing that differs is unexplained",
    );
    let expected = "the code is the same; the recorded file names differ: demo/core.py on the left, build/x/demo/core.py on \
                    the right";
    assert_eq!(reason(&document, PYC), expected);
    pair.run_in(".", &["verify", "b"]).exits(0);
}

#[test]
fn an_archive_is_paired_with_the_file_of_its_name() {
    let pair = Pair::new();
    let files = ["demo/core.py", PYC];
    pair.write("x", "demo.zip", zip_of(&pair, "a", &files)).write(
        "y",
        "dist/demo.zip",
        zip_of(&pair, "a", &files),
    );
    for sides in [["x/demo.zip", "y"], ["y", "x/demo.zip"], ["y/dist", "x/demo.zip"]] {
        let said = pair.run_in(".", &[&["diff"][..], &sides].concat()).exits(0);
        assert!(said.out.contains("no file differs: 1 file is the same"), "{}", said.out);
    }
    pair.poison("b").write("y", "dist/demo.zip", zip_of(&pair, "b", &files));
    let expected = format!("dist/demo.zip!{PYC}");
    for sides in [["x/demo.zip", "y"], ["y", "x/demo.zip"]] {
        let said = pair.run_in(".", &[&["diff", "--json"][..], &sides].concat()).exits(1);
        let document: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(document["conclusion"], "1 pyc is unexplained");
        assert_eq!(document["files"][0]["path"], expected.as_str(), "{document:#}");
    }
    // A directory with files of the archive is compared with these.
    pair.write("a", "demo.zip", zip_of(&pair, "a", &files));
    let said = pair.run_in(".", &["diff", "--json", "x/demo.zip", "a"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["same"], 2, "{document:#}");
}

#[test]
fn a_record_of_a_wheel_lists_the_files_that_only_one_side_has() {
    let pair = Pair::new();
    let record = "demo-1.0.dist-info/RECORD";
    let wheel = "demo-1.0-py3-none-any.whl";
    pair.write("b", "evil.pth", "import evil\n");
    for side in ["a", "b"] {
        pair.write(side, record, format!("demo/core.py,,\n{record},,\n"));
    }
    pair.write("x", wheel, zip_of(&pair, "a", &["demo/core.py", record]));
    pair.write("y", wheel, zip_of(&pair, "b", &["demo/core.py", "evil.pth", record]));
    for (sides, side) in [(["x", "y"], "right"), (["y", "x"], "left")] {
        let sides = sides.map(|folder| format!("{folder}/{wheel}"));
        let said = pair.run_in(".", &["diff", "--json", &sides[0], &sides[1]]).exits(1);
        let document: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(reason(&document, record), format!("on the {side}: it does not list evil.pth"));
        let file = document["files"].as_array().unwrap().iter().find(|file| file["path"] == record).unwrap();
        assert_eq!(file["cause"]["kind"], "other-content", "{document:#}");
    }
}
