//! Verification of one pyc: the header, and the code compared with the compiled source.

use super::compilers::Compilers;
use super::filename;
use super::first::within_module;
use super::likeness::{CompareError, Compared, FoundCode, Likeness, levels};
use super::reason::{PycField, Reason, WrongName, WrongTag};
use super::releases::Fit;
use super::zipapp;
use crate::diff::Form;
use crate::engine::{Engine, OpenSource, TargetEngine};
use crate::marshal;
use crate::object::Objects;
use crate::pyc::{HEADER_SIZE, Header, PycName, source_hash};
use crate::target::{SERIES, Series};

/// A source that a pyc is checked against.
#[derive(Clone, Debug)]
pub(super) struct CheckedSource {
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
    pub(super) source: Result<&'a CheckedSource, Reason>,
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

impl Judge<'_> {
    /// Compiles the source again and compares the code; returns the releases that write the same
    /// code. `opened` is the source, if there is one.
    ///
    /// # Errors
    /// The reasons for findings, the most alarming first.
    pub(super) fn check(&self, pyc: &[u8], opened: &mut OpenSource<'_>) -> Result<Fit, Vec<Reason>> {
        let reason = match self.judge(pyc, opened) {
            Ok(fit) => return Ok(fit),
            Err(reason) => reason,
        };
        let form = match &reason {
            Reason::OtherHeader { code: Some(code), .. } => code,
            reason => reason,
        };
        // The name of another module is not a difference of form.
        let wrong = matches!(form, Reason::OtherForm { .. }).then(|| self.wrong_filename(pyc)).flatten();
        Err(wrong.map(Reason::Filename).into_iter().chain([reason]).collect())
    }

    /// Returns the last part of the file name that a pyc records.
    pub(super) fn recorded(&self, pyc: &[u8]) -> Option<String> {
        let series = Series::with_magic(Header::parse(pyc).ok()?.magic())?;
        let objects = marshal::read(&pyc[HEADER_SIZE..], series.code_layout).ok()?;
        let recorded = objects.text(objects.code(Objects::ROOT)?.filename)?;
        recorded.rsplit(['/', '\\']).next().map(str::to_owned)
    }

    fn wrong_filename(&self, pyc: &[u8]) -> Option<WrongName> {
        let series = Series::with_magic(Header::parse(pyc).ok()?.magic())?;
        let objects = marshal::read(&pyc[HEADER_SIZE..], series.code_layout).ok()?;
        let recorded = objects.text(objects.code(Objects::ROOT)?.filename)?;
        filename::fault(&recorded, self.place, self.is_file)
    }

    fn judge(&self, pyc: &[u8], opened: &mut OpenSource<'_>) -> Result<Fit, Reason> {
        let header = Header::parse(pyc).map_err(|error| Reason::BadHeader(error.to_string()))?;
        if let Some(wrong) = wrong_tag(header, self.parsed.as_ref(), self.free_threaded) {
            return Err(Reason::Tag(wrong));
        }
        let Some(series) = Series::with_magic(header.magic()) else {
            return Err(Reason::UnknownMagic(header.magic()));
        };
        match (&self.source, self.is_main) {
            (Ok(source), _) => self.check_source(pyc, header, series, source, opened),
            (Err(_), true)
                if let Some(source) = zipapp::source(&pyc[HEADER_SIZE..], series, self.is_file) =>
            {
                self.check_source(pyc, header, series, &source, &mut Engine::open(&source.bytes))
            }
            (Err(why), _) => Err(why.clone()),
        }
    }

    fn check_source(
        &self,
        pyc: &[u8],
        header: Header,
        series: &Series,
        source: &CheckedSource,
        opened: &mut OpenSource<'_>,
    ) -> Result<Fit, Reason> {
        let mut code = self.check_code(pyc, series, source, opened);
        if self.free_threaded && !self.compilers.have_free_threaded() {
            code = code.map_err(of_other_build);
        }
        match wrong_field(header, series, source) {
            None => code,
            Some(field) => {
                let source = source.name.clone();
                Err(Reason::OtherHeader { field, source, code: code.err().map(Box::new) })
            }
        }
    }

    fn check_code(
        &self,
        pyc: &[u8],
        series: &Series,
        source: &CheckedSource,
        opened: &mut OpenSource<'_>,
    ) -> Result<Fit, Reason> {
        let (header, code) = pyc.split_at(HEADER_SIZE);
        let objects = marshal::read(code, series.code_layout).map_err(|error| malformed(&error))?;
        let Some(root) = objects.code(Objects::ROOT) else { return Err(Reason::NotCode) };
        let (Some(recorded), Some(filename)) = (objects.text(root.filename), objects.os_name(root.filename))
        else {
            return Err(Reason::Filename(WrongName::Impossible));
        };
        let found = self.compilers.get(series.version);
        let releases = match found.as_ref() {
            Ok(releases) => releases,
            Err(error) => {
                return Err(Reason::NoEngine { version: series.version, error: error.clone() });
            }
        };
        let targets = &releases.engines;
        // A legacy name does not contain the level; an importer loads the pyc at any level.
        let levels = levels(self.parsed.as_ref());
        let has_one_level = levels.len() == 1;
        let expected_level = if has_one_level { levels.start } else { self.declared.unwrap_or(0) };
        let mixed = filename::mixed(&objects, self.place, self.is_file);
        let uniform = mixed.as_ref().map(|(uniform, _)| FoundCode::new(code, uniform, &filename, series));
        let claim = Claim {
            code,
            found: FoundCode::new(code, &objects, &filename, series),
            uniform: uniform.zip(mixed.as_ref().map(|(_, wrong)| wrong)),
            source,
            any_references: self.any_references,
        };
        let mut closest: Option<Miss> = None;
        for (optimize, at) in levels.flat_map(|level| releases.in_order().map(move |at| (level, at))) {
            if let Err(miss) = claim.check(optimize, &targets[at], opened) {
                if closest.as_ref().is_none_or(|known| known.closeness() < miss.closeness()) {
                    closest = Some(miss);
                }
                continue;
            }
            if optimize != expected_level {
                let (source, expected) = (source.name.clone(), expected_level);
                return Err(Reason::Level { source, level: optimize, expected });
            }
            if let Some(wrong) = filename::fault(&recorded, self.place, self.is_file) {
                return Err(Reason::Filename(wrong));
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
        let is_accusation = has_one_level && !matches!(closest, Some(Miss::Other(_)));
        let mut is_code = |level, target: &TargetEngine| {
            let found = claim.check(level, target, opened);
            matches!(found, Ok(()) | Err(Miss::Other(Reason::OtherForm { .. })))
        };
        if is_accusation && let Some(level) = releases.other_level(expected_level, &mut is_code) {
            return Err(Reason::CodeOfLevel { source: source.name.clone(), level, expected: expected_level });
        }
        let source = source.name.clone();
        Err(match closest {
            Some(Miss::Other(reason)) => reason,
            Some(Miss::Code(expected)) => {
                let first = within_module(self.pyc, &[header, &expected].concat(), pyc);
                Reason::Code { source, first }
            }
            None => Reason::Code { source, first: None },
        })
    }
}

/// Result of a comparison with the code of one engine that is not the same.
enum Miss {
    /// The expected code, which differs.
    Code(Vec<u8>),
    /// Any other reason.
    Other(Reason),
}

impl Miss {
    /// Returns how close the pyc is to the expected one.
    const fn closeness(&self) -> u8 {
        match self {
            Self::Other(Reason::OtherForm { .. } | Reason::Filename(_)) => 3,
            Self::Code(_) => 2,
            Self::Other(Reason::Compile { .. }) => 1,
            Self::Other(_) => 0,
        }
    }
}

/// Returns the reason for a pyc of a free-threaded build that other builds do not write.
fn of_other_build(reason: Reason) -> Reason {
    match reason {
        Reason::Code { .. }
        | Reason::CodeOfLevel { .. }
        | Reason::OtherForm { .. }
        | Reason::Level { .. } => Reason::FreeThreaded,
        reason => reason,
    }
}

/// Code that is checked against a source.
struct Claim<'a> {
    code: &'a [u8],
    found: FoundCode<'a>,
    /// The code with one file name, if it records several, and their fault.
    uniform: Option<(FoundCode<'a>, &'a WrongName)>,
    source: &'a CheckedSource,
    any_references: bool,
}

impl Claim<'_> {
    /// Compares the code with the code that an engine compiles the source to.
    fn check(&self, optimize: u8, target: &TargetEngine, opened: &mut OpenSource<'_>) -> Result<(), Miss> {
        let source = &self.source.name;
        let compared = self.found.against(target, optimize, opened).map_err(|error| match error {
            CompareError::Compile(error) => {
                let error = error.rendered.trim_end().to_owned();
                Miss::Other(Reason::Compile { source: source.clone(), error })
            }
            CompareError::Malformed(error) => Miss::Other(malformed(&error)),
        });
        let Compared { likeness, expected } = compared?;
        let forms = match likeness {
            Likeness::Exact => return Ok(()),
            Likeness::Other => {
                let wrong = self.uniform.as_ref().filter(|(uniform, _)| {
                    let compared = uniform.against(target, optimize, opened);
                    compared.is_ok_and(|compared| !matches!(compared.likeness, Likeness::Other))
                });
                return Err(wrong.map_or(Miss::Code(expected), |(_, wrong)| {
                    Miss::Other(Reason::Filename((*wrong).clone()))
                }));
            }
            Likeness::OtherForm(_) if self.any_references => return Ok(()),
            Likeness::OtherForm(forms) => forms,
        };
        let is_of_references = forms.iter().all(|form| matches!(form, Form::References | Form::Interned));
        if is_of_references
            && marshal::read(&expected, target.series.code_layout)
                .is_ok_and(|expected| is_of_other_tool(expected, self.code))
        {
            return Ok(());
        }
        Err(Miss::Other(Reason::OtherForm { source: source.clone(), forms }))
    }
}

fn malformed(error: &marshal::MarshalError) -> Reason {
    Reason::Malformed(error.to_string())
}

/// Returns whether `code` is in a form that tools of distributions write.
fn is_of_other_tool(mut expected: Objects, code: &[u8]) -> bool {
    [marshal::drop_unused_flags, marshal::minimal_refs].iter().any(|form| {
        form(&mut expected);
        marshal::write(&expected) == code
    })
}

impl PycField {
    /// Returns the name that is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Size => "size",
            Self::Time => "time",
        }
    }
}

/// Returns the contradiction between the version in the name of a pyc and its magic number.
pub(super) fn wrong_tag(header: Header, parsed: Option<&PycName>, free_threaded: bool) -> Option<WrongTag> {
    let tag = parsed?.cache_tag.as_ref()?;
    let is_of = |series: &Series| {
        *tag == series.cache_tag() || (free_threaded && *tag == format!("{}t", series.cache_tag()))
    };
    let found = Series::with_magic(header.magic());
    let is_wrong = match found {
        Some(series) => !is_of(series),
        None => SERIES.iter().any(is_of),
    };
    let found = found.map(Series::cache_tag);
    is_wrong.then(|| WrongTag { tag: tag.clone(), magic: header.magic(), found })
}

/// Returns the field of a header that does not match the source.
pub(super) fn wrong_field(header: Header, series: &Series, source: &CheckedSource) -> Option<PycField> {
    match header {
        Header::Hash { hash, .. } if hash != source_hash(series, &source.bytes) => Some(PycField::Hash),
        Header::Timestamp { size, .. } if size != source.bytes.len() as u32 => Some(PycField::Size),
        Header::Timestamp { mtime, .. } if source.mtime.is_some_and(|found| found != mtime) => {
            Some(PycField::Time)
        }
        _ => None,
    }
}
