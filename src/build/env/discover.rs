//! Prefix → site-packages directories → distributions.

use super::{Bounds, FOLLOW_LINKS};
use crate::build::errno::open_diagnostic;
use crate::engine::Diagnostic;
use crate::output::inside::{Inside, Links, OpenError, Opened};
use crate::project::{DiscoverError, LARGEST, names_in, read_open};
use crate::target::{PyVersion, Release, Series};
use crate::text::Shown as _;
use crate::wheel::{Record, RecordError};
use std::io;
use std::path::{Path, PathBuf};

/// More bytes than any `pyvenv.cfg` has.
const LARGEST_CONFIG: u64 = 1 << 20;

/// A directory that one version imports from.
#[derive(Debug)]
pub struct SitePackages {
    /// Where it is.
    pub folder: PathBuf,
    /// Whose it is.
    pub python: PyVersion,
    /// The directory that its files are below.
    pub bounds: Bounds,
    /// What is installed in it and is the environment's own.
    pub distributions: Vec<Distribution>,
    /// What is left alone.
    pub left_alone: Vec<LeftAlone>,
    /// RECORDs that cannot be read, and why.
    pub failed: Vec<(PathBuf, Box<Diagnostic>)>,
}

/// One installed project.
#[derive(Debug)]
pub struct Distribution {
    /// `demo-1.0.dist-info`
    pub dist_info: String,
    /// Its RECORD.
    pub record: Record,
}

impl Distribution {
    /// Its Python files below site-packages, in RECORD's order.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let paths = self.record.rows.iter().map(|row| row.path.as_str());
        paths.filter(|path| path.ends_with(".py") && stays_inside(path))
    }
}

/// Whether a path of RECORD is below site-packages: scripts, for one, are not.
pub(super) fn stays_inside(path: &str) -> bool {
    !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// A project that is not touched, and why.
#[derive(Debug)]
pub struct LeftAlone {
    /// `demo-1.0.dist-info`
    pub name: String,
    /// Why.
    pub reason: &'static str,
}

/// An environment that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// No `lib/pythonX.Y/site-packages` of a known version.
    #[error("{} has no lib/pythonX.Y/site-packages of a version that is known", .0.shown())]
    NoSitePackages(PathBuf),
    /// A symlink on the way to site-packages.
    #[error(
        "{} is a symlink: what it leads to may be somebody else's\nhint: `--follow-links` follows it, or name the \
         environment that it leads to", .0.shown()
    )]
    Link(PathBuf),
    /// An image with a link to what is not the image's.
    #[error("{} leads out of {}, to {}", folder.shown(), root.shown(), real.shown())]
    Outside {
        /// The site-packages directory.
        folder: PathBuf,
        /// The image.
        root: PathBuf,
        /// Where it leads.
        real: PathBuf,
    },
    /// A directory.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// A RECORD that cannot be read.
    #[error("cannot read {}: {source}", path.shown())]
    Read {
        /// The RECORD.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A RECORD that is wrong.
    #[error("{}: {fault}", path.shown())]
    Record {
        /// The RECORD.
        path: PathBuf,
        /// What is wrong.
        #[source]
        fault: RecordError,
    },
}

/// The site-packages directories of a prefix, each once though `lib64` may be a link to `lib`. Those of an image have to
/// lie in it: it is written to as if it were the whole file system. Symlinks on the way to them are followed with
/// `follow_links` only.
///
/// # Errors
/// [`EnvError`].
pub fn site_packages(
    prefix: &Path,
    image: Option<&Path>,
    follow_links: bool,
) -> Result<Vec<SitePackages>, EnvError> {
    let mut all = Vec::new();
    let mut seen = Vec::new();
    for lib in ["lib", "lib64"] {
        for name in names_in(&prefix.join(lib))? {
            let version = name.to_str().and_then(|name| name.strip_prefix("python"));
            let Some(version) = version.and_then(|text| text.parse::<PyVersion>().ok()) else { continue };
            let below = Path::new(lib).join(&name).join("site-packages");
            let folder = prefix.join(&below);
            let Ok(real) = folder.canonicalize() else { continue };
            if Series::find(version).is_none() || seen.contains(&real) {
                continue;
            }
            let bounds = Bounds::of(prefix, &below, image, follow_links)?;
            seen.push(real);
            all.push(read(folder, version, bounds)?);
        }
    }
    if all.is_empty() {
        return Err(EnvError::NoSitePackages(prefix.into()));
    }
    Ok(all)
}

fn read(folder: PathBuf, python: PyVersion, bounds: Bounds) -> Result<SitePackages, EnvError> {
    let (distributions, left_alone, failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = SitePackages { folder, python, bounds, distributions, left_alone, failed };
    for dist_info in names_in(&found.folder)? {
        if !dist_info.to_string_lossy().ends_with(".dist-info") {
            continue;
        }
        let dist_info = match dist_info.into_string() {
            Ok(name) => name,
            Err(name) => {
                let name = name.shown();
                found.left_alone.push(LeftAlone { name, reason: "its name is not UTF-8" });
                continue;
            }
        };
        let bounds = &found.bounds;
        let open = |name: &str| bounds.open(&Path::new(&dist_info).join(name));
        let bytes = |opened: Opened| read_open(&opened.file, opened.metadata.len(), LARGEST);
        let text = |name: &str| {
            let bytes = open(name).map_err(io::Error::from).and_then(bytes).unwrap_or_default();
            String::from_utf8(bytes).unwrap_or_default()
        };
        let installer = text("INSTALLER");
        let record = open("RECORD");
        let reason = if matches!(&record, Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound)
        {
            Some("it has no RECORD")
        } else if ["debian", "rpm", "conda", "apk", "portage"].contains(&installer.trim()) {
            Some("the system's package manager owns it")
        } else if is_editable(&text("direct_url.json")) {
            Some("it is editable")
        } else {
            None
        };
        match reason {
            Some(reason) => found.left_alone.push(LeftAlone { name: dist_info, reason }),
            None => {
                let path = found.folder.join(&dist_info).join("RECORD");
                let record = match record {
                    Ok(record) => record,
                    Err(error) => {
                        let error = open_diagnostic(&path, error, FOLLOW_LINKS);
                        found.failed.push((path, error));
                        continue;
                    }
                };
                let bytes = bytes(record).map_err(|source| EnvError::Read { path: path.clone(), source })?;
                let record = Record::parse(&bytes).map_err(|fault| EnvError::Record { path, fault })?;
                found.distributions.push(Distribution { dist_info, record });
            }
        }
    }
    Ok(found)
}

/// PEP 610: `{"dir_info": {"editable": true}, …}`
fn is_editable(direct_url: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(direct_url)
        .is_ok_and(|value| value["dir_info"]["editable"].as_bool() == Some(true))
}

/// The release that a virtual environment was created with, by its `pyvenv.cfg`: no program of it is run to ask. venv
/// writes `version = 3.14.2`, virtualenv and uv `version_info = 3.14.2.final.0` or `version_info = 3.14.2`.
pub fn created_with(prefix: &Path) -> Option<Release> {
    let opened = Inside::new(prefix, Links::Inside).open(Path::new("pyvenv.cfg")).ok()?;
    let text = read_open(&opened.file, opened.metadata.len(), LARGEST_CONFIG).ok()?;
    let text = String::from_utf8(text).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let key = key.trim().to_ascii_lowercase();
        if key != "version" && key != "version_info" {
            return None;
        }
        value.trim().split('.').take(3).collect::<Vec<_>>().join(".").parse().ok()
    })
}
