//! Causes of the differences that `diff` found: the sources of both sides are compiled again.
//!
//! **Invariant:** a difference is explained only if each pyc is, apart from form, the result of
//! compiling its own source.

mod access;
mod alone;
mod fault;
mod known;
mod listed_pyc;
mod listing;
mod origin;
mod pair;
mod swapped;
mod unchanged;

use super::compilers::Compilers;
use super::search::Wanted;
use super::view::View;
use crate::diff::{
    ArchivePath, Cause, CauseKind, CauseReason, Comparison, DiffFinding, DifferenceKind, FileDifference,
    Side, read_within,
};
use crate::engine::NamedInterpreters;
use crate::engine::select::EnginesError;
use crate::engine::{EngineOptions, ThreadsError, Workers};
use crate::input::Place;
use crate::manifest::{FileEntry, Manifest};
use crate::pyc::parse_name;
use crate::target::SERIES;
use alone::Alone;
use listed_pyc::{explain_listed, only_entry, two_entries};
use pair::Pair;
use std::collections::{BTreeMap, BTreeSet};

/// Options of [`explain`].
#[derive(Debug)]
pub struct Explanation<'a> {
    /// Sources for the pycs of the left and of the right side that have no source of their own.
    pub sources: [Option<&'a Place>; 2],
    /// Choice of the engines.
    pub engines: EngineOptions<'a>,
    /// True to read the source lines of the findings as well ([`FileDifference::lines`]).
    pub lines: bool,
}

/// Reason why no causes could be searched for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The threads could not be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// An interpreter that the user named cannot be used.
    #[error(transparent)]
    Engines(#[from] EnginesError),
}

/// Sets the cause of each difference.
///
/// # Errors
/// [`ExplainError`].
pub fn explain(
    comparison: &mut Comparison,
    left: &Side,
    right: &Side,
    options: &Explanation<'_>,
    workers: Workers<'_>,
) -> Result<(), ExplainError> {
    let named = NamedInterpreters::start(&options.engines)?;
    let compilers = Compilers::new(&options.engines, &named);
    let sides = [left, right];
    let entries = sides.map(|side| side.manifest().map(entries).unwrap_or_default());
    let search = Search { sides, entries, options, compilers: &compilers, workers };
    let mut containers: BTreeMap<[ArchivePath; 2], Contained> = BTreeMap::new();
    for (index, file) in comparison.files.iter().enumerate() {
        containers.entry(file.containers.clone()).or_default().files.push(index);
    }
    for pyc in std::mem::take(&mut comparison.alike) {
        containers.entry(pyc.containers).or_default().alike.push(pyc.paths);
    }
    let mut left_behind = Vec::new();
    for (container, contained) in containers {
        left_behind.extend(search.container(comparison, &container, contained)?);
    }
    unchanged::add(comparison, left_behind);
    if !workers.interrupted() {
        let mut versions = compilers.versions();
        if !versions.is_empty() {
            // A version of which no pyc differs needs no compiler.
            versions.extend(versions_of(comparison));
        }
        named.refuse_unused(&versions)?;
    }
    for file in &mut comparison.files {
        name_alarm(file);
    }
    // The alarm comes first.
    let alarm = |file: &FileDifference| {
        let rank = file.cause.as_ref().map(Cause::rank).filter(|rank| rank.0 == CauseKind::Unexplained);
        (rank.is_none(), rank)
    };
    comparison.files.sort_by(|a, b| alarm(a).cmp(&alarm(b)).then_with(|| a.path.cmp(&b.path)));
    Ok(())
}

/// Returns the versions in the names of all pycs.
fn versions_of(comparison: &Comparison) -> impl Iterator<Item = String> {
    let files = comparison.files.iter().flat_map(FileDifference::paths);
    let names = files.chain(comparison.unchanged.iter().flatten().map(String::as_str));
    let tags = names.filter_map(|name| parse_name(name)?.cache_tag).collect::<BTreeSet<String>>();
    let series = SERIES.iter().filter(move |series| tags.contains(&series.cache_tag()));
    series.map(|series| series.version.to_string())
}

/// Files in one archive of each side, or in none.
#[derive(Default)]
struct Contained {
    /// Indices of the files that differ.
    files: Vec<usize>,
    /// See [`Comparison::alike`].
    alike: Vec<[String; 2]>,
}

/// Search for the causes.
struct Search<'a> {
    sides: [&'a Side; 2],
    /// Entries of the manifests by path.
    entries: [BTreeMap<&'a str, &'a FileEntry>; 2],
    options: &'a Explanation<'a>,
    compilers: &'a Compilers<'a>,
    workers: Workers<'a>,
}

impl Search<'_> {
    /// Sets the causes of files that are in one archive of each side, or in none; returns further
    /// differences.
    fn container(
        &self,
        comparison: &mut Comparison,
        container: &[ArchivePath; 2],
        contained: Contained,
    ) -> Result<Vec<FileDifference>, ThreadsError> {
        let Self { sides, options, compilers, workers, .. } = *self;
        let nested = nested(comparison, sides, container);
        let place = |side: usize| {
            let whole = || sides[side].place().filter(|_| container[side].is_side());
            nested[side].as_ref().or_else(whole)
        };
        let limited = |place| View::limited(place, options.engines.limits.memory);
        let views = [place(0), place(1)].map(|place| place.map(limited));
        let sources = options.sources.map(|place| place.map(limited));
        let within = contained
            .alike
            .into_iter()
            .map(|paths| [0, 1].map(|side: usize| container[side].name_of(&paths[side]).to_owned()));
        let alike: Vec<[String; 2]> = within.collect();
        let indices = &contained.files;
        let views = match views {
            [Some(one), Some(other)] => [one, other],
            [one, other] => {
                let side = usize::from(one.is_none());
                let alone = one.as_ref().or(other.as_ref()).map(|view| Alone {
                    side,
                    view,
                    sources: sources[side].as_ref(),
                    compilers,
                });
                return self.alone(comparison, container, indices, &alike, alone.as_ref());
            }
        };
        let pair = Pair { views: &views, sources: &sources, compilers, container };
        let files = &comparison.files;
        let results = workers.map(indices, |&index| {
            let file = &files[index];
            let lines = options.lines.then(|| pair.lines(file));
            (pair.cause(file), lines.unwrap_or_default())
        })?;
        for (&index, result) in indices.iter().zip(results) {
            let (cause, lines) = result.unwrap_or_else(|| (stopped(), Default::default()));
            let file = &mut comparison.files[index];
            (file.cause, file.lines) = (Some(cause), lines);
        }
        let lists = listing::explain_records(&mut comparison.files, indices, &pair);
        indices.iter().for_each(|&index| access::explain(&mut comparison.files[index]));
        let mut found = unchanged::pycs(&comparison.files, indices, &pair, workers)?;
        found.extend(unchanged::alike(&alike, &pair, workers)?);
        let known = found.iter().map(|file| file.path.clone()).collect::<BTreeSet<_>>();
        let stale = unchanged::stale(&pair, &comparison.files, workers)?.into_iter();
        found.extend(stale.filter(|file| !known.contains(&file.path)));
        found.extend(lists);
        Ok(found)
    }

    /// Sets the causes of files that the other side does not have, or only lists: a manifest has no
    /// bytes, but the pycs of the other side must come from their sources.
    fn alone(
        &self,
        comparison: &mut Comparison,
        container: &[ArchivePath; 2],
        indices: &[usize],
        alike: &[[String; 2]],
        alone: Option<&Alone<'_>>,
    ) -> Result<Vec<FileDifference>, ThreadsError> {
        let files = &comparison.files;
        let listed = self.options.sources.map(|place| place.map(View::new));
        let causes = self.workers.map(indices, |&index| {
            let file = &files[index];
            let [left, right] = [0, 1].map(|side: usize| self.entries[side].get(file.paths()[side]).copied());
            let cause = match (left, right) {
                (Some(left), Some(right)) => {
                    let sources = [listed[0].as_ref(), listed[1].as_ref()];
                    let found = two_entries(left, right, sources, self.compilers);
                    let is_known = found.kind != CauseKind::NotChecked;
                    file.cause.clone().filter(|_| !is_known).unwrap_or(found)
                }
                _ => file.cause.clone().unwrap_or_else(|| without_bytes(file)),
            };
            if let Some(side) = only_side(file)
                && let Some(entry) = [left, right][side]
            {
                let sources = listed[side].as_ref();
                return only_entry(entry, side, sources, self.compilers, cause);
            }
            let Some(alone) = alone.filter(|alone| only_side(file).is_none_or(|only| only == alone.side))
            else {
                return cause;
            };
            let name = container[alone.side].name_of(file.paths()[alone.side]);
            match [left, right][1 - alone.side].filter(|_| is_listed(file)) {
                Some(entry) => explain_listed(alone, name, entry, listed[1 - alone.side].as_ref()),
                None => alone.cause(name, cause),
            }
        })?;
        for (&index, cause) in indices.iter().zip(causes) {
            comparison.files[index].cause = Some(cause.unwrap_or_else(stopped));
        }
        let Some(alone) = alone else { return Ok(Vec::new()) };
        let found = self.workers.uncounted().map(alike, |names| {
            let name = &names[alone.side];
            let (name, pyc) = alone.read(name, "").ok()?;
            let cause = alone.compiled(&name, &pyc, Wanted::First, "").err()?;
            let message = "a pyc of an archive of which the manifest lists the digest";
            let finding = DiffFinding::new(DifferenceKind::Code, message);
            let path = container[alone.side].member(&name);
            (cause.kind == CauseKind::Unexplained).then(|| FileDifference {
                cause: Some(cause),
                ..FileDifference::new(path, vec![finding]).within(container.each_ref())
            })
        })?;
        Ok(found.into_iter().flatten().flatten().collect())
    }
}

fn entries(manifest: &Manifest) -> BTreeMap<&str, &FileEntry> {
    manifest.files.iter().map(|entry| (entry.path.as_str(), entry)).collect()
}

/// Returns whether a file differs from its entry in a manifest.
fn is_listed(file: &FileDifference) -> bool {
    file.findings.iter().any(|finding| finding.kind == DifferenceKind::Manifest)
}

/// Adds a finding for the fault of a pyc if no other finding shows it, since both sides have it, or
/// names it: a wrong level shows in differences of all kinds.
fn name_alarm(file: &mut FileDifference) {
    let Some(fault) = file.cause.as_ref().and_then(|cause| cause.reason.fault()) else { return };
    let (kind, sentence) = (&fault.kind, &fault.sentence);
    let shows = |finding: &DiffFinding| match finding.kind {
        DifferenceKind::References => false,
        DifferenceKind::OnlyLeft | DifferenceKind::OnlyRight | DifferenceKind::Manifest => true,
        DifferenceKind::Unreadable => true,
        found => found >= *kind,
    };
    if *kind == DifferenceKind::Level {
        let at = file.findings.iter().position(|finding| finding.kind > DifferenceKind::Level);
        let finding = DiffFinding::new(*kind, sentence.clone());
        file.findings.insert(at.unwrap_or(file.findings.len()), finding);
    } else if !file.findings.iter().any(shows) {
        file.findings.push(DiffFinding::new(*kind, sentence.clone()));
    }
}

/// Returns whether a pyc was not checked because its source is missing.
pub fn lacks_source(file: &FileDifference) -> bool {
    file.cause.as_ref().is_some_and(|cause| matches!(cause.reason, CauseReason::NoSource { .. }))
}

fn stopped() -> Cause {
    Cause::new(CauseKind::NotChecked, "the run was interrupted")
}

/// Returns the archives in both sides that contain the files.
fn nested(comparison: &Comparison, sides: [&Side; 2], container: &[ArchivePath; 2]) -> [Option<Place>; 2] {
    if container.iter().all(ArchivePath::is_side) {
        return [None, None];
    }
    let read = |side: usize| read_within(sides[side].place()?, &container[side]);
    match comparison.nested.take(&container[1]) {
        Some(pair) => pair.map(Some),
        None => [read(0), read(1)],
    }
}

/// Returns the cause of a difference if one side is a manifest, or an archive that cannot be
/// opened.
fn without_bytes(file: &FileDifference) -> Cause {
    not_read(file).or_else(|| one_side(file)).unwrap_or_else(|| {
        let reason = match file.path.ends_with(".pyc") {
            true => "a manifest has no code, and there is no source to compile",
            false => "only the digest of the listed archive is known",
        };
        Cause::new(CauseKind::NotChecked, reason)
    })
}

/// Returns the cause of the difference of a file, other than a pyc, that cannot be read.
fn not_read(file: &FileDifference) -> Option<Cause> {
    let finding = file.findings.iter().find(|finding| finding.kind == DifferenceKind::Unreadable)?;
    if file.path.ends_with(".pyc") && only_side(file).is_none() {
        return None;
    }
    let reason = match finding.message.as_str() {
        "" => "a file cannot be read",
        message => message,
    };
    Some(Cause::new(CauseKind::NotChecked, reason))
}

/// Returns the cause if only one side has the file.
fn one_side(file: &FileDifference) -> Option<Cause> {
    let missing = format!("missing on the {}", SIDES[1 - only_side(file)?]);
    let reason = match script(file) {
        Some(script) => CauseReason::Script(format!("{missing}: {script}")),
        None => CauseReason::Words(missing),
    };
    Some(Cause { reason, ..Cause::new(CauseKind::OneSide, "") })
}

/// Returns the clause about a script of a package, which the package manager runs.
fn script(file: &FileDifference) -> Option<String> {
    const SCRIPTS: [&str; 5] = ["preinst", "postinst", "prerm", "postrm", "config"];
    let (folder, name) = file.path.rsplit_once('/')?;
    let is_script = (folder == "DEBIAN" || folder.ends_with("!DEBIAN")) && SCRIPTS.contains(&name);
    is_script.then(|| "a maintainer script, which dpkg runs as root".to_owned())
}

/// Names of the sides.
const SIDES: [&str; 2] = ["left", "right"];

/// Returns the index of the only side that has the file.
fn only_side(file: &FileDifference) -> Option<usize> {
    match file.findings.first()?.kind {
        DifferenceKind::OnlyLeft => Some(0),
        DifferenceKind::OnlyRight => Some(1),
        _ => None,
    }
}
