//! Comparison of a pyc's code with the code that its source compiles to.

use crate::diff::{first_difference, have_same_value, is_older_marshal};
use crate::engine::{Diagnostic, OpenSource, TargetEngine};
use crate::marshal::{self, MarshalError};
use crate::object::{Objects, Value, lines};
use crate::pyc::PycName;
use crate::target::Series;
use std::ffi::OsStr;
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
    /// The code that is compiled without columns, in any of these forms.
    NoColumns,
    /// Other code.
    Other,
}

/// Code of a pyc, to be compared with the code that engines compile a source to.
pub(super) struct FoundCode<'a> {
    code: &'a [u8],
    objects: &'a Objects,
    /// File name that the code records.
    filename: &'a OsStr,
    lacks_columns: bool,
}

/// Code that a source compiles to, and the likeness of a pyc's code to it.
pub(super) struct Compared {
    pub(super) likeness: Likeness,
    pub(super) expected: Vec<u8>,
}

/// Reason for which there is nothing to compare with.
pub(super) enum CompareError {
    /// The source does not compile.
    Compile(Box<Diagnostic>),
    /// The compiled code cannot be parsed.
    Malformed(MarshalError),
}

impl<'a> FoundCode<'a> {
    /// `code` was parsed as `objects`.
    pub(super) fn new(code: &'a [u8], objects: &'a Objects, filename: &'a OsStr, series: &Series) -> Self {
        let mut codes = objects.nodes().filter_map(|(_, node)| match &node.value {
            Value::Code(code) => Some(objects.bytes(code.linetable)),
            _ => None,
        });
        let lacks = |table: &[u8]| lines::lacks_columns(series.line_format, table);
        let lacks_columns = codes.all(|table| table.is_some_and(lacks));
        Self { code, objects, filename, lacks_columns }
    }

    /// Compares the code with the code that an engine compiles a source to.
    ///
    /// # Errors
    /// [`CompareError`].
    pub(super) fn against(
        &self,
        target: &TargetEngine,
        level: u8,
        opened: &mut OpenSource<'_>,
    ) -> Result<Compared, CompareError> {
        let compiled = opened.compile(&target.engine, self.filename, level).code;
        let whole = self.compared(compiled, target.series)?;
        if !(self.lacks_columns && matches!(whole.likeness, Likeness::Other)) {
            return Ok(whole);
        }
        let compiled = opened.compile_without_columns(&target.engine, self.filename, level).code;
        // The first comparison is right if there is no second one.
        let Ok(Compared { likeness, expected }) = self.compared(compiled, target.series) else {
            return Ok(whole);
        };
        let likeness = match likeness {
            Likeness::Other => Likeness::Other,
            _ => Likeness::NoColumns,
        };
        Ok(Compared { likeness, expected })
    }

    fn compared(
        &self,
        compiled: Result<Vec<u8>, Box<Diagnostic>>,
        series: &Series,
    ) -> Result<Compared, CompareError> {
        let expected = compiled.map_err(CompareError::Compile)?;
        let likeness = likeness(self.code, self.objects, &expected, series);
        Ok(Compared { likeness: likeness.map_err(CompareError::Malformed)?, expected })
    }
}

/// Compares `code`, parsed as `objects`, with the `expected` code.
///
/// # Errors
/// The expected code cannot be parsed.
fn likeness(
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
