//! Results of `diff` for archives, manifests and pycs that are the same on both sides. Its numbers
//! add up.

use crate::pair::{CORE, PYC, Pair, pycs_of, reason};
use crate::session::{Said, Session};
use serde_json::Value;
use std::io::Write as _;

const OTHER_PYC: &str = "demo/__pycache__/other.cpython-314.pyc";

/// Returns a zip of the modules and pycs of a side, written in a year.
fn packed(pair: &Pair, side: &str, year: u16) -> Vec<u8> {
    zip_of_year(pair, side, &["demo/core.py", "demo/other.py", PYC, OTHER_PYC], year)
}

/// Returns a zip of files of a side.
pub(crate) fn zip_of(pair: &Pair, side: &str, names: &[&str]) -> Vec<u8> {
    zip_of_year(pair, side, names, 1980)
}

fn zip_of_year(pair: &Pair, side: &str, names: &[&str], year: u16) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let time = zip::DateTime::from_date_and_time(year, 1, 1, 0, 0, 0).unwrap();
    let options = zip::write::SimpleFileOptions::default().last_modified_time(time);
    for &name in names {
        zip.start_file(name, options).unwrap();
        zip.write_all(&pair.read(side, name)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Writes `x/demo.zip` and `y/demo.zip` from both sides.
fn pack(pair: &Pair) {
    pair.write("x", "demo.zip", packed(pair, "a", 1980)).write("y", "demo.zip", packed(pair, "b", 1980));
}

fn change(pair: &Pair) {
    pair.write("b", "demo/core.py", CORE.replace('1', "2")).compile("b", &["--python", "3.14"]);
}

fn manifest(pair: &Pair, of: &str) {
    let text = pair.run_in(".", &["manifest", of]).exits(0).out;
    pair.write(".", "m.json", text);
}

/// A comparison, with the cause of each file, the sentence and the exit status.
struct Verdict {
    name: &'static str,
    make: fn(&Pair),
    arguments: &'static [&'static str],
    /// Path and kind of cause.
    causes: &'static [(&'static str, &'static str)],
    sentence: &'static str,
}

const VERDICTS: &[Verdict] = &[
    Verdict {
        name: "equal trees",
        make: |_| {},
        arguments: &["a", "b"],
        causes: &[],
        sentence: "no file differs: 4 files are the same",
    },
    Verdict {
        name: "a listed archive",
        make: |pair| {
            pack(pair);
            manifest(pair, "x");
        },
        arguments: &["m.json", "x"],
        causes: &[],
        sentence: "no file differs: 1 file is the same",
    },
    Verdict {
        name: "another archive of a listed name",
        make: |pair| {
            change(pair);
            pack(pair);
            manifest(pair, "x");
        },
        arguments: &["m.json", "y"],
        causes: &[("demo.zip", "not-checked")],
        sentence: "1 file was not checked",
    },
    Verdict {
        name: "poison in another archive of a listed name",
        make: |pair| {
            pair.poison("b");
            pack(pair);
            manifest(pair, "x");
        },
        arguments: &["y", "m.json"],
        causes: &[
            ("demo.zip!demo/__pycache__/core.cpython-314.pyc", "unexplained"),
            ("demo.zip", "not-checked"),
        ],
        sentence: "1 pyc is unexplained; 1 file was not checked",
    },
    Verdict {
        name: "a listed pyc whose source changed, in an archive",
        make: |pair| {
            pair.write("b", "demo/core.py", CORE.replace('1', "2"));
            pack(pair);
            manifest(pair, "a");
        },
        arguments: &["m.json", "y/demo.zip"],
        causes: &[(PYC, "unexplained")],
        sentence: "1 pyc is unexplained",
    },
    Verdict {
        name: "a pyc whose source changed, in another archive than the listed one",
        make: |pair| {
            pair.write("b", "demo/core.py", CORE.replace('1', "2"));
            pack(pair);
            manifest(pair, "x/demo.zip");
        },
        arguments: &["y/demo.zip", "m.json"],
        causes: &[(PYC, "unexplained"), ("", "not-checked")],
        sentence: "1 pyc is unexplained; 1 file was not checked",
    },
    Verdict {
        name: "a listed archive is gone",
        make: |pair| {
            pack(pair);
            manifest(pair, "x");
            pair.write("y", "text", "").remove("y", "demo.zip");
        },
        arguments: &["m.json", "y"],
        causes: &[("demo.zip", "one-side")],
        sentence: "1 file is only on one side; nothing that differs is unexplained",
    },
    Verdict {
        name: "the pycs of a listed zip in a directory",
        make: |pair| {
            pack(pair);
            manifest(pair, "x/demo.zip");
        },
        arguments: &["m.json", "x"],
        causes: &[],
        sentence: "no file differs: 1 file is the same",
    },
    Verdict {
        name: "other pycs in a listed zip in a directory",
        make: |pair| {
            change(pair);
            pack(pair);
            manifest(pair, "x/demo.zip");
        },
        arguments: &["m.json", "y"],
        causes: &[
            ("demo.zip", "not-checked"),
            ("demo.zip!demo/__pycache__/core.cpython-314.pyc", "not-checked"),
        ],
        sentence: "2 files were not checked",
    },
    Verdict {
        name: "an archive that the manifest does not list",
        make: |pair| {
            pack(pair);
            manifest(pair, "a");
            let zip = pair.read("y", "demo.zip");
            pair.write("b", "more/demo.zip", zip);
        },
        arguments: &["m.json", "b"],
        causes: &[
            ("more/demo.zip", "one-side"),
            ("more/demo.zip!demo/__pycache__/core.cpython-314.pyc", "one-side"),
            ("more/demo.zip!demo/__pycache__/other.cpython-314.pyc", "one-side"),
        ],
        sentence: "3 files are only on one side; nothing that differs is unexplained",
    },
    Verdict {
        name: "another archive than the listed one",
        make: |pair| {
            pair.write("x", "demo.zip", packed(pair, "a", 1980)).write(
                "y",
                "demo.zip",
                packed(pair, "a", 1990),
            );
            manifest(pair, "x/demo.zip");
        },
        arguments: &["m.json", "y/demo.zip"],
        causes: &[("", "not-checked")],
        sentence: "1 file was not checked",
    },
    Verdict {
        name: "an archive that one side has",
        make: |pair| {
            pack(pair);
            pair.write("y", "text", "").remove("y", "demo.zip");
        },
        arguments: &["x", "y"],
        causes: &[
            ("demo.zip", "one-side"),
            ("demo.zip!demo/__pycache__/core.cpython-314.pyc", "one-side"),
            ("demo.zip!demo/__pycache__/other.cpython-314.pyc", "one-side"),
            ("demo.zip!demo/core.py", "one-side"),
            ("demo.zip!demo/other.py", "one-side"),
            ("text", "one-side"),
        ],
        sentence: "6 files are only on one side, with code in demo.zip!demo/core.py, demo.zip!demo/other.py; \
                   nothing that differs is unexplained",
    },
    Verdict {
        name: "poison in an archive that one side has",
        make: |pair| {
            pair.poison("b");
            pack(pair);
            pair.write("x", "text", "").remove("x", "demo.zip");
        },
        arguments: &["x", "y"],
        causes: &[
            ("demo.zip!demo/__pycache__/core.cpython-314.pyc", "unexplained"),
            ("demo.zip", "one-side"),
            ("demo.zip!demo/__pycache__/other.cpython-314.pyc", "one-side"),
            ("demo.zip!demo/core.py", "one-side"),
            ("demo.zip!demo/other.py", "one-side"),
            ("text", "one-side"),
        ],
        sentence: "1 pyc is unexplained; 5 files are only on one side, with code in demo.zip!demo/core.py, demo.zip!demo/other.py",
    },
    Verdict {
        name: "an archive and a text",
        make: |pair| {
            pack(pair);
            pair.write("x", "data", pair.read("x", "demo.zip")).write("y", "data", "text");
            pair.remove("x", "demo.zip").remove("y", "demo.zip");
        },
        arguments: &["x", "y"],
        causes: &[
            ("data", "other-content"),
            ("data!demo/__pycache__/core.cpython-314.pyc", "one-side"),
            ("data!demo/__pycache__/other.cpython-314.pyc", "one-side"),
            ("data!demo/core.py", "one-side"),
            ("data!demo/other.py", "one-side"),
        ],
        sentence: "4 files are only on one side, with code in data!demo/core.py, data!demo/other.py; \
                   1 other file differs; nothing that differs is unexplained",
    },
    Verdict {
        name: "times of entries",
        make: |pair| {
            pair.write("x", "d.zip", packed(pair, "a", 1980)).write("y", "d.zip", packed(pair, "a", 1990));
        },
        arguments: &["x/d.zip", "y/d.zip"],
        causes: &[("", "harmless")],
        sentence: "1 archive differs in form alone; nothing that differs is unexplained",
    },
    Verdict {
        name: "poison alike, with other times",
        make: |pair| {
            pair.poison("a");
            pair.write("x", "d.zip", packed(pair, "a", 1980)).write("y", "d.zip", packed(pair, "a", 1990));
        },
        arguments: &["x/d.zip", "y/d.zip"],
        causes: &[(PYC, "unexplained"), ("", "harmless")],
        sentence: "1 pyc is unexplained; 1 archive differs in form alone",
    },
    Verdict {
        name: "poison alike in archives in directories, with other times that are ignored",
        make: |pair| {
            pair.poison("a");
            pair.write("x", "d.zip", packed(pair, "a", 1980)).write("y", "d.zip", packed(pair, "a", 1990));
        },
        arguments: &["x", "y", "--ignore", "archive"],
        causes: &[("d.zip!demo/__pycache__/core.cpython-314.pyc", "unexplained")],
        sentence: "1 pyc is unexplained",
    },
    Verdict {
        name: "poison alike, behind another header",
        make: |pair| {
            pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
            pair.poison("a").poison("b");
        },
        arguments: &["a", "b", "--ignore", "header"],
        causes: &[(PYC, "unexplained")],
        sentence: "1 pyc is unexplained",
    },
    Verdict {
        name: "poison whose findings are ignored",
        make: |pair| {
            pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
            pair.poison("a").poison("b");
        },
        arguments: &["a", "b", "--ignore", "header", "--ignore", "code"],
        causes: &[],
        sentence: "1 unexplained, ignored; no file differs except 2 ignored files: 2 files are the same",
    },
    Verdict {
        name: "poison and no other difference",
        make: |pair| {
            pair.poison("a").poison("b");
        },
        arguments: &["a", "b"],
        causes: &[],
        sentence: "no file differs: 4 files are the same",
    },
    Verdict {
        name: "a manifest and other headers",
        make: |pair| {
            manifest(pair, "a");
            pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
        },
        arguments: &["m.json", "b"],
        causes: &[(PYC, "harmless"), (OTHER_PYC, "harmless")],
        sentence: "2 files differ in form alone; nothing that differs is unexplained",
    },
    Verdict {
        name: "a manifest and poison behind other headers",
        make: |pair| {
            pair.poison("a").poison("b");
            manifest(pair, "a");
            let mut pyc = pair.read("b", PYC);
            pyc[4] = 1;
            pair.write("b", PYC, pyc);
        },
        arguments: &["b", "m.json"],
        causes: &[(PYC, "unexplained")],
        sentence: "1 pyc is unexplained",
    },
    Verdict {
        name: "a manifest and another path of compilation",
        make: |pair| {
            manifest(pair, "a");
            let mode = ["--invalidation-mode", "checked-hash", "--python", "3.14", "-q", "-f"];
            pair.run_in(".", &[&["compile", "--engine", "native", "b/demo/core.py"], &mode[..]].concat())
                .exits(0);
        },
        arguments: &["m.json", "b"],
        causes: &[(PYC, "harmless")],
        sentence: "1 file differs in form alone; nothing that differs is unexplained",
    },
    Verdict {
        name: "a manifest and another source",
        make: |pair| {
            manifest(pair, "a");
            change(pair);
        },
        arguments: &["m.json", "b"],
        causes: &[(PYC, "not-checked")],
        sentence: "1 file was not checked",
    },
    Verdict {
        name: "a manifest and another source, with the sources of both",
        make: |pair| {
            manifest(pair, "a");
            change(pair);
        },
        arguments: &["m.json", "b", "--sources", "a", "--sources", "b"],
        causes: &[(PYC, "follows-from-source")],
        sentence: "1 pyc follows from the sources; nothing that differs is unexplained",
    },
    Verdict {
        name: "two manifests with other headers",
        make: |pair| {
            manifest(pair, "a");
            pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
            let text = pair.run_in(".", &["manifest", "b"]).exits(0).out;
            pair.write(".", "n.json", text);
        },
        arguments: &["m.json", "n.json"],
        causes: &[(PYC, "not-checked"), (OTHER_PYC, "not-checked")],
        sentence: "2 files were not checked",
    },
];

#[test]
fn verdicts_on_archives_and_manifests() {
    for Verdict { name, make, arguments, causes, sentence } in VERDICTS {
        let pair = Pair::new();
        make(&pair);
        let run = |options: &[&str]| pair.run_in(".", &[&["diff"], *arguments, options].concat());
        let said = run(&["--json"]);
        let document: Value = serde_json::from_str(&said.out).expect(name);
        adds_up(&document);
        let found: Vec<(&str, &str)> = (document["files"].as_array().unwrap().iter())
            .map(|file| (file["path"].as_str().unwrap(), file["cause"]["kind"].as_str().unwrap()))
            .collect();
        assert_eq!(found, *causes, "{name}: {document:#}");
        assert_eq!(document["conclusion"], *sentence, "{name}");
        assert_eq!(said.status, i32::from(!causes.is_empty()), "{name}");
        // Every output begins with the sentence, and has the same numbers.
        let text = run(&["--width", "1000"]).out;
        assert_eq!(text.lines().next().unwrap(), *sentence, "{name}");
        counts(&document, "  ", &text, name);
        let markdown = run(&["--markdown", "-"]).out;
        let first = format!("**{}{}.**", sentence[..1].to_uppercase(), &sentence[1..]);
        assert_eq!(markdown.lines().next().unwrap(), first, "{name}");
        counts(&document, "<details><summary>", &markdown, name);
        let page = run(&["--html", "-"]).out;
        let verdict = page.split("<p class=\"verdict").nth(1).unwrap();
        assert!(verdict.split("</p>").next().unwrap().ends_with(&format!("{sentence}.")), "{name}");
        assert_eq!(page.matches("<details class=\"file\"").count(), causes.len(), "{name}");
        let github = run(&["--message-format", "github"]).out;
        let of_files = github.lines().filter(|line| line.starts_with("::") && line.contains(" file="));
        assert_eq!(of_files.count(), causes.len(), "{name}: {github}");
    }
}

/// Checks the numbers of files in the lines of the causes against the document.
#[track_caller]
fn counts(document: &Value, start: &str, text: &str, name: &str) {
    let number = |line: &str| {
        let (_, number) = line.rsplit_once('(')?;
        let (number, unit) = number.split_once(' ')?;
        ["file", "archive"].iter().any(|one| unit.starts_with(one)).then(|| number.parse::<u64>().ok())?
    };
    let lines = text.lines().filter(|line| line.starts_with(start));
    let told: u64 = lines.filter_map(number).sum();
    let causes = document["causes"].as_array().unwrap().iter();
    let is_named =
        |cause: &&Value| cause["kind"] != "source" && (cause["kind"] != "unexplained" || cause["files"] != 1);
    let expected: u64 = causes.filter(is_named).map(|cause| cause["files"].as_u64().unwrap()).sum();
    assert_eq!(told, expected, "{name}: {text}");
}

/// Checks the numbers of a document against its lists.
#[track_caller]
pub(crate) fn adds_up(document: &Value) {
    let files = document["files"].as_array().unwrap();
    let files: Vec<&Value> = files.iter().filter(|file| file["path"] != "(releases)").collect();
    let sentence = document["conclusion"].as_str().unwrap();
    let kinds = [
        ("unexplained", &["is unexplained", "are unexplained"][..]),
        ("not-checked", &["checked"]),
        ("one-side", &["only on one side"]),
        ("source", &["source differs", "sources differ"]),
        ("follows-from-source", &["pycs follow from ", "pyc follows from "]),
        ("other-release", &["by another release"]),
        ("other-level", &["at another optimization level"]),
        ("other-content", &["other file differs", "other files differ", "in more than form"]),
        ("other-path", &["path differs", "paths differ", "another name", "other names"]),
        ("harmless", &["in form alone", "list of files follows", "lists of files follow"]),
    ];
    let number = |text: &str| text.split(' ').next().unwrap().parse::<usize>().ok();
    let (ignored, told): (Vec<&str>, Vec<&str>) =
        sentence.split("; ").partition(|part| part.ends_with(", ignored") || part.ends_with(", excluded"));
    for (kind, words) in kinds {
        let of_kind = |file: &&&Value| file["cause"]["kind"] == kind;
        let listed = files.iter().filter(of_kind).count();
        // After a comma, further causes of the same files.
        let clauses = told.iter().map(|part| part.split(", ").next().unwrap());
        let about = clauses.filter(|part| words.iter().any(|words| part.contains(words)));
        let said: usize = about.filter_map(number).sum();
        assert_eq!(said, listed, "{kind}: {document:#}");
        let causes = document["causes"].as_array().unwrap().iter();
        let causes: Vec<&Value> = causes.filter(|cause| cause["kind"] == kind).collect();
        let sum = |kind: &str| -> u64 {
            let causes = document["causes"].as_array().unwrap().iter();
            causes.filter(|cause| cause["kind"] == kind).map(|cause| cause["files"].as_u64().unwrap()).sum()
        };
        match kind {
            // Many sources are one cause.
            "source" => {
                let number = |cause: &&Value| {
                    let reason = cause["reason"].as_str().unwrap();
                    let merged = reason.split_once(" sources changed").map(|(number, _)| number);
                    merged.map_or(1, |number| number.parse::<usize>().unwrap())
                };
                assert_eq!(causes.iter().map(number).sum::<usize>(), listed, "{document:#}");
            }
            "follows-from-source" => {
                assert_eq!((sum("source") + sum(kind)) as usize, listed, "{document:#}");
            }
            _ => {
                let releases = usize::from(
                    kind == "other-release" && files.len() != document["files"].as_array().unwrap().len(),
                );
                assert_eq!(sum(kind) as usize, listed + releases, "{kind}: {document:#}");
            }
        }
    }
    assert_eq!(document["different"].as_u64().unwrap() as usize, files.len(), "{document:#}");
    let findings: usize = (document["files"].as_array().unwrap().iter())
        .map(|file| file["findings"].as_array().unwrap().len())
        .sum();
    let kinds = document["kinds"].as_array().unwrap().iter();
    let counted: u64 = kinds.map(|kind| kind["findings"].as_u64().unwrap()).sum();
    assert_eq!(counted as usize, findings, "{document:#}");
    let alarms = ignored.iter().filter_map(|part| number(part)).sum::<usize>();
    let left_out = ["ignored", "excluded"].into_iter().flat_map(|list| document[list].as_array());
    let left_out = left_out.flatten();
    let left_out = left_out.filter(|cause| cause["kind"] == "unexplained" || cause["kind"] == "not-checked");
    assert_eq!(alarms as u64, left_out.map(|cause| cause["files"].as_u64().unwrap()).sum::<u64>());
}

/// Truncated, encrypted, deep and escaping archives, none of which can be opened.
#[test]
fn archives_that_cannot_be_opened_are_not_checked() {
    let pair = Pair::new();
    change(&pair);
    for (side, from) in [("x", "a"), ("y", "b")] {
        let zip = packed(&pair, from, 1980);
        let mut encrypted = zip.clone();
        for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
            let at = zip.windows(4).position(|window| window == signature).unwrap();
            encrypted[at + flags] |= 1;
        }
        let mut deep = zip.clone();
        for _ in 0..4 {
            deep = crate::audits::zip(&[("in.zip", &deep)]);
        }
        let pyc = pair.read(from, PYC);
        pair.write(side, "deep.zip", deep)
            .write(side, "dots.zip", crate::audits::zip(&[("../evil.pyc", &pyc)]))
            .write(side, "encrypted.zip", encrypted)
            .write(side, "one.zip", if side == "x" { &zip[..] } else { &zip[..zip.len() - 30] })
            .write(side, "short.whl", &zip[..zip.len() - 30])
            .write(side, "short.zip", &zip[..zip.len() - 30]);
    }
    pair.write("y", "more.zip", &packed(&pair, "b", 1980)[..100]);
    let said = pair.run_in(".", &["diff", "x", "y", "--json"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    adds_up(&document);
    assert_eq!(document["conclusion"], "7 files were not checked");
    let cut = "not a zip archive, or a truncated one: it has no end of central directory";
    for (path, words) in [
        (
            "deep.zip!in.zip!in.zip!in.zip",
            "neither archive was opened: archives are nested more than 3 levels deep",
        ),
        (
            "dots.zip",
            "neither archive was opened: entry \"../evil.pyc\": the name leaves the archive with \"..\"",
        ),
        (
            "encrypted.zip",
            "neither archive was opened: entry \"demo/core.py\": encrypted entries are refused",
        ),
        ("more.zip", &format!("the right archive was not opened: {cut}")),
        ("one.zip", &format!("the right archive was not opened: {cut}")),
        ("short.whl", &format!("neither archive was opened: {cut}")),
        ("short.zip", &format!("neither archive was opened: {cut}")),
    ] {
        assert_eq!(reason(&document, path), words);
    }
    pair.run_in(".", &["diff", "x", "y", "--fail-on", "unexplained"]).exits(1);
}

#[test]
fn reasons_name_what_is_known_of_a_listed_file() {
    let pair = Pair::new();
    manifest(&pair, "a");
    pair.compile("b", &["--python", "3.14", "--invalidation-mode", "unchecked-hash"]);
    let said = |sides: [&str; 2]| -> Value {
        serde_json::from_str(&pair.run_in(".", &["diff", sides[0], sides[1], "--json"]).out).unwrap()
    };
    let words = "the code is the same; the invalidation mode is checked-hash on the left and unchecked-hash on the right";
    assert_eq!(reason(&said(["m.json", "b"]), PYC), words);
    let text = pair.run_in(".", &["manifest", "b"]).exits(0).out;
    pair.write(".", "n.json", text);
    let words =
        "the code is the same by its digest; a manifest has no code, and there is no source to compile";
    assert_eq!(reason(&said(["m.json", "n.json"]), PYC), words);
    // A listed header that is not that of the listed source.
    let mut pyc = pair.read("a", PYC);
    pyc[10] ^= 1;
    pair.write("a", PYC, pyc);
    manifest(&pair, "a");
    let words = "the code is the same by its digest, but the listed header does not match the listed source";
    assert_eq!(reason(&said(["m.json", "b"]), PYC), words);
    pair.compile("a", &["--python", "3.14"]);
    manifest(&pair, "a");
    change(&pair);
    let words = "the right pyc is what its source compiles to, but the listed code is of another source, \
                 which is not available";
    assert_eq!(reason(&said(["m.json", "b"]), PYC), words);
    pair.write("x", "demo.zip", packed(&pair, "a", 1980)).write("y", "demo.zip", packed(&pair, "a", 1990));
    manifest(&pair, "x/demo.zip");
    let words = "only the digest of the listed archive is known";
    assert_eq!(reason(&said(["m.json", "y/demo.zip"]), ""), words);
}

/// The same malicious code in many modules is one cause, and a comment has room for it. The
/// sentence, JSON, the text, the page and Markdown have the same numbers.
#[test]
fn members_of_archives_count_and_archives_are_no_files() {
    let pair = Pair::new();
    change(&pair);
    for (side, from, year) in [("x", "a", 1980), ("y", "b", 1990)] {
        pair.write(side, "demo.zip", packed(&pair, from, year));
        pair.write(side, "equal.zip", packed(&pair, "a", 1980));
        let version = if side == "x" { "1.0" } else { "2.0" };
        for name in ["METADATA", "WHEEL"] {
            pair.write(side, &format!("demo-{version}.dist-info/{name}"), "Name: demo\n");
        }
    }
    let said = pair.run_in(".", &["diff", "x", "y", "--json"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    adds_up(&document);
    assert_eq!(
        document["conclusion"],
        "1 source differs; 1 pyc follows from it; 1 path differs; 1 archive differs in form alone; nothing that \
         differs is unexplained"
    );
    // Two members of the archive, two files of the metadata, and the other archive.
    let numbers =
        ["same", "different", "archives", "directories"].map(|name| document[name].as_u64().unwrap());
    assert_eq!(numbers, [5, 4, 1, 1], "{document:#}");
    let line = "2 files, 1 archive and 1 directory differ, 5 are the same";
    let said = pair.run_in(".", &["diff", "x", "y"]).exits(1);
    assert!(said.err.ends_with(&format!("{line}\n")), "{}", said.err);
    assert!(
        said.out.contains("other path: the path of the directory differs (1 directory)\n"),
        "{}",
        said.out
    );
    let page = pair.run_in(".", &["diff", "x", "y", "--html", "-"]).exits(1).out;
    assert!(page.contains(&format!("<dt>Files</dt><dd>{line}</dd>")), "{page}");
    assert!(page.contains("<summary>2 files, 1 archive and 1 directory, 6 kinds, "), "{page}");
    assert!(page.contains("<summary>1 archive</summary>"), "{page}");
    let markdown = pair.run_in(".", &["diff", "x", "y", "--markdown", "-"]).exits(1).out;
    assert!(
        markdown.contains(" (1 directory)</summary>") && markdown.contains(" (1 archive)</summary>"),
        "{markdown}"
    );
}

/// Directories of wheels: `name` is that of the wheel on each side.
#[test]
fn archives_of_two_versions_are_compared() {
    let pair = Pair::new();
    pair.poison("b");
    let (name, other) = ("demo-1.0-py3-none-any.whl", "demo-2.0-py3-none-any.whl");
    pair.write("x", name, packed(&pair, "a", 1980)).write("y", other, packed(&pair, "b", 1980));
    let document = |arguments: &[&str]| -> Value {
        let said = pair.run_in(".", &[&["diff", "x", "y", "--json"], arguments].concat()).exits(1);
        let document = serde_json::from_str(&said.out).unwrap();
        adds_up(&document);
        document
    };
    let found = document(&[]);
    assert_eq!(found["conclusion"], "1 pyc is unexplained; 1 archive has another name");
    let paths = |at: usize| (found["files"][at]["left_path"].clone(), found["files"][at]["path"].clone());
    assert_eq!(paths(0), (format!("{name}!{PYC}").into(), format!("{other}!{PYC}").into()), "{found:#}");
    assert_eq!(paths(1), (name.into(), other.into()));
    // Members that are the same, and the number of archives.
    assert_eq!((&found["same"], &found["archives"]), (&3.into(), &1.into()));
    let text = pair.run_in(".", &["diff", "x", "y"]).out;
    assert!(text.contains(&format!("  unexplained: {{{name} => {other}}}!{PYC}: the right\n")), "{text}");
    // Equal archives with two names are not the same.
    pair.write("y", other, packed(&pair, "a", 1980));
    let found = document(&[]);
    assert_eq!(found["conclusion"], "1 archive has another name; nothing that differs is unexplained");
    assert_eq!(found["same"], 0);
    // With several candidates, those with the same tags belong together.
    let (second, third) = ("demo-1.0-cp313-none-any.whl", "demo-2.0-cp314-none-any.whl");
    pair.write("x", second, packed(&pair, "a", 1980)).write("y", third, packed(&pair, "b", 1980));
    let found = document(&[]);
    assert_eq!(found["conclusion"], "1 pyc is unexplained; 2 archives have other names");
    // Two of one project, of which neither has the tags of one on the other side.
    pair.write("x", "demo-1.1-cp312-none-any.whl", packed(&pair, "a", 1980));
    let found = document(&[]);
    let sentence = "1 pyc is unexplained; 14 files are only on one side, with code in demo-1.0-cp313-none-any.whl!demo/core.py, \
                    demo-1.0-cp313-none-any.whl!demo/other.py, demo-1.1-cp312-none-any.whl!demo/core.py and 3 more; 1 archive has another name";
    assert_eq!(found["conclusion"], sentence);
    // sdists.
    let pair = Pair::new();
    pair.write("x", "my-demo-1.0.zip", packed(&pair, "a", 1980));
    pair.write("y", "my_demo-2.0.zip", packed(&pair, "a", 1980));
    let said = pair.run_in(".", &["diff", "x", "y"]).exits(1);
    let sentence = "1 archive has another name; nothing that differs is unexplained\n";
    assert!(said.out.starts_with(sentence), "{}", said.out);
}

#[test]
fn code_of_another_level_than_the_name_says_is_called_that() {
    let pair = Pair::new();
    for side in ["a", "b"] {
        pair.write(side, "demo/core.py", "def f(x):\n    assert x\n    return x\n");
        pair.compile(side, &["--python", "3.14", "--optimize", "0", "--optimize", "1"]);
    }
    pair.write("b", PYC, pair.read("b", "demo/__pycache__/core.cpython-314.opt-1.pyc"));
    let document = pair.expect(&[], &[(PYC, "unexplained")], "1 pyc is unexplained");
    assert_eq!(
        reason(&document, PYC),
        "the right pyc is not explained by its source: it is what demo/core.py compiles to at optimization level 1, \
         but its name says level 0"
    );
    assert_eq!(document["files"][0]["findings"][0]["kind"], "level", "{document:#}");
    let said = pair.diff(&["--message-format", "github"]).out;
    assert_eq!(said.matches("at optimization level 1").count(), 1, "{said}");
}

/// Entries of zips that other programs compressed are one finding.
#[test]
fn other_compressed_sizes_are_reported_once() {
    let session = Session::new();
    for (side, level) in [("a", 1), ("b", 9)] {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(level));
        for name in ["one.py", "two.py", "three.py"] {
            zip.start_file(name, options).unwrap();
            let lines = (0..2000 + name.len()).map(|at| format!("x{} = {}\n", at % 97, at * at % 1013));
            zip.write_all(lines.collect::<String>().as_bytes()).unwrap();
        }
        session.file(&format!("{side}.zip"), zip.finish().unwrap().into_inner());
    }
    let said = session.run(&["diff", "--json", "a.zip", "b.zip"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    adds_up(&document);
    let sentence = "1 archive differs in form alone; nothing that differs is unexplained";
    assert_eq!((&document["conclusion"], &document["same"]), (&sentence.into(), &3.into()));
    let finding = &document["files"][0]["findings"][0];
    assert_eq!(finding["message"], "compressed size of 3 entries");
    assert_eq!(finding["rows"][0]["label"], "in one.py, three.py, two.py");
}

#[test]
fn equal_alarms_are_one_cause() {
    let pair = Pair::new();
    let name = |module: usize| format!("demo/m{module:03}.py");
    let pyc = |module: usize| format!("demo/__pycache__/m{module:03}.cpython-314.pyc");
    const MODULES: usize = 300;
    let source = |module: usize| format!("def f{module}(x):\n    return x + 1\n");
    let sources: Vec<(String, String)> = (0..MODULES).map(|module| (name(module), source(module))).collect();
    let good = pycs_of(&sources);
    let bad: Vec<(String, String)> =
        sources.iter().map(|(name, text)| (name.clone(), text.replace("+ 1", "+ 666"))).collect();
    let bad = pycs_of(&bad);
    for module in 0..MODULES {
        let header = &good[module][..16];
        for side in ["a", "b"] {
            pair.write(side, &name(module), &sources[module].1);
        }
        pair.write("a", &pyc(module), &good[module]);
        pair.write("b", &pyc(module), [header, &bad[module][16..]].concat());
    }
    let document = pair.document(&[]);
    assert_eq!(document["conclusion"], "300 pycs are unexplained");
    let causes = document["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 1, "{causes:#?}");
    assert_eq!(
        causes[0]["reason"],
        "the right pyc is not what its source compiles to: the pyc has LOAD_CONST 666 where the source compiles to \
         LOAD_SMALL_INT 1"
    );
    assert_eq!(causes[0]["files"], 300);
    let first = format!("the right pyc is not what {} compiles to: at demo.m007:f7, line 2, ", name(7));
    assert!(reason(&document, &pyc(7)).starts_with(&first));
    let text = pair.diff(&[]).exits(1).out;
    assert!(text.ends_with("\n299 more files with causes shown above are not shown (--details)\n"), "{text}");
    assert!(text.lines().count() < 50, "{text}");
    assert!(pair.diff(&["--details"]).out.contains("demo.m299:f299"));
    let markdown = pair.diff(&["--markdown", "-"]).exits(1).out;
    assert!(markdown.len() < 10_000 && markdown.contains("- and 250 more"), "{markdown}");
    assert_eq!(markdown.matches("<details>").count(), 1);
}

/// GitHub refuses comments of more than 65,536 characters.
#[test]
fn markdown_is_short_enough_for_a_comment() {
    let pair = Pair::new();
    let folder = ["a rather long name for a directory"; 25].join("/");
    for number in 0..60 {
        let name = format!("{folder}/m{number:02}.py");
        pair.write("a", &name, "x = 1\n").write("b", &name, "x = 2\n");
        pair.write("b", &format!("{folder}/new{number:02}.txt"), "");
    }
    let markdown = pair.diff(&["--markdown", "-"]).exits(1).out;
    assert!(markdown.chars().count() < 65_536, "{}", markdown.len());
    let last = "\n1 more cause with 60 files is left out to keep this short enough for a comment: \
                `pycompile diff a b --html difference.html` shows all.\n";
    assert!(markdown.contains("<b>source</b>: 60 sources changed</summary>"), "{markdown}");
    assert!(markdown.contains("\n- and 10 more\n"), "{markdown}");
    // The second list is shorter.
    assert!(!markdown.ends_with(last) && markdown.contains("\n- and 50 more\n"), "{markdown}");
    let lists = markdown.matches("\n- `").count();
    assert_eq!(lists, 60, "{markdown}");
}

#[test]
fn labels_stand_for_the_sides() {
    let pair = Pair::new();
    pair.poison("b");
    pair.write(".", "one.pyc", pair.read("a", PYC)).write(".", "two.pyc", pair.read("b", PYC));
    let said: Said =
        pair.run_in(".", &["diff", "one.pyc", "two.pyc", "--label", PYC, "--width", "200"]).exits(1);
    for words in [&format!("--- {PYC}\n+++ {PYC}\n\n{PYC}\n"), "\n  demo.core:f\n"] {
        assert!(said.out.contains(words), "{}", said.out);
    }
    // As git calls a diff driver for a file that a commit adds or removes.
    let lone = format!("b/{PYC}");
    for sides in [["/dev/null", &lone], [&lone, "/dev/null"]] {
        let said = pair.run_in(".", &["diff", sides[0], sides[1], "--label", PYC, "--width", "200"]).exits(1);
        let side = if sides[1] == lone { "right" } else { "left" };
        let words = format!("1 pyc is unexplained\n  unexplained: {PYC}: the {side} pyc is not what ");
        assert!(said.out.starts_with(&words), "{}", said.out);
        assert!(said.out.ends_with(&format!("\nonly on the {side}: {PYC}\n")), "{}", said.out);
    }
    let labels = ["--label", "v1", "--label", "v2"];
    let said = pair.run_in(".", &[&["diff", "a", "b"], &labels[..]].concat()).exits(1);
    assert!(said.out.contains("--- v1\n+++ v2\n"), "{}", said.out);
    manifest(&pair, "a");
    let said = pair.run_in(".", &[&["diff", "m.json", "b"], &labels[..]].concat()).exits(1);
    assert!(said.out.contains("--- v1\n+++ v2\n"), "{}", said.out);
    pair.run_in(".", &[&["diff", "a", "b", "--label", "v3"], &labels[..]].concat()).exits(2);
}

/// Fields of a code object that no instruction uses are reported by name.
#[test]
fn the_field_that_differs_is_named() {
    let pair = Pair::new();
    let pyc = pair.read("b", PYC);
    // `co_stacksize` and `co_flags` of `f` follow the numbers of arguments.
    let at = 16 + 1 + 20;
    let inner =
        pyc[at..].windows(17).position(|bytes| bytes[0] & 0x7f == b'c' && bytes[1] == 1).unwrap() + at;
    for (offset, words) in [
        (1, "co_argcount 5 where the source compiles to 1"),
        (5, "co_posonlyargcount 4 where the source compiles to 0"),
        (9, "co_kwonlyargcount 4 where the source compiles to 0"),
        (13, "co_stacksize 6 where the source compiles to 2"),
        (17, "co_flags 0x7 OPTIMIZED NEWLOCALS VARARGS where the source compiles to 0x3 OPTIMIZED NEWLOCALS"),
    ] {
        let mut changed = pyc.clone();
        changed[inner + offset] ^= 4;
        pair.write("b", PYC, changed);
        let found = reason(&pair.document(&[]), PYC);
        assert!(found.ends_with(&format!(": at demo.core:f, the pyc has {words}")), "{found}");
    }
}
