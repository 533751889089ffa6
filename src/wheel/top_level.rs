//! Top-level names of a wheel, a namespace that all installed projects share.

use std::collections::BTreeSet;

/// Names that files outside of a project's packages often have.
const COMMON: [&str; 26] = [
    "benchmark",
    "benchmarks",
    "bin",
    "build",
    "conftest",
    "dist",
    "doc",
    "docs",
    "example",
    "examples",
    "fabfile",
    "lib",
    "node_modules",
    "noxfile",
    "script",
    "scripts",
    "setup",
    "src",
    "tasks",
    "test",
    "testing",
    "tests",
    "tool",
    "tools",
    "toxfile",
    "venv",
];

/// Maximum number of names in a remark.
const SHOWN: usize = 5;

/// Returns remarks about the top-level names of files, one sentence each: about several names, and
/// about common names. `dist-info` and `data` directories are ignored.
pub fn top_level_notes<'a>(files: impl Iterator<Item = &'a str>) -> Vec<String> {
    let tops = files.map(|file| file.split('/').next().unwrap_or(file));
    let tops = tops.filter(|top| !top.ends_with(".dist-info") && !top.ends_with(".data"));
    let tops: BTreeSet<&str> = tops.map(|top| top.strip_suffix(".py").unwrap_or(top)).collect();
    let mut notes = Vec::new();
    let is_common = |top: &&str| COMMON.contains(&top.to_ascii_lowercase().as_str());
    let common: Vec<&str> = tops.iter().copied().filter(is_common).collect();
    if !common.is_empty() {
        notes.push(format!(
            "the wheel installs {} at the top level, where other projects may have the same name",
            listed(&common)
        ));
    }
    let others: Vec<&str> = tops.into_iter().filter(|top| !is_common(top)).collect();
    if others.len() > 1 {
        notes.push(format!("the wheel has {} top-level names: {}", others.len(), listed(&others)));
    }
    notes
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_and_several_names_are_noted() {
        let notes = |files: &[&str]| top_level_notes(files.iter().copied());
        let none: [&str; 0] = [];
        assert_eq!(notes(&["demo/a.py", "demo/tests/b.py", "demo-1.0.dist-info/METADATA"]), none);
        assert_eq!(notes(&["demo.py", "demo-1.0.data/scripts/x"]), none);
        assert_eq!(
            notes(&["demo/a.py", "tests/a.py", "setup.py"]),
            [
                "the wheel installs \"setup\", \"tests\" at the top level, where other projects may have the same name"
            ]
        );
        assert_eq!(
            notes(&["attr/a.py", "attrs/a.py"]),
            ["the wheel has 2 top-level names: \"attr\", \"attrs\""]
        );
        let many = ["a", "b", "c", "d", "e", "f", "g"];
        assert!(notes(&many)[0].ends_with("\"d\", \"e\" and 2 more"));
    }
}
