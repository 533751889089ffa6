//! `pycompile verify`.

use super::format::{FormatArgs, MessageFormat};
use super::printer::Printer;
use super::{CommandError, Status, annotation, environment, interrupt};
use crate::audit::{Finding, Kind, ReleaseFound, Request, verify};
use crate::build::{EngineOptions, Refs};
use crate::manifest::{Place, parse};
use crate::project::{LARGEST, read_named};
use crate::text::{Shown as _, counted, python, visible, visible_lines};
use std::path::{Path, PathBuf};

/// Checks that every pyc comes from its source: compiles each source again in memory, for the pyc's version and level, and
/// compares the code.
///
/// A pyc whose source is missing, whose header lies, that cannot be parsed or for whose version nothing compiles is a
/// finding. UNCHECKED_HASH pycs are compiled like all others. Archives in PATH are looked into, three deep; bytecode under
/// other names and symlinks and `.pth` files that lead out of PATH to bytecode are reported. RECORDs are checked too, and
/// everything for which `pack` or installers would refuse a wheel.
///
///
/// Example: pycompile verify dist/demo-1.0-cp314-none-any.whl --sources src --message-format github
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// A directory, wheel, zip, pyc or installed environment.
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The sources that the pycs must come from: a directory, wheel or zip, in place of the sources next to the pycs. A
    /// source in PATH that it does not have, or has with other bytes, is a finding.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// Check PATH against this manifest as well.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Verdict on code that is the same but marks other references or has sets in another order, as a process that
    /// compiles many files writes.
    #[arg(long, value_enum, default_value_t = References::Exact)]
    references: References,
    /// An interpreter for pycs of its version (repeatable).
    #[arg(long, value_name = "PATH")]
    interpreter: Vec<PathBuf>,
    /// Files compiled at the same time; without it, one for each processor.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum References {
    /// It is a finding.
    Exact,
    /// It passes.
    Any,
}

pub(super) fn run(arguments: &VerifyArgs, printer: &Printer) -> Result<Status, CommandError> {
    let place = Place::open(&arguments.path)?;
    let sources = arguments.sources.as_deref().map(Place::open).transpose()?;
    let manifest = match &arguments.manifest {
        Some(path) => {
            let text = interrupt::waiting(|| read_named(path, LARGEST))
                .map_err(|error| CommandError::Usage(format!("cannot read {}: {error}", path.shown())))?;
            Some(parse(path, &text)?)
        }
        None => None,
    };
    let places = environment::places();
    let request = Request {
        sources: sources.as_ref(),
        manifest: manifest.as_ref(),
        any_references: arguments.references == References::Any,
        engines: EngineOptions::automatic(
            &arguments.interpreter,
            &places,
            interrupt::limits(),
            Refs::Cpython,
        ),
    };
    let progress = printer.progress(place.names().len() as u64);
    let verified = verify(&place, &request, usize::from(arguments.jobs.unwrap_or(0)), &progress);
    progress.finish();
    let verified = verified?;
    for engine in &verified.engines {
        printer.detail(engine);
    }
    for finding in &verified.findings {
        tell(finding, &place, arguments.format.get(), printer)?;
    }
    if verified.pycs == 0
        && verified.wheels == 0
        && verified.findings.is_empty()
        && manifest.as_ref().is_none_or(|manifest| manifest.files.is_empty())
    {
        return Err(CommandError::Usage(format!("no pyc in {}: nothing to verify", arguments.path.shown())));
    }
    printer.count("pycs", verified.pycs);
    printer.count("verified", verified.passed);
    printer.count("findings", verified.findings.len());
    printer.count("not_reached", verified.missing);
    let none = if verified.pycs == 0 { "0 pycs, " } else { "" };
    let findings = counted(verified.findings.len(), "finding", "findings");
    printer.summary(&format!("{none}{} verified, {findings}", verified.passed));
    for found in &verified.releases {
        if arguments.format.get() == MessageFormat::Json {
            printer.data(&serde_json::to_string(found).map_err(std::io::Error::from)?)?;
        }
    }
    for line in releases(&verified.releases, &place) {
        printer.summary(&line);
    }
    if verified.missing > 0 {
        return Err(CommandError::Usage(format!(
            "interrupted: {} not reached",
            counted(verified.missing, "pyc was", "pycs were")
        )));
    }
    Ok(if verified.findings.is_empty() { Status::Done } else { Status::No })
}

/// The releases whose bytes were found, for each version the one that wrote most of it first.
fn releases(found: &[ReleaseFound], place: &Place) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, release) in found.iter().enumerate() {
        let of_version = |other: &&ReleaseFound| other.python == release.python;
        let pycs = counted(release.pycs, "pyc", "pycs");
        lines.push(match (&release.first, found[..at].iter().find(of_version)) {
            (Some(first), Some(main)) => format!(
                "bytes of CPython {}, which {} does not write: {pycs}, the first is {}",
                release.release,
                main.release,
                visible(&shown(first, place))
            ),
            _ if found.iter().filter(of_version).count() > 1 => {
                format!("bytes of CPython {}: {pycs}", release.release)
            }
            _ => format!("bytes of CPython {}", release.release),
        });
    }
    lines
}

/// A path within a place, as the user sees it.
fn shown(path: &str, place: &Place) -> String {
    match place {
        Place::Tree(root, _) if root != Path::new(".") => python::os_text(root.join(path).as_os_str()),
        Place::Archive(archive) => format!("{}: {path}", python::os_text(archive.path.as_os_str())),
        _ => path.to_owned(),
    }
}

fn tell(
    finding: &Finding,
    place: &Place,
    format: MessageFormat,
    printer: &Printer,
) -> Result<(), CommandError> {
    let shown = shown(&finding.path, place);
    match format {
        MessageFormat::Human => {
            // What is verified may be somebody's who would like to be told otherwise: only CPython's words have lines.
            let message = match finding.kind {
                Kind::Compile => visible_lines(&finding.message).into_owned(),
                _ => visible(&finding.message).into_owned(),
            };
            printer.finding(&format!("{}: {}: {message}", visible(&shown), finding.kind.name()))?;
        }
        MessageFormat::Json => {
            printer.json(finding)?;
        }
        MessageFormat::Github => {
            let title = finding.kind.name();
            printer.annotation(&annotation::error(&shown, (None, None), title, &finding.message))?;
        }
    }
    Ok(())
}
