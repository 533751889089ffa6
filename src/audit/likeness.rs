//! Comparison of a pyc's code with the code that its source compiles to.

use super::filename;
use super::reason::WrongName;
use crate::diff::{Form, code_distance, have_same_value, other_forms};
use crate::engine::{Diagnostic, OpenSource, TargetEngine};
use crate::marshal::{self, MarshalError};
use crate::object::{Objects, Value, lines};
use crate::pyc::{HEADER_SIZE, Header};
use crate::target::Series;
use std::ffi::{OsStr, OsString};

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
pub(super) struct PycCode<'a> {
    bytes: &'a [u8],
    pub(super) objects: Objects,
    pub(super) series: &'a Series,
    /// File name that the module records.
    pub(super) recorded: String,
    /// The same file name, as compilers take it.
    filename: OsString,
    lacks_columns: bool,
}

/// Reason for which the code of a pyc cannot be compared.
pub(super) enum UnreadCode {
    /// The code cannot be parsed.
    Malformed(MarshalError),
    /// Content other than a code object.
    NotCode,
    /// Code with a recorded name that no file can have.
    NoName,
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

impl<'a> PycCode<'a> {
    /// Reads the code of a pyc, whose header has been read.
    ///
    /// # Errors
    /// [`UnreadCode`].
    pub(super) fn read(pyc: &'a [u8], series: &'a Series) -> Result<Self, UnreadCode> {
        let bytes = pyc.get(HEADER_SIZE..).unwrap_or_default();
        let objects = marshal::read(bytes, series.code_layout).map_err(UnreadCode::Malformed)?;
        let root = objects.code(Objects::ROOT).ok_or(UnreadCode::NotCode)?;
        let names = objects.text(root.filename).zip(objects.os_name(root.filename));
        let (recorded, filename) = names.ok_or(UnreadCode::NoName)?;
        let lacks_columns = objects.nodes().all(|(_, node)| match &node.value {
            Value::Code(code) => {
                let table = objects.bytes(code.linetable);
                table.is_some_and(|table| lines::lacks_columns(series.line_format, table))
            }
            _ => true,
        });
        Ok(Self { bytes, objects, series, recorded, filename, lacks_columns })
    }

    /// Returns the code with the file name of the module in all its code objects, if they record
    /// several names, and the fault of these. `own` is the path of the source.
    pub(super) fn with_one_name(
        &self,
        own: &str,
        is_file: &dyn Fn(&str) -> bool,
    ) -> Option<(Self, WrongName)> {
        let (objects, wrong) = filename::mixed(&self.objects, own, is_file)?;
        let (recorded, filename) = (self.recorded.clone(), self.filename.clone());
        Some((Self { objects, recorded, filename, ..*self }, wrong))
    }

    /// Returns whether the code is in a form that tools of distributions write; `expected` is the
    /// code that the source compiles to.
    pub(super) fn is_of_other_tool(&self, expected: &[u8]) -> bool {
        let Ok(mut expected) = marshal::read(expected, self.series.code_layout) else { return false };
        [marshal::drop_unused_flags, marshal::minimal_refs].iter().any(|form| {
            form(&mut expected);
            marshal::write(&expected) == self.bytes
        })
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
            let code = compiled(target, &self.filename, level, opened, lacks_columns);
            let expected = code.map_err(CompareError::Compile)?;
            Ok(Compared { likeness: self.likeness(&expected).map_err(CompareError::Malformed)?, expected })
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

    /// Returns the number of code objects that differ from those of other code.
    pub(super) fn distance(&self, expected: &[u8]) -> usize {
        let expected = marshal::read(expected, self.series.code_layout);
        expected.map_or(usize::MAX, |expected| code_distance(&self.objects, &expected))
    }

    fn likeness(&self, expected: &[u8]) -> Result<Likeness, MarshalError> {
        if expected == self.bytes {
            return Ok(Likeness::Exact);
        }
        let expected = marshal::read(expected, self.series.code_layout)?;
        Ok(match have_same_value(&self.objects, &expected) {
            true => Likeness::OtherForm(other_forms(&self.objects, &expected)),
            false => Likeness::Other,
        })
    }
}

/// Returns the file name that the module of a pyc records, if its code can be read.
pub(super) fn recorded_name(pyc: &[u8]) -> Option<String> {
    let series = Series::with_magic(Header::parse(pyc).ok()?.magic())?;
    PycCode::read(pyc, series).ok().map(|code| code.recorded)
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
