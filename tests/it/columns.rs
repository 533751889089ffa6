//! Pycs without columns, as `-X no_debug_ranges` compiles them, and lines of instructions that only
//! one side has.

use crate::pair::{PYC, Pair, reason};
use pycompile::engine::Engine;
use pycompile::marshal;
use pycompile::object::{CodeLayout, Value};
use pycompile::target::{PyVersion, Target};

/// Two functions that are one constant without columns, table entries of all forms, and a set.
const SOURCE: &str = "import os\n\ndef f(x):\n    try:\n        return [lambda: 0, lambda: 0]\n    except (\n        OSError\n    ) as e:\n        raise KeyError(\n            e, 'a text that is long enough to end far to the right of the place where it begins ......', x\n        )\n\nasync def g(y):\n    async with y as z:\n        return z in {1, 2}\n";

/// Returns the pyc of a source without columns, after the header of another pyc.
pub(crate) fn without_columns(source: &str, header: &[u8]) -> Vec<u8> {
    let engine = Engine::native(Target::find(PyVersion::new(3, 14)).unwrap());
    let mut opened = Engine::open(source.as_bytes());
    let code = opened.compile_without_columns(&engine, "demo/core.py".as_ref(), 0).code.unwrap();
    [&header[..16], &code].concat()
}

/// Both sides with the source, the right pyc without columns.
fn pair() -> Pair {
    let pair = Pair::new();
    for side in ["a", "b"] {
        pair.write(side, "demo/core.py", SOURCE).compile(side, &["--python", "3.14"]);
    }
    pair.write("b", PYC, without_columns(SOURCE, &pair.read("b", PYC)));
    pair
}

const HARMLESS: &str = "1 file differs in form alone; nothing that differs is unexplained";
const NO_COLUMNS: &str =
    "its code is that of its source in another form: it has no column numbers (-X no_debug_ranges)";

#[test]
fn a_pyc_without_columns_is_another_form() {
    let pair = pair();
    // Functions that only their columns distinguish are one constant.
    let codes = |side: &str| {
        let objects = marshal::read(&pair.read(side, PYC)[16..], CodeLayout::LocalsPlus).unwrap();
        objects.nodes().filter(|(_, node)| matches!(node.value, Value::Code(_))).count()
    };
    assert_eq!((codes("a"), codes("b")), (5, 4));
    let document = pair.expect(&[], &[(PYC, "harmless")], HARMLESS);
    let expected = "the code is the same; the right pyc has no columns (-X no_debug_ranges)";
    assert_eq!(reason(&document, PYC), expected);
    let findings = document["files"][0]["findings"].as_array().unwrap();
    let tables: Vec<_> = findings.iter().filter(|finding| finding["kind"] == "line-table").collect();
    assert_eq!(tables.len(), 4, "{document:#}");
    for finding in tables {
        assert_eq!(finding["message"], "the same lines, without columns on the right");
    }
    let said = pair.run_in(".", &["diff", "b", "a"]).exits(1);
    assert!(said.out.contains("the left pyc has no columns"), "{}", said.out);
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let finding = format!("other-form: {NO_COLUMNS}\n");
    assert!(said.out.contains(&finding), "{}", said.out);
    pair.run_in(".", &["verify", "b", "--references", "any"]).exits(0);
    // If both sides lack columns, columns are not reported.
    pair.write("a", PYC, pair.read("b", PYC));
    pair.expect(&[], &[], "no file differs: 4 files are the same");
    // A manifest of the one and a pyc of the other kind.
    pair.write(".", "m.json", pair.run_in(".", &["manifest", "b"]).exits(0).out);
    pair.compile("a", &["--python", "3.14"]);
    let said = pair.run_in(".", &["diff", "a", "m.json", "--json"]).exits(1);
    let document = serde_json::from_str(&said.out).unwrap();
    assert_eq!(reason(&document, PYC), expected);
}

#[test]
fn a_changed_source_is_compiled_without_columns_too() {
    let pair = pair();
    let changed = SOURCE.replace("{1, 2}", "{1, 3}");
    pair.write("b", "demo/core.py", &changed).compile("b", &["--python", "3.14"]);
    pair.write("b", PYC, without_columns(&changed, &pair.read("b", PYC)));
    let sentence = "1 source differs; 1 pyc follows from it; nothing that differs is unexplained";
    pair.expect(&[], &[(PYC, "follows-from-source"), ("demo/core.py", "source")], sentence);
}

/// Any other difference is not one of form.
#[test]
fn without_columns_everything_else_counts() {
    let pair = pair();
    let good = pair.read("b", PYC);
    let first = "is not what demo/core.py compiles to: at demo.core";
    let accused = |pyc: &[u8], words: &str| {
        pair.write("b", PYC, pyc);
        let document = pair.expect(&[], &[(PYC, "unexplained")], "1 pyc is unexplained");
        let found = reason(&document, PYC);
        assert!(found.contains(first) && found.contains(words), "{found}");
        pair.run_in(".", &["verify", "b", "--references", "any"]).exits(1);
    };
    // Another constant.
    let poison = SOURCE.replace("{1, 2}", "{1, 3}");
    accused(
        &without_columns(&poison, &good),
        "core:g, line 15, the pyc has the constant frozenset({1, 3}) where",
    );
    // Another line for one instruction.
    let moved = SOURCE.replace("return z in", "return (\n            z) in");
    accused(
        &without_columns(&moved, &good),
        "the pyc records line 16 for LOAD_FAST_BORROW z where the source compiles to line 15",
    );
    // Columns in one entry alone: code 13 is without, and a short form with one.
    let at = good.iter().rposition(|byte| byte & 0xf8 == 0xe8).unwrap();
    let mut mixed = good.clone();
    (mixed[at], mixed[at + 1]) = (0x80 | mixed[at] & 7, 0x11);
    accused(&mixed, "");
    // Another run of the same location.
    let mut longer = good;
    longer[at] ^= 1;
    accused(&longer, "");
}

/// Inserts code before `return` into the pyc of the right side, whose line is the one of `return`.
#[test]
fn an_added_instruction_has_one_line_everywhere() {
    let source = "def f(x):\n    g(x)\n    return x\n";
    let poison = "def f(x):\n    g(x)\n    h(); return x\n";
    let pair = Pair::new();
    for side in ["a", "b"] {
        pair.write(side, "demo/core.py", poison).compile(side, &["--python", "3.14"]);
    }
    let bad = pair.read("b", PYC);
    for side in ["a", "b"] {
        pair.write(side, "demo/core.py", source).compile(side, &["--python", "3.14"]);
    }
    pair.write("b", PYC, [&pair.read("b", PYC)[..16], &bad[16..]].concat());
    let place = "line 3, the pyc has an extra LOAD_GLOBAL h (+1)";
    let found = reason(&pair.document(&[]), PYC);
    assert!(found.ends_with(&format!("at demo.core:f, {place}")), "{found}");
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    assert!(
        said.out.contains(&format!("its code is not that of demo/core.py: at f, {place}\n")),
        "{}",
        said.out
    );
    let page = pair.diff(&["--html", "-"]).out;
    let line = "<tr class=\"source\"><td></td><td class=\"mark\"></td><td>    3     return x</td></tr>\n<tr class=\"right\">";
    let (_, after) = page.split_once(line).unwrap_or_else(|| panic!("{page}"));
    assert!(after.split("</tr>").next().unwrap().contains("LOAD_GLOBAL"), "{after}");
}

/// The first row after a gap has its line again.
#[test]
fn a_listing_names_the_line_after_a_gap() {
    let source = "def f(x):\n    a = g(x)\n    return h(a, a, a, a, a, a, a, 1)\n";
    let pair = Pair::new();
    for (side, text) in [("a", source.to_owned()), ("b", source.replace("1)", "2)"))] {
        pair.write(side, "demo/core.py", text).compile(side, &["--python", "3.14"]);
    }
    let said = pair.diff(&["--details", "--width", "120"]).out;
    let behind = said.split_once("the same\n").unwrap().1;
    let behind = behind.split_once(" the same\n").map_or(behind, |(_, behind)| behind);
    assert!(behind.trim_start().starts_with("3 "), "{said}");
    // A line number of six digits is not cut to five.
    let far = format!("{}x = 1\n", "\n".repeat(123_455));
    for (side, text) in [("a", far.clone()), ("b", far.replace('1', "2"))] {
        pair.write(side, "demo/core.py", text).compile(side, &["--python", "3.14"]);
    }
    let page = pair.diff(&["--html", "-"]).out;
    assert!(page.contains("<td>123456 x = 1</td>"), "{page}");
}

#[test]
fn wrong_code_comes_before_a_wrong_level_and_a_wrong_header() {
    let pair = Pair::new();
    let (level, header, code) =
        ("demo/__pycache__/a.cpython-314.pyc", "demo/__pycache__/b.cpython-314.pyc", PYC);
    for side in ["a", "b"] {
        for name in ["a", "b"] {
            pair.write(side, &format!("demo/{name}.py"), "def f(x):\n    assert x\n");
        }
        let fixed = [
            "compile",
            "-q",
            "--engine",
            "native",
            "--invalidation-mode",
            "checked-hash",
            "--python",
            "3.14",
        ];
        let files = ["--optimize", "0", "--optimize", "1", "demo/a.py", "demo/b.py"];
        pair.run_in(side, &[&fixed[..], &files].concat()).exits(0);
    }
    pair.write("b", level, pair.read("b", "demo/__pycache__/a.cpython-314.opt-1.pyc"));
    let mut other = pair.read("b", header);
    other[8] ^= 1;
    pair.write("b", header, other);
    pair.poison("b");
    let causes = [(code, "unexplained"), (level, "unexplained"), (header, "unexplained")];
    let document = pair.expect(&[], &causes, "3 pycs are unexplained, 1 of them in the header alone");
    let found = document["causes"].as_array().unwrap();
    let reasons: Vec<&str> = found.iter().map(|cause| cause["reason"].as_str().unwrap()).collect();
    for (reason, name) in reasons.iter().zip([code, level, header]) {
        assert!(reason.starts_with(name), "{reasons:?}");
    }
    let said = pair.diff(&["--message-format", "github"]).out;
    let page = pair.diff(&["--html", "-"]).out;
    let markdown = pair.diff(&["--markdown", "-"]).out;
    for text in [said, page.split("<h2>").skip(1).collect(), markdown] {
        let places = ["core.", "a.", "b."].map(|name| text.find(&format!("/{name}cpython-314.pyc")).unwrap());
        assert!(places.is_sorted(), "{places:?} {text}");
    }
    // `verify` has the same order and the corresponding kinds.
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let kinds: Vec<&str> = said.out.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(kinds, ["code", "level", "header"], "{}", said.out);
}

/// A number has the same text in both forms that CPython writes.
#[test]
fn an_int_in_the_long_form_is_called_that() {
    let pair = Pair::new();
    let source = "x = 70000\ny = (70001, 5)\n";
    for side in ["a", "b"] {
        pair.write(side, "demo/core.py", source).compile(side, &["--python", "3.14"]);
    }
    let good = pair.read("b", PYC);
    for (number, words) in [
        (70000_u32, "the pyc has the int 70000 in the form of a long"),
        (
            70001,
            "the constant (70001, 5) differs inside: 70001 by its source, 70001 (written as a long) in the pyc",
        ),
    ] {
        let at = good
            .windows(5)
            .position(|bytes| bytes[0] & 0x7f == b'i' && bytes[1..] == number.to_le_bytes())
            .unwrap();
        let digits = [(number & 0x7fff) as u16, (number >> 15) as u16];
        let mut long = vec![good[at] & 0x80 | b'l', 2, 0, 0, 0];
        long.extend(digits.iter().flat_map(|digit| digit.to_le_bytes()));
        pair.write("b", PYC, [&good[..at], &long, &good[at + 5..]].concat());
        let found = reason(&pair.document(&[]), PYC);
        assert!(found.ends_with(words), "{found}");
        let said = pair.run_in(".", &["verify", "b"]).exits(1);
        assert!(said.out.contains(words), "{}", said.out);
    }
}

#[test]
fn annotations_in_archives_name_the_archive() {
    let pair = Pair::new();
    pair.poison("b");
    for (side, name) in [("a", "x/demo.zip"), ("b", "y/demo.zip")] {
        pair.write(".", name, crate::verdicts::zip_of(&pair, side, &["demo/core.py", PYC]));
    }
    let start = |file: &str, title: &str| format!("::error file={file},title=pycompile {title}::{PYC}: ");
    let github = ["--message-format", "github"];
    for (arguments, expected) in [
        (&["verify", "y/demo.zip"][..], start("y/demo.zip", "code")),
        (&["verify", "y"], start("y/demo.zip", "code")),
        (&["diff", "x/demo.zip", "y/demo.zip"], start("y/demo.zip", "unexplained")),
        (&["diff", "x", "y"], start("demo.zip", "unexplained")),
        (&["diff", "a", "y/demo.zip"], start("y/demo.zip", "unexplained")),
    ] {
        let said = pair.run_in(".", &[arguments, &github].concat()).exits(1);
        assert!(said.out.contains(&expected), "{arguments:?}: {}", said.out);
        assert!(!said.out.contains("file=,") && !said.out.contains('!'), "{}", said.out);
    }
    let pycs = [format!("a/{PYC}"), format!("b/{PYC}")];
    let said = pair.run_in(".", &["diff", &pycs[0], &pycs[1], "--message-format", "github"]).exits(1);
    let expected = format!("::error file={},title=pycompile unexplained::the right pyc", pycs[1]);
    let (sentence, files) = said.out.split_once('\n').unwrap();
    assert_eq!(sentence, "::notice title=pycompile note::1 pyc is unexplained");
    assert!(files.starts_with(&expected), "{}", said.out);
}

/// The number of differences in a very long text is exact, or it is not shown.
#[test]
fn lines_are_counted_or_not_counted() {
    let pair = Pair::new();
    let lines = |changed: &dyn Fn(usize) -> bool| -> String {
        (0..6000).map(|at| format!("    0x{at:x}: {},\n", if changed(at) { 1 } else { 0 })).collect()
    };
    pair.write("a", "demo/data.txt", lines(&|_| false)).write("b", "demo/data.txt", lines(&|at| at % 3 == 0));
    let said = pair.diff(&["--json"]).out;
    assert!(said.contains("\"2000 lines differ\""), "{said}");
    // No line occurs once.
    let few = |factor: usize| -> String {
        (0..6000).map(|at| format!("{}\n", (at * at * factor + at) % 997 % 3)).collect()
    };
    pair.write("a", "demo/data.txt", few(31)).write("b", "demo/data.txt", few(17));
    let said = pair.diff(&["--json"]).out;
    assert!(said.contains("\"very many lines differ\""), "{said}");
}

#[test]
fn the_text_has_a_limit() {
    let pair = Pair::new();
    let source = |number: usize| (0..200).map(|at| format!("x{at} = {}\n", at * number)).collect::<String>();
    for at in 0..40 {
        for (side, number) in [("a", 1), ("b", 2)] {
            pair.write(side, &format!("s/m{at}.py"), source(number));
        }
    }
    let said = pair.diff(&["--limit", "50"]).out;
    assert!(said.lines().count() < 50 * 32, "{said}");
    // A row is one line, and so are the heading of the finding, the path, and an empty one.
    assert!(said.contains("\n  151 more rows are not shown (--limit 0)\n"), "{said}");
    assert!(said.trim_end().ends_with("11 more files are not shown (--limit 0)"), "{said}");
    for all in ["--limit=0", "--details"] {
        let said = pair.diff(&[all]).out;
        assert!(!said.contains("not shown") && said.lines().count() > 40 * 199, "{said}");
    }
    for (at, side) in (9..40).flat_map(|at| ["a", "b"].map(|side| (at, side))) {
        pair.remove(side, &format!("s/m{at}.py"));
    }
    let said = pair.diff(&["--limit", "5"]).out;
    assert!(said.contains("\n  4 more causes are not shown (--limit 0)\n"), "{said}");
}
