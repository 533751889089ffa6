//! Rows that the RECORDs of an environment lack.

use super::{Distribution, EnvFinding, Report, SitePackages};
use crate::wheel::RecordRow;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Reports rows that RECORD does not have. `reported` holds the paths of earlier findings.
pub(super) fn rows(
    site: &SitePackages,
    distribution: &Distribution,
    rows: &[&RecordRow],
    reported: &mut BTreeSet<PathBuf>,
    report: &mut Report,
) {
    let known = &distribution.record.rows;
    let paths: BTreeSet<&str> = known.iter().map(|row| &*row.path).collect();
    let known: BTreeSet<(&str, &str, &str)> =
        known.iter().map(|row| (&*row.path, &*row.hash, &*row.size)).collect();
    for row in rows.iter().filter(|row| !known.contains(&(&row.path, &row.hash, &row.size))) {
        let path = site.folder.join(&row.path);
        if !reported.insert(path.clone()) {
            continue;
        }
        let finding = match paths.contains(&*row.path) {
            true => EnvFinding::NoDigest(distribution.record_path()),
            false => EnvFinding::Unlisted,
        };
        report.findings.push((path, finding));
    }
}
