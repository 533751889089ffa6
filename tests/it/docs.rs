//! Paths in the documentation exist, and the tests of each packaging run in CI.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn names(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names =
        entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect::<Vec<_>>();
    names.sort();
    names
}

fn pages() -> Vec<PathBuf> {
    let mut pages = names(&root(), "md");
    pages.extend(names(&root().join("docs"), "md"));
    pages
}

#[test]
fn links_lead_to_files() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") || target.contains('\n') {
                continue;
            }
            if !page.parent().unwrap().join(target).exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_is_linked_from_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for page in names(&root().join("docs"), "md") {
        let name = format!("docs/{}", page.file_name().unwrap().to_str().unwrap());
        assert!(readme.contains(&name), "README.md does not link {name}");
    }
}

#[test]
fn every_test_of_a_packaging_is_run_and_listed() {
    // The package in a registry does not contain these files.
    let Ok(run) = std::fs::read_to_string(root().join(".ci/run")) else { return };
    let listed = std::fs::read_to_string(root().join("docs/testing.md")).unwrap();
    let scripts = names(&root().join("tests/packaging"), "sh");
    assert!(scripts.len() >= 7, "{scripts:?}");
    for script in scripts {
        let name = format!("tests/packaging/{}", script.file_name().unwrap().to_str().unwrap());
        assert!(run.contains(&name), ".ci/run does not run {name}");
        assert!(listed.contains(&name), "docs/testing.md does not say what {name} checks");
    }
}
