//! Code objects of a module → marshal bytes, with `FLAG_REF` where CPython sets it.
//!
//! CPython: `Python/marshal.c`, which flags objects that have more than one reference when they are
//! written. All objects that survive compilation are reachable from the root code object, so the
//! number of references follows from the identities in [`Constants`]. Interned strings, small
//! integers and singletons always count as shared.
//!
//! **Invariant:** both walks, the one that counts and the one that writes, use the same identities.

mod count;
mod identity;
mod write;

use self::count::Counter;
use self::identity::Identities;
use self::write::ReferenceWriter;
use super::assemble::ModuleCodes;
use super::constants::{CodeId, Constants};
use crate::allowance;
use crate::target::Target;
use crate::text::{ErrorType, Names, SyntaxError};

/// Bytes that both walks take for a constant, besides those that are written.
const PER_CONSTANT: usize = 48;

/// Returns the marshal bytes of the code object `root` (`PyMarshal_WriteObjectToString`).
///
/// # Errors
/// Fails if objects are nested deeper than `marshal` allows.
pub fn finish(
    root: CodeId,
    constants: &mut Constants,
    codes: &ModuleCodes,
    names: &Names,
    filename: &[u8],
    target: &Target,
) -> Result<Vec<u8>, SyntaxError> {
    allowance::hold(constants.len() * PER_CONSTANT);
    let identities = Identities::new(constants, codes, names, filename, target);
    allowance::hold(identities.bytes);
    let Some(counts) = Counter::count(root, constants, codes, &identities) else {
        let message = "object too deeply nested to marshal".to_owned();
        return Err(SyntaxError::without_place(ErrorType::Value, message));
    };
    Ok(ReferenceWriter::write(root, constants, codes, &identities, &counts, &target.features))
}
