//! Pycs that were already compiled and compared, so that `verify` does not compile them again.

use super::view::CheckedSource;
use crate::build::env::KeptFiles;
use crate::manifest::{FileEntry, sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Pycs that need no verification.
#[derive(Debug)]
pub struct Settled<'a> {
    right: BTreeMap<&'a str, &'a FileEntry>,
    reported: BTreeSet<String>,
    pub(super) kept: &'a KeptFiles,
}

impl<'a> Settled<'a> {
    /// Returns the settled pycs: `entries` lists the pycs that their sources compile to, `reported`
    /// has the names of the pycs whose faults have been reported, and `kept` the files that were
    /// read.
    pub fn new(entries: &'a [FileEntry], reported: BTreeSet<String>, kept: &'a KeptFiles) -> Self {
        let right = entries.iter().map(|entry| (entry.path.as_str(), entry)).collect();
        Self { right, reported, kept }
    }

    /// Returns whether a pyc needs no verification: its faults are reported, or its bytes and its
    /// source are those of an entry.
    pub(super) fn has(&self, name: &str, pyc: &[u8], source: Option<&CheckedSource>) -> bool {
        let is = |bytes: &[u8], digest: &str| sha256(bytes) == digest;
        self.reported.contains(name)
            || self.right.get(name).zip(source).is_some_and(|(entry, source)| {
                let from = entry.source.as_ref();
                from.is_some_and(|from| from.path == source.name && is(&source.bytes, &from.sha256))
                    && is(pyc, &entry.sha256)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{pyc_entry, source_entry};
    use crate::target::{PyVersion, Series};

    #[test]
    fn other_bytes_need_verification() {
        let series = Series::find(PyVersion::new(3, 14)).unwrap();
        let bytes = b"x = 1\n".to_vec();
        let pyc = b"\x2b\x0e\r\n\0\0\0\0\0\0\0\0\0\0\0\0and the rest".as_slice();
        let from = source_entry("m.py", &bytes, series);
        let source = CheckedSource { name: "m.py".into(), bytes, mtime: None };
        let entries = [pyc_entry("m.pyc", pyc, series, 0, Some(from), "m.py").unwrap()];
        let kept = KeptFiles::default();
        let settled = Settled::new(&entries, BTreeSet::from(["faulty.pyc".to_owned()]), &kept);
        assert!(settled.has("m.pyc", pyc, Some(&source)));
        assert!(settled.has("faulty.pyc", b"", None));
        assert!(!settled.has("m.pyc", b"another", Some(&source)));
        assert!(!settled.has("m.pyc", pyc, None));
        assert!(!settled.has("n.pyc", pyc, Some(&source)));
        let other = CheckedSource { bytes: b"x = 2\n".to_vec(), ..source };
        assert!(!settled.has("m.pyc", pyc, Some(&other)));
    }
}
