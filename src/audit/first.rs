//! The first place at which a pyc's code differs from the code that was expected.

use crate::diff::{Kind, Row, compare_pycs};

/// A place in a module, and how it differs there.
pub(super) struct FirstPlace {
    /// `demo.core:Store.get`, or the module alone.
    place: String,
    line: Option<u32>,
    /// `RETURN_CONST 1 became RETURN_CONST 2`, or the kind of difference.
    what: String,
}

impl FirstPlace {
    /// Compares two pycs, of which `name` is the name.
    pub(super) fn of(name: &str, expected: &[u8], found: &[u8]) -> Option<Self> {
        let findings = compare_pycs(name, expected, found);
        let weight = |kind: Kind| match kind {
            Kind::Instructions => 0,
            Kind::Constants | Kind::Names => 1,
            Kind::LineTable | Kind::FirstLine => 3,
            _ => 2,
        };
        let finding = findings.iter().min_by_key(|finding| weight(finding.kind))?;
        let differs = |row: &Row| !row.same && (row.left.is_some() || row.right.is_some());
        let (line, what) = match finding.rows.iter().position(differs) {
            Some(at) => {
                let row = &finding.rows[at];
                let ((line, left), (_, right)) =
                    (instruction(row.left.as_deref()), instruction(row.right.as_deref()));
                // Only the first instruction of a line has its number.
                let before =
                    finding.rows[..at].iter().rev().find_map(|row| instruction(row.left.as_deref()).0);
                (line.or(before), format!("{left} became {right}"))
            }
            None => (None, finding.kind.words().to_owned()),
        };
        let place = finding.place.clone().unwrap_or_else(|| name.to_owned());
        Some(Self { place, line, what })
    }

    /// Returns the code object and the line: `f, line 3`.
    pub(super) fn within_module(&self) -> String {
        let code = self.place.rsplit_once(':').map_or("<module>", |(_, code)| code);
        format!("{code}{}", self.line())
    }

    fn line(&self) -> String {
        self.line.map_or(String::new(), |line| format!(", line {line}"))
    }
}

impl std::fmt::Display for FirstPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "at {}{}, {}", self.place, self.line(), self.what)
    }
}

/// Splits a listed instruction into its line, if it begins one, and its text; other rows are text.
fn instruction(side: Option<&str>) -> (Option<u32>, String) {
    let Some(side) = side else { return (None, "nothing".to_owned()) };
    let words: Vec<&str> = side.split_whitespace().collect();
    let numbers = words.iter().take_while(|word| word.parse::<u32>().is_ok()).count();
    let line = if numbers == 2 { words[0].parse().ok() } else { None };
    (line, words[numbers.min(words.len() - usize::from(!words.is_empty()))..].join(" "))
}
