//! Output on standard output and standard error. Writes to a closed pipe are dropped: a reader that
//! stops early changes neither the work nor the exit status.

use super::interrupt;
use super::options::{Color, Global, MessageFormat};
use crate::engine::{Parallelism, Watch, Workers};
use crate::text::{visible, visible_json, visible_lines};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

/// Amount of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loudness {
    Silent,
    Quiet,
    Normal,
    Verbose,
}

/// Writer of all output: data on standard output, everything else on standard error.
pub(super) struct Printer {
    /// Format of the results.
    pub(super) format: MessageFormat,
    loudness: Loudness,
    /// True if the errors of files are printed.
    shows_errors: bool,
    /// True if a run without errors prints its counts.
    shows_success: bool,
    choice: anstream::ColorChoice,
    counts: RefCell<Map<String, Value>>,
}

impl Printer {
    /// Creates the printer of a command. `like_py_compile` gives it the output of `py_compile`,
    /// which suppresses the errors of files with `-q`, and prints nothing on success.
    pub(super) fn new(global: &Global, format: MessageFormat, like_py_compile: bool) -> Self {
        let loudness = match (global.quiet, global.verbose) {
            (0, 0) => Loudness::Normal,
            (0, _) => Loudness::Verbose,
            (1, _) => Loudness::Quiet,
            _ => Loudness::Silent,
        };
        let shows_errors = loudness > Loudness::Quiet || (loudness == Loudness::Quiet && !like_py_compile);
        let shows_success = !like_py_compile || loudness == Loudness::Verbose || io::stderr().is_terminal();
        let choice = match global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        Self { format, loudness, shows_errors, shows_success, choice, counts: RefCell::default() }
    }

    /// Returns whether results are JSON on standard output.
    pub(super) fn is_json(&self) -> bool {
        self.format == MessageFormat::Json
    }

    /// Sets a count in the summary of a JSON run.
    pub(super) fn count(&self, name: &str, number: usize) {
        self.counts.borrow_mut().insert(name.into(), number.into());
    }

    /// Adds a note to the summary of a JSON run.
    pub(super) fn note(&self, note: &str) {
        let mut counts = self.counts.borrow_mut();
        if let Value::Array(notes) = counts.entry("notes").or_insert_with(|| Value::Array(Vec::new())) {
            notes.push(note.into());
        }
    }

    /// Takes the counts.
    pub(super) fn counts(&self) -> Map<String, Value> {
        self.counts.take()
    }

    /// Prints data on standard output, regardless of `--quiet`.
    pub(super) fn data(&self, line: &str) -> io::Result<()> {
        let mut out = anstream::AutoStream::new(io::stdout(), self.choice).lock();
        heard(writeln!(out, "{line}"))
    }

    /// Prints a value as one line of JSON on standard output.
    pub(super) fn json(&self, value: &impl serde::Serialize) -> io::Result<()> {
        self.data(&visible_json(&serde_json::to_string(value)?))
    }

    /// Prints a line on standard output unless `--quiet` is set.
    pub(super) fn line(&self, line: &str) -> io::Result<()> {
        if self.loudness >= Loudness::Normal { self.data(line) } else { Ok(()) }
    }

    /// Prints a finding on standard output unless `-qq` is set.
    pub(super) fn finding(&self, line: &str) -> io::Result<()> {
        self.complaint(line)
    }

    /// Prints a line on standard output unless `-qq` is set.
    pub(super) fn complaint(&self, line: &str) -> io::Result<()> {
        if self.loudness >= Loudness::Quiet { self.data(&visible_lines(line)) } else { Ok(()) }
    }

    /// Writes the bytes of a file to standard output.
    pub(super) fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        heard(out.write_all(bytes).and_then(|()| out.flush()))
    }

    fn say(&self, from: Loudness, label: &str, color: AnsiColor, text: &str) {
        if self.loudness < from {
            return;
        }
        let mut out = anstream::AutoStream::new(io::stderr(), self.choice).lock();
        let style = match label {
            "" => Style::new(),
            _ => Style::new().bold().fg_color(Some(color.into())),
        };
        // If standard error is closed, the error cannot be reported anywhere.
        let _ = writeln!(out, "{style}{label}{style:#}{}", visible_lines(text));
    }

    /// Prints an error that ends the run.
    pub(super) fn trouble(&self, text: &str) {
        self.say(Loudness::Quiet, "error", AnsiColor::Red, &format!(": {text}"));
    }

    /// Prints the error of a file in CPython's format.
    pub(super) fn file_error(&self, rendered: &str) {
        if self.shows_errors {
            self.rendered(rendered);
        }
    }

    /// Prints a warning of the compiler in CPython's format.
    pub(super) fn file_warning(&self, rendered: &str) {
        self.rendered(rendered);
    }

    fn rendered(&self, text: &str) {
        if self.loudness >= Loudness::Quiet {
            let mut out = anstream::AutoStream::new(io::stderr(), self.choice).lock();
            let _ = writeln!(out, "{}", visible_lines(text.trim_end_matches('\n')));
        }
    }

    /// Prints a warning that `--quiet` does not suppress.
    pub(super) fn warning(&self, text: &str) {
        self.say(Loudness::Quiet, "warning", AnsiColor::Yellow, &format!(": {text}"));
    }

    /// Prints a line of the summary.
    pub(super) fn summary(&self, text: &str) {
        self.say(Loudness::Normal, "", AnsiColor::Green, text);
    }

    /// Prints the counts of a run without errors.
    pub(super) fn success(&self, text: &str) {
        if self.shows_success {
            self.summary(text);
        }
    }

    /// Prints a line with `--verbose` only.
    pub(super) fn detail(&self, text: &str) {
        self.say(Loudness::Verbose, "", AnsiColor::Cyan, text);
    }

    /// Does work on a number of files, with threads that stop at an interrupt. A progress bar
    /// appears after half a second, and only on a terminal.
    pub(super) fn working<R>(
        &self,
        files: usize,
        jobs: Parallelism,
        work: impl FnOnce(Workers<'_>) -> R,
    ) -> R {
        let progress = self.progress(files as u64);
        let result = work(Workers::new(jobs, &progress));
        progress.0.finish_and_clear();
        result
    }

    fn progress(&self, length: u64) -> Progress {
        if self.loudness < Loudness::Normal || !io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
        let shown = bar.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            if !shown.is_finished() {
                shown.set_draw_target(ProgressDrawTarget::stderr());
            }
        });
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {eta} left") {
            bar.set_style(style);
        }
        Progress(bar)
    }
}

fn heard(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write to standard output: {error}"))
        }),
    }
}

/// Prints an error of the command line with its arguments escaped, if an argument has characters
/// that control a terminal.
pub(super) fn usage(text: &str, arguments: impl Iterator<Item = OsString>) -> bool {
    let mut shown = text.to_owned();
    for argument in arguments {
        let argument = argument.to_string_lossy();
        for name in [&*argument, argument.split_once('=').map_or("", |(_, value)| value)] {
            if let Cow::Owned(visible) = visible(name) {
                shown = shown.replace(name, &visible);
            }
        }
    }
    let mut out = anstream::AutoStream::auto(io::stderr()).lock();
    shown != text && write!(out, "{shown}").is_ok()
}

/// Prints the command that compiles a file which was given in the place of a command.
pub(super) fn usage_hint(error: &clap::Error) {
    use clap::error::{ContextKind, ContextValue};
    if let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand)
        && typed.ends_with(".py")
    {
        let _ = writeln!(io::stderr(), "\nhint: `pycompile compile {}` compiles a file", visible(typed));
    }
}

/// Prints a note for a maintainer script that expects another program of this name.
pub(super) fn legacy_note(package: &str) {
    let _ = writeln!(
        io::stderr(),
        "pycompile: nothing done for package {}: `pycompile -p` was a program for Python 2",
        visible(package)
    );
}

/// Progress of the work on files.
struct Progress(ProgressBar);

impl Watch for Progress {
    fn advance(&self) {
        self.0.inc(1);
    }

    fn interrupted(&self) -> bool {
        interrupt::requested()
    }
}
