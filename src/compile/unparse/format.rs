//! f-strings and t-strings: the body is composed first and quoted as a whole.
//!
//! CPython: `Python/ast_unparse.c`.

use super::{Level, Unparser};
use crate::syntax::ast::{Constant, Expr, ExprKind};

impl Unparser<'_> {
    pub(super) fn joined(&mut self, values: &[Expr<'_>]) {
        let body = self.body(values, false);
        self.text("f");
        self.str_repr(&body);
    }

    pub(super) fn template(&mut self, values: &[Expr<'_>]) {
        let body = self.body(values, false);
        self.text("t");
        self.str_repr(&body);
    }

    fn body(&mut self, values: &[Expr<'_>], is_spec: bool) -> Vec<u8> {
        let mut body = Unparser { out: Vec::new(), ..*self };
        values.iter().for_each(|value| body.element(value, is_spec));
        self.too_long |= body.too_long;
        body.out
    }

    fn element(&mut self, element: &Expr<'_>, is_spec: bool) {
        match &element.kind {
            ExprKind::Constant(Constant::Str(text)) => {
                for &byte in *text {
                    self.out.push(byte);
                    if matches!(byte, b'{' | b'}') {
                        self.out.push(byte);
                    }
                }
            }
            ExprKind::Constant(Constant::FreshPercent) => self.out.push(b'%'),
            ExprKind::JoinedStr(values) if is_spec => {
                let body = self.body(values, true);
                self.out.extend_from_slice(&body);
            }
            _ => self.expression(element, Level::Test),
        }
    }

    pub(super) fn formatted(&mut self, value: &Expr<'_>, conversion: i32, spec: Option<&Expr<'_>>) {
        let mut inner = Unparser { out: Vec::new(), ..*self };
        inner.expression(value, Level::Test.tighter());
        self.too_long |= inner.too_long;
        self.interpolation(&inner.out, conversion, spec);
    }

    pub(super) fn interpolation(&mut self, text: &[u8], conversion: i32, spec: Option<&Expr<'_>>) {
        self.text(if text.first() == Some(&b'{') { "{ " } else { "{" });
        self.out.extend_from_slice(text);
        if let Ok(conversion) = u8::try_from(conversion) {
            self.out.extend_from_slice(&[b'!', conversion]);
        }
        if let Some(spec) = spec {
            self.text(":");
            self.element(spec, true);
        }
        self.text("}");
    }
}
