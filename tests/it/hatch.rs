//! hatchling's settings that add files: `artifacts`, `force-include` and build hooks.
//!
//! `hatchling build -t wheel` of the same files decided the expected lists.

use crate::session::{Said, Session};

const HATCHLING: &str = "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n\
                         [project]\nname = \"demo\"\nversion = \"1\"\n";

const FILES: [&str; 8] = [
    "demo/__init__.py",
    "demo/a.mo",
    "demo/de/b.mo",
    "demo/de/skip.txt",
    "demo/de/top.mo",
    "demo/gen.py",
    "other/c.mo",
    "launch.py",
];

fn project(session: &Session, settings: &str) {
    for file in FILES {
        session.file(file, "");
    }
    session.file(".gitignore", "*.mo\ngen.py\n");
    session.file("pyproject.toml", format!("{HATCHLING}{settings}"));
}

/// Returns the names of the files that `init` lists, and its output.
fn listed(settings: &str) -> (Vec<String>, Said) {
    let session = Session::new();
    project(&session, settings);
    let said = session.run(&["init"]).exits(0);
    let text = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    let source =
        pycompile::config::parse(std::path::Path::new("pycompile.toml"), text).unwrap().config.source;
    let names = source.files.iter().chain(&source.data).map(|name| name.get_ref().clone());
    (names.collect(), said)
}

#[test]
fn artifacts_win_over_what_git_ignores_and_over_exclude() {
    let plain = ["demo/__init__.py", "demo/de/skip.txt"];
    let all = ["demo/__init__.py", "demo/a.mo", "demo/de/b.mo", "demo/de/skip.txt", "demo/de/top.mo"];
    let with_gen = [&["demo/__init__.py", "demo/gen.py"][..], &all[1..]].concat();
    let cases: [(&str, &[&str]); 9] = [
        ("", &plain),
        ("[tool.hatch.build]\nartifacts = [\"/demo/**/*.mo\"]\n", &all),
        ("[tool.hatch.build]\nartifacts = [\"*.mo\"]\n", &all),
        (
            "[tool.hatch.build]\nartifacts = [\"demo/*.mo\"]\n",
            &["demo/__init__.py", "demo/a.mo", "demo/de/skip.txt"],
        ),
        (
            "[tool.hatch.build]\nartifacts = [\"*.mo\", \"!b.mo\", \"!top.mo\"]\n",
            &["demo/__init__.py", "demo/a.mo", "demo/de/skip.txt"],
        ),
        ("[tool.hatch.build.targets.wheel]\nartifacts = [\"*.mo\", \"gen.py\"]\n", &with_gen),
        (
            "[tool.hatch.build]\nartifacts = [\"*.mo\"]\n[tool.hatch.build.targets.wheel]\nartifacts = []\n",
            &plain,
        ),
        (
            "[tool.hatch.build.targets.wheel]\nartifacts = [\"de/\"]\nexclude = [\"*.txt\"]\npackages = [\"demo\"]\n",
            &["demo/__init__.py", "demo/de/b.mo", "demo/de/skip.txt", "demo/de/top.mo"],
        ),
        (
            "[tool.hatch.build.targets.wheel]\nartifacts = [\"*.mo\"]\ninclude = [\"launch.py\"]\n",
            &["launch.py", "demo/a.mo", "demo/de/b.mo", "demo/de/top.mo", "other/c.mo"],
        ),
    ];
    for (settings, expected) in cases {
        assert_eq!(listed(settings).0, expected, "{settings}");
    }
}

#[test]
fn files_that_are_forced_in_are_listed_or_explained() {
    let force = "[tool.hatch.build.targets.wheel.force-include]\n";
    let (names, said) =
        listed(&format!("{force}\"launch.py\" = \"launch.py\"\n\"demo/a.mo\" = \"demo/a.mo\"\n"));
    assert_eq!(names, ["demo/__init__.py", "launch.py", "demo/a.mo", "demo/de/skip.txt"]);
    assert!(!said.err.contains("launch.py") && !said.err.contains("note: [tool"), "{}", said.err);

    let session = Session::new();
    project(&session, &format!("{force}\"launch.py\" = \"demo/launch.py\"\n\"other\" = \"demo/more\"\n"));
    session.file("other/x.py", "");
    session
        .run(&["init"])
        .exits(0)
        .says("left out \"launch.py\": [tool.hatch.build] force-include ships it as \"demo/launch.py\"\n")
        .says("left out \"other/\": [tool.hatch.build] force-include ships it as \"demo/more\"\n");
    let said = session.run(&["pack"]).exits(2);
    assert_eq!(
        said.err,
        "error: pycompile.toml: nothing to pack: there is neither a [wheel] nor a [zip], and a wheel of the listed files \
         is not the project's: [tool.hatch.build] force-include adds files under other names\nhint: build the wheel \
         with the build backend, then `pycompile pack WHEEL` makes it deterministic\n"
    );
}

#[test]
fn build_hooks_are_named_unless_their_file_is_there() {
    let note = |table: &str| {
        format!(
            "note: [{table}] is a build hook, which is not run: files that it adds are not in the wheel\n"
        )
    };
    let hook = |lines: &str| listed(&format!("[tool.hatch.build.hooks{lines}")).1.err;
    assert!(hook(".custom]\n").contains(&note("tool.hatch.build.hooks.custom")));
    let of_wheel = listed("[tool.hatch.build.targets.wheel.hooks.mypyc]\n").1;
    of_wheel.says(&note("tool.hatch.build.targets.wheel.hooks.mypyc"));
    assert!(!hook(".mypyc]\nenable-by-default = false\n").contains("build hook"));
    let missing = hook(".vcs]\nversion-file = \"demo/_version.py\"\n");
    assert!(missing.contains("note: \"demo/_version.py\" does not exist: a build writes it"), "{missing}");
    let disabled = hook(".vcs]\nversion-file = \"demo/_version.py\"\nenable-by-default = false\n");
    assert!(!disabled.contains("_version.py"), "{disabled}");
    // A version file that exists is shipped although git ignores it.
    for settings in [".vcs]\nversion-file", ".version]\npath"] {
        let (names, said) = listed(&format!("[tool.hatch.build.hooks{settings} = \"demo/gen.py\"\n"));
        assert_eq!(names, ["demo/__init__.py", "demo/gen.py", "demo/de/skip.txt"]);
        assert!(!said.err.contains("build hook"), "{}", said.err);
    }
}
