//! A CPython release series.

/// `3.14`. Deliberately without an order: what differs between versions is data in this layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PyVersion {
    /// `3`
    pub major: u8,
    /// `14`
    pub minor: u8,
}

impl PyVersion {
    /// `PyVersion::new(3, 14)`
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }
}

impl std::fmt::Display for PyVersion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// A text that is no version. The fault is the user's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version like 3.14")]
pub struct VersionError(String);

impl std::str::FromStr for PyVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        text.split_once('.')
            .and_then(|(major, minor)| Some(Self::new(major.parse().ok()?, minor.parse().ok()?)))
            .ok_or_else(|| VersionError(text.into()))
    }
}
