//! Header of pycs of every release series, including those that the native compiler does not have.

use super::PyVersion;

/// SipHash keys of the source hash (PEP 552 as implemented by `_imp.source_hash`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceHash {
    /// SipHash-2-4.
    SipHash24,
    /// SipHash-1-3.
    SipHash13,
}

/// Fields of a version's code objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeLayout {
    /// 3.8 to 3.10: variables, free and cell variables apart; `co_lnotab` or `co_linetable`.
    Separate,
    /// 3.11 and later: all of them in `localsplusnames`; qualified name, exception table.
    LocalsPlus,
}

/// Content and format of the line table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFormat {
    /// `co_lnotab` of 3.8 and 3.9: steps of address and line.
    Lnotab,
    /// `co_linetable` of 3.10 (PEP 626): address ranges with a line or none.
    Ranges,
    /// The location table of 3.11 and newer (PEP 657): ranges with lines and columns.
    Locations,
}

/// A release series of CPython.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// `3.14`
    pub version: PyVersion,
    /// The magic number, without the `\r\n` after it.
    pub magic: u16,
    /// Its source hash.
    pub source_hash: SourceHash,
    /// The fields of its code objects.
    pub code_layout: CodeLayout,
    /// The format of its line tables.
    pub line_format: LineFormat,
    /// In a filter for warnings, `/…/` is a regular expression, and a module is found by any part of a path.
    pub warning_patterns: bool,
}

const fn series(minor: u8, magic: u16, line_format: LineFormat) -> Series {
    let (source_hash, code_layout) = match line_format {
        LineFormat::Lnotab | LineFormat::Ranges => (SourceHash::SipHash24, CodeLayout::Separate),
        LineFormat::Locations => (SourceHash::SipHash13, CodeLayout::LocalsPlus),
    };
    let version = PyVersion::new(3, minor);
    Series { version, magic, source_hash, code_layout, line_format, warning_patterns: false }
}

/// All series, oldest first.
pub const SERIES: [Series; 8] = [
    series(8, 3413, LineFormat::Lnotab),
    series(9, 3425, LineFormat::Lnotab),
    series(10, 3439, LineFormat::Ranges),
    series(11, 3495, LineFormat::Locations),
    series(12, 3531, LineFormat::Locations),
    series(13, 3571, LineFormat::Locations),
    series(14, 3627, LineFormat::Locations),
    Series { warning_patterns: true, ..series(15, 3666, LineFormat::Locations) },
];

impl Series {
    /// The series of `version`, if it is known.
    pub fn find(version: PyVersion) -> Option<&'static Self> {
        SERIES.iter().find(|series| series.version == version)
    }

    /// The series that writes `magic`.
    pub fn with_magic(magic: u16) -> Option<&'static Self> {
        SERIES.iter().find(|series| series.magic == magic)
    }

    /// `cpython-314`, the tag of PEP 3147.
    pub fn cache_tag(&self) -> String {
        format!("cpython-{}{}", self.version.major, self.version.minor)
    }
}
