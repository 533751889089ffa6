//! Causes of differences between pycs, for native targets only, so that no interpreter is needed.

use crate::pair::{CORE, OTHER, PYC, Pair, reason};
use crate::session::{Said, as_of_3_10};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;

#[test]
fn equal_trees_have_no_cause() {
    Pair::new().expect(&[], &[], "no file differs: 4 files are the same");
}

#[test]
fn a_changed_source_explains_its_pycs() {
    let pair = Pair::new();
    pair.compile("a", &["--python", "3.13"]).write("b", "demo/core.py", CORE.replace('1', "2"));
    pair.compile("b", &["--python", "3.13", "--python", "3.14"]);
    let document = pair.expect(
        &[],
        &[
            ("demo/__pycache__/core.cpython-313.pyc", "follows-from-source"),
            (PYC, "follows-from-source"),
            ("demo/core.py", "source"),
        ],
        "1 source differs; 2 pycs follow from it; nothing that differs is unexplained",
    );
    assert_eq!(
        document["causes"][0]["reason"],
        "demo/core.py changed (one line differs): 2 pycs follow from it"
    );
    assert_eq!(document["files"][0]["cause"]["source"], "demo/core.py");
}

#[test]
fn a_changed_comment_is_harmless() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", format!("{CORE}# more\n")).compile("b", &["--python", "3.14"]);
    pair.expect(
        &[],
        &[(PYC, "harmless"), ("demo/core.py", "source")],
        "1 source differs; 1 file differs in form alone; nothing that differs is unexplained",
    );
}

#[test]
fn poison_is_unexplained_on_either_side() {
    for side in ["a", "b"] {
        let pair = Pair::new();
        pair.poison(side);
        let document = pair.expect(&[], &[(PYC, "unexplained")], "1 pyc is unexplained");
        let name = if side == "a" { "left" } else { "right" };
        let expected = format!(
            "the {name} pyc is not what demo/core.py compiles to: at demo.core:f, \
             line 2, the pyc has LOAD_CONST 666 where the source compiles to LOAD_SMALL_INT 1"
        );
        assert_eq!(reason(&document, PYC), expected);
    }
}

#[test]
fn poison_does_not_hide_next_to_a_changed_source() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]).poison("b");
    pair.write("b", "demo/other.py", OTHER.replace("hi", "ho"))
        .compile("b", &["--python", "3.14"])
        .poison("b");
    pair.expect(
        &[],
        &[
            (PYC, "unexplained"),
            ("demo/__pycache__/other.cpython-314.pyc", "follows-from-source"),
            ("demo/core.py", "source"),
            ("demo/other.py", "source"),
        ],
        "1 pyc is unexplained; 2 sources differ; 1 pyc follows from them",
    );
}

#[test]
fn a_header_of_another_source_is_unexplained() {
    let pair = Pair::new();
    let mut pyc = pair.read("b", PYC);
    // The sources may have been written a second apart, so another time is far away.
    pyc[11] ^= 1;
    pair.write("b", PYC, pyc);
    let sentence = "1 pyc is unexplained, in the header alone";
    let document = pair.expect(&[], &[(PYC, "unexplained")], sentence);
    assert!(
        reason(&document, PYC)
            .ends_with("the source hash in its header is not that of demo/core.py, but its code is")
    );
}

#[test]
fn half_a_pyc_is_unexplained() {
    let pair = Pair::new();
    let pyc = pair.read("b", PYC);
    pair.write("b", PYC, &pyc[..pyc.len() / 2]);
    pair.expect(&[], &[(PYC, "unexplained")], "1 pyc is unexplained");
}

#[test]
fn without_a_source_nothing_is_checked_unless_it_is_named() {
    let pair = Pair::new();
    pair.poison("b").remove("a", "demo/core.py").remove("b", "demo/core.py");
    let sentence = "1 file was not checked";
    let document = pair.expect(&[], &[(PYC, "not-checked")], sentence);
    assert_eq!(reason(&document, PYC), "there is no source for it");
    pair.write("sources", "demo/core.py", CORE);
    pair.expect(&["--sources", "sources"], &[(PYC, "unexplained")], "1 pyc is unexplained");
}

#[test]
fn each_side_can_have_its_own_sources() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
    for side in ["a", "b"] {
        let source = pair.read(side, "demo/core.py");
        pair.remove(side, "demo/core.py").write(&format!("{side}-sources"), "demo/core.py", source);
    }
    pair.expect(
        &["--sources", "a-sources", "--sources", "b-sources"],
        &[(PYC, "follows-from-source")],
        "1 pyc follows from the sources; nothing that differs is unexplained",
    );
    // The left source alone does not explain the right pyc.
    pair.expect(&["--sources", "a-sources"], &[(PYC, "unexplained")], "1 pyc is unexplained");
}

#[test]
fn modes_and_times_are_harmless() {
    for mode in ["unchecked-hash", "timestamp"] {
        let pair = Pair::new();
        pair.compile("b", &["--python", "3.14", "--invalidation-mode", mode]);
        let document = pair.document(&[]);
        assert_eq!(
            document["conclusion"],
            "2 files differ in form alone; nothing that differs is unexplained"
        );
        let words = format!(
            "the code is the same; the invalidation mode is checked-hash on the left and {mode} on the right"
        );
        assert_eq!(reason(&document, PYC), words);
    }
    let pair = Pair::new();
    for (side, time) in [("a", 1), ("b", 2)] {
        pair.touch(side, "demo/core.py", time);
        pair.compile(side, &["--python", "3.14", "--invalidation-mode", "timestamp"]);
    }
    assert!(reason(&pair.document(&[]), PYC).ends_with("the source time in the header differs"));
}

#[test]
fn other_references_are_harmless() {
    let pair = Pair::new();
    pair.compile("b", &["--python", "3.14", "--refs", "minimal"]);
    let document = pair.document(&[]);
    assert_eq!(document["conclusion"], "2 files differ in form alone; nothing that differs is unexplained");
    assert!(reason(&document, PYC).ends_with("the code is the same; references (FLAG_REF) differ"));
}

/// `marshal.dumps(code, version)` of CPython 3.14.10 for the code of the source, for 1 and 2.
#[test]
fn older_versions_of_marshal_are_harmless() {
    const OLD: [&[u8]; 2] = [
        b"c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00s\
            \x12\x00\x00\x00\x80\x00R\x00t\x00R\x01t\x01R\x03t\x02R\x02#\x00(\x04\x00\x00\x00f\
            \x031.5x\x010\x032.5Nf\x02-0(\x03\x00\x00\x00u\x01\x00\x00\x00xu\x01\x00\x00\x00yu\
            \x01\x00\x00\x00z(\x00\x00\x00\x00s\x00\x00\x00\x00u\x0c\x00\x00\x00demo/core.pyu\
            \x08\x00\x00\x00<module>u\x08\x00\x00\x00<module>\x01\x00\x00\x00s\x14\x00\x00\x00\
            \xf0\x03\x01\x01\x01\xd8\x04\x07\x80\x01\xd8\x04\x08\x80\x01\xd8\x04\x08\x82\x01s\
            \x00\x00\x00\x00",
        b"c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00s\
            \x12\x00\x00\x00\x80\x00R\x00t\x00R\x01t\x01R\x03t\x02R\x02#\x00(\x04\x00\x00\x00g\
            \x00\x00\x00\x00\x00\x00\xf8?y\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\
            \x00\x04@Ng\x00\x00\x00\x00\x00\x00\x00\x80(\x03\x00\x00\x00u\x01\x00\x00\x00xu\x01\
            \x00\x00\x00yu\x01\x00\x00\x00z(\x00\x00\x00\x00s\x00\x00\x00\x00u\x0c\x00\x00\x00de\
            mo/core.pyu\x08\x00\x00\x00<module>u\x08\x00\x00\x00<module>\x01\x00\x00\x00s\x14\
            \x00\x00\x00\xf0\x03\x01\x01\x01\xd8\x04\x07\x80\x01\xd8\x04\x08\x80\x01\xd8\x04\x08\
            \x82\x01s\x00\x00\x00\x00",
    ];
    for code in OLD {
        let pair = Pair::new();
        for side in ["a", "b"] {
            pair.write(side, "demo/core.py", "x = 1.5\ny = 2.5j\nz = -0.0\n")
                .compile(side, &["--python", "3.14"]);
        }
        pair.write("b", PYC, [&pair.read("b", PYC)[..16], code].concat());
        let sentence = "1 file differs in form alone; nothing that differs is unexplained";
        let document = pair.expect(&[], &[(PYC, "harmless")], sentence);
        assert_eq!(reason(&document, PYC), "the code is the same; the marshal version differs");
        pair.run_in("b", &["verify", ".", "--references", "any"]).exits(0);
    }
}

#[test]
fn sets_in_another_order_are_harmless() {
    let pair = Pair::new();
    for side in ["a", "b"] {
        // The first constant is written apart from the others, so it must not be a member.
        pair.write(side, "demo/core.py", "x = 1000\nx in {'first', 'other'}\n")
            .compile(side, &["--python", "3.14"]);
    }
    let pyc = pair.read("b", PYC);
    let at = |text: &[u8]| pyc.windows(text.len()).position(|window| window == text).unwrap();
    let (first, other) = (at(b"first"), at(b"other"));
    let mut swapped = pyc.clone();
    swapped[first..first + 5].copy_from_slice(b"other");
    swapped[other..other + 5].copy_from_slice(b"first");
    let document = pair.write("b", PYC, swapped).expect(
        &[],
        &[(PYC, "harmless")],
        "1 file differs in form alone; nothing that differs is unexplained",
    );
    assert_eq!(reason(&document, PYC), "the code is the same; the order of set members differs");
}

/// The header, an interned string and the order of a set differ in one pyc.
#[test]
fn each_of_several_harmless_differences_is_named() {
    let pair = Pair::new();
    for side in ["a", "b"] {
        pair.write(side, "demo/core.py", "x = 1000\nx in {'first', 'other'}\n")
            .compile(side, &["--python", "3.14"]);
    }
    pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
    let mut pyc = pair.read("b", PYC);
    let position = |text: &[u8], pyc: &[u8]| pyc.windows(text.len()).position(|found| found == text).unwrap();
    let (first, other) = (position(b"first", &pyc), position(b"other", &pyc));
    pyc[first..first + 5].copy_from_slice(b"other");
    pyc[other..other + 5].copy_from_slice(b"first");
    // `x` is no longer interned.
    let x = position(b"\xda\x01x", &pyc);
    pyc[x] = 0xfa;
    pair.write("b", PYC, &pyc);
    let document = pair.document(&[]);
    assert_eq!(
        reason(&document, PYC),
        "the code is the same; the invalidation mode is checked-hash on the left and unchecked-hash on the right; the \
         order of set members and interned strings differ"
    );
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let form = "other-form: its code is that of its source in another form: the order of set members and interned strings \
                differ\n";
    assert!(said.out.contains(form), "{}", said.out);
}

#[test]
fn a_release_next_to_a_changed_source_is_named() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/call_mappings.py");
    let source = std::fs::read_to_string(golden).unwrap();
    let pair = Pair::new();
    let pyc = "demo/__pycache__/core.cpython-313.pyc";
    pair.remove("a", PYC).remove("b", PYC);
    pair.write("a", "demo/core.py", &source).compile("a", &["--python", "3.13.0"]);
    pair.write("b", "demo/core.py", format!("{source}x = 1\n")).compile("b", &["--python", "3.13.18"]);
    let document = pair.document(&[]);
    assert_eq!(
        document["conclusion"],
        "1 source differs; 1 pyc follows from it, also compiled by another release; nothing that differs is unexplained"
    );
    let release = "the bytes that CPython 3.13.0 writes on the left and 3.13.18 on the right";
    let own = "each pyc is what its own source compiles to";
    assert_eq!(reason(&document, pyc), format!("{own}; {release}"));
    let file = document["files"].as_array().unwrap().iter().find(|file| file["path"] == pyc).unwrap();
    assert_eq!(file["cause"]["also"], serde_json::json!(["other-release"]));
    let title = format!("demo/core.py changed (one line differs): 1 pyc follows from it; also: {release}");
    assert_eq!(document["causes"][0]["reason"], title.as_str());
    // If one release writes both pycs, the release does not differ.
    pair.write("a", "demo/core.py", "x = 1\n").compile("a", &["--python", "3.13.0"]);
    pair.write("b", "demo/core.py", "x = 2\n").compile("b", &["--python", "3.13.18"]);
    assert_eq!(reason(&pair.document(&[]), pyc), own);
}

#[test]
fn sources_explain_two_manifests() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/call_mappings.py");
    let source = std::fs::read_to_string(golden).unwrap();
    let pair = Pair::new();
    let pyc = "demo/__pycache__/core.cpython-313.pyc";
    pair.remove("a", PYC).remove("b", PYC);
    let diff = |options: &[&str]| -> Value {
        for side in ["a", "b"] {
            let manifest = pair.run_in(".", &["manifest", side]).exits(0).out;
            pair.write(".", &format!("{side}.json"), manifest);
        }
        let said = pair.run_in(".", &[&["diff", "a.json", "b.json", "--json"], options].concat()).exits(1);
        serde_json::from_str(&said.out).unwrap()
    };
    for (side, python) in [("a", "3.13.0"), ("b", "3.13.18")] {
        pair.write(side, "demo/core.py", &source).compile(side, &["--python", python]);
    }
    let document = diff(&[]);
    assert_eq!(document["conclusion"], "1 file was not checked");
    let unknown = "the code differs, although the source is the same; a manifest has no code, and there is no source to compile";
    assert_eq!(reason(&document, pyc), unknown);
    let document = diff(&["--sources", "a"]);
    assert_eq!(
        document["conclusion"],
        "1 pyc was compiled by another release; nothing that differs is unexplained"
    );
    assert_eq!(
        reason(&document, pyc),
        "the bytes that CPython 3.13.0 writes on the left and 3.13.18 on the right"
    );
    pair.write("b", "demo/core.py", format!("{source}x = 1\n")).compile("b", &["--python", "3.13.0"]);
    let document = diff(&["--sources", "a", "--sources", "b"]);
    assert_eq!(reason(&document, pyc), "each pyc is what its own source compiles to");
    let document = diff(&["--sources", "a"]);
    let lacks = "the right pyc was not checked: its listed source is not among the sources that were given";
    assert_eq!(reason(&document, pyc), lacks);
}

#[test]
fn another_path_of_compilation_is_harmless() {
    let pair = Pair::new();
    pair.run_in(
        ".",
        &[
            "compile",
            "-q",
            "-f",
            "--engine",
            "native",
            "--python",
            "3.14",
            "--invalidation-mode",
            "checked-hash",
            "b/demo/core.py",
            "b/demo/other.py",
        ],
    )
    .exits(0);
    let document = pair.document(&[]);
    assert_eq!(document["conclusion"], "2 files differ in form alone; nothing that differs is unexplained");
    let expected = "the code is the same; the recorded file names differ: demo/core.py on the left, b/demo/core.py on the right";
    assert_eq!(reason(&document, PYC), expected);
    let group =
        "the code is the same; the recorded file names differ: a relative path on the left, b/… on the right";
    assert_eq!(document["causes"][0]["reason"], group);
    pair.diff(&["--fail-on", "code"]).exits(0);
}

#[test]
fn levels_and_versions_of_legacy_pycs_are_named() {
    for (options, words) in [
        (
            ["--python", "3.14", "--optimize", "2"],
            "compiled at optimization level 0 on the left and 2 on the right",
        ),
        (
            ["--python", "3.13", "--optimize", "0"],
            "compiled by Python 3.14 on the left and 3.13 on the right",
        ),
    ] {
        let how = if options[3] == "2" { "at another optimization level" } else { "by another release" };
        let pair = Pair::new();
        pair.write("a", "demo/core.py", "'doc'\nassert x\n").write("b", "demo/core.py", "'doc'\nassert x\n");
        let fixed = ["compile", "-q", "-f", "--engine", "native", "--invalidation-mode", "checked-hash"];
        let file = ["demo/core.py", "-o", "demo/core.pyc"];
        pair.run_in("a", &[&fixed[..], &["--python", "3.14"], &file].concat()).exits(0);
        pair.run_in("b", &[&fixed[..], &options, &file].concat()).exits(0);
        let document = pair.document(&["--exclude", "demo/__pycache__/*"]);
        let sentence = format!("1 pyc was compiled {how}; nothing that differs is unexplained");
        assert_eq!(document["conclusion"], sentence.as_str());
        assert_eq!(reason(&document, "demo/core.pyc"), words);
    }
}

#[test]
fn another_patch_release_is_named() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/call_mappings.py");
    let source = std::fs::read_to_string(golden).unwrap();
    let pair = Pair::new();
    for (side, python) in [("a", "3.13.0"), ("b", "3.13.18")] {
        pair.write(side, "demo/core.py", &source).compile(side, &["--python", python]);
    }
    let pyc = "demo/__pycache__/core.cpython-313.pyc";
    let document = pair.document(&[]);
    assert_ne!(pair.read("a", pyc), pair.read("b", pyc), "the releases write the same bytes");
    assert_eq!(
        document["conclusion"],
        "1 pyc was compiled by another release; nothing that differs is unexplained"
    );
    assert_eq!(
        reason(&document, pyc),
        "the bytes that CPython 3.13.0 writes on the left and 3.13.18 on the right"
    );
}

#[test]
fn pycs_without_an_engine_are_not_checked() {
    let pair = Pair::new();
    for side in ["a", "b"] {
        // 3.10, for which there is neither a native compiler nor, here, an interpreter.
        let mut pyc = as_of_3_10(&pair.read(side, PYC), "demo/core.py");
        // By time, since the key of the source hash is the magic number.
        pyc[4..8].copy_from_slice(&[0; 4]);
        let time = side.as_bytes()[0];
        pyc[8..12].copy_from_slice(&u32::from(time).to_le_bytes());
        pair.touch(side, "demo/core.py", time.into());
        pyc[12..16].copy_from_slice(&(CORE.len() as u32).to_le_bytes());
        pair.write(side, "demo/__pycache__/core.cpython-310.pyc", pyc);
    }
    let document = pair.document(&[]);
    assert_eq!(document["conclusion"], "1 file was not checked");
    let mut pyc = pair.read("b", PYC);
    pyc[..2].copy_from_slice(&9_u16.to_le_bytes());
    pair.write("b", PYC, pyc);
    let words = "its name says cpython-314, but no known version of Python has its magic number, 9";
    assert_eq!(
        reason(&pair.document(&[]), PYC),
        format!("the right pyc is not explained by its source: {words}")
    );
}

#[test]
fn files_of_one_side_and_other_files() {
    let pair = Pair::new();
    pair.write("a", "left.txt", "")
        .write("b", "right.txt", "")
        .write("a", "data", "1")
        .write("b", "data", "2");
    pair.expect(
        &[],
        &[("data", "other-content"), ("left.txt", "one-side"), ("right.txt", "one-side")],
        "2 files are only on one side; 1 other file differs; nothing that differs is unexplained",
    );
}

#[test]
fn a_manifest_has_no_code_to_compile() {
    let pair = Pair::new();
    let manifest = pair.run_in(".", &["manifest", "a"]).exits(0).out;
    pair.write(".", "a.json", manifest);
    pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
    let said = pair.run_in(".", &["diff", "a.json", "b", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["conclusion"], "1 file was not checked");
}

/// Packs both sides as wheels, with their own times.
fn wheels(pair: &Pair) -> Vec<String> {
    let project = "[project]\nname = \"demo\"\nversion = \"1.0\"\n";
    let config = "[source]\nfiles = [\"demo/core.py\", \"demo/other.py\"]\n[compile]\npython = [\"3.14\"]\n\
                  [wheel]\nproject = \"pyproject.toml\"\nbytecode = \"pycache\"\n";
    let pack = |side: &str, epoch: &str| {
        pair.write(side, "pyproject.toml", project).write(side, "pycompile.toml", config);
        let mut command = pair.0.command(&["pack", "-q"]);
        command.env("SOURCE_DATE_EPOCH", epoch).env("PATH", "").current_dir(pair.0.path(side));
        Said::from(command.output().unwrap()).exits(0);
        let dist = walkdir::WalkDir::new(pair.0.path(side).join("dist")).into_iter().filter_map(Result::ok);
        let wheel =
            dist.map(|entry| entry.path().to_owned()).find(|path| path.extension() == Some("whl".as_ref()));
        wheel.unwrap().to_str().unwrap().to_owned()
    };
    vec![pack("a", "1700000000"), pack("b", "1800000000")]
}

fn diff_wheels(pair: &Pair, wheels: &[String]) -> Value {
    let said = pair.run_in(".", &["diff", &wheels[0], &wheels[1], "--json"]);
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn times_of_wheels_are_harmless_and_records_follow() {
    let pair = Pair::new();
    let document = diff_wheels(&pair, &wheels(&pair));
    assert_eq!(
        document["conclusion"], "1 archive differs in form alone; nothing that differs is unexplained",
        "{document:#}"
    );
    let pair = Pair::new();
    pair.write("b", "demo/core.py", CORE.replace('1', "2"));
    let document = diff_wheels(&pair, &wheels(&pair));
    assert_eq!(
        document["conclusion"],
        "1 source differs; 1 pyc follows from it; 1 archive differs in form alone; 1 list of files follows from other files; nothing that differs is unexplained"
    );
    assert_eq!(reason(&document, "demo-1.0.dist-info/RECORD"), "its rows follow from the files that differ");
}

#[test]
fn wheels_in_directories_are_explained_too() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", CORE.replace('1', "2"));
    for (side, wheel) in ["x", "y"].into_iter().zip(wheels(&pair)) {
        let name = Path::new(&wheel).file_name().unwrap().to_str().unwrap().to_owned();
        pair.write(side, &name, std::fs::read(&wheel).unwrap());
    }
    let said = pair.run_in(".", &["diff", "x", "y", "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let pyc = document["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["path"].as_str().unwrap().ends_with(PYC));
    let pyc = pyc.unwrap();
    assert_eq!(pyc["cause"]["kind"], "follows-from-source");
    assert!(pyc["cause"]["source"].as_str().unwrap().ends_with(".whl!demo/core.py"));
}

#[test]
fn two_files_are_explained_by_the_sources_next_to_them() {
    let pair = Pair::new();
    pair.poison("b");
    let (left, right) = (format!("a/{PYC}"), format!("b/{PYC}"));
    let said = pair.run_in(".", &["diff", &left, &right, "--json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["conclusion"], "1 pyc is unexplained");
}

#[test]
fn the_exit_status_is_that_of_the_differences_asked_for() {
    let changed = Pair::new();
    changed.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
    let mode = Pair::new();
    mode.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
    let poisoned = Pair::new();
    poisoned.poison("b");
    let unchecked = Pair::new();
    unchecked.poison("b").remove("a", "demo/core.py").remove("b", "demo/core.py");
    for (pair, any, unexplained, code) in [
        (changed, 1, 0, 1),
        (mode, 1, 0, 0),
        (poisoned, 1, 1, 1),
        (unchecked, 1, 1, 1),
        (Pair::new(), 0, 0, 0),
    ] {
        pair.diff(&[]).exits(any);
        pair.diff(&["--fail-on", "any"]).exits(any);
        pair.diff(&["--fail-on", "unexplained"]).exits(unexplained);
        pair.diff(&["--fail-on", "code"]).exits(code);
    }
}

#[test]
fn files_and_kinds_can_be_left_out() {
    let pair = Pair::new();
    pair.poison("b").write("b", "data", "");
    let excluded = ["--exclude", "*/core.*", "--exclude", "data"];
    let sentence = "1 unexplained, excluded; no file differs except 2 excluded files: 2 files are the same";
    let document = pair.expect(&excluded, &[], sentence);
    assert_eq!(document["same"], 2);
    let expected = serde_json::json!([{"kind": "unexplained", "files": 1}, {"kind": "one-side", "files": 1}]);
    assert_eq!(document["excluded"], expected);
    let page = pair.diff(&[&excluded[..], &["--html", "-"]].concat()).out;
    assert!(page.contains("<strong>Not the same.</strong> 1 unexplained, excluded"), "{page}");
    assert!(page.contains("no file differs, 2 are the same, 2 excluded files differ"), "{page}");
    let page = pair.diff(&[&excluded[..], &["--markdown", "-"]].concat()).out;
    assert!(page.starts_with("**1 unexplained, excluded"), "{page}");
    pair.expect(
        &["--exclude", "data"],
        &[(PYC, "unexplained")],
        "1 pyc is unexplained; 1 excluded file differs",
    );
    pair.expect(&["--exclude", "*"], &[], "1 unexplained, excluded; no file differs except 2 excluded files");
    pair.diff(&excluded).exits(0).says(
        "left out by --exclude and --ignore: 2 files that differ (1 unexplained, 1 only on one side)\n",
    );
    pair.expect(&["--ignore", "only-right"], &[(PYC, "unexplained")], "1 pyc is unexplained");
    pair.diff(&["--ignore", "nothing"]).exits(2).says("no such kind");
}

#[test]
fn an_excluded_source_does_not_hide_its_pyc() {
    let pair = Pair::new();
    pair.write("b", "demo/core.py", CORE.replace('1', "2"));
    let sentence = "1 pyc is unexplained, compiled from another source; 1 excluded file differs";
    pair.expect(&["--exclude", "demo/core.py"], &[(PYC, "unexplained")], sentence);
    let sentence = "1 unexplained, excluded; no file differs except 2 excluded files: 2 files are the same";
    pair.expect(&["--exclude", "*core*"], &[], sentence);
}

#[test]
fn bytecode_of_one_side_is_not_checked_under_another_name() {
    let poisoned = Pair::new();
    poisoned.poison("b");
    for name in ["demo/blob.bin", "demo/core.pyo", "demo/CORE2.PYC"] {
        let pair = Pair::new();
        pair.write("b", name, poisoned.read("b", PYC)).write("b", "demo/data.bin", [0, 1, 2]);
        let causes = [(name, "not-checked"), ("demo/data.bin", "one-side")];
        pair.expect(&[], &causes, "1 file was not checked; 1 file is only on one side");
        assert_eq!(
            reason(&pair.document(&[]), name),
            "missing on the left: it is bytecode, but no importer recognizes its name"
        );
        pair.diff(&["--fail-on", "unexplained"]).exits(1);
    }
}

#[test]
fn modes_that_grant_more_are_not_harmless() {
    let zip = |mode: u16| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("demo/core.py", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(CORE.as_bytes()).unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        // The crate writes no setuid bits.
        let at = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        bytes[at + 40..at + 42].copy_from_slice(&(0o100_000 | mode).to_le_bytes());
        bytes
    };
    for (mode, kind, words) in [
        (0o664, "harmless", "archive metadata: mode"),
        (0o755, "other-content", "mode -rw-r--r-- on the left, -rwxr-xr-x on the right"),
        (0o646, "other-content", "mode -rw-r--r-- on the left, -rw-r--rw- on the right"),
        (0o4644, "other-content", "mode -rw-r--r-- on the left, -rwSr--r-- on the right"),
    ] {
        let pair = Pair::new();
        pair.write(".", "x.zip", zip(0o644)).write(".", "y.zip", zip(mode));
        let said = pair.run_in(".", &["diff", "x.zip", "y.zip", "--json"]).exits(1);
        let document: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(document["files"][0]["cause"]["kind"], kind, "{document:#}");
        assert_eq!(reason(&document, "demo/core.py"), words);
    }
}

#[test]
fn the_sentence_comes_first_in_every_output() {
    let pair = Pair::new();
    pair.poison("b");
    let said = pair.diff(&["--width", "100"]).exits(1);
    assert!(
        said.out.starts_with("1 pyc is unexplained\n  unexplained: demo/__pycache__/core"),
        "{}",
        said.out
    );
    let markdown = pair.diff(&["--markdown", "-"]).exits(1).out;
    assert!(markdown.starts_with("**1 pyc is unexplained.**\n"), "{markdown}");
    let page = pair.diff(&["--html", "-"]).exits(1).out;
    assert!(page.contains("<strong>Not the same.</strong> 1 pyc is unexplained.</p>"), "{page}");
    assert!(page.contains("<strong class=\"badge alarm\">unexplained</strong>"), "{page}");
    pair.diff(&["--markdown", "a"]).exits(2);
    pair.diff(&["--markdown", "-", "--html", "-"]).exits(2);
}

#[test]
fn explained_differences_are_shown_on_request() {
    let pair = Pair::new();
    pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
    let brief = pair.diff(&[]).out;
    assert!(brief.contains("2 explained files are not shown (--details)"), "{brief}");
    assert!(!brief.contains("header: invalidation mode"), "{brief}");
    assert!(pair.diff(&["--details"]).out.contains("header: invalidation mode"));
}
