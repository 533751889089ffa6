//! Comparison of one pyc with the code that its source compiles to.

use crate::audit::compilers::Compilers;
use crate::audit::first::FirstPlace;
use crate::audit::judge::{CheckedSource, wrong_field, wrong_tag};
use crate::audit::likeness::{Likeness, levels, likeness};
use crate::audit::view::View;
use crate::audit::zipapp;
use crate::engine::{Engine, OpenSource};
use crate::input::Place;
use crate::marshal;
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, PycName};
use crate::target::Series;

/// Reason for which a pyc without a source is not checked.
pub(super) const NO_SOURCE: &str = "there is no source for it";

/// Relation of a pyc to its source.
#[derive(Clone)]
pub(super) enum Origin {
    /// The source compiles to this code.
    Source(CompiledPyc),
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
#[derive(Clone)]
pub(super) struct CompiledPyc {
    pub(super) source: CheckedSource,
    /// The code object, for a comparison by value.
    pub(super) objects: Objects,
    /// Releases that compile the source to this code.
    pub(super) releases: Vec<String>,
    /// Optimization level at which these releases compile to this code.
    pub(super) level: u8,
    /// True if one of the releases writes the same bytes.
    pub(super) exact: bool,
}

/// A pyc whose header was read, with its source.
pub(super) struct HeadedPyc<'a> {
    name: &'a str,
    pyc: &'a [u8],
    header: Header,
    series: &'static Series,
    parsed: Option<PycName>,
    /// The source, or the reason for which there is none.
    source: Result<CheckedSource, String>,
}

/// Reads the header of the pyc called `name`, and finds its source.
///
/// # Errors
/// The origin of a pyc whose header is wrong or unknown.
pub(super) fn find<'a>(
    view: &View<'_>,
    sources: Option<&View<'_>>,
    name: &'a str,
    pyc: &'a [u8],
) -> Result<HeadedPyc<'a>, Origin> {
    let header = Header::parse(pyc).map_err(|error| Origin::Other(error.to_string()))?;
    let (named, free_threaded) = (view.named(name), view.is_free_threaded(name));
    if let Some(wrong) = wrong_tag(header, named.parsed.as_ref(), free_threaded) {
        return Err(Origin::Other(wrong.to_string()));
    }
    let Some(series) = Series::with_magic(header.magic()) else {
        return Err(Origin::Unknown(format!("magic number {} is of no known version", header.magic())));
    };
    let (parsed, found) = find_source(view, sources, name);
    let is_file = |path: &str| view.has_file(path);
    let is_main = name.rsplit('/').next() == Some("__main__.pyc");
    let source = found.or_else(|why| {
        let generated = is_main.then(|| zipapp::source(&pyc[HEADER_SIZE..], series, &is_file));
        generated.flatten().ok_or(why)
    });
    Ok(HeadedPyc { name, pyc, header, series, parsed, source })
}

impl HeadedPyc<'_> {
    /// Returns the source, if there is one.
    pub(super) fn source(&self) -> Option<&CheckedSource> {
        self.source.as_ref().ok()
    }

    /// Returns whether there is no source, not even one that cannot be read.
    pub(super) fn lacks_source(&self) -> bool {
        self.source.as_ref().is_err_and(|why| why == NO_SOURCE)
    }

    /// Compiles the source, and returns the relation of the pyc to it.
    pub(super) fn origin(&self, compilers: &Compilers<'_>) -> Origin {
        match &self.source {
            Ok(source) => self.origin_from(source, &mut Engine::open(&source.bytes), compilers),
            Err(why) => Origin::Unknown(why.clone()),
        }
    }

    /// Compiles a source, which is open as `opened`, and returns the relation of the pyc to it.
    pub(super) fn origin_from(
        &self,
        source: &CheckedSource,
        opened: &mut OpenSource<'_>,
        compilers: &Compilers<'_>,
    ) -> Origin {
        let wrong = wrong_field(self.header, self.series, source)
            .map(|field| format!("the {} in its header is not that of {}", field.name(), source.name));
        match (wrong, self.compare(source, opened, compilers)) {
            (None, found) => found,
            (Some(wrong), Origin::Other(why)) => Origin::Other(format!("{wrong}; {why}")),
            (Some(wrong), Origin::Unknown(_)) => Origin::Other(wrong),
            (Some(wrong), Origin::Source(_) | Origin::Header(_)) => Origin::Header(wrong),
        }
    }

    fn compare(
        &self,
        source: &CheckedSource,
        opened: &mut OpenSource<'_>,
        compilers: &Compilers<'_>,
    ) -> Origin {
        let Self { name, pyc, series, .. } = *self;
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
        let mut nearest: Option<String> = None;
        for level in levels(self.parsed.as_ref()) {
            let (mut releases, mut exact) = (Vec::new(), false);
            for target in targets {
                let compiled = match opened.compile(&target.engine, &filename, level).code {
                    Ok(compiled) => compiled,
                    Err(error) => {
                        let line = error.rendered.trim_end().lines().last().unwrap_or_default().trim();
                        nearest.get_or_insert(format!("{} does not compile: {line}", source.name));
                        continue;
                    }
                };
                match likeness(code, &objects, &compiled, series) {
                    Ok(Likeness::Other) => {
                        nearest.get_or_insert_with(|| {
                            let expected = [header, &compiled].concat();
                            match FirstPlace::of(name, &expected, pyc) {
                                Some(first) => {
                                    format!("it is not what {} compiles to: {first}", source.name)
                                }
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
                let source = source.clone();
                return Origin::Source(CompiledPyc { source, objects, releases, level, exact });
            }
        }
        Origin::Other(nearest.unwrap_or_else(|| format!("it is not what {} compiles to", source.name)))
    }
}

/// Finds the source next to a pyc, or in the sources that the user gave. Modification times of
/// sources in an archive are not compared.
pub(super) fn find_source(
    view: &View<'_>,
    sources: Option<&View<'_>>,
    name: &str,
) -> (Option<PycName>, Result<CheckedSource, String>) {
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
    let source = found.map(|(name, bytes)| CheckedSource { name, bytes, mtime: None });
    (parsed, source.map_err(|error| missing(&error.to_string())))
}

fn missing(error: &str) -> String {
    if error.starts_with("there is no ") {
        NO_SOURCE.to_owned()
    } else {
        format!("its source cannot be read: {error}")
    }
}
