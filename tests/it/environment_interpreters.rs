//! Environments whose own interpreter compiles their pycs for `verify`. No interpreter is needed: a
//! script answers as a lying one does.
#![cfg(unix)]

use crate::session::{Said, Session, as_of_3_10};

const WARNING: &str = "warning: pycs of Python 3.10 are checked with v/bin/python3.10, an interpreter from the verified \
                       files, which can accept any pyc\nhint: `--interpreter PATH` names one that you trust\n";

fn run(session: &Session, path: &str, arguments: &[&str]) -> Said {
    let mut command = session.command(arguments);
    command.env("PATH", session.path(path)).env("HOME", session.path("home"));
    for name in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    command.output().unwrap().into()
}

/// An environment of 3.10 whose pyc is not that of its source, and whose interpreter says that it
/// is.
fn environment() -> Session {
    let session = Session::new();
    let site = "v/lib/python3.10/site-packages";
    session.file("v/pyvenv.cfg", "include-system-site-packages = false\nversion = 3.10.1\n");
    let source = session.file(&format!("{site}/m.py"), "x = 1\n");
    let options = ["compile", "-q", "--python", "3.14", "--invalidation-mode", "timestamp"];
    session.run(&[&options[..], &[&format!("{site}/m.py")]].concat()).exits(0);
    let known = session.path(&format!("{site}/__pycache__/m.cpython-314.pyc"));
    let pyc = as_of_3_10(&std::fs::read(&known).unwrap(), &format!("{site}/m.py"));
    std::fs::remove_file(known).unwrap();
    let modified = source.metadata().unwrap().modified().unwrap();
    std::fs::write(&source, "x = 2\n").unwrap();
    std::fs::File::options().append(true).open(&source).unwrap().set_modified(modified).unwrap();
    session.file(&format!("{site}/__pycache__/m.cpython-310.pyc"), &pyc);
    let frame = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat();
    let answer = [b"C", &pyc[16..], b"."].concat();
    let said = session.file("answers", [frame(b"3.10.1"), frame(&answer)].concat());
    liar(&session, "v/bin/python3.10", &said);
    session
}

fn liar(session: &Session, name: &str, said: &std::path::Path) {
    let path = session.file(name, format!("#!/bin/sh\n/bin/cat {said:?}\nexec /bin/sleep 60\n"));
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn its_judgment_is_called_that_in_every_format() {
    let session = environment();
    let summary = "1 verified, 0 findings; pycs of Python 3.10 are checked with v/bin/python3.10, an interpreter from the \
                   verified files\n";
    let said = run(&session, "none", &["verify", "v"]).exits(0).says(WARNING);
    assert!(said.err.contains(summary), "{}", said.err);
    assert_eq!(run(&session, "none", &["verify", "v", "-q"]).exits(0).err, WARNING);
    assert_eq!(run(&session, "none", &["verify", "v", "-qq"]).exits(0).err, "");
    let note = WARNING.trim_start_matches("warning: ").lines().next().unwrap();
    let said = run(&session, "none", &["verify", "-q", "--json", "v"]).exits(0);
    let json: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!(json["summary"]["notes"], serde_json::json!([note]));
    let said = run(&session, "none", &["verify", "--message-format", "sarif", "v"]).exits(0);
    let sarif: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let notes = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notes[0]["message"]["text"], note);
    let said = run(&session, "none", &["verify", "--message-format", "github", "v"]).exits(0);
    assert!(said.out.contains(note), "{}", said.out);
    // The active environment is first on PATH, and without its `pyvenv.cfg` it is an ordinary
    // directory.
    run(&session, "v/bin", &["verify", "v"]).exits(0).says(WARNING);
    std::fs::remove_file(session.path("v/pyvenv.cfg")).unwrap();
    let said = run(&session, "v/bin", &["verify", "v"]).exits(0);
    assert!(said.err.contains("/v/bin/python3.10, an interpreter from the verified files\n"), "{}", said.err);
}

#[test]
fn it_does_not_run_with_trusted_sources() {
    let session = environment();
    session.file("s/lib/python3.10/site-packages/m.py", "x = 2\n");
    for path in ["none", "v/bin"] {
        let said = run(&session, path, &["verify", "v", "--sources", "s"]).exits(1);
        assert!(said.out.contains("no engine compiles for Python 3.10"), "{}", said.out);
        let note = "v/bin/python3.10 is not run: it is a program of the environment, and other sources are trusted\n\
                    hint: `--interpreter PATH` names one for Python 3.10\n";
        assert!(said.err.starts_with(note), "{}", said.err);
    }
}

#[test]
fn an_interpreter_of_the_machine_is_not_the_environments() {
    let session = environment();
    let said = session.path("answers");
    liar(&session, "bin/python3.10", &said);
    let own = session.path("v/bin/python3.10");
    std::fs::remove_file(&own).unwrap();
    std::os::unix::fs::symlink(session.path("bin/python3.10"), &own).unwrap();
    let said = run(&session, "bin", &["verify", "v"]).exits(0).says("1 verified, 0 findings\n");
    assert!(!said.err.contains("warning"), "{}", said.err);
    // A link leads to a program that PATH does not have: the environment has chosen it.
    let real = session.path("bin/python3.10").canonicalize().unwrap();
    let real = real.to_str().unwrap();
    let said = run(&session, "none", &["verify", "v"]).exits(0);
    assert!(said.err.starts_with(&format!(
        "running v/bin/python3.10, which leads out of the environment to {real}: the native compiler does not support \
         Python 3.10\n"
    )));
    let message = format!(
        "pycs of Python 3.10 are checked with v/bin/python3.10, which leads out of the verified files to {real}"
    );
    let warning = format!("warning: {message} and can accept any pyc\nhint: `--interpreter PATH` names");
    assert!(
        said.err.contains(&warning) && said.err.contains(&format!("0 findings; {message}\n")),
        "{}",
        said.err
    );
    session.file("s/lib/python3.10/site-packages/m.py", "x = 2\n");
    run(&session, "none", &["verify", "v", "--sources", "s"]).exits(1).says(&format!(
        "v/bin/python3.10 is not run: it leads out of the environment to {real}, and other sources are trusted\n"
    ));
    // In the environment, the name is sufficient.
    std::fs::rename(session.path("bin/python3.10"), session.path("v/bin/python")).unwrap();
    std::fs::remove_file(&own).unwrap();
    std::os::unix::fs::symlink("python", &own).unwrap();
    let said = run(&session, "none", &["verify", "v"]).exits(0).says(WARNING);
    assert!(said.err.starts_with("running v/bin/python3.10, a program of the environment: "), "{}", said.err);
}

/// Other releases of the series are asked too, but not one after another if they do not answer.
#[test]
fn the_first_silent_interpreter_ends_the_search_for_others() {
    let session = environment();
    let started = session.path("started");
    for name in ["3.10.2", "3.10.3"] {
        let name = format!("home/.pyenv/versions/{name}/bin/python3.10");
        let text = format!("#!/bin/sh\necho >>{started:?}\nexec /bin/sleep 60\n");
        let path = session.file(&name, text);
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    run(&session, "none", &["verify", "v", "--timeout", "1"]).exits(0).says(WARNING);
    assert_eq!(std::fs::read_to_string(started).unwrap(), "\n");
}

/// The interpreter that is named was started once to learn its version, and again to compile.
#[test]
fn a_named_interpreter_is_started_once() {
    let session = environment();
    let (started, said) = (session.path("started"), session.path("answers"));
    let text = format!("#!/bin/sh\necho >>{started:?}\n/bin/cat {said:?}\nexec /bin/sleep 60\n");
    let path = session.file("named", text);
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let arguments = ["verify", "v", "-j1", "--interpreter", path.to_str().unwrap()];
    run(&session, "none", &arguments).exits(0).says("1 verified, 0 findings\n");
    assert_eq!(std::fs::read_to_string(started).unwrap(), "\n");
    let own = session.path("v/bin/python3.10");
    let twice = [&arguments[..], &["--interpreter", own.to_str().unwrap()]].concat();
    run(&session, "none", &twice).exits(2).says("are both of Python 3.10");
}
