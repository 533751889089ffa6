//! Warnings of the native compiler. Every expected warning is that of CPython 3.14.10, or of the
//! named release.

use crate::session::Session;
use pycompile::engine::Engine;
use pycompile::target::{Release, Target};
use pycompile::warnings::Warning;
use std::process::Stdio;

/// The lines and words of the warnings of a release.
fn warnings(release: &str, source: &str, optimize: u8) -> Vec<(u32, String)> {
    let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
    let warnings = Engine::open(source.as_bytes()).compile(&engine, "m.py".as_ref(), optimize).warnings;
    warnings.into_iter().map(|warning| (warning.line, warning.message.into_owned())).collect()
}

fn lines(release: &str, source: &str) -> Vec<u32> {
    warnings(release, source, 0).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn words_of_code() {
    for (source, words) in [
        ("x is 1", "\"is\" with 'int' literal. Did you mean \"==\"?"),
        ("x is not (1, 'a')", "\"is not\" with 'tuple' literal. Did you mean \"!=\"?"),
        ("1 < x is b'' is y", "\"is\" with 'bytes' literal. Did you mean \"==\"?"),
        ("assert (x, 'y')", "assertion is always true, perhaps remove parentheses?"),
        ("[(1, 2) (3, 4)]", "'tuple' object is not callable; perhaps you missed a comma?"),
        ("f'{x}'()", "'str' object is not callable; perhaps you missed a comma?"),
        ("t'{x}'()", "'string.templatelib.Template' object is not callable; perhaps you missed a comma?"),
        ("...()", "'ellipsis' object is not callable; perhaps you missed a comma?"),
        ("{x for x in y}[1]", "'set' object is not subscriptable; perhaps you missed a comma?"),
        ("None[1]", "'NoneType' object is not subscriptable; perhaps you missed a comma?"),
        ("[x, y]['a']", "list indices must be integers or slices, not str; perhaps you missed a comma?"),
        ("'a'[1, x]", "str indices must be integers or slices, not tuple; perhaps you missed a comma?"),
        ("0x1for x in y", "invalid hexadecimal literal"),
        ("1jor y", "invalid imaginary literal"),
        (
            "f'\\{x}'",
            "\"\\{\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean \"\\\\{\"? A raw string is also an option.",
        ),
        (
            "b'\\777'",
            "\"\\777\" is an invalid octal escape sequence. Such sequences will not work in the future. Did you mean \"\\\\777\"? A raw string is also an option.",
        ),
    ] {
        for optimize in [0, 2] {
            assert_eq!(warnings("3.14.10", source, optimize), [(1, words.to_owned())], "{source}");
        }
    }
    for quiet in [
        "x is -1",
        "x is None",
        "x is ...",
        "x is (1, y)",
        "(lambda: 1)()",
        "{}[1]",
        "'a'[True]",
        "[]['a'] = 1",
        "assert ()",
    ] {
        assert_eq!(warnings("3.14.10", quiet, 0), [], "{quiet}");
    }
}

#[test]
fn a_module_named_lazy() {
    let words = |dots| {
        format!(
            "'from {dots} lazy import' is the same as 'from {dots}lazy import'; did you mean 'lazy from {dots} import'?"
        )
    };
    for (source, line, dots) in [
        ("from . lazy import a", 1, "."),
        ("from .. . ｌazy import *", 1, "..."),
        ("def f():\n from ...\\\nlazy import a as b, c", 3, "..."),
    ] {
        assert_eq!(warnings("3.15.2", source, 0), [(line, words(dots))], "{source}");
        assert_eq!(warnings("3.14.10", source, 0), [], "{source}");
    }
    for quiet in [
        "from .lazy import a",
        "from . lazy.x import a",
        "from . .lazy import a",
        "lazy from . lazy import a",
    ] {
        assert_eq!(warnings("3.15.2", quiet, 0), [], "{quiet}");
    }
    let both = "from . lazy import a\nx y";
    assert_eq!(warnings("3.15.2", both, 0), [(1, words("."))]);
    let engine = Engine::native(Target::find("3.15.2".parse::<Release>().unwrap()).unwrap());
    let error =
        Engine::open(both.as_bytes()).compile_raising(&engine, "m.py".as_ref(), 0, &[0]).code.unwrap_err();
    let place = [error.line, error.column, error.end_line, error.end_column].map(Option::unwrap);
    assert_eq!((error.message, place), (words("."), [1, 8, 1, 12]));
}

#[test]
fn words_and_lines_of_releases() {
    let escape = "x = '''a\n\\d'''\n";
    assert_eq!(warnings("3.13.0", escape, 0), [(1, "invalid escape sequence '\\d'".to_owned())]);
    assert_eq!(warnings("3.13.18", escape, 0), [(2, "invalid escape sequence '\\d'".to_owned())]);
    assert_eq!(lines("3.15.2", escape), [2]);
    // The pieces of an f-string are decoded when it ends, and CPython counts their lines from
    // there.
    let pieces = "f'''a\n\\d\n{x}\n\\q\nz'''\n";
    assert_eq!([lines("3.13.0", pieces), lines("3.14.10", pieces)], [[5, 5], [6, 6]]);
    let finally = "def f():\n    try: return 1\n    finally: assert (1, 2)\n";
    assert_eq!([lines("3.13.0", finally).len(), lines("3.13.18", finally).len()], [3, 2]);
    // The jump out of the copy of the inner block for exceptions runs the outer block.
    let nested = "def f():\n try:\n  try: x\n  finally: return 2\n finally: assert (1, 2)\n";
    let of_assert = |release| lines(release, nested).iter().filter(|line| **line == 5).count();
    assert_eq!(["3.13.0", "3.13.18", "3.14.10", "3.15.2"].map(of_assert), [4, 2, 3, 3]);
    // 3.13.5 records the warnings of the code generator.
    assert_eq!(
        [lines("3.13.5", "x is 1 is 1 or y is 1").len(), lines("3.13.18", "x is 1 or y is 1").len()],
        [1, 2]
    );
    let inverted = warnings("3.13.18", "x = ~True\n", 0);
    assert!(inverted[0].1.starts_with("Bitwise inversion '~' on bool is deprecated"), "{inverted:?}");
    assert_eq!(lines("3.14.10", "x = ~True\n"), [0; 0]);
    assert_eq!(lines("3.13.18", "x is -1\n"), [1]);
}

#[test]
fn leaving_a_finally_block() {
    let source = "def f():\n try: pass\n finally:\n  return 1\n  for x in y:\n   return\n  else: return 3\n  \
        def g(): return 1\n  with a: return 2\n";
    assert_eq!(lines("3.14.10", source), [4, 7, 9]);
    assert_eq!(lines("3.13.18", source), [0; 0]);
    let source = "for x in y:\n try: pass\n finally:\n  break\n  try: continue\n  finally: break\n";
    let words: Vec<_> = warnings("3.15.2", source, 0).into_iter().map(|(_, words)| words).collect();
    assert_eq!(
        words,
        ["'break' in a 'finally' block", "'continue' in a 'finally' block", "'break' in a 'finally' block"]
    );
}

#[test]
fn a_source_that_is_refused_warns_up_to_there() {
    assert_eq!(lines("3.14.10", "x = '\\d'\n1if x else y\nz = = 1\n'\\q'\n"), [1, 2]);
    assert_eq!(lines("3.14.10", "def f():\n  1 is 1\n  break\n  2 is 2\n"), [2]);
    assert_eq!(lines("3.14.10", "'\\d' 1\n"), [1]);
    // The other tokens are read too, but their strings are not decoded.
    assert_eq!(lines("3.14.10", "a b\n1or y\nf'\\{x}' '\\d'\n"), [2, 3]);
    assert_eq!(lines("3.14.10", "x = 1\n  y = 1or 2\n"), [0; 0]);
    assert_eq!(lines("3.14.10", "x = ('\\d' b''\n'\\q')\n"), [1, 2]);
    // In 3.13 the code generator refuses `await`, before its operand.
    assert_eq!(lines("3.13.18", "async def f():\n  def g(): return await 1()\n"), [0; 0]);
    assert_eq!(lines("3.13.18", "async with b'' is 1: pass\n"), [0; 0]);
    assert_eq!(lines("3.13.18", "x = 1 is 2, await y\n"), [1]);
    assert_eq!(lines("3.13.18", "x = await y is 2\n"), [1]);
    assert_eq!(lines("3.13.18", "x = ~True\ny = ~True\n"), [1, 2]);
}

/// CPython reads strings again while it looks for mistakes, and sometimes warns again.
#[test]
fn strings_that_are_read_again() {
    for (source, in_3_13, in_3_14, in_3_15) in [
        ("y = 'z' f'{x:\\d}'\na b\n", 1, 2, 2),
        ("('a' '\\d' 1)\n", 1, 1, 1),
        ("(1 '\\d')\n", 1, 1, 1),
        ("(x '\\d' t'\\z')\n", 0, 1, 0),
        ("('\\d' t'\\z' '\\y')\n", 1, 1, 1),
        ("'\\d' rb'é' '\\z'\n", 1, 1, 1),
        ("a b\n'\\d'\n", 0, 0, 0),
        ("[f'{a!x}\\z' '\\d' b]\n", 0, 0, 0),
    ] {
        let found = ["3.13.18", "3.14.10", "3.15.2"].map(|release| lines(release, source).len());
        assert_eq!(found, [in_3_13, in_3_14, in_3_15], "{source}");
    }
}

/// 3.13 decodes the strings of a source one by one.
#[test]
fn a_source_that_is_not_utf8() {
    for (release, expected) in [("3.13.0", 1), ("3.13.18", 1), ("3.14.10", 0), ("3.15.2", 0)] {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        for source in [&b"x = '\\d'\ny = '\xe9'\n"[..], b"1if x else y\ny = '\xe9'\n"] {
            let compiled = Engine::open(source).compile(&engine, "m.py".as_ref(), 0);
            assert!(compiled.code.is_err());
            assert_eq!(compiled.warnings.len(), expected, "{release}");
        }
    }
}

/// The locations are `lineno`, `offset`, `end_lineno` and `end_offset` of the error that CPython
/// makes of the first warning.
#[test]
fn places_of_raised_warnings() {
    let place = |release: &str, source: &str| {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        let error = Engine::open(source.as_bytes())
            .compile_raising(&engine, "m.py".as_ref(), 0, &[0])
            .code
            .unwrap_err();
        [error.line, error.column, error.end_line, error.end_column].map(Option::unwrap)
    };
    for (source, newest, oldest) in [
        ("x = 3and y\n", [1, 5, 1, 5], [1, 5, 1, 5]),
        ("f'''\\Ev'''\n", [1, 11, 1, 12], [1, 8, 1, 11]),
        ("x = 'é\\d'\n", [1, 11, 1, 11], [1, 5, 1, 10]),
        ("x = f'\\{y}'\n", [1, 8, 1, 8], [1, 8, 1, 8]),
        ("x = '''a\n \\d'''\n", [2, 2, 2, 4], [1, 5, 2, 7]),
        ("x = ('é', 2)(3)\n", [1, 5, 1, 14], [1, 5, 1, 14]),
    ] {
        assert_eq!(place("3.14.10", source), newest, "{source}");
        assert_eq!(place("3.13.0", source), oldest, "{source} for 3.13.0");
    }
}

/// An error that CPython's tokenizer finds later takes precedence over a warning that its parser
/// raises, but not within an f-string.
#[test]
fn errors_of_later_tokens_precede_raised_warnings() {
    let escape = r#""\d" is an invalid escape sequence. Did you mean "\\d"? A raw string is also an option."#;
    let engine = Engine::native(Target::find("3.14.10".parse::<Release>().unwrap()).unwrap());
    for (source, expected) in [
        ("x = '\\d'\ny = 'abc\n", "unterminated string literal (detected at line 2)"),
        ("x = f'{y:\\d}'\ny = 'abc\n", "unterminated string literal (detected at line 2)"),
        ("x = ('\\d']", "closing parenthesis ']' does not match opening parenthesis '('"),
        ("x = '\\d'\n  1f", "invalid decimal literal"),
        ("x = '\\d' + (1,\n\ny = 2", escape),
        ("x = '\\d'\nf'{'", escape),
        ("x = f'{f\"\\d\" \"abc\"}", escape),
        ("x = '\\d' 1\n", escape),
    ] {
        let error = Engine::open(source.as_bytes()).compile_raising(&engine, "m.py".as_ref(), 0, &[0]).code;
        assert_eq!(error.unwrap_err().message, expected, "{source}");
    }
}

/// A warning is raised unless an error precedes it, or the rest of the text has an error.
#[test]
fn raised_warnings_and_other_errors() {
    let number = "invalid decimal literal";
    let syntax = "invalid syntax";
    let escape = "invalid escape sequence '\\d'";
    let bracket = "closing parenthesis ']' does not match opening parenthesis '(' on line 2";
    for (source, expected, place) in [
        ("rb'é'\nf'\\{'\n", "bytes can only contain ASCII literal characters", [1, 1, 1, 6]),
        ("('\\d' 1)\n", escape, [1, 3, 1, 5]),
        ("a b\nf'\\{'\n", syntax, [1, 3, 1, 4]),
        ("a b\n1if x else y\n", number, [2, 1, 2, 1]),
        ("a b\nf'{1if x else y}'\n", syntax, [1, 3, 1, 4]),
        ("x = '\\d'\n1if x else y\n", number, [2, 1, 2, 1]),
        ("x = '\\d'\nf'\\{'\n", escape, [1, 6, 1, 8]),
        ("x = '\\d'\nf'\\{' 'abc\n", escape, [1, 6, 1, 8]),
        ("(x\n'\\d' 1if x else y\n", number, [2, 6, 2, 6]),
        ("'''\n\\d''' (\n\n\n]\n", bracket, [5, 1, 5, 1]),
    ] {
        for release in ["3.13.18", "3.14.10", "3.15.2"] {
            let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
            let mut opened = Engine::open(source.as_bytes());
            let warned = opened.compile(&engine, "m.py".as_ref(), 0).warnings.len();
            let raised: Vec<usize> = (0..warned).collect();
            let error = opened.compile_raising(&engine, "m.py".as_ref(), 0, &raised).code.unwrap_err();
            let message = error.message.replace("\"\\d\" is an invalid escape sequence", escape);
            assert!(message.starts_with(expected), "{release}: {error:?}");
            let found = [error.line, error.column, error.end_line, error.end_column];
            assert_eq!(found.map(Option::unwrap), place, "{release}: {error:?}");
        }
    }
}

#[test]
fn commands_show_them_as_python_does() {
    let session = Session::new();
    session.file("w.py", "x = '\\d'\n  # é\nif x is 1: pass\n");
    let warned = "w.py:1: SyntaxWarning: \"\\d\" is an invalid escape sequence. Such sequences will not work in the \
        future. Did you mean \"\\\\d\"? A raw string is also an option.\n  x = '\\d'\nw.py:3: SyntaxWarning: \"is\" with \
        'int' literal. Did you mean \"==\"?\n  if x is 1: pass\n";
    let native = ["--python", "3.14", "-f", "w.py"];
    for command in [
        &["compile", "-q"][..],
        &["compile", "-q", "--optimize", "0", "--optimize", "2"],
        &["compileall", "-q"],
    ] {
        let said = session.run(&[command, &native[..]].concat()).exits(0);
        assert_eq!(said.err, warned, "{command:?}");
    }
    assert_eq!(
        session.run(&["compile", "--python", "3.14", "-q", "w.py"]).exits(0).err,
        "",
        "it is up to date"
    );
    assert_eq!(session.run(&[&["compile", "-qq"], &native[..]].concat()).exits(0).err, "");
    let said = session.run(&[&["compile", "-q", "--python", "3.13"], &native[..]].concat()).exits(0);
    assert!(
        said.err.starts_with("Python 3.13:\nw.py:1: SyntaxWarning: invalid escape sequence '\\d'\n"),
        "{}",
        said.err
    );
    assert_eq!(said.err.matches("w.py:3: ").count(), 1);
    let said = session.run(&[&["compile", "--message-format", "github"], &native[..]].concat()).exits(0);
    assert!(
        said.out.starts_with("::warning file=w.py,line=1,title=pycompile SyntaxWarning::\"\\d\" is"),
        "{}",
        said.out
    );
    let said = session.run(&[&["compile", "--message-format", "json"], &native[..]].concat()).exits(0);
    let message: serde_json::Value = serde_json::from_str(said.out.lines().next().unwrap()).unwrap();
    assert_eq!(message["warnings"][1]["type"], "SyntaxWarning");
    assert_eq!(message["warnings"][1]["line"], 3);
    assert_eq!(message["warnings"][1]["text"], "if x is 1: pass");
    let text = message["warnings"][0]["rendered"].as_str().unwrap().to_owned()
        + message["warnings"][1]["rendered"].as_str().unwrap();
    assert_eq!(text, warned);
}

#[test]
fn filters_of_the_command_line_and_the_environment() {
    let session = Session::new();
    session.file("w.py", "x = '\\d'\nif x is 1: pass\n");
    session.file("v.py", "if y is 1: pass\n");
    let run = |variable: &str, options: &[&str]| {
        let mut command = session.command(&["compile", "-f", "--python", "3.14", "w.py", "v.py"]);
        command.args(options).env("PYTHONWARNINGS", variable).stdin(Stdio::null());
        crate::session::Said::from(command.output().unwrap())
    };
    assert_eq!(run("", &[]).exits(0).err.matches("SyntaxWarning").count(), 3);
    assert_eq!(run("ignore", &[]).exits(0).err, "");
    assert_eq!(run("error", &["-Wi"]).exits(0).err, "");
    assert_eq!(run("once", &[]).exits(0).err.matches("SyntaxWarning").count(), 2);
    assert_eq!(run("ignore", &["-W", "default:::v"]).exits(0).err.matches("v.py:1: ").count(), 1);
    // The parser's error comes before warnings for the rest.
    let said = run("error", &[]).exits(1);
    assert_eq!(
        said.err,
        "  File \"w.py\", line 1\n    x = '\\d'\n         ^^\nSyntaxError: \"\\d\" is an invalid escape sequence. Did you \
         mean \"\\\\d\"? A raw string is also an option.\n  File \"v.py\", line 1\n    if y is 1: pass\n       ^^^^^^\n\
         SyntaxError: \"is\" with 'int' literal. Did you mean \"==\"?\n0 compiled, 0 up to date, 2 failed\n"
    );
    let said = run("error:\"IS\" with", &["-W", "nonsense", "-W", "error::Foo"]).exits(1);
    assert!(
        said.err.starts_with(
            "Invalid -W option ignored: invalid action: 'nonsense'\nInvalid -W option ignored: unknown warning category: \
             'Foo'\nw.py:1: SyntaxWarning: "
        ),
        "{}",
        said.err
    );
}

/// The lines, classes and words are those of CPython 3.11.7, and of 3.11.2 where it differs.
#[test]
fn releases_that_read_fields_apart() {
    let warned = |release: &str, source: &str| -> Vec<(u32, &str, String)> {
        let engine = Engine::native(Target::find(release.parse::<Release>().unwrap()).unwrap());
        let warnings = Engine::open(source.as_bytes()).compile(&engine, "m.py".as_ref(), 0).warnings;
        let row = |warning: Warning| (warning.line, warning.category.name(), warning.message.into_owned());
        warnings.into_iter().map(row).collect()
    };
    let escape = |line, text: &str| {
        (
            line,
            "DeprecationWarning",
            format!(
                "invalid {} sequence '\\{text}'",
                match text {
                    "400" => "octal escape",
                    _ => "escape",
                }
            ),
        )
    };
    let other = |line, words: &str| (line, "SyntaxWarning", words.to_owned());
    let number = || other(2, "invalid decimal literal");
    for (source, expected) in [
        ("f'\\{x}\\}}'", vec![escape(1, "{"), escape(1, "}")]),
        ("f'\\{{'", vec![escape(1, "{"), escape(1, "{")]),
        (
            "f'''\n\\d{1if 2else 3:\\z}\\400'''",
            vec![escape(1, "d"), number(), number(), escape(1, "z"), escape(1, "400")],
        ),
        ("x is not 'a'", vec![other(1, "\"is not\" with a literal. Did you mean \"!=\"?")]),
        (
            "(\n'a')['b']",
            vec![other(1, "str indices must be integers or slices, not str; perhaps you missed a comma?")],
        ),
        ("~True", vec![]),
    ] {
        assert_eq!(warned("3.11.7", source), expected, "{source}");
        assert_eq!(warned("3.11.2", source), expected, "{source}");
    }
    assert_eq!(warned("3.11.7", "'\\d' x"), [escape(1, "d")]);
    assert_eq!(warned("3.11.2", "'\\d' x"), [escape(1, "d"), escape(1, "d")]);
}
