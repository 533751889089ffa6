//! `pycompile diff`.

use super::destination::Destination;
use super::environment;
use super::error::{CommandError, Status};
use super::format::{print_artifacts, summary};
use super::globs::{globs, note_unused};
use super::limits::{JobsArgs, LimitArgs};
use super::number::at_least;
use super::options::{COMPILER, MessageFormat, OUTPUT, with_errors};
use super::printer::Printer;
use super::with_names::WithNames;
use crate::audit::{Explanation, explain, lacks_source};
use crate::build::{Artifact, ArtifactKind};
use crate::diff::{Comparison, DifferenceKind, FailOn, FileDifference, Side, SideError, compare};
use crate::engine::{EngineOptions, Refs};
use crate::input::Place;
use crate::report::difference;
use crate::text::{Shown as _, counted, numbers, visible_json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Number of lines that are printed for each file.
const LINES: usize = 100;

/// Compare two manifests, trees, archives, packages, images or pycs in any pairing, and explain
/// their differences.
///
/// Archives are wheels, zips and tar archives; packages are .deb and .rpm files; images are
/// container images.
///
/// If both sides, or --sources, have the source of a pyc that differs, it is compiled again, and
/// the cause is reported first: the source changed, another release compiled it, only the form
/// differs, or the pyc is not what its source compiles to, which is `unexplained`. The details
/// range from missing files, through headers and reference flags, to the constant, name,
/// instruction or line table entry.
///
/// Example: pycompile diff dist/ours.whl dist/theirs.whl --html difference.html
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status: 0 the same, 1 they differ, 2 could not compare.")]
pub(super) struct DiffArgs {
    /// Left side: a directory, wheel, zip, .deb, .rpm, tar archive, container image, pyc, or
    /// manifest (*.json).
    #[arg(value_name = "A")]
    left: PathBuf,
    /// Right side, of any of these kinds.
    #[arg(value_name = "B")]
    right: PathBuf,
    /// Format of standard output.
    ///
    /// `human` shows causes and both sides next to each other, `json` one document with a summary
    /// on one line, `github` one annotation per file.
    #[arg(long, value_enum, value_parser = with_errors(), default_value_t = MessageFormat::Human, value_name = "FORMAT", help_heading = OUTPUT)]
    message_format: MessageFormat,
    /// Print the document of --message-format json, indented and without the summary.
    #[arg(long, conflicts_with = "message_format", help_heading = OUTPUT)]
    json: bool,
    /// Also write the differences to this file as a self-contained HTML page.
    ///
    /// `-` writes the page to standard output in place of the text.
    #[arg(long, value_name = "FILE")]
    html: Option<Destination>,
    /// Also write the causes to this file as Markdown, for a pull request.
    ///
    /// `-` writes them to standard output in place of the text.
    #[arg(long, value_name = "FILE")]
    markdown: Option<Destination>,
    /// Directory, wheel or zip with the sources of pycs that have none next to them.
    ///
    /// Given twice, the first is for A and the second for B.
    #[arg(long, value_name = "DIR")]
    sources: Vec<PathBuf>,
    /// Name of A and B in the output.
    ///
    /// Given twice, the first is for A and the second for B. Single files are compared under this
    /// path, as those that git passes to a diff driver.
    #[arg(long, value_name = "NAME")]
    label: Vec<String>,
    /// Differences that set the exit status to 1.
    #[arg(long, value_enum, default_value_t = FailOn::Any, value_name = "WHICH")]
    fail_on: FailOn,
    /// Exclude files whose path matches this pattern; `*` also matches `/`.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Ignore findings of this kind, as --json names them: archive, header, line-table, …
    #[arg(long, value_name = "KIND", value_parser = kind)]
    ignore: Vec<DifferenceKind>,
    #[command(flatten)]
    text: WithNames<TextArgs>,
    /// Interpreter that compiles the sources of pycs of its version (repeatable).
    #[arg(long, value_name = "PATH", help_heading = COMPILER)]
    interpreter: Vec<PathBuf>,
    #[command(flatten)]
    jobs: JobsArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Options for the text for people.
#[derive(Debug, clap::Args)]
struct TextArgs {
    /// Also show differences that are explained by their cause.
    #[arg(long)]
    details: bool,
    /// Maximum number of lines to print per file, and of causes; 0 for no limit [default: 100].
    ///
    /// With `--details`, the default is 0. All files together have at most thirty times as
    /// many lines. Other formats and pages have their own limits.
    #[arg(long, value_name = "LINES")]
    limit: Option<usize>,
    /// Width of both sides together in columns [default: the width of the terminal].
    #[arg(long, value_name = "COLUMNS", value_parser = at_least(20_u16))]
    width: Option<u16>,
}

impl TextArgs {
    fn options(&self) -> difference::TextOptions {
        let default = if self.details { 0 } else { LINES };
        difference::TextOptions {
            width: self.width.map_or_else(environment::columns, usize::from),
            details: self.details,
            limit: Some(self.limit.unwrap_or(default)).filter(|limit| *limit > 0),
        }
    }
}

fn kind(text: &str) -> Result<DifferenceKind, String> {
    let name = |kind: &DifferenceKind| {
        serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned))
    };
    DifferenceKind::ALL.into_iter().find(|kind| name(kind).as_deref() == Some(text)).ok_or_else(|| {
        let names: Vec<String> = DifferenceKind::ALL.iter().filter_map(name).collect();
        format!("no such kind; the kinds are {}", names.join(", "))
    })
}

impl DiffArgs {
    /// Returns the message format of errors.
    pub(super) const fn format(&self) -> MessageFormat {
        self.message_format
    }

    /// Returns whether a file is written.
    pub(super) fn writes(&self) -> bool {
        self.pages().any(|page| page.file().is_some())
    }

    fn pages(&self) -> impl Iterator<Item = &Destination> {
        [&self.html, &self.markdown].into_iter().flatten()
    }
}

pub(super) fn run(arguments: &DiffArgs, printer: &Printer) -> Result<Status, CommandError> {
    let format = if arguments.json { MessageFormat::Json } else { arguments.message_format };
    check_pages(arguments, format)?;
    let comparison = compared(arguments, printer)?;
    if let Some(page) = &arguments.html {
        write_page(page, &difference::html(&comparison), printer)?;
    }
    if let Some(page) = &arguments.markdown {
        write_page(page, &difference::markdown(&comparison), printer)?;
    }
    let status = if comparison.fails(arguments.fail_on) { Status::No } else { Status::Done };
    let is_piped = arguments.pages().any(|page| page.file().is_none());
    if format != MessageFormat::Human || is_piped {
        for option in &arguments.text.names {
            printer.summary(&format!("note: {option} has no effect, since no text is printed"));
        }
    }
    if !(is_piped && format == MessageFormat::Human) {
        print(&comparison, (arguments, format), status, printer)?;
    }
    if format == MessageFormat::Human && !comparison.files.is_empty() {
        printer.summary(&format!("findings: {}", difference::kinds(&comparison)));
    }
    if comparison.outside > 0 {
        let pycs = counted(comparison.outside, "more pyc", "more pycs");
        printer.summary(&format!("the manifest lists {pycs} that the other side could not contain"));
    }
    // For equal sides, standard output has the same sentence already.
    if format != MessageFormat::Human || is_piped || !comparison.files.is_empty() {
        printer.summary(&difference::summary(&comparison));
    }
    if arguments.sources.is_empty() && comparison.files.iter().any(lacks_source) {
        printer.summary("hint: `--sources DIR` names the sources of pycs that have none next to them");
    }
    Ok(status)
}

/// Checks that each page can be written, and that none replaces a compared file or shares standard
/// output.
fn check_pages(arguments: &DiffArgs, format: MessageFormat) -> Result<(), CommandError> {
    for page in arguments.pages() {
        page.keeps_apart(format)?;
        let read = [&arguments.left, &arguments.right].into_iter().chain(&arguments.sources);
        if let Some(side) = read.into_iter().find(|side| page.is(side)) {
            let message = format!("refusing to overwrite {}: it is one of the compared files", side.shown());
            return Err(CommandError::Usage(message));
        }
    }
    for page in arguments.pages() {
        page.can_be_written()?;
    }
    if arguments.pages().filter(|page| page.file().is_none()).count() > 1 {
        return Err(CommandError::Usage(
            "only one of --html and --markdown can go to standard output".into(),
        ));
    }
    Ok(())
}

/// Prints the comparison to standard output.
fn print(
    comparison: &Comparison,
    (arguments, format): (&DiffArgs, MessageFormat),
    status: Status,
    printer: &Printer,
) -> Result<(), CommandError> {
    match format {
        MessageFormat::Human => {
            let text = difference::text(comparison, arguments.text.options());
            printer.line(text.trim_end())?;
        }
        MessageFormat::Github => {
            difference::annotations(comparison).iter().try_for_each(|line| printer.data(line))?;
        }
        // The commands with these results do not offer this format.
        MessageFormat::Sarif => {}
        MessageFormat::Json => {
            let text = if arguments.json {
                difference::json(comparison)
            } else {
                printer.count("same", comparison.same);
                printer.count("different", comparison.different());
                difference::json_line(comparison, &summary("diff", status, printer.counts()))
            };
            let text = text.map_err(std::io::Error::from)?;
            printer.data(&visible_json(text.trim_end()))?;
        }
    }
    Ok(())
}

fn is_tree(side: &Side) -> bool {
    matches!(side, Side::Place(_, Place::Tree(..)))
}

/// Compares both sides and finds the causes of the differences; those of files that --exclude and
/// --ignore leave out are counted.
fn compared(arguments: &DiffArgs, printer: &Printer) -> Result<Comparison, CommandError> {
    let exclude = globs(&arguments.exclude)?;
    if arguments.sources.len() > 2 {
        return Err(CommandError::Usage("--sources can be given twice, for A and for B".into()));
    }
    let sources = arguments.sources.iter().map(|path| Place::open(path)).collect::<Result<Vec<_>, _>>()?;
    if arguments.label.len() > 2 {
        return Err(CommandError::Usage("--label can be given twice, for A and for B".into()));
    }
    let open = |path: &Path, label: Option<&String>| {
        let side = Side::open(path)?;
        Ok::<_, SideError>(match label {
            Some(label) => side.labeled(label),
            None => side,
        })
    };
    let left = open(&arguments.left, arguments.label.first())?;
    let right = open(&arguments.right, arguments.label.last())?;
    let left = left.beside(&right);
    let right = right.beside(&left);
    let mut comparison = arguments.jobs.get().install(|| compare(&left, &right))??;
    if comparison.files.is_empty() && comparison.same == 0 && is_tree(&left) && is_tree(&right) {
        let message = format!(
            "{} and {} have no files: nothing to compare",
            arguments.left.shown(),
            arguments.right.shown()
        );
        return Err(CommandError::Usage(message));
    }
    if let (Some(one), Some(other)) = (arguments.label.first(), arguments.label.last()) {
        (comparison.left, comparison.right) = (one.clone(), other.clone());
    }
    let places = environment::places();
    let options = Explanation {
        sources: [sources.first(), sources.last()],
        engines: EngineOptions::automatic(
            &arguments.interpreter,
            &places,
            arguments.limits.get(),
            Refs::Cpython,
        ),
        lines: arguments.html.is_some(),
    };
    printer.working(comparison.files.len(), arguments.jobs.get(), |workers| {
        explain(&mut comparison, &left, &right, &options, workers)
    })?;
    let paths = comparison.files.iter().flat_map(FileDifference::paths);
    let paths = paths.chain(comparison.unchanged.iter().flatten().map(String::as_str));
    let used: BTreeSet<usize> = paths.flat_map(|path| exclude.matches(path)).collect();
    note_unused(&arguments.exclude, &used, printer);
    comparison.exclude(|path| exclude.is_match(path));
    comparison.ignore(&arguments.ignore);
    let mut left_out = comparison.excluded.clone();
    for (kind, number) in &comparison.ignored {
        *left_out.entry(*kind).or_default() += number;
    }
    if !left_out.is_empty() {
        let files = counted(left_out.values().sum::<usize>(), "file that differs", "files that differ");
        let kinds = numbers(left_out.iter().map(|(kind, number)| (kind.words(), *number)));
        printer.summary(&format!("left out by --exclude and --ignore: {files} ({kinds})"));
    }
    Ok(comparison)
}

/// Writes a page, and reports it in JSON output.
fn write_page(page: &Destination, text: &str, printer: &Printer) -> Result<(), CommandError> {
    page.write(text.as_bytes(), printer)?;
    if let Some(path) = page.file().filter(|_| printer.is_json()) {
        let written = Artifact::written(path, ArtifactKind::Page, text.as_bytes());
        print_artifacts(&[written], false, printer)?;
    }
    Ok(())
}
