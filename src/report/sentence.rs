//! Reasons of findings as sentences.

use crate::audit::{Finding, FindingKind, Form, ManifestFault, OtherFile, PycField, Reason, RecordFault};
use crate::build::env::EnvFinding;
use crate::text::bytes;

/// Returns the sentence of a finding of `verify`, without a period.
pub(super) fn sentence(finding: &Finding) -> String {
    let sentence = of(&finding.reason);
    match finding.pycs {
        Some(pycs) => format!("{pycs} pycs, of which this is the first: {sentence}"),
        None => sentence,
    }
}

/// Returns the sentence for a reason.
pub(super) fn of(reason: &Reason) -> String {
    match reason {
        Reason::Unreadable(error) | Reason::BadHeader(error) | Reason::Wheel(error) => error.clone(),
        Reason::Tag(wrong) => wrong.to_string(),
        Reason::OtherHeader { field, source, code } => beside_header(*field, source, code.as_deref()),
        Reason::UnknownMagic(magic) => format!("magic number {magic} is of no version that is known"),
        Reason::NoEngine { version, error } => format!("no engine compiles for Python {version}: {error}"),
        Reason::FreeThreaded => "not checked: the native compiler knows no free-threaded builds".to_owned(),
        Reason::NoImporter => "no importer knows this name, so that it has no source".to_owned(),
        Reason::BelowPrefix => {
            "it is named as below PYTHONPYCACHEPREFIX, and its source is not here: `--sources DIR` names the \
                                directory that PATH mirrors"
                .to_owned()
        }
        Reason::NoSource(error) => format!("its source cannot be read: {error}"),
        Reason::OtherSource => "it is not the source that --sources has".to_owned(),
        Reason::Untrusted => "--sources does not have it".to_owned(),
        Reason::LinkedSources(folder) => {
            let folder = if folder.is_empty() { "PATH itself" } else { folder };
            format!("it is a symlink to the sources in {folder}, and --sources does not have the symlink")
        }
        Reason::Malformed(error) => format!("its code cannot be read: {error}"),
        Reason::NotCode => "its content is not a code object".to_owned(),
        Reason::Compile { source, error } => format!("{source} does not compile: {error}"),
        Reason::Code { source, first: Some(first) } => {
            format!("its code is not that of {source}: at {first}")
        }
        Reason::Code { source, first: None } => format!("its code is not that of {source}"),
        Reason::CodeOfLevel { source, level, expected } => format!(
            "its code is not that of {source} at optimization level {expected}, which its name says, but at level {level}"
        ),
        Reason::OtherForm { form, .. } => {
            let what = match form {
                Form::References => {
                    "it marks other references, as a process that compiled other files before does"
                }
                Form::OlderMarshal => {
                    "it is in an older format of marshal than the one that this Python writes"
                }
                Form::SetOrder => {
                    "members of its sets are in another order, which depends on the process that wrote it"
                }
                Form::NoColumns => "it was compiled without columns (-X no_debug_ranges)",
            };
            format!("its code is that of its source, in another form: {what}")
        }
        Reason::Level { source, level, expected } => format!(
            "its code is that of {source} at optimization level {level}, and importers of this name expect level {expected}"
        ),
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
        Reason::Archive(error) => format!("the archive is not looked into: {error}"),
        Reason::Depth => format!(
            "the archive is not looked into: archives are nested more than {} deep",
            crate::archive::DEPTH
        ),
        Reason::Budget => {
            "the archive is not looked into: the archives that it lies in unpack to too much".to_owned()
        }
        Reason::Manifest(listing) => of_manifest(listing),
        Reason::Record(recorded) => of_record(recorded),
    }
}

fn beside_header(field: PycField, source: &str, code: Option<&Reason>) -> String {
    let header = match field {
        PycField::Hash | PycField::Size => {
            format!("the {} in its header is another source's", field.name())
        }
        PycField::Time => "the time in its header is not that of its source".to_owned(),
    };
    match code {
        None => format!("{header}; its code is that of its source"),
        Some(Reason::Code { first, .. }) => {
            let place = first.as_ref().map_or(String::new(), |first| format!(": at {first}"));
            format!("{header}, and its code differs from that of {source}{place}")
        }
        Some(form @ Reason::OtherForm { .. }) => format!("{header}; {}", of(form)),
        Some(unknown @ (Reason::UnknownMagic(_) | Reason::NoEngine { .. } | Reason::FreeThreaded)) => {
            format!("{header}; its code is not checked: {}", of(unknown))
        }
        Some(reason) => format!("{header}, and {}", of(reason)),
    }
}

fn of_manifest(listing: &ManifestFault) -> String {
    let other = "it is not the file that the manifest lists";
    match listing {
        ManifestFault::Unreadable(error) => format!("the manifest lists it: {error}"),
        ManifestFault::Unlisted => "the manifest does not list it".to_owned(),
        ManifestFault::SourceElsewhere(path) => {
            format!("the manifest says that its source is {path}, which it is not")
        }
        ManifestFault::OtherSource(pyc) => format!("it is not the source that the manifest lists for {pyc}"),
        ManifestFault::OtherRelease { said, found } => {
            format!("the manifest lists the bytes of CPython {said}, and these are those of {found}")
        }
        ManifestFault::SourceUnlisted(path) => {
            format!("the manifest lists no source for it, and there is {path}")
        }
        ManifestFault::SourceGone(path) => format!("the manifest lists its source {path}, which is not here"),
        ManifestFault::OtherFile(OtherFile::Code) => format!("{other}: its code is another"),
        ManifestFault::OtherFile(OtherFile::CodeOfSource) => {
            format!("{other}: its code is another, though its source is the listed one")
        }
        ManifestFault::OtherFile(OtherFile::Name { is, said }) => {
            format!("{other}: its code records the file name {is:?} instead of {said:?}")
        }
        ManifestFault::OtherFile(OtherFile::Fact { what, is, said }) => {
            format!("{other}: the code is the same, and its {what} is {is} instead of {said}")
        }
        ManifestFault::OtherFile(OtherFile::Header) => {
            format!("{other}: the code is the same, and its header is another")
        }
        ManifestFault::Wrong(facts) => format!("the manifest is wrong about it: {}", facts.join(", ")),
        ManifestFault::ArchiveElsewhere(path) => {
            format!("it is the archive that the manifest lists as {path}")
        }
        ManifestFault::OtherArchive => "it is not the archive that the manifest lists".to_owned(),
        ManifestFault::PycsUnlisted => "it has pycs, and the manifest does not list it".to_owned(),
        ManifestFault::ArchiveUnlisted => "the manifest does not list this archive".to_owned(),
        ManifestFault::Gone => gone("the manifest"),
    }
}

fn of_record(recorded: &RecordFault) -> String {
    match recorded {
        RecordFault::Fault(error) => error.clone(),
        RecordFault::Gone { record } => gone(record),
        RecordFault::Row { record, differs: None } => {
            format!("it is not the file that {record} lists: its digest differs")
        }
        RecordFault::Row { record, differs: Some((found, said)) } => {
            format!("it is not the file that {record} lists: {} instead of {said}", bytes(*found))
        }
        RecordFault::NoRecord => {
            "it does not exist, and installers write one for each distribution in a virtual \
                                  environment: nothing says which files are the distribution's"
                .to_owned()
        }
        RecordFault::NoDigest { record } => no_digest(record),
        RecordFault::Rows(1) => "one more row of RECORD files is wrong about it".to_owned(),
        RecordFault::Rows(more) => format!("{more} more rows of RECORD files are wrong about it"),
        RecordFault::Link => "Python can import modules through it, and no RECORD lists them".to_owned(),
        RecordFault::Module => format!("Python can import it, and {UNLISTED}"),
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
/// are its own.
pub(super) fn of_env(finding: &EnvFinding) -> (&'static str, String) {
    let (kind, sentence) = match finding {
        EnvFinding::Missing => ("missing", "it does not exist: its source is not compiled"),
        EnvFinding::OtherMode => {
            ("other-mode", "it is valid, in another invalidation mode than the one that is asked for")
        }
        EnvFinding::Stale => {
            (FindingKind::Header.name(), "its header is not the one that `env` writes for its source")
        }
        EnvFinding::Wrong => (FindingKind::Code.name(), "its code is not what `env` compiles its source to"),
        EnvFinding::OtherBytes => (
            "other-bytes",
            "its code is that of its source, but `env` writes other bytes: the recorded file name, the release of \
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
    format!("{record} lists it without its digest")
}

/// Returns the sentence of a file that `list` lists and that does not exist.
fn gone(list: &str) -> String {
    format!("{list} lists it, and it does not exist")
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&sentence(self))
    }
}
