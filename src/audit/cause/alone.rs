//! One side of a comparison, for files that the other side lacks or only lists.

use super::fault::{Unchecked, unexplained};
use super::origin::{CompiledPyc, Origin, find};
use crate::audit::compilers::Compilers;
use crate::audit::search::Wanted;
use crate::audit::view::View;
use crate::diff::{Cause, CauseKind};
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
                true => Unchecked::Name.cause(&format!("{context}it is bytecode, but ")),
                false => cause,
            };
        }
        let compiled = self
            .read(name, &context)
            .and_then(|(name, pyc)| self.compiled(&name, &pyc, Wanted::First, &context));
        compiled.map_or_else(|other| other, |_| cause)
    }

    /// Reads a pyc, and returns its name with it.
    ///
    /// # Errors
    /// The cause, if the pyc cannot be read; `context` comes before the reason.
    pub(super) fn read(&self, name: &str, context: &str) -> Result<(String, Vec<u8>), Cause> {
        read(self.view, name).map_err(|error| Cause::new(CauseKind::NotChecked, format!("{context}{error}")))
    }

    /// Returns the compilation of the source of a pyc to it.
    ///
    /// # Errors
    /// The cause, if the source does not compile to the pyc; `context` comes before the reason of a
    /// pyc that was not checked.
    pub(super) fn compiled(
        &self,
        name: &str,
        pyc: &[u8],
        wanted: Wanted,
        context: &str,
    ) -> Result<CompiledPyc, Cause> {
        let found = find(self.view, self.sources, name, pyc);
        match found.map_or_else(|origin| origin, |found| found.origin(self.compilers, wanted)) {
            Origin::Source(compiled) => Ok(*compiled),
            Origin::Other(fault) => Err(unexplained(self.side, &fault)),
            Origin::Unknown(why) => Err(why.cause(context)),
        }
    }
}

/// Returns whether a file with any name can be read and is bytecode, without reading all of it.
fn is_bytecode(view: &View<'_>, name: &str) -> bool {
    view.place.carrier(&own_name(view, name)).is_ok_and(|carrier| carrier.magic.is_some())
}

/// Returns the name that a file has in its place: a single file may be compared with a file of
/// another name.
pub(super) fn own_name(view: &View<'_>, name: &str) -> String {
    match view.place {
        Place::File(_) => view.place.names().concat(),
        _ => name.to_owned(),
    }
}

/// Reads a file, and returns its own name with its content.
pub(super) fn read(view: &View<'_>, name: &str) -> Result<(String, Vec<u8>), PlaceError> {
    let name = own_name(view, name);
    let bytes = view.read(&name)?;
    Ok((name, bytes))
}
