//! Comparison of a pyc's code with the code that its source compiles to.

use crate::diff::{first_difference, have_same_value, is_older_marshal};
use crate::marshal::{self, MarshalError};
use crate::object::Objects;
use crate::pyc::PycName;
use crate::target::Series;
use std::ops::Range;

/// Likeness of code to the expected code, closest first.
pub(super) enum Likeness {
    /// The same bytes.
    Exact,
    /// The same code with other references; contains the expected objects.
    OtherReferences(Objects),
    /// The same code in the format of an older version of marshal.
    OlderMarshal,
    /// The same code, with the elements of sets in another order.
    OtherSetOrder,
    /// Other code.
    Other,
}

/// Compares `code`, parsed as `objects`, with the `expected` code.
///
/// # Errors
/// The expected code cannot be parsed.
pub(super) fn likeness(
    code: &[u8],
    objects: &Objects,
    expected: &[u8],
    series: &Series,
) -> Result<Likeness, MarshalError> {
    if expected == code {
        return Ok(Likeness::Exact);
    }
    let expected = marshal::read(expected, series.code_layout)?;
    Ok(if is_older_marshal(objects) && !is_older_marshal(&expected) && have_same_value(objects, &expected) {
        Likeness::OlderMarshal
    } else if first_difference(objects, &expected).is_none() {
        Likeness::OtherReferences(expected)
    } else if have_same_value(objects, &expected) {
        Likeness::OtherSetOrder
    } else {
        Likeness::Other
    })
}

/// Returns the optimization levels that a pyc of this name can have; a legacy name allows all.
pub(super) fn levels(name: Option<&PycName>) -> Range<u8> {
    match name {
        Some(name) if name.cache_tag.is_some() => name.optimize..name.optimize + 1,
        _ => 0..3,
    }
}
