//! Refusals, and code of 3.14.2, for which there are no pycs. `tests/goldens` compares the bytes.

use pycompile::engine::{Diagnostic, Engine};
use pycompile::target::{Release, Target};
use std::path::Path;

/// Errors of programs that are refused, with their locations.
#[test]
fn refusals() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let programs = std::fs::read_to_string(folder.join("refused_programs.txt")).unwrap();
    let mut wrong = Vec::new();
    let releases = [
        ("3.11.2", "311.2"),
        ("3.11", "311"),
        ("3.12.1", "312"),
        ("3.12.7", "312.7"),
        ("3.13.0", "313.0"),
        ("3.13", "313"),
        ("3.14", ""),
        ("3.15", "315"),
    ];
    for (release, written) in releases {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        let expected = std::fs::read_to_string(folder.join(written).join("refusals.tsv")).unwrap();
        assert_eq!(expected.lines().count(), programs.lines().count(), "{release}");
        for (program, expected) in programs.lines().zip(expected.lines()) {
            let parts: Vec<_> = program.split(r"\\").map(|part| part.replace(r"\n", "\n")).collect();
            let source = parts.join("\\").into_bytes();
            let said = Engine::open(&source).compile(&engine, "m.py".as_ref(), 0).code;
            let said = said.map_or_else(|error| row(&error), |_| "accepted".to_owned());
            if said != expected {
                wrong.push(format!("{release}: {program}\n  {said}\n  {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Some releases count no inlined comprehension as a block, and crash when the exception handlers of
/// all of them do not fit into their flow graph.
#[test]
fn handlers_for_which_cpython_has_no_room_are_refused() {
    let nested = |levels: usize| {
        let text = (0..levels).fold("x".to_owned(), |inner, _| format!("[{inner} async for v in w]"));
        format!("async def f():\n {text}\n").into_bytes()
    };
    let releases = [("3.12.1", 18), ("3.13.0", 20), ("3.13.5", 20), ("3.13.15", 20), ("3.15.0", 20)];
    for (release, too_many) in releases {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        let compile = |levels| Engine::open(&nested(levels)).compile(&engine, "m.py".as_ref(), 0).code;
        assert!(compile(too_many - 1).is_ok(), "{release}");
        let refused = row(&compile(too_many).unwrap_err());
        assert!(
            refused.starts_with("SyntaxError\ttoo many statically nested blocks\t2\t"),
            "{release}: {refused}"
        );
    }
}

/// 3.13 decodes names and strings one by one. The rows are CPython 3.13.18's.
#[test]
fn invalid_utf8_in_a_release_that_does_not_check_all_of_it() {
    let engine = Engine::native(Target::find("3.13.18".parse::<Release>().unwrap()).unwrap());
    let codec = "SyntaxError\t(unicode error) 'utf-8' codec can't decode byte";
    let text = "UnicodeDecodeError\t'utf-8' codec can't decode byte 0xed in position";
    let programs: [(&[u8], String); 13] = [
        (b"f'a\xed' +\n", format!("{text} 1: unexpected end of data\tNone\tNone\tNone\tNone")),
        (b"b'' f'\\x41\xed'\n", format!("{text} 4: unexpected end of data\tNone\tNone\tNone\tNone")),
        (b"f'\xed{{' +\n", format!("{text} 0: invalid continuation byte\tNone\tNone\tNone\tNone")),
        (b"f'{x:a\xed}' +\n", format!("{text} 0: unexpected end of data\tNone\tNone\tNone\tNone")),
        (b"f'\xed{'\n", format!("{text} 0: unexpected end of data\tNone\tNone\tNone\tNone")),
        (b"x = = f'\xed'\n", "SyntaxError\tinvalid syntax\t1\t5\t1\t6".to_owned()),
        (b"x = 1\ny = '\xe9'\n", format!("{codec} 0xe9 in position 0: unexpected end of data\t2\t5\t2\t6")),
        (b"\xe9\n", format!("{codec} 0xe9 in position 0: unexpected end of data\t1\t1\t1\t-1")),
        (
            b"a = 'abc \xc3\x28'\n",
            format!("{codec} 0xc3 in position 4: invalid continuation byte\t1\t5\t1\t11"),
        ),
        (
            b"\xef\xbb\xbfy = '\xe9'\n",
            format!("{codec} 0xe9 in position 0: unexpected end of data\t1\t5\t1\t6"),
        ),
        (b"x = = '\xe9'\n", "SyntaxError\tinvalid syntax\t1\t5\t1\t6".to_owned()),
        (
            b"x = '\xe2\x82",
            "SyntaxError\tunterminated string literal (detected at line 1)\t1\t5\t1\t5".to_owned(),
        ),
        (b"# \xe9\nx\n", "accepted".to_owned()),
    ];
    for (source, expected) in programs {
        let said = Engine::open(source).compile(&engine, "m.py".as_ref(), 0).code;
        assert_eq!(said.map_or_else(|error| row(&error), |_| "accepted".to_owned()), expected);
    }
}

/// Lines of errors as CPython reads them again from the file: with the mark, with replacement
/// characters, and only up to their end. A file has the lines of each release.
#[test]
fn lines_read_again() {
    let rows: [(&str, &[u8], &str, &str); 28] = [
        (
            "3.13.18",
            b";\n\xe9 = 1\n",
            "UnicodeDecodeError\t'utf-8' codec can't decode byte 0xe9 in position 0: unexpected end of data\tNone\tNone\tNone\tNone",
            "",
        ),
        (
            "3.13.18",
            b"x = 1 1\n\xe9\n",
            "UnicodeDecodeError\t'utf-8' codec can't decode byte 0xe9 in position 0: unexpected end of data\tNone\tNone\tNone\tNone",
            "",
        ),
        (
            "3.13.18",
            b"(\n;\n\xe9\n",
            "UnicodeDecodeError\t'utf-8' codec can't decode byte 0xe9 in position 0: unexpected end of data\tNone\tNone\tNone\tNone",
            "",
        ),
        (
            "3.13.18",
            b";\nx\xe9\xa4\n",
            "UnicodeDecodeError\t'utf-8' codec can't decode bytes in position 1-2: unexpected end of data\tNone\tNone\tNone\tNone",
            "",
        ),
        (
            "3.13.18",
            b"if 1:\nx\n\xe9\n",
            "UnicodeDecodeError\t'utf-8' codec can't decode byte 0xe9 in position 0: unexpected end of data\tNone\tNone\tNone\tNone",
            "",
        ),
        (
            "3.13.18",
            b"a b\n\xed\xa0\x80\n",
            "UnicodeDecodeError\t'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte\tNone\tNone\tNone\tNone",
            "",
        ),
        ("3.13.0", b"\xef\xbb\xbfx = 1 +\n", "SyntaxError\tinvalid syntax\t1\t6\t1\t7", "\u{feff}x = 1 +"),
        ("3.13.18", b"\xef\xbb\xbfx = 1 +\n", "SyntaxError\tinvalid syntax\t1\t8\t1\t9", "x = 1 +"),
        ("3.14.10", b"\xef\xbb\xbfx = 1 +\n", "SyntaxError\tinvalid syntax\t1\t8\t1\t9", "x = 1 +"),
        (
            "3.13.0",
            b"\xef\xbb\xbffoo\xe9\n",
            "SyntaxError\t(unicode error) 'utf-8' codec can't decode byte 0xe9 in position 3: unexpected end of data\t1\t2\t1\t-1",
            "\u{feff}foo\u{fffd}",
        ),
        (
            "3.13.18",
            b"\xef\xbb\xbffoo\xe9\n",
            "SyntaxError\t(unicode error) 'utf-8' codec can't decode byte 0xe9 in position 3: unexpected end of data\t1\t4\t1\t-1",
            "foo\u{fffd}",
        ),
        (
            "3.13.0",
            b"\xef\xbb\xbfreturn\n",
            "SyntaxError\t'return' outside function\t1\t1\t1\t7",
            "\u{feff}return",
        ),
        ("3.13.18", b"\xef\xbb\xbfreturn\n", "SyntaxError\t'return' outside function\t1\t1\t1\t7", "return"),
        ("3.14.10", b"\xef\xbb\xbfreturn\n", "SyntaxError\t'return' outside function\t1\t1\t1\t7", "return"),
        ("3.13.0", b"\xef\xbb\xbfx = (\n", "SyntaxError\t'(' was never closed\t1\t3\t1\t0", "\u{feff}x = ("),
        ("3.13.18", b"\xef\xbb\xbfx = (\n", "SyntaxError\t'(' was never closed\t1\t5\t1\t0", "x = ("),
        ("3.14.10", b"\xef\xbb\xbfx = (\n", "SyntaxError\t'(' was never closed\t1\t5\t1\t0", "x = ("),
        (
            "3.13.0",
            b"\xef\xbb\xbfx = \"abc\n",
            "SyntaxError\tunterminated string literal (detected at line 1)\t1\t5\t1\t5",
            "x = \"abc",
        ),
        (
            "3.13.18",
            b"\xef\xbb\xbfx = \"abc\n",
            "SyntaxError\tunterminated string literal (detected at line 1)\t1\t5\t1\t5",
            "x = \"abc",
        ),
        (
            "3.14.10",
            b"\xef\xbb\xbfx = \"abc\n",
            "SyntaxError\tunterminated string literal (detected at line 1)\t1\t5\t1\t5",
            "x = \"abc",
        ),
        (
            "3.13.0",
            b"if 1:\n#coding: latin-1x = \"\xe9\"\n",
            "IndentationError\texpected an indented block after 'if' statement on line 1\t2\t22\t2\t-1",
            "#coding: latin-1x = \"\u{fffd}\"",
        ),
        (
            "3.13.18",
            b"if 1:\n#coding: latin-1x = \"\xe9\"\n",
            "IndentationError\texpected an indented block after 'if' statement on line 1\t2\t22\t2\t-1",
            "#coding: latin-1x = \"\u{fffd}\"",
        ),
        (
            "3.14.10",
            b"\xef\xbb\xbf#\xe9coding:latin-1\n",
            "SyntaxError\tencoding problem: iso-8859-1 with BOM\t1\t0\t1\t16",
            "#\u{fffd}coding:latin-1",
        ),
        (
            "3.14.10",
            b"\xef\xbb\xbf\n#\xe9coding:latin-1\n",
            "SyntaxError\tencoding problem: iso-8859-1 with BOM\t2\t0\t2\t17",
            "#\u{fffd}coding:latin-1",
        ),
        (
            "3.14.10",
            b"\xef\xbb\xbf#coding:latin-1 \xe9\xe9\xe9\xe9",
            "SyntaxError\tencoding problem: iso-8859-1 with BOM\t1\t0\t1\t20",
            "#coding:latin-1 \u{fffd}\u{fffd}\u{fffd}\u{fffd}",
        ),
        ("3.13.0", b"\xef\xbb\xbfNone ==", "SyntaxError\tinvalid syntax\t1\t6\t1\t7", "\u{feff}None =="),
        ("3.13.18", b"\xef\xbb\xbfNone ==", "SyntaxError\tinvalid syntax\t1\t8\t1\t8", "None =="),
        ("3.14.10", b"\xef\xbb\xbfNone ==", "SyntaxError\tinvalid syntax\t1\t8\t1\t8", "None =="),
    ];
    for (release, source, expected, line) in rows {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        let error = Engine::open(source).compile(&engine, "m.py".as_ref(), 0).code.unwrap_err();
        let text = error.text.clone().unwrap_or_default();
        assert_eq!((row(&error).as_str(), text.trim_end()), (expected, line), "{release}: {source:?}");
    }
}

/// The answers are those of CPython 3.13.0, 3.13.5 and 3.13.15.
#[test]
fn names_of_ideographs_by_release() {
    let accepts = |release: &str, name: &str| {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        let source = format!("'\\N{{{name}}}'");
        Engine::open(source.as_bytes()).compile(&engine, "m.py".as_ref(), 0).code.is_ok()
    };
    for name in ["CJK UNIFIED IDEOGRAPH-4E00", "HANGUL SYLLABLE GA", "latin small letter a"] {
        assert_eq!(
            ["3.13.0", "3.13.5", "3.13.15"].map(|release| accepts(release, name)),
            [true; 3],
            "{name}"
        );
    }
    for (name, expected) in [
        ("CJK UNIFIED IDEOGRAPH-04E00", [true, true, false]),
        ("CJK UNIFIED IDEOGRAPH-004E00", [false; 3]),
        ("CJK UNIFIED IDEOGRAPH-04e00", [false; 3]),
        ("CJK UNIFIED IDEOGRAPH-00041", [false; 3]),
    ] {
        assert_eq!(["3.13.0", "3.13.5", "3.13.15"].map(|release| accepts(release, name)), expected, "{name}");
    }
    for name in [
        "cjk unified ideograph-4E00",
        "cjk unified IDEOGRAPH-4E00",
        "CJK UNIFIED ideograph-4E00",
        "CJK UNIFIED IDEOGRAPH-4e00",
        "hangul syllable GA",
        "HANGUL SYLLABLE ga",
        "TANGUT IDEOGRAPH-17000",
    ] {
        let expected = [false, false, true];
        assert_eq!(["3.13.0", "3.13.5", "3.13.15"].map(|release| accepts(release, name)), expected, "{name}");
    }
}

/// The rows are CPython 3.14.2's, for which there are no goldens.
#[test]
fn refusals_of_3_14_2() {
    let engine = Engine::native(Target::find("3.14.2".parse::<Release>().unwrap()).unwrap());
    let unknown = "unknown Unicode character name";
    for (source, expected) in [
        (r"'\N{TANGUT IDEOGRAPH-17000}'", unknown),
        (r"'\N{cjk unified ideograph-4e00}'", unknown),
        (r"'\N{CJK UNIFIED IDEOGRAPH-4e00}'", unknown),
        (r"'\N{HANGUL SYLLABLE ga}'", unknown),
        (r"'\N{CJK UNIFIED IDEOGRAPH-4E00}\N{HANGUL SYLLABLE GA}\N{bullet}'", "accepted"),
        ("a <> b", "invalid syntax\t1\t3\t1\t5"),
        ("from __future__ import barry_as_FLUFL\na <> b", "accepted"),
    ] {
        let source = source.as_bytes();
        let said = Engine::open(source).compile(&engine, "m.py".as_ref(), 0).code;
        let said = said.map_or_else(|error| row(&error), |_| "accepted".to_owned());
        assert!(said.contains(expected), "{said}");
    }
}

/// The constants that CPython 3.14.2 and 3.14.8 make of the text of fields.
#[test]
fn shown_text_of_3_14_2() {
    for (source, lost, right) in [
        ("f'{a!=b=:x}'", "a", "a!=b="),
        ("f'{x:{a}{b=}}'", "a}{b=", "b="),
        ("f'{x:{a}{{{b=}}'", "{{{b=", "{b="),
        ("f'{x:{a=}{b=:y}}'", "a=", "b="),
        ("t'{a!=b:x}'", "a", "a!=b"),
        ("t'''{a =\\\n}'''", "a =\\", "a "),
    ] {
        for (release, is_right) in [("3.14.2", false), ("3.14.8", true)] {
            let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
            let code = Engine::open(source.as_bytes()).compile(&engine, "m.py".as_ref(), 0).code.unwrap();
            let has = |text: &str| {
                // The length goes before a short text.
                let constant = [&[text.len() as u8], text.as_bytes()].concat();
                memchr::memmem::find(&code, &constant).is_some()
            };
            // The text of 3.14.2 may also be a name or another constant.
            assert_eq!(has(right), is_right, "{release}: {source}");
            assert!(is_right || has(lost), "{release}: {source}");
        }
    }
}

/// CPython 3.14.2 iterates over a list in place of a tuple that is too long for the stack, and
/// 3.14.8 over a constant.
#[test]
fn long_tuples_of_3_14_2() {
    let members: Vec<String> = (0..31).map(|member| member.to_string()).collect();
    let source = format!("for x in ({}): pass\n", members.join(","));
    for (release, is_constant) in [("3.14.2", false), ("3.14.8", true)] {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        let code = Engine::open(source.as_bytes()).compile(&engine, "m.py".as_ref(), 0).code.unwrap();
        let is_tuple = |pair: &[u8]| pair[0] & 0x7f == b')' && usize::from(pair[1]) == members.len();
        assert_eq!(code.windows(2).any(is_tuple), is_constant, "{release}");
    }
}

/// The lines of errors in other encodings, of which CPython decodes the first or the last 999
/// bytes: columns, and start, end and length of the line.
#[test]
fn lines_in_other_encodings() {
    let (latin, kanji, utf7) = (b"\xe9".repeat(1100), b"\x93\xfa".repeat(600), b"+ZeU-".repeat(250));
    let sources = [
        [&b"# coding: latin-1\nx = '"[..], &latin, b"' b\n"].concat(),
        [&b"# coding: latin-1\nreturn '"[..], &latin, b"'\n"].concat(),
        [&b"# coding: shift_jis\nx = '"[..], &kanji, b"' b\n"].concat(),
        [&b"# coding: shift_jis\nx ='"[..], &kanji, b"' b\n"].concat(),
        [&b"# coding: utf-7\nx = '"[..], &utf7, b"' b\n"].concat(),
        b"# coding: cp1251\nreturn '\xe9'\n".to_vec(),
        b"\xef\xbb\xbf#b\xb0\xa1 coding=euc-kr\n".to_vec(),
    ];
    let first = [
        (1000, 1000, "x = 'éé", "éé", 999),
        (1, 2210, "return 'é", "éé", 999),
        (503, 503, "x = '日", "日", 502),
        (503, 503, "x ='日", "日\u{fffd}", 502),
        (205, 205, "x = '日", "日", 204),
        (1, 12, "return 'й'", "'\n", 11),
    ];
    let last = [
        (111, 111, "éé", "é' b\n", 110),
        (1, 2210, "", "", 0),
        (108, 108, "日", "日' b\n", 107),
        (108, 108, "\u{fffd}日", "日' b\n", 107),
        (57, 57, "-日", "日' b\n", 56),
        (1, 12, "", "", 0),
    ];
    let marked = (0, 16, "#b\u{fffd}\u{fffd} c", "euc-kr", 18);
    for (release, rows) in [
        ("3.13.0", last.to_vec()),
        ("3.13.18", first.to_vec()),
        ("3.14.10", [&first[..], &[marked]].concat()),
        ("3.15.2", [&first[..], &[marked]].concat()),
    ] {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        for (source, (column, end_column, start, end, length)) in sources.iter().zip(rows) {
            let error = Engine::open(source).compile(&engine, "m.py".as_ref(), 0).code.unwrap_err();
            let text = error.text.clone().unwrap_or_default();
            assert_eq!([error.column, error.end_column], [Some(column), Some(end_column)], "{release}");
            assert!(text.starts_with(start) && text.ends_with(end), "{release}: {error:?}");
            assert_eq!(text.chars().count(), length, "{release}: {error:?}");
        }
    }
}

fn row(error: &Diagnostic) -> String {
    let places = [error.line, error.column, error.end_line, error.end_column];
    let places = places.map(|place| place.map_or_else(|| "None".to_owned(), |place| place.to_string()));
    format!("{}\t{}\t{}", error.kind, error.message, places.join("\t"))
}
