//! The list of warning filters, and the action that it gives for a warning.
//!
//! CPython: `warnings._processoptions`, `get_filter` (`Python/_warnings.c`).

use super::option::{self, OptionError};
use super::{Category, Warning};
use fancy_regex::Regex;
use std::sync::Arc;

/// Action for a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterAction {
    /// Show the warning, but not again if CPython has registered it: `default` and `module`.
    Show,
    /// Show the warning: `always`.
    Always,
    /// Show the warning once in a run.
    Once,
    /// Do not show the warning.
    Ignore,
    /// Fail the file.
    Error,
}

/// A filter.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) action: FilterAction,
    /// Matches the beginning of the message.
    pub(super) message: Option<Regex>,
    /// The class and its subclasses; `None` for a class that the compiler issues no warnings of.
    pub(super) category: Option<Class>,
    pub(super) module: Option<ModulePattern>,
    /// The line; 0 for every line.
    pub(super) line: u64,
}

/// A warning class that a filter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// `Warning`
    Every,
    /// A class that the compiler issues.
    Only(Category),
}

/// Matches the module that a warning is attributed to.
#[derive(Clone, Debug)]
pub(super) enum ModulePattern {
    /// The file's name without `.py`.
    Name(Regex),
    /// The file's name without `.py`, or any trailing part of the path in import notation.
    Path(Regex),
}

impl ModulePattern {
    fn matches(&self, filename: &str) -> bool {
        let is_match = |regex: &Regex, text: &str| regex.is_match(text).unwrap_or(false);
        if filename.is_empty() {
            let (Self::Name(regex) | Self::Path(regex)) = self;
            return is_match(regex, "<unknown>");
        }
        match self {
            Self::Name(regex) => is_match(regex, filename.strip_suffix(".py").unwrap_or(filename)),
            Self::Path(regex) => {
                if filename.starts_with('<') && filename.ends_with('>') {
                    return is_match(regex, filename);
                }
                let stem = filename.strip_suffix(".py");
                let name = stem.unwrap_or(filename);
                if is_match(regex, name) {
                    return true;
                }
                let name = stem.and_then(|stem| stem.strip_suffix("/__init__")).unwrap_or(name);
                let name = name.replace('/', ".");
                let starts = std::iter::once(0).chain(name.match_indices('.').map(|(dot, _)| dot + 1));
                starts.filter_map(|start| name.get(start..)).any(|rest| is_match(regex, rest))
            }
        }
    }
}

impl Filter {
    fn matches(&self, warning: &Warning, filename: &str) -> bool {
        let is_of_class = match self.category {
            Some(Class::Every) => true,
            Some(Class::Only(category)) => category == warning.category,
            None => false,
        };
        is_of_class
            && (self.line == 0 || self.line == u64::from(warning.line))
            && self.message.as_ref().is_none_or(|regex| regex.is_match(&*warning.message).unwrap_or(false))
            && self.module.as_ref().is_none_or(|module| module.matches(filename))
    }
}

/// The filters of a run: those of the options, the last one first, then Python's default filters.
#[derive(Clone, Debug, Default)]
pub struct Filters(Arc<FilterLists>);

#[derive(Debug, Default)]
struct FilterLists {
    /// Filters for versions that match every text literally.
    literal: Vec<Filter>,
    /// Filters for versions in which `/…/` is a regular expression.
    patterns: Vec<Filter>,
    literal_errors: Vec<OptionError>,
    pattern_errors: Vec<OptionError>,
}

impl Filters {
    /// Reads options in ascending order of precedence: first `variable`, the value of
    /// `PYTHONWARNINGS`, then `arguments`, those of `-W`.
    pub fn new(variable: &str, arguments: &[String]) -> Self {
        let options = variable.split(',').filter(|option| !option.is_empty());
        let options: Vec<&str> = options.chain(arguments.iter().map(String::as_str)).collect();
        let mut lists = FilterLists::default();
        for option in options.iter().rev() {
            for (has_patterns, filters, errors) in [
                (false, &mut lists.literal, &mut lists.literal_errors),
                (true, &mut lists.patterns, &mut lists.pattern_errors),
            ] {
                match option::read(option, has_patterns) {
                    Ok(filter) => filters.push(filter),
                    Err(error) => errors.insert(0, error),
                }
            }
        }
        Self(Arc::new(lists))
    }

    /// Returns Python's messages about invalid options. `has_patterns` as in [`Self::action`], for
    /// each version of the run.
    pub fn errors(&self, has_patterns: impl Iterator<Item = bool>) -> Vec<OptionError> {
        let mut errors: Vec<OptionError> = Vec::new();
        for has_patterns in has_patterns {
            let new = if has_patterns { &self.0.pattern_errors } else { &self.0.literal_errors };
            for error in new {
                if !errors.contains(error) {
                    errors.push(error.clone());
                }
            }
        }
        errors
    }

    /// Returns the action for a warning about code with the recorded name `filename`.
    /// `has_patterns` is true for versions that have regular expressions in filters.
    pub fn action(&self, warning: &Warning, filename: &str, has_patterns: bool) -> FilterAction {
        let filters = if has_patterns { &self.0.patterns } else { &self.0.literal };
        // Python attributes such a warning to its own library, which no filter for a user's module
        // matches.
        let filename = if warning.is_elsewhere { "importlib/_bootstrap.py" } else { filename };
        match filters.iter().find(|filter| filter.matches(warning, filename)) {
            Some(filter) if filter.action == FilterAction::Error && warning.is_elsewhere => {
                FilterAction::Ignore
            }
            Some(filter) => filter.action,
            None => {
                let is_main = filename.strip_suffix(".py").unwrap_or(filename) == "__main__";
                match warning.category {
                    Category::Deprecation if !is_main => FilterAction::Ignore,
                    Category::Deprecation | Category::Syntax => FilterAction::Show,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FilterAction, Filters};
    use crate::warnings::{Category, Warning};

    fn action(options: &[&str], filename: &str, has_patterns: bool) -> FilterAction {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let message = "\"is\" with 'int' literal. Did you mean \"==\"?".into();
        let warning = Warning { category: Category::Syntax, message, line: 3, is_elsewhere: false };
        Filters::new("", &options).action(&warning, filename, has_patterns)
    }

    /// Answers from CPython 3.14.10 and, with patterns, 3.15.2.
    #[test]
    fn fields_of_filters() {
        for (options, filename, literal, patterns) in [
            (&["error"][..], "m.py", FilterAction::Error, FilterAction::Error),
            (&["error", "i"], "m.py", FilterAction::Ignore, FilterAction::Ignore),
            (&["i", "error:\"IS\" WITH"], "m.py", FilterAction::Error, FilterAction::Error),
            (&["error:is"], "m.py", FilterAction::Show, FilterAction::Show),
            (&["error:/.is.*=/"], "m.py", FilterAction::Show, FilterAction::Error),
            (&["error::SyntaxWarning"], "m.py", FilterAction::Error, FilterAction::Error),
            (&["error::DeprecationWarning"], "m.py", FilterAction::Show, FilterAction::Show),
            (&["error::builtins.SyntaxWarning"], "m.py", FilterAction::Error, FilterAction::Error),
            (&["o::::3"], "m.py", FilterAction::Once, FilterAction::Once),
            (&["error::::4"], "m.py", FilterAction::Show, FilterAction::Show),
            (&["error:::m"], "m.py", FilterAction::Error, FilterAction::Error),
            (&["error:::m"], "p/m.py", FilterAction::Show, FilterAction::Error),
            (&["error:::p/m"], "p/m.py", FilterAction::Error, FilterAction::Error),
            (&["error:::p.m"], "/x/p/m.py", FilterAction::Show, FilterAction::Error),
            (&["error:::p"], "/x/p/__init__.py", FilterAction::Show, FilterAction::Error),
            (&["error:::/p[.]./"], "/x/p/m.py", FilterAction::Show, FilterAction::Error),
        ] {
            assert_eq!(action(options, filename, false), literal, "{options:?} {filename}");
            assert_eq!(action(options, filename, true), patterns, "{options:?} {filename}, with patterns");
        }
    }
}
