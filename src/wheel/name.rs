//! File name of a wheel: `distribution-version(-build)?-python-abi-platform.whl`.

use super::version::{Version, WheelVersionError};
use std::fmt;

/// Returns the name in lower case, with each run of `-`, `_` and `.` replaced by one `-` (PEP 503).
pub fn normalize_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.chars() {
        if !matches!(character, '-' | '_' | '.') {
            normal.extend(character.to_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

/// Returns the normal name with `_` for `-`, as in names of files and directories.
pub fn escape_name(name: &str) -> String {
    normalize_name(name).replace('-', "_")
}

/// Errors of a wheel's file name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WheelNameError {
    /// The name is not `name-version-python-abi-platform.whl`.
    #[error("{0:?} is not the name of a wheel: expected `name-version(-build)-python-abi-platform.whl`")]
    Form(String),
    /// The version is invalid.
    #[error("{file:?} is not the name of a wheel: {fault}")]
    Version {
        /// File name of the wheel.
        file: String,
        /// Fault of the version.
        #[source]
        fault: WheelVersionError,
    },
    /// The build number is invalid.
    #[error("{file:?} is not the name of a wheel: the build tag {tag:?} does not begin with a digit")]
    Build {
        /// File name of the wheel.
        file: String,
        /// Invalid part.
        tag: String,
    },
    /// A tag set is invalid.
    #[error("{0:?} is not `python-abi-platform`, as in `py3-none-any`")]
    Tags(String),
    /// A tag set stands for too many tags.
    #[error("the tags stand for {0} combinations of Python, ABI and platform, more than the limit of {MOST}")]
    TooMany(usize),
}

/// Largest number of tags that a set may stand for. No interpreter accepts more than a few
/// thousand.
pub(super) const MOST: usize = 10_000;

/// Compressed tag set (PEP 425): each part may hold alternatives, separated by dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagSet {
    /// Python tag: `py3`, `py2.py3`, `cp314`.
    pub python: String,
    /// ABI tag: `none`, `cp314`, `abi3`.
    pub abi: String,
    /// Platform tag: `any`, `linux_x86_64`.
    pub platform: String,
}

impl TagSet {
    /// Returns `py3-none-any`.
    pub fn any_python() -> Self {
        Self { python: "py3".to_owned(), abi: "none".to_owned(), platform: "any".to_owned() }
    }

    /// Returns `cp314-none-any`, for bytecode of one version in place of the sources.
    pub fn sourceless(version: crate::target::PyVersion) -> Self {
        Self { python: format!("cp{}{}", version.major, version.minor), ..Self::any_python() }
    }

    /// Returns all tags of the set: the lines of `WHEEL`.
    pub fn tags(&self) -> Vec<String> {
        let mut tags = Vec::new();
        for python in self.python.split('.') {
            for abi in self.abi.split('.') {
                for platform in self.platform.split('.') {
                    tags.push(format!("{python}-{abi}-{platform}"));
                }
            }
        }
        tags
    }
}

impl fmt::Display for TagSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}-{}", self.python, self.abi, self.platform)
    }
}

impl std::str::FromStr for TagSet {
    type Err = WheelNameError;

    fn from_str(text: &str) -> Result<Self, WheelNameError> {
        let refuse = || WheelNameError::Tags(text.to_owned());
        let is_tag = |part: &str| {
            let alternatives = |one: &str| {
                !one.is_empty() && one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            };
            part.split('.').all(alternatives)
        };
        let parts = text.split('-').collect::<Vec<_>>();
        let [python, abi, platform] = parts.as_slice() else { return Err(refuse()) };
        if !parts.iter().all(|part| is_tag(part)) {
            return Err(refuse());
        }
        let alternatives = |part: &&str| part.split('.').count();
        let number = parts.iter().map(alternatives).fold(1, usize::saturating_mul);
        if number > MOST {
            return Err(WheelNameError::TooMany(number));
        }
        Ok(Self { python: (*python).to_owned(), abi: (*abi).to_owned(), platform: (*platform).to_owned() })
    }
}

/// Parts of a wheel's file name, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelName {
    /// Distribution, escaped.
    pub distribution: String,
    /// Version, escaped.
    pub version: String,
    /// Build tag: digits followed by any text.
    pub build: Option<String>,
    /// Tag set.
    pub tags: TagSet,
}

impl WheelName {
    /// Returns the name of a wheel of that project, escaped.
    pub fn new(name: &str, version: &Version, tags: TagSet) -> Self {
        Self { distribution: escape_name(name), version: version.to_string(), build: None, tags }
    }

    /// Parses the last component of a path.
    ///
    /// # Errors
    /// [`WheelNameError`].
    pub fn parse(file: &str) -> Result<Self, WheelNameError> {
        let form = || WheelNameError::Form(file.to_owned());
        let stem = file.strip_suffix(".whl").ok_or_else(form)?;
        let parts = stem.split('-').collect::<Vec<_>>();
        let (distribution, version, build, tags) = match parts.as_slice() {
            [distribution, version, tags @ ..] if tags.len() == 3 => (distribution, version, None, tags),
            [distribution, version, build, tags @ ..] if tags.len() == 3 => {
                (distribution, version, Some(*build), tags)
            }
            _ => return Err(form()),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        if distribution.is_empty() || !distribution.bytes().all(is_name) {
            return Err(form());
        }
        if spellings(version).next().is_none() {
            let fault = WheelVersionError((*version).to_owned());
            return Err(WheelNameError::Version { file: file.to_owned(), fault });
        }
        if let Some(tag) = build
            && !tag.starts_with(|first: char| first.is_ascii_digit())
        {
            return Err(WheelNameError::Build { file: file.to_owned(), tag: tag.to_owned() });
        }
        Ok(Self {
            distribution: (*distribution).to_owned(),
            version: (*version).to_owned(),
            build: build.map(str::to_owned),
            tags: tags.join("-").parse().map_err(|fault| match fault {
                WheelNameError::TooMany(_) => fault,
                _ => form(),
            })?,
        })
    }

    /// Returns `distribution-version.dist-info`.
    pub fn dist_info(&self) -> String {
        format!("{}-{}.dist-info", self.distribution, self.version)
    }

    /// Returns whether `text` is this wheel's version in any spelling.
    pub fn is_version(&self, text: &str) -> bool {
        text.parse::<Version>()
            .is_ok_and(|version| spellings(&self.version).any(|own| own.is_equal(&version)))
    }

    /// Returns whether a directory `name-version.dist-info` is this wheel's, with name and version
    /// in any spelling.
    pub fn owns(&self, folder: &str) -> bool {
        let Some((name, version)) = folder.strip_suffix(".dist-info").and_then(|stem| stem.rsplit_once('-'))
        else {
            return false;
        };
        let is_same = spellings(version).any(|version| self.is_version(&version.to_string()));
        normalize_name(name) == normalize_name(&self.distribution) && is_same
    }
}

/// Returns the versions that the version in a file name may stand for: old tools write `_` for `-`
/// and `+`.
fn spellings(version: &str) -> impl Iterator<Item = Version> {
    let texts = [version.to_owned(), version.replace('_', "-"), version.replacen('_', "+", 1)];
    texts.into_iter().filter_map(|text| text.parse().ok())
}

/// Returns whether the version in a directory's name is that of METADATA, in any spelling.
pub(super) fn is_one_version(folder: &str, metadata: &str) -> bool {
    metadata
        .parse::<Version>()
        .is_ok_and(|version| spellings(folder).any(|spelled| spelled.is_equal(&version)))
}

impl fmt::Display for WheelName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.distribution, self.version)?;
        if let Some(build) = &self.build {
            write!(formatter, "-{build}")?;
        }
        write!(formatter, "-{}.whl", self.tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::PyVersion;

    #[test]
    fn names_are_escaped() {
        assert_eq!(normalize_name("My.Odd__Name-x"), "my-odd-name-x");
        let version = "1.0-alpha+local.1".parse().unwrap();
        let name = WheelName::new("My.Odd-Name", &version, TagSet::sourceless(PyVersion::new(3, 14)));
        assert_eq!(name.to_string(), "my_odd_name-1.0a0+local.1-cp314-none-any.whl");
        assert_eq!(name.dist_info(), "my_odd_name-1.0a0+local.1.dist-info");
    }

    #[test]
    fn names_are_parsed() {
        for text in [
            "demo-1.0-py3-none-any.whl",
            "Demo.x-1.0-1-py2.py3-none-any.whl",
            "numpy-2.1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        ] {
            assert_eq!(WheelName::parse(text).unwrap().to_string(), text);
        }
        let part = |count: usize| vec!["x"; count].join(".");
        let most = format!("a-1-{}-{}-{}.whl", part(100), part(10), part(10));
        assert_eq!(WheelName::parse(&most).unwrap().tags.tags().len(), MOST);
        let larger = format!("a-1-{}-{}-{}.whl", part(3000), part(3000), part(3000));
        assert_eq!(WheelName::parse(&larger), Err(WheelNameError::TooMany(27_000_000_000)));
        let tags = WheelName::parse("a-1-py2.py3-none-any.whl").unwrap().tags.tags();
        assert_eq!(tags, ["py2-none-any", "py3-none-any"]);
        for text in [
            "demo-1.0.zip",
            "demo.whl",
            "demo-1.0-py3-none.whl",
            "demo-x-py3-none-any.whl",
            "demo-1.0-b1-py3-none-any.whl",
            "demo-1.0-1-2-py3-none-any.whl",
            "-1.0-py3-none-any.whl",
            "demo-1.0-py3--any.whl",
            "a/demo-1.0-py3-none-any.whl",
        ] {
            assert!(WheelName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn folders_belong_however_they_are_spelled() {
        let name = WheelName::parse("my_demo-1.0-py3-none-any.whl").unwrap();
        assert!(name.owns("My.demo-1.0.dist-info"));
        assert!(name.owns("my_demo-v1.0.dist-info"));
        assert!(!name.owns("my_demo-2.0.dist-info"));
        assert!(!name.owns("demo-1.0.dist-info"));
        assert!(!name.owns("my_demo-1.0.data"));
    }
}
