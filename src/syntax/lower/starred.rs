//! What `*` and `**` unpack in displays and in annotations: no operator that binds looser than `|`, unless in parentheses.
//! The parser underneath takes more.

use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextSize};

use super::Lowering;
use crate::syntax::ErrorType;

impl Lowering<'_, '_> {
    /// Refuses `*a == b`.
    pub(super) fn tight(&mut self, element: &ruff::Expr) {
        if let ruff::Expr::Starred(starred) = element {
            self.tight_behind(starred.start(), &starred.value);
        }
    }

    /// The same for each element, unless they are a subscript: that takes any expression.
    pub(super) fn tight_elements(&mut self, node: &ruff::ExprTuple) {
        if node.parenthesized || punctuation(&self.text[node.end().to_usize()..]).next() != Some(']') {
            node.elts.iter().for_each(|element| self.tight(element));
        }
    }

    /// Refuses `{**a == b}`.
    pub(super) fn tight_mappings(&mut self, node: &ruff::ExprDict) {
        let mut end = node.start();
        for item in &node.items {
            if item.key.is_none() {
                self.tight_behind(end, &item.value);
            }
            end = item.value.end();
        }
    }

    fn tight_behind(&mut self, start: TextSize, value: &ruff::Expr) {
        let is_enclosed =
            || punctuation(&self.text[start.to_usize()..value.start().to_usize()]).last() == Some('(');
        if is_loose(value) && !is_enclosed() {
            self.fail(ErrorType::Syntax, "invalid syntax", value.range());
        }
    }
}

fn is_loose(value: &ruff::Expr) -> bool {
    match value {
        ruff::Expr::BoolOp(_) | ruff::Expr::Compare(_) | ruff::Expr::If(_) | ruff::Expr::Lambda(_) => true,
        ruff::Expr::UnaryOp(unary) => unary.op == ruff::UnaryOp::Not,
        _ => false,
    }
}

/// The characters of a text without literals that are neither space nor in comments.
pub(super) fn punctuation(text: &str) -> impl Iterator<Item = char> {
    let code = text.split('\n').map(|line| line.split('#').next().unwrap_or_default());
    code.flat_map(str::chars).filter(|letter| !letter.is_whitespace() && *letter != '\\')
}
