//! `*.egg-info` of an sdist built by setuptools: `requires.txt` and `entry_points.txt`.

use crate::output::inside::Inside;
use crate::project::names_in;
use crate::wheel::name::normalize_name;
use crate::wheel::project::files;
use std::path::Path;

/// Directory `egg-info` of a project, if it has one, by path relative to the project.
pub(super) struct EggInfo<'a> {
    folder: &'a Inside,
    path: Option<String>,
}

impl<'a> EggInfo<'a> {
    /// Searches the project's directory and the directories that its packages may be in.
    pub(super) fn find(folder: &'a Inside, name: &str) -> Self {
        for root in ["", "src/", "lib/", "Lib/", "python/"] {
            let listed = folder.path().join(root);
            let names = names_in(if listed.as_os_str().is_empty() { Path::new(".") } else { &listed });
            let found = names.unwrap_or_default().into_iter().find(|entry| {
                let stem = entry.to_str().and_then(|entry| entry.strip_suffix(".egg-info"));
                stem.is_some_and(|stem| normalize_name(stem) == name)
            });
            if let Some(found) = found.as_ref().and_then(|found| found.to_str()) {
                return Self { folder, path: Some(format!("{root}{found}")) };
            }
        }
        Self { folder, path: None }
    }

    fn text(&self, name: &str) -> Option<String> {
        let bytes = files::read(self.folder, &format!("{}/{name}", self.path.as_ref()?)).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        (!text.trim().is_empty()).then_some(text)
    }

    pub(super) fn entry_points(&self) -> Option<String> {
        self.text("entry_points.txt")
    }

    /// Returns `requires.txt` as `Provides-Extra` and `Requires-Dist` fields: a section is named
    /// `[extra:marker]`.
    pub(super) fn requirements(&self) -> Option<Vec<(&'static str, String)>> {
        Some(requirements(&self.text("requires.txt")?))
    }
}

fn requirements(text: &str) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    let (mut extra, mut marker) = ("", "");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            (extra, marker) = section.split_once(':').unwrap_or((section, ""));
            let is_new = !fields.iter().any(|(name, value)| *name == "Provides-Extra" && value == extra);
            if !extra.is_empty() && is_new {
                fields.push(("Provides-Extra", extra.to_owned()));
            }
            continue;
        }
        fields.push(("Requires-Dist", requirement(line, marker, extra)));
    }
    fields
}

fn requirement(line: &str, marker: &str, extra: &str) -> String {
    let (requirement, own) = match line.split_once(';') {
        Some((requirement, own)) => (requirement.trim(), own.trim()),
        None => (line, ""),
    };
    let either =
        |marker: &str| if marker.contains(" or ") { format!("({marker})") } else { marker.to_owned() };
    let of_extra = if extra.is_empty() { String::new() } else { format!("extra == \"{extra}\"") };
    let parts = [either(own), either(marker), of_extra];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => requirement.to_owned(),
        // A direct reference ends at a space before the semicolon (PEP 508).
        parts if requirement.contains('@') => format!("{requirement} ; {}", parts.join(" and ")),
        parts => format!("{requirement}; {}", parts.join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_become_extras_and_markers() {
        let text = "a>=1\n\n[:python_version < \"3.11\"]\ntomli\n\n[test]\nb\n\n[test:os_name == \"nt\" or os_name == \"x\"]\nc\n";
        let fields: Vec<String> =
            requirements(text).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            fields,
            [
                "Requires-Dist: a>=1",
                "Requires-Dist: tomli; python_version < \"3.11\"",
                "Provides-Extra: test",
                "Requires-Dist: b; extra == \"test\"",
                "Requires-Dist: c; (os_name == \"nt\" or os_name == \"x\") and extra == \"test\"",
            ]
        );
    }
}
