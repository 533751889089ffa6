//! Entry points of a wheel whose module is not one of its files.

use super::sectioned::entry_points;
use std::collections::BTreeSet;

/// Returns a remark for each entry point in the text of `entry_points.txt` whose module is not
/// among the files: for scripts always, and for other groups if the wheel has the module's package,
/// since these may name modules of other projects.
pub fn entry_point_notes<'a>(text: &str, files: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut modules = BTreeSet::new();
    for file in files {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let stem = name.split('.').next().unwrap_or(name);
        let own = if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
        modules.insert(own);
        // A directory is a namespace package.
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        modules.extend(ends.map(|end| folder[..end].to_owned()));
    }
    let mut notes = Vec::new();
    for point in entry_points(text) {
        let reference = point.reference.split('[').next().unwrap_or_default().trim();
        let module = reference.split(':').next().unwrap_or_default().trim();
        let path = module.replace('.', "/");
        let is_own = path.split('/').next().is_some_and(|top| modules.contains(top));
        if !modules.contains(&path) && (point.is_script() || is_own) {
            notes.push(format!(
                "the entry point {:?} is {reference}, and the wheel has no module {module}",
                point.name
            ));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_files_packages_and_namespaces() {
        let files = [
            "demo/__init__.py",
            "demo/a.py",
            "demo/b.cpython-314-x86_64-linux-gnu.so",
            "space/x/c.py",
            "one.pyc",
        ];
        let notes = |text: &str| entry_point_notes(text, files.into_iter());
        let scripts = "[console_scripts]\na = demo.a:main\nb=demo.b:main [extra]\nd = demo:x.y\nc = space.x.c\no = one:f\ns = space:f\n";
        assert!(notes(scripts).is_empty(), "{:?}", notes(scripts));
        assert_eq!(
            notes(
                "[gui_scripts]\nq = demo.cli:main\n[plugins]\np = demo.q\nother = elsewhere.q\n; c = demo.z\n"
            ),
            [
                "the entry point \"q\" is demo.cli:main, and the wheel has no module demo.cli",
                "the entry point \"p\" is demo.q, and the wheel has no module demo.q",
            ]
        );
        assert_eq!(notes("[console_scripts]\nx = other:main\n").len(), 1);
    }
}
