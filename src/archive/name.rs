//! Names that stay inside, wherever they are unpacked.

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

/// Equal for two names that are one file on a file system without case or with Unicode normalisation: NFC, lower case,
/// NFC again. An approximation of what NTFS, APFS and HFS+ each do in their own way, on the strict side.
pub fn collision_key(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfc().collect::<String>().to_lowercase().nfc().collect()
}
