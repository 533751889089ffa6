//! One pyc: its header, its code and its source, compiled again.

use super::compilers::Compilers;
use super::filename;
use super::finding::Kind;
use super::zipapp;
use crate::engine;
use crate::marshal;
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, PycName, source_hash};
use crate::target::Series;

/// A source to hold a pyc against.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name.
    pub(super) name: String,
    /// Its content.
    pub(super) bytes: Vec<u8>,
    /// When it was changed, as headers have it, where an importer would look.
    pub(super) mtime: Option<u32>,
}

/// Facts about a pyc besides its bytes.
pub(super) struct Judge<'a> {
    /// By its path.
    pub(super) parsed: Option<PycName>,
    /// The source's path, where it is or would be once it is installed.
    pub(super) place: &'a str,
    /// The source, or why there is none.
    pub(super) source: Result<&'a Source, String>,
    /// The level that a manifest says.
    pub(super) declared: Option<u8>,
    /// Whether other references pass.
    pub(super) any_references: bool,
    /// Whether a path is another file of what is looked into.
    pub(super) is_file: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether it is the first file that a zip runs, whose source `pack` may have made.
    pub(super) is_main: bool,
    /// What compiles.
    pub(super) compilers: &'a Compilers<'a>,
}

/// Why a pyc does not pass.
pub(super) type Refusal = (Kind, String);

impl Judge<'_> {
    /// Compiles the source again and compares.
    pub(super) fn check(&self, pyc: &[u8]) -> Result<(), Refusal> {
        let header = Header::parse(pyc).map_err(|error| (Kind::Header, error.to_string()))?;
        let Some(series) = Series::with_magic(header.magic()) else {
            return Err((
                Kind::Version,
                format!("magic number {} is of no version that is known", header.magic()),
            ));
        };
        if let Some(tag) = self.parsed.as_ref().and_then(|parsed| parsed.cache_tag.as_ref())
            && *tag != series.cache_tag()
        {
            let message = format!("its name says {tag}, its magic number says {}", series.cache_tag());
            return Err((Kind::Header, message));
        }
        let generated;
        let source = match (&self.source, self.is_main) {
            (Ok(source), _) => *source,
            (Err(_), true)
                if let Some(source) = zipapp::source(&pyc[HEADER_SIZE..], series, self.is_file) =>
            {
                generated = source;
                &generated
            }
            (Err(why), _) => return Err((Kind::Source, why.clone())),
        };
        check_header(header, series, source)?;
        self.check_code(&pyc[HEADER_SIZE..], series, source)
    }

    fn check_code(&self, code: &[u8], series: &Series, source: &Source) -> Result<(), Refusal> {
        let malformed =
            |error: marshal::MarshalError| (Kind::Malformed, format!("its code cannot be read: {error}"));
        let objects = marshal::read(code, series.code_layout).map_err(malformed)?;
        let Some(root) = objects.code(Objects::ROOT) else {
            return Err((Kind::Malformed, "what is in it is no code object".into()));
        };
        let (Some(recorded), Some(filename)) = (objects.text(root.filename), objects.os_name(root.filename))
        else {
            return Err((Kind::Filename, "no file can have the name that it records".into()));
        };
        let found = self.compilers.get(series.version);
        let targets = match found.as_ref() {
            Ok(targets) => targets,
            Err(why) => {
                return Err((
                    Kind::Version,
                    format!("nothing compiles for Python {}: {why}", series.version),
                ));
            }
        };
        // A legacy name does not say the level; an importer takes what it is for what it runs at.
        let (levels, expected_level) = match &self.parsed {
            Some(parsed) if parsed.cache_tag.is_some() => {
                (parsed.optimize..parsed.optimize + 1, parsed.optimize)
            }
            _ => (0..3, self.declared.unwrap_or(0)),
        };
        let mut closest: Option<Refusal> = None;
        for (optimize, target) in levels.flat_map(|level| targets.iter().map(move |target| (level, target))) {
            let own = engine::Request { source: &source.bytes, filename: filename.clone(), optimize };
            let compiled = match target.engine.compile(&own) {
                Ok(compiled) => compiled,
                Err(error) => {
                    let message = format!("{} does not compile: {}", source.name, error.rendered.trim_end());
                    closest.get_or_insert((Kind::Compile, message));
                    continue;
                }
            };
            if compiled != code {
                let mut expected = marshal::read(&compiled, series.code_layout).map_err(malformed)?;
                if !same_code(&objects, &expected) {
                    let message = format!("its code is not that of {}", source.name);
                    if closest.as_ref().is_none_or(|(kind, _)| *kind == Kind::Compile) {
                        closest = Some((Kind::Code, message));
                    }
                    continue;
                }
                if !self.any_references && !in_other_form(&mut expected, code) {
                    let message = format!("its code is that of {}, with other references", source.name);
                    closest = Some((Kind::References, message));
                    continue;
                }
            }
            if optimize != expected_level {
                let message = format!(
                    "its code is that of {} at optimization level {optimize}, and importers of this name expect level \
                     {expected_level}",
                    source.name
                );
                return Err((Kind::Level, message));
            }
            return match filename::fault(&recorded, self.place, self.is_file) {
                Some(message) => Err((Kind::Filename, message)),
                None => {
                    self.compilers.fits(series.version, &target.release);
                    Ok(())
                }
            };
        }
        Err(closest.unwrap_or_else(|| (Kind::Code, format!("its code is not that of {}", source.name))))
    }
}

/// Whether `code` is one of the forms that distributions bring pycs into.
fn in_other_form(expected: &mut Objects, code: &[u8]) -> bool {
    [marshal::drop_unused_flags, marshal::minimal_refs].iter().any(|form| {
        form(expected);
        marshal::write(expected) == code
    })
}

fn check_header(header: Header, series: &Series, source: &Source) -> Result<(), Refusal> {
    let lie =
        |what: &str| Err((Kind::Header, format!("the {what} in its header is not that of {}", source.name)));
    match header {
        Header::Hash { hash, .. } if hash != source_hash(series, &source.bytes) => lie("hash"),
        Header::Timestamp { size, .. } if size != source.bytes.len() as u32 => lie("size"),
        Header::Timestamp { mtime, .. } if source.mtime.is_some_and(|found| found != mtime) => lie("time"),
        _ => Ok(()),
    }
}

/// Whether two code objects differ in nothing but flags and references.
fn same_code(one: &Objects, other: &Objects) -> bool {
    crate::diff::first_difference(one, other).is_none()
}
