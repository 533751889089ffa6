//! A pyc and the entry that a manifest has for it, of whose code only the digest is known.

use super::SIDES;
use super::alone::Alone;
use super::origin::{CompiledPyc, Wanted};
use super::pair::{under_another_path, without_columns};
use crate::audit::view::View;
use crate::diff::{Cause, CauseKind};
use crate::engine::{Engine, TargetEngine};
use crate::manifest::{FileEntry, sha256};
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, source_hash};
use crate::target::{LineFormat, Series};
use crate::text::python;

/// Clause for pycs with the same code.
const SAME_CODE: &str = "the code is the same by its digest";

/// Returns the cause of the difference of a pyc from its entry; `listed_sources` are the sources
/// that the user gave for the side of the manifest.
pub(super) fn explain_listed(
    alone: &Alone<'_>,
    name: &str,
    entry: &FileEntry,
    listed_sources: Option<&View<'_>>,
) -> Cause {
    let is_listed = |code: &[u8]| sha256(code) == entry.code_sha256;
    let (name, pyc) = match alone.read(name, "") {
        Ok(found) => found,
        Err(cause) => return cause,
    };
    let is_same = pyc.get(HEADER_SIZE..).is_some_and(is_listed);
    let context = if is_same { format!("{SAME_CODE}, and ") } else { String::new() };
    let wanted = if is_same { Wanted::First } else { Wanted::All };
    match alone.compiled(&name, &pyc, wanted, &context) {
        Ok(compiled) if is_same => other_header(entry, &pyc, &compiled),
        Ok(compiled) => other_code(alone, entry, &compiled, listed_sources),
        Err(cause) => cause,
    }
}

/// Returns the cause for a pyc with the listed code.
fn other_header(entry: &FileEntry, pyc: &[u8], compiled: &CompiledPyc) -> Cause {
    let not_checked = |why: &str| Cause::new(CauseKind::NotChecked, format!("{SAME_CODE}{why}"));
    let Some(listed) = &entry.source else {
        return not_checked(", and the manifest names no source by which its header could be checked");
    };
    let (Some(series), Ok(own)) = (Series::with_magic(entry.magic), Header::parse(pyc)) else {
        return not_checked(", and a header cannot be read");
    };
    let modes = [InvalidationMode::Timestamp, InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash];
    let mode = modes.into_iter().find(|mode| mode.name() == entry.invalidation_mode);
    // The hash depends on the source, of which the manifest has it as well.
    let is_own = sha256(&compiled.source.bytes) == listed.sha256;
    let header = match mode {
        Some(InvalidationMode::Timestamp) => {
            let (magic, size) = (series.magic, listed.size as u32);
            entry.source_mtime.map(|mtime| Header::Timestamp { magic, mtime, size })
        }
        Some(mode) => {
            let hash = if is_own {
                Some(source_hash(series, &compiled.source.bytes))
            } else {
                unhex(&listed.source_hash)
            };
            let checked = mode == InvalidationMode::CheckedHash;
            hash.map(|hash| Header::Hash { magic: series.magic, checked, hash })
        }
        None => None,
    };
    let whole = header.map(|header| [&header.to_bytes(), &pyc[HEADER_SIZE..]].concat());
    if whole.is_none_or(|whole| sha256(&whole) != entry.sha256) {
        return not_checked(", but the listed header is not that of the listed source");
    }
    let reason = match () {
        () if !is_own => {
            "the source differs in a way that the code does not show: only the header follows from it"
                .to_owned()
        }
        () if mode != Some(own.mode()) => format!("{SAME_CODE}, with another invalidation mode"),
        () => format!("{SAME_CODE}, with another source time in the header"),
    };
    Cause::new(CauseKind::Harmless, reason)
}

fn unhex(text: &str) -> Option<[u8; 8]> {
    u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16).map(u64::to_be_bytes)
}

/// Returns the cause for a pyc with other code than the listed one.
fn other_code(
    alone: &Alone<'_>,
    entry: &FileEntry,
    compiled: &CompiledPyc,
    listed_sources: Option<&View<'_>>,
) -> Cause {
    let not_checked = |why: &str| {
        let side = SIDES[alone.side];
        let reason = format!("the {side} pyc is what its source compiles to, but {why}");
        Cause::new(CauseKind::NotChecked, reason)
    };
    let Some(listed) = &entry.source else {
        return not_checked("the manifest names no source for the listed code");
    };
    let own = &compiled.source;
    let is_own = sha256(&own.bytes) == listed.sha256;
    let given = || {
        let view = listed_sources?;
        view.read_importable(&listed.path).ok().filter(|bytes| sha256(bytes) == listed.sha256)
    };
    let source = if is_own { Some(own.bytes.clone()) } else { given() };
    let Some(source) = source else {
        return not_checked("the listed code is of another source, which is not here");
    };
    let Some(ListedCode { releases, lacks_columns }) = releases(alone, entry, &source) else {
        return not_checked(
            "no known release compiles the listed source to the listed bytes, which may be another form of its code",
        );
    };
    if !is_own {
        let reason = "each pyc is what its own source compiles to";
        let cause = Cause::new(CauseKind::FollowsFromSource, reason);
        return Cause { source: Some(own.name.clone()), ..cause };
    }
    let sorted = |listed: String, own: String| if alone.side == 0 { [own, listed] } else { [listed, own] };
    let mut lack = [lacks_columns; 2];
    lack[alone.side] = compiled.lacks_columns;
    let columns = without_columns(lack);
    let also = columns.as_ref().map_or(String::new(), |columns| format!("; {columns}"));
    if entry.optimize != compiled.level {
        let [left, right] = sorted(entry.optimize.to_string(), compiled.level.to_string());
        let reason = format!("compiled at optimization level {left} and {right}{also}");
        return Cause::new(CauseKind::OtherLevel, reason);
    }
    match (releases.first(), compiled.releases.first()) {
        (Some(listed), Some(own)) if !compiled.releases.iter().any(|own| releases.contains(own)) => {
            let [left, right] = sorted(listed.clone(), own.clone());
            Cause::new(CauseKind::OtherRelease, format!("compiled by CPython {left} and {right}{also}"))
        }
        _ => match columns {
            Some(columns) => Cause::new(CauseKind::Harmless, format!("the same code, but {columns}")),
            None => {
                let paths = sorted(entry.filename.clone(), compiled.filename());
                under_another_path("the same code, compiled under another path", &paths)
            }
        },
    }
}

/// Releases that compile a source to listed code.
struct ListedCode {
    releases: Vec<String>,
    /// True if they do so without columns.
    lacks_columns: bool,
}

/// Returns the releases that compile a source to the listed code; `None` if there are none.
fn releases(alone: &Alone<'_>, entry: &FileEntry, source: &[u8]) -> Option<ListedCode> {
    let series = Series::with_magic(entry.magic)?;
    let found = alone.compilers.get(series.version);
    let targets = &found.as_ref().as_ref().ok()?.engines;
    let mut opened = Engine::open(source);
    let filename = python::os_name(entry.filename.clone().into_bytes());
    let mut of_columns = |lacks_columns: bool| {
        let mut is_listed = |target: &TargetEngine| {
            let code = match lacks_columns {
                true => opened.compile_without_columns(&target.engine, &filename, entry.optimize).code,
                false => opened.compile(&target.engine, &filename, entry.optimize).code,
            };
            code.is_ok_and(|code| sha256(&code) == entry.code_sha256)
        };
        let releases = targets.iter().filter(|target| is_listed(target)).map(|target| target.release.clone());
        let releases: Vec<String> = releases.collect();
        (!releases.is_empty()).then_some(ListedCode { releases, lacks_columns })
    };
    let has_columns = series.line_format == LineFormat::Locations;
    of_columns(false).or_else(|| if has_columns { of_columns(true) } else { None })
}

/// Returns the cause of the difference of two entries.
pub(super) fn two_entries(left: &FileEntry, right: &FileEntry) -> Cause {
    let is_same_source = match (&left.source, &right.source) {
        (Some(left), Some(right)) => Some(left.sha256 == right.sha256),
        _ => None,
    };
    let known = match () {
        () if left.code_sha256 == right.code_sha256 => SAME_CODE,
        () if left.python != right.python => "the versions differ",
        () if is_same_source == Some(false) => "the sources differ",
        () if left.optimize != right.optimize => "the optimization levels differ",
        () if is_same_source == Some(true) => "the source is the same and the code is not",
        () => "the code differs",
    };
    let reason = format!("{known}; a manifest has no code that could be compiled again");
    Cause::new(CauseKind::NotChecked, reason)
}
