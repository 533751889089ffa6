//! `env` while another process works on the environment, or stops it.

use crate::session::Session;
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Creates an environment of the `python3` on PATH with these sources in one package, and returns
/// its site-packages.
fn environment(session: &Session, sources: &[(&str, &str)]) -> String {
    let program = "import sys; print('%d.%d' % sys.version_info[:2], end='')";
    let site = format!("v/lib/python{}/site-packages", session.python(program, &[]).exits(0).out);
    let mut record = String::new();
    for (name, text) in sources {
        session.file(&format!("{site}/{name}"), text);
        record += &format!("{name},,\n");
    }
    session.record(&format!("{site}/p-1.dist-info/RECORD"), record + "p-1.dist-info/RECORD,,\n");
    site
}

fn recorded(session: &Session, site: &str) -> String {
    std::fs::read_to_string(session.path(&format!("{site}/p-1.dist-info/RECORD"))).unwrap()
}

#[test]
fn rows_that_come_meanwhile_stay() {
    let session = Session::new();
    let site = environment(&session, &[("p/a.py", "x = 1\n")]);
    // A program in place of the interpreter is started after RECORDs were read.
    let record = session.path(&format!("{site}/p-1.dist-info/RECORD"));
    let program = format!(
        "#!/bin/sh\nwhile read -r row; do [ \"$row\" = p/b.txt,, ] && found=1; done <{record:?}\n\
         [ \"$found\" ] || echo p/b.txt,, >>{record:?}\nexec python3 \"$@\"\n"
    );
    let interpreter = session.file("interpreter", program);
    std::fs::set_permissions(&interpreter, std::fs::Permissions::from_mode(0o755)).unwrap();
    session.run(&["env", "v", "--interpreter", interpreter.to_str().unwrap()]).exits(0).says("1 compiled");
    let rows = recorded(&session, &site);
    assert!(rows.contains("p/b.txt,,\n") && rows.contains("p/__pycache__/a."), "{rows}");
}

#[test]
fn pycs_from_before_an_interrupt_are_recorded() {
    let session = Session::new();
    let slow = "x = [\n".to_owned() + &"1,2,3,4,5,6,7,8,\n".repeat(500_000) + "]\n";
    let sources = [("p/a.py", "x = 1\n"), ("p/slow.py", &*slow), ("p/z.py", "x = 1\n")];
    let site = environment(&session, &sources);
    let mut command = session.command(&["env", "v", "-j", "1", "--interpreter", "python3"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let pycs = || session.files().iter().any(|name| name.ends_with(".pyc"));
    while !pycs() && begun.elapsed() < Duration::from_secs(240) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(pycs(), "no pyc after {:?}", begun.elapsed());
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    crate::session::Said::from(child.wait_with_output().unwrap()).exits(2).says("interrupted: ");
    let rows = recorded(&session, &site);
    assert!(rows.contains("p/__pycache__/a.") && !rows.contains("p/__pycache__/slow."), "{rows}");
}

/// A version that the native compiler does not support is compiled by the environment's own
/// interpreter; no other is available.
#[test]
fn verify_takes_the_interpreter_of_the_environment() {
    let session = Session::new();
    let site = environment(
        &session,
        &[("p/a.py", "def f(x):\n    return x in {'aa', 'bb'}\n"), ("p/b.py", "y = 1\n")],
    );
    session.python("import sys, venv; venv.create('v', with_pip=False)", &[]).exits(0);
    let version = site.split('/').find_map(|part| part.strip_prefix("python")).unwrap();
    let own = format!("v/bin/python{version}");
    let compileall = std::process::Command::new(session.path(&own))
        .args(["-I", "-m", "compileall", "-q", &site])
        .current_dir(session.path(""))
        .status();
    assert!(compileall.unwrap().success());
    let verify = |arguments: &[&str]| {
        let mut command = session.command(&[&["verify", "--references", "any", "v"], arguments].concat());
        command.env("PATH", "/nonexistent").env("HOME", "/nonexistent");
        for name in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        crate::session::Said::from(command.output().unwrap())
    };
    let judged = format!(
        "2 verified, 0 findings; pycs of Python {version} are checked with {own}, an interpreter from \
         the verified files\n"
    );
    let said = verify(&[]).exits(0).says("2 verified, 0 findings");
    let is_native = verify(&["--engine", "native"]).status == 0;
    assert_eq!(
        said.err.contains(&format!("running {own}, a program of the environment")),
        !is_native,
        "{}",
        said.err
    );
    assert_eq!(said.err.contains(&judged), !is_native, "{}", said.err);
    let said = verify(&["--engine", "python"]).exits(0).says(&judged);
    assert!(said.err.starts_with(&format!(
        "running {own}, a program of the environment: as requested by --engine python\n"
    )));
}

/// A program of this machine that an environment links to does not read the environment's
/// `pyvenv.cfg`, which could give it a standard library of the environment.
#[test]
fn a_linked_interpreter_keeps_its_own_library() {
    let session = Session::new();
    let site = environment(&session, &[("p/a.py", "x = 1\n")]);
    let version = site.split('/').find_map(|part| part.strip_prefix("python")).unwrap();
    let program = r#"
import os, shutil, sys
version, ran = sys.argv[1:]
real = os.path.realpath(os.path.join(sys.base_prefix, 'bin', 'python' + version))
os.makedirs('v/bin')
os.symlink(real, 'v/bin/python' + version)
library = os.path.dirname(os.__file__)
other = 'other/lib/python' + version
os.makedirs('other/bin')
os.makedirs(other)
for name in os.listdir(library):
    if name != 'encodings':
        os.symlink(os.path.join(library, name), os.path.join(other, name))
shutil.copytree(os.path.join(library, 'encodings'), other + '/encodings')
with open(other + '/encodings/__init__.py', 'a') as file:
    file.write('import _io; _io.FileIO(%r, "w")' % ran)
with open('v/pyvenv.cfg', 'w') as file:
    file.write('home = ' + os.path.abspath('other/bin') + '\n')
"#;
    let ran = session.path("ran");
    session.python(program, &[version, ran.to_str().unwrap()]).exits(0);
    for arguments in [&["env", "v"][..], &["env", "v", "--check"], &["verify", "v", "--references", "any"]] {
        session.run(&[arguments, &["--engine", "python"]].concat()).exits(0);
        assert!(!ran.exists(), "{arguments:?}");
    }
    let started = std::process::Command::new(session.path(&format!("v/bin/python{version}")))
        .args(["-s", "-S", "-c", ""])
        .status();
    assert!(started.unwrap().success());
    if !ran.exists() {
        crate::session::skipped("this Python does not take its library from pyvenv.cfg");
    }
}
