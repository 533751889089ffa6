//! Archives that were refused, and in which no importer could find bytecode.

use crate::archive::ArchiveError;
use crate::text::counted;

/// Paths of these archives, with the reasons.
#[derive(Default)]
pub(super) struct Unopened(Vec<(String, String)>);

impl Unopened {
    pub(super) fn add(&mut self, path: String, error: &ArchiveError) {
        self.0.push((path, error.fault.to_string()));
    }

    /// Returns a note on the archives.
    pub(super) fn note(&self) -> Option<String> {
        let (first, error) = self.0.first()?;
        Some(match self.0.len() {
            1 => format!("the archive {first} was not opened: {error}"),
            number => {
                let archives = counted(number, "archive was", "archives were");
                format!("{archives} not opened: the first is {first}: {error}")
            }
        })
    }
}
