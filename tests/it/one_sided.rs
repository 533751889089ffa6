//! Code on one side only, as `diff` reports it.

use crate::pair::{CORE, PYC, Pair, prints, reason};

#[test]
fn code_on_one_side_is_a_difference_of_code() {
    for (name, text) in [
        ("demo/evil.py", "import os\n"),
        ("x.pth", "import os\n"),
        ("demo/core.cpython-314-x86_64-linux-gnu.so", "\x7fELF"),
        ("other/__init__.py", ""),
    ] {
        for (side, one, other) in [("b", "a", "b"), ("b", "b", "a")] {
            let pair = Pair::new();
            pair.write(side, name, text);
            let said = pair.run_in(".", &["diff", one, other, "--fail-on", "code"]).exits(1);
            prints(&said, &format!("1 file is only on one side, with code in {name};"));
        }
    }
    let pair = Pair::new();
    pair.write("b", "data.txt", "text");
    prints(&pair.diff(&["--fail-on", "code"]).exits(0), "1 file is only on one side;");
}

#[test]
fn many_modules_are_counted() {
    let pair = Pair::new();
    for name in ["a", "b", "c", "d", "e"] {
        pair.write("b", &format!("new/{name}.py"), "");
    }
    prints(&pair.diff(&[]).exits(1), "with code in new/a.py, new/b.py, new/c.py and 2 more;");
}

#[test]
fn a_pyc_without_a_source_is_compared_with_that_of_the_other_side() {
    let pair = Pair::new();
    pair.poison("b").remove("b", "demo/core.py");
    let found = reason(&pair.document(&[]), PYC);
    let words = "the right pyc has no source, and it is not what the left demo/core.py \
                 compiles to: at demo.core:f, line 2, ";
    assert!(found.starts_with(words), "{found}");
    assert!(pair.diff(&[]).exits(1).err.contains("--sources DIR"));
}

#[test]
fn two_files_of_a_commit_are_no_accusation() {
    let pair = Pair::new();
    pair.0.file("old.pyc", pair.read("a", PYC));
    pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
    let right = format!("b/{PYC}");
    let said = pair.run_in(".", &["diff", "--label", PYC, "old.pyc", &right]).exits(1);
    assert!(!said.out.contains("differs from what"), "{}", said.out);
}

#[test]
fn empty_sides_are_not_the_same() {
    let pair = Pair::new();
    for side in ["e", "f"] {
        std::fs::create_dir(pair.0.path(side)).unwrap();
    }
    let said = pair.run_in(".", &["diff", "e", "f"]).exits(2);
    assert!(said.err.contains("error: e and f have no files: nothing to compare\n"), "{}", said.err);
}

#[test]
fn all_files_are_listed_without_a_limit() {
    let pair = Pair::new();
    for number in 0..30 {
        pair.write("b", &format!("data/{number}.txt"), "");
    }
    let number = |limit: &[&str]| {
        let said = pair.diff(limit).exits(1);
        said.out.lines().filter(|line| line.trim_start().starts_with("data/")).count()
    };
    assert_eq!(number(&["--limit", "0"]), 30);
    assert!(number(&[]) < 30);
    let said = pair.diff(&[]);
    assert!(said.err.contains("findings: only on the right 30\n"), "{}", said.err);
}
