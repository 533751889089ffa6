//! The call into the parser, and what becomes of its errors.

use std::borrow::Cow;

use bumpalo::Bump;
use ruff_python_ast::PythonVersion;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{Mode, ParseError, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::ast::Module;
use super::diagnose::diagnose;
use super::lower::Lowering;
use super::lower::position::Positions;
use super::{
    ErrorType, SyntaxError, doubled_brace, flufl, limit, positive_number, refusal, soft_keyword, unpacked,
};
use crate::target::{self, Release, Target};
use crate::text::{Location, Names};

/// Levels of CPython's parser that a bracket takes at most.
const BRACKET_LEVELS: usize = 30;
/// Levels that another node takes.
const NODE_LEVELS: usize = 3;
/// Far enough from its limit of 6000 that statements around do not matter.
const DOUBTFUL_LEVELS: usize = 4500;

/// A text and the tree of the parser underneath: what targets and levels have in common.
#[derive(Debug)]
pub struct Parsed {
    text: String,
    read: Read,
    /// The target that it was parsed for; none if the tree is that of every target.
    only: Option<Release>,
}

/// A tree in CPython's shape.
#[derive(Clone, Copy, Debug)]
pub struct Lowered<'a> {
    /// The tree.
    pub module: Module<'a>,
    /// The target that it was made for; none if it is that of every target that the parsed text serves.
    pub only: Option<Release>,
}

#[derive(Debug)]
enum Read {
    TooLarge,
    Refused(SyntaxError),
    Nested(limit::Excess),
    Tree { brackets: usize, parsed: Box<Tree> },
    Forgotten,
}

impl Parsed {
    /// Parses a module for `target`, and for all others as long as they agree.
    ///
    /// `text` comes from [`crate::decode::decode`]: no byte order mark, line ends are `\n`.
    pub fn new(text: String, target: &Target) -> Self {
        let only = Some(target.release());
        if u32::try_from(text.len()).is_err() {
            return Self { text, read: Read::TooLarge, only };
        }
        let (read, only) = match read(&text, target) {
            Ok((read, true)) => (read, None),
            Ok((read, false)) => (read, only),
            Err(excess) => (Read::Nested(excess), only),
        };
        Self { text, read, only }
    }

    /// Whether it can be lowered for `target`.
    pub fn serves(&self, target: &Target) -> bool {
        self.only.is_none_or(|only| only == target.release())
    }

    /// Drops the tree of the parser underneath: what was made of it serves every target.
    pub fn forget_tree(&mut self) {
        self.read = Read::Forgotten;
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree in CPython's shape.
    ///
    /// # Errors
    /// Whatever CPython's tokenizer and parser refuse.
    pub fn lower<'a>(
        &self,
        target: &Target,
        arena: &'a Bump,
        names: &mut Names,
    ) -> Result<Lowered<'a>, SyntaxError> {
        let text = self.text.as_str();
        match &self.read {
            Read::TooLarge => {
                let message = "source is larger than 4 GiB".to_owned();
                Err(SyntaxError { kind: ErrorType::Overflow, message, location: Location::NONE })
            }
            Read::Refused(refused) => Err(refused.clone()),
            Read::Nested(limit::Excess::Parentheses(range)) => {
                let location = Positions::new(text).range(*range);
                Err(diagnosed(text, target, SyntaxError::new("too many nested parentheses", location)))
            }
            Read::Nested(limit::Excess::Operators) => Err(diagnosed(text, target, refusal::too_complex())),
            Read::Forgotten => {
                let message = "the tree was dropped (this is a bug in pycompile)".to_owned();
                Err(SyntaxError { kind: ErrorType::System, message, location: Location::NONE })
            }
            Read::Tree { brackets, parsed } => lower(text, parsed, *brackets, target, arena, names),
        }
    }
}

pub(super) type Tree = ruff_python_parser::Parsed<ruff_python_ast::Mod>;

/// What the parser underneath makes of `text`, and whether that holds for all targets.
fn read(text: &str, target: &Target) -> Result<(Read, bool), limit::Excess> {
    let checked = if limit::is_harmless(text) { None } else { Some(limit::check(text)?) };
    if !flufl::mentioned(text) {
        // What the oldest takes, all take, and the tree is the same.
        if let Ok(parsed) = parsed(text, target::ALL[0])
            && parsed.errors().is_empty()
            && parsed.unsupported_syntax_errors().is_empty()
        {
            let brackets = checked.map_or_else(|| limit::check_parsed(text, parsed.tokens()), Ok)?;
            return Ok((Read::Tree { brackets, parsed: Box::new(parsed) }, true));
        }
    }
    let brackets = checked.map_or_else(|| limit::check(text), Ok)?;
    let read = match parse_for(text, target) {
        Ok(parsed) => Read::Tree { brackets, parsed: Box::new(parsed) },
        Err(refused) => Read::Refused(diagnosed(text, target, refused)),
    };
    Ok((read, false))
}

fn parse_for(text: &str, target: &Target) -> Result<Tree, SyntaxError> {
    let mut parsed = parsed(text, target)?;
    let mut meant = Cow::Borrowed(text);
    if target.features.flufl_inequality
        && let Some(translated) = flufl::translated(text, parsed.tokens())?
    {
        parsed = self::parsed(&translated, target)?;
        meant = Cow::Owned(translated);
    }
    if !parsed.errors().is_empty()
        && let Some(renamed) = soft_keyword::renamed(&meant, parsed.tokens())
    {
        parsed = self::parsed(&renamed, target)?;
        meant = Cow::Owned(renamed);
    }
    if !parsed.errors().is_empty()
        && target.grammar.contains(&"positive_numbers")
        && let Some(negated) = positive_number::negated(&meant, parsed.tokens())
    {
        parsed = self::parsed(&negated, target)?;
    }
    Ok(parsed)
}

/// What the parser underneath makes of `text`, told what it would misread.
fn parsed(text: &str, target: &Target) -> Result<Tree, SyntaxError> {
    let version = PythonVersion { major: target.version.major, minor: target.version.minor };
    let options = ParseOptions::from(Mode::Module).with_target_version(version);
    doubled_brace::parsed(text, &options).map_err(|excess| {
        let message = "too many `{{` behind fields of format specs";
        let place = TextRange::empty(TextSize::new(excess.0 as u32));
        SyntaxError::new(message, Positions::new(text).range(place))
    })
}

/// Parses a module for one target.
///
/// # Errors
///
/// As [`Parsed::lower`].
pub fn parse<'a>(
    text: &str,
    target: &Target,
    arena: &'a Bump,
    names: &mut Names,
) -> Result<Module<'a>, SyntaxError> {
    Ok(Parsed::new(text.to_owned(), target).lower(target, arena, names)?.module)
}

fn lower<'a>(
    text: &str,
    parsed: &Tree,
    brackets: usize,
    target: &Target,
    arena: &'a Bump,
    names: &mut Names,
) -> Result<Lowered<'a>, SyntaxError> {
    let mut positions = Positions::new(text);
    let unpacked = if target.grammar.contains(&"unpacking") {
        unpacked::places(parsed.syntax(), parsed.errors())
    } else {
        Vec::new()
    };
    let positive_numbers = target.grammar.contains(&"positive_numbers");
    let is_taken = |error: &ParseError| {
        refusal::bare_raise(error, parsed.tokens())
            || refusal::wildcard_keyword(error, text, parsed.tokens())
            || unpacked::is_about(error, &unpacked)
            || positive_numbers && positive_number::is_about(error)
    };
    let errors = parsed.errors().iter().filter(|error| !is_taken(error));
    if let Some(error) = errors.min_by_key(|error| error.location.start()) {
        let refused = refusal::parse_error(error, text, parsed.tokens(), &mut positions);
        if refusal::only_escapes(parsed.errors())
            && let ruff_python_ast::Mod::Module(module) = parsed.syntax()
            && let Err(escape) = Lowering::new(text, target, arena, names, positions).module(&module.body)
        {
            return Err(diagnosed(text, target, escape));
        }
        return Err(diagnosed(text, target, refused));
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        let refused = SyntaxError::new(error.to_string(), positions.range(error.range()));
        // Where a newer version finds nothing wrong, its name is what helps.
        let newest = Target::newest();
        let is_taken = target.release() != newest.release()
            && parse_for(text, newest).is_ok_and(|parsed| {
                lower(text, &parsed, brackets, newest, &Bump::new(), &mut Names::default()).is_ok()
            });
        return Err(if is_taken { refused } else { diagnosed(text, target, refused) });
    }
    // What the oldest knows, all know.
    let is_newer = unassigned(text, parsed.tokens(), target::ALL[0]).is_some();
    if is_newer && let Some((range, letter)) = unassigned(text, parsed.tokens(), target) {
        let message = format!("invalid non-printable character U+{:04X}", u32::from(letter));
        return Err(diagnosed(text, target, SyntaxError::new(message, positions.range(range))));
    }
    match parsed.syntax() {
        ruff_python_ast::Mod::Module(module) => {
            let lowered = Lowering::new(text, target, arena, names, positions).module(&module.body);
            let (module, is_own) = lowered.map_err(|refused| diagnosed(text, target, refused))?;
            // Only CPython's own way through its grammar tells how deep its parser goes.
            let is_deep = brackets * BRACKET_LEVELS + module.depth as usize * NODE_LEVELS > DOUBTFUL_LEVELS;
            if is_deep
                && let Some(refused) = diagnose(text, target)
                && refused.kind == ErrorType::Memory
            {
                return Err(refused);
            }
            // The parser underneath has tab stops of its own.
            let is_mixed = mixes_indentation(text);
            if is_mixed
                && let Some(refused) = diagnose(text, target)
                && matches!(refused.kind, ErrorType::Indentation | ErrorType::Tab)
            {
                return Err(refused);
            }
            // Which characters have names is the target's too.
            let is_named = memchr::memmem::find(text.as_bytes(), b"\\N{").is_some();
            let depends = is_own || is_newer || is_deep || is_mixed || is_named;
            Ok(Lowered { module, only: depends.then(|| target.release()) })
        }
        ruff_python_ast::Mod::Expression(_) => {
            Err(SyntaxError::new("invalid syntax", Location::new(1, 1, 0, 0)))
        }
    }
}

/// Whether all `places` in `text` are in comments.
pub fn comments_hold(text: &str, places: &[usize]) -> bool {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let comments = parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment);
    let comments: Vec<TextRange> = comments.map(Ranged::range).collect();
    places.iter().all(|&place| {
        let after = comments.partition_point(|comment| comment.start().to_usize() <= place);
        after
            .checked_sub(1)
            .and_then(|at| comments.get(at))
            .is_some_and(|comment| place < comment.end().to_usize())
    })
}

/// The first letter of a name that the target's Unicode does not have.
fn unassigned(text: &str, tokens: &Tokens, target: &Target) -> Option<(TextRange, char)> {
    if text.is_ascii() {
        return None;
    }
    let is_new = |letter: &char| !letter.is_ascii() && !target.assigns(u32::from(*letter));
    let names = tokens.iter().filter(|token| token.kind() == TokenKind::Name).map(Ranged::range);
    let mut names = names.filter(|range| !text[*range].is_ascii());
    names.find_map(|range| text[range].chars().find(is_new).map(|letter| (range, letter)))
}

/// Whether there are tabs and spaces in indentation.
fn mixes_indentation(text: &str) -> bool {
    if memchr::memchr(b'\t', text.as_bytes()).is_none() {
        return false;
    }
    let (mut tabs, mut spaces) = (false, false);
    for line in text.lines() {
        for byte in line.bytes() {
            match byte {
                b'\t' => tabs = true,
                b' ' => spaces = true,
                _ => break,
            }
        }
    }
    tabs && spaces
}

/// What CPython's parser says of a text that was refused for a reason of ours.
fn diagnosed(text: &str, target: &Target, refused: SyntaxError) -> SyntaxError {
    match refused.kind {
        ErrorType::Syntax | ErrorType::Indentation | ErrorType::Tab => {
            diagnose(text, target).unwrap_or(refused)
        }
        ErrorType::Recursion => {
            diagnose(text, target).filter(|found| found.kind == ErrorType::Memory).unwrap_or(refused)
        }
        _ => refused,
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::parse;
    use crate::syntax::{ErrorType, SyntaxError, dump};
    use crate::target::{PyVersion, Target};
    use crate::text::Names;

    fn tree(text: &str) -> Result<String, SyntaxError> {
        let arena = Bump::new();
        let mut names = Names::default();
        let target = Target::find(PyVersion::new(3, 14)).unwrap();
        parse(text, target, &arena, &mut names).map(|module| dump(&module, &names))
    }

    /// Trees and locations as CPython 3.14.10's `ast` gives them.
    #[test]
    fn what_differs_from_the_parser_underneath() {
        assert_eq!(tree("f(x for x in y)").unwrap().lines().nth(3).unwrap(), "  args=GeneratorExp 1:1-1:15");
        assert!(tree("@d\ndef f(): pass;\n").unwrap().starts_with("body=FunctionDef 2:0-2:14 name=f"));
        assert!(tree("if a: pass\nelif b: pass;\n").unwrap().contains("\n orelse=If 2:0-2:13"));
        assert!(tree("'\\ud800' 'a'").unwrap().ends_with("Constant 1:0-1:12 str:eda08061"));
        assert!(tree("b'\\777'").unwrap().ends_with("bytes:ff"));
        assert!(tree("'\\N{TANGUT IDEOGRAPH-17000}'").unwrap().ends_with("str:f0978080"));
    }

    /// Which the parser underneath takes.
    #[test]
    fn a_bare_yield_is_no_operand() {
        for source in ["yield @x", "x = yield, 1", "f'{yield, 1}'", "(yield if a else b)", "x = yield in y"] {
            let error = tree(&format!("def f():\n  {source}\n")).unwrap_err();
            assert_eq!(error.kind, ErrorType::Syntax, "{source}");
        }
        for source in
            ["yield -x, 1", "x = (yield # c\n  ) + 1, 1", "f'{yield +1}'", "x += yield", "f((yield), 1)"]
        {
            assert!(tree(&format!("def f():\n  {source}\n")).is_ok(), "{source}");
        }
    }

    /// Which the parser underneath does not take.
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
}
