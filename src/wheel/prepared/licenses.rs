//! License files of an sdist.

use super::fields::PreparedFields;
use super::{PreparedFault, is_at_least};
use crate::archive::{File, check_file_name};
use crate::output::inside::Inside;
use crate::project::matching_files;
use crate::wheel::project::files;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// Files that setuptools, hatchling, flit, poetry and pdm treat as licenses if a project does not
/// name any.
const PATTERNS: [&str; 4] = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"];

/// Reads the files that `License-File` fields name. Before core metadata 2.4, which introduced the
/// field, backends included license files without naming them: those that `pyproject.toml` lists,
/// or that match the default patterns.
pub(super) fn license_files(
    folder: &Inside,
    fields: &PreparedFields<'_>,
) -> Result<Vec<File>, PreparedFault> {
    let mut licenses = Vec::new();
    for file in fields.all("License-File") {
        check_file_name(file).map_err(|_| PreparedFault::LicensePath(file.to_owned()))?;
        let bytes = files::read(folder, file)
            .map_err(|source| PreparedFault::LicenseFile { name: file.to_owned(), source })?;
        licenses.push(File::new(format!("licenses/{file}"), bytes));
    }
    if licenses.is_empty() && !is_at_least(fields, (2, 4)) {
        for name in unnamed(folder) {
            if let Ok(bytes) = files::read(folder, &name) {
                licenses.push(File::new(format!("licenses/{name}"), bytes));
            }
        }
    }
    licenses.sort_by(|a, b| a.path.cmp(&b.path));
    licenses.dedup_by(|a, b| a.path == b.path);
    Ok(licenses)
}

fn unnamed(folder: &Inside) -> BTreeSet<String> {
    let table = files::read(folder, "pyproject.toml").ok();
    let table: Option<Table> = table.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    let patterns = table.as_ref().and_then(|table| named(table.get("project")?.as_table()?));
    let defaults = || PATTERNS.map(str::to_owned).to_vec();
    let mut names = BTreeSet::new();
    for pattern in patterns.unwrap_or_else(defaults) {
        let is_inside = !pattern.starts_with('/') && !pattern.split('/').any(|part| part == "..");
        if is_inside && let Ok(Some(found)) = matching_files(&folder.path(), &pattern, false) {
            names.extend(found.names.into_iter().filter(|name| check_file_name(name).is_ok()));
        }
    }
    names
}

/// Returns `license-files` in the form of PEP 639 or its drafts, or `license = { file = … }`.
fn named(project: &Table) -> Option<Vec<String>> {
    let texts = |value: &Value| {
        let list = value.as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    if let Some(files) = project.get("license-files") {
        return match files {
            Value::Table(table) => {
                Some(["paths", "globs"].into_iter().flat_map(|key| table.get(key)).flat_map(texts).collect())
            }
            list => Some(texts(list)),
        };
    }
    let file = project.get("license")?.get("file")?.as_str()?;
    let mut patterns = vec![file.to_owned()];
    patterns.extend(PATTERNS.map(str::to_owned));
    Some(patterns)
}
