//! Options of `build`, `pack`, `clean` and `manifest` that replace keys of the config.

use crate::session::Session;

const CONFIG: &str = "[source]\nroot = \"src\"\nfiles = [\"p/a.py\", \"p/b.py\"]\n[compile]\npython = \"3.14\"\n\
                      invalidation-mode = \"checked-hash\"\n[wheel]\nproject = { name = \"p\", version = \"1\" }\n";

fn project() -> Session {
    let session = Session::new();
    session.file("pycompile.toml", CONFIG);
    session.file("src/p/a.py", "x = 1\n");
    session.file("src/p/b.py", "y = 1\n");
    session
}

/// The recorded names of what was built, as `manifest` lists them.
fn recorded(session: &Session, options: &[&str]) -> Vec<(String, String)> {
    let out = session.run(&[&["manifest"], options].concat()).exits(0).out;
    let manifest: serde_json::Value = serde_json::from_str(&out).unwrap();
    let text = |file: &serde_json::Value, key: &str| file[key].as_str().unwrap().to_owned();
    let files = manifest["files"].as_array().unwrap().iter();
    files.map(|file| (text(file, "path"), text(file, "filename"))).collect()
}

#[test]
fn build_takes_the_keys_of_the_config_and_clean_the_same() {
    let session = project();
    for (options, path, name) in [
        (&["--python", "3.13"][..], "p/__pycache__/a.cpython-313.pyc", "p/a.py"),
        (&["--optimize", "2"], "p/__pycache__/a.cpython-314.opt-2.pyc", "p/a.py"),
        (&["--layout", "legacy"], "p/a.pyc", "p/a.py"),
        (&["--prepend-dir", "/usr/lib"], "p/__pycache__/a.cpython-314.pyc", "/usr/lib/p/a.py"),
        (&["--strip-dir", "p"], "p/__pycache__/a.cpython-314.pyc", "a.py"),
    ] {
        session.run(&[&["build"], options].concat()).exits(0);
        assert_eq!(recorded(&session, options)[0], (path.to_owned(), name.to_owned()), "{options:?}");
        session.run(&[&["clean"], options].concat()).exits(0).says("2 removed, 0 failed\n");
        assert!(!session.path("src").join(path).exists());
    }
    session.run(&["build", "--output", "out", "--manifest", "m.json"]).exits(0);
    assert!(session.path("out/p/__pycache__/b.cpython-314.pyc").exists());
    session.run(&["clean", "--output", "out", "--manifest", "m.json"]).exits(0);
    assert!(!session.path("out").join("p").exists() && !session.path("m.json").exists());
    session.run(&["pack", "--output-dir", "new"]).exits(0);
    session.run(&["clean", "--output-dir", "new"]).exits(0).says("1 removed, 0 failed\n");
    session.run(&["build", "--strip-dir", "q"]).exits(1);
    session.run(&["build", "--dfile", "x.py"]).exits(2).says("dfile is the recorded name of one file");
}

#[test]
fn a_manifest_that_is_right_is_left_alone() {
    let session = project();
    let options = ["build", "--manifest", "m.json"];
    session.run(&options).exits(0).says("wrote m.json\n");
    let time = || std::fs::metadata(session.path("m.json")).unwrap().modified().unwrap();
    let early = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let file = std::fs::File::options().write(true).open(session.path("m.json")).unwrap();
    file.set_modified(early).unwrap();
    assert!(!session.run(&options).exits(0).err.contains("wrote"));
    assert_eq!(time(), early);
    session.file("m.json", "{}");
    session.run(&options).exits(0).says("wrote m.json\n");
}

#[test]
fn failures_are_allowed_by_options() {
    let session = project();
    session.file("src/p/b.py", "y = (\n");
    session.run(&["pack"]).exits(1);
    session.run(&["pack", "--on-error", "skip"]).exits(1);
    assert!(session.path("dist/p-1-py3-none-any.whl").exists());
    let allowed = ["--on-error", "skip", "--allow-failures", "p/b.py"];
    session.run(&[&["build"], &allowed[..]].concat()).exits(0).says("1 allowed to fail");
    session.run(&["build", "--allow-failures", "p/none.py"]).exits(2);
}

#[test]
fn limits_of_a_file_are_options_too() {
    let session = project();
    for command in ["build", "pack"] {
        session.run(&[command, "--timeout", "100", "--memory-limit", "4096"]).exits(0);
        session.run(&[command, "--timeout", "0"]).exits(2);
        session.run(&[command, "--memory-limit", "63"]).exits(2);
    }
}

#[test]
fn commands_that_compile_nothing_have_no_options_for_it() {
    let session = project();
    session.run(&["build"]).exits(0);
    let compiling = [
        ["--timeout", "100"],
        ["--memory-limit", "4096"],
        ["--refs", "minimal"],
        ["--on-error", "skip"],
    ];
    let of_engines = [["--engine", "native"], ["--interpreter", "python3"], ["--allow-failures", "p/a.py"]];
    for option in compiling.iter().chain(&of_engines) {
        session.run(&["clean", option[0], option[1]]).exits(2).says("unexpected argument");
    }
    for option in compiling.iter().chain(&[["--invalidation-mode", "timestamp"]]) {
        session.run(&["manifest", option[0], option[1]]).exits(2).says("unexpected argument");
    }
    session.run(&["manifest", "--engine", "native", "--allow-failures", "p/a.py"]).exits(0);
    session.run(&["clean", "--invalidation-mode", "checked-hash"]).exits(0).says("2 removed, 0 failed\n");
}

#[test]
fn options_without_a_meaning_are_refused() {
    let session = project();
    session.run(&["pack"]).exits(0);
    let wheel = "dist/p-1-py3-none-any.whl";
    let said = session.run(&["pack", wheel, "--bytecode", "pycache", "--layout", "legacy"]).exits(2);
    assert_eq!(said.err, "error: --layout applies to a config or an sdist: names in a WHEEL stay as they are\n");
    let said = session.run(&["manifest", wheel, "--python", "3.14"]).exits(2);
    assert_eq!(said.err, "error: --python applies to a config, not to PATH or --merge\n");
}
