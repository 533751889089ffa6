//! A comparison as text, JSON, Markdown, annotations or an HTML page.

mod causes;
mod emphasis;
mod github;
mod markdown;
mod page;
mod text;

pub use causes::sentence;
pub use github::annotations;
pub use markdown::markdown;
pub use page::html;
pub use text::{TextOptions, text};

use crate::diff::{
    CauseKind, Comparison, DiffFinding, DiffSubject, DifferenceKind, FileDifference, Row, WHOLE_SIDE,
};
use crate::text::counted;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    conclusion: String,
    left: &'a str,
    right: &'a str,
    same: usize,
    different: usize,
    archives: usize,
    directories: usize,
    kinds: Vec<Count>,
    causes: Vec<CauseCount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<LeftOutCount>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excluded: Vec<LeftOutCount>,
    files: &'a [FileDifference],
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a Value>,
}

#[derive(Serialize)]
struct Count {
    kind: DifferenceKind,
    findings: usize,
}

#[derive(Serialize)]
struct LeftOutCount {
    kind: CauseKind,
    files: usize,
}

#[derive(Serialize)]
struct CauseCount {
    kind: CauseKind,
    reason: String,
    files: usize,
}

fn left_out(files: &BTreeMap<CauseKind, usize>) -> Vec<LeftOutCount> {
    files.iter().map(|(&kind, &files)| LeftOutCount { kind, files }).collect()
}

impl<'a> Document<'a> {
    fn new(comparison: &'a Comparison, summary: Option<&'a Value>) -> Self {
        let kinds = comparison.counts().into_iter().map(|(kind, findings)| Count { kind, findings });
        let causes = causes::groups(comparison).into_iter().map(|group| CauseCount {
            kind: group.kind,
            files: group.count(),
            reason: group.title,
        });
        Self {
            schema: comparison.schema,
            conclusion: sentence(comparison),
            left: &comparison.left,
            right: &comparison.right,
            same: comparison.same,
            different: comparison.different(),
            archives: comparison.number_of(DiffSubject::Archive),
            directories: comparison.number_of(DiffSubject::Folder),
            kinds: kinds.collect(),
            causes: causes.collect(),
            ignored: left_out(&comparison.ignored),
            excluded: left_out(&comparison.excluded),
            files: &comparison.files,
            summary,
        }
    }
}

/// Returns the comparison as JSON, indented by two spaces, with a newline at the end.
///
/// # Errors
/// None in practice: everything in it is a string or a number.
pub fn json(comparison: &Comparison) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&Document::new(comparison, None))?;
    text.push('\n');
    Ok(text)
}

/// Returns the comparison as JSON on one line, with a summary of the run at its end.
///
/// # Errors
/// None in practice.
pub fn json_line(comparison: &Comparison, summary: &Value) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Document::new(comparison, Some(summary)))
}

/// Returns the numbers of files in a line: `2 files and 1 archive differ, 31 are the same`.
pub fn summary(comparison: &Comparison) -> String {
    let differing = subjects(&comparison.files);
    let differ = match (differing.is_empty(), comparison.different()) {
        (true, _) => "no file differs".to_owned(),
        (false, 1) => format!("{differing} differs"),
        (false, _) => format!("{differing} differ"),
    };
    let are = if comparison.same == 1 { "is" } else { "are" };
    let excluded = match comparison.excluded.values().sum::<usize>() {
        0 => String::new(),
        number => format!(", {}", counted(number, "excluded file differs", "excluded files differ")),
    };
    format!("{differ}, {} {are} the same{excluded}", comparison.same)
}

/// Returns the numbers of files, archives and directories, as `2 files and 1 archive`; empty if
/// there are none.
fn subjects<'a>(files: impl IntoIterator<Item = &'a FileDifference>) -> String {
    let found: Vec<DiffSubject> = files.into_iter().filter_map(FileDifference::subject).collect();
    let words = [
        (DiffSubject::File, "file", "files"),
        (DiffSubject::Archive, "archive", "archives"),
        (DiffSubject::Folder, "directory", "directories"),
    ];
    let numbers = words.map(|(subject, one, several)| {
        let number = found.iter().filter(|other| **other == subject).count();
        (number > 0).then(|| counted(number, one, several))
    });
    let numbers: Vec<String> = numbers.into_iter().flatten().collect();
    match numbers.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        numbers => numbers.concat(),
    }
}

/// Returns the number of findings of each kind, as `header 1, constants 3`; empty if there are
/// none.
pub fn kinds(comparison: &Comparison) -> String {
    let counts = comparison.counts().into_iter().map(|(kind, count)| format!("{} {count}", kind.words()));
    counts.collect::<Vec<_>>().join(", ")
}

/// Returns the reasons why a file differs, one line for each finding that says more than the
/// cause.
pub fn reasons(file: &FileDifference) -> String {
    let [left, right] = file.paths();
    let moved = (left != right && file.findings.iter().all(|finding| finding.kind != DifferenceKind::Path))
        .then(|| format!("path: {left} on the left"));
    let line = |finding: &DiffFinding| {
        let place = finding.place.as_deref().map_or(String::new(), |place| format!("{place}: "));
        let message = match &finding.rows[..] {
            [Row { left: Some(left), right: Some(right), .. }] if finding.kind == DifferenceKind::Path => {
                format!("{}: {left} on the left, {right} on the right", finding.message)
            }
            _ => finding.message.clone(),
        };
        let colon = if message.is_empty() { "" } else { ": " };
        format!("{place}{}{colon}{message}", finding.kind.words())
    };
    let cause = file.cause.as_ref().map_or("", |cause| cause.reason.sentence());
    let is_news = |finding: &&DiffFinding| finding.message.is_empty() || finding.message != cause;
    moved.into_iter().chain(file.findings.iter().filter(is_news).map(line)).collect::<Vec<_>>().join("\n")
}

/// Returns the path of a file, as `{old => new}/name` if the sides have two.
fn path(file: &FileDifference) -> Cow<'_, str> {
    match file.paths() {
        [_, WHOLE_SIDE] => "(the archive)".into(),
        [left, right] if left == right => right.into(),
        [left, right] => {
            let slashes =
                |text: &str| text.match_indices(['/', '!']).map(|(at, _)| at + 1).collect::<Vec<_>>();
            let head = slashes(left).into_iter().rfind(|&at| left.get(..at) == right.get(..at)).unwrap_or(0);
            let (one, other) = (&left[head..], &right[head..]);
            let tail = slashes(one).into_iter().map(|at| &one[at - 1..]).find(|end| other.ends_with(end));
            let tail = tail.unwrap_or_default();
            let (one, other) = (&one[..one.len() - tail.len()], &other[..other.len() - tail.len()]);
            format!("{}{{{one} => {other}}}{tail}", &left[..head]).into()
        }
    }
}
