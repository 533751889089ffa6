//! Prefix → site-packages directories → distributions.

use crate::project::{DiscoverError, LARGEST, names_in, read_regular};
use crate::target::{PyVersion, Series};
use crate::text::Shown as _;
use crate::wheel::{Record, RecordError};
use std::path::{Path, PathBuf};

/// A directory that one version imports from.
#[derive(Debug)]
pub struct SitePackages {
    /// Where it is.
    pub folder: PathBuf,
    /// Whose it is.
    pub python: PyVersion,
    /// The image that it lies in, if it is one's: nothing is read that lies elsewhere.
    pub image: Option<PathBuf>,
    /// What is installed in it and is the environment's own.
    pub distributions: Vec<Distribution>,
    /// What is left alone.
    pub left_alone: Vec<LeftAlone>,
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
        source: std::io::Error,
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
/// lie in it: it is written to as if it were the whole file system.
///
/// # Errors
/// [`EnvError`].
pub fn site_packages(prefix: &Path, image: Option<&Path>) -> Result<Vec<SitePackages>, EnvError> {
    let mut all = Vec::new();
    let mut seen = Vec::new();
    for lib in ["lib", "lib64"] {
        for name in names_in(&prefix.join(lib))? {
            let version = name.to_str().and_then(|name| name.strip_prefix("python"));
            let Some(version) = version.and_then(|text| text.parse::<PyVersion>().ok()) else { continue };
            let folder = prefix.join(lib).join(&name).join("site-packages");
            let Ok(real) = folder.canonicalize() else { continue };
            if Series::find(version).is_none() || seen.contains(&real) {
                continue;
            }
            let image = match image.map(|root| (root, root.canonicalize())) {
                Some((_, Ok(root))) if real.starts_with(&root) => Some(root),
                Some((root, _)) => return Err(EnvError::Outside { folder, root: root.into(), real }),
                None => None,
            };
            seen.push(real);
            all.push(read(folder, version, image)?);
        }
    }
    if all.is_empty() {
        return Err(EnvError::NoSitePackages(prefix.into()));
    }
    Ok(all)
}

fn read(folder: PathBuf, python: PyVersion, image: Option<PathBuf>) -> Result<SitePackages, EnvError> {
    let mut found = SitePackages { folder, python, image, distributions: Vec::new(), left_alone: Vec::new() };
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
        let place = found.folder.join(&dist_info);
        let text = |name: &str| {
            let bytes = read_regular(&place.join(name), LARGEST).unwrap_or_default();
            String::from_utf8(bytes).unwrap_or_default()
        };
        let installer = text("INSTALLER");
        let reason = if !place.join("RECORD").is_file() {
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
                let path = place.join("RECORD");
                let bytes = read_regular(&path, LARGEST)
                    .map_err(|source| EnvError::Read { path: path.clone(), source })?;
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
