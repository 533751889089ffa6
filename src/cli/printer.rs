//! Everything that a person or a pipe sees. A reader that has had enough ends neither the work nor changes what it comes
//! to: what is written to a closed pipe is dropped.

use super::args::{Color, Global};
use super::interrupt;
use crate::build::Watch;
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loudness {
    Silent,
    Quiet,
    Normal,
    Verbose,
}

/// Standard output is for data, standard error for everything else.
pub(super) struct Printer {
    loudness: Loudness,
    choice: anstream::ColorChoice,
}

impl Printer {
    pub(super) fn new(global: &Global) -> Self {
        let loudness = match (global.quiet, global.verbose) {
            (0, 0) => Loudness::Normal,
            (0, _) => Loudness::Verbose,
            (1, _) => Loudness::Quiet,
            _ => Loudness::Silent,
        };
        let choice = match global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        Self { loudness, choice }
    }

    /// Data on standard output, whatever `--quiet` says.
    pub(super) fn data(&self, line: &str) -> io::Result<()> {
        let mut out = anstream::AutoStream::new(io::stdout(), self.choice).lock();
        heard(writeln!(out, "{line}"))
    }

    /// A line on standard output that `--quiet` takes away.
    pub(super) fn told(&self, line: &str) -> io::Result<()> {
        if self.loudness >= Loudness::Normal { self.data(line) } else { Ok(()) }
    }

    /// A finding, on standard output unless `-qq` takes it away.
    pub(super) fn finding(&self, line: &str) -> io::Result<()> {
        self.complaint(line)
    }

    /// A line on standard output that only `-qq` takes away.
    pub(super) fn complaint(&self, line: &str) -> io::Result<()> {
        if self.loudness >= Loudness::Quiet { self.data(line) } else { Ok(()) }
    }

    /// A file's bytes on standard output.
    pub(super) fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        heard(out.write_all(bytes).and_then(|()| out.flush()))
    }

    fn say(&self, from: Loudness, label: &str, color: AnsiColor, text: &str) {
        if self.loudness < from {
            return;
        }
        let mut out = anstream::AutoStream::new(io::stderr(), self.choice).lock();
        let style = Style::new().bold().fg_color(Some(color.into()));
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(out, "{style}{label}{style:#}{text}");
    }

    /// The run cannot go on.
    pub(super) fn trouble(&self, text: &str) {
        self.say(Loudness::Quiet, "error", AnsiColor::Red, &format!(": {text}"));
    }

    /// A file's error in CPython's words.
    pub(super) fn file_error(&self, rendered: &str) {
        if self.loudness >= Loudness::Quiet {
            let mut out = anstream::AutoStream::new(io::stderr(), self.choice).lock();
            let _ = writeln!(out, "{}", rendered.trim_end_matches('\n'));
        }
    }

    /// The line at the end.
    pub(super) fn summary(&self, text: &str) {
        self.say(Loudness::Normal, "", AnsiColor::Green, text);
    }

    /// Said with `--verbose` only.
    pub(super) fn detail(&self, text: &str) {
        self.say(Loudness::Verbose, "", AnsiColor::Cyan, text);
    }

    /// A bar that shows itself after half a second, on a terminal only; it also tells the work when to stop.
    pub(super) fn progress(&self, length: u64) -> Progress {
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

/// Said to a maintainer script that wants another program of this name.
pub(super) fn legacy_note(package: &str) {
    let _ = writeln!(
        io::stderr(),
        "pycompile: nothing done for package {package}: `pycompile -p` was a program for Python 2"
    );
}

/// Looks on while files are worked at.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Watch for Progress {
    fn advance(&self) {
        self.0.inc(1);
    }

    fn interrupted(&self) -> bool {
        interrupt::requested()
    }
}
