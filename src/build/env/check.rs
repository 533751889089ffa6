//! Files of an environment that differ from its RECORDs.

use super::virtualenv::is_of_virtualenv;
use super::{Distribution, EnvFinding, Report, Settings, SitePackages};
use crate::build::errno::diagnostic;
use crate::build::outcome::{Failure, Outcome};
use crate::project::{FoundKind, LARGEST, is_python, links_and_files, names_in, read_regular};
use crate::pyc::parse_name;
use crate::wheel::RecordRow;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Reports rows that RECORD does not have. `reported` holds the paths of earlier findings.
pub(super) fn rows(
    site: &SitePackages,
    distribution: &Distribution,
    rows: &[&RecordRow],
    reported: &mut BTreeSet<PathBuf>,
    report: &mut Report,
) {
    let known: BTreeSet<(&str, &str, &str)> =
        distribution.record.rows.iter().map(|row| (&*row.path, &*row.hash, &*row.size)).collect();
    let new = rows.iter().filter(|row| !known.contains(&(&row.path, &row.hash, &row.size)));
    let paths = new.map(|row| site.folder.join(&row.path)).filter(|path| reported.insert(path.clone()));
    report.findings.extend(paths.map(|path| (path, EnvFinding::Unrecorded)));
}

/// Reports pycs whose source is missing, and sources and pycs that no RECORD lists, among the
/// environment's own files.
pub(super) fn strays(site: &SitePackages, settings: &Settings, report: &mut Report) {
    find_orphans(site, report);
    let reported: BTreeSet<_> = report.findings.iter().map(|(path, _)| path.clone()).collect();
    let recorded: BTreeSet<&str> = site
        .distributions
        .iter()
        .flat_map(|distribution| &distribution.record.rows)
        .chain(&site.rows_left_alone)
        .map(|row| row.path.as_str())
        .collect();
    let top = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
    let own: BTreeSet<String> = site.distributions.iter().flat_map(Distribution::sources).map(top).collect();
    let listing = links_and_files(&site.folder);
    for (name, found) in &listing.names {
        let is_code = is_python(Path::new(name)) || name.ends_with(".pyc");
        // A distribution without a RECORD may own any file outside the directories of the others.
        let is_own = site.left_alone.is_empty() || own.contains(&top(name));
        let source = parse_name(name).map_or_else(|| name.clone(), |parsed| parsed.source);
        if !is_code
            || !is_own
            || *found == FoundKind::Symlink
            || recorded.contains(&**name)
            || is_of_virtualenv(&source, || read_regular(&site.folder.join(&source), LARGEST).ok())
            || settings.exclude.is_match(&source)
            // `verify` checks such a pyc against its source.
            || source != *name && listing.names.contains_key(&source)
        {
            continue;
        }
        let path = listing.real.get(name).cloned().unwrap_or_else(|| site.folder.join(name));
        if !reported.contains(&path) {
            report.findings.push((path, EnvFinding::Unrecorded));
        }
    }
}

/// Returns the path of a pyc's source, if the pyc has a cache tag. Neither needs to be UTF-8.
fn source_of(pyc: &Path) -> Option<OsString> {
    let is_tagged = |name: &Path| name.to_string_lossy().contains(".cpython-");
    if !is_tagged(pyc) || pyc.extension()? != "pyc" {
        return None;
    }
    let mut module = pyc;
    while is_tagged(module)
        && let Some(stem) = module.file_stem()
        && stem != module
    {
        module = Path::new(stem);
    }
    let mut source = module.as_os_str().to_owned();
    source.push(".py");
    Some(source)
}

/// Reports pycs of any version next to the environment's own files whose source is missing.
fn find_orphans(site: &SitePackages, report: &mut Report) {
    let folders: BTreeSet<&str> = site
        .distributions
        .iter()
        .flat_map(Distribution::sources)
        .map(|name| name.rsplit_once('/').map_or("", |(folder, _)| folder))
        .collect();
    for folder in folders {
        let cache = site.folder.join(folder).join("__pycache__");
        // Reported with each of its pycs.
        if cache.is_symlink() {
            continue;
        }
        match names_in(&cache) {
            Ok(names) => {
                let is_gone = |source: OsString| !site.folder.join(folder).join(source).is_file();
                let orphans = names.iter().filter(|name| source_of(Path::new(name)).is_some_and(is_gone));
                report.findings.extend(orphans.map(|name| (cache.join(name), EnvFinding::Orphaned)));
            }
            Err(error) => {
                let error = diagnostic(&cache, &io::Error::other(error.to_string()));
                report.outcomes.push(Outcome::Directory(Failure { file: cache, error }));
            }
        }
    }
}
