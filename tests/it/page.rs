//! Page of `diff --html`. `tests/packaging/page.py` checks it in a browser.

use crate::session::Session;
use sha2::Digest as _;

const OLD: &str = "def f(a, b):\n    return a + b\n";
const NEW: &str = "# a comment\n\ndef f(a, b):\n    return a * b < 7\n";

/// Two trees with one module and its pyc.
fn pair(left: &str, right: &str) -> Session {
    let session = Session::new();
    for (side, source) in [("a", left), ("b", right)] {
        session.file(&format!("{side}/m.py"), source);
        let mut command = session.command(&["compile", "-q", "--python", "3.14", "m.py"]);
        let compile = command.args(["--engine", "native", "--invalidation-mode", "checked-hash"]);
        assert!(compile.current_dir(session.path(side)).status().unwrap().success());
    }
    session
}

fn page(session: &Session, left: &str, right: &str) -> String {
    session.run(&["diff", left, right, "--html", "-"]).out
}

#[test]
fn source_lines_stand_above_the_instructions_that_they_became() {
    let page = page(&pair(OLD, NEW), "a", "b");
    let line = "<tr class=\"source\"><td>    2     return a + b</td><td class=\"mark\"></td>\
                <td>    4     return a * b &lt; 7</td></tr>";
    assert!(page.contains(line), "{page}");
    let (before, after) = page.split_once(line).unwrap();
    assert!(before.contains("<strong>instructions</strong>") && after.contains("BINARY_OP"), "{page}");
    // A missing source has no lines.
    let session = pair(OLD, NEW);
    std::fs::remove_file(session.path("a/m.py")).unwrap();
    std::fs::remove_file(session.path("b/m.py")).unwrap();
    assert!(!self::page(&session, "a", "b").contains("class=\"source\""));
}

#[test]
fn the_matrix_counts_the_differences_of_each_kind() {
    let page = page(&pair(OLD, NEW), "a", "b");
    let matrix = page.split("<table class=\"matrix\">").nth(1).unwrap().split("</table>").next().unwrap();
    let kinds: Vec<&str> = matrix.split("class=\"kind\"><span>").skip(1).collect();
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.split('<').next().unwrap()).collect();
    assert_eq!(kinds[..2], ["content", "header"], "{matrix}");
    let rows: Vec<&str> = matrix.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 2, "{matrix}");
    let source = "<strong class=\"badge follows\">source</strong> <a href=\"#f-m.py\">m.py</a></th><td><a href=\"#f-m.py\">1</a></td>";
    assert!(rows[0].contains(source), "{matrix}");
    assert!(rows[1].contains("<strong class=\"badge follows\">follows from source</strong>"), "{matrix}");
    assert!(rows[1].contains("<td></td><td><a"), "{matrix}");
    // The legend has a line for each word.
    let legend = page.split("Legend").nth(1).unwrap().split("</details>").next().unwrap();
    assert_eq!(legend.matches("<dt>").count(), kinds.len() + 2, "{legend}");
}

#[test]
fn files_have_their_digests() {
    let session = Session::new();
    session.file("a.pyc", b"\x2b\x0e\r\n");
    session.file("b.pyc", b"\x2b\x0e\r\nb");
    let page = page(&session, "a.pyc", "b.pyc");
    for bytes in [b"\x2b\x0e\r\n".as_slice(), b"\x2b\x0e\r\nb"] {
        let digest: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(page.contains(&format!("sha256 {digest}")), "{page}");
    }
    assert!(page.contains(&format!("pycompile {}", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn anchors_stay_when_other_differences_come() {
    let session = pair(OLD, NEW);
    let anchors = |page: &str| -> Vec<String> {
        let ids = page.split("id=\"f-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        ids.collect()
    };
    let before = anchors(&page(&session, "a", "b"));
    assert!(before.contains(&"__pycache__:2fm.cpython-314.pyc.m:3af".to_owned()), "{before:?}");
    session.file("a/0.txt", "0");
    session.file("b/z.txt", "0");
    let after = anchors(&page(&session, "a", "b"));
    assert!(before.iter().all(|anchor| after.contains(anchor)), "{before:?} {after:?}");
    assert_eq!(after.len(), before.len() + 2);
}

/// Links to a page stay valid when the page is written again after other code has changed.
#[test]
fn anchors_of_code_objects_stay_when_others_come_and_go() {
    let functions = |changed: &[&str]| -> String {
        let body = |name: &str| if changed.contains(&name) { 2 } else { 1 };
        let function =
            |name: &str| format!("def {name}():\n    return (lambda: {0}, lambda: {0})\n", body(name));
        ["f", "g", "h"].map(function).concat()
    };
    let anchors = |changed: &[&str]| -> Vec<String> {
        let session = pair(&functions(&[]), &functions(changed));
        let page = page(&session, "a", "b");
        let ids: Vec<&str> =
            page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{ids:?}");
        // A link leads to an anchor of the page.
        for target in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(ids.contains(&target), "{target}: {ids:?}");
        }
        ids.into_iter().filter(|id| id.starts_with("f-")).map(str::to_owned).collect()
    };
    let of = |name: &str| format!("f-__pycache__:2fm.cpython-314.pyc.m:3a{name}.:3clocals:3e.:3clambda:3e");
    let [one, two, all] = [&["g"][..], &["g", "h"], &["f", "g", "h"]].map(anchors);
    assert!(one.contains(&of("g")) && !one.contains(&of("f")), "{one:?}");
    for (fewer, more) in [(&one, &two), (&two, &all)] {
        assert!(fewer.iter().all(|anchor| more.contains(anchor)), "{fewer:?} {more:?}");
    }
    assert!(all.contains(&of("f")) && all.contains(&of("h")), "{all:?}");
}

#[test]
fn long_lists_are_shut_and_counted() {
    let session = Session::new();
    let many = |sign: &str| (0..300).map(|at| format!("{sign}{at}")).collect::<Vec<_>>().join("\n");
    session.file("a/long.txt", many("-"));
    session.file("b/long.txt", many("+"));
    assert!(page(&session, "a", "b").contains("<span class=\"count\">300 rows</span></summary>"));
    for number in 0..100 {
        session.file(&format!("a/{number}.txt"), "");
    }
    let page = page(&session, "a", "b");
    assert!(page.contains("<details>\n<summary>101 files, 2 kinds"), "{page}");
    assert!(page.contains("<details><summary>100 files</summary>"), "{page}");
    assert!(!page.contains("<details class=\"file\" open>"), "{page}");
}

#[test]
fn modes_are_written_as_ls_does() {
    let session = Session::new();
    for (name, mode) in [("a.zip", 0o644), ("b.zip", 0o4755)] {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("m.py", zip::write::SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        session.file(name, zip.finish().unwrap().into_inner());
    }
    let page = page(&session, "a.zip", "b.zip");
    assert!(page.contains("-rw<mark>-r--r--</mark>"), "{page}");
    assert!(page.contains("-rw<mark>xr-xr-x</mark>") || page.contains("-rw<mark>sr-xr-x</mark>"), "{page}");
}
