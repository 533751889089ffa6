//! `diff`, on code objects made by hand.

use crate::session::Session;
use serde_json::Value;

/// A pyc of 3.14 whose module holds one function; by constant, name, line table and the flag of the constant.
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
    session.run(&["diff", "a", "b"]).exits(0).says("no file differs, 1 is the same");
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
    let message = "one object is marked or shared otherwise; the left side marks only what is referred to";
    assert_eq!(found["message"], message);
    assert_eq!(found["rows"][3]["label"], "p.m:f co_consts[0] 'harmless'");
    assert_eq!(found["rows"][3]["left"], "written here");
    assert_eq!(found["rows"][3]["right"], "written here, FLAG_REF");
    let found = only(&PLAIN, &Pyc { lines: &[0x80, 0, 0xd8, 4, 8], ..PLAIN }, "line-table", "p.m:f");
    assert_eq!(found["message"], "one range of instructions has another place");
}

#[test]
fn what_is_missing_or_broken_is_told() {
    let session = two(&PLAIN, &PLAIN);
    session.file("a/only.py", "1\n");
    session.file("b/other.pyc", "");
    let found = findings(&session);
    assert_eq!(found[0]["kind"], "only-left");
    assert_eq!(found[1]["kind"], "only-right");
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
    assert!(found[0]["rows"][0]["right"].as_str().unwrap().contains("1 bytes too many"), "{found:?}");
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
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    assert!(page.contains("prefers-color-scheme") || page.contains("color-scheme: light dark"));
}
