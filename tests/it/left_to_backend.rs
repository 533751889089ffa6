//! Values that a project leaves to its build backend: license files, the version, generated files,
//! and all metadata of projects without a `[project]` table.
//!
//! setuptools, hatchling, flit-core, pdm-backend, poetry-core and uv-build decided the expected
//! values.

use crate::session::Session;

fn build_system(backend: &str) -> String {
    format!("[build-system]\nrequires = []\nbuild-backend = \"{backend}\"\n")
}

fn packed(session: &Session) -> (Vec<String>, String) {
    session.run(&["init"]).exits(0);
    session.run(&["pack"]).exits(0);
    let limits = pycompile::archive::ArchiveLimits::default();
    let wheel =
        pycompile::archive::read_file(&session.path("dist/demo-1.0-py3-none-any.whl"), &limits).unwrap();
    let names = wheel.entries.iter().map(|entry| entry.name.clone()).collect();
    let metadata = wheel.get("demo-1.0.dist-info/METADATA").unwrap().bytes.read().into_owned();
    (names, String::from_utf8(metadata).unwrap())
}

#[test]
fn license_files_are_those_of_the_backend() {
    let common = ["COPYING.LESSER", "LICENCE.txt", "LICENSE", "LICENSE-link", "NOTICE"];
    let with = |more: &[&'static str]| [&common[..], more].concat();
    for (backend, license, expected) in [
        ("setuptools.build_meta", "license = \"MIT\"\n", with(&["AUTHORS.rst"])),
        ("hatchling.build", "", with(&["AUTHORS.rst"])),
        ("flit_core.buildapi", "license = { file = \"MINE\" }\n", with(&["AUTHORS.rst", "MINE"])),
        ("poetry.core.masonry.api", "", with(&["AUTHORS.rst", "LICENSES/MIT.txt"])),
        ("pdm.backend", "", with(&[])),
        ("pdm.backend", "license = { file = \"MINE\" }\n", vec!["MINE"]),
        ("uv_build", "license = \"MIT\"\n", Vec::new()),
        ("hatchling.build", "license-files = []\n", Vec::new()),
        ("hatchling.build", "license-files = [\"MINE\"]\n", vec!["MINE"]),
    ] {
        let session = Session::new();
        for name in ["COPYING.LESSER", "LICENCE.txt", "LICENSE", "NOTICE", "AUTHORS.rst", "MINE", "license"] {
            session.file(name, name);
        }
        session.file("LICENSES/MIT.txt", "");
        session.file("LICENSE.d/more", "");
        #[cfg(unix)]
        std::os::unix::fs::symlink("MINE", session.path("LICENSE-link")).unwrap();
        session.file("src/demo/__init__.py", "");
        session.file(
            "pyproject.toml",
            format!("{}[project]\nname = \"demo\"\nversion = \"1.0\"\n{license}", build_system(backend)),
        );
        let (names, metadata) = packed(&session);
        let files = names.iter().filter_map(|name| name.strip_prefix("demo-1.0.dist-info/licenses/"));
        let mut files: Vec<&str> = files.collect();
        files.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(files, expected, "{backend} {license}");
        let fields = metadata.lines().filter_map(|line| line.strip_prefix("License-File: "));
        assert_eq!(fields.collect::<Vec<_>>(), expected, "{backend} {license}");
    }
}

#[cfg(unix)]
#[test]
fn a_license_that_leads_out_of_the_project_is_not_read() {
    let session = Session::new();
    session.file("secret", "secret");
    session.file("project/demo/__init__.py", "");
    std::os::unix::fs::symlink("../secret", session.path("project/LICENSE")).unwrap();
    session.file("project/pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.0\"\n");
    session.run(&["init", "project"]).exits(0);
    let said = session.run(&["pack", "--config", "project/pycompile.toml"]).exits(0);
    assert!(said.err.contains("note: the license file \"LICENSE\" is left out: "), "{}", said.err);
    let wheel = std::fs::read(session.path("project/dist/demo-1.0-py3-none-any.whl")).unwrap();
    assert!(memchr::memmem::find(&wheel, b"licenses/").is_none());
}

#[test]
fn a_version_in_a_file_is_read() {
    let attr = |attr: &str| format!("[tool.setuptools.dynamic]\nversion = {{ attr = \"{attr}\" }}\n");
    let setuptools = "setuptools.build_meta";
    let cases: [(&str, String, &str, &str); 14] = [
        (setuptools, attr("demo.__version__"), "src/demo/__init__.py", "import x\n__version__ = '1.0'\n"),
        (setuptools, attr("demo.about.VERSION"), "src/demo/about.py", "VERSION: str = '1.0'\n"),
        (setuptools, attr("demo.version"), "src/demo/__init__.py", "version = (1, 0)\nversion = '2'\n"),
        (setuptools, attr("demo.v"), "src/demo/__init__.py", "if 1:\n    v = '2'\nv = '1.0'\n"),
        (
            setuptools,
            "[tool.setuptools.dynamic]\nversion = { file = \"VERSION\" }\n".into(),
            "VERSION",
            " 1.0\n\n",
        ),
        (
            setuptools,
            "[tool.setuptools.dynamic]\nversion = { file = [\"VERSION\"] }\n".into(),
            "VERSION",
            "1.0",
        ),
        (
            "hatchling.build",
            "[tool.hatch.version]\npath = \"src/demo/a.py\"\n".into(),
            "src/demo/a.py",
            "x = 1\nVersion = 'v1.0'  # it\n",
        ),
        (
            "hatchling.build",
            "[tool.hatch.version]\npath = \"./src/demo/__init__.py\"\nsource = \"regex\"\n".into(),
            "src/demo/__init__.py",
            "__version__=\"1.0\"\n",
        ),
        ("flit_core.buildapi", String::new(), "src/demo/__init__.py", "__version__ = '1.0'\n"),
        ("flit_core.buildapi", String::new(), "src/demo/_version.py", "__version__ = '1.0'\n"),
        (
            "pdm.backend",
            "[tool.pdm.version]\nsource = \"file\"\npath = \"src/demo/__init__.py\"\n".into(),
            "src/demo/__init__.py",
            "__version__ = '2' + x\n__version__ = '1.0'  # it\n",
        ),
        (
            "pdm.backend",
            "[tool.pdm.version]\npath = \"src/demo/v.py\"\n".into(),
            "src/demo/v.py",
            "VERSION = '1.0'\n",
        ),
        ("poetry.core.masonry.api", "[tool.poetry]\nversion = \"1.0\"\n".into(), "x.txt", ""),
        // A table of its own file comes first.
        (
            "hatchling.build",
            "[tool.hatch.version]\npath = \"x\"\n".into(),
            "src/demo/v.py",
            "VERSION = '1.0'\n",
        ),
    ];
    for (at, (backend, settings, file, text)) in cases.iter().enumerate() {
        let session = Session::new();
        session.file("src/demo/__init__.py", "");
        session.file(file, text);
        if at == cases.len() - 1 {
            session.file("hatch.toml", "[version]\npath = \"src/demo/v.py\"\n");
        }
        let pyproject = format!(
            "{}[project]\nname = \"demo\"\ndynamic = [\"version\"]\n{settings}",
            build_system(backend)
        );
        session.file("pyproject.toml", pyproject);
        let said = session.run(&["init"]).exits(0);
        let source = if settings.contains("[tool.poetry]") { "pyproject.toml" } else { file };
        assert!(
            said.err.contains(&format!("note: the version 1.0 is from {source}\n")),
            "{settings}{}",
            said.err
        );
        session.run(&["pack"]).exits(0).says("packed dist/demo-1.0-py3-none-any.whl");
    }
}

#[test]
fn other_keys_in_files_are_read() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("README.rst", "Title\n");
    session.file("CHANGES.rst", "News\n");
    session.file("requirements.txt", "# these\nsix>=1\n\n  attrs ; python_version < '3'\n");
    let dynamic = "dynamic = [\"readme\", \"dependencies\", \"optional-dependencies\"]\n";
    let settings = "[tool.setuptools.dynamic]\nreadme = { file = [\"README.rst\", \"CHANGES.rst\"] }\n\
                    dependencies = { file = \"requirements.txt\" }\n\
                    optional-dependencies.more = { file = [\"requirements.txt\"] }\n";
    let project = "[project]\nname = \"demo\"\nversion = \"1.0\"\n";
    let system = build_system("setuptools.build_meta");
    session.file("pyproject.toml", format!("{system}{project}{dynamic}{settings}"));
    let (_, metadata) = packed(&session);
    for line in [
        "Requires-Dist: six>=1\n",
        "Requires-Dist: attrs; python_version < \"3\"\n",
        "Provides-Extra: more\n",
        "Description-Content-Type: text/x-rst\n",
        "\n\nTitle\n\nNews\n",
    ] {
        assert!(metadata.contains(line), "{line}{metadata}");
    }
    // An option of pip is not a requirement.
    session.file("requirements.txt", "-r other.txt\n");
    session
        .run(&["pack"])
        .exits(2)
        .says("`dependencies` and `optional-dependencies` are left to the build backend\n");
    let session = Session::new();
    session.file("demo.py", "\"\"\" A summary.\n\nMore.\n\"\"\"\n__version__ = '1.0'\n");
    let project = "[project]\nname = \"demo\"\ndynamic = [\"version\", \"description\"]\n";
    session.file("pyproject.toml", format!("{}{project}", build_system("flit_core.buildapi")));
    let (_, metadata) = packed(&session);
    assert!(metadata.contains("\nSummary: A summary.\n"), "{metadata}");
}

#[test]
fn a_version_that_has_to_be_computed_is_not_guessed() {
    let attr = "[tool.setuptools.dynamic]\nversion = { attr = \"demo.v\" }\n";
    for (backend, settings, text) in [
        ("setuptools.build_meta", attr, "v = open('V').read()\n"),
        ("setuptools.build_meta", attr, "from .a import v\n"),
        ("setuptools.build_meta", attr, "if 1:\n    v = '1'\n"),
        ("setuptools.build_meta", attr, "v = '1'  # print\nprint 'Python 2'\n"),
        ("setuptools.build_meta", "[tool.setuptools.dynamic]\nversion = { file = [\"a\", \"b\"] }\n", ""),
        (
            "hatchling.build",
            "[tool.hatch.version]\nsource = \"code\"\npath = \"demo/__init__.py\"\n",
            "__version__ = '1'\n",
        ),
        ("hatchling.build", "[tool.hatch.version]\npath = \"demo/__init__.py\"\n", "    __version__ = '1'\n"),
        ("hatchling.build", "[tool.hatch.version]\npath = \"../VERSION\"\n", ""),
        ("flit_core.buildapi", "", "__version__ = f()\n"),
        ("pdm.backend", "[tool.pdm.version]\nsource = \"call\"\ngetter = \"a:b\"\n", ""),
    ] {
        let session = Session::new();
        session.file("VERSION", "__version__ = '1'\n");
        session.file("project/demo/__init__.py", text);
        let pyproject = format!(
            "{}[project]\nname = \"demo\"\ndynamic = [\"version\"]\n{settings}",
            build_system(backend)
        );
        session.file("project/pyproject.toml", pyproject);
        session.run(&["init", "project"]).exits(0).says("`version` is left to the build backend\n");
        session
            .run(&["pack", "--config", "project/pycompile.toml"])
            .exits(2)
            .says("\n[wheel.dynamic]\nversion = ");
    }
}

#[test]
fn a_version_of_a_repository_comes_from_its_variable() {
    let scm = "SETUPTOOLS_SCM_PRETEND_VERSION";
    for (backend, settings, variable, command) in [
        ("setuptools.build_meta", "[tool.setuptools_scm]\n", scm, "python -m setuptools_scm"),
        ("hatchling.build", "[tool.hatch.version]\nsource = \"vcs\"\n", scm, "python -m hatchling version"),
        (
            "pdm.backend",
            "[tool.pdm.version]\nsource = \"scm\"\n",
            "PDM_BUILD_SCM_VERSION",
            "pdm show --version",
        ),
    ] {
        let session = Session::new();
        session.file("demo/__init__.py", "");
        let pyproject = format!(
            "{}[project]\nname = \"demo\"\ndynamic = [\"version\"]\n{settings}",
            build_system(backend)
        );
        session.file("pyproject.toml", pyproject);
        session.run(&["init"]).exits(0);
        let said = session.run(&["pack"]).exits(2);
        let hint = format!(
            "derives the version from the repository: `{command}` prints it, and {variable} sets it\n"
        );
        assert!(said.err.contains(&hint), "{}", said.err);
        let mut variables = vec![variable.to_owned()];
        if variable == scm {
            variables.push(format!("{scm}_FOR_DEMO"));
        }
        for variable in variables {
            let packed = session.command(&["--verbose", "pack"]).env(&variable, "1.0").output().unwrap();
            let text = String::from_utf8(packed.stderr).unwrap();
            assert!(text.contains(&format!("note: the version 1.0 is from {variable}\n")), "{text}");
            assert!(session.path("dist/demo-1.0-py3-none-any.whl").exists(), "{text}");
            std::fs::remove_dir_all(session.path("dist")).unwrap();
        }
    }
    // The variable does not count for a version that is in a file, or is given.
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"2.0\"\n[tool.setuptools_scm]\n");
    session.run(&["init"]).exits(0);
    session.command(&["pack"]).env(scm, "1.0").output().unwrap();
    assert!(session.path("dist/demo-2.0-py3-none-any.whl").exists());
}

#[test]
fn metadata_elsewhere_are_the_business_of_the_backend() {
    for (pyproject, other, home) in [
        ("[tool.poetry]\nname = \"demo\"\nversion = \"1.0\"\n", "x.txt", "[tool.poetry]"),
        ("[build-system]\nrequires = [\"setuptools\"]\n", "setup.cfg", "setup.cfg"),
        ("[build-system]\nrequires = [\"setuptools\"]\n", "setup.py", "setup.py"),
        ("", "setup.cfg", "setup.cfg"),
        ("", "setup.py", "setup.py"),
    ] {
        let session = Session::new();
        session.file("demo/__init__.py", "");
        session.file(other, "[metadata]\nname = demo\n");
        if !pyproject.is_empty() {
            session.file("pyproject.toml", pyproject);
        }
        let said = session.run(&["init"]).exits(0);
        assert!(said.err.contains("backend\"") && said.err.contains(home), "{home} {}", said.err);
        let again = session.run(&["pack"]).exits(2);
        assert!(again.err.contains("metadata = \"backend\""), "{}", again.err);
        for text in [said.err, again.err] {
            assert!(!text.contains("version = "), "{text}");
        }
    }
}

#[test]
fn a_project_without_metadata_gets_the_lines_for_a_wheel() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session
        .run(&["init"])
        .exits(0)
        .says("note: there is no pyproject.toml, setup.cfg or setup.py, so the config has no [wheel]\n")
        .says("\n[wheel.project]\n");
    session.run(&["pack"]).exits(2).says("\n[wheel.project]\nname = ");
}

#[test]
fn a_pyproject_that_is_not_toml_is_an_error() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("pyproject.toml", "[project]\nname = \"demo\"\n[project.urls\n");
    session.run(&["init"]).exits(2).says("error: ./pyproject.toml:3:");
    assert!(!session.path("pycompile.toml").exists());
}

#[test]
fn the_lines_for_a_config_in_the_pyproject_work_as_they_are() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    let config = "[tool.pycompile.source]\nfiles = [\"demo/__init__.py\"]\n[tool.pycompile.compile]\npython = \"3.14\"\n";
    let pyproject = format!("[project]\nname = \"demo\"\nversion = \"1.0\"\n{config}");
    session.file("pyproject.toml", &pyproject);
    let said = session.run(&["pack"]).exits(2);
    let lines = said.err.split("\n\n").nth(1).unwrap().to_owned();
    assert_eq!(lines, "[tool.pycompile.wheel]\n");
    session.file("pyproject.toml", format!("{pyproject}{lines}"));
    session.run(&["pack"]).exits(0);
    // A dynamic key has lines of the same file.
    let dynamic = pyproject.replace("version = \"1.0\"", "dynamic = [\"description\"]\nversion = \"1.0\"");
    session.file("pyproject.toml", format!("{dynamic}{lines}"));
    let said = session.run(&["pack"]).exits(2);
    assert!(
        said.err.contains("add `metadata = \"backend\"` to [tool.pycompile.wheel], which"),
        "{}",
        said.err
    );
    let more = said.err.split("\n\n").nth(1).unwrap();
    assert_eq!(more, "[tool.pycompile.wheel.dynamic]\ndescription = \"…\"\n");
    session.file("pyproject.toml", format!("{dynamic}{lines}{more}"));
    session.run(&["pack"]).exits(0);
    // Two tables of metadata in one file contradict each other.
    let two = "[tool.pycompile.wheel.project]\nname = \"other\"\nversion = \"2.0\"\n";
    session.file("pyproject.toml", format!("{pyproject}{two}"));
    session
        .run(&["pack"])
        .exits(2)
        .says("[project] is in this file too, and this table would be used in its place\n");
}

#[test]
fn files_that_a_build_writes_are_missed_by_name() {
    for (backend, settings, setting) in [
        (
            "setuptools.build_meta",
            "[tool.setuptools_scm]\nversion_file = \"src/demo/_v.py\"\n",
            "[tool.setuptools_scm] version_file",
        ),
        (
            "setuptools.build_meta",
            "[tool.setuptools_scm]\nwrite_to = \"src/demo/_v.py\"\n",
            "[tool.setuptools_scm] write_to",
        ),
        (
            "hatchling.build",
            "[tool.hatch.build.hooks.vcs]\nversion-file = \"src/demo/_v.py\"\n",
            "[tool.hatch.build.hooks.vcs] version-file",
        ),
        (
            "pdm.backend",
            "[tool.pdm.build]\npackage-dir = \"src\"\n[tool.pdm.version]\nwrite_to = \"demo/_v.py\"\n",
            "[tool.pdm.version] write_to",
        ),
        (
            "flit_scm:buildapi",
            "[tool.setuptools_scm]\nversion_file = \"demo/_v.py\"\n",
            "[tool.setuptools_scm] version_file",
        ),
    ] {
        let session = Session::new();
        let root =
            if settings.contains("\"demo/_v.py") && !settings.contains("package-dir") { "" } else { "src/" };
        let version_file = format!("{root}demo/_v.py");
        session.file(&format!("{root}demo/__init__.py"), "");
        session.file(".gitignore", "_v.py\n");
        let project = "[project]\nname = \"demo\"\nversion = \"1.0\"\n";
        session.file("pyproject.toml", format!("{}{project}{settings}", build_system(backend)));
        let note = format!(
            "note: {version_file:?} does not exist: a build writes it ({setting}), and the wheel lacks it\n"
        );
        let said = session.run(&["init"]).exits(0);
        assert!(said.err.contains(&note), "{}", said.err);
        let said = session.run(&["pack"]).exits(0);
        assert!(said.err.contains(&note), "{}", said.err);
        // An existing file is listed, although git ignores it.
        session.file(&version_file, "");
        session.run(&["init", "--update"]).exits(0).says("+ \"demo/_v.py\"\n");
        let said = session.run(&["pack"]).exits(0);
        assert!(!said.err.contains("_v.py"), "{}", said.err);
    }
}
