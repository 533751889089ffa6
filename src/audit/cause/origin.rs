//! Comparison of one pyc with the code that its source compiles to.

use crate::audit::compilers::Compilers;
use crate::audit::first::FirstPlace;
use crate::audit::judge::{Source, wrong_field};
use crate::audit::likeness::{Likeness, levels, likeness};
use crate::audit::view::View;
use crate::audit::zipapp;
use crate::engine::Engine;
use crate::input::Place;
use crate::marshal;
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, PycName};
use crate::target::Series;

/// Relation of a pyc to its source.
pub(super) enum Origin {
    /// The source compiles to this code.
    Source(Compiled),
    /// The source compiles to this code, but the header belongs to another source; with the reason.
    Header(String),
    /// The source compiles to other code; with the reason.
    Other(String),
    /// The pyc could not be checked, with the reason.
    Unknown(String),
}

impl Origin {
    /// Returns the origin if a header of another source is no less a fault than other code.
    pub(super) fn with_header(self) -> Self {
        match self {
            Self::Header(why) => Self::Other(format!("{why}, but its code is")),
            origin => origin,
        }
    }
}

/// A pyc whose code its source compiles to.
pub(super) struct Compiled {
    pub(super) source: Source,
    /// The code object, for a comparison by value.
    pub(super) objects: Objects,
    /// Releases that compile the source to this code.
    pub(super) releases: Vec<String>,
    /// Optimization level at which these releases compile to this code.
    pub(super) level: u8,
    /// True if one of the releases writes the same bytes.
    pub(super) exact: bool,
}

/// Finds the source of the pyc called `name` and compiles it.
pub(super) fn origin(
    view: &View<'_>,
    sources: Option<&View<'_>>,
    name: &str,
    pyc: &[u8],
    compilers: &Compilers<'_>,
) -> Origin {
    let header = match Header::parse(pyc) {
        Ok(header) => header,
        Err(error) => return Origin::Other(error.to_string()),
    };
    let Some(series) = Series::with_magic(header.magic()) else {
        return Origin::Unknown(format!("magic number {} is of no known version", header.magic()));
    };
    let (parsed, found) = find_source(view, sources, name);
    let is_file = |path: &str| view.has_file(path);
    let generated = || zipapp::source(&pyc[HEADER_SIZE..], series, &is_file);
    let source = match found {
        Ok(source) => source,
        Err(why) if name.rsplit('/').next() == Some("__main__.pyc") => match generated() {
            Some(made) => made,
            None => return Origin::Unknown(why),
        },
        Err(why) => return Origin::Unknown(why),
    };
    let wrong = wrong_field(header, series, &source)
        .map(|field| format!("the {} in its header is not that of {}", field.name(), source.name));
    let found = compile(source, parsed.as_ref(), series, name, pyc, compilers);
    match (wrong, found) {
        (None, found) => found,
        (Some(wrong), Origin::Other(why)) => Origin::Other(format!("{wrong}; {why}")),
        (Some(wrong), Origin::Unknown(_)) => Origin::Other(wrong),
        (Some(wrong), Origin::Source(_) | Origin::Header(_)) => Origin::Header(wrong),
    }
}

fn compile(
    source: Source,
    parsed: Option<&PycName>,
    series: &'static Series,
    name: &str,
    pyc: &[u8],
    compilers: &Compilers<'_>,
) -> Origin {
    let (header, code) = pyc.split_at(HEADER_SIZE);
    let objects = match marshal::read(code, series.code_layout) {
        Ok(objects) => objects,
        Err(error) => return Origin::Other(format!("its code cannot be read: {error}")),
    };
    let filename = objects.code(Objects::ROOT).and_then(|root| objects.os_name(root.filename));
    let Some(filename) = filename else {
        return Origin::Other("it does not contain a code object with a file name".to_owned());
    };
    let found = compilers.get(series.version);
    let targets = match found.as_ref() {
        Ok(releases) => &releases.engines,
        Err(why) => {
            let first = why.lines().next().unwrap_or_default();
            return Origin::Unknown(format!("no engine compiles for Python {}: {first}", series.version));
        }
    };
    let mut opened = Engine::open(&source.bytes);
    let mut nearest: Option<String> = None;
    for level in levels(parsed) {
        let (mut releases, mut exact) = (Vec::new(), false);
        for target in targets {
            let compiled = match opened.compile(&target.engine, &filename, level).code {
                Ok(compiled) => compiled,
                Err(error) => {
                    let line = error.rendered.trim_end().lines().last().unwrap_or_default().trim().to_owned();
                    nearest.get_or_insert(format!("{} does not compile: {line}", source.name));
                    continue;
                }
            };
            match likeness(code, &objects, &compiled, series) {
                Ok(Likeness::Other) => {
                    nearest.get_or_insert_with(|| {
                        let expected = [header, &compiled].concat();
                        match FirstPlace::of(name, &expected, pyc) {
                            Some(first) => format!("it is not what {} compiles to: {first}", source.name),
                            None => format!("it is not what {} compiles to", source.name),
                        }
                    });
                }
                Ok(likeness) => {
                    releases.push(target.release.clone());
                    exact |= matches!(likeness, Likeness::Exact);
                }
                Err(_) => {}
            }
        }
        if !releases.is_empty() {
            return Origin::Source(Compiled { source, objects, releases, level, exact });
        }
    }
    Origin::Other(nearest.unwrap_or_else(|| format!("it is not what {} compiles to", source.name)))
}

/// Finds the source next to a pyc, or in the sources that the user gave. Modification times of
/// sources in an archive are not compared.
pub(super) fn find_source(
    view: &View<'_>,
    sources: Option<&View<'_>>,
    name: &str,
) -> (Option<PycName>, Result<Source, String>) {
    let parsed = view.named(name).parsed;
    let own = match (view.place, &parsed) {
        (Place::File(_), _) => view.read_source(name),
        (_, Some(parsed)) => view.read(&parsed.source).map(|bytes| (parsed.source.clone(), bytes)),
        (_, None) => return (None, Err("no importer knows its name".to_owned())),
    };
    let found = own.or_else(|error| match (&parsed, sources) {
        (Some(parsed), Some(sources)) => {
            let bytes = sources.read_importable(&view.importable(&parsed.source));
            bytes.map(|bytes| (parsed.source.clone(), bytes))
        }
        _ => Err(error),
    });
    let source = found.map(|(name, bytes)| Source { name, bytes, mtime: None });
    (parsed, source.map_err(|error| missing(&error.to_string())))
}

fn missing(error: &str) -> String {
    if error.starts_with("there is no ") {
        "there is no source for it".to_owned()
    } else {
        format!("its source cannot be read: {error}")
    }
}
