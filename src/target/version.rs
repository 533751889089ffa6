//! A CPython release series.

/// A minor version, such as `3.14`. It has no order on purpose: differences between versions are
/// data in this layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PyVersion {
    /// Major number: `3`.
    pub major: u8,
    /// Minor number: `14`.
    pub minor: u8,
}

impl PyVersion {
    /// Creates a version: `PyVersion::new(3, 14)`.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }
}

impl std::fmt::Display for PyVersion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// A minor version or a release: `3.14`, or `3.14.10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Minor version: `3.14`.
    pub version: PyVersion,
    /// Patch number, such as `10`; `None` for the newest release of the series.
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

/// Text that is not a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version like 3.14{build}", build = other_build(.0))]
#[non_exhaustive]
pub struct VersionError(String);

/// Returns an explanation for the version of a free-threaded build or a pre-release.
fn other_build(text: &str) -> &'static str {
    let is_build = text.ends_with('t') || ["a", "b", "rc"].iter().any(|stage| text.contains(stage));
    match text.starts_with("3.") && is_build {
        true => "; a free-threaded build or a pre-release is named by the path of its interpreter",
        false => "",
    }
}

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
