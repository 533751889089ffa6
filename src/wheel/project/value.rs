//! TOML values with line numbers for error messages.

use super::fault::{ProjectFault, ProjectTableError};
use std::collections::BTreeSet;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Value with the line that it begins in.
#[derive(Clone, Debug)]
pub(super) struct ProjectValue {
    pub(super) line: Option<usize>,
    kind: ProjectValueKind,
}

impl ProjectValue {
    fn is_text(&self, wanted: &str) -> bool {
        matches!(&self.kind, ProjectValueKind::Text(text) if text == wanted)
    }
}

#[derive(Clone, Debug)]
enum ProjectValueKind {
    Text(String),
    List(Vec<ProjectValue>),
    /// Entries in the order of the file.
    Table(Vec<(String, ProjectValue)>),
    /// Name of the type, with its article.
    Other(&'static str),
}

impl ProjectValueKind {
    const fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Table(_) => "a table",
            Self::Other(name) => name,
        }
    }
}

fn line(text: &str, offset: usize) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes().get(..offset).unwrap_or_default()).count() + 1
}

fn with_lines(text: &str, at: usize, value: &DeValue<'_>) -> ProjectValue {
    let kind = match value {
        DeValue::String(string) => ProjectValueKind::Text(string.to_string()),
        DeValue::Array(items) => ProjectValueKind::List(
            items.iter().map(|item| with_lines(text, item.span().start, item.get_ref())).collect(),
        ),
        DeValue::Table(table) => {
            let mut items = table.iter().collect::<Vec<_>>();
            items.sort_by_key(|(key, _)| key.span().start);
            let item = |key: &toml::Spanned<toml::de::DeString<'_>>, value: &toml::Spanned<DeValue<'_>>| {
                (key.get_ref().to_string(), with_lines(text, key.span().start, value.get_ref()))
            };
            ProjectValueKind::Table(items.into_iter().map(|(key, value)| item(key, value)).collect())
        }
        DeValue::Integer(_) => ProjectValueKind::Other("an integer"),
        DeValue::Float(_) => ProjectValueKind::Other("a float"),
        DeValue::Boolean(_) => ProjectValueKind::Other("a boolean"),
        DeValue::Datetime(_) => ProjectValueKind::Other("a date"),
    };
    ProjectValue { line: Some(line(text, at)), kind }
}

fn without_lines(value: &toml::Value) -> ProjectValue {
    let kind = match value {
        toml::Value::String(string) => ProjectValueKind::Text(string.clone()),
        toml::Value::Array(items) => ProjectValueKind::List(items.iter().map(without_lines).collect()),
        toml::Value::Table(table) => ProjectValueKind::Table(
            table.iter().map(|(key, value)| (key.clone(), without_lines(value))).collect(),
        ),
        toml::Value::Integer(_) => ProjectValueKind::Other("an integer"),
        toml::Value::Float(_) => ProjectValueKind::Other("a float"),
        toml::Value::Boolean(_) => ProjectValueKind::Other("a boolean"),
        toml::Value::Datetime(_) => ProjectValueKind::Other("a date"),
    };
    ProjectValue { line: None, kind }
}

/// Parses the `[project]` table of a `pyproject.toml`.
pub(super) fn project_table<'a>(path: &'a Path, text: &str) -> Result<Table<'a>, ProjectTableError> {
    let refuse = |line, fault| {
        let fault = Box::new(fault);
        ProjectTableError { path: path.into(), line, key: String::new(), fault }
    };
    let document = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| line(text, span.start));
        refuse(line, ProjectFault::Toml(error.message().to_owned()))
    })?;
    let found = document.get_ref().iter().find(|(key, _)| key.get_ref().as_ref() == "project");
    let Some((key, value)) = found else { return Ok(Table::absent(path)) };
    match with_lines(text, key.span().start, value.get_ref()) {
        ProjectValue { kind: ProjectValueKind::Table(items), line } => {
            Ok(Table { path, key: String::new(), line, items, is_present: true })
        }
        ProjectValue { line, .. } => Err(refuse(line, ProjectFault::NoTable)),
    }
}

/// Table whose keys are removed as they are read.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    path: &'a Path,
    /// Key of the table below `project`; empty for `project` itself.
    key: String,
    line: Option<usize>,
    items: Vec<(String, ProjectValue)>,
    /// True if the file has the table.
    is_present: bool,
}

/// Value with its key.
#[derive(Clone, Debug)]
pub(super) struct ProjectItem<'a> {
    path: &'a Path,
    key: String,
    value: ProjectValue,
}

impl<'a> Table<'a> {
    /// Returns a table that was read without line numbers.
    pub(super) fn without_lines(path: &'a Path, table: &toml::Table) -> Self {
        let items = table.iter().map(|(key, value)| (key.clone(), without_lines(value))).collect();
        Self { path, key: String::new(), line: None, items, is_present: true }
    }

    /// Returns a table that the file does not have.
    const fn absent(path: &'a Path) -> Self {
        Self { path, key: String::new(), line: None, items: Vec::new(), is_present: false }
    }

    pub(super) const fn is_present(&self) -> bool {
        self.is_present
    }

    fn full_key(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }

    pub(super) fn error(&self, key: &str, fault: ProjectFault) -> ProjectTableError {
        ProjectTableError {
            path: self.path.into(),
            line: self.line,
            key: self.full_key(key),
            fault: fault.into(),
        }
    }

    pub(super) fn take(&mut self, key: &str) -> Option<ProjectItem<'a>> {
        let at = self.items.iter().position(|item| item.0 == key)?;
        let (name, value) = self.items.remove(at);
        Some(ProjectItem { path: self.path, key: self.full_key(&name), value })
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.items.iter().any(|item| item.0 == key)
    }

    pub(super) fn keys(&self) -> BTreeSet<String> {
        self.items.iter().map(|item| item.0.clone()).collect()
    }

    /// Copies `key` of `other`.
    pub(super) fn adopt(&mut self, key: &str, other: &Self) {
        self.items.extend(other.items.iter().filter(|item| item.0 == key).cloned());
    }

    /// Returns whether `dynamic` lists the key.
    pub(super) fn leaves(&self, key: &str) -> bool {
        self.items.iter().any(|(name, value)| {
            let ProjectValueKind::List(items) = &value.kind else { return false };
            name == "dynamic" && items.iter().any(|item| item.is_text(key))
        })
    }

    /// Sets a key that `dynamic` lists, and removes it from there.
    pub(super) fn settle(&mut self, key: &str, value: &toml::Value) {
        for (name, value) in &mut self.items {
            if let (true, ProjectValueKind::List(items)) = (name == "dynamic", &mut value.kind) {
                items.retain(|item| !item.is_text(key));
            }
        }
        self.items.push((key.to_owned(), without_lines(value)));
    }

    /// Returns the remaining keys and values, in order.
    pub(super) fn into_items(self) -> impl Iterator<Item = (String, ProjectItem<'a>)> {
        let (path, prefix) = (self.path, self.key);
        self.items.into_iter().map(move |(name, value)| {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            (name, ProjectItem { path, key, value })
        })
    }

    /// Refuses the remaining keys.
    pub(super) fn finish(self) -> Result<(), ProjectTableError> {
        match self.into_items().next() {
            Some((_, item)) => Err(item.error(ProjectFault::Unknown)),
            None => Ok(()),
        }
    }
}

impl<'a> ProjectItem<'a> {
    pub(super) fn error(&self, fault: ProjectFault) -> ProjectTableError {
        ProjectTableError {
            path: self.path.into(),
            line: self.value.line,
            key: self.key.clone(),
            fault: fault.into(),
        }
    }

    pub(super) const fn line_number(&self) -> Option<usize> {
        self.value.line
    }

    fn expected(&self, expected: &'static str) -> ProjectTableError {
        self.error(ProjectFault::Type { expected, found: self.value.kind.name() })
    }

    pub(super) fn is_table(&self) -> bool {
        matches!(self.value.kind, ProjectValueKind::Table(_))
    }

    pub(super) fn text(&self) -> Result<&str, ProjectTableError> {
        match &self.value.kind {
            ProjectValueKind::Text(text) => Ok(text),
            _ => Err(self.expected("a string")),
        }
    }

    /// Returns text that is not empty and fits on one line of METADATA.
    pub(super) fn line(&self) -> Result<String, ProjectTableError> {
        let text = self.text()?.trim();
        if text.is_empty() {
            return Err(self.error(ProjectFault::Empty));
        }
        // Line ends according to `str.splitlines` and e-mail parsers.
        let ends = |c: char| c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{2029}');
        if text.contains(ends) {
            return Err(self.error(ProjectFault::Lines));
        }
        Ok(text.to_owned())
    }

    pub(super) fn list(self) -> Result<Vec<Self>, ProjectTableError> {
        let ProjectValueKind::List(values) = self.value.kind else { return Err(self.expected("an array")) };
        let (path, key) = (self.path, self.key);
        Ok(values.into_iter().map(|value| Self { path, key: key.clone(), value }).collect())
    }

    pub(super) fn lines(self) -> Result<Vec<String>, ProjectTableError> {
        self.list()?.iter().map(Self::line).collect()
    }

    pub(super) fn table(self) -> Result<Table<'a>, ProjectTableError> {
        let ProjectValueKind::Table(items) = self.value.kind else { return Err(self.expected("a table")) };
        Ok(Table { path: self.path, key: self.key, line: self.value.line, items, is_present: true })
    }
}
