//! The call into the parser, and what becomes of its errors.

use bumpalo::Bump;
use ruff_python_ast::PythonVersion;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::ast::Module;
use super::lower::Lowering;
use super::lower::position::Positions;
use super::{ErrorType, SyntaxError, limit, refusal, unicode_name};
use crate::target::Target;
use crate::text::{Location, Names};

/// Parses a module.
///
/// `text` comes from [`crate::decode::decode`]: no byte order mark, line ends are `\n`.
///
/// # Errors
///
/// Whatever CPython's tokenizer and parser refuse.
pub fn parse<'a>(
    text: &str,
    target: &Target,
    arena: &'a Bump,
    names: &mut Names,
) -> Result<Module<'a>, SyntaxError> {
    if u32::try_from(text.len()).is_err() {
        let message = "source is larger than 4 GiB".to_owned();
        return Err(SyntaxError { kind: ErrorType::Overflow, message, location: Location::NONE });
    }
    if let Err(excess) = limit::check(text) {
        return Err(match excess {
            limit::Excess::Parentheses(range) => {
                SyntaxError::new("too many nested parentheses", Positions::new(text).range(range))
            }
            limit::Excess::Operators => refusal::too_complex(Location::NONE),
        });
    }
    let version = PythonVersion { major: target.version.major, minor: target.version.minor };
    let options = ParseOptions::from(Mode::Module).with_target_version(version);
    let parsed = parse_unchecked(&unicode_name::masked(text), options);
    let mut positions = Positions::new(text);
    if let Some(error) = parsed.errors().iter().min_by_key(|error| error.location.start()) {
        let refused = refusal::parse_error(error, text, parsed.tokens(), &mut positions);
        if refusal::only_escapes(parsed.errors())
            && let ruff_python_ast::Mod::Module(module) = parsed.syntax()
            && let Err(escape) = Lowering::new(text, arena, names, positions).module(&module.body)
        {
            return Err(escape);
        }
        return Err(refused);
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(SyntaxError::new(error.to_string(), positions.range(error.range())));
    }
    match parsed.syntax() {
        ruff_python_ast::Mod::Module(module) => {
            refusal::barry(text, parsed.tokens(), &module.body, &mut positions)?;
            Lowering::new(text, arena, names, positions).module(&module.body)
        }
        ruff_python_ast::Mod::Expression(_) => {
            Err(SyntaxError::new("invalid syntax", Location::new(1, 1, 0, 0)))
        }
    }
}
