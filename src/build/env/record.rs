//! Rows of pycs in RECORD.

use super::{Distribution, SitePackages};
use crate::build::artifact::{Artifact, ArtifactKind, FileDigest};
use crate::build::errno::write_diagnostic;
use crate::build::outcome::Failure;
use crate::output::WriteError;
use crate::output::place::Missing;
use crate::project::{LARGEST, read_open};
use crate::wheel::{Record, RecordRow};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Time to wait for another run that holds a RECORD.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns RECORD with the rows of the pycs. The rows of all pycs come last, sorted by path: one
/// run for several levels and one run for each level result in the same RECORD.
fn with_rows(record: &Record, new: &[RecordRow]) -> Record {
    let is_pyc = |row: &&RecordRow| row.path.ends_with(".pyc");
    let (pycs, mut rows): (Vec<&RecordRow>, Vec<&RecordRow>) = record.rows.iter().partition(is_pyc);
    let pycs: BTreeMap<&str, &RecordRow> =
        pycs.into_iter().chain(new).map(|row| (row.path.as_str(), row)).collect();
    rows.extend(pycs.into_values());
    Record { rows: rows.into_iter().cloned().collect() }
}

/// Adds rows to the RECORD of a distribution; returns `None` if it has them.
///
/// # Errors
/// A RECORD that cannot be written.
pub(super) fn add(
    site: &SitePackages,
    distribution: &Distribution,
    rows: &[RecordRow],
) -> Result<Option<Artifact>, Failure> {
    if rows.is_empty() || with_rows(&distribution.record, rows) == distribution.record {
        return Ok(None);
    }
    let name = Path::new(&distribution.dist_info).join("RECORD");
    let path = site.folder.join(&name);
    let io_error = |source| WriteError::Io { path: path.clone(), source };
    let written = site.bounds.place(&name, Missing::Refused).and_then(|place| {
        place.check()?;
        // Another run, for other levels, may update the file too: each reads and writes a complete
        // one.
        let _held = place.hold_folder(PATIENCE).map_err(io_error)?;
        let (file, old) = place.read().map_err(io_error)?;
        let bytes = read_open(&file, old.len(), LARGEST).map_err(io_error)?;
        let record = Record::parse(&bytes).map_err(|fault| io_error(io::Error::other(fault.to_string())))?;
        // The owner is kept, so that pip can rewrite the file when its owner runs it.
        let text = with_rows(&record, rows).render();
        place.replace_like(text.as_bytes(), &old)?;
        Ok(FileDigest::of(text.as_bytes()))
    });
    match written {
        Ok(digest) => Ok(Some(Artifact { path, kind: ArtifactKind::Record, digest, changed: true })),
        Err(error) => Err(Failure { file: path, error: write_diagnostic(&error) }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, RecordRow, with_rows};

    #[test]
    fn the_order_does_not_depend_on_history() {
        let row = |path: &str| RecordRow::of(path, path.as_bytes());
        let plain = Record { rows: vec![row("b.py"), row("a.py"), RecordRow::bare("d/RECORD")] };
        let [a, a1, b, b1] = ["a.pyc", "a.opt-1.pyc", "b.pyc", "b.opt-1.pyc"].map(row);
        let at_once = with_rows(&plain, &[b.clone(), b1.clone(), a.clone(), a1.clone()]);
        let first = with_rows(&plain, &[b1, a1.clone()]);
        assert_eq!(with_rows(&first, &[a.clone(), b.clone()]), at_once);
        assert_eq!(with_rows(&at_once, &[a]), at_once);
        let paths: Vec<&str> = at_once.rows.iter().map(|row| row.path.as_str()).collect();
        assert_eq!(paths, ["b.py", "a.py", "d/RECORD", "a.opt-1.pyc", "a.pyc", "b.opt-1.pyc", "b.pyc"]);
        // pip writes its own pycs between the other rows, and some rows may be outdated.
        let mut mixed = plain.clone();
        mixed.rows.insert(0, RecordRow::bare("b.pyc"));
        assert_eq!(with_rows(&mixed, std::slice::from_ref(&b)), with_rows(&plain, std::slice::from_ref(&b)));
        assert_eq!(with_rows(&mixed, std::slice::from_ref(&a1)).rows[3..], [a1, RecordRow::bare("b.pyc")]);
    }
}
