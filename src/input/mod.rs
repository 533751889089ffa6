//! A path → the files in it, whether it is a directory, an archive or a file.
//!
//! CPython: `maybe_pyc_file` of `Python/pythonrun.c` and `_read_directory` of `Lib/zipimport.py`,
//! which decide what a file is by its content.
//!
//! **Invariant:** no symlink is followed below the path that the user names, and files are
//! recognized by their content wherever Python does so.

mod carrier;
mod leaving;
mod links;
mod outside;
mod place;
mod prefix;
mod pth;
mod routes;
mod unseen;

pub use carrier::{Carrier, Embedded, Sought, embedded, is_source};
pub use links::FolderLinks;
pub use place::{Place, PlaceError};
pub use unseen::{AddedPath, Surroundings, Survey};
