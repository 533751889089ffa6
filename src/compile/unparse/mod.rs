//! Expression → text, as `from __future__ import annotations` keeps it.
//!
//! CPython: `Python/ast_unparse.c`, which normalizes: `List[ int ]` becomes `List[int]`.
//!
//! **Invariant:** the text depends on the tree alone, never on the source it came from.

mod expression;
mod format;
mod repr;

use crate::syntax::SyntaxError;
use crate::syntax::ast::Expr;
use crate::target::Target;
use crate::text::Names;

pub use repr::repr;

/// Returns the text of `expression` as generalized UTF-8 (`_PyAST_ExprAsUnicode`).
///
/// `unicode_strings` are the positions of string literals with the prefix `u`, ascending.
///
/// # Errors
/// Reports an integer with more digits than CPython converts to a string.
pub fn expression(
    expression: &Expr<'_>,
    names: &Names,
    unicode_strings: &[(i32, i32)],
    target: &'static Target,
) -> Result<Vec<u8>, SyntaxError> {
    let mut writer = Unparser { out: Vec::new(), names, unicode_strings, target, too_long: false };
    writer.expression(expression, Level::Test);
    if writer.too_long { Err(repr::too_long()) } else { Ok(writer.out) }
}

/// Precedence of an operator (`PR_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arithmetic,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    /// Returns the next higher precedence.
    const fn tighter(self) -> Self {
        match self {
            Self::Tuple => Self::Test,
            Self::Test => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Compare,
            Self::Compare => Self::BitOr,
            Self::BitOr => Self::BitXor,
            Self::BitXor => Self::BitAnd,
            Self::BitAnd => Self::Shift,
            Self::Shift => Self::Arithmetic,
            Self::Arithmetic => Self::Term,
            Self::Term => Self::Factor,
            Self::Factor => Self::Power,
            Self::Power => Self::Await,
            Self::Await | Self::Atom => Self::Atom,
        }
    }
}

struct Unparser<'n> {
    out: Vec<u8>,
    names: &'n Names,
    unicode_strings: &'n [(i32, i32)],
    target: &'static Target,
    /// True if an integer had too many digits.
    too_long: bool,
}

impl Unparser<'_> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes in parentheses if the context binds more tightly.
    fn grouped(&mut self, parentheses: bool, write: impl FnOnce(&mut Self)) {
        if parentheses {
            self.text("(");
        }
        write(self);
        if parentheses {
            self.text(")");
        }
    }

    fn separated<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            write(self, item);
        }
    }
}

#[cfg(test)]
mod tests;
