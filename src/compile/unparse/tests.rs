//! Expected texts come from CPython 3.14 with `from __future__ import annotations`.

use crate::syntax::ast::StmtKind;
use crate::target::{PyVersion, Target};
use crate::text::Names;

fn text(source: &str) -> String {
    let target = Target::find(PyVersion::new(3, 14)).unwrap();
    let (arena, mut names) = (bumpalo::Bump::new(), Names::default());
    let module = crate::syntax::parse(source, target, &arena, &mut names).unwrap();
    let StmtKind::Expr(value) = &module.body[0].kind else { panic!("an expression is expected") };
    String::from_utf8(super::expression(value, &names, module.unicode_strings, target).unwrap()).unwrap()
}

#[test]
fn layout_is_normalized() {
    assert_eq!(text("List[ int , str ]"), "List[int, str]");
    assert_eq!(text("(a , )"), "(a,)");
    assert_eq!(text("( )"), "()");
    assert_eq!(text("x[1:2, ::3]"), "x[1:2, ::3]");
    assert_eq!(text("-(a+b)*c**-d"), "-(a + b) * c ** (-d)");
    assert_eq!(text("lambda a,/,b=1,*,c=2,**d: a"), "lambda a, /, b=1, *, c=2, **d: a");
    assert_eq!(text("f(a for a in b)"), "f(a for a in b)");
    assert_eq!(text("not a in b"), "not a in b");
}

#[test]
fn constants_are_shown_by_repr() {
    assert_eq!(text("u'a' 'b' + 'c' u'd'"), "u'ab' + 'cd'");
    assert_eq!(text("1e400"), "1e309");
    assert_eq!(text("1e16"), "1e+16");
    assert_eq!(text("123456789012345.0"), "123456789012345.0");
    assert_eq!(text("0.0001"), "0.0001");
    assert_eq!(text("0.00001"), "1e-05");
    assert_eq!(text("3j"), "3j");
    assert_eq!(text("\"it's\""), "\"it's\"");
    assert_eq!(text(r"'\ud800\xe9\n'"), r"'\ud800é\n'");
    assert_eq!(text(r"b'\x00a'"), r"b'\x00a'");
    assert_eq!(text("1 .real"), "1 .real");
}

#[test]
fn formatted_text_is_quoted_as_a_whole() {
    assert_eq!(text("f'a{b!r:>{c}}{{'"), "f'a{b!r:>{c}}{{'");
    assert_eq!(text("f'{ {1} }'"), "f'{ {1}}'");
}
