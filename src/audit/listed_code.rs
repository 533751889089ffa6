//! Code of which a manifest has only the digest, compared by compiling its source.

use super::compilers::Compilers;
use super::likeness::{PycCode, compiled};
use super::reason::OtherFile;
use super::search::{CodeSearch, LEVELS, References, Wanted};
use crate::diff::Form;
use crate::engine::Engine;
use crate::manifest::{FileEntry, sha256};
use crate::target::{LineFormat, Series};
use crate::text::python;

/// Releases that compile a source to listed code.
pub(super) struct ListedCode {
    /// The code.
    pub(super) code: Vec<u8>,
    pub(super) releases: Vec<String>,
    /// Differences of form from the code that the releases write by default: missing columns.
    pub(super) forms: Vec<Form>,
}

impl ListedCode {
    /// Returns the releases that compile a source to the code of an entry; `None` if there are
    /// none.
    pub(super) fn of(entry: &FileEntry, source: &[u8], compilers: &Compilers<'_>) -> Option<Self> {
        let series = Series::with_magic(entry.magic)?;
        let started = compilers.get(series.version);
        let targets = &started.as_ref().as_ref().ok()?.engines;
        let mut opened = Engine::open(source);
        let filename = python::os_name(entry.filename.clone().into_bytes());
        let has_columns = series.line_format == LineFormat::Locations;
        let (mut releases, mut lack_columns, mut found) = (Vec::new(), true, Vec::new());
        for target in targets {
            let mut is_listed = |lacks_columns: bool| {
                let code = compiled(target, &filename, entry.optimize, &mut opened, lacks_columns);
                let code = code.ok().filter(|code| sha256(code) == entry.code_sha256);
                code.map(|code| found = code).is_some()
            };
            let has_listed_columns = is_listed(false);
            if has_listed_columns || (has_columns && is_listed(true)) {
                releases.push(target.release.clone());
                lack_columns &= !has_listed_columns;
            }
        }
        let forms = if lack_columns { vec![Form::NoColumns] } else { Vec::new() };
        (!releases.is_empty()).then_some(Self { code: found, releases, forms })
    }
}

/// Returns whether a source compiles to the code of a pyc at some level, in whatever form.
pub(super) fn is_of_source(entry: &FileEntry, pyc: &[u8], source: &[u8], compilers: &Compilers<'_>) -> bool {
    OwnCode::of(entry, pyc, source, compilers).is_some()
}

/// Returns the relation of a pyc to the listed one, whose code has another digest; both have this
/// source.
pub(super) fn relation(entry: &FileEntry, pyc: &[u8], source: &[u8], compilers: &Compilers<'_>) -> OtherFile {
    let Some(own) = OwnCode::of(entry, pyc, source, compilers) else { return OtherFile::CodeOfSource };
    if own.level != entry.optimize {
        return OtherFile::Level { is: own.level, said: entry.optimize };
    }
    let Some(listed) = ListedCode::of(entry, source, compilers) else { return OtherFile::UnknownCode };
    match own.releases.iter().find(|(release, _)| listed.releases.contains(release)) {
        Some((_, forms)) if *forms == listed.forms => OtherFile::Form(Vec::new()),
        Some((_, forms)) => {
            let only = |one: &[Form], other: &[Form]| -> Vec<Form> {
                one.iter().copied().filter(|form| !other.contains(form)).collect()
            };
            OtherFile::Form([only(forms, &listed.forms), only(&listed.forms, forms)].concat())
        }
        None => {
            let is = own.releases.first().map(|(release, _)| release.clone()).unwrap_or_default();
            OtherFile::Release { is, said: listed.releases.first().cloned().unwrap_or_default() }
        }
    }
}

/// Code of a pyc that its source compiles to.
struct OwnCode {
    level: u8,
    /// Releases that compile the source to the code, and the differences of form.
    releases: Vec<(String, Vec<Form>)>,
}

impl OwnCode {
    fn of(entry: &FileEntry, pyc: &[u8], source: &[u8], compilers: &Compilers<'_>) -> Option<Self> {
        let series = Series::with_magic(entry.magic)?;
        let code = PycCode::read(pyc, series).ok()?;
        let found = compilers.get(series.version);
        let releases = found.as_ref().as_ref().ok()?;
        let search = CodeSearch::new(&code, &code.recorded, &|_| false, References::Any, Wanted::All);
        let mut levels = LEVELS;
        levels.sort_by_key(|level| *level != entry.optimize);
        let fit = search.run(&levels, releases, &mut Engine::open(source)).ok()?;
        let named = |(at, forms): (usize, Vec<Form>)| (releases.engines[at].release.clone(), forms);
        Some(Self { level: fit.level, releases: fit.releases.into_iter().map(named).collect() })
    }
}
