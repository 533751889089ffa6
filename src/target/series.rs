//! Format of the pycs of every release series, including those without a native compiler.

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
    /// 3.8 to 3.10: local, free and cell variables in separate tuples; `co_lnotab` or
    /// `co_linetable`.
    Separate,
    /// 3.11 and later: all variables in `co_localsplusnames`; qualified name, exception table.
    LocalsPlus,
}

/// Format of the line table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFormat {
    /// `co_lnotab` of 3.8 and 3.9: steps of address and line.
    Lnotab,
    /// `co_linetable` of 3.10 (PEP 626): address ranges with a line or without one.
    Ranges,
    /// The location table of 3.11 and newer (PEP 657): ranges with lines and columns.
    Locations,
}

/// A release series of CPython.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// Minor version: `3.14`.
    pub version: PyVersion,
    /// Magic number, without the `\r\n` after it.
    pub magic: u16,
    /// Hash function of the source hash.
    pub source_hash: SourceHash,
    /// Fields of the code objects.
    pub code_layout: CodeLayout,
    /// Format of the line tables.
    pub line_format: LineFormat,
    /// True if `/…/` in a warning filter is a regular expression, and a module matches by any part
    /// of a path.
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
    /// Returns the series of `version`, if it is known.
    pub fn find(version: PyVersion) -> Option<&'static Self> {
        SERIES.iter().find(|series| series.version == version)
    }

    /// Returns the series with this magic number.
    pub fn with_magic(magic: u16) -> Option<&'static Self> {
        SERIES.iter().find(|series| series.magic == magic)
    }

    /// Returns the cache tag of PEP 3147, such as `cpython-314`.
    pub fn cache_tag(&self) -> String {
        format!("cpython-{}{}", self.version.major, self.version.minor)
    }
}
