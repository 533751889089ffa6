//! Text of METADATA (core metadata 2.4) and of `entry_points.txt`.

use super::{License, Project, people};
use std::collections::BTreeMap;
use std::fmt::Write as _;

impl Project {
    /// Returns METADATA: fields in the order of the specification's examples, the long description
    /// as the body.
    pub fn metadata(&self) -> String {
        let mut text = String::new();
        let mut field = |name: &str, value: &str| {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push('\n');
        };
        field("Metadata-Version", "2.4");
        field("Name", &self.name);
        field("Version", &self.version.to_string());
        if let Some(summary) = &self.summary {
            field("Summary", summary);
        }
        for (label, url) in &self.urls {
            field("Project-URL", &format!("{label}, {url}"));
        }
        for (people, name) in [(&self.authors, "Author"), (&self.maintainers, "Maintainer")] {
            let (names, addresses) = people::fields(people);
            if !names.is_empty() {
                field(name, &names);
            }
            if !addresses.is_empty() {
                field(&format!("{name}-email"), &addresses);
            }
        }
        match &self.license {
            License::Unstated => {}
            License::Expression(expression) => field("License-Expression", expression),
            License::Text(license) => field("License", &folded(license)),
        }
        for file in &self.license_files {
            field("License-File", &file.path);
        }
        if !self.keywords.is_empty() {
            field("Keywords", &self.keywords.join(","));
        }
        for classifier in &self.classifiers {
            field("Classifier", classifier);
        }
        if let Some(requires_python) = self.requires_python.as_ref().filter(|set| !set.is_empty()) {
            field("Requires-Python", requires_python);
        }
        for requirement in &self.dependencies {
            field("Requires-Dist", &requirement.to_string());
        }
        for (extra, requirements) in &self.extras {
            field("Provides-Extra", extra);
            for requirement in requirements {
                field("Requires-Dist", &requirement.for_extra(extra).to_string());
            }
        }
        if let Some(readme) = &self.readme {
            field("Description-Content-Type", &readme.content_type);
            text.push('\n');
            text.push_str(&readme.text);
            if !readme.text.ends_with('\n') {
                text.push('\n');
            }
        }
        text
    }

    /// Returns `entry_points.txt` if there are entry points, with groups and names sorted.
    pub fn entry_points(&self) -> Option<String> {
        entry_points(&self.entry_points)
    }
}

/// Returns the text of `entry_points.txt` for groups of names and references, or `None` if there
/// are none.
pub(in crate::wheel) fn entry_points(groups: &BTreeMap<String, BTreeMap<String, String>>) -> Option<String> {
    let mut text = String::new();
    for (group, entries) in groups {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "[{group}]");
        for (name, reference) in entries {
            let _ = writeln!(text, "{name} = {reference}");
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Returns a header of several lines, in which continuation lines are indented.
fn folded(text: &str) -> String {
    text.trim_end().lines().collect::<Vec<_>>().join("\n        ")
}
