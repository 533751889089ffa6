//! Metadata and files of a project → the files of a wheel; an existing wheel → the same wheel, made
//! deterministic.
//!
//! Binary distribution format (PEP 427, 491, 425), core metadata 2.4, `pyproject.toml` (PEP 621,
//! 639), dependency specifiers (PEP 508, 440), RECORD (PEP 376, 627).
//!
//! **Invariant:** the result is complete: every file has its row in RECORD, the tags in `WHEEL` are
//! those of the file name, and everything that was dropped is listed in a [`Note`].
//!
//! [`assemble`] builds a wheel, [`repack`] rewrites an existing one, [`Project`] holds the
//! metadata. None of them writes a file: [`crate::archive::write`] writes the list of files
//! that they return. Modification times are not part of it.

mod assemble;
mod check;
mod descriptor;
mod entry_points;
mod error;
mod headers;
mod installed;
mod license;
mod metadata;
mod name;
mod prepared;
pub mod project;
mod record;
mod repack;
mod replaced;
mod requirement;
mod requires_python;
mod sectioned;
mod top_level;
mod version;

#[cfg(test)]
mod tests;

pub use assemble::{Wheel, assemble, in_order, refuse_timestamp_pycs};
pub use check::faults;
pub use descriptor::{Descriptor, DescriptorError};
pub use entry_points::entry_point_notes;
pub use error::WheelError;
pub use installed::{installed_path, installed_place, refuse_one_place};
pub use license::{LicenseError, normalize_license};
pub use metadata::{MetadataError, hold_against_folder, hold_against_name};
pub use name::{TagSet, WheelName, WheelNameError, escape_name, normalize_name};
pub use prepared::{DistInfo, Prepared, PreparedError, PreparedFault, prepared_field};
pub use project::{Project, ProjectFault, ProjectTableError};
pub use record::{Digests, Record, RecordError, RecordRow};
pub use repack::{CheckedWheel, Note, PycTreatment, RepackedWheel, repack};
pub use requirement::{Requirement, RequirementError};
pub use requires_python::RequiresPython;
pub use top_level::top_level_notes;
pub use version::{Version, WheelVersionError};
