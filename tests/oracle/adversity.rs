//! Problems around a compilation: interpreters that die or lie, memory, environment, interrupts,
//! terminals.

use crate::session::{ENGINE, Session, skipped};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A source that keeps every version's parser busy for many seconds.
fn slow() -> String {
    "x = [\n".to_owned() + &"1,2,3,4,5,6,7,8,\n".repeat(1_500_000) + "]\n"
}

/// Writes a program in place of an interpreter; `python3` runs it.
fn fake(session: &Session, name: &str, program: &str) -> String {
    let path = session.file(name, format!("#!/usr/bin/env python3\n{program}"));
    executable(&path);
    path.to_str().unwrap().to_owned()
}

fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Answers the greeting as a worker does, and reads a request.
const POLITE: &str = r"
import os, sys
def frame(data): os.write(1, len(data).to_bytes(4, 'little') + data)
frame(b'%d.%d.0' % sys.version_info[:2])
size = int.from_bytes(os.read(0, 4), 'little')
while size: size -= len(os.read(0, size))
";

fn real_python() -> String {
    let said = Session::new().python("import shutil; print(shutil.which('python3'))", &[]).exits(0);
    said.out.trim().to_owned()
}

#[test]
fn an_interpreter_that_dies_is_started_once_more() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    let program = format!("{POLITE}\nos.kill(os.getpid(), 9)\n");
    let dying = fake(&session, "dying", &program);
    let said = session.compile(&["--interpreter", &dying, "--layout", "legacy", "a.py"]).exits(1);
    said.says("died twice: signal: 9").says("1 failed");
    assert!(!session.path("a.pyc").exists());

    let once = session.path("once");
    let program = format!(
        "import os, sys\nif os.path.exists({once:?}): os.execv({python:?}, [{python:?}, *sys.argv[1:]])\nopen({once:?}, 'w')\n{program}",
        python = real_python()
    );
    let mending = fake(&session, "mending", &program);
    session
        .compile(&["-v", "--interpreter", &mending, "--layout", "legacy", "a.py"])
        .exits(0)
        .says("1 compiled");
    assert!(session.path("a.pyc").exists());
}

#[test]
fn half_an_answer_is_none() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    for (end, words) in [
        (
            "os.write(1, (100).to_bytes(4, 'little') + b'C' * 50); os._exit(128 + 11)",
            "was killed by signal 11",
        ),
        ("os.write(1, (100).to_bytes(4, 'little') + b'C' * 50); os._exit(3)", "exited with status 3"),
        ("frame(b'C' * 50); os._exit(128 + 9)", "was killed by signal 9"),
        ("frame(b'?' * 50 + b'.')", "an unknown answer"),
        ("frame(b'E{}.')", "an unreadable error"),
    ] {
        let lying = fake(&session, "lying", &format!("{POLITE}\n{end}\n"));
        session.compile(&["--interpreter", &lying, "--layout", "legacy", "a.py"]).exits(1).says(words);
        assert!(!session.path("a.pyc").exists(), "{end}");
    }
}

#[test]
fn memory_has_a_limit_for_each_file() {
    if !cfg!(target_os = "linux") {
        return skipped("memory limits are for Linux");
    }
    let session = Session::new();
    // Four gigabytes without a limit.
    session.file("big.py", "a = b.c(d, e)\n".repeat(1_000_000));
    session.file("small.py", "x = 1\n");
    let arguments = ["--memory-limit", "300", "--layout", "legacy", "big.py", "small.py"];
    let said = session.compile(&arguments).exits(1);
    let said = said.says("MemoryError: Python 3.").says("needs more memory than the limit of 300 MB");
    said.says("1 compiled, 0 up to date, 1 failed");
    assert!(session.path("small.pyc").exists() && !session.path("big.pyc").exists());

    // A source that alone is over the limit, and the files after it.
    session.file("big.py", "#".repeat(400 << 20));
    let said = session.compile(&[&arguments[..], &["--force", "-j", "1"]].concat()).exits(1);
    said.says("more than the memory limit of 300 MB").says("1 compiled, 0 up to date, 1 failed");

    let said = session.run(&["compile", "--engine", ENGINE, "--memory-limit", "5", "small.py"]).exits(2);
    said.says("expected a number of at least 64");
}

#[test]
fn the_environment_has_no_say() {
    let session = Session::new();
    let source = "def f(x):\n    'doc'\n    assert x in {'a', 'b', 'c', 'd'}\n    return x.y\n";
    session.file("a.py", source);
    session.file("evil/warnings.py", "raise SystemExit(9)\n");
    session.file("evil/py_compile.py", "raise SystemExit(9)\n");
    for shadow in ["os.py", "warnings.py", "py_compile.py", "json.py"] {
        session.file(shadow, "raise SystemExit(9)\n");
    }
    let arguments = ["compile", "--engine", ENGINE, "--layout", "legacy", "--force", "a.py"];
    session.run(&arguments).exits(0);
    let clean = std::fs::read(session.path("a.pyc")).unwrap();
    let mut command = session.command(&arguments);
    command.envs([
        ("PYTHONPATH", session.path("evil").to_str().unwrap()),
        ("PYTHONHASHSEED", "4711"),
        ("PYTHONOPTIMIZE", "2"),
        ("PYTHONNODEBUGRANGES", "1"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONPLATLIBDIR", "lib-nowhere"),
        ("PYTHONWARNINGS", "error"),
        ("PYTHONIOENCODING", "ascii"),
        ("PYTHONINSPECT", "1"),
        ("PYTHONPROFILEIMPORTTIME", "1"),
        ("PYTHONMALLOC", "debug"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("TZ", "Asia/Tokyo"),
    ]);
    let said = crate::session::Said::from(command.output().unwrap());
    said.exits(0);
    assert_eq!(std::fs::read(session.path("a.pyc")).unwrap(), clean);
}

/// Returns the versions for which there is a `pythonX.Y` on PATH.
fn versions_on_path() -> Vec<String> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let versions = (8..=15).map(|minor| format!("3.{minor}"));
    versions
        .filter(|version| {
            std::env::split_paths(&search).any(|folder| {
                let python = folder.join(format!("python{version}"));
                let told = std::process::Command::new(python).args(["-I", "-S", "--version"]).output();
                told.is_ok_and(|told| told.stdout.starts_with(format!("Python {version}.").as_bytes()))
            })
        })
        .collect()
}

#[test]
fn one_run_serves_several_versions() {
    let versions = versions_on_path();
    if versions.len() < 2 {
        return skipped("fewer than two of python3.8 to python3.15 are on PATH");
    }
    let session = Session::new();
    let names = (0..20).map(|number| format!("m{number}.py")).collect::<Vec<_>>();
    for (number, name) in names.iter().enumerate() {
        session.file(name, format!("def f{number}(x):\n    return x + {number}\n"));
    }
    let mut arguments =
        vec!["-v", "--invalidation-mode", "unchecked-hash", "--optimize", "0", "--optimize", "2"];
    for version in &versions {
        arguments.extend(["--python", version]);
    }
    arguments.extend(names.iter().map(String::as_str));
    let count = names.len() * versions.len() * 2;
    session.compile(&arguments).exits(0).says(&format!("{count} compiled"));
    let together = session.files();
    assert_eq!(together.len(), names.len() + count);
    for version in &versions {
        let tag = format!(".cpython-{}", version.replace('.', ""));
        let pycs = together.iter().filter(|file| file.contains(&tag)).collect::<Vec<_>>();
        let before = pycs.iter().map(|pyc| std::fs::read(session.path(pyc)).unwrap()).collect::<Vec<_>>();
        let mut alone = vec!["--invalidation-mode", "unchecked-hash", "--optimize", "0", "--optimize", "2"];
        alone.extend(["--force", "--python", version]);
        alone.extend(names.iter().map(String::as_str));
        session.compile(&alone).exits(0);
        let after = pycs.iter().map(|pyc| std::fs::read(session.path(pyc)).unwrap()).collect::<Vec<_>>();
        assert!(before == after, "{version} compiles otherwise when it is alone");
    }
}

const MARK: &str = "PYCOMPILE_TEST_MARK";

/// Returns the processes, at any depth, that a command with `mark` has started.
fn marked(mark: &str) -> Vec<i32> {
    let entry = format!("{MARK}={mark}");
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let Ok(id) = process.file_name().to_string_lossy().parse() else { continue };
        let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
        let state = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let ended = state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X']));
        if !ended && environment.split(|&byte| byte == 0).any(|line| line == entry.as_bytes()) {
            found.push(id);
        }
    }
    found
}

fn start(session: &Session, mark: &str, arguments: &[&str]) -> Child {
    let mut command = session.command(&[&["compile", "--engine", ENGINE], arguments].concat());
    command.env(MARK, mark).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[track_caller]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
}

/// Returns the fork that has read a large source.
#[track_caller]
fn busy(child: &Child, mark: &str) -> Pid {
    let own = i32::try_from(child.id()).unwrap();
    let mut found = None;
    eventually("no fork compiles", || {
        found = marked(mark).into_iter().find(|&id| {
            let pages = std::fs::read_to_string(format!("/proc/{id}/statm")).unwrap_or_default();
            let resident = pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
            id != own && resident.is_some_and(|pages| pages > 20_000)
        });
        found.is_some()
    });
    Pid::from_raw(found.unwrap()).unwrap()
}

/// Checks that no partial file and no process remains.
#[track_caller]
fn clean(session: &Session, mark: &str) {
    eventually("processes are left", || marked(mark).is_empty());
    for file in session.files() {
        assert!(!file.contains(".pycompile-"), "{file} is left");
        if file.ends_with(".pyc") {
            let bytes = std::fs::read(session.path(&file)).unwrap();
            assert!(bytes.len() > 16, "{file} is not whole");
        }
    }
}

#[test]
fn an_interrupt_leaves_nothing_behind() {
    if !cfg!(target_os = "linux") {
        return skipped("processes are looked for in /proc");
    }
    for (signal, mark) in [(Signal::INT, "interrupt"), (Signal::TERM, "termination")] {
        if crate::session::is_ignored(signal) {
            continue;
        }
        let session = Session::new();
        let mark = format!("{mark} {}", std::process::id());
        let names = (0..3000).map(|number| format!("m{number}.py")).collect::<Vec<_>>();
        for name in &names {
            session.file(name, "def f(x):\n    return x + 1\n".repeat(20));
        }
        let files = names.iter().map(String::as_str).collect::<Vec<_>>();
        let child = start(&session, &mark, &[&["--layout", "legacy"], &files[..]].concat());
        eventually("nothing is compiled", || session.path("m3.pyc").exists());
        send(&child, signal);
        let said = crate::session::Said::from(child.wait_with_output().unwrap());
        let said = said.exits(2).says("interrupted: ").says("files were not reached");
        let done = session.files().iter().filter(|file| file.ends_with(".pyc")).count();
        said.says(&format!("{done} compiled, 0 up to date, 0 failed"));
        assert!(done > 0 && done < names.len());
        clean(&session, &mark);
    }
}

#[test]
fn an_interrupt_does_not_wait_for_a_slow_file() {
    if !cfg!(target_os = "linux") {
        return skipped("processes are looked for in /proc");
    }
    let session = Session::new();
    let mark = format!("slow {}", std::process::id());
    session.file("slow.py", slow());
    let child = start(&session, &mark, &["--timeout", "100", "slow.py"]);
    busy(&child, &mark);
    let asked = Instant::now();
    send(&child, Signal::TERM);
    let said = crate::session::Said::from(child.wait_with_output().unwrap());
    said.exits(2).says("interrupted: 1 file");
    assert!(asked.elapsed() < Duration::from_secs(20));
    clean(&session, &mark);
}

#[test]
fn a_fork_that_is_killed_is_told_and_the_rest_goes_on() {
    if !cfg!(target_os = "linux") {
        return skipped("processes are looked for in /proc");
    }
    let session = Session::new();
    let mark = format!("kill {}", std::process::id());
    session.file("slow.py", slow());
    session.file("fast.py", "x = 1\n");
    let child = start(&session, &mark, &["--layout", "legacy", "-j", "1", "slow.py", "fast.py"]);
    kill_process(busy(&child, &mark), Signal::KILL).unwrap();
    let said = crate::session::Said::from(child.wait_with_output().unwrap());
    said.exits(1).says("was killed by signal 9").says("1 compiled, 0 up to date, 1 failed");
    assert!(session.path("fast.pyc").exists() && !session.path("slow.pyc").exists());
    clean(&session, &mark);
}

/// Runs its arguments with standard error on a terminal, and prints when the bar appeared and the
/// text on the terminal.
const ON_TERMINAL: &str = r"
import json, os, pty, subprocess, sys, time
master, slave = pty.openpty()
started = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
seen, bar = b'', None
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    seen += data
    if bar is None and b' files, ' in seen:
        bar = time.monotonic() - started
print(json.dumps({'bar': bar, 'status': process.wait(), 'ends': seen.decode(errors='replace')[-200:]}))
";

#[test]
fn the_bar_comes_late_and_on_a_terminal_only() {
    let session = Session::new();
    session.file("slow.py", slow());
    session.file("fast.py", "x = 1\n");
    let binary = env!("CARGO_BIN_EXE_pycompile");
    let slow = [binary, "compile", "--engine", ENGINE, "--timeout", "3", "--layout", "legacy", "slow.py"];
    let said = session.python(ON_TERMINAL, &slow).exits(0);
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let bar = told["bar"].as_f64().expect("no bar on a terminal");
    assert!(bar >= 0.5, "the bar came after {bar} s");
    assert_eq!(told["status"], 1);
    assert!(told["ends"].as_str().unwrap().trim_end().ends_with("0 compiled, 0 up to date, 1 failed"));

    let fast = [binary, "compile", "--engine", ENGINE, "--force", "--layout", "legacy", "fast.py"];
    let said = session.python(ON_TERMINAL, &fast).exits(0);
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert!(told["bar"].as_f64().is_none_or(|bar| bar >= 0.5), "{told}");

    let quiet = session.python(ON_TERMINAL, &[&slow[..], &["-q"]].concat()).exits(0);
    assert!(!quiet.out.contains(" files, "), "{}", quiet.out);

    let said = session.compile(&["--timeout", "2", "--layout", "legacy", "slow.py"]).exits(1);
    assert!(!said.err.contains(" files, "), "a bar on a pipe: {}", said.err);
}
