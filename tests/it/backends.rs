//! Files that backends ship by rules of their own.
//!
//! Wheels of setuptools, hatchling, flit-core, pdm-backend and pbr decided the expected lists.

use crate::session::{Said, Session};

fn build_system(backend: &str) -> String {
    format!(
        "[build-system]\nrequires = []\nbuild-backend = \"{backend}\"\n[project]\nname = \"demo\"\nversion = \"1\"\n"
    )
}

/// Returns the names of the Python files and of the data that `init` lists, and its output.
fn init(session: &Session) -> (Vec<String>, Vec<String>, Said) {
    let said = session.run(&["--verbose", "init"]).exits(0);
    let text = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    let source =
        pycompile::config::parse(std::path::Path::new("pycompile.toml"), text).unwrap().config.source;
    let names = |list: &[toml::Spanned<String>]| list.iter().map(|name| name.get_ref().clone()).collect();
    (names(&source.files), names(&source.data), said)
}

fn project(files: &[(&str, &str)]) -> Session {
    let session = Session::new();
    for (name, text) in files {
        session.file(name, text);
    }
    session
}

#[test]
fn settings_of_a_setup_py_are_read_without_running_it() {
    let files = ["demo/__init__.py", "demo/a.txt", "demo/b.bin", "demo/tests/__init__.py", "one.py"];
    for (setup, sources, data) in [
        ("setup(packages=find_packages(exclude=['demo.tests']))", &files[..1], &[][..]),
        ("setup(packages=find_packages(exclude=('*.tests',)))", &files[..1], &[]),
        (
            "N = ['demo']\nsetup(packages=N + ['demo.tests'])",
            &["demo/__init__.py", "demo/tests/__init__.py"],
            &[],
        ),
        ("setup(py_modules=['one'])", &["one.py"], &[]),
        ("setup(packages=['demo'], package_data={'demo': ['*.txt']})", &files[..1], &["demo/a.txt"]),
        (
            "setup(packages=['demo'], package_data=dict(x=1), **{'package_data': {'': ['*']}})",
            &files[..1],
            &files[1..3],
        ),
        ("setup(packages=['demo'], include_package_data=True)", &files[..1], &files[1..3]),
        (
            "setup(packages=['demo'], include_package_data=True, exclude_package_data={'demo': ['b*']})",
            &files[..1],
            &["demo/a.txt"],
        ),
        ("import os\ndef main():\n    setup(packages=['demo'])\nmain()", &files[..1], &[]),
        // The named module wins over those that exist.
        (
            "setup(packages=['demo'], package_dir={'': '.'}, py_modules=['one'])",
            &["demo/__init__.py", "one.py"],
            &[],
        ),
    ] {
        let session = Session::new();
        files.iter().for_each(|file| drop(session.file(file, "")));
        session.file("setup.py", format!("from setuptools import *\n{setup}\n"));
        session.file("PKG-INFO", "Metadata-Version: 2.1\nName: demo\nVersion: 1\n");
        session.file("demo.egg-info/top_level.txt", "demo\none\n");
        session.file("demo.egg-info/SOURCES.txt", "demo/__init__.py\ndemo/b.bin\n");
        let (own_sources, own_data, _) = init(&session);
        assert_eq!(own_sources, sources, "{setup}");
        assert_eq!(own_data, data, "{setup}");
    }
}

#[test]
fn packages_and_modules_may_have_different_sources() {
    let session = project(&[("one.py", ""), ("more/__init__.py", ""), ("other.py", "")]);
    session.file("setup.py", "setup(packages=['more'], ext_modules=modules())\n");
    session.file("one.pyx", "");
    let settings = "[tool.setuptools]\npy-modules = [\"one\"]\n";
    session.file("pyproject.toml", format!("{}{settings}", build_system("setuptools.build_meta")));
    let (sources, _, said) = init(&session);
    assert_eq!(sources, ["more/__init__.py", "one.py"]);
    assert!(said.err.contains("note: setup.py may build extension modules, so"), "{}", said.err);
}

#[test]
fn package_data_that_are_turned_off_stay_out() {
    let session = project(&[("demo/__init__.py", ""), ("demo/a.txt", ""), ("MANIFEST.in", "graft demo\n")]);
    session.file("demo.egg-info/SOURCES.txt", "demo/__init__.py\ndemo/a.txt\n");
    session.file("setup.py", "setup(**keywords(package_data=1))\n");
    let settings = "[tool.setuptools]\ninclude-package-data = false\n";
    session.file("pyproject.toml", format!("{}{settings}", build_system("setuptools.build_meta")));
    assert!(init(&session).1.is_empty());
}

#[test]
fn metadata_of_vendored_projects_are_data() {
    let files =
        ["demo/__init__.py", "demo/_vendor/x-1.dist-info/METADATA", "demo/_vendor/y.egg-info/PKG-INFO"];
    for backend in ["hatchling.build", "pdm.backend", "flit_core.buildapi"] {
        let session = Session::new();
        files.iter().for_each(|file| drop(session.file(file, "")));
        session.file("demo.egg-info/PKG-INFO", "");
        session.file("pyproject.toml", build_system(backend));
        assert_eq!(init(&session).1, files[1..], "{backend}");
    }
}

#[test]
fn patterns_of_exclude_package_data_cross_directories() {
    let session =
        project(&[("demo/__init__.py", ""), ("demo/tests/a/c.txt", ""), ("MANIFEST.in", "graft demo\n")]);
    session.file("demo/keep.txt", "");
    let settings = "[tool.setuptools.packages.find]\ninclude = [\"demo\"]\n[tool.setuptools.exclude-package-data]\n\
                    demo = [\"tests/*\"]\n[tool.setuptools.package-data]\ndemo = [\"**/*.txt\"]\n";
    session.file("pyproject.toml", format!("{}{settings}", build_system("setuptools.build_meta")));
    assert_eq!(init(&session).1, ["demo/keep.txt"]);
}

#[test]
fn files_that_pdm_adds_to_an_sdist_are_not_in_the_wheel() {
    let files = [("demo/__init__.py", ""), ("extra/__init__.py", ""), ("tests/__init__.py", "")];
    let build = |settings: &str| {
        let session = project(&files);
        session.file("pyproject.toml", format!("{}{settings}", build_system("pdm.backend")));
        init(&session).0
    };
    assert_eq!(build(""), ["demo/__init__.py", "extra/__init__.py"]);
    let only = "[tool.pdm.build]\nsource-includes = [\"extra\", \"tests\"]\n";
    assert_eq!(build(only), ["demo/__init__.py"]);
    let with_tests = "[tool.pdm.build]\nsource-includes = [\"extra\"]\n";
    assert_eq!(build(with_tests), ["demo/__init__.py", "tests/__init__.py"]);
}

#[test]
fn patterns_of_hatchling_follow_one_another() {
    let build = |settings: &str| {
        let session =
            project(&[("demo/__init__.py", ""), ("demo/sub/.gitignore", "*.txt\n"), ("demo/sub/a.txt", "")]);
        for file in ["demo/gen.py", "demo/tests/test_a.py", "demo/tests/test_b.py", "demo/c.pyc"] {
            session.file(file, "");
        }
        session.file(".gitignore", "gen.py\n");
        session.file("pyproject.toml", format!("{}{settings}", build_system("hatchling.build")));
        init(&session)
    };
    // Only the .gitignore at the top counts.
    let (sources, data, said) = build("");
    assert_eq!(sources, ["demo/__init__.py", "demo/tests/test_a.py", "demo/tests/test_b.py"]);
    assert_eq!(data, ["demo/sub/.gitignore", "demo/sub/a.txt"]);
    assert!(said.err.contains("left out \"demo/gen.py\": ignored by git\n"), "{}", said.err);
    for table in ["[tool.hatch.build]", "[tool.hatch.build.targets.wheel]"] {
        let (sources, ..) = build(&format!("{table}\nignore-vcs = true\nexclude = [\"tests\"]\n"));
        assert_eq!(sources, ["demo/__init__.py", "demo/gen.py"]);
        let settings = format!("{table}\nexclude = [\"**/tests/*\", \"!**/tests/test_a.py\", \"!gen.py\"]\n");
        let (sources, _, said) = build(&settings);
        assert_eq!(sources, ["demo/__init__.py", "demo/gen.py", "demo/tests/test_a.py"]);
        let left_out = format!("left out \"demo/tests/test_b.py\": excluded by {table} exclude\n");
        assert!(said.err.contains(&left_out), "{}", said.err);
    }
}

#[test]
fn files_that_git_ignores_are_named() {
    let session =
        project(&[("demo/__init__.py", ""), ("demo/gen.py", ""), ("docs/a.py", ""), (".git/HEAD", "")]);
    session.file("demo/big.bin", "");
    session.file(".gitignore", "gen.py\n*.bin\ndocs/\n");
    std::fs::create_dir(session.path("empty")).unwrap();
    session.file("pyproject.toml", build_system("flit_core.buildapi"));
    let (sources, data, said) = init(&session);
    assert_eq!((sources.len(), data.len()), (1, 0));
    for line in [
        "left out \"demo/ (1 data file)\": ignored by git\n",
        "left out \"demo/gen.py\": ignored by git\n",
        "left out \"docs\": ignored by git\n",
        "left out \"empty\": without files\n",
    ] {
        assert!(said.err.contains(line), "{line}{}", said.err);
    }
}

#[cfg(unix)]
#[test]
fn symlinks_and_hidden_files_are_shipped_as_backends_do() {
    let session =
        project(&[("project/demo/__init__.py", ""), ("project/demo/.hidden/b.py", ""), ("secret", "")]);
    session.file("project/README.md", "text\n");
    session.file("project/demo/.config", "");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, session.path(name)).unwrap();
    link("../README.md", "project/demo/README.md");
    link("__init__.py", "project/demo/again.py");
    link("../../secret", "project/demo/secret.txt");
    session.file("project/pyproject.toml", build_system("hatchling.build"));
    let said = session.run(&["--verbose", "init", "project"]).exits(0);
    assert!(said.err.contains("left out \"demo/secret.txt\": a symlink\n"), "{}", said.err);
    session.run(&["pack", "--config", "project/pycompile.toml"]).exits(0);
    let limits = pycompile::archive::ArchiveLimits::default();
    let wheel = session.path("project/dist/demo-1-py3-none-any.whl");
    let wheel = pycompile::archive::read_file(&wheel, &limits).unwrap();
    let names: Vec<&str> = wheel.entries.iter().map(|entry| entry.name.as_str()).collect();
    for name in ["demo/.config", "demo/.hidden/b.py", "demo/README.md", "demo/again.py"] {
        assert!(names.contains(&name), "{name} {names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("secret")), "{names:?}");
    assert_eq!(&*wheel.get("demo/README.md").unwrap().bytes.read(), b"text\n");
}

#[test]
fn a_package_of_pbr_stands_for_all_below_it() {
    let files = ["demo/__init__.py", "demo/sub/__init__.py", "demo/sub/a.py", "other/__init__.py"];
    for (pyproject, cfg) in [
        (
            "[build-system]\nrequires = [\"pbr\"]\nbuild-backend = \"pbr.build\"\n[project]\nname = \"demo\"\nversion = \"1\"\n[tool.setuptools]\npackages = [\"demo\"]\n",
            "",
        ),
        (
            "[build-system]\nrequires = [\"pbr>=6\", \"setuptools\"]\n",
            "[metadata]\nname = demo\n[files]\npackages =\n    demo\n",
        ),
        ("[build-system]\nrequires = [\"pbr>=6\", \"setuptools\"]\n", "[metadata]\nname = demo\n"),
    ] {
        let session = Session::new();
        files.iter().for_each(|file| drop(session.file(file, "")));
        session.file("pyproject.toml", pyproject);
        session.file("setup.cfg", cfg);
        session.file("setup.py", "setup(setup_requires=['pbr'], pbr=True)\n");
        session.file("demo/tests/a.txt", "");
        let (sources, data, _) = init(&session);
        assert_eq!(sources, files[..3], "{pyproject}{cfg}");
        assert_eq!(data, ["demo/tests/a.txt"], "{pyproject}{cfg}");
    }
}

#[test]
fn extension_modules_without_sources_are_noted() {
    for (setup, word) in [
        ("setup(ext_modules=[_cy_Extension('a', ['demo/a.py'])])\n", "ext_modules"),
        ("class _cy_Extension(Extension): pass\nsetup(**kw)\n", "Extension"),
        ("setup(ext_modules=mypycify(['demo/a.py']))\n", "ext_modules"),
    ] {
        let session = project(&[("demo/__init__.py", ""), ("demo/a.py", ""), ("setup.py", setup)]);
        session.file("pyproject.toml", build_system("setuptools.build_meta"));
        let note =
            format!("note: setup.py may build extension modules ({word}), and they are not in the wheel\n");
        let said = init(&session).2;
        assert!(said.err.contains(&note), "{}", said.err);
    }
}

#[test]
fn an_entry_point_without_its_module_is_noted() {
    let session = project(&[("demo/__init__.py", "")]);
    let scripts = "[project.scripts]\nd = \"demo.cli:main\"\nok = \"demo:main\"\n";
    session.file("pyproject.toml", format!("{}{scripts}", build_system("setuptools.build_meta")));
    init(&session);
    let said = session.run(&["pack"]).exits(0);
    let note = "note: the entry point \"d\" is demo.cli:main, and the wheel has no module demo.cli\n";
    assert!(said.err.contains(note) && !said.err.contains("\"ok\""), "{}", said.err);
    let wheel = "dist/demo-1-py3-none-any.whl";
    session.run(&["pack", wheel, "--output-dir", "out"]).exits(0).says(note);
    let said = session.run(&["pack", wheel, "--output-dir", "out", "--check"]).exits(0);
    assert!(said.err.ends_with("out/demo-1-py3-none-any.whl is up to date\n"), "{}", said.err);
}
