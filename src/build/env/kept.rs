//! Content of the files that a check of an environment has read, so that `verify` does not read
//! them again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Size of the files that are kept; further files are read again.
const KEPT: usize = 256 << 20;

/// Files by path below site-packages, up to a size.
#[derive(Debug, Default)]
pub struct KeptFiles(Mutex<KeptContents>);

#[derive(Debug, Default)]
struct KeptContents {
    size: usize,
    files: BTreeMap<String, Vec<u8>>,
}

impl KeptFiles {
    /// Keeps a file unless too much is kept already.
    pub(super) fn keep(&self, name: &str, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = kept.size.checked_add(bytes.len()).filter(|size| *size <= KEPT) {
            kept.size = size;
            kept.files.insert(name.to_owned(), bytes.to_vec());
        }
    }

    /// Returns the content of a file that was kept.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.get(name).cloned()
    }
}
