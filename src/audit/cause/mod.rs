//! Causes of the differences that `diff` found: the sources of both sides are compiled again.
//!
//! **Invariant:** a difference is explained only if each pyc is, apart from form, the result of
//! compiling its own source.

mod listing;
mod origin;
mod pair;

use super::compilers::Compilers;
use super::view::View;
use crate::diff::{Cause, CauseKind, Comparison, FileDifference, Kind, Side, read_within};
use crate::engine::{EngineOptions, ThreadsError, Workers};
use crate::input::Place;
use pair::Pair;
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
    for (container, indices) in containers {
        let nested = nested(comparison, [left, right], &container);
        let places = [
            nested[0].as_ref().or_else(|| left.place().filter(|_| container[0].is_empty())),
            nested[1].as_ref().or_else(|| right.place().filter(|_| container[1].is_empty())),
        ];
        let [Some(one), Some(other)] = places else {
            for index in indices {
                let file = &mut comparison.files[index];
                file.cause = Some(without_bytes(file));
            }
            continue;
        };
        let limited = |place| View::limited(place, options.engines.limits.memory);
        let views = [one, other].map(limited);
        let sources = options.sources.map(|place| place.map(limited));
        let pair = Pair { views: &views, sources: &sources, compilers: &compilers, container: &container };
        let files = &comparison.files;
        let results = workers.map(&indices, |&index| {
            let file = &files[index];
            let lines = options.lines.then(|| pair.lines(file));
            (pair.cause(file), lines.unwrap_or_default())
        })?;
        let stopped = || (Cause::new(CauseKind::NotChecked, "the run was interrupted"), Default::default());
        for (&index, result) in indices.iter().zip(results) {
            let (cause, lines) = result.unwrap_or_else(stopped);
            let file = &mut comparison.files[index];
            (file.cause, file.lines) = (Some(cause), lines);
        }
        listing::explain_records(&mut comparison.files, &indices, &pair);
    }
    Ok(())
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
        Kind::OnlyLeft => Some(0),
        Kind::OnlyRight => Some(1),
        _ => None,
    }
}
