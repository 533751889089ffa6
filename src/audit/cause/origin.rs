//! Comparison of one pyc with the code that its source compiles to.

use super::fault::{OriginFault, OtherCode, Unchecked};
use crate::audit::compilers::Compilers;
use crate::audit::filename;
use crate::audit::first::FirstPlace;
use crate::audit::judge::{CheckedSource, wrong_field, wrong_tag};
use crate::audit::likeness::{CompareError, FoundCode, Likeness, levels};
use crate::audit::view::View;
use crate::audit::zipapp;
use crate::diff::Form;
use crate::engine::{Engine, OpenSource};
use crate::input::{Place, PlaceError};
use crate::marshal;
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, PycName};
use crate::target::Series;

/// Relation of a pyc to its source.
#[derive(Clone)]
pub(super) enum Origin {
    /// The source compiles to this code.
    Source(Box<CompiledPyc>),
    /// The pyc is not what the source compiles to.
    Other(OriginFault),
    /// The pyc could not be checked.
    Unknown(Unchecked),
}

impl Origin {
    /// Returns the fault of a header that belongs to another source, if that is the only one.
    pub(super) fn header_fault(&self) -> Option<&OriginFault> {
        match self {
            Self::Other(fault @ OriginFault::Header { code: OtherCode::Right, .. }) => Some(fault),
            _ => None,
        }
    }
}

/// Number of releases that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The first release that compiles the source to the code.
    First,
    /// All releases that do.
    All,
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
    /// Differences of form from the code that the closest of these releases writes.
    pub(super) forms: Vec<Form>,
}

impl CompiledPyc {
    /// Returns the recorded file name.
    pub(super) fn filename(&self) -> String {
        let root = self.objects.code(Objects::ROOT);
        root.and_then(|root| self.objects.text(root.filename)).unwrap_or_default()
    }
}

/// A pyc whose header was read, with its source.
pub(super) struct HeadedPyc<'a> {
    view: &'a View<'a>,
    name: &'a str,
    pyc: &'a [u8],
    header: Header,
    series: &'static Series,
    parsed: Option<PycName>,
    /// The source, or the reason why there is none.
    source: Result<CheckedSource, Unchecked>,
}

/// Reads the header of the pyc called `name`, and finds its source.
///
/// # Errors
/// The origin of a pyc whose header is wrong or unknown.
pub(super) fn find<'a>(
    view: &'a View<'a>,
    sources: Option<&View<'_>>,
    name: &'a str,
    pyc: &'a [u8],
) -> Result<HeadedPyc<'a>, Origin> {
    let header =
        Header::parse(pyc).map_err(|error| Origin::Other(OriginFault::Unreadable(error.to_string())))?;
    let (named, free_threaded) = (view.named(name), view.is_free_threaded(name));
    if let Some(wrong) = wrong_tag(header, named.parsed.as_ref(), free_threaded) {
        return Err(Origin::Other(OriginFault::Tag(wrong)));
    }
    let Some(series) = Series::with_magic(header.magic()) else {
        return Err(Origin::Unknown(Unchecked::Magic(header.magic())));
    };
    let (parsed, found) = find_source(view, sources, name);
    let is_file = |path: &str| view.has_file(path);
    let is_main = name.rsplit('/').next() == Some("__main__.pyc");
    let source = found.or_else(|why| {
        let generated = is_main.then(|| zipapp::source(&pyc[HEADER_SIZE..], series, &is_file));
        generated.flatten().ok_or(why)
    });
    Ok(HeadedPyc { view, name, pyc, header, series, parsed, source })
}

impl HeadedPyc<'_> {
    /// Returns the source, if there is one.
    pub(super) fn source(&self) -> Option<&CheckedSource> {
        self.source.as_ref().ok()
    }

    /// Returns whether there is no source, not even one that cannot be read.
    pub(super) fn lacks_source(&self) -> bool {
        self.source.as_ref().is_err_and(|why| *why == Unchecked::NoSource)
    }

    /// Returns the name that the source has on this side. A single pyc may have any name if the
    /// other side has the source.
    fn source_name<'b>(&'b self, source: &'b CheckedSource) -> &'b str {
        let is_single = matches!(self.view.place, Place::File(_));
        let own = self.parsed.as_ref().filter(|_| self.source.is_ok() || !is_single);
        own.map_or(&source.name, |parsed| &parsed.source)
    }

    /// Compiles the source, and returns the relation of the pyc to it.
    pub(super) fn origin(&self, compilers: &Compilers<'_>, wanted: Wanted) -> Origin {
        match &self.source {
            Ok(source) => self.origin_from(source, &mut Engine::open(&source.bytes), compilers, wanted),
            Err(why) => Origin::Unknown(why.clone()),
        }
    }

    /// Compiles a source, which is open as `opened`, and returns the relation of the pyc to it.
    pub(super) fn origin_from(
        &self,
        source: &CheckedSource,
        opened: &mut OpenSource<'_>,
        compilers: &Compilers<'_>,
        wanted: Wanted,
    ) -> Origin {
        let found = self.compare(source, opened, compilers, wanted);
        let Some(field) = wrong_field(self.header, self.series, source) else { return found };
        let code = match found {
            Origin::Source(_) => OtherCode::Right,
            Origin::Unknown(_) => OtherCode::Unchecked,
            Origin::Other(fault) => OtherCode::Wrong(Box::new(fault)),
        };
        Origin::Other(OriginFault::Header { source: source.name.clone(), field, code })
    }

    fn compare(
        &self,
        source: &CheckedSource,
        opened: &mut OpenSource<'_>,
        compilers: &Compilers<'_>,
        wanted: Wanted,
    ) -> Origin {
        let Self { name, pyc, series, .. } = *self;
        let (header, code) = pyc.split_at(HEADER_SIZE);
        let objects = match marshal::read(code, series.code_layout) {
            Ok(objects) => objects,
            Err(error) => {
                let error = format!("its code cannot be read: {error}");
                return Origin::Other(OriginFault::Unreadable(error));
            }
        };
        let root = objects.code(Objects::ROOT).map(|root| root.filename);
        let names = root.and_then(|name| Some((objects.text(name)?, objects.os_name(name)?)));
        let Some((recorded, filename)) = names else {
            return Origin::Other(OriginFault::NotCode);
        };
        let found = compilers.get(series.version);
        let engines = match found.as_ref() {
            Ok(engines) => engines,
            Err(why) => {
                let error = why.lines().next().unwrap_or_default().to_owned();
                return Origin::Unknown(Unchecked::Engine { version: series.version, error });
            }
        };
        let own = FoundCode::new(code, &objects, &filename, series);
        let mut nearest: Option<OriginFault> = None;
        for level in levels(self.parsed.as_ref()) {
            let mut releases: Vec<(usize, Vec<Form>)> = Vec::new();
            for at in engines.in_order() {
                let target = &engines.engines[at];
                let compared = match own.against(target, level, opened) {
                    Ok(compared) => compared,
                    Err(CompareError::Compile(error)) => {
                        if at == 0 {
                            let line = error.line;
                            let error = error.rendered.trim_end().lines().last().unwrap_or_default().trim();
                            let (source, error) = (source.name.clone(), error.to_owned());
                            nearest.get_or_insert(OriginFault::Compile { source, error, line });
                        }
                        continue;
                    }
                    Err(CompareError::Malformed(_)) => continue,
                };
                let forms = match compared.likeness {
                    // The order of the engines depends on other pycs, and the reason must not.
                    Likeness::Other if at == 0 => {
                        nearest.get_or_insert_with(|| {
                            let first = FirstPlace::of(name, &[header, &compared.expected].concat(), pyc);
                            OriginFault::Code { source: source.name.clone(), first }
                        });
                        continue;
                    }
                    Likeness::Other => continue,
                    Likeness::Exact => Vec::new(),
                    Likeness::OtherForm(forms) => forms,
                };
                releases.push((at, forms));
                if wanted == Wanted::First {
                    engines.note(at);
                    break;
                }
            }
            let closest = releases.iter().min_by_key(|(at, forms)| (forms.len(), *at));
            if let Some(forms) = closest.map(|(_, forms)| forms.clone()) {
                let is_file = |path: &str| self.view.has_file(path);
                let place = self.view.importable(self.source_name(source));
                if let Some(wrong) = filename::fault(&recorded, &place, &is_file) {
                    return Origin::Other(OriginFault::Filename(wrong));
                }
                releases.sort_unstable();
                let source = source.clone();
                let releases = releases.into_iter();
                let releases = releases.map(|(at, _)| engines.engines[at].release.clone()).collect();
                let compiled = CompiledPyc { source, objects, releases, level, forms };
                return Origin::Source(Box::new(compiled));
            }
        }
        let source_name = source.name.clone();
        // A name without a version allows all levels.
        let named = self.parsed.as_ref().filter(|parsed| parsed.cache_tag.is_some());
        if let (Some(parsed), None | Some(OriginFault::Code { .. })) = (named, &nearest) {
            let other = engines.other_level(parsed.optimize, |level, target| {
                let compared = own.against(target, level, opened);
                compared.is_ok_and(|compared| !matches!(compared.likeness, Likeness::Other))
            });
            if let Some(level) = other {
                let expected = parsed.optimize;
                return Origin::Other(OriginFault::Level { source: source_name, level, expected });
            }
        }
        Origin::Other(nearest.unwrap_or(OriginFault::Code { source: source_name, first: None }))
    }
}

/// Finds the source next to a pyc, or in the sources that the user gave. Modification times of
/// sources in an archive are not compared.
pub(super) fn find_source(
    view: &View<'_>,
    sources: Option<&View<'_>>,
    name: &str,
) -> (Option<PycName>, Result<CheckedSource, Unchecked>) {
    let parsed = view.named(name).parsed;
    let own = match (view.place, &parsed) {
        (Place::File(_), _) => view.read_source(name),
        (_, Some(parsed)) => {
            let read = match view.read(&parsed.source) {
                // A symlink to another source of the place is read as importers read it.
                Err(PlaceError::Symlink(link)) => {
                    let real = view.place.resolve(&parsed.source);
                    real.and_then(|real| view.read(&real)).map_err(|_| PlaceError::Symlink(link))
                }
                read => read,
            };
            read.map(|bytes| (parsed.source.clone(), bytes))
        }
        (_, None) => return (None, Err(Unchecked::Name)),
    };
    let found = own.or_else(|error| match (&parsed, sources) {
        (Some(parsed), Some(sources)) => {
            let bytes = sources.read_importable(&view.importable(&parsed.source));
            bytes.map(|bytes| (parsed.source.clone(), bytes))
        }
        _ => Err(error),
    });
    let source = found.map(|(name, bytes)| CheckedSource { name, bytes, mtime: None });
    let missing = |error: PlaceError| match error {
        PlaceError::Missing(_) => Unchecked::NoSource,
        error => Unchecked::Source(error.to_string()),
    };
    (parsed, source.map_err(missing))
}
