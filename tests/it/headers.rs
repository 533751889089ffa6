//! `verify` and `diff` report the same for a header that is not that of the source next to the pyc.

use crate::pair::{CORE, PYC, Pair, reason};

/// Changes a pyc or its source on the named side.
type Change = fn(&Pair, &str);

const FIELDS: [(&str, &str, Change); 4] = [
    ("timestamp", "time", |pair, side| {
        pair.touch(side, "demo/core.py", 86_400);
    }),
    ("timestamp", "size", |pair, side| {
        let mut pyc = pair.read(side, PYC);
        pyc[12] ^= 1;
        pair.write(side, PYC, pyc);
    }),
    ("checked-hash", "hash", |pair, side| {
        let mut pyc = pair.read(side, PYC);
        pyc[8] ^= 1;
        pair.write(side, PYC, pyc);
    }),
    ("unchecked-hash", "hash", |pair, side| {
        let mut pyc = pair.read(side, PYC);
        pyc[8] ^= 1;
        pair.write(side, PYC, pyc);
    }),
];

/// Both trees with pycs of a mode, whose times differ on both sides.
fn trees(mode: &str) -> Pair {
    let pair = Pair::new();
    for (side, time) in [("a", 1_000_000), ("b", 2_000_000)] {
        pair.touch(side, "demo/core.py", time).touch(side, "demo/other.py", 1_000_000);
        pair.compile(side, &["--python", "3.14", "--invalidation-mode", mode]);
    }
    pair
}

#[test]
fn a_header_of_another_source_is_named_on_its_side() {
    for (mode, field, change) in FIELDS {
        let fault = format!("the source {field} in its header is not that of demo/core.py, but its code is");
        for (side, name) in [("a", "left"), ("b", "right")] {
            let pair = trees(mode);
            change(&pair, side);
            if mode == "timestamp" {
                // The pycs have to differ for `diff`.
                assert_ne!(pair.read("a", PYC), pair.read("b", PYC));
            }
            let sentence = "1 pyc is unexplained, in the header alone";
            let document = pair.expect(&[], &[(PYC, "unexplained")], sentence);
            assert_eq!(
                reason(&document, PYC),
                format!("the {name} pyc is not explained by its source: {fault}")
            );
            let said = pair.run_in(".", &["verify", side]).exits(1);
            assert_eq!(said.out, format!("{side}/{PYC}: header: {fault}\n"));
            let right = if side == "a" { "b" } else { "a" };
            pair.run_in(".", &["verify", right]).exits(0);
        }
        let pair = trees(mode);
        change(&pair, "a");
        change(&pair, "b");
        if mode == "timestamp" {
            let document = pair.document(&[]);
            assert_eq!(reason(&document, PYC), format!("neither pyc is explained by its source: {fault}"));
        }
    }
}

/// Each pyc has the time of its own source.
#[test]
fn other_times_of_two_builds_are_harmless() {
    let pair = trees("timestamp");
    let sentence = "1 file differs in form alone; nothing that differs is unexplained";
    let document = pair.expect(&[], &[(PYC, "harmless")], sentence);
    assert_eq!(reason(&document, PYC), "the code is the same; the source time in the header differs");
    for side in ["a", "b"] {
        pair.run_in(".", &["verify", side]).exits(0);
    }
}

#[test]
fn the_sentence_counts_wrong_headers_apart_from_wrong_code() {
    let pair = trees("checked-hash");
    let other = PYC.replace("core", "other");
    let mut pyc = pair.read("b", &other);
    pyc[8] ^= 1;
    pair.write("b", &other, pyc).poison("b");
    let sentence = "2 pycs are unexplained, 1 of them in the header alone";
    pair.expect(&[], &[(PYC, "unexplained"), (&other, "unexplained")], sentence);
    let mut pyc = pair.read("a", PYC);
    pyc[8] ^= 1;
    pair.write("b", PYC, pyc);
    let sentence = "2 pycs are unexplained, all in the header alone";
    pair.expect(&[], &[(PYC, "unexplained"), (&other, "unexplained")], sentence);
}

/// The time of a pyc without a source is not compared.
#[test]
fn the_time_of_a_source_that_the_other_side_lends_is_not_compared() {
    let pair = trees("timestamp");
    pair.remove("a", "demo/core.py");
    let document = pair.document(&[]);
    let words = "the code is the same; the source time in the header differs; the left pyc has no source, so the right \
                 one was compiled";
    assert_eq!(reason(&document, PYC), words);
    pair.write("a", "demo/core.py", CORE).touch("a", "demo/core.py", 3_000_000);
    let fault = "the left pyc is not explained by its source: the source time in its header is not that of demo/core.py, \
                 but its code is";
    assert_eq!(reason(&pair.document(&[]), PYC), fault);
}
