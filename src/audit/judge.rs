//! Verification of one pyc: the header, and the code compared with the compiled source.

use super::compilers::Compilers;
use super::filename;
use super::finding::Kind;
use super::first::within_module;
use super::likeness::{Likeness, levels, likeness};
use super::releases::Fit;
use super::zipapp;
use crate::engine::{Engine, OpenSource, TargetEngine};
use crate::marshal;
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, PycName, source_hash};
use crate::target::Series;
use std::ffi::OsStr;

/// A source that a pyc is checked against.
#[derive(Debug)]
pub(super) struct Source {
    /// File name.
    pub(super) name: String,
    /// Content.
    pub(super) bytes: Vec<u8>,
    /// Modification time as headers record it, if an importer would compare it.
    pub(super) mtime: Option<u32>,
}

/// Facts about a pyc besides its bytes.
pub(super) struct Judge<'a> {
    /// Path of the pyc.
    pub(super) pyc: &'a str,
    /// Parts of the pyc's name.
    pub(super) parsed: Option<PycName>,
    /// Path of the source once it is installed, whether or not the source exists.
    pub(super) place: &'a str,
    /// The source, or the reason for its absence.
    pub(super) source: Result<&'a Source, String>,
    /// Optimization level in the manifest.
    pub(super) declared: Option<u8>,
    /// True if code with other references passes.
    pub(super) any_references: bool,
    /// True for a pyc of a free-threaded build.
    pub(super) free_threaded: bool,
    /// Returns true for the path of another file in the place.
    pub(super) is_file: &'a (dyn Fn(&str) -> bool + Sync),
    /// True for the first file that a zip runs, whose source `pack` may have generated.
    pub(super) is_main: bool,
    /// Engines.
    pub(super) compilers: &'a Compilers<'a>,
    /// True if all releases that write the code are looked for, not only the newest.
    pub(super) all_releases: bool,
}

/// Kind and message of a finding for a pyc that does not pass.
pub(super) type Refusal = (Kind, String);

impl Judge<'_> {
    /// Compiles the source again and compares the code; returns the releases that write the same
    /// code. `opened` is the source, if there is one.
    pub(super) fn check(&self, pyc: &[u8], opened: &mut OpenSource<'_>) -> Result<Fit, Refusal> {
        let header = Header::parse(pyc).map_err(|error| (Kind::Header, error.to_string()))?;
        let Some(series) = Series::with_magic(header.magic()) else {
            return Err((
                Kind::Version,
                format!("magic number {} is of no version that is known", header.magic()),
            ));
        };
        if let Some(tag) = self.parsed.as_ref().and_then(|parsed| parsed.cache_tag.as_ref())
            && *tag != series.cache_tag()
            && !(self.free_threaded && *tag == format!("{}t", series.cache_tag()))
        {
            let message = format!("its name says {tag}, its magic number says {}", series.cache_tag());
            return Err((Kind::Header, message));
        }
        match (&self.source, self.is_main) {
            (Ok(source), _) => self.check_source(pyc, header, series, source, opened),
            (Err(_), true)
                if let Some(source) = zipapp::source(&pyc[HEADER_SIZE..], series, self.is_file) =>
            {
                self.check_source(pyc, header, series, &source, &mut Engine::open(&source.bytes))
            }
            (Err(why), _) => Err((Kind::Source, why.clone())),
        }
    }

    fn check_source(
        &self,
        pyc: &[u8],
        header: Header,
        series: &Series,
        source: &Source,
        opened: &mut OpenSource<'_>,
    ) -> Result<Fit, Refusal> {
        let mut code = self.check_code(pyc, series, source, opened);
        if self.free_threaded && !self.compilers.have_free_threaded() {
            code = code.map_err(Fault::of_other_build);
        }
        match wrong_field(header, series, source) {
            None => code.map_err(|fault| fault.refusal(&source.name)),
            Some(field) => Err(beside_header(field, code, &source.name)),
        }
    }

    fn check_code(
        &self,
        pyc: &[u8],
        series: &Series,
        source: &Source,
        opened: &mut OpenSource<'_>,
    ) -> Result<Fit, Fault> {
        let (header, code) = pyc.split_at(HEADER_SIZE);
        let objects = marshal::read(code, series.code_layout).map_err(|error| malformed(&error))?;
        let Some(root) = objects.code(Objects::ROOT) else {
            return Err(Fault::of(Kind::Malformed, "its content is not a code object"));
        };
        let (Some(recorded), Some(filename)) = (objects.text(root.filename), objects.os_name(root.filename))
        else {
            return Err(Fault::of(Kind::Filename, "no file can have the name that it records"));
        };
        let found = self.compilers.get(series.version);
        let releases = match found.as_ref() {
            Ok(releases) => releases,
            Err(why) => {
                let message = format!("no engine compiles for Python {}: {why}", series.version);
                return Err(Fault::of(Kind::Version, message));
            }
        };
        let targets = &releases.engines;
        // A legacy name does not contain the level; an importer loads the pyc at any level.
        let levels = levels(self.parsed.as_ref());
        let expected_level = if levels.len() == 1 { levels.start } else { self.declared.unwrap_or(0) };
        let claim = Claim {
            code,
            objects: &objects,
            filename: &filename,
            source,
            any_references: self.any_references,
        };
        let mut closest: Option<Fault> = None;
        for (optimize, at) in levels.flat_map(|level| releases.in_order().map(move |at| (level, at))) {
            if let Err(fault) = claim.check(optimize, &targets[at], opened) {
                if closest.as_ref().is_none_or(|known| known.closeness() < fault.closeness()) {
                    closest = Some(fault);
                }
                continue;
            }
            if optimize != expected_level {
                let message = format!(
                    "its code is that of {} at optimization level {optimize}, and importers of this name expect level \
                     {expected_level}",
                    source.name
                );
                return Err(Fault::of(Kind::Level, message));
            }
            if let Some(message) = filename::fault(&recorded, self.place, self.is_file) {
                return Err(Fault::of(Kind::Filename, message));
            }
            releases.note(at);
            let mut engines = vec![at];
            if self.all_releases {
                let others = (0..targets.len()).filter(|&other| other != at);
                engines
                    .extend(others.filter(|&other| claim.check(optimize, &targets[other], opened).is_ok()));
                engines.sort_unstable();
            }
            return Ok(Fit { version: series.version, engines });
        }
        let mut fault = closest.unwrap_or(Fault::Code { expected: Vec::new(), first: None });
        if let Fault::Code { expected, first } = &mut fault {
            *first = within_module(self.pyc, &[header, expected].concat(), pyc, series);
        }
        Err(fault)
    }
}

/// Reason for which code does not pass.
enum Fault {
    /// The code differs from the expected code.
    Code { expected: Vec<u8>, first: Option<String> },
    /// Any other reason.
    Other(Kind, String),
}

impl Fault {
    fn of(kind: Kind, message: impl Into<String>) -> Self {
        Self::Other(kind, message.into())
    }

    /// Returns the fault of a pyc of a free-threaded build that other builds do not write.
    fn of_other_build(self) -> Self {
        match self {
            Self::Code { .. } | Self::Other(Kind::OtherForm | Kind::Level, _) => {
                Self::of(Kind::Version, "not checked: the native compiler knows no free-threaded builds")
            }
            fault => fault,
        }
    }

    /// Returns how close a pyc with this fault is to the expected one.
    const fn closeness(&self) -> u8 {
        match self {
            Self::Other(Kind::OtherForm, _) => 3,
            Self::Code { .. } => 2,
            Self::Other(Kind::Compile, _) => 1,
            Self::Other(..) => 0,
        }
    }

    fn refusal(self, source: &str) -> Refusal {
        match self {
            Self::Code { first: Some(first), .. } => {
                (Kind::Code, format!("its code is not that of {source}: it differs at {first}"))
            }
            Self::Code { .. } => (Kind::Code, format!("its code is not that of {source}")),
            Self::Other(kind, message) => (kind, message),
        }
    }
}

/// Returns the finding for a pyc whose header has the wrong `field`, with the result for its code.
fn beside_header(field: Field, code: Result<Fit, Fault>, source: &str) -> Refusal {
    let header = match field {
        Field::Hash | Field::Size => format!("the {} in its header is another source's", field.name()),
        Field::Time => format!("the time in its header is not that of {source}"),
    };
    match code {
        Ok(_) => (Kind::Header, format!("{header}; its code is that of {source}")),
        Err(Fault::Other(Kind::OtherForm, message)) => (Kind::Header, format!("{header}; {message}")),
        Err(Fault::Other(Kind::Version, message)) => {
            (Kind::Header, format!("{header}; its code is not checked: {message}"))
        }
        Err(Fault::Other(kind, message)) => (kind, format!("{header}, and {message}")),
        Err(Fault::Code { first, .. }) => {
            let place = first.map_or(String::new(), |first| format!(" at {first}"));
            (Kind::Code, format!("{header}, and its code differs from that of {source}{place}"))
        }
    }
}

/// Code that is checked against a source.
struct Claim<'a> {
    code: &'a [u8],
    objects: &'a Objects,
    filename: &'a OsStr,
    source: &'a Source,
    any_references: bool,
}

impl Claim<'_> {
    /// Compares the code with the code that an engine compiles the source to.
    fn check(&self, optimize: u8, target: &TargetEngine, opened: &mut OpenSource<'_>) -> Result<(), Fault> {
        let name = &self.source.name;
        let compiled = opened.compile(&target.engine, self.filename, optimize).code.map_err(|error| {
            Fault::of(Kind::Compile, format!("{name} does not compile: {}", error.rendered.trim_end()))
        })?;
        let likeness = likeness(self.code, self.objects, &compiled, target.series);
        let what = match likeness.map_err(|error| malformed(&error))? {
            Likeness::Exact => return Ok(()),
            Likeness::Other => return Err(Fault::Code { expected: compiled, first: None }),
            _ if self.any_references => return Ok(()),
            Likeness::OtherReferences(expected) => {
                if in_other_form(expected, self.code) {
                    return Ok(());
                }
                "it marks other references, as a process that compiled other files before does"
            }
            Likeness::OtherSetOrder => {
                "members of its sets are in another order, which depends on the process that wrote it"
            }
        };
        Err(Fault::of(Kind::OtherForm, format!("same code as {name}, other form: {what}")))
    }
}

fn malformed(error: &marshal::MarshalError) -> Fault {
    Fault::of(Kind::Malformed, format!("its code cannot be read: {error}"))
}

/// Returns whether `code` is in a form that tools of distributions write.
fn in_other_form(mut expected: Objects, code: &[u8]) -> bool {
    [marshal::drop_unused_flags, marshal::minimal_refs].iter().any(|form| {
        form(&mut expected);
        marshal::write(&expected) == code
    })
}

/// A field of a header that identifies the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Hash,
    Size,
    Time,
}

impl Field {
    /// Returns the name that is printed.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Size => "size",
            Self::Time => "time",
        }
    }
}

/// Returns the field of a header that does not match the source.
pub(super) fn wrong_field(header: Header, series: &Series, source: &Source) -> Option<Field> {
    match header {
        Header::Hash { hash, .. } if hash != source_hash(series, &source.bytes) => Some(Field::Hash),
        Header::Timestamp { size, .. } if size != source.bytes.len() as u32 => Some(Field::Size),
        Header::Timestamp { mtime, .. } if source.mtime.is_some_and(|found| found != mtime) => {
            Some(Field::Time)
        }
        _ => None,
    }
}
