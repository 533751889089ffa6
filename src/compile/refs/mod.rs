//! Code objects of a module → marshal bytes, with FLAG_REF where CPython sets it.
//!
//! CPython's `Python/marshal.c` flags what is referenced more than once when it is written. All that survives
//! compilation is reachable from the root code object, so the count of references follows from the identities that
//! [`Constants`] keeps: interned strings, small integers and singletons count as shared always.
//!
//! **Invariant:** both walks, the one that counts and the one that writes, go by the same table of identities.

mod count;
mod identity;
mod write;

use self::count::Counter;
use self::identity::Identities;
use self::write::Writer;
use super::assemble::Codes;
use super::constants::{CodeId, Constants};
use crate::target::Target;
use crate::text::{ErrorType, Location, Names, SyntaxError};

/// The marshal bytes of the code object `root`.
///
/// # Errors
/// Objects nested deeper than `marshal` goes.
pub fn finish(
    root: CodeId,
    constants: &mut Constants,
    codes: &Codes,
    names: &Names,
    filename: &[u8],
    target: &Target,
) -> Result<Vec<u8>, SyntaxError> {
    let identities = Identities::new(constants, codes, names, filename, target);
    let Some(counts) = Counter::count(root, constants, codes, &identities) else {
        let message = "object too deeply nested to marshal".to_owned();
        return Err(SyntaxError { kind: ErrorType::Value, message, location: Location::NONE });
    };
    Ok(Writer::write(root, constants, codes, &identities, &counts, &target.features))
}
