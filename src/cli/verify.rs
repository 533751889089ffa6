//! `pycompile verify`.

use super::error::{CommandError, Status};
use super::globs::{file_patterns, note_unused};
use super::limits::{FindingLimitArgs, JobsArgs, LimitArgs};
use super::options::{AuditFormatArgs, MessageFormat, OwnEngineArgs, check_engine};
use super::own_interpreter::OwnInterpreters;
use super::printer::Printer;
use super::{environment, findings, hint, interrupt, own_interpreter};
use crate::audit::{
    Finding, FindingKind, Reason, References, Request, Verified, VerifyError, find_only, gathered, verify,
};
use crate::build::env::VirtualEnvironment;
use crate::build::env::own::outside;
use crate::engine::{EngineOptions, Refs};
use crate::input::Place;
use crate::manifest::{Shard, parse};
use crate::project::FilePatterns;
use crate::report::finding;
use crate::text::{Shown as _, counted};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Check that every pyc comes from its source: compile each source again in memory, for the version
/// and optimization level of the pyc, and compare the code.
///
/// A pyc is reported if its source is missing, its header is wrong, it cannot be parsed, or no
/// engine supports its version. UNCHECKED_HASH pycs are compiled like all others. Archives in PATH,
/// nested up to three levels deep, are searched. Bytecode under other names, and symlinks and
/// `.pth` files that lead out of PATH to bytecode, are reported. RECORDs are checked, as is
/// everything for which
/// `pack` or installers would refuse a wheel. Modules in `site-packages` that no RECORD lists are
/// reported.
///
/// Example: pycompile verify dist/demo-1.0-cp314-none-any.whl --sources src --message-format github
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// Directories, wheels, zips, packages, tar archives, container images, pycs or installed
    /// environments.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Directory, wheel or zip with the sources that the pycs must come from, instead of those next
    /// to them.
    ///
    /// A source in PATH that is missing there or differs from it is reported.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// Also check PATH against this manifest: its pycs, or the archives that it lists.
    ///
    /// PATH may be a subdirectory of the tree that the manifest describes, or a directory that
    /// contains that tree.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Leave out findings for files that match this pattern, and list them separately (repeatable).
    ///
    /// A pattern is relative to PATH, or to the site-packages in PATH, and `*` also matches `/`. A
    /// pyc is left out with its source. A file in an archive is named by the archive's name, a `!`
    /// and its own name.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Check only this distribution of an environment, by its RECORD, or only its wheels.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Check only shard K of N of the files and archives in PATH, for N machines to share the work.
    ///
    /// Each file is in one shard. Findings about PATH as a whole, such as symlinks, are reported by
    /// shard 1.
    #[arg(long, value_name = "K/N", conflicts_with_all = ["manifest", "only"])]
    shard: Option<Shard>,
    /// Treatment of code that differs only in form (`other-form`).
    ///
    /// Code differs in form if only its reference flags, interned strings or the order of sets
    /// differ, which depend on what the process compiled before, or if it has no columns.
    #[arg(long, value_enum, default_value_t = References::Exact)]
    references: References,
    #[command(flatten)]
    engines: OwnEngineArgs,
    #[command(flatten)]
    limit: FindingLimitArgs,
    #[command(flatten)]
    jobs: JobsArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    pub(super) format: AuditFormatArgs,
}

pub(super) fn run(arguments: &VerifyArgs, printer: &Printer) -> Result<Status, CommandError> {
    let OwnEngineArgs { engine, interpreter } = &arguments.engines;
    check_engine(*engine, interpreter)?;
    let places = open(arguments)?;
    let exclude = file_patterns(&arguments.exclude)?;
    let sources = arguments.sources.as_deref().map(Place::open).transpose()?;
    let manifest = match &arguments.manifest {
        Some(path) => Some(parse(path, &interrupt::read_named_file(path)?)?),
        None => None,
    };
    if let Some(other) = places.iter().find_map(of_no_format) {
        return Err(other);
    }
    let around = |place| Some((place, VirtualEnvironment::around(Place::disk_path(place)?)?));
    let environments: Vec<(&Place, VirtualEnvironment)> = places.iter().filter_map(around).collect();
    let prefixes: Vec<PathBuf> =
        environments.iter().map(|(_, environment)| environment.prefix.clone()).collect();
    let installations = outside(&prefixes, environment::places());
    let limits = arguments.limits.get();
    let mut engines = EngineOptions::automatic(interpreter, &installations, limits, Refs::Cpython);
    engines.choice = *engine;
    own_interpreter::add(&environments, &mut engines, sources.is_some(), printer);
    let directory = environment::entered_directory();
    let request = Request {
        sources: sources.as_ref(),
        directory: directory.as_deref(),
        manifest: manifest.as_ref(),
        only: arguments.only.as_deref(),
        settled: None,
        shard: arguments.shard,
        exclude,
        created_with: environments.iter().filter_map(|(_, environment)| environment.release).collect(),
        references: arguments.references,
        engines,
    };
    let files = places.iter().map(|place| place.names().len()).sum();
    let mut verified =
        printer.working(files, arguments.jobs.get(), |workers| verify(&places, &request, workers))?;
    verified.findings = gathered(verified.findings);
    findings::print_notes(&verified.notes, printer)?;
    let mut own_interpreters = OwnInterpreters::default();
    if interpreter.is_empty() {
        let trees: Vec<PathBuf> = arguments.paths.iter().chain(&prefixes).cloned().collect();
        own_interpreters = OwnInterpreters::of(&verified, &trees, &installations);
    }
    own_interpreters.print(printer)?;
    verified.notes.extend(own_interpreters.notes());
    print(&verified, &own_interpreters, (arguments, &request), &places, printer)
}

/// Prints the result for people and programs, and returns it as an exit status.
fn print(
    verified: &Verified,
    own_interpreters: &OwnInterpreters,
    (arguments, request): (&VerifyArgs, &Request<'_>),
    places: &[Place],
    printer: &Printer,
) -> Result<Status, CommandError> {
    let unlisted = verified.unlisted.iter().map(|(place, path)| finding::shown(path, *place, places));
    findings::print_unlisted(&unlisted.collect::<Vec<_>>(), printer);
    for engine in &verified.engines {
        printer.detail(engine);
    }
    note_unused(&arguments.exclude, &used_patterns(&request.exclude, places, verified), printer);
    let texts = |findings: &[Finding]| findings::texts(findings, places, printer);
    findings::print_excluded(&texts(&verified.excluded), printer)?;
    findings::print(&texts(&verified.findings), arguments.limit.get(), printer)?;
    // The first shard answers for all of them.
    let answers = arguments.shard.is_none_or(|shard| shard.is_first() && !verified.elsewhere);
    if answers && is_empty(verified) && request.manifest.is_none_or(|manifest| manifest.files.is_empty()) {
        let paths: Vec<String> = arguments.paths.iter().map(|path| path.shown()).collect();
        let message = format!("no pyc in {}: nothing to verify", paths.join(", "));
        return Err(CommandError::Usage(message));
    }
    let status = match (verified.pycs.not_reached, verified.findings.is_empty()) {
        (0, true) => Status::Done,
        (0, false) => Status::No,
        _ => Status::Trouble,
    };
    if printer.format == MessageFormat::Sarif {
        findings::print_sarif(verified, places, status as u8, printer)?;
    }
    findings::count_pycs(&verified.pycs, printer);
    printer.count("findings", verified.findings.len());
    let counts = finding::counts(&verified.pycs, verified.findings.len());
    printer.summary(&format!("{counts}{}", own_interpreters.sentence()));
    print_hints(&verified.findings, request.sources.is_some(), printer);
    if verified.outside > 0 {
        let pycs = counted(verified.outside, "more pyc", "more pycs");
        printer.summary(&format!("the manifest lists {pycs}, outside of PATH"));
    }
    if printer.is_json() {
        for found in &verified.releases {
            printer.data(&serde_json::to_string(found).map_err(std::io::Error::from)?)?;
        }
    }
    for line in finding::releases(&verified.releases, places) {
        printer.summary(&line);
    }
    if verified.pycs.not_reached > 0 {
        return Err(findings::interrupted(&verified.pycs));
    }
    Ok(status)
}

/// Opens the paths.
fn open(arguments: &VerifyArgs) -> Result<Vec<Place>, CommandError> {
    let mut places = Vec::new();
    for path in &arguments.paths {
        places.push(Place::open(path)?);
    }
    if let Some(name) = &arguments.only {
        find_only(&places, name).map_err(VerifyError::from)?;
    }
    Ok(places)
}

/// Returns whether the paths had nothing to verify.
const fn is_empty(verified: &Verified) -> bool {
    verified.pycs.all == 0
        && verified.archives == 0
        && verified.findings.is_empty()
        && verified.excluded.is_empty()
}

/// Prints the options that help with the findings.
fn print_hints(findings: &[Finding], has_sources: bool, printer: &Printer) {
    if findings.iter().any(|finding| finding.kind() == FindingKind::OtherForm) {
        printer.summary("hint: `--references any` accepts the same code in another form");
    }
    let lacks_source =
        |finding: &Finding| matches!(finding.reason, Reason::NoSource(_) | Reason::SourceMissing(_));
    if !has_sources && findings.iter().any(lacks_source) {
        printer.summary("hint: `--sources DIR` names another directory, wheel or zip that has the sources");
    }
    if findings.iter().any(findings::is_of_path_file) {
        printer.summary(&hint::of_path_files(true));
    }
}

/// Returns the error for a single file that is in none of the formats.
fn of_no_format(place: &Place) -> Option<CommandError> {
    let Place::File(path) = place else { return None };
    let is_called = |end: &str| path.extension().is_some_and(|found| found == end);
    // A damaged pyc is a finding.
    let is_other = place.carrier(&place.names().concat()).is_ok_and(|carrier| carrier.magic.is_none());
    if is_called("pyc") || !is_other {
        return None;
    }
    let path = path.shown();
    Some(CommandError::Usage(match is_called("py") {
        true => format!("{path} is a source\nhint: name its pyc, or the directory that it is in"),
        false => format!(
            "{path} is not a pyc, wheel, zip, package, tar archive or container image\nhint: name one, or a directory"
        ),
    }))
}

/// Returns the indices of the patterns that match a file of a place, or of an archive in it.
fn used_patterns(patterns: &FilePatterns, places: &[Place], verified: &Verified) -> BTreeSet<usize> {
    let names = places.iter().flat_map(Place::names);
    let in_archives = verified.excluded.iter().map(|finding| finding.path.clone());
    names.chain(in_archives).flat_map(|name| patterns.matching(&name)).collect()
}
