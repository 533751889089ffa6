//! Values that `[project]` leaves to the backend, read from files; [`super::version`] has the
//! version.

use super::BackendKind;
use super::literals::PythonModule;
use super::pyproject::{PyProject, texts};
use super::version::{ReadFile, flit_modules};
use toml::{Table, Value};

/// A value with the files that it is from.
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicValue {
    /// Value in the form of `[project]`.
    pub value: Value,
    /// Paths relative to the project.
    pub files: Vec<String>,
}

/// Returns the value of a key, following the backend's own rules; `None` if code has to run.
pub(super) fn dynamic_value(
    kind: BackendKind,
    project: &PyProject,
    key: &str,
    read: ReadFile<'_>,
) -> Option<DynamicValue> {
    match (kind, key) {
        (BackendKind::Flit, "description") => summary(project, read),
        (BackendKind::Setuptools, "readme" | "dependencies" | "classifiers" | "optional-dependencies") => {
            of_setuptools(project.table(&["tool", "setuptools", "dynamic"])?.get(key)?, key, read)
        }
        _ => None,
    }
}

fn of_setuptools(setting: &Value, key: &str, read: ReadFile<'_>) -> Option<DynamicValue> {
    let setting = setting.as_table()?;
    if key == "optional-dependencies" {
        let (mut extras, mut files) = (Table::new(), Vec::new());
        for (extra, setting) in setting {
            let found = of_setuptools(setting, "dependencies", read)?;
            extras.insert(extra.clone(), found.value);
            files.extend(found.files);
        }
        return Some(DynamicValue { value: Value::Table(extras), files });
    }
    let files = texts(setting.get("file")?)?;
    let text = |file: &String| String::from_utf8(read(file.trim_start_matches("./"))?).ok();
    let text = files.iter().map(text).collect::<Option<Vec<String>>>()?.join("\n");
    let value = if key == "readme" {
        let content_type = setting.get("content-type").and_then(Value::as_str).unwrap_or("text/x-rst");
        let table = [("text", text.as_str()), ("content-type", content_type)];
        Value::Table(table.into_iter().map(|(key, text)| (key.into(), text.into())).collect())
    } else {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
        // An option of pip, such as `-r other.txt`.
        if lines.iter().any(|line| line.starts_with('-')) {
            return None;
        }
        Value::Array(lines.into_iter().map(Into::into).collect())
    };
    Some(DynamicValue { value, files })
}

/// Reads the first line of the module's docstring.
fn summary(project: &PyProject, read: ReadFile<'_>) -> Option<DynamicValue> {
    flit_modules(project)?.into_iter().find_map(|path| {
        let docstring = PythonModule::parse(&read(&path)?)?.docstring?;
        let line = docstring.trim_start().lines().next()?.trim_end().to_owned();
        (!line.is_empty()).then(|| DynamicValue { value: line.into(), files: vec![path] })
    })
}
