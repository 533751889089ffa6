//! Archives that were refused and name no Python code, and parts of archives that were not opened.

use crate::archive::{Archive, ArchiveError, Format};
use crate::text::{counted, counted_with_first};

/// Paths of these archives.
#[derive(Default)]
pub(super) struct Unopened {
    /// Refused archives, with the reasons.
    refused: Vec<(String, String)>,
    /// Zips that begin with a script.
    programs: Vec<String>,
}

impl Unopened {
    pub(super) fn add(&mut self, path: String, error: &ArchiveError) {
        self.refused.push((path, error.within()));
    }

    /// Adds a zip if it begins with a script of more than a shebang line, which nothing checks. The
    /// launchers of Windows are machine code.
    pub(super) fn add_program(&mut self, path: String, archive: &Archive) {
        let start = &archive.prefix;
        let is_script = start.starts_with(b"#!") && start.trim_ascii_end().contains(&b'\n');
        if archive.format == Format::Zip && is_script {
            self.programs.push(path);
        }
    }

    /// Returns notes on the archives.
    pub(super) fn notes(&self) -> Vec<String> {
        let refused = self.refused.first().map(|(first, error)| match self.refused.len() {
            1 => format!("the archive {first} was not opened: {error}"),
            number => {
                let archives = counted(number, "archive was", "archives were");
                format!("{archives} not opened: the first is {first}: {error}")
            }
        });
        let (one, several) = ("archive begins", "archives begin");
        let end = " with a script, which was not checked";
        refused.into_iter().chain(counted_with_first(&self.programs, one, several, end)).collect()
    }
}
