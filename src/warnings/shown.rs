//! Warnings that are to be shown.
//!
//! CPython: `warnings._formatwarnmsg_impl`.

use super::{Warning, option};
use rustc_hash::FxHashSet;

/// The longest source line that is shown, in bytes.
const LONGEST: usize = 2000;

/// A warning that the filters let through.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Issued {
    /// The class, `SyntaxWarning`.
    #[serde(rename = "type")]
    pub category: &'static str,
    /// CPython's words.
    pub message: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The source line, without white space around it.
    pub text: Option<String>,
    /// Text that CPython prints.
    pub rendered: String,
    /// It is shown once in a run.
    #[serde(skip)]
    pub once: bool,
}

impl Issued {
    /// A warning about `filename`, with its source line if that is known.
    pub fn new(warning: &Warning, once: bool, filename: &str, line: Option<&str>) -> Self {
        let number = (warning.line > 0).then_some(warning.line);
        let line = line.map(|line| line.trim_matches(option::is_space)).filter(|line| !line.is_empty());
        // Of a line that is one long list, each warning would show all.
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

/// The warnings of a run that are shown once.
#[derive(Debug, Default)]
pub struct Once(FxHashSet<(&'static str, String)>);

impl Once {
    /// Reports whether a warning is to be shown, which one with the same words was not yet.
    pub fn lets_through(&mut self, warning: &Issued) -> bool {
        !warning.once || self.0.insert((warning.category, warning.message.clone()))
    }
}
