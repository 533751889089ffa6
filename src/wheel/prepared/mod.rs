//! Metadata that a build backend has prepared: `PKG-INFO` of an unpacked sdist, or METADATA of a
//! wheel.
//!
//! Core metadata 2.1 to 2.5. From 2.2 on, `Dynamic` in an sdist lists the fields that its backend
//! may still change; they are used unchanged and listed in [`Prepared::notes`].

mod egg_info;
mod entry_points;
mod fields;
mod licenses;

use super::name::{WheelName, WheelNameError, normalize_name};
use super::project::{Project, files};
use super::requirement::is_name;
use super::version::{Version, WheelVersionError};
use crate::archive::{self, ArchiveError, ArchiveLimits, Bytes, File};
use crate::output::inside::{Inside, OpenError};
use crate::project::all_files;
use crate::text::Shown as _;
use fields::PreparedFields;
use std::path::PathBuf;

/// Files of a wheel's `dist-info` directory, except WHEEL and RECORD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistInfo {
    /// Name of the project, as in METADATA.
    pub name: String,
    /// Version in normal form.
    pub version: Version,
    /// Text of METADATA.
    pub metadata: String,
    /// Text of `entry_points.txt`, if the project has entry points.
    pub entry_points: Option<String>,
    /// License files, by path relative to `dist-info`.
    pub licenses: Vec<File>,
}

impl From<&Project> for DistInfo {
    fn from(project: &Project) -> Self {
        let license = |file: &File| File::new(format!("licenses/{}", file.path), file.bytes.clone());
        Self {
            name: project.name.clone(),
            version: project.version.clone(),
            metadata: project.metadata(),
            entry_points: project.entry_points(),
            licenses: project.license_files.iter().map(license).collect(),
        }
    }
}

impl From<&Self> for DistInfo {
    fn from(dist_info: &Self) -> Self {
        dist_info.clone()
    }
}

/// Metadata with remarks about its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Metadata and license files.
    pub dist_info: DistInfo,
    /// Remarks for the user, one sentence each.
    pub notes: Vec<String>,
    /// Remarks for a verbose run, one sentence each.
    pub details: Vec<String>,
}

/// Error of reading prepared metadata.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.shown())]
#[non_exhaustive]
pub struct PreparedError {
    /// Path of the `PKG-INFO` or wheel.
    pub path: PathBuf,
    /// Fault that was found.
    #[source]
    pub fault: PreparedFault,
}

/// Faults of prepared metadata.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreparedFault {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] OpenError),
    /// The wheel cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The file name of the wheel is invalid.
    #[error(transparent)]
    Name(#[from] WheelNameError),
    /// The text is not UTF-8.
    #[error("the text is not UTF-8")]
    Encoding,
    /// A required field is missing.
    #[error("it has no {0} field")]
    Missing(&'static str),
    /// The name is not that of a project.
    #[error(
        "Name {0:?} is not a project's: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
    )]
    ProjectName(String),
    /// The version is invalid.
    #[error(transparent)]
    Version(#[from] WheelVersionError),
    /// The path of a `License-File` leaves the project.
    #[error("License-File {0:?} leaves the project")]
    LicensePath(String),
    /// A `License-File` cannot be read.
    #[error("License-File {name:?} cannot be read: {source}")]
    LicenseFile {
        /// Path relative to the project.
        name: String,
        /// Error of the operating system, or a symlink that leads out of the project.
        source: OpenError,
    },
    /// A wheel has no `dist-info` directory.
    #[error("it has no METADATA")]
    NoMetadata,
}

impl Prepared {
    /// Reads metadata from `name` in `folder`: a wheel (`.whl`), a `dist-info` directory, or
    /// `PKG-INFO` of an unpacked sdist.
    ///
    /// # Errors
    /// [`PreparedError`].
    pub fn read(folder: &Inside, name: &str) -> Result<Self, PreparedError> {
        let ends_with = |suffix: &str| name.to_ascii_lowercase().ends_with(suffix);
        let read = if ends_with(".whl") {
            from_wheel(folder, name)
        } else if ends_with(".dist-info") {
            from_folder(folder, name)
        } else {
            from_sdist(folder, name)
        };
        read.map_err(|fault| PreparedError { path: folder.path().join(name), fault })
    }
}

/// Returns the first value of a field of core metadata that is not empty.
pub fn prepared_field(metadata: &str, name: &str) -> Option<String> {
    PreparedFields::parse(metadata).one(name).map(str::to_owned)
}

fn from_wheel(folder: &Inside, file_name: &str) -> Result<Prepared, PreparedFault> {
    let name = WheelName::parse(file_name)?;
    let bytes = files::read(folder, file_name)?;
    let archive = archive::read(&folder.path().join(file_name), bytes, &ArchiveLimits::default())?;
    let files = archive.entries.iter().filter(|entry| !entry.name.ends_with('/')).filter_map(|entry| {
        let (folder, file) = entry.name.split_once('/')?;
        name.owns(folder).then(|| File::new(file, entry.bytes.clone()))
    });
    of_files(files)
}

fn from_folder(folder: &Inside, name: &str) -> Result<Prepared, PreparedFault> {
    let (names, _) = all_files(&folder.path().join(name))
        .map_err(|error| OpenError::from(std::io::Error::other(error)))?;
    let read = |file: String| Ok(File::new(file.clone(), files::read(folder, &format!("{name}/{file}"))?));
    of_files(names.into_iter().map(read).collect::<Result<Vec<_>, OpenError>>()?)
}

/// Returns the files of a `dist-info` directory, by path relative to it.
fn of_files(files: impl IntoIterator<Item = File>) -> Result<Prepared, PreparedFault> {
    let (mut metadata, mut entry_points, mut licenses) = (None, None, Vec::new());
    for file in files {
        match file.path.as_str() {
            "METADATA" => metadata = Some(file.bytes),
            "entry_points.txt" => entry_points = Some(file.bytes),
            "WHEEL" | "RECORD" | "INSTALLER" | "REQUESTED" | "direct_url.json" | "top_level.txt" => {}
            _ => licenses.push(file),
        }
    }
    let text = |bytes: Bytes| String::from_utf8(bytes.into_vec()).map_err(|_| PreparedFault::Encoding);
    let metadata = text(metadata.ok_or(PreparedFault::NoMetadata)?)?;
    let fields = PreparedFields::parse(&metadata);
    let dist_info = DistInfo {
        name: project_name(&fields)?,
        version: fields.one("Version").ok_or(PreparedFault::Missing("Version"))?.parse()?,
        entry_points: entry_points.map(text).transpose()?,
        metadata,
        licenses,
    };
    Ok(Prepared { dist_info, notes: Vec::new(), details: Vec::new() })
}

fn from_sdist(folder: &Inside, file_name: &str) -> Result<Prepared, PreparedFault> {
    let bytes = files::read(folder, file_name)?;
    let mut metadata = String::from_utf8(bytes).map_err(|_| PreparedFault::Encoding)?;
    let fields = PreparedFields::parse(&metadata);
    let name = project_name(&fields)?;
    let version: Version = fields.one("Version").ok_or(PreparedFault::Missing("Version"))?.parse()?;
    let licenses = licenses::license_files(folder, &fields)?;
    let details = notes(&fields);
    let has_requirements = fields.one("Requires-Dist").is_some();
    let egg_info = egg_info::EggInfo::find(folder, &normalize_name(&name));
    if let Some(mut requirements) = egg_info.requirements().filter(|_| !has_requirements) {
        // Old versions of setuptools write the extras to PKG-INFO, but not their requirements.
        let is_given = |extra: &str| fields.all("Provides-Extra").any(|given| given == extra);
        requirements.retain(|(field, value)| *field != "Provides-Extra" || !is_given(value));
        metadata = fields::with_fields(&metadata, &requirements);
    }
    let entry_points = egg_info.entry_points().or_else(|| entry_points::of_project(folder));
    Ok(Prepared {
        dist_info: DistInfo { name, version, metadata, entry_points, licenses },
        notes: Vec::new(),
        details,
    })
}

/// Returns the name. It becomes part of file names, so that it must not contain a `/`.
fn project_name(fields: &PreparedFields<'_>) -> Result<String, PreparedFault> {
    let name = fields.one("Name").ok_or(PreparedFault::Missing("Name"))?;
    if !is_name(name) {
        return Err(PreparedFault::ProjectName(name.to_owned()));
    }
    Ok(name.to_owned())
}

/// Returns remarks about fields that the sdist does not fix.
fn notes(fields: &PreparedFields<'_>) -> Vec<String> {
    let version = fields.one("Metadata-Version").unwrap_or("1.0");
    if !is_at_least(fields, (2, 2)) {
        return vec![format!(
            "metadata {version} does not say which fields the backend may still change; all are used as they are"
        )];
    }
    let dynamic: Vec<&str> = fields.all("Dynamic").collect();
    if dynamic.is_empty() {
        return Vec::new();
    }
    let fields = dynamic.join(", ");
    vec![match dynamic.len() {
        1 => format!("the backend may still change the field {fields}; its value in the sdist is used"),
        _ => format!("the backend may still change the fields {fields}; their values in the sdist are used"),
    }]
}

fn is_at_least(fields: &PreparedFields<'_>, least: (u32, u32)) -> bool {
    let version = fields.one("Metadata-Version").and_then(|version| version.split_once('.'));
    match version.map(|(major, minor)| (major.parse(), minor.parse())) {
        Some((Ok(major), Ok(minor))) => (major, minor) >= least,
        _ => false,
    }
}
