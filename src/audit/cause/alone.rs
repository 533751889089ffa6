//! One side of a comparison whose other side has no such file, or only lists it.

use super::fault::{Unchecked, unexplained};
use super::origin::{CompiledPyc, Origin, Wanted, find};
use crate::audit::compilers::Compilers;
use crate::audit::view::View;
use crate::diff::{Cause, CauseKind};
use crate::engine::Engine;
use crate::input::{Place, PlaceError};

/// A side.
pub(super) struct Alone<'a> {
    pub(super) side: usize,
    pub(super) view: &'a View<'a>,
    pub(super) sources: Option<&'a View<'a>>,
    pub(super) compilers: &'a Compilers<'a>,
}

impl Alone<'_> {
    /// Returns `cause`, unless the file is bytecode that is not known to come from its source,
    /// under any name.
    pub(super) fn cause(&self, name: &str, cause: Cause) -> Cause {
        let context = format!("{}: ", cause.reason.sentence());
        if !name.ends_with(".pyc") {
            return match is_bytecode(self.view, name) {
                true => Unchecked::Name.cause(&format!("{context}bytecode, and ")),
                false => cause,
            };
        }
        match self.compiled(name, Wanted::First, &context) {
            Ok(_) => cause,
            Err(other) => other,
        }
    }

    /// Returns the pyc and the compilation of its source to it.
    ///
    /// # Errors
    /// The cause, if the source does not compile to the pyc; `context` comes before the reason of a
    /// pyc that was not checked.
    pub(super) fn compiled(
        &self,
        name: &str,
        wanted: Wanted,
        context: &str,
    ) -> Result<(Vec<u8>, CompiledPyc), Cause> {
        let (name, bytes) = read(self.view, name)
            .map_err(|error| Cause::new(CauseKind::NotChecked, format!("{context}{error}")))?;
        let origin = match find(self.view, self.sources, &name, &bytes) {
            Ok(found) => match found.source() {
                Some(source) => {
                    found.origin_from(source, &mut Engine::open(&source.bytes), self.compilers, wanted)
                }
                None => found.origin(self.compilers),
            },
            Err(origin) => origin,
        };
        match origin {
            Origin::Source(compiled) => Ok((bytes, compiled)),
            Origin::Other(fault) => Err(unexplained(self.side, &fault)),
            Origin::Unknown(why) => Err(why.cause(context)),
        }
    }
}

/// Returns whether a file with any name can be read and is bytecode, without reading all of it.
fn is_bytecode(view: &View<'_>, name: &str) -> bool {
    let name = match view.place {
        Place::File(_) => view.place.names().concat(),
        _ => name.to_owned(),
    };
    view.place.carrier(&name).is_ok_and(|carrier| carrier.magic.is_some())
}

/// Reads a file, and returns its name: a single file may be compared with a file of another name.
pub(super) fn read(view: &View<'_>, name: &str) -> Result<(String, Vec<u8>), PlaceError> {
    let name = match view.place {
        Place::File(_) => view.place.names().concat(),
        _ => name.to_owned(),
    };
    let bytes = view.read(&name)?;
    Ok((name, bytes))
}
