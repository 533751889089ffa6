//! Comparison of two files, directories, archives or manifests, from the outside in.
//!
//! Two manifests, trees, wheels, zips or pycs can be compared, in any pairing. Files are paired by
//! path, or because two paths belong together; code objects by qualified name, instructions by
//! their effect, and locations by instruction.
//!
//! **Invariant:** every difference of bytes has a finding, and a finding names the most specific
//! part that explains it. The size of the listings is in proportion to the input.

mod align;
mod archive_path;
mod archives;
mod cause;
mod code;
mod content;
mod distance;
mod forms;
mod links;
mod listed_archives;
mod listing;
mod lists;
mod manifests;
mod model;
mod nested;
mod opened;
mod pairing;
mod places;
mod pyc;
mod references;
mod same;
mod sides;
mod tables;

pub use archive_path::ArchivePath;
pub use cause::{Cause, CauseKind, CauseReason, CodeOrigin, FailOn, PycFault};
pub use distance::code_distance;
pub use forms::{Form, differ, other_forms};
pub use lists::AS_LONG;
pub use model::{
    AlikePyc, Comparison, DiffFinding, DiffSubject, DifferenceKind, FileDifference, Row, SCHEMA, WHOLE_SIDE,
};
pub use nested::{Nested, read_within};
pub use places::compare;
pub use pyc::compare_pycs;
pub(crate) use pyc::compare_values;
pub use references::is_older_marshal;
pub use same::{first_difference, have_same_value};
pub use sides::{Side, SideError};
