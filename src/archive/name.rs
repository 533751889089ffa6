//! Names of files that stay inside of any directory that they are unpacked to.

use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// Reason why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// The name is empty.
    #[error("the name is empty")]
    Empty,
    /// The name begins with `/`.
    #[error("the name is an absolute path")]
    Absolute,
    /// The name begins with `C:`.
    #[error("the name begins with a drive")]
    Drive,
    /// The name has a `..` component.
    #[error("the name leaves the archive with \"..\"")]
    Parent,
    /// The name has a `.` component.
    #[error("the name has a \".\" component")]
    Current,
    /// The name has two `/` in a row, or ends in one.
    #[error("the name has an empty component")]
    EmptyComponent,
    /// The name has a `\`.
    #[error("the name has a backslash")]
    Backslash,
    /// The name has a NUL.
    #[error("the name has a NUL")]
    Nul,
    /// The name has a line end or another control character.
    #[error("the name has a control character")]
    Control,
    /// The name has more than 65,535 bytes.
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

/// Returns the same key for two names that are one file on a case-insensitive or normalizing file
/// system: NFC, lower case, NFC again. This approximates NTFS, APFS and HFS+, and is stricter than
/// each of them.
pub fn collision_key(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfc().collect::<String>().to_lowercase().nfc().collect()
}

/// Two names of one archive that cannot both be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash<'a> {
    /// The name exists already.
    Duplicate,
    /// The name, or a directory in it, exists already in this other spelling.
    Collision(&'a str),
    /// `file` is a file, but `inside` needs it to be a directory.
    FileAsDirectory {
        /// The file.
        file: &'a str,
        /// A name below the file.
        inside: &'a str,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NameKind {
    File,
    /// A directory with an entry of its own.
    Directory,
    /// A directory that exists because a name is below it.
    Implied,
}

struct Node<'a> {
    id: usize,
    /// Path from the root in its first spelling.
    path: &'a str,
    /// The whole name that added the path.
    whole: &'a str,
    kind: NameKind,
}

/// The names of an archive as a tree. Its memory is in proportion to the names, however deep.
pub struct NameTree<'a> {
    /// Nodes by the parent's number and the [`collision_key`] of the component.
    nodes: BTreeMap<(usize, String), Node<'a>>,
    folds: bool,
}

impl<'a> NameTree<'a> {
    /// Returns an empty tree; with `folds`, two spellings of one name clash.
    pub const fn new(folds: bool) -> Self {
        Self { nodes: BTreeMap::new(), folds }
    }

    /// Adds a name without a `/` at its end.
    ///
    /// # Errors
    /// [`Clash`] with a name that was added earlier.
    pub fn add(&mut self, name: &'a str, is_directory: bool) -> Result<(), Clash<'a>> {
        let mut parent = 0;
        let mut start = 0;
        while start <= name.len() {
            let end = name[start..].find('/').map_or(name.len(), |slash| start + slash);
            let is_last = end == name.len();
            let (component, path) = (&name[start..end], &name[..end]);
            let key = if self.folds { collision_key(component) } else { component.to_owned() };
            let kind = match (is_last, is_directory) {
                (false, _) => NameKind::Implied,
                (true, true) => NameKind::Directory,
                (true, false) => NameKind::File,
            };
            let id = self.nodes.len() + 1;
            let node = self.nodes.entry((parent, key)).or_insert(Node { id, path, whole: name, kind });
            let is_new = node.id == id;
            if !is_new {
                if node.path.len() < start || &node.path[start..] != component {
                    return Err(Clash::Collision(node.path));
                }
                match (node.kind, kind) {
                    (NameKind::File, NameKind::Implied) => {
                        return Err(Clash::FileAsDirectory { file: node.path, inside: name });
                    }
                    (NameKind::Implied, NameKind::File) => {
                        return Err(Clash::FileAsDirectory { file: name, inside: node.whole });
                    }
                    (NameKind::Implied, NameKind::Directory) => node.kind = NameKind::Directory,
                    (_, NameKind::Implied) => {}
                    (NameKind::File | NameKind::Directory, NameKind::File | NameKind::Directory) => {
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
