//! Causes of the differences that `diff` found: the sources of both sides are compiled again.
//!
//! **Invariant:** a difference is explained only if each pyc is, apart from form, the result of
//! compiling its own source.

mod listing;
mod origin;
mod pair;

use super::compilers::Compilers;
use super::view::View;
use crate::build::engines::EngineOptions;
use crate::build::parallel::{self, ThreadsError, Watch};
use crate::diff::{Cause, CauseKind, Comparison, FileDifference, Kind, Side, read_nested};
use crate::manifest::Place;
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
    /// Number of threads; 0 for one thread per processor.
    pub jobs: usize,
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
    watch: &dyn Watch,
) -> Result<(), ThreadsError> {
    let compilers = Compilers::new(&options.engines);
    let mut containers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, file) in comparison.files.iter().enumerate() {
        let container = file.path.rsplit_once('!').map_or("", |(container, _)| container);
        containers.entry(container.to_owned()).or_default().push(index);
    }
    let mut explained = Vec::new();
    for (container, indices) in containers {
        let nested = [nested(left, &container), nested(right, &container)];
        let places = [
            nested[0].as_ref().or_else(|| left.place().filter(|_| container.is_empty())),
            nested[1].as_ref().or_else(|| right.place().filter(|_| container.is_empty())),
        ];
        let files = &comparison.files;
        let [Some(one), Some(other)] = places else {
            let causes =
                indices.iter().map(|&index| (index, without_bytes(&files[index]), Default::default()));
            explained.extend(causes);
            continue;
        };
        let views = [View::new(one), View::new(other)];
        let sources = options.sources.map(|place| place.map(View::new));
        let pair = Pair { views: &views, sources: &sources, compilers: &compilers };
        let results = parallel::map(&indices, options.jobs, watch, |&index| {
            let file = &files[index];
            let lines = options.lines.then(|| pair.lines(file, &container));
            (pair.cause(file, &container), lines.unwrap_or_default())
        })?;
        let stopped = || Cause::new(CauseKind::NotChecked, "the run was interrupted");
        for (&index, result) in indices.iter().zip(results) {
            let (cause, lines) = result.unwrap_or_else(|| (stopped(), Default::default()));
            explained.push((index, cause, lines));
        }
    }
    for (index, cause, lines) in explained {
        let file = &mut comparison.files[index];
        (file.cause, file.lines) = (Some(cause), lines);
    }
    listing::explain_records(comparison, left, right);
    Ok(())
}

/// Returns the archive at a path of a side; `!` separates a nested archive from the archive that
/// contains it.
fn nested(side: &Side, container: &str) -> Option<Place> {
    let place = side.place()?;
    let mut names = container.split('!').filter(|name| !name.is_empty());
    let mut archive = read_nested(container, place.read(names.next()?).ok()?)?;
    for name in names {
        archive = read_nested(container, archive.get(name)?.bytes.read().into_owned())?;
    }
    Some(Place::Archive(archive))
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
    let side = match file.findings.first()?.kind {
        Kind::OnlyLeft => "left",
        Kind::OnlyRight => "right",
        _ => return None,
    };
    Some(Cause::new(CauseKind::OneSide, format!("only on the {side}")))
}
