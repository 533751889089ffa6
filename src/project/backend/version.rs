//! The version of a project whose `[project]` leaves it to the build backend, where it can be read
//! without running anything.

use super::literals::{PythonModule, PythonValue};
use super::pyproject::{PyProject, texts};
use super::{BackendKind, tree::join};
use std::collections::BTreeMap;
use toml::Value;

/// Source of a version that `[project]` does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionSource {
    /// A file has the version as text.
    File {
        /// Version as it is written.
        version: String,
        /// Path of the file, relative to the project.
        path: String,
    },
    /// A tool derives the version from the tags of a repository.
    Repository {
        /// Name of the tool.
        tool: &'static str,
        /// Command that prints the version, with the tool installed.
        command: &'static str,
        /// Environment variable that sets it.
        variable: Option<&'static str>,
    },
    /// Code of the project or of its backend has to run.
    Computed,
}

/// Function that returns a file of the project by its relative path, if it can be read.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

const PRETEND_VERSION: &str = "SETUPTOOLS_SCM_PRETEND_VERSION";
const PDM_VERSION: &str = "PDM_BUILD_SCM_VERSION";

/// Environment variables that set a version in place of the tags of a repository.
#[derive(Clone, Debug, Default)]
pub struct PretendVersions(BTreeMap<String, String>);

impl PretendVersions {
    /// Selects the variables from an environment.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let is_own = |name: &str| name.starts_with(PRETEND_VERSION) || name == PDM_VERSION;
        Self(environment.into_iter().filter(|(name, value)| is_own(name) && !value.is_empty()).collect())
    }

    /// Returns the name and the value of the variable for the project `name`: that with the
    /// project's name, or else the one for all projects.
    pub(super) fn get(&self, variable: &str, name: &str) -> Option<(String, String)> {
        let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
        let normal = parts.collect::<Vec<_>>().join("_").to_uppercase();
        let names = [format!("{variable}_FOR_{normal}"), variable.to_owned()];
        names.into_iter().find_map(|name| Some((name.clone(), self.0.get(&name)?.clone())))
    }
}

const SETUPTOOLS_SCM: VersionSource = VersionSource::Repository {
    tool: "setuptools_scm",
    command: "python -m setuptools_scm",
    variable: Some(PRETEND_VERSION),
};

const HATCH_VCS: VersionSource = VersionSource::Repository {
    tool: "hatch-vcs",
    command: "python -m hatchling version",
    variable: Some(PRETEND_VERSION),
};

const PDM: VersionSource = VersionSource::Repository {
    tool: "pdm-backend",
    command: "pdm show --version",
    variable: Some(PDM_VERSION),
};

const VERSIONINGIT: VersionSource =
    VersionSource::Repository { tool: "versioningit", command: "versioningit", variable: None };

const POETRY_DYNAMIC: VersionSource = VersionSource::Repository {
    tool: "poetry-dynamic-versioning",
    command: "poetry dynamic-versioning show",
    variable: None,
};

/// Returns the source of the version, following the backend's own rules.
pub(super) fn version_source(kind: BackendKind, project: &PyProject, read: ReadFile<'_>) -> VersionSource {
    let found = match kind {
        BackendKind::Setuptools => of_setuptools(project, read),
        BackendKind::Hatchling => of_hatch(project, read),
        BackendKind::Flit => of_flit(project, read),
        BackendKind::Pdm => of_pdm(project, read),
        BackendKind::Poetry => of_poetry(project),
        BackendKind::Uv | BackendKind::Unknown => None,
    };
    found.unwrap_or(VersionSource::Computed)
}

fn requires(project: &PyProject, name: &str) -> bool {
    let requirements = project.texts(&["build-system", "requires"]).unwrap_or_default();
    requirements.iter().any(|requirement| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let own = requirement.split(|c| !is_name(c)).next().unwrap_or_default();
        own.to_lowercase().replace(['_', '.'], "-") == name
    })
}

fn of_setuptools(project: &PyProject, read: ReadFile<'_>) -> Option<VersionSource> {
    let dynamic = |key| project.get(&["tool", "setuptools", "dynamic", "version", key]);
    if let Some(attribute) = dynamic("attr").and_then(Value::as_str) {
        return attribute_version(project, attribute.trim(), read);
    }
    if let Some(files) = dynamic("file").and_then(texts) {
        let [path] = files.as_slice() else { return None };
        let text = String::from_utf8(read(path.trim_start_matches("./"))?).ok()?;
        let version = text.trim().to_owned();
        return (!version.is_empty() && !version.contains('\n'))
            .then(|| VersionSource::File { version, path: path.clone() });
    }
    if project.get(&["tool", "versioningit"]).is_some() {
        return Some(VERSIONINGIT);
    }
    let names = ["setuptools-scm", "vcs-versioning"];
    let is_scm = project.get(&["tool", "setuptools_scm"]).is_some()
        || project.get(&["tool", "setuptools-scm"]).is_some()
        || names.iter().any(|name| requires(project, name));
    is_scm.then_some(SETUPTOOLS_SCM)
}

/// Reads `attr = "demo.__version__"` as setuptools does before it imports the module: the first
/// assignment to the name, if its value is a literal.
fn attribute_version(project: &PyProject, attribute: &str, read: ReadFile<'_>) -> Option<VersionSource> {
    let (module, name) = attribute.rsplit_once('.').unwrap_or(("__init__", attribute));
    let folders = project.table(&["tool", "setuptools", "package-dir"]);
    let folder = |package: &str| folders.and_then(|folders| folders.get(package)?.as_str());
    let found = project.texts(&["tool", "setuptools", "packages", "find", "where"]).unwrap_or_default();
    let mut starts: Vec<String> = Vec::new();
    // The longest package with a directory of its own decides.
    let parts: Vec<&str> = module.split('.').collect();
    if let Some(start) = (1..=parts.len()).rev().find_map(|end| {
        let own = folder(&parts[..end].join("."))?;
        Some(join(own, &parts[end..].join("/")))
    }) {
        starts.push(start);
    } else {
        let roots = folder("").map(ToOwned::to_owned).into_iter().chain(found);
        let roots = roots.chain(["src".to_owned(), ".".to_owned()]);
        starts.extend(roots.map(|root| join(root.trim_end_matches('/'), &parts.join("/"))));
    }
    let paths = starts.iter().flat_map(|start| [format!("{start}.py"), format!("{start}/__init__.py")]);
    let (path, source) = paths.into_iter().find_map(|path| {
        let path = path.trim_start_matches("./").to_owned();
        Some((path.clone(), read(&path)?))
    })?;
    let version = match PythonModule::parse(&source)?.values(name).next()? {
        PythonValue::Text(text) => text.clone(),
        PythonValue::List(parts) => {
            let part = |part: &PythonValue| match part {
                PythonValue::Text(text) => Some(text.clone()),
                PythonValue::Int(number) => Some(number.to_string()),
                _ => None,
            };
            parts.iter().map(part).collect::<Option<Vec<String>>>()?.join(".")
        }
        _ => return None,
    };
    Some(VersionSource::File { version, path })
}

fn of_hatch(project: &PyProject, read: ReadFile<'_>) -> Option<VersionSource> {
    let setting = |key| project.text(&["tool", "hatch", "version", key]);
    match setting("source").unwrap_or("regex") {
        "vcs" => return Some(HATCH_VCS),
        "versioningit" => return Some(VERSIONINGIT),
        "regex" if setting("pattern").is_none() => {}
        _ => return None,
    }
    let path = setting("path")?.trim_start_matches("./").to_owned();
    let text = String::from_utf8(read(&path)?).ok()?;
    // `(?i)^(__version__|VERSION) *= *(['"])v?(?P<version>.+?)\2`
    let version = text.lines().find_map(|line| {
        let quoted =
            assigned(line, |name| ["__version__", "version"].contains(&name.to_lowercase().as_str()))?;
        let version = quoted.value.strip_prefix(['v', 'V']).filter(|rest| !rest.is_empty());
        Some(version.unwrap_or(quoted.value).to_owned())
    })?;
    Some(VersionSource::File { version, path })
}

/// A line `NAME = "VALUE"`, from its start, and the text after the value.
struct QuotedLine<'a> {
    value: &'a str,
    rest: &'a str,
}

fn assigned(line: &str, is_name: impl Fn(&str) -> bool) -> Option<QuotedLine<'_>> {
    let (name, value) = line.split_once('=')?;
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = value[1..].split_once(quote)?;
    (is_name(name.trim_end()) && !value.is_empty()).then_some(QuotedLine { value, rest })
}

fn of_pdm(project: &PyProject, read: ReadFile<'_>) -> Option<VersionSource> {
    let setting = |key| project.text(&["tool", "pdm", "version", key]);
    match setting("source") {
        Some("scm") => return Some(PDM),
        Some("file") | None if project.get(&["tool", "pdm", "version", "pattern"]).is_none() => {}
        _ => return None,
    }
    let path = setting("path")?.trim_start_matches("./").to_owned();
    let text = String::from_utf8(read(&path)?).ok()?;
    // `^(?:__version__|VERSION)\s*=\s*["'](.+?)["']\s*(?:#.*)?$`
    let version = text.lines().find_map(|line| {
        let quoted = assigned(line, |name| ["__version__", "VERSION"].contains(&name))?;
        let rest = quoted.rest.trim_start();
        (rest.is_empty() || rest.starts_with('#')).then(|| quoted.value.to_owned())
    })?;
    Some(VersionSource::File { version, path })
}

/// Reads `__version__` of the module; an `__init__.py` takes precedence.
fn of_flit(project: &PyProject, read: ReadFile<'_>) -> Option<VersionSource> {
    if project.backend().starts_with("flit_scm") {
        return Some(SETUPTOOLS_SCM);
    }
    let modules = flit_modules(project)?;
    // In the package of the first `__init__.py`, another file may have it.
    let paths = modules.into_iter().flat_map(|path| {
        let files = ["version.py", "_version.py", "__version__.py"];
        let others =
            path.strip_suffix("__init__.py").map(|folder| files.map(|file| format!("{folder}{file}")));
        std::iter::once(path).chain(others.into_iter().flatten())
    });
    let paths: Vec<String> = paths.collect();
    paths.into_iter().find_map(|path| {
        let module = PythonModule::parse(&read(&path)?)?;
        let version = module.values("__version__").find_map(PythonValue::text)?.to_owned();
        Some(VersionSource::File { version, path })
    })
}

/// Returns the files that may be the module of a project of flit.
pub(super) fn flit_modules(project: &PyProject) -> Option<Vec<String>> {
    let named = project.text(&["tool", "flit", "module", "name"]).map(ToOwned::to_owned);
    let module = named.or_else(|| project.module_name())?.replace('.', "/");
    let paths = ["", "src/"].into_iter();
    let paths = paths.flat_map(|root| [format!("{root}{module}/__init__.py"), format!("{root}{module}.py")]);
    Some(paths.collect())
}

fn of_poetry(project: &PyProject) -> Option<VersionSource> {
    if project.backend().starts_with("poetry_dynamic_versioning") {
        return Some(POETRY_DYNAMIC);
    }
    let version = project.text(&["tool", "poetry", "version"])?.to_owned();
    Some(VersionSource::File { version, path: "pyproject.toml".into() })
}
