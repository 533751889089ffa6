//! `from __future__ import barry_as_FLUFL` (PEP 401): behind it, inequality is written `<>`.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::{Ranged, TextRange};

use super::SyntaxError;
use super::lower::position::Positions;

/// The feature.
const FEATURE: &str = "barry_as_FLUFL";

/// Whether the text has its name anywhere.
pub(super) fn mentioned(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), FEATURE.as_bytes()).is_some()
}

/// The text with each `<>` behind the import as `!=`, if there is one.
///
/// # Errors
///
/// A `!=` that stands there.
pub(super) fn translated(text: &str, tokens: &Tokens) -> Result<Option<String>, SyntaxError> {
    if !mentioned(text) {
        return Ok(None);
    }
    let mut result = None;
    let mut import = Import::None;
    let mut less: Option<TextRange> = None;
    for token in tokens {
        let (kind, range) = (token.kind(), token.range());
        import = import.next(kind, &text[range]);
        if import != Import::Done {
            continue;
        }
        match (kind, less.take()) {
            (TokenKind::Less, _) => less = Some(range),
            (TokenKind::Greater, Some(before)) if before.end() == range.start() => {
                let both = std::ops::Range::<usize>::from(before.cover(range));
                result.get_or_insert_with(|| text.to_owned()).replace_range(both, "!=");
            }
            (TokenKind::NotEqual, _) => return Err(refused(text, range)),
            _ => {}
        }
    }
    Ok(result)
}

fn refused(text: &str, range: TextRange) -> SyntaxError {
    SyntaxError::new("with Barry as BDFL, use '<>' instead of '!='", Positions::new(text).range(range))
}

/// How much of the import was seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Import {
    None,
    From,
    Future,
    Names,
    /// The name; it counts once its statement is over.
    Feature,
    Done,
}

impl Import {
    fn next(self, kind: TokenKind, text: &str) -> Self {
        let ends = matches!(kind, TokenKind::Newline | TokenKind::Semi);
        match self {
            Self::Done => Self::Done,
            Self::Feature if ends => Self::Done,
            Self::Feature => Self::Feature,
            Self::From if text == "__future__" => Self::Future,
            Self::Future if kind == TokenKind::Import => Self::Names,
            Self::Names if text == FEATURE => Self::Feature,
            Self::Names if !ends => Self::Names,
            _ if kind == TokenKind::From => Self::From,
            _ => Self::None,
        }
    }
}
