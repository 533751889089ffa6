//! Results of `init` and `pack SDIST` for sdists whose wheels contain more than the files of the
//! sdist, or whose metadata are old.

use crate::session::Session;

fn listed(session: &Session) -> (Vec<String>, Vec<String>) {
    let text = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    let config = pycompile::config::parse(std::path::Path::new("pycompile.toml"), text).unwrap().config;
    let names = |list: &[toml::Spanned<String>]| list.iter().map(|name| name.get_ref().clone()).collect();
    (names(&config.source.files), names(&config.source.data))
}

fn in_wheel(session: &Session, wheel: &str) -> Vec<String> {
    let limits = pycompile::archive::ArchiveLimits::default();
    let archive = pycompile::archive::read_file(&session.path(wheel), &limits).unwrap();
    archive.entries.iter().map(|entry| entry.name.clone()).collect()
}

fn backend(name: &str) -> String {
    format!(
        "[build-system]\nrequires = []\nbuild-backend = \"{name}\"\n[project]\nname = \"demo\"\nversion = \"1\"\n"
    )
}

const PKG_INFO: &str = "Metadata-Version: 2.3\nName: demo\nVersion: 1\n";

#[test]
fn extension_modules_are_no_part_of_a_wheel_that_is_made_here() {
    for (pyproject, setup, source, reason) in [
        (backend("mesonpy"), "", "demo/a.c", "its build backend, mesonpy, builds extension modules"),
        (
            backend("scikit_build_core.build"),
            "",
            "x.txt",
            "its build backend, scikit_build_core.build, builds extension modules",
        ),
        (
            String::new(),
            "setup(ext_modules=[Extension('a', ['demo/a.c'])])\n",
            "demo/a.c",
            "setup.py builds extension modules",
        ),
        (
            format!("{}[[tool.setuptools.ext-modules]]\nname = \"a\"\n", backend("setuptools.build_meta")),
            "",
            "src/a.pyx",
            "[tool.setuptools] builds extension modules",
        ),
    ] {
        let session = Session::new();
        session.file("PKG-INFO", PKG_INFO);
        session.file("demo/__init__.py", "");
        session.file(source, "");
        session.file("pyproject.toml", &pyproject);
        if !setup.is_empty() {
            session.file("setup.py", setup);
        }
        let said = session.run(&["init"]).exits(0);
        let note = format!(
            "note: {reason}, so the config has no [wheel]\nhint: build the wheel with the build backend, then `pycompile \
             pack WHEEL` makes it deterministic\n"
        );
        assert!(said.err.contains(&note), "{note}\n{}", said.err);
        let text = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
        assert!(text.contains("\n# [wheel]\n# metadata = \"PKG-INFO\"\n"), "{text}");
        assert!(!session.run(&["pack"]).exits(2).err.is_empty());
        // A user who knows that the project works without them uncomments the lines.
        session.file("pycompile.toml", text.replace("# [wheel]\n# ", "[wheel]\n"));
        session.run(&["pack"]).exits(0).says("packed dist/demo-1-py3-none-any.whl");
    }
    // A setup.py that names extension modules and a project without sources for them.
    let session = Session::new();
    session.file("PKG-INFO", PKG_INFO);
    session.file("demo/__init__.py", "");
    session.file("setup.py", "setup(ext_modules=[])  # none\n");
    session.run(&["init"]).exits(0);
    session.run(&["pack"]).exits(0);
}

#[test]
fn packages_that_a_build_script_puts_together_are_not_guessed() {
    let session = Session::new();
    session.file("PKG-INFO", PKG_INFO);
    session.file("setup.py", "");
    session.file("demo.egg-info/top_level.txt", "space\n");
    session.file("__init__.py", "");
    session.file("other/__init__.py", "");
    let said = session.run(&["init"]).exits(2);
    assert_eq!(
        said.err,
        "error: no Python files to list in .: no file is below the top-level \"space\" of its egg-info\nhint: build the \
         wheel with the build backend, then `pycompile pack WHEEL` makes it deterministic\n"
    );
    assert!(!session.path("pycompile.toml").exists());
}

#[test]
fn a_package_that_setup_py_takes_from_elsewhere_is_missed() {
    let session = Session::new();
    session.file("PKG-INFO", PKG_INFO);
    session.file("setup.py", "setup(package_dir={'': 'lib', 'more': 'test/lib/more'})\n");
    session.file("lib/demo.egg-info/top_level.txt", "demo\nmore\n_native\n");
    session.file("lib/demo/__init__.py", "");
    session.file("test/lib/more/__init__.py", "");
    let said = session.run(&["init"]).exits(0);
    let note = "note: it has packages below lib and test/lib/more, and a config has one root, so the config has no [wheel]\n";
    assert!(said.err.contains(note), "{}", said.err);
}

#[test]
fn a_backend_that_is_not_known_is_named() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("pyproject.toml", backend("whey"));
    let said = session.run(&["init"]).exits(0);
    let note = "note: the build backend \"whey\" is not supported: the files are selected by the layout of directories\n";
    assert!(said.err.contains(note), "{}", said.err);
    // A backend in the project wraps one that it requires.
    let session = Session::new();
    session.file("demo/__init__.py", "");
    let own =
        backend("own").replace("requires = []", "requires = [\"flit_core>=3\"]\nbackend-path = [\".\"]");
    session.file("pyproject.toml", own);
    let said = session.run(&["init"]).exits(0);
    assert!(!said.err.contains("note: the build"), "{}", said.err);
}

#[test]
fn hidden_data_of_packages_are_listed_where_the_backend_ships_them() {
    let files =
        ["demo/__init__.py", "demo/.agents/skill.md", "demo/.x", "demo/.git/config", ".github/a.yml", ".env"];
    // setuptools' patterns do not match hidden files, and an sdist has only what was published.
    for (name, is_sdist) in [
        ("pdm.backend", false),
        ("pdm.backend", true),
        ("flit_core.buildapi", false),
        ("setuptools.build_meta", true),
        ("setuptools.build_meta", false),
    ] {
        let session = Session::new();
        for file in files {
            session.file(file, "");
        }
        session.file("pyproject.toml", backend(name));
        if is_sdist {
            session.file("PKG-INFO", PKG_INFO);
        }
        session.run(&["init"]).exits(0);
        let is_shipped = is_sdist || !name.starts_with("setuptools");
        let data: &[&str] = if is_shipped { &["demo/.agents/skill.md", "demo/.x"] } else { &[] };
        assert_eq!(listed(&session).1, data, "{name}, sdist: {is_sdist}");
    }
}

#[test]
fn licenses_that_old_metadata_do_not_name() {
    let licenses = |pkg_info: &str, project: &str| {
        let session = Session::new();
        for file in ["demo/__init__.py", "LICENSE.md", "NOTICE", "terms/own.txt"] {
            session.file(file, "");
        }
        session.file("PKG-INFO", pkg_info);
        session.file("pyproject.toml", format!("{}{project}", backend("hatchling.build")));
        session.run(&["init"]).exits(0);
        session.run(&["pack"]).exits(0);
        let names = in_wheel(&session, "dist/demo-1-py3-none-any.whl").into_iter();
        let license = |name: String| Some(name.strip_prefix("demo-1.dist-info/licenses/")?.to_owned());
        names.filter_map(license).collect::<Vec<_>>()
    };
    let old = PKG_INFO;
    let new = &old.replace("2.3", "2.4");
    assert_eq!(licenses(old, ""), ["LICENSE.md", "NOTICE"]);
    assert_eq!(
        licenses(old, "license = { file = \"terms/own.txt\" }\n"),
        ["LICENSE.md", "NOTICE", "terms/own.txt"]
    );
    assert_eq!(licenses(old, "license-files = { paths = [\"NOTICE\"] }\n"), ["NOTICE"]);
    assert_eq!(licenses(old, "license-files = [\"terms/*\"]\n"), ["terms/own.txt"]);
    assert_eq!(licenses(&format!("{old}License-File: NOTICE\n"), ""), ["NOTICE"]);
    // Core metadata 2.4 name them all.
    assert!(licenses(new, "").is_empty());
}

#[test]
fn a_project_with_only_a_setup_py_gets_the_lines_at_once() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("setup.py", "raise SystemExit('not to be run')\n");
    let said = session.run(&["init"]).exits(0);
    let lines = "\n[wheel]\nmetadata = \"backend\"\n";
    assert!(
        said.err.contains("note: `pycompile pack` needs metadata, and this project has it in setup.py\n")
            && said.err.contains(lines),
        "{}",
        said.err
    );
    session.run(&["pack"]).exits(2).says(lines);
    let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    session.file("pycompile.toml", format!("{config}{lines}"));
    session.run(&["pack"]).exits(2).says("not to be run");
}

/// Data that setuptools installs, according to its documentation of `include-package-data`,
/// `package-data` and `exclude-package-data`.
#[test]
fn data_of_packages_as_setuptools_takes_them() {
    let files = [
        "demo/__init__.py",
        "demo/a.txt",
        "demo/b.bin",
        "demo/py.typed",
        "demo/tests/test_a.py",
        "demo/tests/x.txt",
    ];
    let sources = files.join("\n");
    let shipped = |config: (&str, &str), sources: &str| {
        let session = Session::new();
        for file in files {
            session.file(file, "");
        }
        session.file("PKG-INFO", PKG_INFO);
        session.file("demo.egg-info/top_level.txt", "demo\n");
        session.file("demo.egg-info/SOURCES.txt", sources);
        session.file(config.0, config.1);
        session.run(&["init"]).exits(0);
        let (mut python, data) = listed(&session);
        python.extend(data);
        python.sort();
        python
    };
    let pyproject = |more: &str| {
        format!(
            "[project]\nname = \"demo\"\nversion = \"1\"\n[tool.setuptools]\npackages = [\"demo\"]\n{more}"
        )
    };
    let of = |more: &str, sources: &str| shipped(("pyproject.toml", &pyproject(more)), sources);
    let all = files.map(str::to_owned).to_vec();
    assert_eq!(of("", &sources), all);
    let typed = ["demo/__init__.py", "demo/py.typed"];
    assert_eq!(of("include-package-data = false\n", &sources), typed);
    let some =
        "include-package-data = false\n[tool.setuptools.package-data]\ndemo = [\"*.txt\", \"tests/*.py\"]\n";
    assert_eq!(of(some, ""), ["demo/__init__.py", "demo/a.txt", "demo/py.typed", "demo/tests/test_a.py"]);
    let fewer = "[tool.setuptools.exclude-package-data]\n\"*\" = [\"*.bin\", \"tests/*\"]\n";
    assert_eq!(of(fewer, &sources), ["demo/__init__.py", "demo/a.txt", "demo/py.typed"]);
    let cfg = "[options]\npackages = demo\n[options.package_data]\n* = *.bin\n";
    assert_eq!(shipped(("setup.cfg", cfg), &sources), ["demo/__init__.py", "demo/b.bin", "demo/py.typed"]);
}

#[test]
fn packages_below_several_directories_are_not_one_wheel_here() {
    let several = "it has packages below lib and test/lib, and a config has one root";
    for (pyproject, reason) in [
        (
            format!(
                "{}[tool.setuptools.packages.find]\nwhere = [\"lib\", \"test/lib\"]\n",
                backend("setuptools.build_meta")
            ),
            several,
        ),
        (
            format!(
                "{}[tool.setuptools]\npackages = [\"demo\", \"more\"]\npackage-dir = {{ \"\" = \"lib\", more = \
                 \"test/lib/more\" }}\n",
                backend("setuptools.build_meta")
            ),
            "it has packages below lib and test/lib/more, and a config has one root",
        ),
        (
            format!(
                "{}[tool.hatch.build.targets.wheel]\npackages = [\"lib/demo\", \"test/lib/more\"]\n",
                backend("hatchling.build")
            ),
            several,
        ),
        (
            format!(
                "{}[tool.poetry]\npackages = [{{ include = \"demo\", from = \"lib\" }}, {{ include = \"more\", from = \
                 \"test/lib\" }}]\n",
                backend("poetry.core.masonry.api")
            ),
            several,
        ),
        (
            format!(
                "{}[tool.hatch.build.targets.wheel]\npackages = [\"lib/demo\"]\n[tool.hatch.build.targets.wheel.\
                 force-include]\n\"test/lib\" = \"other\"\n",
                backend("hatchling.build")
            ),
            "[tool.hatch.build] force-include adds files under other names",
        ),
    ] {
        let session = Session::new();
        session.file("lib/demo/__init__.py", "");
        session.file("test/lib/more/__init__.py", "");
        session.file("pyproject.toml", &pyproject);
        let said = session.run(&["init"]).exits(0);
        assert!(
            said.err.contains(&format!("note: {reason}, so the config has no [wheel]\n")),
            "{}",
            said.err
        );
        assert_eq!(listed(&session).0, ["demo/__init__.py"]);
    }
}

#[test]
fn files_next_to_the_packages_are_noted() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("setup.cfg", "[options]\npackages = demo\n[options.data_files]\nshare/man/man1 = demo.1\n");
    let said = session.run(&["init"]).exits(0);
    let note =
        "note: [options.data_files] installs files outside the packages, and they are not in the wheel\n";
    assert!(said.err.contains(note), "{}", said.err);
}

/// The same as hatchling, setuptools and pdm-backend make of these checkouts.
#[test]
fn files_of_a_checkout() {
    let shipped = |pyproject: &str, files: &[&str]| {
        let session = Session::new();
        for file in files {
            session.file(file, "");
        }
        session.file("pyproject.toml", pyproject);
        let said = session.run(&["init"]).exits(0).err;
        let (mut names, data) = listed(&session);
        names.extend(data);
        (names, said)
    };
    let files =
        ["src/demo/__init__.py", "src/demo/a.py", "src/demo/d/x.txt", "src/demo/py.typed", "src/demo/.hid"];
    let only = "[tool.hatch.build.targets.wheel]\nonly-include = [\"src/demo/a.py\"]\nsources = [\"src\"]\n";
    assert_eq!(shipped(&format!("{}{only}", backend("hatchling.build")), &files).0, ["demo/a.py"]);
    let (names, said) = shipped(&backend("pdm.backend"), &files);
    assert_eq!(names, ["demo/__init__.py", "demo/a.py", "demo/.hid", "demo/d/x.txt", "demo/py.typed"]);
    assert!(!said.contains("left out"), "{said}");
    // Without MANIFEST.in and version control, setuptools knows of no data but the files of type
    // checkers.
    let setuptools = backend("setuptools.build_meta");
    let found = format!("{setuptools}[tool.setuptools.packages.find]\nwhere = [\"src\"]\n");
    assert_eq!(shipped(&found, &files), shipped(&setuptools, &files));
    let (names, said) = shipped(&setuptools, &files);
    assert_eq!(names, ["demo/__init__.py", "demo/a.py", "demo/py.typed"]);
    let line = "left out \"src/demo/d/ (1 data file)\": neither package-data nor MANIFEST.in names them\n";
    assert!(said.contains(line), "{said}");
    for more in ["MANIFEST.in", ""] {
        let scm = setuptools.replace("requires = []", "requires = [\"setuptools_scm>=8\"]");
        let pyproject = if more.is_empty() { &scm } else { &setuptools };
        let files = [&files[..], if more.is_empty() { &[] } else { &["MANIFEST.in"] }].concat();
        assert!(shipped(pyproject, &files).0.contains(&"demo/d/x.txt".to_owned()), "{more}");
    }
}

#[test]
fn scripts_and_data_of_setup_py_are_named() {
    let notes = |setup: &str| {
        let session = Session::new();
        session.file("demo/__init__.py", "");
        session.file("PKG-INFO", PKG_INFO);
        session.file("setup.py", setup);
        let said = session.run(&["init"]).exits(0).err;
        let notes = said.lines().filter(|line| line.starts_with("note: `"));
        notes.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let note = |key: &str| {
        format!(
            "note: `{key}` in setup.py installs files outside the packages, and they are not in the wheel"
        )
    };
    assert_eq!(notes("setup(scripts=['demo.py'])\n"), [note("scripts")]);
    assert_eq!(
        notes("setup(\n    data_files = [('man', ['d.1'])],\n    scripts=S,\n)\n"),
        [note("data_files"), note("scripts")]
    );
    assert_eq!(
        notes("more = {'scripts': ['a']}\nmore[\"data_files\"] = b\nsetup(**more)\n"),
        [note("data_files"), note("scripts")]
    );
    for nothing in [
        "setup(entry_points={'console_scripts': ['a = b:c'], 'gui_scripts': []})\n",
        "setup(scripts=[], data_files=None)  # scripts=['demo.py']\n",
        "if scripts == 1: pass\nx.scripts = [1]\nprint('scripts')\n",
    ] {
        assert!(notes(nothing).is_empty(), "{nothing}");
    }
}
