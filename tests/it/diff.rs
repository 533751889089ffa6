//! `diff`, on code objects made by hand.

use crate::session::Session;
use proptest::prelude::*;
use pycompile::diff::{DifferenceKind, compare_pycs};
use serde_json::Value;
use std::path::Path;

/// A pyc of 3.14 whose module holds one function; by constant, name, line table and the flag of the
/// constant.
struct Pyc<'a> {
    constant: &'a str,
    name: &'a str,
    lines: &'a [u8],
    flagged: bool,
    hash: u8,
}

const PLAIN: Pyc<'static> =
    Pyc { constant: "harmless", name: "x", lines: &[0x80, 0, 0xd8, 4, 9], flagged: false, hash: 1 };

fn text(text: &str, flagged: bool) -> Vec<u8> {
    let mut bytes = vec![if flagged { b'z' | 0x80 } else { b'z' }, text.len() as u8];
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

fn bytes(content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![b's'];
    bytes.extend_from_slice(&(content.len() as u32).to_le_bytes());
    bytes.extend_from_slice(content);
    bytes
}

fn tuple(items: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![b')', items.len() as u8];
    items.iter().for_each(|item| bytes.extend_from_slice(item));
    bytes
}

/// A code object with the fields of 3.11 and newer.
fn code(name: &str, bytecode: &[u8], consts: &[Vec<u8>], names: &[Vec<u8>], lines: &[u8]) -> Vec<u8> {
    let mut out = vec![b'c'];
    [0, 0, 0, 2, 3_i32].iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    for part in [
        bytes(bytecode),
        tuple(consts),
        tuple(names),
        tuple(&[]),
        bytes(&[]),
        text("m.py", false),
        text(name, false),
        text(name, false),
    ] {
        out.extend_from_slice(&part);
    }
    out.extend_from_slice(&1_i32.to_le_bytes());
    out.extend_from_slice(&bytes(lines));
    out.extend_from_slice(&bytes(&[]));
    out
}

impl Pyc<'_> {
    fn bytes(&self) -> Vec<u8> {
        let constant = text(self.constant, self.flagged);
        // RESUME; LOAD_CONST; RETURN_VALUE
        let inner = [128, 0, 82, 0, 35, 0];
        let inner = code("f", &inner, &[constant], &[text(self.name, false)], self.lines);
        let module = code("<module>", &[128, 0, 82, 0, 35, 0], &[inner], &[], &[0x82, 0, 0]);
        let mut pyc = 3627_u16.to_le_bytes().to_vec();
        pyc.extend_from_slice(b"\r\n\x01\0\0\0");
        pyc.extend_from_slice(&[self.hash; 8]);
        pyc.extend_from_slice(&module);
        pyc
    }
}

fn two(left: &Pyc<'_>, right: &Pyc<'_>) -> Session {
    let session = Session::new();
    session.file("a/p/__pycache__/m.cpython-314.pyc", left.bytes());
    session.file("b/p/__pycache__/m.cpython-314.pyc", right.bytes());
    session
}

fn findings(session: &Session) -> Vec<Value> {
    let said = session.run(&["diff", "a", "b", "--message-format", "json"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["schema"], "pycompile-diff/1");
    document["files"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|file| file["findings"].as_array().unwrap().clone())
        .collect()
}

/// The only finding, by kind and place.
#[track_caller]
fn only(left: &Pyc<'_>, right: &Pyc<'_>, kind: &str, place: &str) -> Value {
    let found = findings(&two(left, right));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["kind"], kind, "{found:?}");
    assert_eq!(found[0]["place"].as_str().unwrap_or_default(), place);
    found[0].clone()
}

#[test]
fn the_same_is_the_same() {
    let session = two(&PLAIN, &PLAIN);
    let said = session.run(&["diff", "a", "b"]).exits(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("no file differs: 1 file is the same\n", ""));
    session.run(&["diff", "a", "nowhere"]).exits(2);
}

#[test]
fn the_finest_thing_that_explains_it() {
    let found = only(&PLAIN, &Pyc { hash: 2, ..PLAIN }, "header", "");
    assert_eq!(found["message"], "source hash");
    let found = only(&PLAIN, &Pyc { constant: "harmful!", ..PLAIN }, "constants", "p.m:f");
    assert_eq!(found["rows"][0]["left"], "[0] 'harmless'");
    assert_eq!(found["rows"][0]["right"], "[0] 'harmful!'");
    let found = only(&PLAIN, &Pyc { name: "y", ..PLAIN }, "names", "p.m:f");
    assert_eq!(found["rows"][0]["right"], "[0] y");
    let found = only(&PLAIN, &Pyc { flagged: true, ..PLAIN }, "references", "");
    let message = "one object is marked, shared or interned differently; the left side marks only objects that references use";
    assert_eq!(found["message"], message);
    assert_eq!(found["rows"][3]["label"], "p.m:f co_consts[0] 'harmless'");
    assert_eq!(found["rows"][3]["left"], "written here");
    assert_eq!(found["rows"][3]["right"], "written here, FLAG_REF");
    let found = only(&PLAIN, &Pyc { lines: &[0x80, 0, 0xd8, 4, 8], ..PLAIN }, "line-table", "p.m:f");
    assert_eq!(found["message"], "the location of one range of instructions differs");
}

#[test]
fn missing_and_broken_parts_are_reported() {
    let session = two(&PLAIN, &PLAIN);
    session.file("a/only.py", "1\n");
    session.file("b/other.pyc", "");
    let found = findings(&session);
    // The pyc is not what a source compiles to.
    assert_eq!(found[0]["kind"], "only-right");
    assert_eq!(found[1]["kind"], "only-left");
    let session = two(&PLAIN, &PLAIN);
    let name = "b/p/__pycache__/m.cpython-314.pyc";
    let mut pyc = PLAIN.bytes();
    pyc.truncate(60);
    session.file(name, pyc);
    let found = findings(&session);
    assert_eq!(found[0]["kind"], "unreadable");
    assert!(found[0]["rows"][0]["right"].as_str().unwrap().contains("reading"), "{found:?}");
    let mut pyc = PLAIN.bytes();
    pyc.push(b'N');
    session.file(name, pyc);
    let found = findings(&session);
    assert!(
        found[0]["rows"][0]["right"].as_str().unwrap().contains("1 extra byte after the end of the code"),
        "{found:?}"
    );
}

#[test]
fn manifests_stand_for_files() {
    let session = two(&PLAIN, &Pyc { hash: 2, ..PLAIN });
    session.run(&["manifest", "a", "--output", "a.json"]).exits(0);
    session.run(&["manifest", "b", "--output", "b.json"]).exits(0);
    session.run(&["diff", "a.json", "a"]).exits(0);
    session.run(&["diff", "b", "b.json"]).exits(0);
    let said = session.run(&["diff", "a.json", "b.json"]).exits(1);
    assert!(said.out.contains("only the header of the pyc differs"), "{}", said.out);
    let said = session.run(&["diff", "a", "b.json"]).exits(1);
    assert!(said.out.contains("only the header of the pyc differs"), "{}", said.out);
    session.run(&["diff", "a.json", "b/p/__pycache__/m.cpython-314.pyc"]).exits(1);
    session.file("c.json", "{}");
    session.run(&["diff", "a.json", "c.json"]).exits(2);
}

#[test]
fn a_page_is_markup_only_where_it_should_be() {
    let session = two(&PLAIN, &Pyc { constant: "<script>alert('&')</script>\u{1b}[2J", ..PLAIN });
    let said = session.run(&["diff", "a", "b", "--html", "page.html"]).exits(1);
    assert!(!said.out.contains('\u{1b}'), "{}", said.out);
    let page = std::fs::read_to_string(session.path("page.html")).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;alert("), "{page}");
    for outside in
        ["http:", "https:", "src=", "url(", "@import", "<link", "<img", "<iframe", " style=", " onload="]
    {
        assert!(!page.contains(outside), "{outside} is in {page}");
    }
    for link in page.split("href=\"").skip(1) {
        let target = link.split('"').next().unwrap();
        let id = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leads out of the page"));
        assert!(page.contains(&format!("id=\"{id}\"")), "nothing is called {id}");
    }
    for part in ["prefers-color-scheme: dark", "@media print", "default-src 'none'", "<html lang=\"en\">"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

/// A pyc of CPython's, from the golden ones.
fn golden(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)).unwrap()
}

proptest! {
    /// A difference in any part of a pyc is reported, without a panic or unbounded output.
    #[test]
    fn every_difference_is_reported(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        for name in ["attribute_chain.pyc", "aug_assign.pyc"] {
            let left = golden(name);
            let mut right = left.clone();
            for (at, byte) in &changes {
                right[at.index(left.len())] = *byte;
            }
            if let Some(cut) = &cut {
                right.truncate(cut.index(left.len()));
            }
            for (one, other) in [(&left, &right), (&right, &left)] {
                let findings = compare_pycs("p/__pycache__/m.cpython-314.pyc", one, other);
                prop_assert_eq!(findings.is_empty(), one == other);
                let shown: usize = findings
                    .iter()
                    .flat_map(|finding| &finding.rows)
                    .flat_map(|row| [&row.left, &row.right])
                    .map(|side| side.as_ref().map_or(0, String::len))
                    .sum();
                prop_assert!(shown < 1 << 20, "{} bytes are shown", shown);
            }
        }
    }
}

#[test]
fn code_that_one_side_has_is_listed() {
    let left = golden("attribute_chain.pyc");
    let right = golden("aug_assign.pyc");
    let findings = compare_pycs("m.pyc", &left, &right);
    assert!(findings.iter().any(|finding| finding.kind == DifferenceKind::Instructions), "{findings:?}");
    for finding in findings.iter().filter(|finding| finding.kind == DifferenceKind::Structure) {
        assert!(finding.rows.iter().any(|row| format!("{row:?}").contains("RETURN_VALUE")), "{finding:?}");
    }
}

#[test]
fn code_that_only_moved_is_one_finding() {
    let moved = |by: u8| {
        let mut pyc = PLAIN.bytes();
        // The first line of the inner code object follows its names.
        let marks: Vec<usize> =
            (0..pyc.len() - 4).filter(|&at| pyc[at..at + 4] == [b'z', 1, b'f', 1]).collect();
        assert_eq!(marks.len(), 1, "{pyc:?}");
        pyc[marks[0] + 3] += by;
        pyc
    };
    let findings = compare_pycs("m.pyc", &moved(0), &moved(4));
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].kind, DifferenceKind::FirstLine);
    assert_eq!(findings[0].message, "one code object begins 4 lines later and differs in nothing else");
}

#[test]
fn code_that_was_renamed_is_compared() {
    let mut renamed = PLAIN.bytes();
    for at in 0..renamed.len() - 3 {
        if renamed[at..at + 3] == *b"z\x01f" {
            renamed[at + 2] = b'g';
        }
    }
    let findings = compare_pycs("m.pyc", &PLAIN.bytes(), &renamed);
    let kinds: Vec<DifferenceKind> = findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(
        kinds,
        [DifferenceKind::Constants, DifferenceKind::Name, DifferenceKind::Name],
        "{findings:?}"
    );
    assert_eq!(findings[1].place.as_deref(), Some("m:f"));
}

#[test]
fn json_is_by_its_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let schema = std::fs::read_to_string(folder.join("pycompile-diff-1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let kinds = schema["$defs"]["kind"]["enum"].as_array().unwrap();
    let known = DifferenceKind::ALL.map(|kind| serde_json::to_value(kind).unwrap());
    assert_eq!(kinds, &known, "the schema lists other kinds");
    for (left, right) in [
        (&PLAIN, &PLAIN),
        (&PLAIN, &Pyc { flagged: true, ..PLAIN }),
        (&PLAIN, &Pyc { name: "y", hash: 2, ..PLAIN }),
    ] {
        let session = two(left, right);
        session.file("a/only.py", "1\n");
        let said = session.run(&["diff", "--json", "a", "b"]).exits(1);
        let document: Value = serde_json::from_str(&said.out).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{}", said.out);
    }
}

#[test]
fn archives_in_what_is_compared_are_looked_into() {
    let session = two(&PLAIN, &Pyc { constant: "harmful!", ..PLAIN });
    for side in ["a", "b"] {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("p/__pycache__/m.cpython-314.pyc", options).unwrap();
        let pyc = std::fs::read(session.path(&format!("{side}/p/__pycache__/m.cpython-314.pyc"))).unwrap();
        std::io::Write::write_all(&mut zip, &pyc).unwrap();
        session.file(&format!("dist-{side}/p.zip"), zip.finish().unwrap().into_inner());
    }
    let said = session.run(&["diff", "--json", "dist-a", "dist-b"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["files"][0]["path"], "p.zip!p/__pycache__/m.cpython-314.pyc");
    assert_eq!(document["files"][0]["findings"][0]["place"], "p.m:f");
    let said = session.run(&["diff", "dist-a/p.zip", "dist-b/p.zip"]).exits(1);
    assert!(said.out.contains("'harmful!'"), "{}", said.out);
}

#[test]
fn a_difference_of_all_entries_is_reported_once() {
    let session = Session::new();
    for (side, mode) in [("a", 0o644), ("b", 0o664)] {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().unix_permissions(mode);
        for name in ["one.py", "two.py", "three.py", "four.py"] {
            zip.start_file(name, options).unwrap();
        }
        session.file(&format!("{side}.zip"), zip.finish().unwrap().into_inner());
    }
    let said = session.run(&["diff", "--json", "a.zip", "b.zip"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&document["same"], &document["different"]), (&4.into(), &1.into()), "{document}");
    let finding = &document["files"][0]["findings"][0];
    assert_eq!(finding["message"], "mode of 4 entries");
    assert_eq!(finding["rows"][1]["label"], "in four.py, one.py, three.py, two.py");
}

#[test]
fn a_manifest_stands_for_the_archive_that_it_lists() {
    let session = Session::new();
    let zip = |comment: &str| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.set_comment(comment);
        zip.start_file("m.pyc", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &PLAIN.bytes()).unwrap();
        zip.finish().unwrap().into_inner()
    };
    session.file("p.zip", zip(""));
    session.run(&["manifest", "p.zip", "--output", "p.json"]).exits(0);
    session.run(&["diff", "p.json", "p.zip"]).exits(0);
    session.file("p.zip", zip("another"));
    let said = session.run(&["diff", "p.json", "p.zip"]).exits(1);
    assert!(said.out.contains("the archive as a whole"), "{}", said.out);
}

#[cfg(unix)]
#[test]
fn symlinks_are_compared_and_not_followed() {
    let session = two(&PLAIN, &PLAIN);
    for side in ["a", "b"] {
        std::os::unix::fs::symlink("p", session.path(&format!("{side}/same"))).unwrap();
    }
    session.run(&["diff", "a", "b"]).exits(0);
    std::os::unix::fs::symlink("p/__pycache__/m.cpython-314.pyc", session.path("a/m.pyc")).unwrap();
    std::os::unix::fs::symlink("elsewhere", session.path("b/m.pyc")).unwrap();
    let found = findings(&session);
    assert_eq!(found[0]["kind"], "content");
    assert_eq!(found[0]["rows"][0]["right"], "elsewhere");
    std::fs::remove_file(session.path("b/m.pyc")).unwrap();
    session.file("b/m.pyc", PLAIN.bytes());
    assert_eq!(findings(&session)[0]["kind"], "unreadable");
}

#[test]
fn text_fits_the_width_and_color_is_optional() {
    let session = two(
        &PLAIN,
        &Pyc { constant: "\u{4f60}\u{597d} and a good deal more than fits into one column", ..PLAIN },
    );
    for width in ["50", "80", "200"] {
        let said = session.run(&["diff", "a", "b", "--width", width]).exits(1);
        assert!(!said.out.contains('\u{1b}'), "{}", said.out);
        for line in said.out.lines() {
            let columns: usize =
                line.chars().map(|character| if character > '\u{2fff}' { 2 } else { 1 }).sum();
            assert!(columns <= width.parse().unwrap(), "{line:?} has {columns} columns");
            assert_eq!(line, line.trim_end());
        }
    }
    let said = session.run(&["diff", "a", "b", "--color", "always"]).exits(1);
    assert!(said.out.contains("\u{1b}[31m"), "{}", said.out);
    let said = session.run(&["diff", "-q", "a", "b"]).exits(1);
    assert_eq!(said.out, "");
}

#[test]
fn differences_as_annotations_of_a_workflow() {
    let session = two(&PLAIN, &Pyc { hash: 2, ..PLAIN });
    let said = session.run(&["diff", "--message-format", "github", "a", "b"]).exits(1);
    let sentence = "::notice title=pycompile note::1 file was not checked\n::error file=";
    assert!(said.out.starts_with(sentence), "{}", said.out);
    assert!(
        said.out.contains(",title=pycompile not checked::there is no source for it%0Aheader: "),
        "{}",
        said.out
    );
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    let said = session.run(&["diff", "--message-format", "github", "a", "a"]).exits(0);
    assert!(said.out.starts_with("::notice title=pycompile note::no file differs: "), "{}", said.out);
}

#[test]
fn nothing_is_written_over_what_is_read() {
    let session = two(&PLAIN, &PLAIN);
    let name = "a/p/__pycache__/m.cpython-314.pyc";
    let other = name.replacen('a', "b", 1);
    let before = std::fs::read(session.path(name)).unwrap();
    let page = format!("./{name}");
    session
        .run(&["diff", name, &other, "--html", &page])
        .exits(2)
        .says(&format!("refusing to overwrite {name}: it is one of the compared files"));
    session
        .run(&["manifest", name, "--output", &page])
        .exits(2)
        .says(&format!("refusing to overwrite {name}: it is an input"));
    assert_eq!(std::fs::read(session.path(name)).unwrap(), before);
}

#[test]
fn another_release_explains_manifests_that_differ() {
    let session = Session::new();
    session.file("p/m.py", "def f(a):\n    with a as b:\n        return b\n");
    for release in ["3.15.0", "3.15.2"] {
        session.file(
            "pycompile.toml",
            format!(
                "[source]\nfiles = [\"p/m.py\"]\n[compile]\nengine = \"native\"\npython = [\"{release}\"]\n\
                 invalidation-mode = \"unchecked-hash\"\n[manifest]\noutput = \"{release}.json\"\n"
            ),
        );
        let _ = std::fs::remove_dir_all(session.path("p/__pycache__"));
        session.run(&["build"]).exits(0);
        let text = std::fs::read_to_string(session.path(&format!("{release}.json"))).unwrap();
        assert!(
            text.contains(&format!("\"releases\": {{\n    \"3.15\": \"{release}\"\n  }},\n  \"files\"")),
            "{text}"
        );
    }
    let said = session.run(&["diff", "3.15.0.json", "3.15.2.json"]).exits(1);
    for text in ["the release of Python 3.15 differs", "CPython 3.15.0 and 3.15.2: code sha256"] {
        assert!(said.out.contains(text), "{text} is not in\n{}", said.out);
    }
    let reason =
        "not checked: the manifests name different releases, 3.15.0 and 3.15.2; a manifest has no code";
    for text in [reason, "1 file was not checked", "the manifests name different releases"] {
        assert!(said.out.contains(text), "{text} is not in\n{}", said.out);
    }
    said.says("1 file differs, 0 are the same");
    session.run(&["diff", "3.15.0.json", "3.15.0.json"]).exits(0);
    let text = std::fs::read_to_string(session.path("3.15.0.json")).unwrap();
    session.file("named.json", text.replacen("3.15.0", "3.15.2", 1));
    session.run(&["diff", "3.15.0.json", "named.json"]).exits(1).says("no file differs, 1 is the same");
}
