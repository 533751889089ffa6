//! The interpreter of an environment that is verified, for versions that the native compiler does
//! not support.

use super::printer::Printer;
use crate::build::env::{VirtualEnvironment, own_interpreter};
use crate::engine::{EngineChoice, EngineOptions};
use crate::input::Place;
use crate::pyc::parse_name;
use crate::target::{SERIES, Series, Target};
use crate::text::Shown as _;
use std::collections::BTreeSet;

/// Adds the interpreters of `environments`, which contain the places, for the versions of their
/// pycs, and reports the programs that will run. Nothing is added if an interpreter is named or the
/// native compiler is selected.
pub(super) fn add(
    environments: &[(&Place, VirtualEnvironment)],
    options: &mut EngineOptions<'_>,
    printer: &Printer,
) {
    if !options.named.is_empty() || options.choice == EngineChoice::Native {
        return;
    }
    // Programs of other trees are not run.
    for (place, environment) in environments {
        for series in used(place, environment) {
            let version = series.version;
            let is_known = options.interpreters.iter().any(|(known, _)| *known == version);
            let is_native = options.choice == EngineChoice::Auto && Target::find(version).is_some();
            let own =
                own_interpreter(&environment.prefix, version, false).filter(|_| !is_known && !is_native);
            let Some(own) = own else { continue };
            let why = match options.choice {
                EngineChoice::Python => String::from("as --engine python asks"),
                _ => format!("the native compiler does not know Python {version}"),
            };
            printer.summary(&format!(
                "running {}, a program of the environment: {why}\nhint: `--interpreter PATH` names another one, \
                 `--engine native` runs none",
                own.shown()
            ));
            options.interpreters.push((version, own));
        }
    }
}

/// Returns the versions of the pycs by their file names, or, for file names without a version, the
/// version that the environment was created with.
fn used(place: &Place, environment: &VirtualEnvironment) -> Vec<&'static Series> {
    let mut tags: BTreeSet<Option<String>> = BTreeSet::new();
    for name in place.pycs() {
        if let Some(parsed) = parse_name(&name) {
            tags.insert(parsed.cache_tag);
        }
    }
    let created_with = environment.release.map(|release| release.version).filter(|_| tags.contains(&None));
    let is_used =
        |series: &&Series| tags.contains(&Some(series.cache_tag())) || Some(series.version) == created_with;
    SERIES.iter().filter(is_used).collect()
}
