//! Warnings of CPython, and the error that each becomes under an `error` filter.
//!
//! CPython: `Parser/string_parser.c`, `Parser/tokenizer/helpers.c`, `_PyErr_EmitSyntaxWarning`.

use crate::allowance;
use crate::syntax::Remark;
use crate::syntax::SyntaxError;
use crate::target::Target;
use crate::text::{Location, Position};
use crate::warnings::{Category, MOST, Warning};
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// A warning, with the error for an `error` filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilerWarning {
    /// The warning.
    pub warning: Warning,
    /// The error.
    pub error: SyntaxError,
    /// True if it is raised after parsing, as in [`SourceRefusal`](super::SourceRefusal).
    pub parsed: bool,
}

/// Warning about `assert` with a tuple.
pub(super) const TRUE_ASSERTION: &str = "assertion is always true, perhaps remove parentheses?";

/// Warning about `~True` and `~False`.
const INVERTED_BOOL: &str = "Bitwise inversion '~' on bool is deprecated. This returns the bitwise inversion of the \
    underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean \
    negation or ~int(x) if you really want the bitwise inversion of the underlying int.";
/// The same with the version that will refuse it.
const DATED_INVERTED_BOOL: &str = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This \
    returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. \
    Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.";

/// Approximate size of a warning, with its message and the quoted source.
const SIZE: usize = 1 << 10;

/// The warnings of one compilation, in CPython's order.
#[derive(Debug, Default)]
pub struct Warnings {
    list: Vec<CompilerWarning>,
    /// Number of enclosing pieces of code that are compiled again without new warnings.
    pub(super) repetitions: i32,
    /// Lines and messages of warnings that are not repeated.
    seen: FxHashSet<(u32, Cow<'static, str>)>,
}

impl Warnings {
    /// Returns the warnings.
    pub fn into_list(self) -> Vec<CompilerWarning> {
        self.list
    }

    /// Issues a warning about the tree.
    #[cold]
    pub(super) fn issue(
        &mut self,
        message: impl Into<Cow<'static, str>>,
        location: Location,
        target: &Target,
    ) {
        let (message, line) = (message.into(), number(location.line()));
        let is_once = target.features.one_warning_for_a_line;
        if self.repetitions > 0 || is_once && !self.seen.insert((line, message.clone())) {
            return;
        }
        let category = Category::Syntax;
        let warning = Warning { category, message: message.clone(), line, is_elsewhere: false };
        let error = SyntaxError::new(message, location);
        self.push(CompilerWarning { warning, error, parsed: true });
    }

    fn push(&mut self, mut warned: CompilerWarning) {
        if self.list.len() > MOST {
            return;
        }
        if self.list.len() == MOST {
            warned.warning = Warning::of_the_rest(warned.warning.line);
        }
        allowance::hold(SIZE);
        self.list.push(warned);
    }

    /// Issues the warning about `~` of a `bool`, which CPython's own arithmetic raises.
    #[cold]
    pub(super) fn issue_inverted_bool(&mut self, location: Location, target: &Target) {
        let dated = target.features.dates_inverted_bool;
        let message = if dated { DATED_INVERTED_BOOL } else { INVERTED_BOOL };
        let warning = Warning {
            category: Category::Deprecation,
            line: number(location.line()),
            message: message.into(),
            is_elsewhere: true,
        };
        let error = SyntaxError::new(message, location);
        self.push(CompilerWarning { warning, error, parsed: true });
    }

    /// Issues the warnings of the tokenizer and parser.
    pub(super) fn issue_remarks(&mut self, remarks: &[Remark], target: &Target) {
        for remark in remarks.iter().take(MOST + 1) {
            self.push(of_remark(*remark, target));
        }
    }
}

fn number(line: i32) -> u32 {
    u32::try_from(line).unwrap_or(0)
}

/// Returns the warning of a remark.
#[cold]
pub(super) fn of_remark(remark: Remark, target: &Target) -> CompilerWarning {
    let features = &target.features;
    let here = |place: Position| Location::between(place, place);
    let (message, raised, location) = match remark {
        Remark::Escape { sequence, token, place } => {
            let kind = if sequence.is_octal() { "octal escape" } else { "escape" };
            let (message, raised) = escape(kind, sequence.text(), target);
            (message, raised, if features.place_escapes { place } else { token })
        }
        Remark::Brace { letter, place } => {
            let (message, raised) = escape("escape", &char::from(letter).to_string(), target);
            (message, raised, here(place))
        }
        Remark::Number { name, place } => {
            let message = format!("invalid {name} literal");
            // CPython reports the column of the last digit.
            let (line, column) = (place.line(), place.column() - 1);
            (message.clone(), message, Location::new(line, line, column, column))
        }
        Remark::LazyModule { dots, place } => {
            let dots = ".".repeat(dots as usize);
            let message = format!(
                "'from {dots} lazy import' is the same as 'from {dots}lazy import'; did you mean 'lazy from {dots} import'?"
            );
            (message.clone(), message, place)
        }
    };
    let line = number(location.line());
    let is_escape = matches!(remark, Remark::Escape { .. });
    let is_deprecated = is_escape && features.escapes_are_deprecated;
    let category = if is_deprecated { Category::Deprecation } else { Category::Syntax };
    let warning = Warning { category, message: message.into(), line, is_elsewhere: false };
    CompilerWarning { warning, error: SyntaxError::new(raised, location), parsed: false }
}

/// Returns the warning that is shown and the error that is raised.
fn escape(kind: &str, text: &str, target: &Target) -> (String, String) {
    if !target.features.escapes_have_no_future {
        let message = format!("invalid {kind} sequence '\\{text}'");
        return (message.clone(), message);
    }
    let is = format!("\"\\{text}\" is an invalid {kind} sequence. ");
    let mean = format!("Did you mean \"\\\\{text}\"? A raw string is also an option.");
    (format!("{is}Such sequences will not work in the future. {mean}"), is + &mean)
}
