//! Differences that could pass for harmless ones: names with the separator of archives, digests in
//! manifests, references that CPython numbers in another way.

use crate::deceit::zip;
use crate::pair::{CORE, PYC, Pair, prints, reason};
use crate::session::Session;

/// Trees whose only package has a name that looks like a file in an archive.
fn in_odd_folder() -> Pair {
    let pair = Pair(Session::new());
    for side in ["a", "b"] {
        pair.write(side, "x!y/core.py", CORE);
        let arguments = ["compile", "-q", "--engine", "native", "--python", "3.14", "x!y/core.py"];
        pair.run_in(side, &[&arguments[..], &["--invalidation-mode", "checked-hash"]].concat()).exits(0);
    }
    pair
}

const ODD_PYC: &str = "x!y/__pycache__/core.cpython-314.pyc";

fn poison(pair: &Pair, side: &str) {
    let donor = Pair::new();
    donor.poison("b");
    pair.write(side, ODD_PYC, donor.read("b", PYC));
}

#[test]
fn a_name_with_the_separator_of_archives_is_a_name() {
    let pair = in_odd_folder();
    poison(&pair, "b");
    pair.expect(&[], &[(ODD_PYC, "unexplained")], "1 pyc is unexplained");
    pair.remove("a", ODD_PYC);
    pair.expect(&[], &[(ODD_PYC, "unexplained")], "1 pyc is unexplained");
    let pair = in_odd_folder();
    pair.write("b", "x!y/core.py", CORE.replace('1', "2"));
    let causes = [(ODD_PYC, "unexplained"), ("x!y/core.py", "source")];
    pair.expect(&[], &causes, "1 pyc is unexplained, compiled from another source; 1 source differs");
    pair.diff(&["--fail-on", "unexplained"]).exits(1);
}

#[test]
fn an_archive_with_the_separator_in_its_name_is_opened() {
    let pair = in_odd_folder();
    poison(&pair, "b");
    let archive = |side: &str| {
        let file = |name: &str| (name.to_owned(), pair.read(side, name));
        zip(&[file("x!y/core.py"), file(ODD_PYC)])
    };
    let archives = Pair(Session::new());
    archives.write("a", "p!1.zip", archive("a")).write("b", "p!1.zip", archive("b"));
    let path = format!("p!1.zip!{ODD_PYC}");
    archives.expect(&[], &[(&path, "unexplained")], "1 pyc is unexplained");
    let said = archives.diff(&["--message-format", "github"]).exits(1);
    prints(&said, &format!("file=p!1.zip,title=pycompile unexplained::{ODD_PYC}: "));
    // The archive is on one side only.
    archives.remove("a", "p!1.zip").write("a", "other", "");
    archives.diff(&["--fail-on", "unexplained"]).exits(1);
}

#[test]
fn code_that_a_manifest_lists_must_come_from_the_listed_source() {
    let pair = Pair::new();
    pair.write("a", "demo/core.py", CORE.replace('1', "2"));
    pair.compile("a", &["--python", "3.14"]);
    // The header of the left source, and the code of the right one.
    pair.write("a", PYC, [&pair.read("a", PYC)[..16], &pair.read("b", PYC)[16..]].concat());
    pair.run_in(".", &["manifest", "a", "-o", "a.json"]).exits(0);
    let document = |options: &[&str]| {
        let arguments = [&["diff", "a.json", "b", "--json"][..], options].concat();
        serde_json::from_str(&pair.run_in(".", &arguments).out).unwrap()
    };
    let known = document(&["--sources", "a", "--sources", "b"]);
    assert_eq!(reason(&known, PYC), "the left pyc is not what demo/core.py compiles to");
    assert_eq!(known["conclusion"], "1 pyc is unexplained");
    let unknown = document(&[]);
    assert_eq!(unknown["conclusion"], "1 file was not checked");
}

#[test]
fn a_stale_pyc_in_two_manifests_is_not_harmless() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", format!("{CORE}# more\n"));
    for side in ["a", "b"] {
        pair.run_in(".", &["manifest", side, "-o", &format!("{side}.json")]).exits(0);
    }
    let arguments = ["diff", "a.json", "b.json", "--sources", "a", "--sources", "b"];
    let said = pair.run_in(".", &[&arguments[..], &["--fail-on", "unexplained"]].concat()).exits(1);
    prints(&said, "the right pyc was not checked: the listed header does not match the listed source");
}

#[test]
fn a_pyc_that_only_one_manifest_lists_is_not_checked() {
    let pair = Pair::new();
    pair.run_in(".", &["manifest", "a", "-o", "a.json"]).exits(0);
    pair.remove("b", PYC).run_in(".", &["manifest", "b", "-o", "b.json"]).exits(0);
    let run = |options: &[&str]| {
        let arguments = ["diff", "a.json", "b.json", "--fail-on", "unexplained"];
        pair.run_in(".", &[&arguments[..], options].concat())
    };
    prints(&run(&[]).exits(1), "missing on the right; a manifest has no code");
    // The left sources are given, and compile to it.
    prints(&run(&["--sources", "a", "--sources", "b"]).exits(0), "nothing that differs is unexplained");
}

#[test]
fn an_entry_point_is_not_a_source_that_changed() {
    let pair = Pair::new();
    let main = |function: &str| {
        format!(
            "import sys\n\nfrom demo.core import {function}\n\nif __name__ == \"__main__\":\n    sys.exit({function}())\n"
        )
    };
    for (side, function) in [("a", "f"), ("b", "g")] {
        pair.write(side, "__main__.py", main(function));
        let arguments = ["compile", "-q", "--engine", "native", "--python", "3.14", "__main__.py"];
        let more = ["-o", "__main__.pyc", "--invalidation-mode", "unchecked-hash"];
        pair.run_in(side, &[&arguments[..], &more].concat()).exits(0);
        pair.remove(side, "__main__.py");
    }
    // Only at the top of an archive is the source known without a file.
    let file = |side: &str, name: &str| (name.to_owned(), pair.read(side, name));
    for side in ["a", "b"] {
        let files = [file(side, "demo/core.py"), file(side, "__main__.pyc")];
        pair.write(&format!("zip-{side}"), "app.pyz", zip(&files));
    }
    let said = pair.run_in(".", &["diff", "zip-a", "zip-b", "--fail-on", "code"]).exits(1);
    prints(&said, "the entry points differ: demo.core:f on the left, demo.core:g on the right");
    pair.expect(&[], &[("__main__.pyc", "not-checked")], "1 file was not checked");
}

#[test]
fn sources_without_pycs_are_code_and_modes_are_not() {
    let pair = Pair(Session::new());
    pair.write("a", "m.py", "x = 1\n").write("b", "m.py", "x = 2\n");
    pair.diff(&["--fail-on", "code"]).exits(1);
    // The pycs show that the code is the same.
    let pair = Pair::new();
    pair.write("b", "demo/core.py", format!("{CORE}# more\n")).compile("b", &["--python", "3.14"]);
    pair.diff(&["--fail-on", "code"]).exits(0);
    pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
    for side in ["a", "b"] {
        pair.run_in(".", &["manifest", side, "-o", &format!("{side}.json")]).exits(0);
    }
    pair.run_in(".", &["diff", "a.json", "b.json", "--fail-on", "code"]).exits(1);
}

#[test]
fn the_order_of_the_sides_does_not_change_what_is_paired() {
    let pair = Pair(Session::new());
    pair.write("a", "demo/c.py", "x = 1\n").write("b", "demo-1.0/src/demo/c.py", "x = 2\n");
    for (one, other) in [("a", "b"), ("b", "a")] {
        let said = pair.run_in(".", &["diff", one, other]).exits(1);
        prints(&said, "1 source differs; 2 paths differ");
    }
}
