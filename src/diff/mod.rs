//! Two of anything → what differs, from the outside in.
//!
//! **Invariant:** no difference of bytes goes without a finding, and a finding names the finest thing that explains it.

mod same;

pub use same::first_difference;
