//! One pyc at a time: header, source, compilation, comparison.

use super::finding::{Finding, Kind};
use super::record;
use crate::build::engines::{self, EngineOptions, TargetEngine};
use crate::build::parallel::{self, ThreadsError, Watch};
use crate::engine;
use crate::manifest::{Manifest, Place, PlaceError};
use crate::marshal;
use crate::object::Objects;
use crate::project::Listing;
use crate::pyc::{HEADER_SIZE, Header, parse_name, source_hash};
use crate::target::{PyVersion, Series};
use std::path::{Path, PathBuf};

/// What is held against what.
#[derive(Debug)]
pub struct Request<'a> {
    /// Where sources are, if they are not beside the pycs.
    pub sources: Option<&'a Place>,
    /// What the pycs must also agree with.
    pub manifest: Option<&'a Manifest>,
    /// Whether code that marks other references passes.
    pub any_references: bool,
    /// How engines are found.
    pub engines: EngineOptions<'a>,
}

/// The result.
#[derive(Debug, Default)]
pub struct Verified {
    /// Pycs that passed.
    pub passed: usize,
    /// All findings, sorted by path.
    pub findings: Vec<Finding>,
    /// Pycs that were not reached.
    pub missing: usize,
    /// The engines that were used, in words.
    pub engines: Vec<String>,
}

/// Compiles the source of every pyc again, in memory, and compares.
///
/// # Errors
/// [`ThreadsError`].
pub fn verify(
    place: &Place,
    request: &Request<'_>,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Verified, ThreadsError> {
    let names = place.pycs();
    let (targets, unserved) = start(place, &names, &request.engines);
    let results =
        parallel::map(&names, jobs, watch, |name| check(place, name, request, &targets, &unserved))?;
    let mut verified = Verified {
        engines: targets.iter().map(|target| target.about.clone()).collect(),
        ..Verified::default()
    };
    for (name, result) in names.iter().zip(results) {
        match result {
            None => verified.missing += 1,
            Some(Ok(())) => verified.passed += 1,
            Some(Err((kind, message))) => {
                verified.findings.push(Finding { path: name.clone(), kind, message });
            }
        }
    }
    let unseen = place.unseen().into_iter();
    verified.findings.extend(unseen.map(|(path, error)| Finding {
        path,
        kind: Kind::Unreadable,
        message: error.to_string(),
    }));
    verified.findings.extend(record::records(place));
    verified.findings.extend(record::wheel(place));
    verified
        .findings
        .extend(request.manifest.into_iter().flat_map(|manifest| record::against_manifest(place, manifest)));
    verified.findings.sort();
    Ok(verified)
}

/// Engines for the versions that there are, and the versions without one.
fn start(
    place: &Place,
    names: &[String],
    options: &EngineOptions<'_>,
) -> (Vec<TargetEngine>, Vec<(PyVersion, String)>) {
    let mut versions: Vec<PyVersion> = Vec::new();
    for name in names {
        let series = place.read(name).ok().and_then(|pyc| Header::parse(&pyc).ok());
        let series = series.and_then(|header| Series::with_magic(header.magic()));
        versions.extend(series.map(|series| series.version).filter(|version| !versions.contains(version)));
    }
    let (mut targets, mut unserved) = (Vec::new(), Vec::new());
    for version in versions {
        match engines::start(&[version.into()], options) {
            Ok(started) => {
                targets.extend(started);
                targets.extend(engines::others_of_series(version, options));
            }
            Err(error) => unserved.push((version, error.to_string())),
        }
    }
    (targets, unserved)
}

type Refusal = (Kind, String);

fn check(
    place: &Place,
    name: &str,
    request: &Request<'_>,
    targets: &[TargetEngine],
    unserved: &[(PyVersion, String)],
) -> Result<(), Refusal> {
    let pyc = place.read(name).map_err(|error| (Kind::Unreadable, error.to_string()))?;
    let header = Header::parse(&pyc).map_err(|error| (Kind::Header, error.to_string()))?;
    let Some(series) = Series::with_magic(header.magic()) else {
        return Err((
            Kind::Version,
            format!("magic number {} is of no version that is known", header.magic()),
        ));
    };
    let parsed = parse_name(name);
    if let Some(tag) = parsed.as_ref().and_then(|parsed| parsed.cache_tag.as_ref())
        && *tag != series.cache_tag()
    {
        let message = format!("its name says {tag}, its magic number says {}", series.cache_tag());
        return Err((Kind::Header, message));
    }
    let (source_name, source) = source(place, name, request.sources)
        .map_err(|error| (Kind::Source, format!("its source cannot be read: {error}")))?;
    check_header(place, header, series, &source_name, &source)?;
    let code = &pyc[HEADER_SIZE..];
    let malformed =
        |error: marshal::MarshalError| (Kind::Malformed, format!("its code cannot be read: {error}"));
    let objects = marshal::read(code, series.code_layout).map_err(malformed)?;
    let root = objects.code(Objects::ROOT);
    let Some(root) = root.filter(|root| objects.text(root.filename).is_some()) else {
        return Err((Kind::Malformed, "what is in it is no code object".into()));
    };
    let Some(filename) = objects.os_name(root.filename) else {
        return Err((Kind::Code, "no file can have the name that it records".into()));
    };
    let mut candidates = targets.iter().filter(|target| target.series.version == series.version).peekable();
    if candidates.peek().is_none() {
        let why = unserved.iter().find(|(version, _)| *version == series.version);
        let why = why.map_or_else(String::new, |(_, why)| format!(": {why}"));
        return Err((Kind::Version, format!("nothing compiles for Python {}{why}", series.version)));
    }
    // A legacy name does not say the level.
    let levels = match parsed {
        Some(parsed) if parsed.cache_tag.is_some() => parsed.optimize..parsed.optimize + 1,
        _ => 0..3,
    };
    let mut closest = (Kind::Code, format!("its code is not that of {source_name}"));
    for (target, optimize) in candidates.flat_map(|target| levels.clone().map(move |level| (target, level))) {
        let own = engine::Request { source: &source, filename: filename.clone(), optimize };
        let compiled = target.engine.compile(&own).map_err(|error| {
            (Kind::Compile, format!("{source_name} does not compile: {}", error.rendered.trim_end()))
        })?;
        if compiled == code {
            return Ok(());
        }
        let mut expected = marshal::read(&compiled, series.code_layout).map_err(malformed)?;
        if same_code(&objects, &expected) {
            if request.any_references || in_other_form(&mut expected, code) {
                return Ok(());
            }
            closest = (Kind::References, format!("its code is that of {source_name}, with other references"));
        }
    }
    Err(closest)
}

/// Whether `code` is one of the forms that distributions bring pycs into.
fn in_other_form(expected: &mut Objects, code: &[u8]) -> bool {
    [marshal::drop_unused_flags, marshal::minimal_refs].iter().any(|form| {
        form(expected);
        marshal::write(expected) == code
    })
}

fn source(place: &Place, name: &str, sources: Option<&Place>) -> Result<(String, Vec<u8>), PlaceError> {
    match (place.read_source(name), sources) {
        (Err(PlaceError::Missing(_)), Some(sources)) => {
            let parsed = parse_name(name);
            let source =
                parsed.map(|parsed| parsed.source).ok_or_else(|| PlaceError::Missing(name.into()))?;
            let bytes = sources.read(&source)?;
            Ok((source, bytes))
        }
        (found, _) => found,
    }
}

fn check_header(
    place: &Place,
    header: Header,
    series: &Series,
    source_name: &str,
    source: &[u8],
) -> Result<(), Refusal> {
    match header {
        Header::Hash { hash, .. } if hash != source_hash(series, source) => {
            Err((Kind::Header, format!("the hash in its header is not that of {source_name}")))
        }
        Header::Timestamp { size, .. } if size != source.len() as u32 => {
            Err((Kind::Header, format!("the size in its header is not that of {source_name}")))
        }
        Header::Timestamp { mtime, .. } => match place {
            Place::Tree(root, listing)
                if modified(&path_in(root, listing, source_name)).is_some_and(|found| found != mtime) =>
            {
                Err((Kind::Header, format!("the time in its header is not that of {source_name}")))
            }
            _ => Ok(()),
        },
        Header::Hash { .. } => Ok(()),
    }
}

fn path_in(root: &Path, listing: &Listing, name: &str) -> PathBuf {
    listing.real.get(name).cloned().unwrap_or_else(|| root.join(name))
}

fn modified(path: &Path) -> Option<u32> {
    let time = std::fs::metadata(path).ok()?.modified().ok()?;
    Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs() as u32)
}

/// Whether two code objects differ in nothing but flags and references.
fn same_code(one: &Objects, other: &Objects) -> bool {
    crate::diff::first_difference(one, other).is_none()
}
