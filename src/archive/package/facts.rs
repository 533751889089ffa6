//! Metadata of entries in packages, which zips do not have.

use crate::archive::entry::civil;

/// Format of an archive, recognized by its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A zip, including wheels and zipapps.
    #[default]
    Zip,
    /// A tar archive.
    Tar,
    /// A Debian package.
    Deb,
    /// An RPM package.
    Rpm,
    /// A container image.
    Image,
}

impl Format {
    /// Returns the name for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Deb => "Debian package",
            Self::Rpm => "RPM package",
            Self::Image => "container image",
        }
    }
}

/// Metadata of an entry of a tar or cpio archive, besides its mode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Modification time, in seconds since 1970.
    pub modified: i64,
    /// Names and numbers of the user and the group.
    pub owner: String,
    /// Name of the file that the entry is a hard link to.
    pub hard_link: Option<String>,
    /// Other records of a pax header, one per line.
    pub records: String,
    /// True for a file of the package manager, which is not installed.
    pub control: bool,
}

impl Facts {
    /// Returns the modification time in UTC.
    pub fn time(&self) -> String {
        let (day, second) = (self.modified.div_euclid(86_400), self.modified.rem_euclid(86_400));
        // Years beyond this range do not have four digits.
        if !(-719_162..2_932_897).contains(&day) {
            return format!("{} seconds since 1970", self.modified);
        }
        let (year, month, day) = civil(day);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}

/// An entry other than a file or directory. It is never followed or created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Special {
    /// Path in the archive.
    pub name: String,
    /// Kind of the entry.
    pub what: SpecialKind,
    /// Permission bits.
    pub mode: u32,
    /// Other metadata.
    pub facts: Facts,
}

/// Kind of a [`Special`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecialKind {
    /// A symlink and its target.
    Symlink(String),
    /// A device, pipe or socket, with the numbers of a device.
    Device(String),
}

impl SpecialKind {
    /// Returns a description.
    pub fn words(&self) -> String {
        match self {
            Self::Symlink(target) => format!("a symlink to {target}"),
            Self::Device(device) => device.clone(),
        }
    }
}
