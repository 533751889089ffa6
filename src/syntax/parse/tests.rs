//! Trees for small texts, and limits.

use bumpalo::Bump;

use super::{parse, refused};
use crate::syntax::lexer::{FaultKind, LexerFault, SourceText};
use crate::syntax::parser::{ParserRefusal, StatementStart};
use crate::syntax::{ErrorType, SyntaxError, dump};
use crate::target::{PyVersion, Target};
use crate::text::Names;

fn tree(text: &str) -> Result<String, SyntaxError> {
    tree_for(text, PyVersion::new(3, 14))
}

fn tree_for(text: &str, version: PyVersion) -> Result<String, SyntaxError> {
    let arena = Bump::new();
    let mut names = Names::default();
    let target = Target::find(version).unwrap();
    parse(text, target, &arena, &mut names).map(|module| dump(&module, &names))
}

/// Trees and locations come from `ast` of CPython 3.14.10.
#[test]
fn positions_and_values() {
    assert_eq!(tree("f(x for x in y)").unwrap().lines().nth(3).unwrap(), "  args=GeneratorExp 1:1-1:15");
    assert!(tree("@d\ndef f(): pass;\n").unwrap().starts_with("body=FunctionDef 2:0-2:14 name=f"));
    assert!(tree("if a: pass\nelif b: pass;\n").unwrap().contains("\n orelse=If 2:0-2:13"));
    assert!(tree("'\\ud800' 'a'").unwrap().ends_with("Constant 1:0-1:12 str:eda08061"));
    assert!(tree("b'\\777'").unwrap().ends_with("bytes:ff"));
    assert!(tree("'\\N{TANGUT IDEOGRAPH-17000}'").unwrap().ends_with("str:f0978080"));
}

/// The tree comes from `ast` of CPython 3.15.2.
#[test]
fn lazy_imports() {
    let text = "lazy import a.b as c\nlazy from d import e";
    let wanted = "body=Import 1:0-1:20 is_lazy=1\n names=alias 1:12-1:20 name=a.b asname=c\n\
        body=ImportFrom 2:0-2:20 module=d level=0 is_lazy=1\n names=alias 2:19-2:20 name=e";
    assert_eq!(tree_for(text, PyVersion::new(3, 15)).unwrap(), wanted);
}

#[test]
fn a_bare_yield_is_no_operand() {
    for source in ["yield @x", "x = yield, 1", "f'{yield, 1}'", "(yield if a else b)", "x = yield in y"] {
        let error = tree(&format!("def f():\n  {source}\n")).unwrap_err();
        assert_eq!(error.kind.name(), ErrorType::Syntax.name(), "{source}");
    }
    for source in
        ["yield -x, 1", "x = (yield # c\n  ) + 1, 1", "f'{yield +1}'", "x += yield", "f((yield), 1)"]
    {
        assert!(tree(&format!("def f():\n  {source}\n")).is_ok(), "{source}");
    }
}

#[test]
fn a_name_that_could_begin_a_statement() {
    let text = tree("a; match, m_tch = b; match.c;\n").unwrap();
    assert!(text.contains("Name 1:3-1:8 id=match ctx=Store") && text.contains("id=m_tch"), "{text}");
    assert!(text.contains("Name 1:21-1:26 id=match ctx=Load"), "{text}");
    assert!(tree("a; match b: pass").is_err());
}

#[test]
fn joined_strings() {
    let text = tree("f\"a{x = }\" 'b' ''").unwrap();
    let lines: Vec<_> = text.lines().skip(2).collect();
    assert_eq!(
        lines,
        [
            "  values=Constant 1:2-1:8 str:6178203d20",
            "  values=FormattedValue 1:3-1:9 conversion=114",
            "   value=Name 1:4-1:5 id=x ctx=Load",
            "  values=Constant 1:11-1:17 str:62",
        ]
    );
}

#[test]
fn limits() {
    std::thread::Builder::new().stack_size(512 << 20).spawn(held_limits).unwrap().join().unwrap();
}

fn held_limits() {
    assert!(tree(&format!("{}{}", "(".repeat(200), ")".repeat(200))).is_ok());
    for (open, close) in [("(", ")"), ("[", "]"), ("{a:", "}"), ("f(", ")"), ("a[", "]")] {
        for count in [250, 15_000, 100_000] {
            let opened = open.repeat(count);
            for text in [format!("{opened}b{}", close.repeat(count)), opened] {
                assert_eq!(tree(&text).unwrap_err().message, "too many nested parentheses", "{open}");
            }
        }
    }
    assert_eq!(tree(&format!("{}1", "-".repeat(100_000))).unwrap_err().kind, ErrorType::Memory);
    assert!(tree(&format!("x={}a", "lambda:".repeat(2900))).is_ok());
    assert_eq!(tree(&format!("x={}a", "lambda:".repeat(3100))).unwrap_err().kind, ErrorType::Memory);
    let defaults = |count| format!("{}1{}", "lambda x=".repeat(count), ":0".repeat(count));
    assert!(tree(&defaults(746)).is_ok());
    assert_eq!(tree(&defaults(747)).unwrap_err().kind, ErrorType::Memory);
    let conditional = |count| format!("{}x={}1\n", "x=1\n".repeat(100), "a if b else ".repeat(count));
    assert!(tree(&conditional(5900)).is_ok());
    assert_eq!(tree(&conditional(6000)).unwrap_err().kind, ErrorType::Memory);
    let clauses = |count| format!("[a {}]", "for a in b ".repeat(count));
    assert!(tree(&clauses(20_000)).is_ok());
    assert_eq!(tree(&clauses(50_000)).unwrap_err().kind, ErrorType::Recursion);
    assert!(tree(&format!("a{}", ".b".repeat(20_000))).is_ok());
    assert_eq!(tree(&format!("a{}", ".b".repeat(30_000))).unwrap_err().kind, ErrorType::Recursion);
    assert!(tree(&"9".repeat(4301)).unwrap_err().message.starts_with("Exceeds the limit (4300 digits)"));
}

#[test]
fn types_of_refusals() {
    assert_eq!(tree("if a:\npass\n").unwrap_err().kind, ErrorType::Indentation);
    assert_eq!(tree("if a:\n\t    if b:\n        c\n").unwrap_err().kind, ErrorType::Indentation);
    assert_eq!(tree("if a:\n        b\n\tc\n").unwrap_err().kind, ErrorType::Tab);
    assert_eq!(
        tree("'\\x'").unwrap_err().message,
        "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: truncated \\xXX escape"
    );
}

/// A text that only the parser refuses is reported as a bug, because the grammar is authoritative.
#[test]
fn what_only_the_parser_refuses_is_a_bug() {
    let source = SourceText::new("a = 1\nb c\n");
    let target = Target::find(PyVersion::new(3, 14)).unwrap();
    let fault = LexerFault { kind: FaultKind::Grammar, at: 9, line: 2, line_start: 6 };
    let refusal =
        || ParserRefusal { fault, after: None, doubtful: Vec::new(), statement: StatementStart::default() };
    let error = refused(&source, target, refusal(), &mut Vec::new());
    assert_eq!((error.kind, &*error.message), (ErrorType::Syntax, "invalid syntax"));
    let error = refused(&SourceText::new("a = 1\nb.c\n"), target, refusal(), &mut Vec::new());
    assert_eq!(error.kind, ErrorType::System);
    assert_eq!(error.message, "the parser refuses what the grammar accepts (this is a bug in pycompile)");
    assert_eq!((error.location.line(), error.location.column()), (2, 2));
}

/// The expected errors are those of CPython 3.14.10, which searches for mistakes from the start of
/// the text.
#[test]
fn errors_after_other_statements() {
    let many = "x=1\n".repeat(3000);
    for (text, message, line, column) in [
        (format!("{many}x = (1 2)\n"), "invalid syntax. Perhaps you forgot a comma?", 3001, 5),
        (format!("{many} x\n"), "unexpected indent", 3001, 0),
        (
            format!("{many}print 'a'\n"),
            "Missing parentheses in call to 'print'. Did you mean print(...)?",
            3001,
            0,
        ),
        (
            "print -1\nx y\n".to_owned(),
            "Missing parentheses in call to 'print'. Did you mean print(...)?",
            1,
            0,
        ),
        ("match(a=1)\nx y".to_owned(), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", 1, 6),
        ("1if x else y\n  z".to_owned(), "unexpected indent", 2, 1),
        (
            "from __future__ import barry_as_FLUFL\na<>b\nc != d\n".to_owned(),
            "with Barry as BDFL, use '<>' instead of '!='",
            3,
            2,
        ),
        (format!("[{},", "0".repeat(5000)), "'[' was never closed", 1, 0),
    ] {
        let error = tree(&text).unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.location.line(), error.location.column()),
            (message, line, column)
        );
    }
    assert!(tree(&format!("x = {}", "0".repeat(5000))).is_ok());
}

/// The normalized name is the conversion, as in CPython 3.14.10.
#[test]
fn names_of_conversions() {
    for (text, conversion) in
        [("f'{x!ｒ}'", 114), ("f'{x!ª}'", 97), ("f'{x=!ｓ:>10}'", 115), ("t'{x!ａ}'", 97)]
    {
        assert!(tree(text).unwrap().contains(&format!("conversion={conversion}")), "{text}");
    }
    let message = "f-string: invalid conversion character 'x': expected 's', 'r', or 'a'";
    assert_eq!(tree("f'{x!𝕩}'").unwrap_err().message, message);
}

/// The expected error is that of CPython 3.14.10.
#[test]
fn a_fault_where_a_conversion_is_read() {
    let error = tree("f'{x! )}'").unwrap_err();
    assert_eq!(error.message, "f-string: unmatched ')'");
    assert_eq!((error.location.line(), error.location.column()), (1, 6));
}
