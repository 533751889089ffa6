//! Prefix → site-packages directories → distributions.

use super::Bounds;
use crate::build::errno::open_diagnostic;
use crate::engine::Diagnostic;
use crate::output::inside::{Inside, Links, OpenError, Opened};
use crate::project::{DiscoverError, FolderPrefix, LARGEST, PACKAGES, names_in, read_open, real_path};
use crate::target::{PyVersion, Release, Series};
use crate::text::{Shown as _, python};
use crate::wheel::{Record, RecordError};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// Upper bound for the size of a `pyvenv.cfg`.
const LARGEST_CONFIG: u64 = 1 << 20;

/// Directory that one Python version imports from.
#[derive(Debug)]
pub struct SitePackages {
    /// Path of the directory.
    pub folder: PathBuf,
    /// Path of the directory below the prefix.
    pub below: FolderPrefix,
    /// Version that imports from it.
    pub python: PyVersion,
    /// True for a free-threaded build, whose pycs differ.
    pub free_threaded: bool,
    /// Directory that its files must be below.
    pub bounds: Bounds,
    /// Distributions of the environment in the directory.
    pub distributions: Vec<Distribution>,
    /// Distributions that are not touched.
    pub left_alone: Vec<LeftAlone>,
    /// RECORDs that cannot be read, with the error.
    pub failed: Vec<(PathBuf, Box<Diagnostic>)>,
}

/// Installed distribution.
#[derive(Debug)]
pub struct Distribution {
    /// `demo-1.0.dist-info`
    pub dist_info: String,
    /// RECORD of the distribution.
    pub record: Record,
}

impl Distribution {
    /// Returns the path of RECORD below site-packages.
    pub fn record_path(&self) -> String {
        format!("{}/RECORD", self.dist_info)
    }

    /// Returns the Python files below site-packages, in the order of RECORD.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let paths = self.record.rows.iter().map(|row| row.path.as_str());
        paths.filter(|path| path.ends_with(".py") && stays_inside(path))
    }
}

/// Returns whether a path in RECORD is below site-packages; scripts, for example, are not.
pub(super) fn stays_inside(path: &str) -> bool {
    !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Distribution that is not touched.
#[derive(Debug)]
pub struct LeftAlone {
    /// `demo-1.0.dist-info`
    pub name: String,
    /// Reason not to touch it.
    pub reason: &'static str,
}

/// Errors of reading an environment.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// The prefix has no `lib/pythonX.Y/site-packages` of a known version.
    #[error(
        "{} has no lib/pythonX.Y/site-packages (or dist-packages) of a supported version, and no dist-info of its own",
        .0.shown()
    )]
    NoSitePackages(PathBuf),
    /// The prefix has site-packages directories, but none of the version that was asked for.
    #[error("{} has no lib/python{wanted}/site-packages, but python{present}", prefix.shown())]
    OtherVersion {
        /// Path of the prefix.
        prefix: PathBuf,
        /// Version that was asked for.
        wanted: PyVersion,
        /// Version of a directory that exists.
        present: PyVersion,
    },
    /// A directory of `pip install --target` does not record its version.
    #[error("{} does not record its Python version", .0.shown())]
    NoVersion(PathBuf),
    /// The directory is the one that Debian has for all versions, so that it does not determine the
    /// version.
    #[error("{} is the directory of all Python 3 versions of a Debian system, and does not record one", .0.shown())]
    AnyVersion(PathBuf),
    /// A symlink is on the way to site-packages.
    #[error("{} is a symlink, whose target may belong to another environment", .0.shown())]
    Link(PathBuf),
    /// A symlink in an image leads out of it.
    #[error("{} leads out of {}, to {}", folder.shown(), root.shown(), real.shown())]
    Outside {
        /// Path of the site-packages directory.
        folder: PathBuf,
        /// Path of the image.
        root: PathBuf,
        /// Target of the link.
        real: PathBuf,
    },
    /// A directory cannot be listed.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// A RECORD cannot be read.
    #[error("cannot read {}: {source}", path.shown())]
    Read {
        /// Path of the RECORD.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A RECORD is not valid.
    #[error("{}: {fault}", path.shown())]
    Record {
        /// Path of the RECORD.
        path: PathBuf,
        /// Description of the fault.
        #[source]
        fault: RecordError,
    },
}

/// Returns the site-packages directories of a prefix, each once even if `lib64` is a symlink to
/// `lib`. Debian's are called `dist-packages`; that of its own packages has no version and is read
/// if `python` names one. A prefix without them that contains distributions is such a directory
/// itself (`pip install --target`). `python` selects one of several versions.
///
/// Symlinks on the way to them are followed with `follow_links` only. Those of an image must stay
/// within it: it is written to as if it were the whole file system.
///
/// # Errors
/// [`EnvError`].
pub fn site_packages(
    prefix: &Path,
    image: Option<&Path>,
    follow_links: bool,
    python: Option<PyVersion>,
) -> Result<Vec<SitePackages>, EnvError> {
    let mut all = Vec::new();
    let mut seen = Vec::new();
    let mut present = None;
    for lib in ["lib", "lib64"] {
        for name in names_in(&prefix.join(lib))? {
            let Some(version) = version_of(&name) else { continue };
            for packages in PACKAGES {
                let below = Path::new(lib).join(&name).join(packages);
                let folder = prefix.join(&below);
                let Ok(real) = real_path(&folder) else { continue };
                if seen.contains(&real) {
                    continue;
                }
                if python.is_some_and(|python| python != version.0) {
                    present.get_or_insert(version.0);
                    continue;
                }
                let bounds = Bounds::of(prefix, &below, image, follow_links)?;
                seen.push(real);
                all.push(read(folder, &below, version, bounds)?);
            }
        }
    }
    // Debian's own packages have one directory for all versions.
    let below = Path::new("lib/python3/dist-packages");
    let shared = prefix.join(below);
    match python {
        _ if !real_path(&shared).is_ok_and(|real| real.is_dir() && !seen.contains(&real)) => {}
        Some(python) => {
            let bounds = Bounds::of(prefix, below, image, follow_links)?;
            all.push(read(shared, below, (python, false), bounds)?);
        }
        None if all.is_empty() => return Err(EnvError::AnyVersion(shared)),
        None => {}
    }
    if all.is_empty() {
        let mut names = names_in(prefix)?.into_iter();
        if !names.any(|name| name.as_encoded_bytes().ends_with(b".dist-info")) {
            return Err(match (python, present) {
                (Some(wanted), Some(present)) => {
                    EnvError::OtherVersion { prefix: prefix.into(), wanted, present }
                }
                _ => EnvError::NoSitePackages(prefix.into()),
            });
        }
        let version = python.map(|python| (python, false)).or_else(|| version_around(prefix));
        let version = version.ok_or_else(|| EnvError::NoVersion(prefix.into()))?;
        let bounds = Bounds::of(prefix, Path::new(""), image, follow_links)?;
        all.push(read(prefix.into(), Path::new(""), version, bounds)?);
    }
    Ok(all)
}

/// Returns the version of a directory in `lib`, and whether it is of a free-threaded build:
/// `python3.14`, `python3.14t`.
pub fn version_of(name: &OsStr) -> Option<(PyVersion, bool)> {
    let text = name.to_str()?.strip_prefix("python")?;
    let plain = text.strip_suffix('t');
    let version = plain.unwrap_or(text).parse::<PyVersion>().ok()?;
    Series::find(version)?;
    Some((version, plain.is_some()))
}

/// Returns the version of a prefix that is itself called `site-packages`, from its parent
/// directory.
fn version_around(prefix: &Path) -> Option<(PyVersion, bool)> {
    let real = real_path(prefix).ok()?;
    let packages = packages_around(&real).filter(|packages| *packages == real)?;
    version_of(packages.parent()?.file_name()?)
}

/// Returns the innermost directory called `site-packages` that a path is or is in.
fn packages_around(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| PACKAGES.iter().any(|name| folder.ends_with(name)))
}

/// Virtual environment of a place.
#[derive(Clone, Debug)]
pub struct VirtualEnvironment {
    /// Directory that contains `pyvenv.cfg`.
    pub prefix: PathBuf,
    /// Release that the environment was created with.
    pub release: Option<Release>,
}

impl VirtualEnvironment {
    /// Returns the virtual environment that a path is, or is in:
    /// `PREFIX/lib/pythonX.Y/site-packages` and below. Only a directory with a `pyvenv.cfg` is a
    /// virtual environment.
    pub fn around(path: &Path) -> Option<Self> {
        let prefix = prefix_around(path)?;
        Some(Self { release: created_with(&prefix), prefix })
    }

    /// Returns whether Python also imports from the `site-packages` of the system.
    pub fn has_system_packages(&self) -> bool {
        config(&self.prefix).is_none_or(|text| has_system_packages(&text))
    }
}

fn prefix_around(path: &Path) -> Option<PathBuf> {
    let has_config = |folder: &Path| folder.join("pyvenv.cfg").is_file();
    if has_config(path) {
        return Some(path.to_path_buf());
    }
    // Python finds `pyvenv.cfg` by the path that it was started with, which may lead through
    // symlinks.
    [real_path(path).ok(), Some(path.to_path_buf())].into_iter().flatten().find_map(|path| {
        let lib = packages_around(&path)?.parent()?.parent()?;
        let is_lib = lib.file_name().is_some_and(|name| name == "lib" || name == "lib64");
        lib.parent().filter(|prefix| is_lib && has_config(prefix)).map(Path::to_path_buf)
    })
}

/// Returns an environment's own interpreter of a version.
pub fn own_interpreter(prefix: &Path, version: PyVersion, free_threaded: bool) -> Option<PathBuf> {
    let build = if free_threaded { "t" } else { "" };
    Some(prefix.join("bin").join(format!("python{version}{build}"))).filter(|own| own.is_file())
}

fn read(
    folder: PathBuf,
    below: &Path,
    (python, free_threaded): (PyVersion, bool),
    bounds: Bounds,
) -> Result<SitePackages, EnvError> {
    let mut below = python::os_text(below.as_os_str());
    if !below.is_empty() {
        below.push('/');
    }
    let mut found = SitePackages {
        folder,
        below,
        python,
        free_threaded,
        bounds,
        distributions: Vec::new(),
        left_alone: Vec::new(),
        failed: Vec::new(),
    };
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
        let record = open("RECORD");
        let reason = match &record {
            Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Some("it has no RECORD"),
            _ => reason_to_leave(&text("INSTALLER"), &text("direct_url.json")),
        };
        if let Some(reason) = reason {
            found.left_alone.push(LeftAlone { name: dist_info, reason });
            continue;
        }
        let path = found.folder.join(&dist_info).join("RECORD");
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let error = open_diagnostic(&path, error);
                found.failed.push((path, error));
                continue;
            }
        };
        let bytes = bytes(record).map_err(|source| EnvError::Read { path: path.clone(), source })?;
        let record = Record::parse(&bytes).map_err(|fault| EnvError::Record { path, fault })?;
        found.distributions.push(Distribution { dist_info, record });
    }
    Ok(found)
}

/// Returns why the pycs of a distribution with these files are not those of `env`.
fn reason_to_leave(installer: &str, direct_url: &str) -> Option<&'static str> {
    if ["debian", "rpm", "conda", "apk", "portage"].contains(&installer.trim()) {
        return Some("the system's package manager owns it");
    }
    is_editable(direct_url).then_some("it is editable")
}

/// Reads `{"dir_info": {"editable": true}, …}` (PEP 610).
fn is_editable(direct_url: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(direct_url)
        .is_ok_and(|value| value["dir_info"]["editable"].as_bool() == Some(true))
}

fn config(prefix: &Path) -> Option<Vec<u8>> {
    let opened = Inside::new(prefix, Links::Inside).open(Path::new("pyvenv.cfg")).ok()?;
    read_open(&opened.file, opened.metadata.len(), LARGEST_CONFIG).ok()
}

/// Returns the keys of a `pyvenv.cfg` in lower case, and their values, as `venv` of `Lib/site.py`
/// reads them: lines end at newlines and carriage returns alone, and blanks are those of Python.
fn fields(config: &str) -> impl DoubleEndedIterator<Item = (String, &str)> {
    let lines = config.split(['\n', '\r']).filter_map(|line| line.split_once('='));
    lines.map(|(key, value)| {
        (key.trim_matches(python::is_space).to_lowercase(), value.trim_matches(python::is_space))
    })
}

/// Returns whether a `pyvenv.cfg` adds the `site-packages` of the system, as it does by default.
/// Python does not start with one that is not UTF-8.
pub fn has_system_packages(config: &[u8]) -> bool {
    let text = String::from_utf8_lossy(config);
    let mut fields = fields(&text).rev();
    let own = fields.find(|(key, _)| key == "include-system-site-packages");
    own.is_none_or(|(_, value)| value.to_lowercase() == "true")
}

/// Returns the release that a virtual environment was created with, if its version is that of a
/// release.
pub fn created_with(prefix: &Path) -> Option<Release> {
    recorded_version(prefix)?.parse().ok()
}

/// Returns the version that a virtual environment was created with, from its `pyvenv.cfg`, without
/// running any of its programs. venv writes `version = 3.14.2`, virtualenv and uv `version_info =
/// 3.14.2.final.0` or `version_info = 3.14.2`.
pub fn recorded_version(prefix: &Path) -> Option<String> {
    let text = String::from_utf8(config(prefix)?).ok()?;
    let version = fields(&text).find(|(key, _)| key == "version" || key == "version_info");
    version.map(|(_, value)| value.split('.').take(3).collect::<Vec<_>>().join("."))
}
