//! Pycs that another source explains: that of the other side, from which one is left, or one next
//! to their own.

use super::SIDES;
use super::fault::{OriginFault, OtherCode, OtherOrigin};
use super::origin::{HeadedPyc, Origin};
use crate::audit::compilers::Compilers;
use crate::audit::search::Wanted;
use crate::engine::Engine;

/// Adds to the faults of both sides the other source that compiles to the code, if there is one.
/// `found` has the pycs of the sides.
pub(super) fn with_other_sources(
    found: [&Result<HeadedPyc<'_>, Origin>; 2],
    origins: [Origin; 2],
    compilers: &Compilers<'_>,
) -> [Origin; 2] {
    let found = found.map(|found| found.as_ref().ok());
    let [left, right] = origins;
    [(0, left), (1, right)].map(|(side, origin): (usize, Origin)| match (origin, found[side]) {
        (Origin::Other(fault), Some(pyc)) if fault.is_of_code() => {
            let of = of_other_side(pyc, found[1 - side], SIDES[1 - side], compilers)
                .or_else(|| pyc.other_source(compilers).map(|source| OtherOrigin::Beside(source.name)));
            Origin::Other(match of {
                Some(of) => OriginFault::Swapped { fault: Box::new(fault), of },
                None => fault,
            })
        }
        (origin, _) => origin,
    })
}

/// Returns the relation of a pyc to the source of the other side, if it compiles to the code.
fn of_other_side(
    pyc: &HeadedPyc<'_>,
    other: Option<&HeadedPyc<'_>>,
    side: &'static str,
    compilers: &Compilers<'_>,
) -> Option<OtherOrigin> {
    let (own, other) = (pyc.source()?, other.and_then(HeadedPyc::source)?.lent());
    if own.bytes == other.bytes {
        return None;
    }
    let mut opened = Engine::open(&other.bytes);
    let is_whole = match pyc.origin_from(&other, &mut opened, compilers, Wanted::First) {
        Origin::Source(_) => true,
        Origin::Other(OriginFault::Header { code: OtherCode::Right, .. }) => false,
        _ => return None,
    };
    Some(OtherOrigin::OtherSide { side, source: other.name, is_whole })
}
