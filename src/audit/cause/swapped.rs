//! Pycs that the source of the other side explains: one that is left from it, or exchanged.

use super::SIDES;
use super::fault::{OfOtherSide, OriginFault};
use super::origin::{HeadedPyc, Origin, Wanted};
use crate::audit::compilers::Compilers;
use crate::engine::Engine;

/// Returns the origins of the pycs of both sides; a fault of code that the source of the other side
/// compiles to says so. `found` are the pycs.
pub(super) fn told(
    found: [&Result<HeadedPyc<'_>, Origin>; 2],
    origins: [Origin; 2],
    compilers: &Compilers<'_>,
) -> [Origin; 2] {
    let found = found.map(|found| found.as_ref().ok());
    let sources = found.map(|found| found.and_then(HeadedPyc::source));
    let [left, right] = origins;
    [(0, left), (1, right)].map(|(side, origin): (usize, Origin)| {
        match (origin, sources[side], sources[1 - side]) {
            (Origin::Other(fault), Some(own), Some(other))
                if fault.is_of_code() && own.bytes != other.bytes =>
            {
                let mut opened = Engine::open(&other.bytes);
                let origin =
                    found[side].map(|pyc| pyc.origin_from(other, &mut opened, compilers, Wanted::First));
                let whole = match origin {
                    Some(Origin::Source(_)) => true,
                    Some(origin) if origin.header_fault().is_some() => false,
                    _ => return Origin::Other(fault),
                };
                let of = OfOtherSide { side: SIDES[1 - side], source: other.name.clone(), whole };
                Origin::Other(OriginFault::Swapped { fault: Box::new(fault), of })
            }
            (origin, ..) => origin,
        }
    })
}
