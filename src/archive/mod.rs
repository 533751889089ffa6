//! The bytes of a zip, wheel or zipapp → its files, if all readers would read the same; files → a
//! zip.
//!
//! Written after PKWARE's APPNOTE.TXT; CPython: `Lib/zipfile`, `Lib/zipimport.py`. A zip contains
//! most facts twice (in a local header before each file, and in the central directory after all
//! files), and readers differ in which copy they use. This reader requires that both agree, that
//! every byte belongs to exactly one part, and that no name leads outside. The `zip` crate does not
//! check this: it opens as many archives as it can, relies on the central directory for most facts,
//! and does not expose the local headers. In the tests, the crate reads archives that pycompile
//! writes, and writes archives that this module reads.
//!
//! **Invariant:** no input causes a panic, memory out of proportion to its size, or a partial
//! result: the result is the whole archive, or an error that names the archive and the entry. The
//! bytes of a zip depend only on its files, their order and [`ZipOptions`].
//!
//! [`read`] and [`write()`] are the entry points; [`ArchiveLimits`] bounds the resources. Nothing
//! is written to disk, and no link is followed.

mod container;
mod directory;
mod entry;
mod error;
mod fields;
mod importers;
mod name;
mod own;
mod package;
mod reader;
mod sdist;
mod stream;
mod writer;
mod zipapp;

#[cfg(test)]
pub(crate) mod tests;

pub use container::{Container, is_called_an_archive};
pub use entry::{Archive, Bytes, Compression, DosTime, Entry, File, HiddenFile};
pub use error::{ArchiveError, Fault};
pub use importers::{END_WINDOW, importable_ends};
pub use name::{Clash, NameFault, NameTree, check_file_name, collision_key};
pub use own::read_own;
pub use package::{
    Facts, Format, Special, SpecialKind, is_package, is_package_entry, is_package_file, package_names,
    read_package,
};
pub use reader::{ArchiveLimits, DEPTH, Prefix, read, read_file};
pub use sdist::Sdist;
pub use stream::{Blocks, ContentReader};
pub use writer::{ZipError, ZipOptions, write};
pub use zipapp::{MainError, main_module};
