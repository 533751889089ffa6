//! Names that stay inside, wherever they are unpacked.

use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// Why a name is refused. The fault is the archive's or the config's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing at all.
    #[error("the name is empty")]
    Empty,
    /// Begins with `/`.
    #[error("the name is an absolute path")]
    Absolute,
    /// Begins with `C:`.
    #[error("the name begins with a drive")]
    Drive,
    /// Has a `..` component.
    #[error("the name leaves the archive with \"..\"")]
    Parent,
    /// Has a `.` component.
    #[error("the name has a \".\" component")]
    Current,
    /// Has two `/` in a row, or ends in one.
    #[error("the name has an empty component")]
    EmptyComponent,
    /// Has a `\`.
    #[error("the name has a backslash")]
    Backslash,
    /// Has a NUL.
    #[error("the name has a NUL")]
    Nul,
    /// Has a line end or another control character.
    #[error("the name has a control character")]
    Control,
    /// More than 65,535 bytes.
    #[error("the name has more than 65,535 bytes")]
    Long,
}

/// Refuses names that would escape, or that mean different files on different systems.
///
/// # Errors
/// [`NameFault`].
pub fn check_file_name(name: &str) -> Result<(), NameFault> {
    let bytes = name.as_bytes();
    match bytes {
        [] => return Err(NameFault::Empty),
        [b'/', ..] => return Err(NameFault::Absolute),
        [drive, b':', ..] if drive.is_ascii_alphabetic() => return Err(NameFault::Drive),
        _ if bytes.len() > 65_535 => return Err(NameFault::Long),
        _ => {}
    }
    for character in name.chars() {
        match character {
            '\\' => return Err(NameFault::Backslash),
            '\0' => return Err(NameFault::Nul),
            _ if character.is_control() => return Err(NameFault::Control),
            _ => {}
        }
    }
    for component in name.split('/') {
        match component {
            "" => return Err(NameFault::EmptyComponent),
            "." => return Err(NameFault::Current),
            ".." => return Err(NameFault::Parent),
            _ => {}
        }
    }
    Ok(())
}

/// Equal for two names that are one file on a file system without case or with Unicode
/// normalization: NFC, lower case, NFC again. An approximation of what NTFS, APFS and HFS+ each do
/// in their own way, on the strict side.
pub fn collision_key(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfc().collect::<String>().to_lowercase().nfc().collect()
}

/// Two names of one archive that cannot both be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash<'a> {
    /// The name is there already.
    Duplicate,
    /// The name, or a directory in it, is there in another spelling: this one.
    Collision(&'a str),
    /// `file` is a file, and `inside` needs it to be a directory.
    FileAsDirectory {
        /// The file.
        file: &'a str,
        /// A name below it.
        inside: &'a str,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    /// With an entry of its own.
    Directory,
    /// Because a name is below it.
    Implied,
}

struct Node<'a> {
    id: usize,
    /// From the root to here, as it was spelled first.
    path: &'a str,
    /// The whole name that brought it.
    whole: &'a str,
    kind: Kind,
}

/// The names of an archive as the tree that they make. It takes memory in proportion to the names,
/// however deep.
pub struct NameTree<'a> {
    /// By the parent's number and [`collision_key`] of the component.
    nodes: BTreeMap<(usize, String), Node<'a>>,
    folds: bool,
}

impl<'a> NameTree<'a> {
    /// An empty one; `folds`: spellings of one name clash.
    pub const fn new(folds: bool) -> Self {
        Self { nodes: BTreeMap::new(), folds }
    }

    /// Adds a name, without a `/` at its end.
    ///
    /// # Errors
    /// [`Clash`] with a name that was added before.
    pub fn add(&mut self, name: &'a str, is_directory: bool) -> Result<(), Clash<'a>> {
        let mut parent = 0;
        let mut start = 0;
        while start <= name.len() {
            let end = name[start..].find('/').map_or(name.len(), |slash| start + slash);
            let is_last = end == name.len();
            let (component, path) = (&name[start..end], &name[..end]);
            let key = if self.folds { collision_key(component) } else { component.to_owned() };
            let kind = match (is_last, is_directory) {
                (false, _) => Kind::Implied,
                (true, true) => Kind::Directory,
                (true, false) => Kind::File,
            };
            let id = self.nodes.len() + 1;
            let node = self.nodes.entry((parent, key)).or_insert(Node { id, path, whole: name, kind });
            let is_new = node.id == id;
            if !is_new {
                if node.path.len() < start || &node.path[start..] != component {
                    return Err(Clash::Collision(node.path));
                }
                match (node.kind, kind) {
                    (Kind::File, Kind::Implied) => {
                        return Err(Clash::FileAsDirectory { file: node.path, inside: name });
                    }
                    (Kind::Implied, Kind::File) => {
                        return Err(Clash::FileAsDirectory { file: name, inside: node.whole });
                    }
                    (Kind::Implied, Kind::Directory) => node.kind = Kind::Directory,
                    (_, Kind::Implied) => {}
                    (Kind::File | Kind::Directory, Kind::File | Kind::Directory) => {
                        return Err(Clash::Duplicate);
                    }
                }
            }
            parent = node.id;
            start = end + 1;
        }
        Ok(())
    }
}
