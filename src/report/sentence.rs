//! Reasons of findings as sentences.

use crate::audit::only_tried;
use crate::audit::{
    CodePlace, Finding, FindingKind, ManifestFault, OtherFile, PycField, Reason, RecordFault,
};
use crate::build::env::EnvFinding;
use crate::diff::{Form, differ};
use crate::pyc::parse_name;
use crate::text::bytes;

/// Files that a sentence is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FindingSubject {
    /// One file: its source, the location in its code and its size are named.
    One,
    /// All files with the finding.
    All,
}

impl FindingSubject {
    /// Returns the name of a source.
    fn source(self, name: &str) -> &str {
        if self == Self::One { name } else { "its source" }
    }
}

/// Returns the sentence of a finding of `verify`, without a period.
pub(super) fn sentence(finding: &Finding) -> String {
    let sentence = of(&finding.reason, FindingSubject::One);
    match finding.pycs {
        Some(pycs) => format!("the first of {pycs} pycs: {sentence}"),
        None => sentence,
    }
}

/// Returns the sentence that is the same for all files with the same finding: it names neither the
/// file nor a location in it.
pub(super) fn common(finding: &Finding) -> String {
    let mut sentence = of(&finding.reason, FindingSubject::All);
    let path = finding.path.rsplit('!').next().unwrap_or_default();
    let source = parse_name(path).map(|parsed| parsed.source);
    for name in source.iter().map(String::as_str).chain([path]) {
        // A RECORD names a file by the end of its path.
        let ends = name.match_indices('/').map(|(at, _)| &name[at + 1..]);
        if let Some(named) =
            std::iter::once(name).chain(ends).find(|end| !end.is_empty() && sentence.contains(end))
        {
            sentence = sentence.replace(named, "…");
        }
    }
    sentence
}

/// Returns the sentence for a reason.
fn of(reason: &Reason, about: FindingSubject) -> String {
    match reason {
        Reason::Unreadable(error) | Reason::BadHeader(error) | Reason::Wheel(error) => error.clone(),
        Reason::Tag(wrong) => wrong.to_string(),
        Reason::Exchanged { of: other, reason } => {
            let of_other = format!("it is the pyc of {}", if about == FindingSubject::One { other } else { "another source" });
            format!("{of_other}: {}", of(reason, about))
        }
        Reason::OtherHeader { field, source, code } => {
            beside_header(*field, about.source(source), code.as_deref(), about)
        }
        Reason::UnknownMagic(magic) => format!("no known version of Python has the magic number {magic}"),
        Reason::NoEngine { version, error } => format!("no engine compiles for Python {version}: {error}"),
        Reason::FreeThreaded => {
            "it was not checked, because the native compiler does not support free-threaded builds".to_owned()
        }
        Reason::NoImporter => "no importer recognizes its name, so that no source belongs to it".to_owned(),
        Reason::BelowPrefix => {
            "its name is that of a pyc below PYTHONPYCACHEPREFIX, and its source is not in PATH: `--sources DIR` names the \
             directory that PATH mirrors"
                .to_owned()
        }
        Reason::SourceMissing(_) if about == FindingSubject::All => "its source does not exist".to_owned(),
        Reason::SourceMissing(source) => format!("its source {source} does not exist"),
        Reason::NoSource(error) => format!("its source cannot be read: {error}"),
        Reason::OtherSource => "it differs from the source in --sources".to_owned(),
        Reason::Untrusted => "it does not exist in --sources".to_owned(),
        Reason::LinkedSources(folder) => {
            let folder = if folder.is_empty() { "PATH itself" } else { folder };
            format!("it is a symlink to the sources in {folder}, which does not exist in --sources")
        }
        Reason::Malformed(error) => format!("its code cannot be read: {error}"),
        Reason::NotCode => "its content is not a code object".to_owned(),
        Reason::Compile { source, error } => format!("{} does not compile: {error}", about.source(source)),
        Reason::Code { source, first, tried } => {
            let place = place(first.as_deref(), about);
            format!("its code is not that of {}{place}{}", about.source(source), only_tried(tried))
        }
        Reason::CodeOfLevel { source, level, expected } => format!(
            "its code is that of {} at optimization level {level}, but its name says level {expected}",
            about.source(source)
        ),
        Reason::OtherForm { forms, .. } => {
            format!("its code is that of its source in another form: {}", of_forms(forms))
        }
        Reason::Level { source, level, expected } => format!(
            "its code is that of {} at optimization level {level}, but a pyc with this name should have level {expected}",
            about.source(source)
        ),
        Reason::Filename(_) if about == FindingSubject::All => "it records another file name than its own".to_owned(),
        Reason::Filename(wrong) => wrong.to_string(),
        Reason::Disguised { magic, version } => {
            let version = match version {
                Some(version) => format!("Python {version}"),
                None => format!("an unknown Python, with the magic number {magic},"),
            };
            format!(
                "it is bytecode of {version} under a name that determines no source: `python FILE` runs it, and there is \
                 no source to check it against"
            )
        }
        Reason::Archive(error) => format!("the archive was not opened: {error}"),
        Reason::Depth => format!(
            "the archive was not opened: archives are nested more than {} levels deep",
            crate::archive::DEPTH
        ),
        Reason::Budget => {
            "the archive was not opened: the archives that contain it unpack to too much data".to_owned()
        }
        Reason::Manifest(listing) => of_manifest(listing, about),
        Reason::Record(recorded) => of_record(recorded, about),
    }
}

/// Returns the first location at which code differs, as the end of a sentence.
fn place(first: Option<&CodePlace>, about: FindingSubject) -> String {
    match (first, about) {
        (None, _) => String::new(),
        (Some(first), FindingSubject::One) => format!(": {first}"),
        (Some(first), FindingSubject::All) => format!(": {}", first.of_pyc()),
    }
}

/// Returns the clause about differences of form.
fn of_forms(forms: &[Form]) -> String {
    let words: Vec<&str> =
        forms.iter().filter(|form| **form != Form::NoColumns).map(|form| form.words()).collect();
    let columns =
        forms.contains(&Form::NoColumns).then(|| "it has no column numbers (-X no_debug_ranges)".to_owned());
    let parts = (!words.is_empty()).then(|| differ(&words));
    columns.into_iter().chain(parts).collect::<Vec<_>>().join("; ")
}

fn beside_header(field: PycField, source: &str, code: Option<&Reason>, about: FindingSubject) -> String {
    let header = format!("the source {} in its header is not that of {source}", field.name());
    match code {
        None => format!("{header}, but its code is"),
        Some(Reason::Code { first, .. }) => {
            format!("{header}, and neither is its code{}", place(first.as_deref(), about))
        }
        Some(unknown @ (Reason::UnknownMagic(_) | Reason::NoEngine { .. } | Reason::FreeThreaded)) => {
            format!("{header}; its code was not checked: {}", of(unknown, about))
        }
        Some(reason) => format!("{header}; {}", of(reason, about)),
    }
}

fn of_manifest(listing: &ManifestFault, about: FindingSubject) -> String {
    match listing {
        ManifestFault::Unreadable(error) => format!("the manifest lists it, but {error}"),
        ManifestFault::Unlisted => "the manifest does not list it".to_owned(),
        ManifestFault::SourceElsewhere(_) if about == FindingSubject::All => {
            "the manifest names another source for it".to_owned()
        }
        ManifestFault::SourceElsewhere(path) => format!("the manifest names another source for it: {path}"),
        ManifestFault::OtherSource(_) if about == FindingSubject::All => {
            "it differs from the source that the manifest lists".to_owned()
        }
        ManifestFault::OtherSource(pyc) => {
            format!("it differs from the source that the manifest lists for {pyc}")
        }
        ManifestFault::OtherRelease { said, found } => {
            format!("the manifest names CPython {said}, but the pycs are those of CPython {found}")
        }
        ManifestFault::SourceUnlisted(path) => {
            format!("the manifest lists no source for it, but {} exists", about.source(path))
        }
        ManifestFault::SourceGone(_) if about == FindingSubject::All => {
            "the manifest lists its source, but that does not exist".to_owned()
        }
        ManifestFault::SourceGone(path) => {
            format!("the manifest lists {path} as its source, which does not exist")
        }
        ManifestFault::OtherFile(other) => {
            format!("it differs from the pyc that the manifest lists: {}", of_other_file(other, about))
        }
        ManifestFault::Wrong(facts) => {
            format!("the manifest has its digest, but other facts about it: {}", facts.join(", "))
        }
        ManifestFault::ArchiveElsewhere(path) => format!("the manifest lists this archive as {path}"),
        ManifestFault::OtherArchive => "it differs from the archive that the manifest lists".to_owned(),
        ManifestFault::PycsUnlisted => "it contains pycs, but the manifest does not list it".to_owned(),
        ManifestFault::ArchiveUnlisted => "the manifest does not list this archive".to_owned(),
        ManifestFault::Gone => gone("the manifest"),
    }
}

/// Returns the clause about a pyc and the listed pyc.
fn of_other_file(other: &OtherFile, about: FindingSubject) -> String {
    match other {
        OtherFile::Code => "the digest of its code differs".to_owned(),
        OtherFile::CodeOfSource => "its code differs, although the source is the listed one".to_owned(),
        OtherFile::UnknownCode => {
            "its code is that of the listed source, and no known release compiles this source to the listed code, which \
             may be the same code in another form"
                .to_owned()
        }
        OtherFile::Form(forms) if forms.is_empty() => "it has the same code in another form".to_owned(),
        OtherFile::Form(forms) => format!("it has the same code in another form: {}", of_forms(forms)),
        OtherFile::Release { is, said } => {
            format!("its code was compiled by CPython {is}, and the listed code by CPython {said}")
        }
        OtherFile::Level { is, said } => {
            format!("its code was compiled at optimization level {is}, and the listed code at level {said}")
        }
        OtherFile::Version { is, said } => format!("it is a pyc of Python {is} instead of {said}"),
        OtherFile::Name { is, said, also } => {
            let names = match about {
                FindingSubject::One => format!("its code records the file name {is:?} instead of {said:?}"),
                FindingSubject::All => "its code records another file name".to_owned(),
            };
            match also {
                Some(also) => format!("{names}; {}", of_other_file(also, about)),
                None => names,
            }
        }
        OtherFile::Fact { what, .. } if about == FindingSubject::All => {
            format!("the code is the same, but its {what} differs")
        }
        OtherFile::Fact { what, is, said } => {
            format!("the code is the same, but its {what} is {is} instead of {said}")
        }
        OtherFile::Header => "the code is the same, but its header differs".to_owned(),
    }
}

fn of_record(recorded: &RecordFault, about: FindingSubject) -> String {
    match recorded {
        RecordFault::Fault(error) => error.clone(),
        RecordFault::Gone { record } => gone(record),
        RecordFault::Row { record, .. } if about == FindingSubject::All => {
            format!("it is not the file that {record} lists")
        }
        RecordFault::Row { record, differs: None } => {
            format!("it is not the file that {record} lists: its digest differs")
        }
        RecordFault::Row { record, differs: Some((found, said)) } => {
            format!("it is not the file that {record} lists: it has {}, and not {said}", bytes(*found))
        }
        RecordFault::NoRecord => {
            "it does not exist, although installers write one for each distribution of a virtual environment: the \
             files of the distribution are unknown"
                .to_owned()
        }
        RecordFault::NoDigest { record } => no_digest(record),
        RecordFault::Rows(1) => "one more row of a RECORD does not match it".to_owned(),
        RecordFault::Rows(more) => format!("{more} more rows of RECORDs do not match it"),
        RecordFault::Link => "Python can import modules through it, and no RECORD lists them".to_owned(),
        RecordFault::Module => format!("Python can import it, and {UNLISTED}"),
        RecordFault::StartupCode => format!("Python reads it when it starts, and {UNLISTED}: it runs code"),
        RecordFault::Startup => format!("Python reads it when it starts, and {UNLISTED}"),
        RecordFault::StartupModule => format!("Python imports it when it starts, and {UNLISTED}"),
        RecordFault::PackagePaths => {
            format!("`pkgutil` adds its paths to those of a package, and {UNLISTED}")
        }
        RecordFault::Shadows { instead, record: None } => {
            format!("Python imports it instead of {instead}, and {UNLISTED}")
        }
        RecordFault::Shadows { instead, record: Some(record) } => {
            format!("Python imports it instead of {instead}, and another distribution lists it, in {record}")
        }
    }
}

/// Returns the kind and the sentence of a finding that only `env` has. Kinds that `verify` has too
/// keep its names.
pub(super) fn of_env(finding: &EnvFinding) -> (&'static str, String) {
    let (kind, sentence) = match finding {
        EnvFinding::Missing => ("missing", "it does not exist: its source has not been compiled"),
        EnvFinding::OtherMode => {
            ("other-mode", "it is valid, but its invalidation mode is not the requested one")
        }
        EnvFinding::Stale => {
            (FindingKind::Header.name(), "its header is not the one that `env` would write for its source")
        }
        EnvFinding::Wrong => (FindingKind::Code.name(), "its code is not what `env` compiles its source to"),
        EnvFinding::OtherBytes => (
            "other-bytes",
            "its code is that of its source, but `env` would write other bytes: the recorded file name, the release of \
             CPython or the form differs",
        ),
        EnvFinding::Unlisted => (FindingKind::Record.name(), UNLISTED),
        EnvFinding::NoDigest(record) => {
            return (FindingKind::Record.name(), no_digest(record));
        }
        EnvFinding::Gone(record) => return (FindingKind::Record.name(), gone(record)),
    };
    (kind, sentence.to_owned())
}

/// Sentence of a file that no RECORD lists.
const UNLISTED: &str = "no RECORD lists it";

/// Returns the sentence of a file that a RECORD lists without a digest.
fn no_digest(record: &str) -> String {
    format!("{record} lists it without a digest")
}

/// Returns the sentence of a file that `list` lists and that does not exist.
fn gone(list: &str) -> String {
    format!("{list} lists it, but it does not exist")
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&sentence(self))
    }
}
