//! Two of anything → what differs, from the outside in.
//!
//! Two manifests, trees, wheels, zips or pycs, in any pairing. Files are paired by name, code objects by qualified name,
//! instructions by what they do.
//!
//! **Invariant:** no difference of bytes goes without a finding, and a finding names the finest thing that explains it.

mod align;
mod archives;
mod code;
mod listing;
mod model;
mod places;
mod pyc;
mod references;
mod same;

pub use model::{Comparison, FileDifference, Finding, Kind, Row, SCHEMA};
pub use places::{Side, SideError, compare};
pub use same::first_difference;
