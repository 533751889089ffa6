//! `-W ACTION:MESSAGE:CATEGORY:MODULE:LINENO`, and the parts of `PYTHONWARNINGS`.
//!
//! CPython: `warnings._setoption`.

use super::Category;
use super::filter::{Class, Filter, FilterAction, ModulePattern};
use crate::object::str_repr;
use fancy_regex::{Regex, escape};

/// CPython's message about an option that is ignored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid -W option ignored: {0}")]
#[non_exhaustive]
pub struct OptionError(String);

/// The builtin classes of warnings that the compiler does not issue.
const OTHERS: [&str; 9] = [
    "BytesWarning",
    "EncodingWarning",
    "FutureWarning",
    "ImportWarning",
    "PendingDeprecationWarning",
    "ResourceWarning",
    "RuntimeWarning",
    "UnicodeWarning",
    "UserWarning",
];

/// Actions in the order in which an abbreviation is looked up.
const ACTIONS: [(&str, FilterAction); 7] = [
    ("default", FilterAction::Show),
    ("always", FilterAction::Always),
    ("all", FilterAction::Always),
    ("ignore", FilterAction::Ignore),
    ("module", FilterAction::Show),
    ("once", FilterAction::Once),
    ("error", FilterAction::Error),
];

/// Reads one option; `has_patterns` is true if `/…/` is a regular expression.
///
/// # Errors
/// CPython's message for an invalid option.
pub(super) fn read(option: &str, has_patterns: bool) -> Result<Filter, OptionError> {
    let parts: Vec<&str> = option.split(':').collect();
    if parts.len() > 5 {
        return Err(OptionError(format!("too many fields (max 5): {}", quoted(option))));
    }
    let part = |at: usize| parts.get(at).copied().unwrap_or_default().trim_matches(is_space);
    let action = action(part(0))?;
    let category = category(part(2))?;
    let line = line(part(4))?;
    let message = pattern(part(1), "message", has_patterns, "(?i)")?;
    let module = pattern(part(3), "module", has_patterns, "")?;
    let module = module.map(if has_patterns { ModulePattern::Path } else { ModulePattern::Name });
    Ok(Filter { action, message, category, module, line })
}

fn quoted(text: &str) -> String {
    str_repr(text.as_bytes())
}

/// Returns Python's `str.isspace`.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

fn action(text: &str) -> Result<FilterAction, OptionError> {
    let found = ACTIONS.into_iter().find(|(name, _)| name.starts_with(text));
    found.map(|(_, action)| action).ok_or_else(|| OptionError(format!("invalid action: {}", quoted(text))))
}

/// Returns the class, or `None` for a class that the compiler issues no warnings of. Classes of
/// modules are not looked up.
fn category(text: &str) -> Result<Option<Class>, OptionError> {
    let (module, name) = text.rsplit_once('.').unwrap_or(("builtins", text));
    Ok(match name {
        "" if !text.contains('.') => Some(Class::Every),
        _ if module != "builtins" => None,
        "Warning" => Some(Class::Every),
        name if OTHERS.contains(&name) => None,
        name => match Category::find(name) {
            Some(category) => Some(Class::Only(category)),
            None => return Err(OptionError(format!("unknown warning category: {}", quoted(text)))),
        },
    })
}

fn line(text: &str) -> Result<u64, OptionError> {
    if text.is_empty() {
        return Ok(0);
    }
    let (sign, digits) = match text.as_bytes()[0] {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let is_number =
        digits.split('_').all(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.replace('_', "");
    let number = number.trim_start_matches('0');
    match (is_number, sign, number) {
        (false, ..) => Err(OptionError(format!("invalid lineno {}", quoted(text)))),
        (true, _, "") => Ok(0),
        (true, "-", number) => Err(OptionError(format!("invalid lineno -{number}"))),
        // No source has a line with a larger number.
        (true, _, number) => Ok(number.parse().unwrap_or(u64::MAX)),
    }
}

fn pattern(text: &str, what: &str, has_patterns: bool, flags: &str) -> Result<Option<Regex>, OptionError> {
    if text.is_empty() {
        return Ok(None);
    }
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let own = match inner.filter(|_| has_patterns) {
        Some("") => return Ok(None),
        Some(inner) => format!("{flags}\\A(?:{inner})"),
        None if what == "module" => format!("{flags}\\A{}\\z", escape(text)),
        None => format!("{flags}\\A{}", escape(text)),
    };
    let invalid = |_| {
        let text = quoted(inner.unwrap_or(text));
        OptionError(format!("invalid regular expression for {what}: {text}"))
    };
    Regex::new(&own).map(Some).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::read;

    /// Messages from CPython 3.15.2.
    #[test]
    fn invalid_options() {
        for (option, words) in [
            ("x", "invalid action: 'x'"),
            ("error:a:b:c:d:e", "too many fields (max 5): 'error:a:b:c:d:e'"),
            ("error::Foo", "unknown warning category: 'Foo'"),
            ("error::::x", "invalid lineno 'x'"),
            ("error:::: -05", "invalid lineno -5"),
            ("error:/(/", "invalid regular expression for message: '('"),
            ("error:::/[/", "invalid regular expression for module: '['"),
        ] {
            let error = read(option, true).unwrap_err().to_string();
            assert_eq!(error, format!("Invalid -W option ignored: {words}"));
        }
        for option in
            ["", "d", " error : x : Warning : m : 1_0 ", "error::foo.bar", "error:/a/:::", "error::::+3"]
        {
            assert!(read(option, true).is_ok(), "{option}");
        }
    }
}
