//! Warnings to show.
//!
//! CPython: `warnings._formatwarnmsg_impl`.

use super::{Warning, option};
use rustc_hash::FxHashSet;

/// Length of the longest source line that is shown, in bytes.
const LONGEST: usize = 2000;

/// A warning that the filters let through.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Issued {
    /// Name of the class, such as `SyntaxWarning`.
    #[serde(rename = "type")]
    pub category: &'static str,
    /// CPython's message.
    pub message: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The source line, without white space around it.
    pub text: Option<String>,
    /// Text that CPython prints.
    pub rendered: String,
    /// True if the warning is shown once in a run.
    #[serde(skip)]
    pub once: bool,
}

impl Issued {
    /// Creates a warning about `filename`, with its source line if the line is known.
    pub fn new(warning: &Warning, once: bool, filename: &str, line: Option<&str>) -> Self {
        let number = (warning.line > 0).then_some(warning.line);
        let line = line.map(|line| line.trim_matches(option::is_space)).filter(|line| !line.is_empty());
        // Otherwise a file that is one long line would be printed for each of its warnings.
        let line = line.filter(|line| line.len() <= LONGEST);
        let (category, message) = (warning.category.name(), warning.message.as_ref());
        let mut rendered = match number {
            Some(number) => format!("{filename}:{number}: {category}: {message}\n"),
            None => format!("{filename}: {category}: {message}\n"),
        };
        if let Some(line) = line {
            rendered.push_str(&format!("  {line}\n"));
        }
        Self {
            category,
            message: message.to_owned(),
            line: number,
            text: line.map(str::to_owned),
            rendered,
            once,
        }
    }
}

/// The warnings of a run that are shown once, with class and message.
#[derive(Debug, Default)]
pub struct Once(FxHashSet<(&'static str, String)>);

impl Once {
    /// Returns whether a warning is to be shown. A warning marked `once` is shown if no warning
    /// with the same class and message was shown before.
    pub fn lets_through(&mut self, warning: &Issued) -> bool {
        !warning.once || self.0.insert((warning.category, warning.message.clone()))
    }
}
