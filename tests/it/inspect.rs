//! `inspect`. `tests/oracle/disassembly.py` compares instructions with those of `dis`.

use crate::session::Session;
use pycompile::pyc::{Header, source_hash};
use pycompile::target::{PyVersion, Series};
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

const SOURCE: &[u8] = b"lambda b: [a for a in b]\n";

fn series() -> &'static Series {
    Series::find(PyVersion::new(3, 14)).unwrap()
}

/// A pyc of CPython, with a header of its own.
fn golden(header: Header) -> Vec<u8> {
    let mut pyc = std::fs::read("tests/golden/lambda_comprehension.pyc").unwrap();
    pyc[..16].copy_from_slice(&header.to_bytes());
    pyc
}

fn hashed(checked: bool) -> Header {
    Header::Hash { magic: series().magic, checked, hash: source_hash(series(), SOURCE) }
}

/// A code object of 3.14 around these constants, with this name.
fn pyc_with(constants: &[u8], name: &[u8]) -> Vec<u8> {
    let mut pyc = hashed(false).to_bytes().to_vec();
    pyc.push(b'c');
    pyc.extend([0; 20]);
    // RETURN_CONST is gone: RESUME, LOAD_CONST, RETURN_VALUE.
    pyc.extend(b"s\x06\0\0\0\x80\0\x52\0\x23\0");
    pyc.extend(constants);
    // No names, variables or kinds.
    pyc.extend(b")\0)\0s\0\0\0\0");
    for _ in 0..3 {
        pyc.extend([b'z', name.len() as u8]);
        pyc.extend(name);
    }
    pyc.extend(1i32.to_le_bytes());
    // Three code units at column 0; no handlers.
    pyc.extend(b"s\x02\0\0\0\x82\0s\0\0\0\0");
    pyc
}

#[test]
fn text() {
    let session = Session::new();
    session.file("m.py", SOURCE);
    session.file("m.pyc", golden(hashed(true)));
    let said = session.run(&["inspect", "m.pyc"]).exits(0);
    let lines: Vec<_> = said.out.lines().collect();
    let hash: String = source_hash(series(), SOURCE).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(lines[0], "m.pyc");
    assert_eq!(lines[1], "  Python      3.14, magic number 3627");
    assert_eq!(lines[2], format!("  header      checked-hash: {hash}, which importers check"));
    assert_eq!(lines[3], "  source      m.py, which the header matches");
    assert_eq!(&lines[4..6], ["", "code <module>"]);
    for line in [
        "  constants   0: <code object <lambda>, line 1>",
        "code <lambda>",
        "  file        lambda_comprehension.py, line 1",
        "  arguments   1 positional (0 of them by position only), 0 by keyword only",
        "  flags       0x3 OPTIMIZED NEWLOCALS",
        "  stack       4",
        "  variables   0: b (positional keyword local)",
        "              1: a (local)",
        "       >>     14 FOR_ITER                             4 (to 26)                  1:22-1:23",
        "              18 STORE_FAST_LOAD_FAST                17 (a, a)                   1:17-1:18",
        "     - >>     36 SWAP                                 2",
        "  exceptions  10 to 30: handler 36, depth 2",
    ] {
        assert!(lines.contains(&line), "expected {line:?} in\n{}", said.out);
    }
}

#[test]
fn json_of_several_files() {
    let session = Session::new();
    session.file("m.pyc", golden(hashed(false)));
    session.file("n.pyc", golden(Header::Timestamp { magic: series().magic, mtime: 7, size: 9 }));
    let said = session.run(&["inspect", "--json", "m.pyc", "n.pyc"]).exits(0);
    let documents: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [first, second] = &documents[..] else { panic!("{}", said.out) };
    assert_eq!(first["schema"], "pycompile-inspect/1");
    assert_eq!(first["python"], "3.14");
    assert_eq!(first["header"]["mode"], "unchecked-hash");
    assert_eq!(first["source"], json!({"path": null, "why": "there is no m.py"}));
    assert_eq!(second["header"], json!({"mode": "timestamp", "mtime": 7, "size": 9}));
    let code = first["code"].as_array().unwrap();
    assert_eq!(code.len(), 2);
    assert_eq!(code[0]["constants"], json!([{"code": 1}, "None"]));
    assert_eq!(code[1]["qualname"], "<lambda>");
    assert_eq!(code[1]["flag_names"], json!(["OPTIMIZED", "NEWLOCALS"]));
    assert_eq!(
        code[1]["handlers"],
        json!([{"start": 10, "end": 30, "target": 36, "depth": 2, "lasti": false}])
    );
    let jump = code[1]["instructions"].as_array().unwrap().iter().find(|one| one["name"] == "FOR_ITER");
    assert_eq!(
        jump.unwrap(),
        &json!({"offset": 14, "opcode": 70, "name": "FOR_ITER", "arg": 4, "operand": null, "target": 26,
            "is_target": true, "positions": [1, 1, 22, 23]})
    );
}

#[test]
fn whether_the_source_matches() {
    let session = Session::new();
    let line = |session: &Session| {
        session.run(&["inspect", "m.pyc"]).exits(0).out.lines().nth(3).unwrap().to_owned()
    };
    let source = session.file("m.py", SOURCE);
    let file = std::fs::File::options().write(true).open(&source).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_millis(1_700_000_000_900)).unwrap();
    let stamp = |mtime, size| golden(Header::Timestamp { magic: series().magic, mtime, size });
    let size = SOURCE.len() as u32;
    session.file("m.pyc", stamp(1_700_000_000, size));
    assert_eq!(line(&session), "  source      m.py, which the header matches");
    for other in [stamp(1_700_000_001, size), stamp(1_700_000_000, size + 1)] {
        session.file("m.pyc", other);
        assert_eq!(line(&session), "  source      m.py, which the header does NOT match");
    }
    session.file("m.pyc", golden(hashed(false)));
    assert_eq!(line(&session), "  source      m.py, which the header matches");
    session.file("m.py", "other");
    assert_eq!(line(&session), "  source      m.py, which the header does NOT match");
    std::fs::remove_file(source).unwrap();
    assert_eq!(line(&session), "  source      there is no m.py");
}

#[test]
fn truncated_and_other_files_are_refused() {
    let session = Session::new();
    let whole = golden(hashed(false));
    session.file("whole.pyc", &whole);
    let mut names = vec!["inspect".to_owned()];
    for size in 0..whole.len() {
        let name = format!("{size:04}.pyc");
        session.file(&name, &whole[..size]);
        names.push(name);
    }
    // Everything else is still shown.
    names.push("whole.pyc".into());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let said = session.run(&names).exits(2);
    assert_eq!(said.err.lines().count(), whole.len());
    assert!(said.err.lines().all(|line| line.starts_with("error: ")), "{}", said.err);
    assert!(
        said.err.contains("error: 0003.pyc: the file has 3 bytes; a pyc has at least 16 bytes\n"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("error: 0016.pyc: the code cannot be read: at byte 0, reading "),
        "{}",
        said.err
    );
    assert!(said.out.starts_with("\nwhole.pyc\n"), "{}", said.out);
    let refused: [(&str, Vec<u8>, &str); 4] = [
        ("magic", [b"\0\0\r\n", &whole[4..]].concat(), "magic number 0 belongs to no known version"),
        (
            "flags",
            [&whole[..4], b"\x05\0\0\0", &whole[8..]].concat(),
            "invalid flags 0x5 in the pyc's header",
        ),
        ("none", [&whole[..16], b"N"].concat(), "its content is not a code object"),
        ("text", b"no pyc, as you can see".to_vec(), "the file does not start with a pyc's magic number"),
    ];
    for (name, bytes, message) in refused {
        session.file(name, bytes);
        session.run(&["inspect", name]).exits(2).says(&format!("error: {name}: {message}\n"));
        session.run(&["inspect", "--json", name]).exits(2).says(message);
    }
    session.run(&["inspect", "nowhere.pyc"]).exits(2).says("error: nowhere.pyc: there is no such file\n");
    session.run(&["inspect"]).exits(2);
}

/// With references, a few hundred bytes are a tuple of 255²⁰ elements, or a million uses of one
/// code object.
#[test]
fn endless_references_are_refused() {
    let session = Session::new();
    let mut laughs = vec![b')', 20];
    // Each is a tuple of 255 references to the one before, and gets the next number.
    laughs.extend(b"\xda\x0812345678");
    for number in 0u32..19 {
        laughs.extend([b')' | 0x80, 255]);
        for _ in 0..255 {
            laughs.push(b'r');
            laughs.extend(number.to_le_bytes());
        }
    }
    session.file("laughs.pyc", pyc_with(&laughs, b"m"));
    for arguments in [&["inspect", "laughs.pyc"][..], &["inspect", "--json", "laughs.pyc"]] {
        session.run(arguments).exits(2).says("it unfolds to more than");
    }
    // The same code object a thousand times is shown once.
    let inner = &pyc_with(b")\x01N", b"inner")[17..];
    let mut twins = b"(\xe9\x03\0\0\xe3".to_vec();
    twins.extend(inner);
    for _ in 0..1000 {
        twins.extend(b"r\0\0\0\0");
    }
    session.file("twins.pyc", pyc_with(&twins, b"m"));
    let said = session.run(&["inspect", "twins.pyc"]).exits(0);
    assert_eq!(said.out.matches("\ncode inner\n").count(), 1);
}

#[test]
fn names_do_not_steer_the_terminal() {
    let session = Session::new();
    session.file("m.pyc", pyc_with(b")\x01N", b"a\x1b[2Jb\nc"));
    let said = session.run(&["inspect", "m.pyc"]).exits(0);
    assert!(said.out.contains("\ncode a\\x1b[2Jb\\x0ac\n"), "{}", said.out);
    assert!(!said.out.contains('\x1b'));
}
