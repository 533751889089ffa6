//! The `[project]` table of a `pyproject.toml` (PEP 621, 639) → METADATA 2.4 and
//! `entry_points.txt`.
//!
//! **Invariant:** every key is used or refused. A key that the table leaves to a build backend
//! (`dynamic`) is an error unless the caller provides its value.

mod fault;
pub(super) mod files;
mod open;
mod people;
mod read;
pub(super) mod render;
mod value;

#[cfg(test)]
mod tests;

pub use fault::{ProjectFault, ProjectTableError};
pub use open::{INLINE, OpenKeys};

use super::requirement::Requirement;
use super::version::Version;
use crate::archive::File;
use std::collections::BTreeMap;

/// Author or maintainer, with name, address or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Name, on one line.
    pub name: Option<String>,
    /// Address according to RFC 822.
    pub email: Option<String>,
}

/// Long description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readme {
    /// Text with LF line ends.
    pub text: String,
    /// Content type: `text/markdown`, `text/x-rst` or `text/plain`, with the given parameters.
    pub content_type: String,
}

/// License of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum License {
    /// No license is given.
    #[default]
    Unstated,
    /// SPDX expression (PEP 639).
    Expression(String),
    /// Any text (PEP 621, deprecated).
    Text(String),
}

/// Metadata of a project, from [`Project::read`], [`Project::from_table`], or set field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Name as written, not normalized.
    pub name: String,
    /// Version in normal form.
    pub version: Version,
    /// Summary on one line, from `description`.
    pub summary: Option<String>,
    /// Long description.
    pub readme: Option<Readme>,
    /// Required Python versions, such as `>=3.8`.
    pub requires_python: Option<String>,
    /// License of the project.
    pub license: License,
    /// License files by path relative to the project, sorted; they are written to
    /// `dist-info/licenses`.
    pub license_files: Vec<File>,
    /// Authors, in order.
    pub authors: Vec<Person>,
    /// Maintainers, in order.
    pub maintainers: Vec<Person>,
    /// Keywords, in order.
    pub keywords: Vec<String>,
    /// Classifiers, in order.
    pub classifiers: Vec<String>,
    /// Label and address of URLs, in order.
    pub urls: Vec<(String, String)>,
    /// Dependencies, in order.
    pub dependencies: Vec<Requirement>,
    /// Optional dependencies, by the extra's normal name.
    pub extras: BTreeMap<String, Vec<Requirement>>,
    /// Entry points by group (`console_scripts`, `gui_scripts`, …), then name.
    pub entry_points: BTreeMap<String, BTreeMap<String, String>>,
    /// Remarks for the user, one sentence each.
    pub notes: Vec<String>,
    /// Remarks for a verbose run, one sentence each.
    pub details: Vec<String>,
}

impl Project {
    /// Returns a project with a name and a version.
    pub fn new(name: impl Into<String>, version: Version) -> Self {
        Self {
            name: name.into(),
            version,
            summary: None,
            readme: None,
            requires_python: None,
            license: License::default(),
            license_files: Vec::new(),
            authors: Vec::new(),
            maintainers: Vec::new(),
            keywords: Vec::new(),
            classifiers: Vec::new(),
            urls: Vec::new(),
            dependencies: Vec::new(),
            extras: BTreeMap::new(),
            entry_points: BTreeMap::new(),
            notes: Vec::new(),
            details: Vec::new(),
        }
    }
}
