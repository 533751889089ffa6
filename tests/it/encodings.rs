//! Sources in other encodings, compared with the results of CPython 3.13.0, 3.13.18, 3.14.10 and
//! 3.15.2 (`tests/golden/encodings/write.py`).

use pycompile::decode::decode;
use pycompile::engine::Engine;
use pycompile::target::{Release, Target};
use sha2::{Digest as _, Sha256};
use std::path::Path;

fn target(release: &str) -> &'static Target {
    Target::find(release.parse::<Release>().unwrap()).unwrap()
}

fn recorded(release: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/encodings");
    std::fs::read_to_string(folder.join(format!("{release}.tsv"))).unwrap()
}

/// Returns the bytes of a text in the form of Python's `repr()`.
fn bytes(shown: &str) -> Vec<u8> {
    let mut found = Vec::new();
    let mut letters = shown.bytes();
    while let Some(letter) = letters.next() {
        found.push(match letter {
            b'\\' => match letters.next().unwrap() {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let digits = [letters.next().unwrap(), letters.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                same => same,
            },
            letter => letter,
        });
    }
    found
}

/// `text`, `lineno`, `offset`, `end_lineno` and `end_offset` of CPython 3.14.10's errors.
#[test]
fn lines_that_are_not_decoded_are_shown() {
    let engine = Engine::native(target("3.14.10"));
    for (source, text, place) in [
        (&b"x = '\xff'\n"[..], "x = '\u{fffd}'", [1, 6, 1, 6]),
        (b"y\n  x = 1 # \xff zz\n", "  x = 1 # \u{fffd} zz", [2, 11, 2, 11]),
        (b"\xc3\xa9 = '\xe9' + 1\n", "\u{e9} = '\u{fffd}' + 1", [1, 6, 1, 6]),
        (b"x = '''\n\xe9\xe9'''\n", "\u{fffd}\u{fffd}'''", [2, 1, 2, 1]),
        (b"# \xc3\xa9\xff", "# \u{e9}\u{fffd}", [1, 4, 1, 4]),
        (b"\xef\xbb\xbfx='\xff'\n", "x='\u{fffd}'", [1, 4, 1, 4]),
        (b"a\rx='\xff'\r\n", "x='\u{fffd}'", [2, 4, 2, 4]),
        (b"\xef\xbb\xbf\n# coding: latin-1 zz\nx=1\n", "# coding: latin-1 zz", [2, 0, 2, 21]),
    ] {
        let error = Engine::open(source).compile(&engine, "m.py".as_ref(), 0).code.unwrap_err();
        assert_eq!(error.text.as_deref(), Some(text));
        let found = [error.line, error.column, error.end_line, error.end_column].map(Option::unwrap);
        assert_eq!(found, place, "{text}");
    }
}

#[test]
fn names_and_beginnings() {
    let (mut wrong, mut unsupported) = (Vec::new(), Vec::new());
    for release in ["3.13.0", "3.13.18", "3.14.10", "3.15.2"] {
        let engine = Engine::native(target(release));
        let recorded = recorded(release);
        let rows =
            recorded.lines().filter_map(|row| row.split_once('\t')).filter(|(_, said)| said.len() != 64);
        for (shown, expected) in rows {
            let source = bytes(shown);
            let said = Engine::open(&source).compile(&engine, "m.py".as_ref(), 0).code;
            let said = said
                .map_or_else(|error| format!("{}: {}", error.kind, error.message), |_| "accepted".to_owned());
            if said.contains("native compiler does not support") {
                unsupported.push(format!("{release} {shown}"));
            } else if said != expected {
                wrong.push(format!("{release}: {shown}\n  {said}\n  {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(unsupported, [r"3.13.0 # coding: utf-7\n#+AA0-\n"]);
}

/// CPython's multibyte codecs have not changed between these releases.
#[test]
fn multibyte_sequences() {
    let rows: Vec<_> = recorded("3.15.2")
        .lines()
        .filter_map(|row| row.split_once('\t').map(|(codec, digest)| (codec.to_owned(), digest.to_owned())))
        .filter(|(_, digest)| digest.len() == 64)
        .collect();
    assert_eq!(rows.len(), 24);
    for release in ["3.13.0", "3.13.18", "3.14.10"] {
        let other = recorded(release);
        assert!(
            rows.iter().all(|(codec, digest)| other.contains(&format!("\n{codec}\t{digest}\n"))),
            "{release}"
        );
    }
    let ones: Vec<_> = (1..=255u8).collect();
    let pairs =
        ones.iter().flat_map(|first| ones.iter().map(move |second| vec![*first, *second])).step_by(13);
    let sequences: Vec<_> = ones.iter().map(|byte| vec![*byte]).chain(pairs).collect();
    let target = target("3.15.2");
    for (codec, expected) in rows {
        let mut found = Sha256::new();
        for sequence in &sequences {
            let source = [format!("# coding: {codec}\n#").as_bytes(), sequence, b"\n"].concat();
            match decode(&source, target) {
                Ok(text) => found.update(text.as_bytes()),
                Err(error) => found.update(format!("!{}", error.message)),
            }
            found.update([0xff]);
        }
        let found: String = found.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, expected, "{codec}");
    }
}
