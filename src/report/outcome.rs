//! Outcomes of files as objects, and the labels that distinguish them.

use crate::build::{Done, FileDigest, Outcome, PycOutcome};
use crate::engine::Diagnostic;
use crate::target::PyVersion;
use crate::text::python;
use crate::warnings::Issued;
use serde::Serialize;

/// Outcome in JSON output.
#[derive(Serialize)]
struct OutcomeObject<'a> {
    path: String,
    status: &'static str,
    output: Option<String>,
    #[serde(flatten)]
    digest: Option<&'a FileDigest>,
    python: Option<String>,
    optimize: Option<u8>,
    warnings: &'a [Issued],
    error: Option<&'a Diagnostic>,
}

/// Returns whether files were compiled for several versions, so that errors name the version.
pub fn has_several_versions(outcomes: &[Outcome]) -> bool {
    let mut versions = outcomes.iter().filter_map(|outcome| Some(outcome.pyc()?.python));
    let first = versions.next();
    versions.any(|version| Some(version) != first)
}

/// Returns whether an earlier outcome of the same source and version, at another level, has the
/// same error.
pub fn is_repeated(outcomes: &[Outcome], at: usize) -> bool {
    fn key(outcome: &Outcome) -> Option<(PyVersion, &str)> {
        let pyc = outcome.pyc()?;
        Some((pyc.python, rendered(pyc)?))
    }
    let Some((own, before)) = outcomes.get(..=at).and_then(<[_]>::split_last) else { return false };
    let mut same_file = before.iter().rev().take_while(|other| other.file() == own.file());
    key(own).is_some_and(|own| same_file.any(|other| key(other) == Some(own)))
}

/// Returns the error of a pyc as CPython prints it.
fn rendered(pyc: &PycOutcome) -> Option<&str> {
    pyc.result.as_ref().err().map(|error| error.rendered.as_str())
}

/// Returns a label that distinguishes the outcome from others of its source: the version, if there
/// are several, and the level, if another level has no error or another one.
pub fn label(outcomes: &[Outcome], at: usize, several: bool) -> Option<String> {
    let own = outcomes.get(at)?;
    let pyc = own.pyc()?;
    let is_of_file = |other: &&Outcome| other.file() == own.file();
    let before = outcomes.get(..at)?.iter().rev().take_while(is_of_file);
    let after = outcomes.get(at..)?.iter().take_while(is_of_file);
    let mut levels = before.chain(after).filter_map(Outcome::pyc).filter(|other| other.python == pyc.python);
    let version = several.then(|| format!("Python {}", pyc.python));
    let level =
        levels.any(|other| rendered(other) != rendered(pyc)).then(|| format!("level {}", pyc.optimize));
    let parts: Vec<String> = version.into_iter().chain(level).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns the status of an outcome, such as `compiled` or `failed`.
pub fn status(outcome: &Outcome) -> &'static str {
    outcome.result().map_or("failed", Done::name)
}

/// Returns the object of the JSON format.
pub fn object(outcome: &Outcome) -> impl Serialize + '_ {
    let pyc = outcome.pyc();
    OutcomeObject {
        path: python::os_text(outcome.file().as_os_str()),
        status: status(outcome),
        output: outcome.output().map(|output| python::os_text(output.as_os_str())),
        digest: pyc.and_then(|pyc| pyc.digest.as_ref()),
        python: pyc.map(|pyc| pyc.python.to_string()),
        optimize: pyc.map(|pyc| pyc.optimize),
        warnings: pyc.map_or(&[], |pyc| &pyc.warnings),
        error: outcome.result().err(),
    }
}
