//! `Requires-Python`: the series that a project allows (PEP 440, PEP 508).

use super::requirement::specifier_set;
use crate::target::PyVersion;
use std::cmp::Ordering;
use std::fmt;

/// Largest patch number that is tried.
const MAX_PATCH: u32 = 99;

/// Set of versions of Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiresPython {
    text: String,
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    operator: &'static str,
    release: Vec<u32>,
    /// The version ends with `.*`.
    is_prefix: bool,
}

/// Operators, each before those that it begins with.
const OPERATORS: [&str; 8] = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

impl RequiresPython {
    /// Parses a specifier set such as `>=3.9,<4`; `None` if it is invalid.
    pub fn parse(text: &str) -> Option<Self> {
        let text = specifier_set(text).ok()?;
        let clauses = text.split(',').map(str::trim).filter(|clause| !clause.is_empty());
        let clauses = clauses.map(Clause::parse).collect::<Option<Vec<_>>>()?;
        Some(Self { text, clauses })
    }

    /// Returns whether some release of the series is allowed.
    pub fn allows(&self, series: PyVersion) -> bool {
        (0..=MAX_PATCH).any(|patch| {
            let release = [series.major.into(), series.minor.into(), patch];
            self.clauses.iter().all(|clause| clause.admits(&release))
        })
    }
}

impl fmt::Display for RequiresPython {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Clause {
    fn parse(text: &str) -> Option<Self> {
        let operator = OPERATORS.into_iter().find(|operator| text.starts_with(operator))?;
        let version = text[operator.len()..].trim().trim_start_matches('v');
        let is_prefix = version.ends_with(".*");
        // Suffixes such as `rc1` choose among the releases of a series, and are not compared.
        let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
        let parts = version[..end].trim_matches('.').split('.');
        let release = parts.map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()?;
        Some(Self { operator, release, is_prefix })
    }

    fn admits(&self, release: &[u32; 3]) -> bool {
        let own = self.release.as_slice();
        let order = (0..own.len().max(release.len()))
            .map(|at| release.get(at).unwrap_or(&0).cmp(own.get(at).unwrap_or(&0)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal);
        let has_prefix = |prefix: &[u32]| prefix.iter().zip(release).all(|(own, other)| own == other);
        let is_equal = if self.is_prefix { has_prefix(own) } else { order.is_eq() };
        match self.operator {
            "~=" => order.is_ge() && has_prefix(&own[..own.len().saturating_sub(1)]),
            "!=" => !is_equal,
            "<=" => order.is_le(),
            ">=" => order.is_ge(),
            "<" => order.is_lt(),
            ">" => order.is_gt(),
            _ => is_equal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected series are those of which `packaging.specifiers.SpecifierSet` contains a
    /// release `3.N.0` to `3.N.99`.
    #[test]
    fn series_that_specifiers_allow() {
        for (text, expected) in [
            ("", vec![8, 9, 10, 11, 12, 13, 14, 15]),
            (">=3.12", vec![12, 13, 14, 15]),
            (">= 3.9, < 3.14", vec![9, 10, 11, 12, 13]),
            ("<3.13", vec![8, 9, 10, 11, 12]),
            ("<=3.13", vec![8, 9, 10, 11, 12, 13]),
            (">3.13", vec![13, 14, 15]),
            (">3.13.99", vec![14, 15]),
            ("~=3.12", vec![12, 13, 14, 15]),
            ("~=3.12.4", vec![12]),
            ("==3.13.*", vec![13]),
            ("==3.13", vec![13]),
            ("!=3.14.*,>=3.13", vec![13, 15]),
            ("!=3.14.0,>=3.13", vec![13, 14, 15]),
            ("===3.13.5", vec![13]),
            (">=3.14.0rc1", vec![14, 15]),
            ("<3.15.0a0,>=3.13", vec![13, 14]),
            (">=2.7,!=3.0.*,!=3.9.*", vec![8, 10, 11, 12, 13, 14, 15]),
            ("<4,>=3.8.1", vec![8, 9, 10, 11, 12, 13, 14, 15]),
            ("<3", vec![]),
        ] {
            let set = RequiresPython::parse(text).unwrap();
            let allowed: Vec<u8> = (8..=15).filter(|&minor| set.allows(PyVersion::new(3, minor))).collect();
            assert_eq!(allowed, expected, "{text}");
        }
        assert_eq!(RequiresPython::parse("^3.8"), None);
        assert_eq!(RequiresPython::parse("3.8"), None);
    }
}
