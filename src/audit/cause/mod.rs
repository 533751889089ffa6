//! Causes of the differences that `diff` found: the sources of both sides are compiled again.
//!
//! **Invariant:** a difference is explained only if each pyc is, apart from form, the result of
//! compiling its own source.

mod listing;
mod origin;
mod pair;
mod unchanged;

use super::compilers::Compilers;
use super::view::View;
use crate::diff::{Cause, CauseKind, Comparison, DifferenceKind, FileDifference, Side, read_within};
use crate::engine::{EngineOptions, ThreadsError, Workers};
use crate::input::Place;
use origin::NO_SOURCE;
use pair::{Alone, Pair};
use std::collections::BTreeMap;

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

/// Sets the cause of each difference.
///
/// # Errors
/// [`ThreadsError`].
pub fn explain(
    comparison: &mut Comparison,
    left: &Side,
    right: &Side,
    options: &Explanation<'_>,
    workers: Workers<'_>,
) -> Result<(), ThreadsError> {
    let compilers = Compilers::new(&options.engines);
    let mut containers: BTreeMap<[String; 2], Vec<usize>> = BTreeMap::new();
    for (index, file) in comparison.files.iter().enumerate() {
        let container = |path: &str| path.rsplit_once('!').map_or("", |(container, _)| container).to_owned();
        containers.entry(file.paths().map(container)).or_default().push(index);
    }
    let mut left_behind = Vec::new();
    for (container, indices) in containers {
        let nested = nested(comparison, [left, right], &container);
        let places = [
            nested[0].as_ref().or_else(|| left.place().filter(|_| container[0].is_empty())),
            nested[1].as_ref().or_else(|| right.place().filter(|_| container[1].is_empty())),
        ];
        let limited = |place| View::limited(place, options.engines.limits.memory);
        let [Some(one), Some(other)] = places else {
            // A manifest has no bytes, but the pycs of the other side must come from their sources.
            let views = places.map(|place| place.map(limited));
            let side = usize::from(views[0].is_none());
            let sources = options.sources[side].map(limited);
            let alone = views[side].as_ref().map(|view| Alone {
                side,
                view,
                sources: sources.as_ref(),
                compilers: &compilers,
            });
            let files = &comparison.files;
            let causes = workers.map(&indices, |&index| {
                let file = &files[index];
                let cause = file.cause.clone().unwrap_or_else(|| without_bytes(file));
                match alone.as_ref().filter(|_| only_side(file).is_none_or(|only| only == side)) {
                    Some(alone) => alone.cause(in_container(file.paths()[side], &container[side]), cause),
                    None => cause,
                }
            })?;
            for (&index, cause) in indices.iter().zip(causes) {
                comparison.files[index].cause = Some(cause.unwrap_or_else(stopped));
            }
            continue;
        };
        let views = [one, other].map(limited);
        let sources = options.sources.map(|place| place.map(limited));
        let pair = Pair { views: &views, sources: &sources, compilers: &compilers, container: &container };
        let files = &comparison.files;
        let results = workers.map(&indices, |&index| {
            let file = &files[index];
            let lines = options.lines.then(|| pair.lines(file));
            (pair.cause(file), lines.unwrap_or_default())
        })?;
        for (&index, result) in indices.iter().zip(results) {
            let (cause, lines) = result.unwrap_or_else(|| (stopped(), Default::default()));
            let file = &mut comparison.files[index];
            (file.cause, file.lines) = (Some(cause), lines);
        }
        listing::explain_records(&mut comparison.files, &indices, &pair);
        left_behind.extend(unchanged::pycs(&comparison.files, &indices, &pair, workers)?);
    }
    unchanged::add(comparison, left_behind);
    // The alarm comes first.
    let is_alarm =
        |file: &FileDifference| file.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::Unexplained);
    comparison.files.sort_by(|a, b| is_alarm(b).cmp(&is_alarm(a)).then_with(|| a.path.cmp(&b.path)));
    Ok(())
}

/// Returns whether a pyc was not checked because its source is missing.
pub fn lacks_source(file: &FileDifference) -> bool {
    let is_such = |cause: &Cause| cause.kind == CauseKind::NotChecked && cause.reason.contains(NO_SOURCE);
    file.cause.as_ref().is_some_and(is_such)
}

fn stopped() -> Cause {
    Cause::new(CauseKind::NotChecked, "the run was interrupted")
}

/// Returns the name of a file within the archive that contains it.
fn in_container<'a>(path: &'a str, container: &str) -> &'a str {
    match container.len() {
        0 => path,
        length => path.get(length + 1..).unwrap_or_default(),
    }
}

/// Returns the archives in both sides that contain the files; `!` separates an archive from the
/// archive that contains it.
fn nested(comparison: &Comparison, sides: [&Side; 2], container: &[String; 2]) -> [Option<Place>; 2] {
    if container[1].is_empty() && container[0].is_empty() {
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
    one_side(file).unwrap_or_else(|| {
        Cause::new(CauseKind::NotChecked, "a manifest has no code that could be compiled again")
    })
}

/// Returns the cause if only one side has the file.
fn one_side(file: &FileDifference) -> Option<Cause> {
    let side = SIDES[only_side(file)?];
    Some(Cause::new(CauseKind::OneSide, format!("only on the {side}")))
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
