//! A source with its pycs, or any other file. Each file is read once, and all checks use those
//! bytes.

use super::compilers::Compilers;
use super::finding::Finding;
use super::listed::Entries;
use super::pyc_check::PycCheck;
use super::reason::Reason;
use super::record::Rows;
use super::releases::Passed;
use super::search::{References, Wanted};
use super::settled::Settled;
use super::view::{CheckedSource, Named, View};
use super::zipapp;
use crate::archive::is_called_an_archive;
use crate::engine::{Engine, OpenSource};
use crate::input::{Carrier, Place, PlaceError, is_source};
use crate::target::{PyVersion, Series};
use std::collections::BTreeMap;
use std::path::Path;

/// Files that are verified together.
pub(super) enum Unit {
    /// The pycs of one source, and the source if it exists.
    Module {
        /// Name of the source.
        source: String,
        /// Names of the pycs.
        pycs: Vec<String>,
    },
    /// Another file.
    File(String),
}

/// Returns the units of a place, which cover all its files.
pub(super) fn units(view: &View<'_>) -> Vec<Unit> {
    let mut modules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut files = Vec::new();
    for name in view.place.names() {
        if name.ends_with(".pyc") || matches!(view.place, Place::File(_)) {
            let source =
                view.named(&name).parsed.map_or_else(|| format!("source of {name}"), |named| named.source);
            modules.entry(source).or_default().push(name);
        } else if is_source(name.as_bytes()) {
            modules.entry(name).or_default();
        } else {
            files.push(name);
        }
    }
    let modules = modules.into_iter().map(|(source, pycs)| Unit::Module { source, pycs });
    modules.chain(files.into_iter().map(Unit::File)).collect()
}

/// Result for a unit.
#[derive(Default)]
pub(super) struct UnitOutcome {
    pub(super) passed: Vec<Passed>,
    pub(super) findings: Vec<Finding>,
    /// Files that may be zips.
    pub(super) zips: Vec<String>,
    /// Versions of pycs of which the manifest lists none.
    pub(super) outside: Vec<PyVersion>,
}

/// Facts that units are checked against.
#[derive(Clone, Copy)]
pub(super) struct UnitCheck<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) sources: Option<&'a View<'a>>,
    pub(super) rows: &'a Rows,
    pub(super) entries: Option<&'a Entries<'a>>,
    pub(super) settled: Option<&'a Settled<'a>>,
    pub(super) references: References,
    /// True for an archive that only zipimport reads, which ignores `__pycache__`.
    pub(super) zipped: bool,
    pub(super) compilers: &'a Compilers<'a>,
    /// Value for [`PycCheck::wanted`].
    pub(super) wanted: Wanted,
}

impl UnitCheck<'_> {
    pub(super) fn unit(&self, unit: &Unit) -> UnitOutcome {
        let mut outcome = UnitOutcome::default();
        match unit {
            Unit::Module { source, pycs } => self.module(source, pycs, &mut outcome),
            Unit::File(name) => match self.view.place.carrier(name) {
                Ok(carrier) => {
                    self.carrier(name, carrier, &mut outcome);
                    self.recorded(name, &mut outcome);
                }
                Err(PlaceError::Symlink(_)) => self.recorded(name, &mut outcome),
                Err(error) if error.is_no_file() => {}
                Err(error) => {
                    outcome.findings.push(Finding::new(name, Reason::Unreadable(error.to_string())));
                }
            },
        }
        outcome
    }

    /// Reports content that Python runs under any name, and collects zips.
    fn carrier(&self, name: &str, carrier: Carrier, outcome: &mut UnitOutcome) {
        if carrier.is_archive() || is_called_an_archive(Path::new(name)) {
            outcome.zips.push(name.to_owned());
        }
        let Some(magic) = carrier.magic.filter(|_| !name.ends_with(".pyc")) else { return };
        let version = Series::with_magic(magic).map(|series| series.version);
        outcome.findings.push(Finding::new(name, Reason::Disguised { magic, version }));
    }

    fn observe(&self, name: &str, bytes: &[u8], outcome: &mut UnitOutcome) {
        self.carrier(name, Carrier::of_bytes(bytes).named(name), outcome);
        outcome.findings.extend(self.rows.check(name, bytes));
    }

    /// Checks a file against its rows.
    fn recorded(&self, name: &str, outcome: &mut UnitOutcome) {
        outcome.findings.extend(self.rows.check_in(self.view.place, name));
    }

    fn module(&self, name: &str, pycs: &[String], outcome: &mut UnitOutcome) {
        let is_single = matches!(self.view.place, Place::File(_));
        let own = if is_single { self.view.read_source(name) } else { self.view.read_own(name) };
        // A symlink to another source of the place is read as importers read it.
        let inside = match &own {
            Err(PlaceError::Symlink(_)) if self.sources.is_none() && !is_single => {
                self.view.read_inside(name)
            }
            _ => None,
        };
        if let (Ok(own), false) = (&own, is_single) {
            self.observe(name, &own.bytes, outcome);
        } else if let (Err(error), false) = (&own, is_single)
            && self.view.has_file(name)
            && (pycs.is_empty() || self.sources.is_some())
            && !error.is_no_file()
        {
            outcome.findings.push(Finding::new(name, Reason::Unreadable(error.to_string())));
        }
        if let (Err(PlaceError::Symlink(_)), false) = (&own, is_single) {
            self.recorded(name, outcome);
        }
        let path = self.view.importable(name);
        let linked = match &own {
            Err(PlaceError::Symlink(_)) if self.sources.is_some() => Some(self.view.place.read_through(name)),
            _ => None,
        };
        let trusted = self.sources.map(|sources| match sources.read_importable(&path) {
            Ok(bytes) => {
                let mtime = own.as_ref().ok().and_then(|own| own.mtime);
                Ok(CheckedSource { name: path.clone(), bytes, mtime })
            }
            Err(error) => Err(error),
        });
        let is_main = path == "__main__.py" && matches!(self.view.place, Place::Archive(_));
        if let (Some(trusted), Ok(own)) = (&trusted, &own) {
            let reason = match trusted {
                Ok(trusted) if trusted.bytes != own.bytes => Some(Reason::OtherSource),
                Err(_) if !(is_main && zipapp::is_generated(&own.bytes)) => Some(Reason::Untrusted),
                _ => None,
            };
            outcome.findings.extend(reason.map(|reason| Finding::new(&own.name, reason)));
        }
        let linked_fault = match (&trusted, linked) {
            (Some(Ok(trusted)), Some(Ok(bytes))) if trusted.bytes != bytes => Some(Reason::OtherSource),
            (Some(Err(_)), Some(Ok(_))) => Some(Reason::Untrusted),
            // A symlink to nothing, as far as the place is all there is.
            (_, None | Some(Ok(_) | Err(PlaceError::Missing(_)))) => None,
            (_, Some(Err(error))) => Some(Reason::Unreadable(error.to_string())),
        };
        outcome.findings.extend(linked_fault.map(|reason| Finding::new(name, reason)));
        let own = inside.map_or(own, Ok);
        let source = trusted.as_ref().unwrap_or(&own);
        let mut opened = Engine::open(source.as_ref().map_or(&[], |source| &source.bytes));
        for pyc in pycs {
            self.pyc(pyc, &path, source, &mut opened, is_main, outcome);
        }
    }

    fn pyc(
        &self,
        name: &str,
        path: &str,
        source: &Result<CheckedSource, PlaceError>,
        opened: &mut OpenSource<'_>,
        is_main: bool,
        outcome: &mut UnitOutcome,
    ) {
        let bytes = match self.view.read(name) {
            Ok(bytes) => bytes,
            Err(error) => {
                outcome.findings.push(Finding::new(name, Reason::Unreadable(error.to_string())));
                if let Some(entries) = self.entries {
                    outcome.findings.extend(entries.unreadable(name, &error));
                }
                return;
            }
        };
        self.observe(name, &bytes, outcome);
        if self.zipped && is_of_no_version(name, &bytes) {
            return;
        }
        let found = source.as_ref().ok();
        if let Some(entries) = self.entries {
            match entries.other_version(&bytes).filter(|_| self.rows.list(name, &bytes)) {
                Some(version) => outcome.outside.push(version),
                None => {
                    let found = entries.check(self.view, name, &bytes, path, found, Some(self.compilers));
                    outcome.findings.extend(found);
                }
            }
        }
        if self.settled.is_some_and(|settled| settled.has(name, &bytes, found)) {
            return;
        }
        let named = self.view.named(name);
        let source = self.source_of(&named, source);
        let is_file = |path: &str| self.view.has_file(path);
        let check = PycCheck {
            pyc: name,
            parsed: named.parsed,
            place: path,
            source,
            declared: self.entries.and_then(|entries| entries.level(name)),
            references: self.references,
            free_threaded: self.view.is_free_threaded(name),
            is_file: &is_file,
            is_main,
            compilers: self.compilers,
            wanted: self.wanted,
        };
        match check.check(&bytes, opened) {
            Ok(fit) => outcome.passed.push(Passed { name: name.to_owned(), fit }),
            Err(reasons) => {
                let reasons = self.with_other_source(&check, &bytes, reasons).into_iter();
                outcome.findings.extend(reasons.map(|reason| Finding::new(name, reason)));
            }
        }
    }

    /// Returns the source of a pyc by its name, or the reason why the pyc has none.
    fn source_of<'b>(
        &self,
        named: &Named,
        source: &'b Result<CheckedSource, PlaceError>,
    ) -> Result<&'b CheckedSource, Reason> {
        match source {
            _ if named.parsed.is_none() => Err(Reason::NoImporter),
            _ if named.below_prefix && self.sources.is_none() => Err(Reason::BelowPrefix),
            Ok(source) => Ok(source),
            Err(PlaceError::Missing(source)) => Err(Reason::SourceMissing(source.clone())),
            Err(error) => Err(Reason::NoSource(error.to_string())),
        }
    }

    /// Adds the name of another source to the reasons, if the whole pyc belongs to it.
    fn with_other_source(&self, check: &PycCheck<'_>, pyc: &[u8], reasons: Vec<Reason>) -> Vec<Reason> {
        let Some(of) = self.of_other(check, pyc, &reasons) else { return reasons };
        let exchanged = |reason: Reason| match reason {
            Reason::Code { .. } | Reason::OtherHeader { .. } => {
                Reason::Exchanged { of: of.clone(), reason: Box::new(reason) }
            }
            reason => reason,
        };
        reasons.into_iter().map(exchanged).collect()
    }

    /// Returns the other source, next to that of a pyc, to which the whole pyc belongs: the header,
    /// the code and the recorded name are its own.
    fn of_other(&self, check: &PycCheck<'_>, pyc: &[u8], reasons: &[Reason]) -> Option<String> {
        let is_code = |reason: &Reason| match reason {
            Reason::Code { .. } => true,
            Reason::OtherHeader { code, .. } => code.is_some(),
            _ => false,
        };
        if self.sources.is_some() || !reasons.iter().any(is_code) {
            return None;
        }
        let source = self.view.recorded_source(&check.source.as_ref().ok()?.name, pyc)?;
        let place = self.view.importable(&source.name);
        let mut opened = Engine::open(&source.bytes);
        let other = PycCheck { source: Ok(&source), place: &place, parsed: check.parsed.clone(), ..*check };
        other.check(pyc, &mut opened).is_ok().then(|| source.name.clone())
    }
}

/// Returns whether a pyc in a `__pycache__` has an unknown version: old eggs contain such pycs,
/// which nothing loads.
fn is_of_no_version(name: &str, bytes: &[u8]) -> bool {
    let magic = bytes.first_chunk::<2>().map(|magic| u16::from_le_bytes(*magic));
    let in_cache = name.rsplit('/').nth(1) == Some("__pycache__");
    in_cache && magic.is_some_and(|magic| Series::with_magic(magic).is_none())
}
