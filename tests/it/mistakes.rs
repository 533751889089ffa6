//! Messages of `init`, `build` and `pack` for the mistakes of newcomers: the fault, and what to do.

use crate::session::Session;

const PYPROJECT: &str = "[project]\nname = \"demo\"\nversion = \"1.0\"\n";
const WHEEL: &str = "dist/demo-1.0-py3-none-any.whl";

fn project() -> Session {
    let session = Session::new();
    session.file("demo/__init__.py", "x = 1\n");
    session.file("pyproject.toml", PYPROJECT);
    session.run(&["init"]).exits(0);
    session
}

#[test]
fn a_build_keeps_the_archives_in_the_manifest_of_the_same_pycs() {
    let session = project();
    session.run(&["pack"]).exits(0);
    let manifest =
        |session: &Session| std::fs::read_to_string(session.path("dist/manifest.pyc.json")).unwrap();
    let packed = manifest(&session);
    session.run(&["build"]).exits(0);
    assert_eq!(manifest(&session), packed);
    let said = session.run(&["pack", "--check"]).exits(0);
    assert_eq!(said.err, format!("{WHEEL} and the manifest are up to date\n"));
    assert_eq!(said.out, "");
    // The archive has other pycs than these.
    session.file("demo/__init__.py", "x = 2\n");
    session.run(&["build"]).exits(0);
    assert!(!manifest(&session).contains("\"archives\""));
    session.run(&["pack", "--check"]).exits(1);
}

#[test]
fn after_a_failure_the_archive_of_an_earlier_run_is_named() {
    let session = project();
    session.run(&["pack"]).exits(0);
    session.file("demo/__init__.py", "x = (\n");
    let said = session.run(&["pack"]).exits(1);
    let hint = "hint: `--allow-failures FILE` names a file that need not compile; `--on-error skip` packs the others\n";
    let earlier = format!("nothing was packed; {WHEEL} is from an earlier run\n");
    assert!(said.err.contains(hint) && said.err.contains(&earlier), "{}", said.err);
    session.run(&["pack", "--allow-failures", "demo/__init__.py"]).exits(0);
    session.run(&["clean"]).exits(0);
    let said = session.run(&["pack"]).exits(1);
    assert!(!said.err.contains("nothing was packed"), "{}", said.err);
}

#[test]
fn arguments_of_another_kind_have_messages_of_their_own() {
    let session = project();
    session.file("README.md", "");
    session.file("empty/x.txt", "");
    for (arguments, words) in [
        (&["pack", "demo"][..], "error: demo is a directory\nhint: run `pycompile pack` in it; "),
        (&["pack", "README.md"], "error: README.md is neither a wheel (.whl) nor an sdist (.tar.gz, .zip)\n"),
        (&["init", "nowhere"], "error: there is no directory nowhere\n"),
        (&["init", "README.md"], "error: README.md is not a directory\nhint: "),
        (
            &["init", "--check", "empty"],
            "error: there is no config in empty\nhint: `pycompile init` writes one\n",
        ),
        (&["init", "--update", "empty"], "error: there is no config in empty\n"),
    ] {
        let said = session.run(arguments).exits(2);
        assert!(said.err.starts_with(words), "{arguments:?} {}", said.err);
    }
}

#[test]
fn keys_in_the_wrong_place_or_form_have_hints() {
    for (name, text, words) in [
        ("pycompile.toml", "files = [\"a.py\"]\n", "unknown key `files`"),
        ("pycompile.toml", "files = [\"a.py\"]\n", "\nhint: `files` belongs in `[source]`\n"),
        (
            "pyproject.toml",
            "[tool.pycompile]\nfiles = [\"a.py\"]\n",
            "\nhint: `files` belongs in `[tool.pycompile.source]`\n",
        ),
        (
            "pycompile.toml",
            "[source]\nfiles = [\"a.py\"]\n[compile]\npython = 3.10\n",
            ": a version is a string: \"3.10\"\n",
        ),
        (
            "pycompile.toml",
            "[source]\nfiles = [\"a.py\"]\n[compile]\npython = [3.14]\n",
            ": a version is a string: \"3.14\"\n",
        ),
        ("pycompile.toml", "[source]\nfiles = [\"a.py\"]\n[compile]\noptimize = 1.5\n", "invalid type"),
    ] {
        let session = Session::new();
        session.file(name, text);
        let said = session.run(&["build", "--config", name]).exits(2);
        assert!(said.err.contains(words), "{text}{}", said.err);
    }
}

#[test]
fn a_check_prints_its_result_bounded_on_standard_output() {
    let session = project();
    for at in 0..60 {
        session.file(&format!("demo/m{at:02}.py"), "");
    }
    let said = session.run(&["init", "--check"]).exits(1);
    assert_eq!(said.out.lines().count(), 50);
    assert!(said.out.starts_with("+ \"demo/m00.py\"\n"), "{}", said.out);
    assert!(said.err.contains("10 more (listed with --verbose)\n"), "{}", said.err);
}

#[test]
fn stubs_alone_are_left_to_the_backend() {
    let session = Session::new();
    session.file("demo-stubs/__init__.pyi", "");
    session.file("pyproject.toml", PYPROJECT);
    session.run(&["init"]).exits(2).says(
        "error: no Python files to list in .: it has stubs only (.pyi), and no Python files to compile\nhint: build the \
         wheel with the build backend",
    );
}

#[test]
fn a_missing_backend_is_one_line() {
    let session = project();
    session.file(
        "pyproject.toml",
        format!("[build-system]\nrequires = [\"nowhere\"]\nbuild-backend = \"nowhere.build\"\n{PYPROJECT}"),
    );
    let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    session.file("pycompile.toml", config.replace("project = \"pyproject.toml\"", "metadata = \"backend\""));
    let said = session.run(&["pack"]).exits(2);
    assert!(said.err.contains("\nthere is no module nowhere\nhint: it runs in "), "{}", said.err);
    assert!(!said.err.contains("Traceback"), "{}", said.err);
}

#[test]
fn a_keyword_with_a_comma_is_noted() {
    let session = project();
    session.file("pyproject.toml", format!("{PYPROJECT}keywords = [\"a, b\"]\n"));
    session
        .run(&["pack"])
        .exits(0)
        .says("note: the keyword \"a, b\" counts as several: a comma separates keywords\n");
}

#[test]
fn a_wheel_outside_of_the_project_has_a_relative_path() {
    let session = project();
    session.run(&["pack"]).exits(0);
    session.file("other/place/demo/__init__.py", "x = 1\n");
    session.run(&["init", "other/place", "--from-wheel", WHEEL]).exits(0);
    let config = std::fs::read_to_string(session.path("other/place/pycompile.toml")).unwrap();
    assert!(config.contains(&format!("metadata = \"../../{WHEEL}\"\n")), "{config}");
    session.run(&["pack", "--config", "other/place/pycompile.toml"]).exits(0);
}

#[test]
fn files_outside_the_packages_are_refused_with_hatchling() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("demo.1", "");
    let system = "[build-system]\nrequires = []\nbuild-backend = \"hatchling.build\"\n";
    let settings = "[tool.hatch.build.targets.wheel.shared-data]\n\"demo.1\" = \"share/man/man1/demo.1\"\n";
    session.file("pyproject.toml", format!("{system}{PYPROJECT}{settings}"));
    let reason = "[tool.hatch.build] shared-data adds files outside the packages";
    session.run(&["init"]).exits(0).says(&format!("note: {reason}, so the config has no [wheel]\n"));
    session.run(&["pack"]).exits(2).says(reason);
}

#[test]
fn scripts_of_entry_points_are_no_scripts() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file(
        "setup.py",
        "setup(packages=['demo'], entry_points={'console_scripts': ['demo = demo:main']})\n# scripts = 1\n",
    );
    let said = session.run(&["init"]).exits(0);
    assert!(!said.err.contains("outside the packages"), "{}", said.err);
    session.file("setup.py", "setup(packages=['demo'], scripts=['bin/demo'])\n");
    std::fs::remove_file(session.path("pycompile.toml")).unwrap();
    session.run(&["init"]).exits(0).says("note: `scripts` in setup.py installs files outside the packages");
}
