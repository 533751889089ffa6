//! Verification of the archives in a place.

use super::finding::Finding;
use super::library;
use super::only::{self, Selection};
use super::reason::Reason;
use super::verify::{Audit, PlaceImports};
use super::view::is_wheel;
use crate::archive::Archive;
use crate::engine::ThreadsError;
use crate::input::{Embedded, Place, embedded};
use crate::pyc::Header;
use std::collections::BTreeSet;
use std::path::Path;

/// Bytes that the archives within one archive may unpack to.
pub(super) const NESTED: u64 = 3 << 30;

/// A place with archives in it.
pub(super) struct Outer<'a> {
    pub(super) place: &'a Place,
    pub(super) found: &'a PlaceImports,
    pub(super) selection: &'a Selection,
    /// Beginning of the names in findings.
    pub(super) prefix: &'a str,
}

impl Audit<'_> {
    /// Verifies a file that may be an archive, and the archives in it, down to `depth` levels.
    pub(super) fn within(&mut self, outer: &Outer<'_>, name: &str, depth: usize) -> Result<(), ThreadsError> {
        let Outer { place, found: around, prefix, .. } = *outer;
        if prefix.is_empty() {
            self.budget = NESTED;
        }
        let Some(archive) = self.open(outer, name) else { return Ok(()) };
        let size = archive.files().map(|entry| entry.bytes.len() as u64).sum();
        let limits = depth
            .checked_sub(1)
            .ok_or(Reason::Depth)
            .and_then(|depth| Ok((depth, self.budget.checked_sub(size).ok_or(Reason::Budget)?)));
        let (depth, budget) = match limits {
            Ok(limits) => limits,
            Err(reason) => {
                self.add(prefix, vec![Finding::new(name, reason)]);
                return Ok(());
            }
        };
        let inner = Place::Archive(archive);
        let (found, survey) = self.examine(&inner);
        self.note_names(&inner, &found.installed);
        let mut strays = Vec::new();
        if let Some(entry) = around.searched.zip(name) {
            let names: BTreeSet<String> = inner.names().into_iter().collect();
            let only = self.only.as_deref().filter(|_| outer.selection.is_of_some());
            let (others, notes) =
                library::strays_in_zip(&names, entry, &around.searched, &around.installed, only);
            strays = others;
            self.verified.notes.extend(notes);
        }
        let path = format!("{prefix}{name}");
        if let Place::Archive(archive) = &inner
            && !is_wheel(&inner)
        {
            self.unopened.add_program(path.clone(), archive);
        }
        let selection = match self.selection(outer, name, (&inner, &found), &strays) {
            Some(Selection::Nothing) => return Ok(()),
            Some(selection) => selection,
            None => {
                self.unknown.push(path);
                return Ok(());
            }
        };
        self.budget = budget;
        let before = self.tally.pycs();
        self.add(&format!("{path}!"), strays);
        self.place(&inner, &found, survey, selection, (&format!("{path}!"), depth))?;
        if let (Place::Archive(archive), Place::Tree(..), Some(coverage)) =
            (&inner, place, &mut self.coverage)
        {
            let finding = coverage.archive(self.at, archive, &path, self.tally.pycs() > before);
            self.add("", finding.into_iter().collect());
        }
        Ok(())
    }

    /// Opens an archive; `None` for other files, and for an archive that cannot be opened, which is
    /// reported.
    fn open(&mut self, outer: &Outer<'_>, name: &str) -> Option<Archive> {
        let Outer { place, found, selection, prefix } = *outer;
        let path = || format!("{prefix}{name}");
        let bytes = match place.read(name) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.add(prefix, vec![Finding::new(name, Reason::Unreadable(error.to_string()))]);
                return None;
            }
        };
        let is_searched = found.searched.zip(name).is_some();
        let is_pyc = name.ends_with(".pyc") && Header::parse(&bytes).is_ok();
        // The file's own name is that of the wheel, without the archives that it lies in.
        match embedded(Path::new(name), bytes) {
            Embedded::Archive(archive) => return Some(archive),
            Embedded::Nothing => {}
            // The constants of a module about zips look like the end of one.
            Embedded::Broken(_) if is_pyc => {}
            Embedded::Broken(error) => self.unopened.add(path(), &error),
            Embedded::Refused(_) if !selection.contains(name) && !name.ends_with(".whl") && !is_searched => {
                self.unknown.push(path());
            }
            Embedded::Refused(error) => {
                self.add(prefix, vec![Finding::new(name, Reason::Archive(error.within()))]);
            }
        }
        None
    }

    /// Returns the files of an archive to verify; `None` if it may be of the requested
    /// distribution, but names none.
    fn selection(
        &self,
        outer: &Outer<'_>,
        name: &str,
        (inner, found): (&Place, &PlaceImports),
        strays: &[Finding],
    ) -> Option<Selection> {
        if outer.selection.contains(name) {
            return Some(Selection::All);
        }
        if !strays.is_empty() {
            return Some(Selection::these(strays.iter().map(|finding| finding.path.clone()).collect()));
        }
        let is_searched = outer.found.searched.zip(name).is_some();
        if is_searched || only::names(inner, &found.installed).is_empty() {
            return None;
        }
        // The file may be a wheel of the requested distribution.
        let selection = Selection::of(inner, &found.installed, &found.searched, self.request.only);
        Some(selection.unwrap_or_default())
    }
}
