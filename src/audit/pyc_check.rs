//! Verification of one pyc: the header, and the code compared with the compiled source.

use super::compilers::Compilers;
use super::filename;
use super::first::within_module;
use super::likeness::{PycCode, UnreadCode, recorded_name};
use super::reason::{PycField, Reason, WrongName, WrongTag};
use super::releases::Fit;
use super::search::{CodeFit, CodeSearch, Miss, References, Wanted, levels};
use super::view::CheckedSource;
use super::zipapp;
use crate::engine::{Engine, OpenSource};
use crate::pyc::{HEADER_SIZE, Header, PycName, source_hash};
use crate::target::{SERIES, Series};

/// Facts about a pyc besides its bytes.
pub(super) struct PycCheck<'a> {
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
    /// Forms of the right code that pass.
    pub(super) references: References,
    /// True for a pyc of a free-threaded build.
    pub(super) free_threaded: bool,
    /// Returns true for the path of another file in the place.
    pub(super) is_file: &'a (dyn Fn(&str) -> bool + Sync),
    /// True for the first file that a zip runs, whose source `pack` may have generated.
    pub(super) is_main: bool,
    /// Engines.
    pub(super) compilers: &'a Compilers<'a>,
    /// Releases that are looked for.
    pub(super) wanted: Wanted,
}

impl PycCheck<'_> {
    /// Compiles the source again and compares the code; returns the releases that write the same
    /// code. `opened` is the source, if there is one.
    ///
    /// # Errors
    /// The reasons for findings, most severe first.
    pub(super) fn check(&self, pyc: &[u8], opened: &mut OpenSource<'_>) -> Result<Fit, Vec<Reason>> {
        let reason = match self.first_reason(pyc, opened) {
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

    fn wrong_filename(&self, pyc: &[u8]) -> Option<WrongName> {
        filename::fault(&recorded_name(pyc)?, self.place, self.is_file)
    }

    fn first_reason(&self, pyc: &[u8], opened: &mut OpenSource<'_>) -> Result<Fit, Reason> {
        let header = Header::parse(pyc).map_err(|error| Reason::BadHeader(error.to_string()))?;
        if let Some(wrong) = wrong_tag(header, self.parsed.as_ref(), self.free_threaded) {
            return Err(Reason::Tag(self.with_code(wrong, pyc, opened)));
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

    /// Adds whether the code is that of the source for the version of the magic number.
    fn with_code(&self, wrong: WrongTag, pyc: &[u8], opened: &mut OpenSource<'_>) -> WrongTag {
        let (Some(series), Ok(source)) = (Series::with_magic(wrong.magic), &self.source) else {
            return wrong;
        };
        let is_right = match self.check_code(pyc, series, source, opened) {
            Ok(_) => Some(true),
            Err(Reason::Code { .. }) => Some(false),
            Err(_) => None,
        };
        WrongTag { is_right, ..wrong }
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
        let code = PycCode::read(pyc, series).map_err(|error| match error {
            UnreadCode::Malformed(error) => Reason::Malformed(error.to_string()),
            UnreadCode::NotCode => Reason::NotCode,
            UnreadCode::NoName => Reason::Filename(WrongName::Impossible),
        })?;
        let version = series.version;
        let found = self.compilers.get(version);
        let releases =
            found.as_ref().as_ref().map_err(|error| Reason::NoEngine { version, error: error.clone() })?;
        // A legacy name does not contain the level; an importer loads the pyc at any level. Several
        // levels may give the same code.
        let mut levels = levels(self.parsed.as_ref()).to_vec();
        let is_tagged = levels.len() == 1;
        let expected = if is_tagged { levels.first().copied() } else { self.declared };
        levels.sort_by_key(|level| Some(*level) != expected);
        let search = CodeSearch::new(&code, self.place, self.is_file, self.references, self.wanted);
        let source = source.name.clone();
        match search.run(&levels, releases, opened) {
            Ok(CodeFit { level, .. })
                if let Some(expected) = expected.filter(|expected| *expected != level) =>
            {
                Err(Reason::Level { source, level, expected })
            }
            Ok(CodeFit { wrong_name: Some(wrong), .. }) => Err(Reason::Filename(wrong)),
            Ok(CodeFit { releases, level, .. }) => Ok(Fit {
                version,
                engines: releases.into_iter().map(|(at, _)| at).collect(),
                level: Some(level).filter(|level| !is_tagged && *level > 0),
            }),
            Err(miss) => Err(match miss {
                Miss::Form(forms) => Reason::OtherForm { source, forms },
                Miss::Filename(wrong) => Reason::Filename(wrong),
                Miss::Level(level) => {
                    Reason::CodeOfLevel { source, level, expected: expected.unwrap_or_default() }
                }
                Miss::Code(mut other) => {
                    let tried = std::mem::take(&mut other.tried);
                    Reason::Code { source, first: within_module(self.pyc, other, pyc).map(Box::new), tried }
                }
                Miss::Compile(error) => {
                    Reason::Compile { source, error: error.rendered.trim_end().to_owned() }
                }
                Miss::Malformed(error) => Reason::Malformed(error.to_string()),
            }),
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
    is_wrong.then(|| WrongTag { tag: tag.clone(), magic: header.magic(), found, is_right: None })
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
