//! Pycs that `diff` checks although the other side does not contradict them: those next to a
//! manifest, and those that are equal although their sources differ.

use crate::audits::zip;
use crate::pair::{CORE, PYC, Pair, reason};
use serde_json::Value;

const EMPTY: &str = "{\"schema\": \"pycompile-manifest/1\", \"files\": []}";

/// Compares two sides of any kind.
fn diff(pair: &Pair, left: &str, right: &str) -> Value {
    let said = pair.run_in(".", &["diff", left, right, "--json"]);
    serde_json::from_str(&said.out).unwrap()
}

fn kind<'a>(document: &'a Value, path: &str) -> &'a str {
    let files = document["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == path);
    file.map_or("", |file| file["cause"]["kind"].as_str().unwrap())
}

#[test]
fn a_pyc_that_a_manifest_lacks_comes_from_its_source() {
    let pair = Pair::new();
    pair.write(".", "empty.json", EMPTY);
    for (left, right) in [("empty.json", "b"), ("b", "empty.json")] {
        let document = diff(&pair, left, right);
        assert_eq!(kind(&document, PYC), "one-side", "{document:#}");
    }
    pair.run_in(".", &["diff", "empty.json", "b", "--fail-on", "unexplained"]).exits(0);
    pair.poison("b");
    for (left, right, side) in [("empty.json", "b", "right"), ("b", "empty.json", "left")] {
        let document = diff(&pair, left, right);
        assert_eq!(kind(&document, PYC), "unexplained", "{document:#}");
        let expected = format!("the {side} pyc is not what demo/core.py compiles to: ");
        assert!(reason(&document, PYC).starts_with(&expected), "{}", reason(&document, PYC));
        pair.run_in(".", &["diff", left, right, "--fail-on", "unexplained"]).exits(1);
    }
    pair.remove("b", "demo/core.py");
    let document = diff(&pair, "empty.json", "b");
    assert_eq!(kind(&document, PYC), "not-checked");
    assert_eq!(reason(&document, PYC), "missing on the left: there is no source for it");
}

#[test]
fn a_pyc_that_a_manifest_lists_otherwise_comes_from_its_source() {
    let pair = Pair::new();
    let manifest = pair.run_in(".", &["manifest", "a"]).exits(0).out;
    pair.write(".", "a.json", manifest);
    pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
    assert_eq!(kind(&diff(&pair, "a.json", "b"), PYC), "not-checked");
    pair.poison("b");
    for (left, right) in [("a.json", "b"), ("b", "a.json")] {
        assert_eq!(kind(&diff(&pair, left, right), PYC), "unexplained");
    }
    // A pyc that only the manifest has cannot be checked.
    pair.remove("b", PYC);
    assert_eq!(kind(&diff(&pair, "a.json", "b"), PYC), "not-checked");
}

#[test]
fn a_pyc_that_did_not_follow_its_source_is_unexplained() {
    for mode in ["checked-hash", "unchecked-hash", "timestamp"] {
        let pair = Pair::new();
        for side in ["a", "b"] {
            pair.compile(side, &["--python", "3.14", "--invalidation-mode", mode]);
        }
        // The times of the trees may differ.
        let pyc = pair.read("a", PYC);
        pair.write("b", PYC, pyc).write("b", "demo/core.py", format!("{CORE}import os\n"));
        let document = diff(&pair, "a", "b");
        assert_eq!(kind(&document, PYC), "unexplained", "{document:#}");
        assert!(
            reason(&document, PYC)
                .starts_with("the right pyc is stale, compiled from the left demo/core.py: ")
        );
        pair.diff(&["--fail-on", "unexplained"]).exits(1);
        let document = diff(&pair, "b", "a");
        let start = "the left pyc is compiled from the right demo/core.py: ";
        assert!(reason(&document, PYC).starts_with(start), "{document:#}");
        // After compilation, it follows.
        pair.compile("b", &["--python", "3.14", "--invalidation-mode", mode]);
        assert_eq!(kind(&diff(&pair, "a", "b"), PYC), "follows-from-source");
    }
    let pair = Pair::new();
    pair.write("b", "demo/core.py", format!("{CORE}import os\n"));
    pair.expect(
        &[],
        &[(PYC, "unexplained"), ("demo/core.py", "source")],
        "1 pyc is unexplained, compiled from another source; 1 source differs",
    );
    pair.expect(
        &["--exclude", "*.pyc"],
        &[("demo/core.py", "source")],
        "1 unexplained, excluded; 1 source differs",
    );
}

#[test]
fn a_change_that_code_does_not_show_leaves_the_header_behind() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", format!("{CORE}# more\n"));
    let document = pair.expect(
        &[],
        &[(PYC, "unexplained"), ("demo/core.py", "source")],
        "1 pyc is unexplained, in the header alone; 1 source differs",
    );
    let fault = "the source hash in its header is not that of demo/core.py, but its code is";
    assert_eq!(reason(&document, PYC), format!("the right pyc is not explained by its source: {fault}"));
    pair.run_in("b", &["verify", "."]).exits(1);
    assert_eq!(document["files"][0]["findings"][0]["kind"], "header");
}

/// Returns a zip with another time in all entries, which is one difference of the archive.
fn at_another_time(mut zip: Vec<u8>) -> Vec<u8> {
    for (start, offset) in [(b"PK\x03\x04", 10), (b"PK\x01\x02", 12)] {
        let places: Vec<usize> = (0..zip.len() - 4).filter(|&at| zip[at..].starts_with(start)).collect();
        places.into_iter().for_each(|at| zip[at + offset] ^= 8);
    }
    zip
}

#[test]
fn times_of_archives_do_not_change_what_a_header_means() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", format!("{CORE}# more\n"));
    let files = |side: &str| {
        let files = ["demo/core.py", PYC].map(|name| (name, pair.read(side, name)));
        zip(&files.each_ref().map(|(name, bytes)| (*name, bytes.as_slice())))
    };
    pair.write(".", "a.zip", files("a"));
    for (name, bytes) in [("b.zip", files("b")), ("c.zip", at_another_time(files("b")))] {
        pair.write(".", name, bytes);
        let document = diff(&pair, "a.zip", name);
        assert_eq!(kind(&document, PYC), "unexplained", "{document:#}");
        let of_pyc = document["files"].as_array().unwrap().iter().find(|file| file["path"] == PYC).unwrap();
        assert_eq!(of_pyc["findings"].as_array().unwrap().last().unwrap()["kind"], "header", "{document:#}");
        pair.run_in(".", &["diff", "a.zip", name, "--fail-on", "unexplained"]).exits(1);
    }
}

#[test]
fn equal_pycs_without_a_source_on_one_side_come_from_the_other() {
    let pair = Pair::new();
    pair.remove("a", "demo/core.py");
    assert_eq!(kind(&diff(&pair, "a", "b"), PYC), "");
    pair.poison("b");
    let pyc = pair.read("b", PYC);
    pair.write("a", PYC, pyc);
    assert_eq!(kind(&diff(&pair, "a", "b"), PYC), "unexplained");
    assert_eq!(kind(&diff(&pair, "b", "a"), PYC), "unexplained");
}

#[test]
fn pycs_left_behind_in_archives_and_moved_trees_are_unexplained() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", format!("{CORE}import os\n"));
    for (side, folder) in [("a", "src/demo"), ("b", "demo")] {
        for name in ["core.py", "__pycache__/core.cpython-314.pyc"] {
            let bytes = pair.read(side, &format!("demo/{name}"));
            pair.write(&format!("moved-{side}"), &format!("{folder}/{name}"), &bytes);
        }
    }
    let document = diff(&pair, "moved-a", "moved-b");
    assert_eq!(kind(&document, PYC), "unexplained", "{document:#}");
    for side in ["a", "b"] {
        let files = ["demo/core.py", PYC].map(|name| (name, pair.read(side, name)));
        let files = files.each_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
        let inner = zip(&files);
        pair.write(side, "x.zip", &inner);
        pair.write(".", &format!("{side}.whl"), zip(&[&files[..], &[("x.zip", &inner)]].concat()));
    }
    let document = diff(&pair, "a.whl", "b.whl");
    assert_eq!(kind(&document, PYC), "unexplained", "{document:#}");
    assert_eq!(kind(&document, &format!("x.zip!{PYC}")), "unexplained");
    assert_eq!(kind(&diff(&pair, "a", "b"), &format!("x.zip!{PYC}")), "unexplained");
}

#[test]
fn a_manifest_may_begin_at_another_directory() {
    let pair = Pair::new();
    let manifest = pair.run_in(".", &["manifest", "a"]).exits(0).out;
    pair.write(".", "a.json", manifest);
    let below = "env/lib/python3.14/site-packages";
    for name in ["demo/core.py", "demo/other.py", PYC, "demo/__pycache__/other.cpython-314.pyc"] {
        let bytes = pair.read("b", name);
        pair.write(below, name, bytes);
    }
    for sides in [["a.json", "env"], ["env", "a.json"]] {
        let said = pair.run_in(".", &["diff", sides[0], sides[1]]).exits(0);
        assert_eq!(said.out, "no file differs: 2 files are the same\n");
    }
    // The manifest of more than the directory.
    let said = pair.run_in(".", &["diff", "a.json", &format!("{below}/demo")]).exits(0);
    assert_eq!(said.out, "no file differs: 2 files are the same\n");
    pair.poison("b");
    let pyc = pair.read("b", PYC);
    pair.write(below, PYC, pyc);
    let path = format!("lib/python3.14/site-packages/{PYC}");
    let document = diff(&pair, "a.json", "env");
    assert_eq!(kind(&document, &path), "unexplained", "{document:#}");
    assert_eq!(document["files"][0]["left_path"], PYC);
    let document = diff(&pair, "env", "a.json");
    assert_eq!(kind(&document, PYC), "unexplained", "{document:#}");
    pair.run_in(".", &["verify", "env", "--manifest", "a.json"]).exits(1);
}

#[test]
fn annotations_have_the_cause_and_begin_with_what_is_unexplained() {
    let pair = Pair::new();
    pair.write("b", "demo/__init__.py", "").write("b", "demo/other.py", "x = 1\n");
    pair.compile("b", &["--python", "3.14"]).poison("b");
    let said = pair.diff(&["--message-format", "github"]).exits(1);
    let lines: Vec<&str> = said.out.lines().collect();
    let expected = [
        "::notice title=pycompile note::1 pyc is unexplained; 1 source differs; 1 pyc follows from it; "
            .into(),
        format!("::error file={PYC},title=pycompile unexplained::the right pyc is not what demo/core.py"),
        "::warning file=demo/__init__.py,title=pycompile only on one side::".into(),
        "::warning file=demo/other.py,title=pycompile source::".into(),
        "::notice file=demo/__pycache__/other.cpython-314.pyc,title=pycompile follows from source::".into(),
    ];
    assert_eq!(lines.len(), expected.len(), "{}", said.out);
    for (line, start) in lines.iter().zip(&expected) {
        assert!(line.starts_with(start), "{line}");
    }
}
