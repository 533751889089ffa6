//! Updates of the lists in an existing config, which leave the rest of its text unchanged.

use super::{Lists, array};
use crate::config::Loaded;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::DeTable;

/// Differences between the lists of a config and the files of the project, by path relative to the
/// root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files of the project that are not listed.
    pub added: Vec<String>,
    /// Listed files that do not exist any more.
    pub removed: Vec<String>,
}

impl Changes {
    /// Returns `true` if the lists are up to date.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Errors of updating the lists of a config.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// The config has another root than the project's layout.
    #[error("[source] root is {config:?}, but the project's files are below {found:?}")]
    Root {
        /// Root in the config.
        config: String,
        /// Root of the layout.
        found: String,
    },
    /// The `[source]` table cannot be edited in place.
    #[error(
        "[source] is not a table with a `files` array: write it as one, or delete the file and run init again"
    )]
    Form,
}

/// Compares the lists of a config with the files of the project. Files that match `search` or
/// `exclude` are not compared, and a listed file counts as removed only if it does not exist.
///
/// # Errors
/// [`UpdateError::Root`].
pub fn changes(loaded: &Loaded, lists: &Lists) -> Result<Changes, UpdateError> {
    let source = &loaded.config.source;
    let root = match source.root.get_ref().trim_start_matches("./").trim_end_matches('/') {
        "" => ".",
        root => root,
    };
    if root != lists.root {
        return Err(UpdateError::Root { config: root.to_owned(), found: lists.root.clone() });
    }
    let is_pattern_file = |name: &String| loaded.is_searched(name) || loaded.is_excluded(name);
    let listed: BTreeSet<&String> =
        source.files.iter().chain(&source.data).map(toml::Spanned::get_ref).collect();
    let found: BTreeSet<&String> = lists.sources.iter().chain(&lists.data).collect();
    let added = found.difference(&listed).filter(|name| !is_pattern_file(name));
    let removed = listed.difference(&found).filter(|name| !loaded.root.join(name).is_file());
    Ok(Changes {
        added: added.map(|name| (*name).clone()).collect(),
        removed: removed.map(|name| (*name).clone()).collect(),
    })
}

/// Returns the text of the config with the changes: its two lists are sorted and rewritten, and the
/// rest is unchanged.
///
/// # Errors
/// [`UpdateError`].
pub fn updated(loaded: &Loaded, lists: &Lists) -> Result<(String, Changes), UpdateError> {
    let changes = changes(loaded, lists)?;
    let mut text = loaded.text().to_owned();
    if changes.is_empty() {
        return Ok((text, changes));
    }
    let is_source = |name: &&String| lists.sources.contains(name);
    let source = &loaded.config.source;
    let names = |listed: &[toml::Spanned<String>], wants_sources: bool| {
        let kept = listed.iter().map(toml::Spanned::get_ref).filter(|name| !changes.removed.contains(name));
        let new = changes.added.iter().filter(|name| is_source(name) == wants_sources);
        let names: BTreeSet<String> = kept.chain(new).cloned().collect();
        names.into_iter().collect::<Vec<String>>()
    };
    let (files, data) = (names(&source.files, true), names(&source.data, false));
    let spans = spans(&text, loaded.in_pyproject()).ok_or(UpdateError::Form)?;
    let data_text = format!("data = {}", array(&data));
    // From the end to the start, so that earlier spans remain valid.
    let mut edits: Vec<(Range<usize>, String)> = vec![(spans.files.clone(), array(&files))];
    match spans.data {
        Some(span) => edits.push((span, array(&data))),
        None if !data.is_empty() => edits.push((spans.files.end..spans.files.end, format!("\n{data_text}"))),
        None => {}
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse((span.start, span.end)));
    for (span, new) in edits {
        text.replace_range(span, &new);
    }
    Ok((text, changes))
}

struct Spans {
    files: Range<usize>,
    data: Option<Range<usize>>,
}

/// Returns the positions of the two lists of `[source]` in the text.
fn spans(text: &str, in_pyproject: bool) -> Option<Spans> {
    let file = DeTable::parse(text).ok()?;
    let mut source = file.get_ref();
    let path: &[&str] = if in_pyproject { &["tool", "pycompile", "source"] } else { &["source"] };
    for name in path {
        source = source.get(*name)?.get_ref().as_table()?;
    }
    let span = |key: &str| Some(source.get(key)?.span());
    Some(Spans { files: span("files")?, data: span("data") })
}
