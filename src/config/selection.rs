//! Files that a config selects.

use super::error::{ConfigAdvice, ConfigError};
use super::load::Loaded;
use super::paths::normalized;
use crate::project::{Searched, search};
use globset::GlobSet;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Selected file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Path relative to the root, with `/`.
    pub name: String,
    /// Path of the file.
    pub path: PathBuf,
    /// True if the file may fail to compile.
    pub may_fail: bool,
}

/// All files of a config, each list sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigSelection {
    /// Files to compile.
    pub sources: Vec<Selected>,
    /// Files to copy.
    pub data: Vec<Selected>,
    /// Patterns that match nothing.
    pub unused: Vec<Spanned<String>>,
}

impl Loaded {
    /// Resolves the lists of files; only `search` accesses the file system.
    ///
    /// # Errors
    /// A path that is absolute, leaves the root or is listed twice; two sources with one pyc, also
    /// if the names differ only in case; an invalid pattern; a search that finds nothing, or a name
    /// that is not UTF-8; an output at the path of an input.
    pub fn select(&self) -> Result<ConfigSelection, ConfigError> {
        let source = &self.config.source;
        let mut named: BTreeMap<String, Option<std::ops::Range<usize>>> = BTreeMap::new();
        for file in &source.files {
            let name = self.name(file)?;
            if named.insert(name.clone(), Some(file.span())).is_some() {
                return Err(self.error_at(&file.span(), format!("{name} is listed twice")));
            }
        }
        let include = self.globs(&source.search)?;
        let exclude = self.globs(&source.exclude)?;
        let mut unused = Vec::new();
        if let Some(first) = source.search.first() {
            let found = self.searched(first, &include, &exclude)?;
            let patterns = |list: &[Spanned<String>], at: Vec<usize>| {
                at.into_iter().filter_map(|at| list.get(at).cloned()).collect::<Vec<_>>()
            };
            unused = patterns(&source.search, found.unused_include);
            unused.extend(patterns(&source.exclude, found.unused_exclude));
            for name in found.names {
                named.entry(name).or_insert(None);
            }
        }
        self.check_folded(&named)?;
        let mut allowed = Vec::new();
        for file in &self.config.compile.allow_failures {
            let name = self.name(file)?;
            if !named.contains_key(&name) {
                return Err(self.error_at(&file.span(), format!("{name} is not among the files")));
            }
            allowed.push(name);
        }
        let selected = |name: String, may_fail| Selected { path: self.root.join(&name), name, may_fail };
        let mut data = BTreeMap::new();
        for file in &source.data {
            let name = self.name(file)?;
            if named.contains_key(&name) {
                return Err(self.error_at(
                    &file.span(),
                    format!("{name} is compiled, so it cannot be listed in `data`"),
                ));
            }
            if data.insert(name.clone(), selected(name.clone(), false)).is_some() {
                return Err(self.error_at(&file.span(), format!("{name} is listed twice")));
            }
        }
        let sources = named.into_keys().map(|name| {
            let may_fail = allowed.contains(&name);
            selected(name, may_fail)
        });
        let selection =
            ConfigSelection { sources: sources.collect(), data: data.into_values().collect(), unused };
        self.check_outputs(&selection)?;
        Ok(selection)
    }

    /// Searches the root; an error points to `first`, the first pattern, if to none in particular.
    fn searched(
        &self,
        first: &Spanned<String>,
        include: &GlobSet,
        exclude: &GlobSet,
    ) -> Result<Searched, ConfigError> {
        let source = &self.config.source;
        self.sources().check_folder(Path::new("")).map_err(|error| {
            let error = self.error_at(&source.root.span(), error.to_string());
            error.with_advice(ConfigAdvice::FollowLinks)
        })?;
        let found = search(&self.root, include, exclude, source.follow_links)?;
        if let Some(path) = found.nameless.first() {
            let lossy = path.to_string_lossy();
            let by = include.matches(path).into_iter().chain(include.matches(&*lossy)).min();
            let pattern = by.and_then(|at| source.search.get(at)).unwrap_or(first);
            let message = match found.nameless.len() - 1 {
                0 => format!("the search finds {path:?}, whose name is not UTF-8: exclude or rename it"),
                more => format!(
                    "the search finds {path:?} and {more} more whose names are not UTF-8: exclude or rename \
                     them"
                ),
            };
            return Err(self.error_at(&pattern.span(), message));
        }
        if found.names.is_empty() {
            return Err(self.error_at(&first.span(), "the search finds no file"));
        }
        Ok(found)
    }

    /// Checks that the files under `files` and `data` exist and that each pattern matches
    /// something.
    ///
    /// # Errors
    /// The first path or pattern without a file, with its line.
    pub fn check_listed(&self, selection: &ConfigSelection) -> Result<(), ConfigError> {
        if let Some(pattern) = selection.unused.first() {
            let message = format!("the pattern `{}` matches nothing", pattern.get_ref());
            return Err(self.error_at(&pattern.span(), message));
        }
        use std::io::ErrorKind::{NotADirectory, NotFound};
        let source = &self.config.source;
        let is_gone = |file: &&Spanned<String>| {
            let found = self.root.join(file.get_ref()).symlink_metadata();
            found.is_err_and(|error| matches!(error.kind(), NotFound | NotADirectory))
        };
        let mut gone = source.files.iter().chain(&source.data).filter(is_gone);
        let Some(first) = gone.next() else { return Ok(()) };
        let name = first.get_ref();
        let is_pattern = name.contains(['*', '?', '[']);
        let more = match gone.count() {
            1 if !is_pattern => ", and 1 more listed file is missing".to_owned(),
            more if more > 1 && !is_pattern => format!(", and {more} more listed files are missing"),
            _ => String::new(),
        };
        let advice = if is_pattern { ConfigAdvice::Patterns } else { ConfigAdvice::RefreshLists };
        let error = self.error_at(&first.span(), format!("there is no file `{name}`{more}"));
        Err(error.with_advice(advice))
    }

    /// Returns `true` if `search` finds the file, given its path relative to the root.
    pub fn is_searched(&self, name: &str) -> bool {
        self.matches(&self.config.source.search, name)
    }

    /// Returns `true` if `exclude` matches the file, given its path relative to the root.
    pub fn is_excluded(&self, name: &str) -> bool {
        self.matches(&self.config.source.exclude, name)
    }

    fn matches(&self, patterns: &[Spanned<String>], name: &str) -> bool {
        self.globs(patterns).is_ok_and(|set| set.is_match(name))
    }

    fn name(&self, file: &Spanned<String>) -> Result<String, ConfigError> {
        normalized(file.get_ref()).map_err(|error| {
            self.error_at(&file.span(), format!("`{}` cannot be used: {error}", file.get_ref()))
        })
    }

    fn globs(&self, patterns: &[Spanned<String>]) -> Result<GlobSet, ConfigError> {
        let mut set = globset::GlobSetBuilder::new();
        let error = |pattern: &Spanned<String>, error: globset::Error| {
            self.error_at(&pattern.span(), format!("not a pattern: {}", error.kind()))
        };
        for pattern in patterns {
            let glob = globset::GlobBuilder::new(pattern.get_ref()).literal_separator(true).build();
            set.add(glob.map_err(|cause| error(pattern, cause))?);
        }
        set.build().map_err(|cause| match patterns.first() {
            Some(pattern) => error(pattern, cause),
            None => self.missing(cause.to_string()),
        })
    }

    fn check_folded(
        &self,
        named: &BTreeMap<String, Option<std::ops::Range<usize>>>,
    ) -> Result<(), ConfigError> {
        let mut folded: BTreeMap<String, &str> = BTreeMap::new();
        for (name, span) in named {
            // The pyc of a source is named after the part before the last dot: `a.py` and `a.pyw`
            // share one.
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            let key = format!("{folder}/{stem}").to_lowercase();
            if let Some(other) = folded.insert(key, name) {
                let how = if other.to_lowercase() == name.to_lowercase() {
                    " on file systems that ignore case"
                } else {
                    ""
                };
                let message = format!("{other} and {name} would both be compiled to one pyc{how}");
                return Err(match span {
                    Some(span) => self.error_at(span, message),
                    None => self.missing(message),
                });
            }
        }
        Ok(())
    }
}
