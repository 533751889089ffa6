//! Files that a `[project]` table names: readme and licenses.

use super::fault::{ProjectFault, ProjectTableError};
use super::value::ProjectItem;
use super::{License, Readme};
use crate::archive::{File, check_file_name};
use crate::output::inside::{Inside, OpenError};
use crate::project::{LARGEST, matching_files, read_open};
use crate::wheel::license::normalize_license;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Returns the text of a file with LF line ends.
fn text(root: &Inside, item: &ProjectItem<'_>, name: &str) -> Result<String, ProjectTableError> {
    let bytes = bytes(root, item, name)?;
    let text = String::from_utf8(bytes).map_err(|_| item.error(ProjectFault::Encoding(name.to_owned())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn bytes(root: &Inside, item: &ProjectItem<'_>, name: &str) -> Result<Vec<u8>, ProjectTableError> {
    stays_inside(item, name)?;
    read(root, name).map_err(|source| item.error(ProjectFault::File { path: root.path().join(name), source }))
}

/// Reads a file in the project's directory.
pub(in crate::wheel) fn read(root: &Inside, name: &str) -> Result<Vec<u8>, OpenError> {
    let opened = root.open(Path::new(name))?;
    Ok(read_open(&opened.file, opened.metadata.len(), LARGEST)?)
}

fn stays_inside(item: &ProjectItem<'_>, name: &str) -> Result<(), ProjectTableError> {
    let path = name.to_owned();
    check_file_name(name).map_err(|fault| item.error(ProjectFault::Path { path, fault }))
}

/// Reads `readme = "README.md"`, or `{file = …}` or `{text = …}` with a content type.
pub(super) fn readme(root: &Inside, item: &ProjectItem<'_>) -> Result<Readme, ProjectTableError> {
    if !item.is_table() {
        let name = item.text()?;
        let suffix = name.rsplit_once('.').map(|(_, suffix)| suffix.to_ascii_lowercase());
        let content_type = match suffix.as_deref() {
            Some("md") => "text/markdown",
            Some("rst") => "text/x-rst",
            Some("txt") => "text/plain",
            _ => return Err(item.error(ProjectFault::UnknownReadme(name.to_owned()))),
        };
        return Ok(Readme { text: text(root, item, name)?, content_type: content_type.to_owned() });
    }
    let mut table = item.clone().table()?;
    let Some(content_type) = table.take("content-type") else {
        return Err(table.error("content-type", ProjectFault::Missing));
    };
    let (file, inline) = (table.take("file"), table.take("text"));
    table.finish()?;
    let text = match (file, inline) {
        (Some(file), None) => text(root, &file, file.text()?)?,
        (None, Some(inline)) => inline.text()?.replace("\r\n", "\n"),
        _ => return Err(item.error(ProjectFault::FileOrText)),
    };
    let found = content_type.line()?;
    let mut parts = found.split(';').map(|part| part.trim().to_ascii_lowercase());
    let known = ["text/markdown", "text/x-rst", "text/plain"];
    let is_known = parts.next().is_some_and(|kind| known.contains(&kind.as_str()));
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(str::to_owned));
    let is_utf8 = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    if !(is_known && is_utf8) {
        return Err(content_type.error(ProjectFault::ContentType(found)));
    }
    Ok(Readme { text, content_type: found })
}

/// Reads `license = "MIT"` or the table of PEP 621, and the file that the table names.
pub(super) fn license(
    root: &Inside,
    item: &ProjectItem<'_>,
) -> Result<(License, Option<File>), ProjectTableError> {
    if !item.is_table() {
        let expression = normalize_license(&item.line()?).map_err(|fault| item.error(fault.into()))?;
        return Ok((License::Expression(expression), None));
    }
    let mut table = item.clone().table()?;
    let (file, inline) = (table.take("file"), table.take("text"));
    table.finish()?;
    match (file, inline) {
        (Some(file), None) => {
            let name = file.text()?;
            let copy = File::new(name, bytes(root, &file, name)?);
            Ok((License::Text(text(root, &file, name)?), Some(copy)))
        }
        (None, Some(inline)) => Ok((License::Text(inline.text()?.replace("\r\n", "\n")), None)),
        _ => Err(item.error(ProjectFault::FileOrText)),
    }
}

/// Reads `license-files`: the files that match, sorted, each once. Every pattern must match a file.
pub(super) fn license_files(root: &Inside, item: ProjectItem<'_>) -> Result<Vec<File>, ProjectTableError> {
    let mut names = BTreeSet::new();
    for item in item.list()? {
        let pattern = item.text()?;
        stays_inside(&item, pattern)?;
        // Checked before listing, since a symlink may lead to any part of the file system.
        let has_wildcard = |part: &&str| part.contains(['*', '?', '[', ']', '{', '}']);
        let plain: PathBuf = pattern.split('/').take_while(|part| !has_wildcard(part)).collect();
        let folder = if plain.as_os_str() == pattern { plain.parent().unwrap_or(&plain) } else { &plain };
        root.check_folder(folder)
            .map_err(|source| item.error(ProjectFault::File { path: root.path().join(folder), source }))?;
        let found = match matching_files(&root.path(), pattern, root.follows_links()) {
            Ok(Some(found)) => found,
            Ok(None) => return Err(item.error(ProjectFault::Pattern(pattern.to_owned()))),
            Err(error) => return Err(item.error(error.into())),
        };
        if let Some(path) = found.nameless.into_iter().next() {
            return Err(item.error(ProjectFault::NameEncoding(path)));
        }
        if found.names.is_empty() {
            return Err(item.error(ProjectFault::NoMatch(pattern.to_owned())));
        }
        for name in found.names {
            let content = bytes(root, &item, &name)?;
            if std::str::from_utf8(&content).is_err() {
                return Err(item.error(ProjectFault::Encoding(name)));
            }
            names.insert((name, content));
        }
    }
    Ok(names.into_iter().map(|(name, content)| File::new(name, content)).collect())
}

/// Reads the files in the project's directory that match a backend's default patterns, except those
/// that are `named` already. Files that cannot be used are the subject of remarks.
pub(super) fn default_licenses(
    root: &Inside,
    patterns: &[String],
    named: &BTreeSet<String>,
) -> (Vec<File>, Vec<String>) {
    let (mut names, mut notes) = (BTreeSet::new(), Vec::new());
    for pattern in patterns {
        if check_file_name(pattern).is_err() {
            notes.push(format!("the pattern {pattern:?} for license files leaves the project"));
            continue;
        }
        // Backends follow the link of a license file. Neither reading nor listing follows it out of
        // the project.
        let folder = pattern.split_once('/').map(|(folder, _)| folder);
        if folder.is_some_and(|folder| root.check_folder(Path::new(folder)).is_err()) {
            continue;
        }
        let Ok(Some(found)) = matching_files(&root.path(), pattern, folder.is_none()) else { continue };
        names.extend(found.names);
        let nameless = found.nameless.iter();
        notes.extend(
            nameless.map(|path| format!("the license file {path:?} is left out: its name is not UTF-8")),
        );
    }
    let mut licenses = Vec::new();
    for name in names.difference(named) {
        match read(root, name) {
            Ok(bytes) => licenses.push(File::new(name.clone(), bytes)),
            Err(error) => notes.push(format!("the license file {name:?} is left out: {error}")),
        }
    }
    (licenses, notes)
}
