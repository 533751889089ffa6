//! Entry points of the parser, and the errors for refused texts.

use bumpalo::Bump;

use super::ast::Module;
use super::diagnose::{Verdict, diagnose, too_complex};
use super::lexer::{FaultKind, Lexer, SourceText, Token};
use super::parser::{self, ParserRefusal};
use super::{ErrorType, Remark, SyntaxError};
use crate::target::{Release, Target};
use crate::text::{Location, Names, Position};

/// A tree and the targets that build it.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<'a> {
    /// Root of the tree.
    pub module: Module<'a>,
    /// The targets that build this tree.
    pub builders: TreeBuilders,
}

/// Targets that are known to build the same tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeBuilders {
    /// Every target.
    All,
    /// Targets with this value of [`Features::reads_fields_apart`](crate::target::Features).
    ReadingFieldsApart(bool),
    /// Only this target.
    Only(Release),
}

impl TreeBuilders {
    /// Returns whether `target` is one of them.
    pub fn contain(self, target: &Target) -> bool {
        match self {
            Self::All => true,
            Self::ReadingFieldsApart(apart) => target.features.reads_fields_apart == apart,
            Self::Only(release) => target.release() == release,
        }
    }
}

/// Parses a module for one target.
///
/// `text` comes from [`crate::decode::decode`]: no byte order mark, no NUL, and line ends are `\n`.
///
/// The parser is recursive, up to CPython's limits. A stack of 512 MiB suffices for every text,
/// also without optimization; on the stack of an ordinary thread, a deeply nested text may end the
/// process. [`Engine`](crate::engine::Engine) starts threads with enough stack.
///
/// # Errors
/// Reports errors of CPython's tokenizer and parser.
///
/// ```
/// use bumpalo::Bump;
/// use pycompile::decode::decode;
/// use pycompile::syntax::{dump, parse};
/// use pycompile::target::{Release, Target};
/// use pycompile::text::Names;
///
/// let target = Target::find("3.14".parse::<Release>()?).ok_or("no native compiler for it")?;
/// let text = decode(b"answer = 42\n", target)?;
/// // Owns the nodes of the tree.
/// let arena = Bump::new();
/// let mut names = Names::default();
/// let module = parse(&text, target, &arena, &mut names)?;
/// assert!(dump(&module, &names).contains("targets=Name 1:0-1:6 id=answer ctx=Store"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse<'a>(
    text: &str,
    target: &Target,
    arena: &'a Bump,
    names: &mut Names,
) -> Result<Module<'a>, SyntaxError> {
    read(&SourceText::new(text), target, arena, names, &mut Vec::new()).map(|parsed| parsed.module)
}

/// Parses a prepared text, like [`parse`]. `remarks` receives the remarks, even if the text is
/// refused.
///
/// # Errors
/// Same as [`parse`].
pub fn read<'a>(
    source: &SourceText,
    target: &Target,
    arena: &'a Bump,
    names: &mut Names,
    remarks: &mut Vec<Remark>,
) -> Result<Parsed<'a>, SyntaxError> {
    let parsed = parser::parse(source, target, arena, names, remarks)
        .map_err(|refusal| refused(source, target, *refusal, remarks))?;
    if let Some(refused) = too_complex(source, target, &parsed.doubtful) {
        return Err(refused);
    }
    let module = parsed.module;
    let builders = if parsed.is_own || !parsed.doubtful.is_empty() {
        TreeBuilders::Only(target.release())
    } else if parsed.has_fields {
        TreeBuilders::ReadingFieldsApart(target.features.reads_fields_apart)
    } else {
        TreeBuilders::All
    };
    Ok(Parsed { module, builders })
}

/// Returns the error for a refused text.
fn refused(
    source: &SourceText,
    target: &Target,
    refusal: ParserRefusal,
    remarks: &mut Vec<Remark>,
) -> SyntaxError {
    let ParserRefusal { fault, after, doubtful, statement } = refusal;
    if fault.kind == FaultKind::TooLong {
        return SyntaxError::without_place(ErrorType::Overflow, "source is larger than 4 GiB");
    }
    if let Some(refused) = too_complex(source, target, &doubtful) {
        return refused;
    }
    if fault.kind == FaultKind::TooDeep {
        return SyntaxError::without_place(ErrorType::Recursion, target.features.too_deep());
    }
    let column = fault.at.saturating_sub(fault.line_start + 1);
    let here = Position::new(fault.line, u32::try_from(column).unwrap_or(0));
    match diagnose(source, target, statement, remarks, None) {
        Verdict::Refused(refused) => refused,
        Verdict::Unknown if fault.kind == FaultKind::TooComplex => {
            SyntaxError::without_place(ErrorType::Memory, target.features.too_complex())
        }
        // The parser has no messages of its own, and this is CPython's most frequent one.
        Verdict::Unknown => SyntaxError::new("invalid syntax", Location::between(here, here)),
        Verdict::Accepted => after.unwrap_or_else(|| {
            SyntaxError::of(
                ErrorType::System,
                "the parser refuses what the grammar accepts (this is a bug in pycompile)",
                Location::between(here, here),
            )
        }),
    }
}

/// Returns whether all `places` in `text` are in comments, as far as the text can be read.
pub fn comments_hold(text: &str, places: &[usize], target: &Target) -> bool {
    let source = SourceText::new(text);
    let mut lexer = Lexer::new(&source, target);
    let mut places = places.iter().copied().peekable();
    loop {
        lexer.advance();
        if lexer.fault().is_some() {
            return places.peek().is_none();
        }
        // The text between tokens is white space or comments.
        while places.next_if(|&place| place < lexer.start()).is_some() {}
        let in_token = |place: &&usize| **place < lexer.end();
        if lexer.token == Token::End {
            return true;
        }
        if places.peek().is_some_and(|place| in_token(&place)) {
            return false;
        }
    }
}

#[cfg(test)]
mod tests;
