//! Comparison of a pyc's code with the code that its source compiles to.

use crate::diff::{Form, have_same_value, other_forms};
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
    /// The same code in other forms.
    OtherForm(Vec<Form>),
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

/// Reason why there is nothing to compare with.
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
        let mut compare = |lacks_columns: bool| {
            let code = compiled(target, self.filename, level, opened, lacks_columns);
            self.compared(code, target.series)
        };
        let whole = compare(false)?;
        if !(self.lacks_columns && matches!(whole.likeness, Likeness::Other)) {
            return Ok(whole);
        }
        // The first comparison is right if there is no second one.
        let Ok(Compared { likeness, expected }) = compare(true) else { return Ok(whole) };
        let likeness = match likeness {
            Likeness::Exact => Likeness::OtherForm(vec![Form::NoColumns]),
            Likeness::OtherForm(mut forms) => {
                forms.push(Form::NoColumns);
                Likeness::OtherForm(forms)
            }
            Likeness::Other => Likeness::Other,
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

/// Compiles a source, with the columns of locations or without them.
pub(super) fn compiled(
    target: &TargetEngine,
    filename: &OsStr,
    level: u8,
    opened: &mut OpenSource<'_>,
    lacks_columns: bool,
) -> Result<Vec<u8>, Box<Diagnostic>> {
    match lacks_columns {
        true => opened.compile_without_columns(&target.engine, filename, level).code,
        false => opened.compile(&target.engine, filename, level).code,
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
    Ok(match have_same_value(objects, &expected) {
        true => Likeness::OtherForm(other_forms(objects, &expected)),
        false => Likeness::Other,
    })
}

/// Returns the optimization levels that a pyc of this name can have; a legacy name allows all.
pub(super) fn levels(name: Option<&PycName>) -> Range<u8> {
    match name {
        Some(name) if name.cache_tag.is_some() => name.optimize..name.optimize + 1,
        _ => 0..3,
    }
}
