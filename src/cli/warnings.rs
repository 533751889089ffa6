//! `-W`, `PYTHONWARNINGS`, and the warnings of a run.
//!
//! CPython: `Python/initconfig.c` (which options there are), `Lib/warnings.py`.

use super::environment;
use super::error::CommandError;
use super::options::{COMPILER, MessageFormat};
use super::printer::Printer;
use crate::build::Outcome;
use crate::engine::Engines;
use crate::report::annotation;
use crate::report::warning::merged;
use crate::warnings::{Filters, Issued, Once};

/// Options for warnings.
#[derive(Debug, clap::Args)]
pub(super) struct WarningArgs {
    /// Filter for the compiler's warnings, as for `python -W` (repeatable): `error`, `ignore`,
    /// `once`, or ACTION:MESSAGE:CATEGORY:MODULE:LINE.
    ///
    /// Options are applied after PYTHONWARNINGS, and the last filter that matches decides.
    #[arg(short = 'W', value_name = "FILTER", help_heading = COMPILER)]
    filters: Vec<String>,
}

impl WarningArgs {
    /// Sets the filters of `engines`, and reports invalid ones.
    pub(super) fn apply(&self, engines: &mut Engines, printer: &Printer) {
        let filters = Filters::new(&environment::python_warnings(), &self.filters);
        let versions = engines.iter().map(|target| target.series.warning_patterns);
        for error in filters.errors(versions) {
            printer.file_warning(&error.to_string());
        }
        for target in engines {
            target.warnings = Some(filters.clone());
        }
    }
}

/// Printer of the warnings of a run, those of each source before its first outcome.
pub(super) struct Warned<'a> {
    /// Outcomes of the current source.
    own: &'a [Outcome],
    /// Outcomes after the current source.
    rest: &'a [Outcome],
    once: Once,
}

impl<'a> Warned<'a> {
    pub(super) fn new(outcomes: &'a [Outcome]) -> Self {
        Self { own: &[], rest: outcomes, once: Once::default() }
    }

    /// Prints the warnings of the source of `outcome` if it is another source than in the last
    /// call: each location once, regardless of versions and levels. Warnings that only some
    /// versions give are labeled with these versions.
    pub(super) fn print(&mut self, outcome: &Outcome, printer: &Printer) -> Result<(), CommandError> {
        if self.own.iter().any(|own| std::ptr::eq(own, outcome)) {
            return Ok(());
        }
        while let Some(first) = self.rest.first()
            && !self.own.iter().any(|own| std::ptr::eq(own, outcome))
        {
            let count = self.rest.iter().take_while(|other| other.file() == first.file()).count();
            (self.own, self.rest) = self.rest.split_at(count);
        }
        for merged in merged(self.own) {
            let warning = merged.warning;
            if !self.once.lets_through(warning) {
                continue;
            }
            let label = merged.label(self.own);
            if printer.format == MessageFormat::Github {
                let versions = label.map_or(String::new(), |label| format!(" ({label})"));
                let title = format!("{}{versions}", warning.category);
                let file = outcome.file().as_os_str();
                printer.data(&annotation::warning(file, warning.line, &title, &warning.message))?;
                continue;
            }
            if let Some(label) = label {
                printer.file_warning(&format!("{label}:"));
            }
            printer.file_warning(&warning.rendered);
        }
        Ok(())
    }
}

/// Prints the warnings of one compilation.
pub(super) fn print(warnings: &[Issued], printer: &Printer) {
    let mut once = Once::default();
    for warning in warnings.iter().filter(|warning| once.lets_through(warning)) {
        printer.file_warning(&warning.rendered);
    }
}
