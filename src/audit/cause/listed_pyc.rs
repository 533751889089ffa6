//! Pycs of which one side, or both, is the entry of a manifest: of their code only the digest is
//! known.

use super::SIDES;
use super::alone::Alone;
use super::fault::{OriginFault, unexplained};
use super::known::{KnownPyc, cause};
use super::origin::CompiledPyc;
use crate::audit::compilers::Compilers;
use crate::audit::listed_code::{ListedCode, is_of_source};
use crate::audit::search::Wanted;
use crate::audit::view::View;
use crate::diff::{Cause, CauseKind, CauseReason};
use crate::manifest::{FileEntry, sha256};
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, join, source_hash};
use crate::target::Series;

/// Clause for pycs with the same code.
const SAME_CODE: &str = "the code is the same by its digest";
/// Clause for listed code that was not compiled again.
const NO_CODE: &str = "a manifest has no code, and there is no source to compile";
/// Clause for listed code that is not what a known release compiles its source to.
const UNKNOWN: &str = "no known release compiles the listed source to the listed code, which may be the same code in \
                       another form";

/// Returns the cause of the difference of a pyc from its entry; `listed_sources` are the sources
/// that the user gave for the side of the manifest.
pub(super) fn explain_listed(
    alone: &Alone<'_>,
    name: &str,
    entry: &FileEntry,
    listed_sources: Option<&View<'_>>,
) -> Cause {
    let (name, pyc) = match alone.read(name, "") {
        Ok(found) => found,
        Err(cause) => return cause,
    };
    let is_same = pyc.get(HEADER_SIZE..).is_some_and(|code| sha256(code) == entry.code_sha256);
    let context = if is_same { format!("{SAME_CODE}, but not checked: ") } else { String::new() };
    let wanted = if is_same { Wanted::First } else { Wanted::All };
    let compiled = match alone.compiled(&name, &pyc, wanted, &context) {
        Ok(compiled) => compiled,
        Err(cause) => return cause,
    };
    let not_checked = |why: &str| {
        let side = SIDES[alone.side];
        let known = match is_same {
            true => SAME_CODE.to_owned(),
            false => format!("the {side} pyc is what its source compiles to"),
        };
        Cause::new(CauseKind::NotChecked, format!("{known}, but {why}"))
    };
    let Some(listed) = &entry.source else {
        return not_checked(match is_same {
            true => "the manifest names no source to check the listed header against",
            false => "the manifest names no source for the listed code",
        });
    };
    let Ok(header) = Header::parse(&pyc) else { return not_checked("its header cannot be read") };
    let own = &compiled.source.bytes;
    let is_own = sha256(own) == listed.sha256;
    let Some(listed_header) = header_of(entry, is_own.then_some(own.as_slice())) else {
        return not_checked("the manifest does not record the listed header");
    };
    if is_same {
        let whole = join(&listed_header.to_bytes(), pyc[HEADER_SIZE..].to_vec());
        if sha256(&whole) != entry.sha256 {
            return not_checked("the listed header does not match the listed source");
        }
    }
    let own_pyc = known(&compiled, header);
    let cause_of = |listed: &KnownPyc<'_>, same_code: Option<&[_]>| {
        let cause = cause(sorted(alone.side, &own_pyc, listed), is_own, same_code);
        Cause { source: followed(&cause, &compiled.source.name), ..cause }
    };
    let same_code: Option<&[_]> = is_same.then_some(&[]);
    if is_same && is_own {
        return cause_of(&known(&compiled, listed_header), same_code);
    }
    let given = || read_listed(entry, listed_sources);
    let source = if is_own { Some(own.clone()) } else { given() };
    let Some(source) = source else {
        return not_checked("the listed code is of another source, which is not available");
    };
    match ListedCode::of(entry, &source, alone.compilers) {
        Some(code) => cause_of(&of_entry(entry, listed_header, &code), same_code),
        None if is_same && !is_of_source(entry, &pyc, &source, alone.compilers) => {
            let fault = OriginFault::Code { source: listed.path.clone(), first: None, tried: Box::default() };
            unexplained(1 - alone.side, &fault)
        }
        None => not_checked(UNKNOWN),
    }
}

/// Returns the facts of a pyc that was compiled again.
pub(super) fn known(compiled: &CompiledPyc, header: Header) -> KnownPyc<'_> {
    KnownPyc {
        header,
        level: compiled.level,
        releases: &compiled.releases,
        filename: compiled.filename(),
        forms: &compiled.forms,
    }
}

/// Returns the facts of a listed pyc whose source compiles to its code.
fn of_entry<'a>(entry: &FileEntry, header: Header, code: &'a ListedCode) -> KnownPyc<'a> {
    KnownPyc {
        header,
        level: entry.optimize,
        releases: &code.releases,
        filename: entry.filename.clone(),
        forms: &code.forms,
    }
}

/// Returns the left and the right pyc; the first one is on this side.
fn sorted<'a, 'b>(side: usize, own: &'a KnownPyc<'b>, other: &'a KnownPyc<'b>) -> [&'a KnownPyc<'b>; 2] {
    if side == 0 { [own, other] } else { [other, own] }
}

/// Returns the source that a difference follows from.
fn followed(cause: &Cause, source: &str) -> Option<String> {
    (cause.kind == CauseKind::FollowsFromSource).then(|| source.to_owned())
}

/// Returns the header of a listed pyc, from the facts in its entry; `source` is the listed source.
fn header_of(entry: &FileEntry, source: Option<&[u8]>) -> Option<Header> {
    let listed = entry.source.as_ref()?;
    let series = Series::with_magic(entry.magic)?;
    let modes = [InvalidationMode::Timestamp, InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash];
    match modes.into_iter().find(|mode| mode.name() == entry.invalidation_mode)? {
        InvalidationMode::Timestamp => {
            let (magic, size) = (series.magic, listed.size as u32);
            entry.source_mtime.map(|mtime| Header::Timestamp { magic, mtime, size })
        }
        mode => {
            let hash =
                source.map(|source| source_hash(series, source)).or_else(|| unhex(&listed.source_hash));
            let checked = mode == InvalidationMode::CheckedHash;
            hash.map(|hash| Header::Hash { magic: series.magic, checked, hash })
        }
    }
}

fn unhex(text: &str) -> Option<[u8; 8]> {
    u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16).map(u64::to_be_bytes)
}

/// Reads the source of an entry among those that the user gave.
fn read_listed(entry: &FileEntry, sources: Option<&View<'_>>) -> Option<Vec<u8>> {
    let listed = entry.source.as_ref()?;
    sources?.read_importable(&listed.path).ok().filter(|bytes| sha256(bytes) == listed.sha256)
}

/// Compiles the source of an entry to the listed pyc, and returns its header and its code.
///
/// # Errors
/// The cause, if the source is not known to compile to the listed pyc.
fn compile_listed(
    entry: &FileEntry,
    side: usize,
    sources: Option<&View<'_>>,
    compilers: &Compilers<'_>,
) -> Result<(Header, ListedCode), Cause> {
    let not_checked = |why: &str| {
        Cause::new(CauseKind::NotChecked, format!("the {} pyc was not checked: {why}", SIDES[side]))
    };
    let source = read_listed(entry, sources)
        .ok_or_else(|| not_checked("its listed source is not among the sources that were given"))?;
    let header = header_of(entry, Some(&source))
        .ok_or_else(|| not_checked("the manifest does not record its header"))?;
    let code = ListedCode::of(entry, &source, compilers).ok_or_else(|| not_checked(UNKNOWN))?;
    if sha256(&join(&header.to_bytes(), code.code.clone())) != entry.sha256 {
        return Err(not_checked("the listed header does not match the listed source"));
    }
    Ok((header, code))
}

/// Returns the cause of a pyc that only the manifest of one side lists: `cause` if its source, one
/// of those that the user gave, compiles to it.
pub(super) fn only_entry(
    entry: &FileEntry,
    side: usize,
    sources: Option<&View<'_>>,
    compilers: &Compilers<'_>,
    cause: Cause,
) -> Cause {
    if sources.is_some() {
        return compile_listed(entry, side, sources, compilers).map_or_else(|why| why, |_| cause);
    }
    let reason = CauseReason::no_source(format!("{}; {NO_CODE}", cause.reason.sentence()));
    Cause { reason, ..Cause::new(CauseKind::NotChecked, "") }
}

/// Returns the cause of the difference of two entries; `sources` are those that the user gave for
/// each side.
pub(super) fn two_entries(
    left: &FileEntry,
    right: &FileEntry,
    sources: [Option<&View<'_>>; 2],
    compilers: &Compilers<'_>,
) -> Cause {
    let entries = [left, right];
    let is_same_source = match (&left.source, &right.source) {
        (Some(left), Some(right)) => Some(left.sha256 == right.sha256),
        _ => None,
    };
    let is_same_code = left.code_sha256 == right.code_sha256;
    if sources.iter().all(Option::is_none) {
        let known = match () {
            () if is_same_code => SAME_CODE,
            () if left.python != right.python => "the versions differ",
            () if is_same_source == Some(false) => "the sources differ",
            () if left.optimize != right.optimize => "the optimization levels differ",
            () if is_same_source == Some(true) => "the code differs, although the source is the same",
            () => "the code differs",
        };
        let reason = CauseReason::no_source(format!("{known}; {NO_CODE}"));
        return Cause { reason, ..Cause::new(CauseKind::NotChecked, "") };
    }
    let compiled = |side: usize| compile_listed(entries[side], side, sources[side], compilers);
    let [one, other] = match (compiled(0), compiled(1)) {
        (Ok(one), Ok(other)) => [one, other],
        (Err(cause), _) | (_, Err(cause)) => return cause,
    };
    let (one, other) = (of_entry(left, one.0, &one.1), of_entry(right, other.0, &other.1));
    let same_code: Option<&[_]> = is_same_code.then_some(&[]);
    let cause = cause([&one, &other], is_same_source == Some(true), same_code);
    let source = right.source.as_ref().map_or("", |source| &source.path);
    Cause { source: followed(&cause, source), ..cause }
}
