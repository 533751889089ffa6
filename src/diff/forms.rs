//! Differences of form between two marshalled objects with the same value.

use super::references::{is_interned, is_older_marshal};
use super::same::{first_difference, same_orders};
use crate::object::{Objects, Value};

/// Difference of form between two codes with the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Form {
    /// One code is in the format of an older version of marshal.
    OlderMarshal,
    /// The elements of sets are in another order.
    SetOrder,
    /// Other objects are marked with `FLAG_REF`, or written as references.
    References,
    /// Other strings are interned.
    Interned,
    /// Objects have other type codes.
    Encoding,
    /// The line tables of one code have no columns (`-X no_debug_ranges`).
    NoColumns,
}

impl Form {
    /// Returns the noun phrase for the part that differs.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OlderMarshal => "the marshal version",
            Self::SetOrder => "the order of set members",
            Self::References => "references (FLAG_REF)",
            Self::Interned => "interned strings",
            Self::Encoding => "the encoding of objects",
            Self::NoColumns => "columns (-X no_debug_ranges)",
        }
    }
}

/// Returns the clause that these parts differ: `the source time and interned strings differ`.
pub fn differ(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [part] if part.starts_with("the ") => format!("{part} differs"),
        [part] => format!("{part} differ"),
        [rest @ .., last] => format!("{} and {last} differ", rest.join(", ")),
    }
}

/// Returns the forms in which two objects with the same value and other bytes differ.
pub fn other_forms(one: &Objects, other: &Objects) -> Vec<Form> {
    let mut forms = Vec::new();
    let is_older = is_older_marshal(one) != is_older_marshal(other);
    if is_older {
        forms.push(Form::OlderMarshal);
    }
    let have_other_orders = first_difference(one, other).is_some();
    if have_other_orders {
        forms.push(Form::SetOrder);
    }
    // Older versions of marshal mark, share and encode all objects differently.
    if !is_older {
        let written = if have_other_orders {
            let (mut one, mut other) = (one.clone(), other.clone());
            same_orders(&mut one, &mut other);
            written_forms(&one, &other)
        } else {
            written_forms(one, other)
        };
        forms.extend(written);
    }
    if forms.is_empty() {
        // The same objects have other numbers.
        forms.push(Form::References);
    }
    forms
}

/// Returns the forms in which single objects differ.
fn written_forms(one: &Objects, other: &Objects) -> Vec<Form> {
    let (mut references, mut interned, mut encoding) = (false, false, false);
    let mut pairs = vec![(Objects::ROOT, Objects::ROOT)];
    while let Some((left, right)) = pairs.pop() {
        let (a, b) = (one.node(left), other.node(right));
        references |= a.flagged != b.flagged;
        match (&a.value, &b.value) {
            (Value::Ref(_), Value::Ref(_)) => continue,
            (Value::Ref(_), _) | (_, Value::Ref(_)) => {
                references = true;
                continue;
            }
            (Value::Sequence(a), Value::Sequence(b)) => {
                pairs.extend(a.iter().copied().zip(b.iter().copied()));
            }
            (Value::Code(a), Value::Code(b)) => pairs.extend(a.parts().zip(b.parts())),
            _ => {}
        }
        interned |= is_interned(a) != is_interned(b);
        encoding |= type_family(a.type_code) != type_family(b.type_code);
    }
    let found = [(references, Form::References), (interned, Form::Interned), (encoding, Form::Encoding)];
    found.into_iter().filter(|(differs, _)| *differs).map(|(_, form)| form).collect()
}

/// Returns the same number for type codes that differ only in whether a string is interned.
const fn type_family(type_code: u8) -> u8 {
    match type_code {
        b'a' | b'A' | b'(' => 1,
        b'u' | b't' => 2,
        b'f' | b'x' => 3,
        b'I' => 4,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_agrees_with_its_subject() {
        assert_eq!(differ(&[]), "");
        assert_eq!(differ(&[Form::SetOrder.words()]), "the order of set members differs");
        assert_eq!(differ(&[Form::Interned.words()]), "interned strings differ");
        assert_eq!(differ(&["the size", "the time", "flags"]), "the size, the time and flags differ");
    }
}
