//! Manifest of pycs, which two builders can compare with `cmp`.
//!
//! Formats: `pycompile-manifest/1` (schema in `schema/`), GNU coreutils' checksum lines, in-toto
//! Statement v1.
//!
//! **Invariant:** no time, host, user, absolute path, engine or thread count; entries sorted by
//! path.

mod beside;
mod elsewhere;
mod entry;
mod form;
mod in_toto;
mod inventory;
mod listed;
mod model;
mod parse;
mod sha256sum;
mod shard;

pub use beside::{entry_beside, facts};
pub use elsewhere::Shift;
pub use entry::{hex, pyc_entry, sha256, source_entry};
pub use form::ManifestForm;
pub use in_toto::in_toto;
pub use inventory::{EntryError, entry_of, existing_entry, inventory};
pub use listed::{Listed, archive_entry, listed};
pub use model::{FileEntry, ListedArchive, Manifest, SCHEMA, ShardEntry, SourceEntry};
pub use parse::{ManifestError, parse, parse_shard};
pub use sha256sum::sha256sum;
pub use shard::{MergeError, Shard, ShardError, merge};
