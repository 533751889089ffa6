//! Reading of the `[project]` table, key by key.

use super::fault::{ProjectFault, ProjectTableError};
use super::open::OpenKeys;
use super::value::{ProjectItem, Table, project_table};
use super::{License, Project, files, people};
use crate::output::inside::Inside;
use crate::project::backend::{BackendDefaults, DynamicValue, PretendVersions, VersionSource};
use crate::text::Shown as _;
use crate::wheel::name::normalize_name;
use crate::wheel::requirement::{Requirement, is_name, specifier_set};
use std::collections::BTreeMap;
use std::path::Path;

/// Keys other than `version` that a file may have if they are dynamic.
const READABLE: [&str; 5] = ["readme", "description", "dependencies", "optional-dependencies", "classifiers"];

impl Project {
    /// Reads the `pyproject.toml` `name` in `folder`. `given` holds the values of keys in
    /// `[project]` that the file leaves to a build backend or does not have.
    ///
    /// # Errors
    /// [`ProjectTableError`] with the line of the key.
    pub fn read(folder: &Inside, name: &str, given: &toml::Table) -> Result<Self, ProjectTableError> {
        Self::read_with(folder, name, given, &PretendVersions::default())
    }

    /// Reads the file as [`Self::read`] does. `variables` may set the version of a project that
    /// takes it from its repository.
    ///
    /// # Errors
    /// [`ProjectTableError`] with the line of the key.
    pub fn read_with(
        folder: &Inside,
        name: &str,
        given: &toml::Table,
        variables: &PretendVersions,
    ) -> Result<Self, ProjectTableError> {
        let path = &folder.path().join(name);
        let refuse = |fault: ProjectFault| ProjectTableError {
            path: path.clone(),
            line: None,
            key: String::new(),
            fault: fault.into(),
        };
        let bytes = files::read(folder, name).map_err(|error| refuse(error.into()))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse(ProjectFault::Encoding(path.shown())))?;
        let read = |name: &str| files::read(folder, name).ok();
        let backend = BackendDefaults::parse(&text, &read);
        let mut table = project_table(path, &text)?;
        let mut details = Vec::new();
        let given = Table::without_lines(path, given);
        if table.leaves("version") && !table.contains("version") && !given.contains("version") {
            let found = match backend.version() {
                VersionSource::File { version, path } => Some((path, version)),
                _ => backend.pretended(variables),
            };
            if let Some((source, version)) = found {
                details.push(format!("the version {version} is from {source}"));
                table.settle("version", &version.into());
            }
        }
        for key in READABLE {
            if table.leaves(key)
                && !table.contains(key)
                && !given.contains(key)
                && let Some(DynamicValue { value, files }) = backend.value(key)
            {
                table.settle(key, &value);
                details.push(format!("`{key}` is from {}", files.join(", ")));
            }
        }
        let mut project = project(folder, table, &given, Some(&backend))?;
        project.details = details;
        Ok(project)
    }

    /// Reads a `[project]` table in another file, `path`; files are relative to `folder`.
    ///
    /// # Errors
    /// [`ProjectTableError`] without a line.
    pub fn from_table(path: &Path, folder: &Inside, table: &toml::Table) -> Result<Self, ProjectTableError> {
        let nothing = Table::without_lines(path, &toml::Table::new());
        project(folder, Table::without_lines(path, table), &nothing, None)
    }
}

fn project<'a>(
    folder: &Inside,
    mut table: Table<'a>,
    given: &Table<'a>,
    backend: Option<&BackendDefaults<'_>>,
) -> Result<Project, ProjectTableError> {
    dynamic(&mut table, given, backend)?;
    let (Some(name), Some(version)) = (table.take("name"), table.take("version")) else {
        return Err(table.error("name", ProjectFault::Missing));
    };
    let text = name.text()?;
    if !is_name(text) {
        return Err(name.error(ProjectFault::Name(text.to_owned())));
    }
    let number = version.text()?.parse().map_err(|fault| version.error(ProjectFault::Version(fault)))?;
    let mut project = Project::new(text, number);

    project.summary = table.take("description").as_ref().map(ProjectItem::line).transpose()?;
    project.readme = table.take("readme").map(|item| files::readme(folder, &item)).transpose()?;
    if let Some(item) = table.take("requires-python") {
        let set = specifier_set(&item.line()?).map_err(|fault| item.error(fault.into()))?;
        project.requires_python = Some(set);
    }
    licenses(&mut project, folder, &mut table, backend)?;
    let mut people = |key| table.take(key).map(people::read).transpose();
    project.authors = people("authors")?.unwrap_or_default();
    project.maintainers = people("maintainers")?.unwrap_or_default();
    if let Some(item) = table.take("keywords") {
        keywords(&mut project, item)?;
    }
    if let Some(item) = table.take("urls") {
        project.urls = urls(item)?;
    }
    if let Some(item) = table.take("dependencies") {
        project.dependencies = requirements(item)?;
    }
    if let Some(item) = table.take("optional-dependencies") {
        optional_dependencies(&mut project, item)?;
    }
    entry_points(&mut project, &mut table)?;
    table.finish()?;
    Ok(project)
}

/// Adds the given values to the table, and refuses keys that remain without a value.
fn dynamic<'a>(
    table: &mut Table<'a>,
    given: &Table<'a>,
    backend: Option<&BackendDefaults<'_>>,
) -> Result<(), ProjectTableError> {
    let mut given_keys = given.keys();
    let mut open = OpenKeys { has_table: table.is_present(), ..OpenKeys::default() };
    let mut line = None;
    if let Some(item) = table.take("dynamic") {
        for item in item.list()? {
            let key = item.text()?;
            if key == "name" || key == "dynamic" {
                return Err(item.error(ProjectFault::NeverDynamic(key.to_owned())));
            }
            if table.contains(key) {
                return Err(ProjectTableError {
                    key: key.to_owned(),
                    ..item.error(ProjectFault::DynamicAndStatic)
                });
            }
            if given_keys.remove(key) {
                table.adopt(key, given);
            } else {
                line = line.or(item.line_number());
                open.dynamic.push(key.to_owned());
            }
        }
    }
    for key in given_keys {
        if table.contains(&key) {
            return Err(given.error(&key, ProjectFault::GivenTwice));
        }
        table.adopt(&key, given);
    }
    let is_missing = |key: &&str| !table.contains(key) && !open.dynamic.iter().any(|dynamic| dynamic == key);
    open.missing = ["name", "version"].into_iter().filter(is_missing).collect();
    if open.is_empty() {
        return Ok(());
    }
    // The caller that gives keys for a file without a table does not need the backend.
    let gives_keys = !given.keys().is_empty();
    open.home = backend.filter(|_| !gives_keys).and_then(BackendDefaults::metadata_home);
    let is_dynamic = open.dynamic.iter().any(|key| key == "version");
    open.version = backend.filter(|_| is_dynamic).map(BackendDefaults::version);
    let error = table.error("", ProjectFault::Open(open));
    Err(ProjectTableError { line: line.or(error.line), key: String::new(), ..error })
}

fn licenses(
    project: &mut Project,
    folder: &Inside,
    table: &mut Table<'_>,
    backend: Option<&BackendDefaults<'_>>,
) -> Result<(), ProjectTableError> {
    let mut is_table = false;
    if let Some(item) = table.take("license") {
        is_table = item.is_table();
        let (license, file) = files::license(folder, &item)?;
        project.license = license;
        project.license_files.extend(file);
    }
    if let Some(item) = table.take("license-files") {
        if is_table {
            return Err(item.error(ProjectFault::LicenseTable));
        }
        project.license_files = files::license_files(folder, item)?;
    } else if let Some(backend) = backend {
        let patterns = backend.license_patterns(!project.license_files.is_empty());
        let named = project.license_files.iter().map(|file| file.path.clone()).collect();
        let (more, notes) = files::default_licenses(folder, &patterns, &named);
        project.license_files.extend(more);
        project.license_files.sort_by(|one, other| one.path.cmp(&other.path));
        project.notes.extend(notes);
    }
    if let Some(item) = table.take("classifiers") {
        project.classifiers = item.lines()?;
        let about_license = |classifier: &&String| classifier.starts_with("License ::");
        if matches!(project.license, License::Expression(_))
            && let Some(classifier) = project.classifiers.iter().find(about_license)
        {
            project.notes.push(format!(
                "the classifier {classifier:?} is replaced by the license expression: remove it"
            ));
        }
    }
    Ok(())
}

fn keywords(project: &mut Project, item: ProjectItem<'_>) -> Result<(), ProjectTableError> {
    for item in item.list()? {
        let keyword = item.line()?;
        // Backends write it as it is.
        if keyword.contains(',') {
            let note = format!("the keyword {keyword:?} counts as several: a comma separates keywords");
            project.notes.push(note);
        }
        project.keywords.push(keyword);
    }
    Ok(())
}

fn urls(item: ProjectItem<'_>) -> Result<Vec<(String, String)>, ProjectTableError> {
    let mut urls = Vec::new();
    for (label, item) in item.table()?.into_items() {
        if label.chars().count() > 32 || label.is_empty() || label.contains([',', '\n', '\r']) {
            return Err(item.error(ProjectFault::Label));
        }
        urls.push((label, item.line()?));
    }
    Ok(urls)
}

fn optional_dependencies(project: &mut Project, item: ProjectItem<'_>) -> Result<(), ProjectTableError> {
    let mut written = BTreeMap::<String, String>::new();
    for (extra, item) in item.table()?.into_items() {
        if !is_name(&extra) {
            return Err(item.error(ProjectFault::Name(extra)));
        }
        let normal = normalize_name(&extra);
        if let Some(other) = written.insert(normal.clone(), extra.clone()) {
            return Err(item.error(ProjectFault::SameName(other, extra)));
        }
        project.extras.insert(normal, requirements(item)?);
    }
    Ok(())
}

fn requirements(item: ProjectItem<'_>) -> Result<Vec<Requirement>, ProjectTableError> {
    let read = |item: &ProjectItem<'_>| {
        item.text()?.parse().map_err(|fault| item.error(ProjectFault::Requirement(fault)))
    };
    item.list()?.iter().map(read).collect()
}

fn entry_points(project: &mut Project, table: &mut Table<'_>) -> Result<(), ProjectTableError> {
    for (key, group) in [("scripts", "console_scripts"), ("gui-scripts", "gui_scripts")] {
        if let Some(item) = table.take(key) {
            add_group(project, group, item)?;
        }
    }
    let Some(item) = table.take("entry-points") else { return Ok(()) };
    for (group, item) in item.table()?.into_items() {
        match group.as_str() {
            "console_scripts" => return Err(item.error(ProjectFault::ReservedGroup("scripts"))),
            "gui_scripts" => return Err(item.error(ProjectFault::ReservedGroup("gui-scripts"))),
            _ => {}
        }
        let is_part = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        };
        if !group.split('.').all(is_part) {
            return Err(item.error(ProjectFault::EntryPointName(group)));
        }
        add_group(project, &group, item)?;
    }
    Ok(())
}

fn add_group(project: &mut Project, group: &str, item: ProjectItem<'_>) -> Result<(), ProjectTableError> {
    let mut entries = BTreeMap::new();
    for (name, item) in item.table()?.into_items() {
        let odd = |c: char| c == '=' || c.is_control();
        if name.trim() != name || name.is_empty() || name.starts_with(['[', '#', ';']) || name.contains(odd) {
            return Err(item.error(ProjectFault::EntryPointName(name)));
        }
        let reference = item.line()?;
        if !is_reference(&reference) {
            return Err(item.error(ProjectFault::Reference(reference)));
        }
        entries.insert(name, reference);
    }
    if !entries.is_empty() {
        project.entry_points.insert(group.to_owned(), entries);
    }
    Ok(())
}

/// Returns whether the text is `package.module:attribute.attribute [extra]`; the module is
/// required.
fn is_reference(text: &str) -> bool {
    let (object, extras) = match text.split_once('[') {
        Some((object, extras)) => (object, Some(extras)),
        None => (text, None),
    };
    let is_identifier = |part: &str| {
        let mut characters = part.chars();
        characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && characters.all(|c| c.is_alphanumeric() || c == '_')
    };
    let is_dotted = |path: &str| path.trim().split('.').all(is_identifier);
    let (module, attribute) = match object.split_once(':') {
        Some((module, attribute)) => (module, Some(attribute)),
        None => (object, None),
    };
    is_dotted(module)
        && attribute.is_none_or(is_dotted)
        && extras.is_none_or(|extras| {
            extras
                .trim_end()
                .strip_suffix(']')
                .is_some_and(|extras| extras.split(',').all(|extra| is_name(extra.trim())))
        })
}
