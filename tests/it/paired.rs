//! `diff` compares files that belong together under two paths, and a changed pyc does not hide
//! among them.

use crate::pair::{CORE, OTHER, PYC, Pair, reason};

const OTHER_PYC: &str = "demo/__pycache__/other.cpython-314.pyc";

/// A pair of sides, with the cause of each file, its left path if it is another one, and the
/// sentence.
struct Case {
    name: &'static str,
    make: fn(&Pair),
    /// Path, kind of cause, left path.
    causes: &'static [(&'static str, &'static str, Option<&'static str>)],
    sentence: &'static str,
}

/// Moves a file of a side.
fn rename(pair: &Pair, side: &str, from: &str, to: &str) {
    let bytes = pair.read(side, from);
    pair.remove(side, from).write(side, to, bytes);
}

/// Moves both modules and their pycs.
fn move_into(pair: &Pair, side: &str, folder: &str) {
    for name in ["demo/core.py", "demo/other.py", PYC, OTHER_PYC] {
        rename(pair, side, name, &format!("{folder}/{name}"));
    }
}

fn metadata(pair: &Pair, side: &str, folder: &str) {
    pair.write(side, &format!("{folder}/METADATA"), "Name: demo\n").write(
        side,
        &format!("{folder}/WHEEL"),
        "Wheel-Version: 1.0\n",
    );
}

const LEGACY: &str = "demo/core.pyc";

fn legacy(pair: &Pair, side: &str) {
    rename(pair, side, PYC, LEGACY);
}

/// Digest of an empty file in a RECORD, by Python's `hashlib`.
const EMPTY: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

#[test]
fn causes_of_pairs() {
    let cases = [
        Case {
            name: "metadata of two versions",
            make: |pair| {
                metadata(pair, "a", "demo-1.0.dist-info");
                metadata(pair, "b", "demo-2.0.dist-info");
            },
            causes: &[("demo-2.0.dist-info/", "other-path", Some("demo-1.0.dist-info/"))],
            sentence: "1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "a changed file in it",
            make: |pair| {
                metadata(pair, "a", "demo-1.0.dist-info");
                metadata(pair, "b", "demo-2.0.dist-info");
                pair.write("b", "demo-2.0.dist-info/METADATA", "Name: demo\nVersion: 2.0\n");
            },
            causes: &[
                ("demo-2.0.dist-info/", "other-path", Some("demo-1.0.dist-info/")),
                ("demo-2.0.dist-info/METADATA", "other-content", Some("demo-1.0.dist-info/METADATA")),
            ],
            sentence: "1 other file differs; 1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "rows of the files in it",
            make: |pair| {
                for (side, version) in [("a", "1.0"), ("b", "2.0")] {
                    let folder = format!("demo-{version}.dist-info");
                    metadata(pair, side, &folder);
                    let rows = format!("demo/core.py,,\n{folder}/METADATA,sha256=x,1\n{folder}/RECORD,,\n");
                    pair.write(side, &format!("{folder}/RECORD"), rows);
                }
                pair.write("b", "demo-2.0.dist-info/entry_points.txt", "");
                let rows = String::from_utf8(pair.read("b", "demo-2.0.dist-info/RECORD")).unwrap();
                let rows = format!("{rows}demo-2.0.dist-info/entry_points.txt,sha256={EMPTY},0\n");
                pair.write("b", "demo-2.0.dist-info/RECORD", rows);
            },
            causes: &[
                ("demo-2.0.dist-info/", "other-path", Some("demo-1.0.dist-info/")),
                ("demo-2.0.dist-info/RECORD", "harmless", Some("demo-1.0.dist-info/RECORD")),
                ("demo-2.0.dist-info/entry_points.txt", "one-side", None),
            ],
            sentence: "1 file is only on one side; 1 path differs; 1 list of files follows from other files; \
                       nothing that differs is unexplained",
        },
        Case {
            name: "a row that no file explains",
            make: |pair| {
                for (side, version, digest) in [("a", "1.0", "x"), ("b", "2.0", "y")] {
                    let folder = format!("demo-{version}.dist-info");
                    pair.write(
                        side,
                        &format!("{folder}/RECORD"),
                        format!("demo/core.py,sha256={digest},1\n"),
                    );
                }
            },
            causes: &[
                ("demo-2.0.dist-info/", "other-path", Some("demo-1.0.dist-info/")),
                ("demo-2.0.dist-info/RECORD", "other-content", Some("demo-1.0.dist-info/RECORD")),
            ],
            sentence: "1 other file differs, a list of files that is wrong; 1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "another spelling of the name",
            make: |pair| {
                metadata(pair, "a", "My.Demo-1.0.dist-info");
                metadata(pair, "b", "my_demo-2.0.dist-info");
            },
            causes: &[("my_demo-2.0.dist-info/", "other-path", Some("My.Demo-1.0.dist-info/"))],
            sentence: "1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "metadata of another project",
            make: |pair| {
                pair.write("a", "demo-1.0.dist-info/METADATA", "").write(
                    "b",
                    "omed-2.0.dist-info/METADATA",
                    "",
                );
            },
            causes: &[
                ("demo-1.0.dist-info/METADATA", "one-side", None),
                ("omed-2.0.dist-info/METADATA", "one-side", None),
            ],
            sentence: "2 files are only on one side; nothing that differs is unexplained",
        },
        Case {
            name: "two versions on one side",
            make: |pair| {
                for (side, version) in [("a", "1.0"), ("b", "2.0"), ("b", "3.0")] {
                    pair.write(side, &format!("demo-{version}.dist-info/METADATA"), "");
                }
            },
            causes: &[
                ("demo-1.0.dist-info/METADATA", "one-side", None),
                ("demo-2.0.dist-info/METADATA", "one-side", None),
                ("demo-3.0.dist-info/METADATA", "one-side", None),
            ],
            sentence: "3 files are only on one side; nothing that differs is unexplained",
        },
        Case {
            name: "two layouts",
            make: |pair| legacy(pair, "b"),
            causes: &[(LEGACY, "other-path", Some(PYC))],
            sentence: "1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "two layouts, the other way",
            make: |pair| legacy(pair, "a"),
            causes: &[(PYC, "other-path", Some(LEGACY))],
            sentence: "1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "poison in another layout",
            make: |pair| {
                pair.poison("b");
                legacy(pair, "b");
            },
            causes: &[(LEGACY, "unexplained", Some(PYC))],
            sentence: "1 pyc is unexplained",
        },
        Case {
            name: "the same poison in two layouts",
            make: |pair| {
                pair.poison("a").poison("b");
                legacy(pair, "b");
            },
            causes: &[(LEGACY, "unexplained", Some(PYC))],
            sentence: "1 pyc is unexplained",
        },
        Case {
            name: "two layouts and two modes",
            make: |pair| {
                pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
                rename(pair, "a", OTHER_PYC, "kept");
                rename(pair, "b", OTHER_PYC, "lost");
                pair.remove("a", "kept").remove("b", "lost");
                legacy(pair, "b");
            },
            causes: &[(LEGACY, "harmless", Some(PYC))],
            sentence: "1 file differs in form alone; nothing that differs is unexplained",
        },
        Case {
            name: "two layouts and another source",
            make: |pair| {
                pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
                legacy(pair, "b");
            },
            causes: &[("demo/core.py", "source", None), (LEGACY, "follows-from-source", Some(PYC))],
            sentence: "1 source differs; 1 pyc follows from it; nothing that differs is unexplained",
        },
        Case {
            name: "two layouts of two versions",
            make: |pair| {
                pair.remove("b", PYC).remove("b", OTHER_PYC).compile("b", &["--python", "3.13"]);
                rename(pair, "b", "demo/__pycache__/core.cpython-313.pyc", LEGACY);
                pair.remove("b", "demo/__pycache__/other.cpython-313.pyc").remove("a", OTHER_PYC);
            },
            causes: &[(PYC, "one-side", None), (LEGACY, "one-side", None)],
            sentence: "2 files are only on one side; nothing that differs is unexplained",
        },
        Case {
            name: "two levels in one layout",
            make: |pair| {
                pair.compile("a", &["--python", "3.14", "--optimize", "1"]);
                pair.compile("b", &["--python", "3.14", "--optimize", "1"]);
                pair.remove("b", "demo/__pycache__/core.cpython-314.opt-1.pyc");
                legacy(pair, "b");
            },
            causes: &[
                ("demo/__pycache__/core.cpython-314.opt-1.pyc", "one-side", None),
                (PYC, "one-side", None),
                (LEGACY, "one-side", None),
            ],
            sentence: "3 files are only on one side; nothing that differs is unexplained",
        },
        Case {
            name: "a pyc next to one that both have",
            make: |pair| {
                pair.poison("b");
                legacy(pair, "b");
                pair.write("b", PYC, pair.read("a", PYC));
            },
            causes: &[(LEGACY, "unexplained", None)],
            sentence: "1 pyc is unexplained",
        },
        Case {
            name: "a tree in src",
            make: |pair| move_into(pair, "b", "src"),
            causes: &[("src/demo/", "other-path", Some("demo/"))],
            sentence: "1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "poison in src",
            make: |pair| {
                pair.poison("a");
                move_into(pair, "a", "src");
            },
            causes: &[
                ("demo/", "other-path", Some("src/demo/")),
                (PYC, "unexplained", Some("src/demo/__pycache__/core.cpython-314.pyc")),
            ],
            sentence: "1 pyc is unexplained; 1 path differs",
        },
        Case {
            name: "a changed source in src",
            make: |pair| {
                pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
                move_into(pair, "b", "src");
            },
            causes: &[
                ("src/demo/", "other-path", Some("demo/")),
                ("src/demo/__pycache__/core.cpython-314.pyc", "follows-from-source", Some(PYC)),
                ("src/demo/core.py", "source", Some("demo/core.py")),
            ],
            sentence: "1 source differs; 1 pyc follows from it; 1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "a tree in src and next to it",
            make: |pair| {
                pair.write("b", "src/demo/core.py", CORE).write("a", "demo/more.py", OTHER);
            },
            causes: &[("demo/more.py", "one-side", None), ("src/demo/core.py", "one-side", None)],
            sentence: "2 files are only on one side, with code in demo/more.py, src/demo/core.py; nothing that differs is unexplained",
        },
        Case {
            name: "trees of two versions of an sdist",
            make: |pair| {
                move_into(pair, "a", "my-demo-1.0");
                move_into(pair, "b", "my_demo-2.0");
            },
            causes: &[("my_demo-2.0/", "other-path", Some("my-demo-1.0/"))],
            sentence: "1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "an unpacked sdist, and its files at the top",
            make: |pair| move_into(pair, "b", "demo-1.0"),
            causes: &[("demo-1.0/", "other-path", Some("./"))],
            sentence: "1 path differs; nothing that differs is unexplained",
        },
        Case {
            name: "poison in a tree of another version, and the files at the top",
            make: |pair| {
                pair.poison("a");
                move_into(pair, "a", "demo-1.0");
                metadata(pair, "a", "demo-1.0/demo-1.0.dist-info");
                metadata(pair, "b", "demo-2.0.dist-info");
            },
            causes: &[
                ("./", "other-path", Some("demo-1.0/")),
                ("demo-2.0.dist-info/", "other-path", Some("demo-1.0/demo-1.0.dist-info/")),
                (PYC, "unexplained", Some("demo-1.0/demo/__pycache__/core.cpython-314.pyc")),
            ],
            sentence: "1 pyc is unexplained; 2 paths differ",
        },
        Case {
            name: "a tree with another root that has nothing in common",
            make: |pair| {
                move_into(pair, "b", "demo-1.0/lib");
                pair.remove("a", "demo/other.py").remove("a", PYC).remove("a", OTHER_PYC);
                for name in ["demo/other.py", PYC, OTHER_PYC] {
                    pair.remove("b", &format!("demo-1.0/lib/{name}"));
                }
            },
            causes: &[("demo-1.0/lib/demo/core.py", "one-side", None), ("demo/core.py", "one-side", None)],
            sentence: "2 files are only on one side, with code in demo-1.0/lib/demo/core.py, demo/core.py; nothing that differs is unexplained",
        },
        Case {
            name: "sources of an sdist, and the files of its wheel with one poisoned pyc",
            make: |pair| {
                pair.poison("b");
                for name in [PYC, OTHER_PYC] {
                    pair.remove("a", name);
                }
                for name in ["core.py", "other.py"] {
                    rename(pair, "a", &format!("demo/{name}"), &format!("demo-1.0/src/demo/{name}"));
                }
                pair.write("a", "demo-1.0/PKG-INFO", "Name: demo\n");
            },
            causes: &[
                ("./", "other-path", Some("demo-1.0/")),
                ("demo-1.0/PKG-INFO", "one-side", None),
                ("demo/", "other-path", Some("demo-1.0/src/demo/")),
                (PYC, "unexplained", None),
                (OTHER_PYC, "one-side", None),
            ],
            sentence: "1 pyc is unexplained; 2 files are only on one side; 2 paths differ",
        },
        Case {
            name: "metadata in trees of two versions",
            make: |pair| {
                for (side, version) in [("a", "1.0"), ("b", "2.0")] {
                    let root = format!("demo-{version}");
                    pair.remove(side, PYC).remove(side, OTHER_PYC).remove(side, "demo/other.py");
                    rename(pair, side, "demo/core.py", &format!("{root}/demo/core.py"));
                    metadata(pair, side, &format!("{root}/demo-{version}.dist-info"));
                }
            },
            causes: &[
                ("demo-2.0/", "other-path", Some("demo-1.0/")),
                ("demo-2.0/demo-2.0.dist-info/", "other-path", Some("demo-1.0/demo-1.0.dist-info/")),
            ],
            sentence: "2 paths differ; nothing that differs is unexplained",
        },
        Case {
            name: "poison that one side has",
            make: |pair| {
                pair.poison("b").remove("a", PYC);
            },
            causes: &[(PYC, "unexplained", None)],
            sentence: "1 pyc is unexplained",
        },
        Case {
            name: "a pyc that one side has, without a source",
            make: |pair| {
                pair.remove("a", PYC).remove("a", "demo/core.py").remove("b", "demo/core.py");
            },
            causes: &[(PYC, "not-checked", None)],
            sentence: "1 file was not checked",
        },
    ];
    for Case { name, make, causes, sentence } in cases {
        let pair = Pair::new();
        make(&pair);
        let kinds: Vec<(&str, &str)> = causes.iter().map(|&(path, kind, _)| (path, kind)).collect();
        let document = pair.document(&[]);
        let files = document["files"].as_array().unwrap();
        let found = files.iter().map(|file| {
            let text = |value: &'static str| file[value].as_str();
            (text("path").unwrap(), file["cause"]["kind"].as_str().unwrap(), text("left_path"))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(path, ..)| *path);
        assert_eq!(found, causes, "{name}: {document:#}");
        assert_eq!(document["conclusion"], sentence, "{name}");
        // The page has a section for each.
        let page = pair.diff(&["--html", "-"]).out;
        assert_eq!(page.matches("<details class=\"file\"").count(), kinds.len(), "{name}");
    }
}

#[test]
fn both_paths_are_named_in_every_output() {
    let pair = Pair::new();
    pair.poison("b");
    move_into(&pair, "b", "src");
    metadata(&pair, "a", "demo-1.0.dist-info");
    metadata(&pair, "b", "demo-2.0.dist-info");
    let said = pair.diff(&["--width", "200"]).exits(1);
    let both = "{demo => src/demo}/__pycache__/core.cpython-314.pyc";
    assert!(said.out.contains(&format!("unexplained: {both}: the right pyc is not")), "{}", said.out);
    assert!(said.out.contains("\n{demo-1.0.dist-info => demo-2.0.dist-info}/\n"), "{}", said.out);
    assert!(said.out.contains("2 files are compared under both paths"), "{}", said.out);
    let page = pair.diff(&["--html", "-"]).exits(1).out;
    let link =
        "<a href=\"#f-src:2fdemo:2f__pycache__:2fcore.cpython-314.pyc\">{demo =&gt; src/demo}/__pycache__";
    assert!(page.contains(link), "{page}");
    let markdown = pair.diff(&["--markdown", "-"]).exits(1).out;
    assert!(markdown.contains("{demo =&gt; src/demo}/\\_\\_pycache\\_\\_/core"), "{markdown}");
    let annotations = pair.diff(&["--message-format", "github"]).exits(1).out;
    assert!(annotations.contains("path: demo/__pycache__/core.cpython-314.pyc on the left"), "{annotations}");
}

#[test]
fn only_a_pattern_for_both_paths_excludes_a_file() {
    let pair = Pair::new();
    pair.poison("b");
    legacy(&pair, "b");
    pair.diff(&["--exclude", "demo/core.pyc"]).exits(1);
    pair.diff(&["--exclude", "*/__pycache__/*"]).exits(1);
    pair.diff(&["--exclude", "*/core.*"]).exits(0);
    let document = pair.document(&["--ignore", "path"]);
    assert_eq!(document["conclusion"], "1 pyc is unexplained");
    assert!(reason(&document, LEGACY).starts_with("the right pyc is not what demo/core.py compiles to: "));
}
