//! Tables that are accepted, and tables that are refused.

use super::*;
use crate::output::inside::{Inside, Links};
use std::path::Path;

fn inside(folder: &Path) -> Inside {
    Inside::new(folder, Links::Inside)
}

/// Directory of a project.
struct ProjectFolder(tempfile::TempDir);

impl ProjectFolder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = folder.0.path().join(name);
            crate::output::atomic::write(&path, text.as_bytes(), 0o644).unwrap();
        }
        folder
    }

    fn read_with(&self, table: &str, given: &str) -> Result<Project, String> {
        let path = self.0.path().join("pyproject.toml");
        crate::output::atomic::write(&path, table.as_bytes(), 0o644).unwrap();
        let place = self.0.path().to_str().unwrap().to_owned();
        Project::read(&inside(self.0.path()), "pyproject.toml", &toml::from_str(given).unwrap())
            .map_err(|error| error.to_string().replace(&format!("{place}/"), ""))
    }

    fn read(&self, table: &str) -> Result<Project, String> {
        self.read_with(table, "")
    }
}

#[track_caller]
fn refused(lines: &str, message: &str) {
    let folder = ProjectFolder::new(&[("README.xyz", ""), ("latin.txt", "")]);
    let found = folder.read(&format!("[project]\nname = \"demo\"\nversion = \"1\"\n{lines}")).unwrap_err();
    assert_eq!(found, message);
}

#[test]
fn everything_at_once() {
    let folder = ProjectFolder::new(&[
        ("README.md", "# Demo\r\n\r\nText.\r\n"),
        ("LICENSE-MIT", "MIT\n"),
        ("LICENSE-APACHE", "Apache\n"),
        ("vendor/a/LICENSE", "other\n"),
    ]);
    let project = folder
        .read(
            r#"
[build-system]
requires = ["hatchling"]
[project]
name = "My.Demo"
version = "1.0-alpha1"
description = "Does things"
readme = "README.md"
requires-python = ">= 3.8, < 4"
license = "MIT or Apache-2.0"
license-files = ["LICENSE-*", "vendor/**/LICENSE"]
authors = [{name = "A. Uthor", email = "a@x.org"}, {name = "Böse"}, {email = "c@x.org"}]
keywords = ["a", "b"]
"#,
        )
        .unwrap();
    assert_eq!(
        project.metadata(),
        "Metadata-Version: 2.4\nName: My.Demo\nVersion: 1.0a1\nSummary: Does things\nAuthor: Böse\n\
         Author-email: \"A. Uthor\" <a@x.org>, c@x.org\nLicense-Expression: MIT OR Apache-2.0\n\
         License-File: LICENSE-APACHE\nLicense-File: LICENSE-MIT\nLicense-File: vendor/a/LICENSE\nKeywords: a,b\n\
         Requires-Python: >=3.8,<4\nDescription-Content-Type: text/markdown\n\n# Demo\n\nText.\n"
    );
    assert_eq!(project.entry_points(), None);
}

#[test]
fn lists_keep_their_order() {
    let project = ProjectFolder::new(&[])
        .read(
            r#"
[project]
name = "demo"
version = "1"
keywords = ["z", "a"]
classifiers = ["Z :: A", "A :: Z"]
dependencies = ["b>1", "a; os_name == 'x' or os_name == 'y'"]
license.text = "Line one\n\nLine three\n"
[project.urls]
Source = "https://x.org/s"
Home = "https://x.org"
[project.optional-dependencies]
Dev_Tools = ["c", "d; os_name == 'x' or os_name == 'y'"]
all = []
[project.scripts]
demo = "demo.core:main"
[project.gui-scripts]
demo-gui = "demo.gui:App.main [dev-tools]"
[project.entry-points."demo.plugins"]
one = "demo.one"
"#,
        )
        .unwrap();
    assert_eq!(
        project.metadata(),
        "Metadata-Version: 2.4\nName: demo\nVersion: 1\nProject-URL: Source, https://x.org/s\n\
         Project-URL: Home, https://x.org\nLicense: Line one\n        \n        Line three\nKeywords: z,a\n\
         Classifier: Z :: A\nClassifier: A :: Z\nRequires-Dist: b>1\n\
         Requires-Dist: a; os_name == \"x\" or os_name == \"y\"\nProvides-Extra: all\nProvides-Extra: dev-tools\n\
         Requires-Dist: c; extra == \"dev-tools\"\n\
         Requires-Dist: d; (os_name == \"x\" or os_name == \"y\") and extra == \"dev-tools\"\n"
    );
    assert_eq!(
        project.entry_points().unwrap(),
        "[console_scripts]\ndemo = demo.core:main\n\n[demo.plugins]\none = demo.one\n\n[gui_scripts]\n\
         demo-gui = demo.gui:App.main [dev-tools]\n"
    );
}

#[test]
fn all_open_keys_are_named_at_once() {
    let folder = ProjectFolder::new(&[]);
    let refused = |table: &str, given: &str| folder.read_with(table, given).unwrap_err();
    assert_eq!(
        refused("[project]\ndynamic = [\"version\", \"readme\", \"dependencies\"]\n", ""),
        "pyproject.toml:2: `version`, `readme` and `dependencies` are left to the build backend, and `name` is \
         missing"
    );
    assert_eq!(
        refused("[tool.poetry]\nname = \"demo\"\n", "name = \"demo\""),
        "pyproject.toml: there is no [project] table: `version` is missing"
    );
    assert_eq!(
        refused("[tool.poetry]\nname = \"demo\"\n", ""),
        "pyproject.toml: there is no [project] table: the metadata is in [tool.poetry]"
    );
    let project = folder.read_with("[tool.poetry]\n", "name = \"demo\"\nversion = \"1\"").unwrap();
    assert_eq!(project.name, "demo");
    // Placeholders that are pasted and not filled in are refused.
    let table = "[project]\nname = \"demo\"\ndynamic = [\"version\"]\n";
    folder.read_with(table, "version = \"…\"").unwrap_err();
}

#[test]
fn a_license_classifier_next_to_an_expression_is_noted() {
    let folder = ProjectFolder::new(&[]);
    let table =
        "[project]\nname = \"demo\"\nversion = \"1\"\nlicense = \"MIT\"\nclassifiers = [\"License :: X\"]";
    let project = folder.read(table).unwrap();
    assert_eq!(project.classifiers, ["License :: X"]);
    assert_eq!(
        project.notes,
        ["the classifier \"License :: X\" is replaced by the license expression: remove it"]
    );
}

#[test]
fn dynamic_keys_are_given_or_refused() {
    let folder = ProjectFolder::new(&[]);
    let table = "[project]\nname = \"demo\"\ndynamic = [\"version\"]\n";
    let project = folder.read_with(table, "version = \"2.0\"").unwrap();
    assert_eq!(project.version.to_string(), "2.0");
    assert_eq!(folder.read(table).unwrap_err(), "pyproject.toml:3: `version` is left to the build backend");
    let both = "[project]\nname = \"demo\"\nversion = \"1\"\ndynamic = [\"version\"]\n";
    assert_eq!(
        folder.read(both).unwrap_err(),
        "pyproject.toml:4: project.version: the key is listed in `dynamic` but also has a value"
    );
    assert_eq!(
        folder.read("[project]\nname = \"demo\"\ndynamic = [\"name\"]\n").unwrap_err(),
        "pyproject.toml:3: project.dynamic: \"name\" cannot be dynamic"
    );
    let stated = "[project]\nname = \"demo\"\nversion = \"1\"\n";
    assert_eq!(
        folder.read_with(stated, "version = \"2\"").unwrap_err(),
        "pyproject.toml: project.version: the key is in [project] already"
    );
    let described = folder.read_with(stated, "description = \"d\"").unwrap();
    assert_eq!(described.summary.as_deref(), Some("d"));
}

#[test]
fn inline_tables() {
    let table = toml::from_str("name = \"demo\"\nversion = \"1.0\"\nscripts.demo = \"demo:main\"").unwrap();
    let project = Project::from_table(Path::new("pycompile.toml"), &inside(Path::new(".")), &table).unwrap();
    assert_eq!(project.entry_points().unwrap(), "[console_scripts]\ndemo = demo:main\n");
    let table = toml::from_str("name = \"demo\"").unwrap();
    let error =
        Project::from_table(Path::new("pycompile.toml"), &inside(Path::new(".")), &table).unwrap_err();
    assert_eq!(error.to_string(), "pycompile.toml: `version` is missing");
}

#[test]
fn what_is_refused() {
    let folder = ProjectFolder::new(&[]);
    let whole = |text: &str| folder.read(text).unwrap_err();
    assert_eq!(
        whole("[tool.x]\n"),
        "pyproject.toml: there is no [project] table: `name` and `version` are missing"
    );
    assert_eq!(whole("[project]\nversion = \"1\"\n"), "pyproject.toml:1: `name` is missing");
    assert!(whole("[project]\nname =\n").starts_with("pyproject.toml:2: "));
    assert!(
        whole("[project]\nname = \"-x\"\nversion = \"1\"\n").starts_with("pyproject.toml:2: project.name: ")
    );
    assert_eq!(
        whole("[project]\nname = \"x\"\nversion = \"one\"\n"),
        "pyproject.toml:3: project.version: \"one\" is not a valid version (PEP 440)"
    );
    refused("licence = \"MIT\"", "pyproject.toml:4: project.licence: unknown key");
    refused("description = 1", "pyproject.toml:4: project.description: expected a string, found an integer");
    refused("description = \"a\\nb\"", "pyproject.toml:4: project.description: must be a single line");
    refused("authors = [{nam = \"x\"}]", "pyproject.toml:4: project.authors.nam: unknown key");
    refused("authors = [{}]", "pyproject.toml:4: project.authors: neither `name` nor `email`");
    refused(
        "authors = [{email = \"x\"}]",
        "pyproject.toml:4: project.authors.email: \"x\" is not an e-mail address",
    );
    refused(
        "dependencies = [\n\"a\",\n\"b c\",\n]",
        "pyproject.toml:6: project.dependencies: \"b c\": expected a version comparison at column 3",
    );
    refused(
        "optional-dependencies = {a-b = [], a_b = []}",
        "pyproject.toml:4: project.optional-dependencies.a_b: \"a-b\" and \"a_b\" are the same name",
    );
    refused(
        "readme = \"README.xyz\"",
        "pyproject.toml:4: project.readme: the content type of \"README.xyz\" is not known by its suffix: use a table \
         with `content-type`",
    );
    refused(
        "readme = \"../README.md\"",
        "pyproject.toml:4: project.readme: \"../README.md\": the name leaves the archive with \"..\"",
    );
    refused(
        "readme = {text = \"x\", content-type = \"text/html\"}",
        "pyproject.toml:4: project.readme.content-type: \"text/html\" is not text/markdown, text/x-rst or \
         text/plain in UTF-8",
    );
    refused(
        "license-files = [\"LICEN*\"]",
        "pyproject.toml:4: project.license-files: \"LICEN*\" matches no file",
    );
    refused(
        "license = {text = \"x\"}\nlicense-files = []",
        "pyproject.toml:5: project.license-files: `license-files` cannot be combined with a `license` table",
    );
    refused(
        "license = \"MIT License\"",
        "pyproject.toml:4: project.license: \"MIT License\" is not an SPDX license expression: AND, OR or WITH is \
         missing between two licenses",
    );
    refused(
        "scripts = {demo = \"demo core\"}",
        "pyproject.toml:4: project.scripts.demo: \"demo core\" is not a reference to an object: expected \
         `package.module:attribute`",
    );
    refused(
        "entry-points = {console_scripts = {}}",
        "pyproject.toml:4: project.entry-points.console_scripts: use `scripts` for this group",
    );
}
