//! Text for a terminal: both sides next to each other, or one below the other on a narrow terminal.

use super::causes::{groups, sentence};
use super::emphasis::{Parts, sides};
use crate::diff::{CauseKind, Comparison, DiffFinding, DifferenceKind, FileDifference, Row};
use crate::text::{counted, visible};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar as _;

/// Width of a side, in columns, below which the sides are printed one below the other.
const LEAST: usize = 32;

const FILE: Style = Style::new().bold();
const PLACE: Style = AnsiColor::Cyan.on_default();
const KIND: Style = AnsiColor::Yellow.on_default();
const LEFT: Style = AnsiColor::Red.on_default();
const RIGHT: Style = AnsiColor::Green.on_default();
const ALARM: Style = AnsiColor::Red.on_default().bold();
const QUIET: Style = Style::new().dimmed();
const PLAIN: Style = Style::new();

/// Number of files that are named for a cause.
const NAMED: usize = 10;
/// Factor of the line limit for all files together.
const FILES: usize = 30;

/// Extent of the text for people.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// Width of the lines in columns, as far as possible.
    pub width: usize,
    /// True to include differences that are explained by their causes.
    pub details: bool,
    /// Number of lines for each file, and of causes; `None` for all. All files together have at
    /// most thirty times this number.
    pub limit: Option<usize>,
}

/// Lines that a file may still have.
struct LineBudget {
    left: usize,
    /// Length of the text whose lines have been counted.
    counted: usize,
}

impl LineBudget {
    /// Returns whether the text has as many lines as it may have.
    fn is_spent(&mut self, text: &str) -> bool {
        let lines = text[self.counted..].matches('\n').count();
        (self.left, self.counted) = (self.left.saturating_sub(lines), text.len());
        self.left == 0
    }
}

/// Returns the causes and the differences with styles; only the sentence if nothing differs.
pub fn text(comparison: &Comparison, options: TextOptions) -> String {
    let TextOptions { width, details, limit } = options;
    let mut out = String::new();
    line(&mut out, FILE, &sentence(comparison));
    if comparison.files.is_empty() {
        return out;
    }
    causes(comparison, width, limit, &mut out);
    out.push('\n');
    line(&mut out, LEFT, &format!("--- {}", visible(&comparison.left)));
    line(&mut out, RIGHT, &format!("+++ {}", visible(&comparison.right)));
    let mut after_only = false;
    let mut hidden = HiddenFiles::default();
    let total = limit.map_or(usize::MAX, |limit| limit.saturating_mul(FILES));
    let mut all = LineBudget { left: total, counted: out.len() };
    let mut faults = BTreeSet::new();
    for file in &comparison.files {
        if !details && is_explained(file) {
            hidden.explained += 1;
            continue;
        }
        // The first of several pycs with one fault shows the fault.
        if let Some(fault) = file.cause.as_ref().and_then(|cause| cause.reason.fault())
            && !faults.insert(&fault.common)
            && !details
        {
            hidden.alike += 1;
            continue;
        }
        if all.is_spent(&out) {
            hidden.beyond_limit += 1;
            continue;
        }
        let only = match &file.findings[..] {
            [finding] => side_of_only(finding.kind).map(|style| (finding, style)),
            _ => None,
        };
        if !(only.is_some() && after_only) {
            out.push('\n');
        }
        after_only = only.is_some();
        let path = super::path(file);
        let path = visible(&path);
        match only {
            Some((DiffFinding { kind, message, rows, .. }, style)) if rows.is_empty() => {
                let what =
                    if message.is_empty() { String::new() } else { format!(" ({})", visible(message)) };
                line(&mut out, style, &format!("{}: {path}{what}", kind.words()));
            }
            _ => {
                line(&mut out, FILE, &path);
                put_file(file, width, limit, &mut out);
            }
        }
    }
    hidden.put(&mut out);
    out
}

/// Returns the style of a file that only one side has.
const fn side_of_only(kind: DifferenceKind) -> Option<Style> {
    match kind {
        DifferenceKind::OnlyLeft => Some(LEFT),
        DifferenceKind::OnlyRight => Some(RIGHT),
        _ => None,
    }
}

/// Writes the findings of a file, up to the limit of lines.
fn put_file(file: &FileDifference, width: usize, limit: Option<usize>, out: &mut String) {
    let mut budget = LineBudget { left: limit.unwrap_or(usize::MAX), counted: out.len() };
    let mut left_out = 0;
    let mut place = None;
    for finding in &file.findings {
        if budget.is_spent(out) {
            left_out += finding.rows.len().max(1);
            continue;
        }
        if finding.place != place {
            place.clone_from(&finding.place);
            if let Some(place) = &place {
                line(out, PLACE, &format!("  {}", visible(place)));
            }
        }
        left_out += put(finding, if place.is_some() { 4 } else { 2 }, width, &mut budget, out);
    }
    if left_out > 0 {
        let rows = counted(left_out, "more row is", "more rows are");
        line(out, QUIET, &format!("  {rows} not shown (--limit 0)"));
    }
}

/// Numbers of files that are not shown.
#[derive(Default)]
struct HiddenFiles {
    beyond_limit: usize,
    explained: usize,
    /// Files with the cause of a file that is shown.
    alike: usize,
}

impl HiddenFiles {
    fn put(&self, out: &mut String) {
        let counts = [
            (self.beyond_limit, "more file is", "more files are", "--limit 0"),
            (self.explained, "explained file is", "explained files are", "--details"),
            (
                self.alike,
                "more file with a cause shown above is",
                "more files with causes shown above are",
                "--details",
            ),
        ];
        for (number, one, several, option) in counts {
            if number > 0 {
                let files = counted(number, one, several);
                line(out, QUIET, &format!("\n{files} not shown ({option})"));
            }
        }
    }
}

/// Returns whether the cause explains the file without its findings.
fn is_explained(file: &FileDifference) -> bool {
    let explained = |kind| {
        matches!(
            kind,
            CauseKind::FollowsFromSource
                | CauseKind::OtherRelease
                | CauseKind::OtherLevel
                | CauseKind::Harmless
        )
    };
    let has_cause = file.path.ends_with(".pyc") || file.path.ends_with("/RECORD");
    has_cause && file.cause.as_ref().is_some_and(|cause| explained(cause.kind))
}

fn causes(comparison: &Comparison, width: usize, limit: Option<usize>, out: &mut String) {
    let groups = groups(comparison);
    let shown = limit.unwrap_or(usize::MAX).min(groups.len());
    for group in &groups[..shown] {
        let style = match group.kind {
            CauseKind::Unexplained => ALARM,
            CauseKind::NotChecked => KIND,
            CauseKind::Harmless => QUIET,
            _ => PLAIN,
        };
        let words = group.kind.words();
        let title =
            if group.title.is_empty() { String::new() } else { format!(": {}", visible(&group.title)) };
        let number = group.number().map_or(String::new(), |number| format!(" ({number})"));
        for (index, text) in
            wrap(&format!("{words}{title}{number}"), width.saturating_sub(2)).iter().enumerate()
        {
            line(out, style, &format!("{}{text}", if index == 0 { "  " } else { "    " }));
        }
        let named = limit.map_or(group.files.len(), |_| NAMED);
        for file in group.files.iter().take(named) {
            let (path, remark) = (super::path(file), group.remark(file));
            match remark.is_empty() {
                true => line(out, QUIET, &format!("      {}", visible(&path))),
                false => {
                    let lines = wrap(&visible(&format!("{path}{remark}")), width.saturating_sub(8));
                    line(out, QUIET, &format!("      {}", lines.join("\n        ")));
                }
            }
        }
        if group.files.len() > named {
            line(out, QUIET, &format!("      and {} more (--limit 0)", group.files.len() - named));
        }
    }
    if groups.len() > shown {
        let causes = counted(groups.len() - shown, "more cause is", "more causes are");
        line(out, QUIET, &format!("  {causes} not shown (--limit 0)"));
    }
}

fn line(out: &mut String, style: Style, text: &str) {
    let _ = writeln!(out, "{style}{text}{style:#}");
}

/// Writes a finding, and returns the number of its rows for which the budget is too small.
fn put(
    finding: &DiffFinding,
    indent: usize,
    width: usize,
    budget: &mut LineBudget,
    out: &mut String,
) -> usize {
    let space = " ".repeat(indent);
    let words = finding.kind.words();
    let message =
        if finding.message.is_empty() { String::new() } else { format!(": {}", visible(&finding.message)) };
    let mut lines = wrap(&format!("{words}{message}"), width.saturating_sub(indent)).into_iter();
    let first = lines.next().unwrap_or_default();
    // The kind is short enough to stay on the first line.
    let rest = first.strip_prefix(words).unwrap_or_default();
    let _ = writeln!(out, "{space}{KIND}{words}{KIND:#}{rest}");
    let indent = " ".repeat(indent + 2);
    for line in lines {
        let _ = writeln!(out, "{indent}{line}");
    }
    let room = width.saturating_sub(indent.len());
    for (at, row) in finding.rows.iter().enumerate() {
        if budget.is_spent(out) {
            return finding.rows.len() - at;
        }
        if let Some(label) = row.label.as_ref().filter(|label| **label != finding.message) {
            for text in wrap(&visible(label), room) {
                line(out, QUIET, &format!("{indent}{text}"));
            }
        }
        if row.left.is_some() || row.right.is_some() {
            let column = room.saturating_sub(3) / 2;
            if column >= LEAST { beside(row, &indent, column, out) } else { below(row, &indent, room, out) }
        }
    }
    0
}

/// Writes both sides next to each other, in as many lines as the longer side needs.
fn beside(row: &Row, indent: &str, column: usize, out: &mut String) {
    let mark = match (row.same, &row.left, &row.right) {
        (true, ..) => ' ',
        (false, Some(_), Some(_)) => '|',
        (false, Some(_), None) => '<',
        (false, None, _) => '>',
    };
    let (left, right) = sides(row);
    let styles = if row.same { (QUIET, QUIET) } else { (LEFT, RIGHT) };
    let (left, right) = (fold(&left, column, styles.0), fold(&right, column, styles.1));
    for at in 0..left.len().max(right.len()) {
        let empty = (String::new(), 0);
        let (one, taken) = left.get(at).unwrap_or(&empty);
        let (other, _) = right.get(at).unwrap_or(&empty);
        let gap = " ".repeat(column.saturating_sub(*taken));
        let _ = writeln!(out, "{}", format!("{indent}{one}{gap} {mark} {other}").trim_end());
    }
}

fn below(row: &Row, indent: &str, room: usize, out: &mut String) {
    let (left, right) = sides(row);
    let mut put = |mark: char, parts: &Parts, style: Style| {
        for (text, _) in fold(parts, room.saturating_sub(2).max(10), style) {
            let _ = writeln!(out, "{}", format!("{indent}{mark} {text}").trim_end());
        }
    };
    if row.same {
        return put(' ', &left, QUIET);
    }
    if row.left.is_some() {
        put('<', &left, LEFT);
    }
    if row.right.is_some() {
        put('>', &right, RIGHT);
    }
}

/// Returns lines of at most `columns` columns, broken at spaces if possible.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(10);
    let (mut lines, mut line, mut taken) = (Vec::new(), String::new(), 0);
    for word in text.split(' ') {
        for (part, wide) in fold(&vec![(false, word.to_owned())], columns, PLAIN) {
            if !line.is_empty() && taken + 1 + wide > columns {
                lines.push(std::mem::take(&mut line));
                taken = 0;
            } else if !line.is_empty() {
                line.push(' ');
                taken += 1;
            }
            line.push_str(&part);
            taken += wide;
        }
    }
    lines.push(line);
    lines
}

/// Returns lines of at most `columns` columns, each with its width. Unchanged parts of a row that
/// differs have no style.
fn fold(parts: &Parts, columns: usize, style: Style) -> Vec<(String, usize)> {
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    let quiet = style == QUIET;
    for (differs, text) in parts {
        let style = if *differs || quiet { style } else { PLAIN };
        let _ = write!(line, "{style}");
        for character in text.chars() {
            let wide = character.width().unwrap_or(0);
            if taken + wide > columns {
                // A space at the break would end the line, before the end of the color.
                let text = line.trim_end_matches(' ').len();
                taken -= line.len() - text;
                line.truncate(text);
                let _ = write!(line, "{style:#}");
                lines.push((std::mem::take(&mut line), taken));
                let _ = write!(line, "{style}");
                taken = 0;
            }
            line.push(character);
            taken += wide;
        }
        let _ = write!(line, "{style:#}");
    }
    if taken > 0 || lines.is_empty() {
        lines.push((line, taken));
    }
    lines
}
