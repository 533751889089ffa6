//! Dependency specifiers (PEP 508) and their markers.

use super::version::Version;
use std::fmt;

/// Dependency: name, extras, versions or URL, and marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    name: String,
    extras: Vec<String>,
    source: RequirementSource,
    marker: Option<Marker>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum RequirementSource {
    /// Comparisons, such as `>=1` and `<2`.
    Versions(Vec<String>),
    Url(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Marker {
    Or(Vec<Self>),
    And(Vec<Self>),
    /// Left side, operator and right side, as written.
    Compare(String, String, String),
}

/// Errors of a dependency specifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}: {what} at column {column}")]
#[non_exhaustive]
pub struct RequirementError {
    /// Text of the specifier.
    pub text: String,
    /// Description of the fault.
    pub what: &'static str,
    /// Position in characters, from 1.
    pub column: usize,
}

/// Maximum depth of markers.
const MAX_DEPTH: usize = 50;

const VARIABLES: [&str; 20] = [
    "python_full_version",
    "python_version",
    "python_implementation",
    "os_name",
    "os.name",
    "sys_platform",
    "sys.platform",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform.version",
    "platform_machine",
    "platform.machine",
    "platform_python_implementation",
    "platform.python_implementation",
    "implementation_name",
    "implementation_version",
    "dependency_groups",
    "extras",
    "extra",
];

/// Operators, longest first, so that `<=` is not parsed as `<`.
const OPERATORS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

/// Returns whether `name` is a valid project name (PEP 508).
pub(super) fn is_name(name: &str) -> bool {
    let edge = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && edge(name.chars().next())
        && edge(name.chars().next_back())
}

struct RequirementParser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> RequirementParser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn refuse<T>(&self, what: &'static str) -> Result<T, RequirementError> {
        let column = self.text[..self.at].chars().count() + 1;
        Err(RequirementError { text: self.text.to_owned(), what, column })
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// Consumes `text` and following spaces.
    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
            self.space();
        }
        found
    }

    /// Consumes a whole word.
    fn eat_word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        rest.strip_prefix(word).is_some_and(ends) && self.eat(word)
    }

    fn while_matches(&mut self, matches: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c: char| !matches(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        self.space();
        taken
    }

    fn name(&mut self, what: &'static str) -> Result<String, RequirementError> {
        let start = self.at;
        let name = self.while_matches(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if is_name(name) {
            return Ok(name.to_owned());
        }
        self.at = start;
        self.refuse(what)
    }

    fn versions(&mut self) -> Result<Vec<String>, RequirementError> {
        let mut versions = Vec::new();
        loop {
            let start = self.at;
            let Some(operator) = OPERATORS.iter().copied().find(|operator| self.eat(operator)) else {
                return self.refuse("expected a version comparison");
            };
            let version = self.while_matches(|c| {
                c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '+' | '!')
            });
            let plain = match operator {
                "==" | "!=" => version.strip_suffix(".*").unwrap_or(version),
                _ => version,
            };
            let known = operator == "===" && !version.is_empty();
            let enough = operator != "~=" || plain.contains('.');
            if !(known || (plain.parse::<Version>().is_ok() && enough)) {
                self.at = start;
                return self.refuse("the version does not fit its comparison");
            }
            versions.push(format!("{operator}{version}"));
            if !self.eat(",") {
                return Ok(versions);
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, RequirementError> {
        self.space();
        let name = self.name("expected the name of a project")?;
        let mut extras = Vec::new();
        if self.eat("[") && !self.eat("]") {
            loop {
                extras.push(self.name("expected the name of an extra")?);
                if !self.eat(",") {
                    break;
                }
            }
            if !self.eat("]") {
                return self.refuse("expected `]`");
            }
        }
        extras.sort();
        extras.dedup();
        let source = if self.eat("@") {
            let url = self.while_matches(|c| !matches!(c, ' ' | '\t') && !c.is_control());
            if url.is_empty() {
                return self.refuse("expected a URL");
            }
            RequirementSource::Url(url.to_owned())
        } else if self.eat("(") {
            let versions = self.versions()?;
            if !self.eat(")") {
                return self.refuse("expected `)`");
            }
            RequirementSource::Versions(versions)
        } else if self.rest().is_empty() || self.rest().starts_with(';') {
            RequirementSource::Versions(Vec::new())
        } else {
            RequirementSource::Versions(self.versions()?)
        };
        let marker = if self.eat(";") { Some(self.either(0)?) } else { None };
        if !self.rest().is_empty() {
            return self.refuse("unexpected text");
        }
        Ok(Requirement { name, extras, source, marker })
    }

    fn either(&mut self, depth: usize) -> Result<Marker, RequirementError> {
        let mut parts = vec![self.both(depth)?];
        while self.eat_word("or") {
            parts.push(self.both(depth)?);
        }
        Ok(joined(parts, Marker::Or))
    }

    fn both(&mut self, depth: usize) -> Result<Marker, RequirementError> {
        let mut parts = vec![self.comparison(depth)?];
        while self.eat_word("and") {
            parts.push(self.comparison(depth)?);
        }
        Ok(joined(parts, Marker::And))
    }

    fn comparison(&mut self, depth: usize) -> Result<Marker, RequirementError> {
        if self.eat("(") {
            if depth == MAX_DEPTH {
                return self.refuse("too many parentheses");
            }
            let marker = self.either(depth + 1)?;
            return if self.eat(")") { Ok(marker) } else { self.refuse("expected `)`") };
        }
        let left = self.operand()?;
        let operator = if self.eat_word("in") {
            "in"
        } else if self.eat_word("not") {
            if !self.eat_word("in") {
                return self.refuse("expected `in`");
            }
            "not in"
        } else if let Some(operator) = OPERATORS.iter().copied().find(|operator| self.eat(operator)) {
            operator
        } else {
            return self.refuse("expected a comparison");
        };
        Ok(Marker::Compare(left, operator.to_owned(), self.operand()?))
    }

    fn operand(&mut self) -> Result<String, RequirementError> {
        for quote in ['"', '\''] {
            let Some(rest) = self.rest().strip_prefix(quote) else { continue };
            let Some((value, _)) = rest.split_once(quote) else {
                return self.refuse("the quote does not close");
            };
            self.at += value.len() + 2;
            self.space();
            let quote = if value.contains('"') { '\'' } else { '"' };
            return Ok(format!("{quote}{value}{quote}"));
        }
        match VARIABLES.iter().find(|variable| self.eat_word(variable)) {
            Some(variable) => Ok(variable.replace('.', "_")),
            None => self.refuse("expected a marker variable or a quoted string"),
        }
    }
}

fn joined(mut parts: Vec<Marker>, join: fn(Vec<Marker>) -> Marker) -> Marker {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            join(parts)
        }
        (None, _) => join(parts),
    }
}

impl std::str::FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        RequirementParser { text, at: 0 }.requirement()
    }
}

/// Returns the comparisons of a specifier set such as `>=3.8,<4`, joined by commas; empty for an
/// empty set.
///
/// # Errors
/// [`RequirementError`].
pub(super) fn specifier_set(text: &str) -> Result<String, RequirementError> {
    let mut parser = RequirementParser { text, at: 0 };
    parser.space();
    if parser.rest().is_empty() {
        return Ok(String::new());
    }
    let versions = parser.versions()?;
    if parser.rest().is_empty() { Ok(versions.join(",")) } else { parser.refuse("unexpected text") }
}

impl Requirement {
    /// Returns the dependency for the extra `extra`, whose name is normalized.
    #[must_use]
    pub fn for_extra(&self, extra: &str) -> Self {
        let asked = Marker::Compare("extra".to_owned(), "==".to_owned(), format!("\"{extra}\""));
        let marker = match self.marker.clone() {
            None => asked,
            Some(Marker::And(mut parts)) => {
                parts.push(asked);
                Marker::And(parts)
            }
            Some(other) => Marker::And(vec![other, asked]),
        };
        Self { marker: Some(marker), ..self.clone() }
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Self::Compare(left, operator, right) => return write!(formatter, "{left} {operator} {right}"),
            Self::Or(parts) => (parts, " or "),
            Self::And(parts) => (parts, " and "),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                formatter.write_str(word)?;
            }
            match (self, part) {
                // `and` has higher precedence than `or`.
                (Self::And(_), Self::Or(_)) => write!(formatter, "({part})")?,
                _ => write!(formatter, "{part}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if !self.extras.is_empty() {
            write!(formatter, "[{}]", self.extras.join(","))?;
        }
        let is_url = match &self.source {
            RequirementSource::Versions(versions) => {
                formatter.write_str(&versions.join(","))?;
                false
            }
            RequirementSource::Url(url) => {
                write!(formatter, " @ {url}")?;
                true
            }
        };
        match &self.marker {
            // A `;` directly after a URL would be part of it.
            Some(marker) if is_url => write!(formatter, " ; {marker}"),
            Some(marker) => write!(formatter, "; {marker}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        text.parse::<Requirement>().unwrap().to_string()
    }

    #[test]
    fn normal_forms() {
        for (text, expected) in [
            ("requests", "requests"),
            (" requests >= 2 , < 3 ", "requests>=2,<3"),
            ("a(==1.*)", "a==1.*"),
            ("a [ b , A ] ~= 1.0", "a[A,b]~=1.0"),
            ("a[]", "a"),
            ("a===any-thing", "a===any-thing"),
            ("a@https://x.org/a.zip", "a @ https://x.org/a.zip"),
            ("a @ file:///x ; os.name=='nt'", "a @ file:///x ; os_name == \"nt\""),
            ("a;python_version<'3.8'", "a; python_version < \"3.8\""),
            ("a; 'x\"y' in sys_platform", "a; 'x\"y' in sys_platform"),
            (
                "a; (os_name == 'a' or os_name not   in 'b') and extra=='x'",
                "a; (os_name == \"a\" or os_name not in \"b\") and extra == \"x\"",
            ),
            (
                "a; (os_name == 'a' and os_name == 'b') or extra == 'x'",
                "a; os_name == \"a\" and os_name == \"b\" or extra == \"x\"",
            ),
        ] {
            assert_eq!(normal(text), expected);
            assert_eq!(normal(expected), expected);
        }
    }

    #[test]
    fn extras_bind_looser_than_what_is_there() {
        let with = |text: &str| text.parse::<Requirement>().unwrap().for_extra("dev").to_string();
        assert_eq!(with("a>1"), "a>1; extra == \"dev\"");
        assert_eq!(with("a; os_name == 'x'"), "a; os_name == \"x\" and extra == \"dev\"");
        assert_eq!(
            with("a; os_name == 'x' or os_name == 'y'"),
            "a; (os_name == \"x\" or os_name == \"y\") and extra == \"dev\""
        );
    }

    #[test]
    fn refusals_have_a_column() {
        for (text, expected) in [
            ("", "expected the name of a project at column 1"),
            ("-a", "expected the name of a project at column 1"),
            ("a b", "expected a version comparison at column 3"),
            ("a>=", "the version does not fit its comparison at column 2"),
            ("a>=1.*", "the version does not fit its comparison at column 2"),
            ("a~=1", "the version does not fit its comparison at column 2"),
            ("a>=1,", "expected a version comparison at column 6"),
            ("a[b", "expected `]` at column 4"),
            ("a; foo == 'x'", "expected a marker variable or a quoted string at column 4"),
            ("a; os_name", "expected a comparison at column 11"),
            ("a; os_name == 'x", "the quote does not close at column 15"),
            ("a; (os_name == 'x'", "expected `)` at column 19"),
            ("a; os_name == 'x' extra", "unexpected text at column 19"),
            ("a\nb", "expected a version comparison at column 2"),
        ] {
            let error = text.parse::<Requirement>().unwrap_err().to_string();
            assert!(error.ends_with(expected), "{error}");
        }
        let deep = format!("a; {}", "(".repeat(10_000));
        assert_eq!(deep.parse::<Requirement>().unwrap_err().what, "too many parentheses");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = text.parse::<Requirement>();
        }
    }
}
