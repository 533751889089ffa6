//! `pycompile init`: the files that a build backend would ship.

use crate::session::Session;

fn listed(session: &Session) -> (String, Vec<String>, Vec<String>) {
    let text = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    let config = pycompile::config::parse(std::path::Path::new("pycompile.toml"), text).unwrap().config;
    let names = |list: &[toml::Spanned<String>]| list.iter().map(|name| name.get_ref().clone()).collect();
    (config.source.root.get_ref().clone(), names(&config.source.files), names(&config.source.data))
}

const NOISE: [&str; 14] = [
    "setup.py",
    "conftest.py",
    "noxfile.py",
    "tests/test_a.py",
    "tests/__init__.py",
    "docs/conf.py",
    "examples/one.py",
    "build/lib/demo/__init__.py",
    "dist/x.py",
    "node_modules/x/gyp.py",
    "demo.egg-info/x.py",
    ".hidden/a.py",
    "venv/lib/site.py",
    "venv/pyvenv.cfg",
];

#[test]
fn only_what_a_backend_ships_is_listed() {
    let flat = ["demo/__init__.py", "demo/core.py", "demo/sub/__init__.py"];
    let cases: &[(&str, &[&str], &str, &[&str])] = &[
        ("", &flat, ".", &flat),
        (
            "",
            &["src/demo/__init__.py", "src/demo/py.py", "src/other.py"],
            "src",
            &["demo/__init__.py", "demo/py.py", "other.py"],
        ),
        ("", &["lib/demo/__init__.py"], "lib", &["demo/__init__.py"]),
        ("", &["Lib/demo/__init__.py"], "Lib", &["demo/__init__.py"]),
        ("", &["demo.py"], ".", &["demo.py"]),
        ("", &["src/space/demo/__init__.py"], "src", &["space/demo/__init__.py"]),
        (
            "[tool.setuptools]\npackages = [\"demo\"]\n[tool.setuptools.package-dir]\n\"\" = \"code\"\n",
            &["code/demo/__init__.py", "code/demo/sub/__init__.py"],
            "code",
            &["demo/__init__.py"],
        ),
        (
            "[tool.setuptools.packages.find]\ninclude = [\"demo*\"]\nexclude = [\"demo.tests*\"]\n",
            &["demo/__init__.py", "demo/tests/test_x.py", "setup.cfg"],
            ".",
            &["demo/__init__.py"],
        ),
        (
            "[build-system]\nbuild-backend = \"hatchling.build\"\nrequires = []\n[project]\nname = \"de-mo\"\n",
            &["src/de_mo/__init__.py", "src/de_mo/a.py", "other/__init__.py"],
            "src",
            &["de_mo/__init__.py", "de_mo/a.py"],
        ),
        (
            "[build-system]\nbuild-backend = \"hatchling.build\"\nrequires = []\n\
             [tool.hatch.build.targets.wheel]\npackages = [\"lib/demo\"]\nexclude = [\"*_test.py\"]\n",
            &["lib/demo/__init__.py", "lib/demo/a_test.py"],
            "lib",
            &["demo/__init__.py"],
        ),
        (
            "[build-system]\nbuild-backend = \"flit_core.buildapi\"\nrequires = []\n[project]\nname = \"demo\"\n\
             [tool.flit.module]\nname = \"space.demo\"\n",
            &["space/demo/__init__.py", "space/other/__init__.py"],
            ".",
            &["space/demo/__init__.py"],
        ),
        (
            "[build-system]\nbuild-backend = \"poetry.core.masonry.api\"\nrequires = []\n[tool.poetry]\n\
             packages = [{ include = \"demo\", from = \"py\" }]\nexclude = [\"py/demo/old.py\"]\n",
            &["py/demo/__init__.py", "py/demo/old.py"],
            "py",
            &["demo/__init__.py"],
        ),
        (
            "[build-system]\nbuild-backend = \"pdm.backend\"\nrequires = []\n[tool.pdm.build]\nexcludes = [\"demo/x.py\"]\n",
            &["demo/__init__.py", "demo/x.py", "test/__init__.py"],
            ".",
            &["demo/__init__.py", "test/__init__.py"],
        ),
        (
            "[build-system]\nbuild-backend = \"uv_build\"\nrequires = []\n[project]\nname = \"demo\"\n",
            &["src/demo/__init__.py", "src/other/__init__.py"],
            "src",
            &["demo/__init__.py"],
        ),
    ];
    for (pyproject, files, root, expected) in cases {
        let session = Session::new();
        for file in files.iter().chain(&NOISE) {
            session.file(file, "");
        }
        session.file("pyproject.toml", pyproject);
        session.run(&["init"]).exits(0);
        let (found, sources, _) = listed(&session);
        assert_eq!(found, *root, "{pyproject}{files:?}");
        assert_eq!(sources, *expected, "{pyproject}{files:?}");
    }
}

#[test]
fn it_says_what_it_left_out_and_why() {
    let session = Session::new();
    for file in ["demo/__init__.py"].iter().chain(&NOISE) {
        session.file(file, "");
    }
    session.file("demo/py.typed", "");
    let said = session.run(&["init"]).exits(0);
    for line in [
        "left out \"setup.py\": build script\n",
        "left out \"tests/ (2 Python files)\": tests\n",
        "left out \"docs/\": documentation\n",
        "left out \"venv\": a virtual environment\n",
        "left out \"node_modules\": packages of Node.js\n",
        "left out \"build\": output of a build\n",
        "./pycompile.toml: 1 Python file, 1 data file\n",
    ] {
        assert!(said.err.contains(line), "{line:?} in {}", said.err);
    }
    let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    let said = session.run(&["init"]).exits(2);
    assert_eq!(
        said.err,
        "error: ./pycompile.toml already exists\nhint: `pycompile init --update` refreshes its lists\n"
    );
    assert_eq!(std::fs::read_to_string(session.path("pycompile.toml")).unwrap(), config);
}

#[test]
fn files_that_git_ignores_are_left_out_of_a_checkout() {
    let session = Session::new();
    session.file(".git/HEAD", "ref: refs/heads/main\n");
    session.file(".gitignore", "local/\n*.gen.py\n_version.py\n");
    for file in ["demo/__init__.py", "demo/x.gen.py", "demo/_version.py", "local/__init__.py"] {
        session.file(file, "");
    }
    session.file("pyproject.toml", "[tool.setuptools_scm]\nversion_file = \"demo/_version.py\"\n");
    session.run(&["init"]).exits(0).says("left out \"local\": ignored by git");
    assert_eq!(listed(&session).1, ["demo/__init__.py", "demo/_version.py"]);
}

#[test]
fn an_sdist_of_setuptools_says_what_its_top_level_names_are() {
    let session = Session::new();
    session.file("setup.py", "from setuptools import setup\nsetup(**computed())\n");
    session.file("PKG-INFO", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n");
    session.file("demo.egg-info/top_level.txt", "demo\nsingle\n");
    for file in
        ["demo/__init__.py", "demo/sub/__init__.py", "demo/data/x.py", "single.py", "other/__init__.py"]
    {
        session.file(file, "");
    }
    session.run(&["init"]).exits(0);
    assert_eq!(listed(&session).1, ["demo/__init__.py", "demo/sub/__init__.py", "single.py"]);
}

#[test]
fn an_old_namespace_package_has_no_init_of_its_own() {
    let session = Session::new();
    session.file("setup.py", "");
    session.file(
        "PKG-INFO",
        "Metadata-Version: 2.1\nName: space.demo\nVersion: 1.0\nProvides-Extra: test\n\nText\n",
    );
    session.file("src/space.demo.egg-info/top_level.txt", "space\n");
    session.file("src/space.demo.egg-info/namespace_packages.txt", "space\n");
    session.file("src/space.demo.egg-info/requires.txt", "six\n\n[test]\npytest\n");
    for file in ["src/space/__init__.py", "src/space/demo/__init__.py"] {
        session.file(file, "");
    }
    session.run(&["init"]).exits(0);
    assert_eq!(listed(&session).1, ["space/demo/__init__.py"]);
    session.run(&["pack"]).exits(0);
    let wheel = session.path("dist/space_demo-1.0-py3-none-any.whl");
    let archive =
        pycompile::archive::read_file(&wheel, &pycompile::archive::ArchiveLimits::default()).unwrap();
    let metadata = archive.get("space_demo-1.0.dist-info/METADATA").unwrap().bytes.to_vec();
    let expected =
        "Provides-Extra: test\nRequires-Dist: six\nRequires-Dist: pytest; extra == \"test\"\n\nText\n";
    let metadata = String::from_utf8(metadata).unwrap();
    assert!(metadata.ends_with(expected), "{metadata}");
}

#[test]
fn a_wheel_says_what_its_files_and_metadata_are() {
    let session = Session::new();
    for file in ["lib/demo/__init__.py", "lib/demo/part.py", "lib/demo/py.typed", "lib/demo/not_shipped.py"] {
        session.file(file, "");
    }
    session.file("setup.py", "");
    // The same with a backend, and a file that only the build writes.
    let built = Session::new();
    for file in ["demo/__init__.py", "demo/part.py", "demo/_version.py", "demo/py.typed"] {
        built.file(file, "");
    }
    built.file(
        "pycompile.toml",
        "[source]\nfiles = [\"demo/__init__.py\", \"demo/part.py\", \"demo/_version.py\"]\ndata = \
         [\"demo/py.typed\"]\n[compile]\npython = [\"3.14\"]\n[wheel.project]\nname = \"demo\"\nversion = \
         \"2.0\"\nscripts.demo = \"demo.part:main\"\n",
    );
    built.run(&["pack"]).exits(0);
    let name = "dist/demo-2.0-py3-none-any.whl";
    session.file(name, std::fs::read(built.path(name)).unwrap());
    let said = session.run(&["init", "--from-wheel", name]).exits(0);
    let why = "left out \"demo/_version.py\": in the wheel, but not in the project: the build generates it\n";
    assert!(said.err.contains(why), "{}", said.err);
    let (root, sources, data) = listed(&session);
    assert_eq!((root.as_str(), data), ("lib", vec!["demo/py.typed".to_owned()]));
    assert_eq!(sources, ["demo/__init__.py", "demo/part.py"]);
    session.run(&["pack"]).exits(0).says("packed dist/pycompile/demo-2.0-py3-none-any.whl\n");
    let wheel = session.path("dist/pycompile/demo-2.0-py3-none-any.whl");
    let archive =
        pycompile::archive::read_file(&wheel, &pycompile::archive::ArchiveLimits::default()).unwrap();
    let entry_points = archive.get("demo-2.0.dist-info/entry_points.txt").unwrap().bytes.to_vec();
    assert_eq!(String::from_utf8(entry_points).unwrap(), "[console_scripts]\ndemo = demo.part:main\n");
    session.file("broken-1-py3-none-any.whl", "no zip");
    let other = Session::new();
    other.file("a.py", "");
    let path = session.path("broken-1-py3-none-any.whl");
    other.run(&["init", "--from-wheel", path.to_str().unwrap()]).exits(2).says("not a zip archive");
}

#[test]
fn update_refreshes_the_lists_and_check_compares_them() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("demo/old.py", "");
    session.run(&["init"]).exits(0);
    session.run(&["init", "--check"]).exits(0).says("./pycompile.toml is up to date\n");
    let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    let config = format!("# mine\n{config}# the end\n");
    session.file("pycompile.toml", &config);
    std::fs::remove_file(session.path("demo/old.py")).unwrap();
    session.file("demo/new.py", "");
    session.file("demo/py.typed", "");
    let said = session.run(&["init", "--check"]).exits(1);
    assert_eq!(said.out, "+ \"demo/new.py\"\n+ \"demo/py.typed\"\n- \"demo/old.py\"\n");
    session.run(&["init", "--update"]).exits(0).says("./pycompile.toml: 2 files added, 1 removed\n");
    let (_, sources, data) = listed(&session);
    assert_eq!(
        (sources, data),
        (vec!["demo/__init__.py".into(), "demo/new.py".into()], vec!["demo/py.typed".into()])
    );
    let text = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    assert!(text.starts_with("# mine\n") && text.ends_with("# the end\n"), "{text}");
    session.run(&["init", "--check"]).exits(0);
}

#[test]
fn metadata_of_an_sdist_become_those_of_the_wheel() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("LICENSE", "Free\n");
    session.file(
        "PKG-INFO",
        "Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\nRequires-Dist: six\nLicense-File: LICENSE\n\
         Dynamic: requires-dist\n\nText\n",
    );
    session.file(
        "pyproject.toml",
        "[project]\nname = \"demo\"\ndynamic = [\"version\"]\nscripts.demo = \"demo:main\"\n",
    );
    session.run(&["init"]).exits(0);
    let said = session.run(&["--verbose", "pack"]).exits(0);
    assert!(
        said.err.contains(
            "note: the backend may still change the field requires-dist; its value in the sdist is used\n"
        ),
        "{}",
        said.err
    );
    let wheel = session.path("dist/demo-1.0-py3-none-any.whl");
    let archive =
        pycompile::archive::read_file(&wheel, &pycompile::archive::ArchiveLimits::default()).unwrap();
    let text = |name: &str| {
        let entry = archive.entries.iter().find(|entry| entry.name == format!("demo-1.0.dist-info/{name}"));
        String::from_utf8(entry.unwrap().bytes.read().into_owned()).unwrap()
    };
    assert!(text("METADATA").contains("\nRequires-Dist: six\n"));
    assert_eq!(text("entry_points.txt"), "[console_scripts]\ndemo = demo:main\n");
    assert_eq!(text("licenses/LICENSE"), "Free\n");
}

#[cfg(unix)]
#[test]
fn names_that_build_or_pack_refuse_are_not_listed() {
    use std::os::unix::ffi::OsStrExt as _;
    let session = Session::new();
    session.file("p/__init__.py", "");
    session.file("p/data", "");
    session.file("p/back\\data", "");
    for name in ["back\\slash.py", "new\nline.py", "Twice.py", "twice.py", "tab\there.py", "q'u\"o.py"] {
        session.file(&format!("p/{name}"), "");
    }
    std::fs::write(session.path("p").join(std::ffi::OsStr::from_bytes(b"latin\xe9.py")), "").unwrap();
    let said = session.run(&["init"]).exits(0);
    let says = |text: &str| assert!(said.err.contains(text), "{text:?} in {}", said.err);
    says("left out \"p/latin\\xE9.py\": the name is not UTF-8\n");
    says("left out \"p/back\\\\slash.py\": the name has a backslash\n");
    says("new\\nline.py\": the name has a control character\n");
    says("twice.py\": it is the same name as p/Twice.py on file systems that ignore case\n");
    says("p/back\\\\data\": the name has a backslash\n");
    says("./pycompile.toml: 3 Python files, 1 data file\n");
    let config = pycompile::config::load(&session.path("pycompile.toml")).unwrap();
    assert_eq!(config.select().unwrap().sources.len(), 3);
}
