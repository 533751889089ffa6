//! The files to compile, their recorded names, and their pycs.
//!
//! CPython: `py_compile`, `compileall` (`-s`, `-p`, `-r`), PEP 3147, PEP 488.
//!
//! **Invariant:** directories are listed here only, and always in sorted order.

pub mod backend;
mod discover;
mod file_patterns;
mod names;
mod pattern;
mod prefix;
mod reach;
mod real;
mod regular;
mod walk;

pub use discover::{
    DiscoverError, FolderPrefix, FoundFiles, FoundKind, PACKAGES, Searched, all_files, is_python,
    library_version, links_and_files, name_below, names_in, pycs, python_files, search,
};
pub use file_patterns::FilePatterns;
pub use names::{Layout, NameError, Naming, stripped};
pub use pattern::{Matches, matching_files};
pub use prefix::CachePrefix;
pub use reach::Reach;
pub use real::real_path;
pub use regular::{LARGEST, is_not_regular, not_regular, open_regular, read_named, read_open, read_regular};
pub use walk::{ProjectWalk, walk};
