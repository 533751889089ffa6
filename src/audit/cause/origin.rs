//! Comparison of one pyc with the code that its source compiles to.

use super::fault::{OriginFault, OtherCode, Unchecked};
use crate::audit::compilers::Compilers;
use crate::audit::first::FirstPlace;
use crate::audit::likeness::{PycCode, UnreadCode};
use crate::audit::pyc_check::{wrong_field, wrong_tag};
use crate::audit::search::{CodeFit, CodeSearch, Miss, References, Wanted, levels};
use crate::audit::view::{CheckedSource, View};
use crate::audit::zipapp;
use crate::diff::Form;
use crate::engine::{Engine, OpenSource};
use crate::input::{Place, PlaceError};
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
    // Elsewhere, `__main__.pyc` is a module like any other.
    let is_main = name == "__main__.pyc" && matches!(view.place, Place::Archive(_));
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

    /// Returns the other source next to its own that the whole pyc belongs to, by its header, its
    /// code and the recorded name.
    pub(super) fn other_source(&self, compilers: &Compilers<'_>) -> Option<CheckedSource> {
        let own = self.source.as_ref().ok()?;
        let source = self.view.recorded_source(&own.name, self.pyc)?;
        let parsed = PycName { source: source.name.clone(), ..self.parsed.clone()? };
        let other = Self { parsed: Some(parsed), source: Ok(source), ..*self };
        let is_other = matches!(other.origin(compilers, Wanted::First), Origin::Source(_));
        other.source.ok().filter(|_| is_other)
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

    /// Compares the code with what a source compiles to, whatever the header says.
    fn compare(
        &self,
        source: &CheckedSource,
        opened: &mut OpenSource<'_>,
        compilers: &Compilers<'_>,
        wanted: Wanted,
    ) -> Origin {
        let code = match PycCode::read(self.pyc, self.series) {
            Ok(code) => code,
            Err(UnreadCode::Malformed(error)) => {
                let error = format!("its code cannot be read: {error}");
                return Origin::Other(OriginFault::Unreadable(error));
            }
            Err(UnreadCode::NotCode | UnreadCode::NoName) => return Origin::Other(OriginFault::NotCode),
        };
        let found = compilers.get(self.series.version);
        let engines = match found.as_ref() {
            Ok(engines) => engines,
            Err(why) => {
                let error = why.lines().next().unwrap_or_default().to_owned();
                return Origin::Unknown(Unchecked::Engine { version: self.series.version, error });
            }
        };
        let is_file = |path: &str| self.view.has_file(path);
        let place = self.view.importable(self.source_name(source));
        let search = CodeSearch::new(&code, &place, &is_file, References::Any, wanted);
        let CodeFit { level, releases, .. } = match search.run(levels(self.parsed.as_ref()), engines, opened)
        {
            Ok(CodeFit { wrong_name: Some(wrong), .. }) => {
                return Origin::Other(OriginFault::Filename(wrong));
            }
            Ok(fit) => fit,
            Err(miss) => return Origin::Other(self.fault(miss, source)),
        };
        let closest = releases.iter().min_by_key(|(at, forms)| (forms.len(), *at));
        let forms = closest.map_or(Vec::new(), |(_, forms)| forms.clone());
        let releases = releases.iter().map(|(at, _)| engines.engines[*at].release.clone()).collect();
        let (source, objects) = (source.clone(), code.objects);
        Origin::Source(Box::new(CompiledPyc { source, objects, releases, level, forms }))
    }

    /// Returns the fault of a pyc to which no engine compiles the source.
    fn fault(&self, miss: Miss, source: &CheckedSource) -> OriginFault {
        let source = source.name.clone();
        match miss {
            Miss::Filename(wrong) => OriginFault::Filename(wrong),
            Miss::Level(level) => {
                let expected = self.parsed.as_ref().map_or(0, |parsed| parsed.optimize);
                OriginFault::Level { source, level, expected }
            }
            Miss::Code(mut other) => {
                let tried = std::mem::take(&mut other.tried);
                OriginFault::Code {
                    source,
                    first: FirstPlace::of(self.name, other, self.pyc).map(Box::new),
                    tried,
                }
            }
            Miss::Compile(error) => {
                let line = error.line;
                let error = error.rendered.trim_end().lines().last().unwrap_or_default().trim().to_owned();
                OriginFault::Compile { source, error, line }
            }
            Miss::Form(_) | Miss::Malformed(_) => {
                OriginFault::Code { source, first: None, tried: Box::default() }
            }
        }
    }
}

/// Finds the source next to a pyc, or in the sources that the user gave.
pub(super) fn find_source(
    view: &View<'_>,
    sources: Option<&View<'_>>,
    name: &str,
) -> (Option<PycName>, Result<CheckedSource, Unchecked>) {
    let parsed = view.named(name).parsed;
    let own = match (view.place, &parsed) {
        // A single file with another name may have a source on the other side.
        (Place::File(_), parsed) if parsed.is_some() || !name.ends_with(".pyc") => view.read_source(name),
        (_, Some(parsed)) => match view.read_own(&parsed.source) {
            Err(error @ PlaceError::Symlink(_)) => view.read_inside(&parsed.source).ok_or(error),
            read => read,
        },
        (_, None) => return (None, Err(Unchecked::Name)),
    };
    let source = own.or_else(|error| match (&parsed, sources) {
        (Some(parsed), Some(sources)) => {
            let bytes = sources.read_importable(&view.importable(&parsed.source))?;
            Ok(CheckedSource { name: parsed.source.clone(), bytes, mtime: None })
        }
        _ => Err(error),
    });
    let missing = |error: PlaceError| match error {
        PlaceError::Missing(_) => Unchecked::NoSource,
        error => Unchecked::Source(error.to_string()),
    };
    (parsed, source.map_err(missing))
}
