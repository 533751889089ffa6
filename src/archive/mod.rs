//! The bytes of a zip, wheel or zipapp → its files, when nothing about them is in doubt.
//!
//! Written after PKWARE's APPNOTE.TXT; CPython: `Lib/zipfile`, `Lib/zipimport.py`. A zip says most
//! things twice (a local header before each file, the central directory behind all of them), and
//! readers differ in which they believe. This one wants both to agree, every byte to belong to
//! exactly one thing, and every name to stay inside. That is why it is not the `zip` crate's: a
//! reader that opens as many archives as it can takes the central directory's word for most things
//! and does not show the local headers. The crate cross-reads in the tests what is written and read
//! here.
//!
//! **Invariant:** no input panics, takes memory out of proportion to its size, or is half read: an
//! archive is whole or it is an error that names the archive and the entry.
//!
//! [`read`] is the way in; [`Limits`] bounds what it takes. Nothing is written to disk and no link
//! is followed.

mod directory;
mod entry;
mod error;
mod fields;
mod name;
mod package;
mod reader;
mod sdist;
mod stream;

#[cfg(test)]
pub(crate) mod tests;

pub use entry::{Archive, Bytes, Compression, DosTime, Entry, File};
pub use error::{ArchiveError, Fault};
pub use name::{Clash, NameFault, NameTree, check_file_name, collision_key};
pub use package::{Facts, Format, Special, What, is_package, is_package_file, read_package};
pub use reader::{DEPTH, Limits, Prefix, read, read_file};
pub use sdist::Sdist;
pub use stream::{Blocks, Reader};
