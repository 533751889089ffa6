//! The `[project]` table of a `pyproject.toml` (PEP 621, 639) → METADATA 2.4 and
//! `entry_points.txt`.
//!
//! **Invariant:** a key is used or refused. What the table leaves to a build backend (`dynamic`) is
//! an error unless the caller gives it.

mod fault;
pub(super) mod files;
mod open;
mod people;
mod read;
pub(super) mod render;
mod value;

#[cfg(test)]
mod tests;

pub use fault::{ProjectError, ProjectFault};
pub use open::{INLINE, OpenKeys};

use super::requirement::Requirement;
use super::version::Version;
use crate::archive::File;
use std::collections::BTreeMap;

/// An author or maintainer, with at least one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// One line.
    pub name: Option<String>,
    /// An address as in RFC 822.
    pub email: Option<String>,
}

/// The long description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readme {
    /// With LF line ends.
    pub text: String,
    /// `text/markdown`, `text/x-rst` or `text/plain`, with parameters if any are given.
    pub content_type: String,
}

/// Under which terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum License {
    /// Not said.
    #[default]
    Unstated,
    /// An SPDX expression (PEP 639).
    Expression(String),
    /// Text of any form (PEP 621, deprecated).
    Text(String),
}

/// A project's metadata. Made by [`Project::read`], [`Project::from_table`], or field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// As written, not normalized.
    pub name: String,
    /// In normal form.
    pub version: Version,
    /// `description`: one line.
    pub summary: Option<String>,
    /// The long description.
    pub readme: Option<Readme>,
    /// `>=3.8`
    pub requires_python: Option<String>,
    /// Under which terms.
    pub license: License,
    /// By path relative to the project; each goes to `dist-info/licenses`. Sorted.
    pub license_files: Vec<File>,
    /// In order.
    pub authors: Vec<Person>,
    /// In order.
    pub maintainers: Vec<Person>,
    /// In order.
    pub keywords: Vec<String>,
    /// In order.
    pub classifiers: Vec<String>,
    /// Label and address, in order.
    pub urls: Vec<(String, String)>,
    /// In order.
    pub dependencies: Vec<Requirement>,
    /// `optional-dependencies`: by the extra's normal name.
    pub extras: BTreeMap<String, Vec<Requirement>>,
    /// By group (`console_scripts`, `gui_scripts`, …), then name.
    pub entry_points: BTreeMap<String, BTreeMap<String, String>>,
    /// Remarks for the user, one sentence each.
    pub notes: Vec<String>,
}

impl Project {
    /// A project that has a name and a version.
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
        }
    }
}
