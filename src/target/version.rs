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

/// `3.14`, or one release of it, `3.14.10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// `3.14`
    pub version: PyVersion,
    /// `10`, or whatever the series writes at its newest.
    pub patch: Option<u32>,
}

impl From<PyVersion> for Release {
    fn from(version: PyVersion) -> Self {
        Self { version, patch: None }
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.patch {
            Some(patch) => write!(formatter, "{}.{patch}", self.version),
            None => write!(formatter, "{}", self.version),
        }
    }
}

/// A text that is not a version, which is the user's fault.
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

impl std::str::FromStr for Release {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let fault = || VersionError(text.into());
        match text.match_indices('.').nth(1) {
            None => Ok(Self { version: text.parse()?, patch: None }),
            Some((dot, _)) => Ok(Self {
                version: text[..dot].parse().map_err(|_| fault())?,
                patch: Some(text[dot + 1..].parse().map_err(|_| fault())?),
            }),
        }
    }
}
