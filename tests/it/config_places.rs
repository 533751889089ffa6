//! Search for the config: `pycompile.toml` or `[tool.pycompile]`, in the working directory or above
//! it, and options that override it.

use crate::session::{Said, Session};
use std::path::Path;

const SHARED: &str = "[project]\nname = \"demo\"\nversion = \"1.0\"\n\n[tool.pycompile.source]\nroot = \"src\"\n\
                      files = [\"demo.py\"]\n\n[tool.pycompile.compile]\npython = \"3.14\"\ninvalidation-mode = \
                      \"checked-hash\"\n\n[tool.pycompile.wheel]\n";
const OWN: &str = "[source]\nroot = \"src\"\nfiles = [\"demo.py\"]\n[compile]\npython = \"3.14\"\noptimize = \
                   0\ninvalidation-mode = \"checked-hash\"\n";

fn project(name: &str, config: &str) -> Session {
    let session = Session::new();
    session.file(name, config);
    session.file("src/demo.py", "x = 1\n");
    session
}

fn run_in(session: &Session, folder: &str, arguments: &[&str]) -> Said {
    session.command(arguments).current_dir(session.path(folder)).output().unwrap().into()
}

fn pyc(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

const PYC: &str = "src/__pycache__/demo.cpython-314.pyc";

#[test]
fn both_files_are_the_same_config() {
    let (own, shared) = (project("pycompile.toml", OWN), project("pyproject.toml", SHARED));
    own.run(&["build"]).exits(0);
    let said = shared.run(&["build", "-v"]).exits(0).says("config: pyproject.toml\n");
    assert!(said.err.contains("1 compiled"));
    assert_eq!(pyc(&own, PYC), pyc(&shared, PYC));
    // The wheel has the metadata of its own [project].
    shared.run(&["pack"]).exits(0).says("packed dist/demo-1.0-py3-none-any.whl");
    shared.run(&["clean"]).exits(0);
    assert!(!shared.path(PYC).exists());
}

#[test]
fn two_configs_are_an_error() {
    let session = project("pyproject.toml", SHARED);
    session.file("pycompile.toml", OWN);
    for command in ["build", "pack", "clean", "manifest"] {
        let said = session.run(&[command]).exits(2);
        assert_eq!(
            said.err,
            "error: pyproject.toml: [tool.pycompile] is here, and pycompile.toml next to it\nhint: keep one of the two \
             configs\n"
        );
    }
    // One of them may be named.
    session.run(&["build", "--config", "pycompile.toml"]).exits(0);
    session.run(&["build", "--config", "pyproject.toml"]).exits(0).says("0 compiled, 1 up to date");
}

#[test]
fn a_pyproject_toml_that_does_not_concern_us() {
    let session = project("pyproject.toml", "[project]\nname = \"pycompile\"\n");
    session.file("sub/pyproject.toml", "[tool.other]\n");
    session.run(&["build"]).exits(2).says("no pycompile.toml and no [tool.pycompile] in a pyproject.toml");
    let said = session.run(&["build", "--config", "pyproject.toml"]).exits(2);
    assert!(
        said.err.starts_with("error: pyproject.toml: there is no [tool.pycompile] in it"),
        "{}",
        said.err
    );
    session.file("pycompile.toml", OWN);
    run_in(&session, "sub", &["build"]).exits(0);
    // A syntax error in another file is not reported, unless the file may be the config.
    session.file("sub/pyproject.toml", "not = = toml\n");
    run_in(&session, "sub", &["build"]).exits(0);
    session.file("sub/pyproject.toml", "[tool.pycompile]\nnot = = toml\n");
    run_in(&session, "sub", &["build"]).exits(2).says("pyproject.toml:2:7: ");
}

#[test]
fn the_nearest_directory_above() {
    for (name, config) in [("pycompile.toml", OWN), ("pyproject.toml", SHARED)] {
        let session = project(name, config);
        std::fs::create_dir_all(session.path("docs/deep")).unwrap();
        session.run(&["build"]).exits(0);
        let first = pyc(&session, PYC);
        let said = run_in(&session, "docs/deep", &["build", "-v"]).exits(0);
        assert!(said.err.contains(&format!("config: ../../{name}\n")), "{}", said.err);
        assert!(said.err.contains("0 compiled, 1 up to date"), "{}", said.err);
        run_in(&session, "src", &["clean"]).exits(0);
        run_in(&session, "src", &["build"]).exits(0);
        assert_eq!(pyc(&session, PYC), first);
    }
}

#[test]
fn errors_of_a_table_of_pyproject_toml_have_its_names_and_lines() {
    let session = project("pyproject.toml", "[tool.pycompile.source]\nfiles = [\"a.py\"]\nexlude = []\n");
    let said = session.run(&["build"]).exits(2);
    assert!(said.err.starts_with("error: pyproject.toml:3:1: "), "{}", said.err);
    session.file("pyproject.toml", "[tool.pycompile.source]\n");
    session.run(&["build"]).exits(2).says("list them under [tool.pycompile.source] files");
    session.file("pyproject.toml", "[tool.pycompile]\n");
    session.run(&["build"]).exits(2).says("pyproject.toml:1:1: missing key `source`");
}

#[test]
fn init_writes_no_second_config_and_refreshes_the_one_there_is() {
    let session = project("pyproject.toml", SHARED);
    session.run(&["init"]).exits(2).says("./pyproject.toml already has a [tool.pycompile]");
    session.file("src/more.py", "");
    assert_eq!(session.run(&["init", "--check"]).exits(1).out, "+ \"more.py\"\n");
    session.run(&["init", "--update"]).exits(0);
    session.run(&["init", "--check"]).exits(0);
    session.run(&["build"]).exits(0).says("2 compiled");
}

#[cfg(target_os = "linux")]
#[test]
fn a_config_above_that_belongs_to_another_user_is_not_taken() {
    use crate::session::skipped;
    let session = project("pycompile.toml", OWN);
    std::fs::create_dir(session.path("sub")).unwrap();
    if std::os::unix::fs::chown(session.path("pycompile.toml"), Some(12345), None).is_err() {
        return skipped("only root may give files away");
    }
    let said = run_in(&session, "sub", &["build"]).exits(2);
    assert_eq!(
        said.err,
        "error: ../pycompile.toml: it is above the working directory and belongs to another user\nhint: use it with \
         `--config`\n"
    );
    run_in(&session, "sub", &["build", "--config", "../pycompile.toml"]).exits(0);
    // If that user owns the working directory too, the user's config is used.
    std::os::unix::fs::chown(session.path("sub"), Some(12345), None).unwrap();
    run_in(&session, "sub", &["build"]).exits(0);
}

#[test]
fn one_value_in_place_of_a_list() {
    let list = OWN.replace("\"3.14\"", "[\"3.14\"]").replace("optimize = 0", "optimize = [0]");
    for config in [OWN, &list] {
        let session = project("pycompile.toml", config);
        session.run(&["build"]).exits(0);
        assert!(session.path(PYC).is_file());
    }
    for (wrong, place) in [
        (OWN.replace("\"3.14\"", "3.14"), "pycompile.toml:5:10: a version is a string: \"3.14\""),
        (OWN.replace("= 0", "= \"0\""), "pycompile.toml:6:12: invalid type: string \"0\", expected"),
        (OWN.replace("= 0", "= 3"), "pycompile.toml:6:12: an optimi"),
        (OWN.replace("\"3.14\"", "\"3.99\""), "pycompile.toml:5:10: Python 3.99 is not supported"),
    ] {
        project("pycompile.toml", &wrong).run(&["build"]).exits(2).says(place);
    }
}

#[test]
fn options_win_over_the_config() {
    let session = project("pycompile.toml", &format!("{OWN}[manifest]\noutput = \"dist/m.json\"\n"));
    let build = ["build", "--python", "3.13", "--optimize", "2", "--invalidation-mode", "unchecked-hash"];
    session.run(&[&build[..], &["--output", "out", "--manifest", "other.json"]].concat()).exits(0);
    let pyc = session.path("out/__pycache__/demo.cpython-313.opt-2.pyc");
    assert_eq!(crate::session::flags(&pyc), 1);
    assert_eq!(
        session.files(),
        [
            "other.json",
            "out/__pycache__/demo.cpython-313.opt-2.pyc",
            "out/demo.py",
            "pycompile.toml",
            "src/demo.py"
        ]
    );
    let said = session.run(&["build", "--python", "3.99"]).exits(2);
    assert!(said.err.contains("Python 3.99 is not supported"), "{}", said.err);
    // Paths of options are relative to the working directory, those of the config to its own.
    run_in(&session, "src", &["build", "--output", "there"]).exits(0);
    assert!(session.path("src/there/__pycache__/demo.cpython-314.pyc").is_file());
    assert!(session.path("dist/m.json").is_file());
}

#[test]
fn pack_takes_them_too() {
    let config = SHARED.replace(
        "[tool.pycompile.wheel]\n",
        "[tool.pycompile.wheel]\nbytecode = \"sourceless\"\noptimize = 0\n[tool.pycompile.zip]\noutput = \
         \"dist/demo.zip\"\npython = \"3.14\"\n[tool.pycompile.manifest]\noutput = \"dist/m.json\"\n",
    );
    let session = project("pyproject.toml", &config);
    let out = session.path("elsewhere");
    let out = out.to_str().unwrap();
    session.run(&["pack", "--python", "3.13", "--optimize", "1", "--output-dir", out]).exits(0);
    assert_eq!(
        session.files(),
        [
            "elsewhere/demo-1.0-cp313-none-any.whl",
            "elsewhere/demo.zip",
            "elsewhere/m.json",
            "pyproject.toml",
            "src/demo.py"
        ]
    );
    let manifest = std::fs::read_to_string(Path::new(out).join("m.json")).unwrap();
    assert!(manifest.contains("\"optimize\": 1") && manifest.contains("\"python\": \"3.13\""));
    let said = session.run(&["pack", "--bytecode", "pycache", "--manifest", "-"]).exits(0);
    assert!(said.out.starts_with("{\n  \"schema\""), "{}", said.out);
    assert!(session.path("dist/demo-1.0-py3-none-any.whl").is_file());
    assert!(!session.path("dist/m.json").exists());
    let said = session.run(&["pack", "--invalidation-mode", "timestamp"]).exits(2);
    assert!(said.err.contains("stale as soon as it is unpacked"), "{}", said.err);
    let session = project("pycompile.toml", &format!("{OWN}[zip]\noutput = \"d.zip\"\n"));
    session
        .run(&["pack", "--bytecode", "none"])
        .exits(2)
        .says("`bytecode` was given, but there is no [wheel]");
    session
        .run(&["pack", "--bytecode", "none", "--exclude", "a"])
        .exits(2)
        .says("a config has [source] exclude");
    let said = session.run(&["pack", "no.whl", "--python", "3.14"]).exits(2);
    assert!(said.err.contains("--python requires --bytecode"), "{}", said.err);
}

#[cfg(unix)]
#[test]
fn an_interpreter_of_the_command_line_wins_over_the_config() {
    use std::os::unix::fs::PermissionsExt as _;
    let config =
        format!("{OWN}engine = \"native\"\n[compile.interpreters]\n\"3.14\" = \"/no/such/python\"\n");
    let session = project("pycompile.toml", &config);
    let failing = session.file("failing", "#!/bin/sh\nexit 3\n");
    std::fs::set_permissions(&failing, std::fs::Permissions::from_mode(0o755)).unwrap();
    session.run(&["build"]).exits(0);
    session.run(&["build", "--engine", "python"]).exits(2).says("cannot start /no/such/python");
    let said = session.run(&["build", "--interpreter", failing.to_str().unwrap()]).exits(2);
    assert!(said.err.contains(&format!("cannot start {}", failing.to_str().unwrap())), "{}", said.err);
}

#[test]
fn the_table_of_the_build_backend_alone_is_no_config() {
    let backend = "[tool.pycompile.backend]\nwraps = \"hatchling.build\"\n";
    let session = project("pycompile.toml", OWN);
    session.file("pyproject.toml", backend);
    session.run(&["build", "--check"]).exits(1).says("");
    std::fs::remove_file(session.path("pycompile.toml")).unwrap();
    session.run(&["build"]).exits(2).says("pycompile.toml");
    let table =
        OWN.replace("[source]", "[tool.pycompile.source]").replace("[compile]", "[tool.pycompile.compile]");
    session.file("pyproject.toml", format!("{backend}{table}"));
    session.run(&["build", "--check"]).exits(1);
    std::fs::remove_file(session.path("pyproject.toml")).unwrap();
    session.file("pycompile.toml", format!("{OWN}[backend]\nwraps = \"hatchling.build\"\n"));
    session
        .run(&["build"])
        .exits(2)
        .says("this table belongs in pyproject.toml, as [tool.pycompile.backend]");
}
