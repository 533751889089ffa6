//! Choice of a project's version if the user names none.

use crate::engine::select::EnginesError;
use crate::project::backend::requires_python;
use crate::project::{LARGEST, read_regular};
use crate::target::{ALL, PyVersion, Series, Target};
use crate::wheel::{RequiresPython, prepared_field};
use std::fmt;
use std::path::Path;

/// Version with the reason for it, for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The version.
    pub version: PyVersion,
    reason: String,
}

impl Choice {
    /// Chooses for the project in `folder`: the version of the `python3` on PATH, or the newest
    /// that the native compiler supports if the project excludes that one or there is none.
    ///
    /// # Errors
    /// [`EnginesError::Excluded`].
    pub fn of_project(folder: &Path, on_path: Option<PyVersion>) -> Result<Self, EnginesError> {
        let required = required(folder);
        let is_allowed = |version| required.as_ref().is_none_or(|required| required.allows(version));
        let found = on_path.map_or("there is no usable python3 on PATH".to_owned(), |version| {
            format!("the python3 on PATH is {version}")
        });
        if let Some(version) =
            on_path.filter(|&version| Series::find(version).is_some() && is_allowed(version))
        {
            return Ok(Self { version, reason: "the version of the python3 on PATH".into() });
        }
        let newest = ALL.iter().rev().find(|target| is_allowed(target.version));
        match (newest, required) {
            (Some(target), Some(required)) => Ok(Self {
                version: target.version,
                reason: format!(
                    "the newest supported version that Requires-Python {required} allows: {found}"
                ),
            }),
            (None, Some(required)) => Err(EnginesError::Excluded { required: required.to_string(), found }),
            (_, None) => Ok(Self {
                version: Target::newest().version,
                reason: format!("the newest version of the native compiler: {found}"),
            }),
        }
    }
}

/// Returns the versions that a project supports: the `PKG-INFO` of an sdist says what its backend
/// has made of its settings.
fn required(folder: &Path) -> Option<RequiresPython> {
    let text = match read_regular(&folder.join("PKG-INFO"), LARGEST) {
        Ok(bytes) => prepared_field(&String::from_utf8_lossy(&bytes), "Requires-Python"),
        Err(_) => requires_python(folder),
    };
    RequiresPython::parse(&text?)
}

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Python {}, {}", self.version, self.reason)
    }
}
