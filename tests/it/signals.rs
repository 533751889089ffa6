//! Signals, and limits that the system enforces by signals.

use crate::session::{Said, Session};
use rustix::process::{Pid, Signal, kill_process};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Returns a command that runs the binary after some shell commands.
fn behind(session: &Session, shell: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_pycompile")]);
    command.args(arguments).current_dir(session.path("")).env_remove("SOURCE_DATE_EPOCH");
    command
}

const FROM_A_LIST: [&str; 6] = ["compile", "--engine", "native", "--python", "3.14", "-"];

/// Waits until the child waits for input, because an earlier signal would arrive before its
/// handlers exist.
fn until_it_waits(child: &Child, what: &str) {
    let status = || {
        // The first thread watches for interrupts; the command has the next one.
        let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
        let numbers = threads.filter_map(|thread| thread.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let thread = numbers.max().unwrap_or(0);
        let path = format!("/proc/{}/task/{thread}/status", child.id());
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let field = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
        };
        let caught = u64::from_str_radix(&field("SigCgt:").unwrap_or_default(), 16).unwrap_or(0);
        // The signal that nobody sends here is the first that it handles.
        let is_set_up = field("Name:").is_some_and(|name| name == "pycompile")
            && caught >> (Signal::XFSZ.as_raw() - 1) & 1 == 1;
        let sleeps = field("State:").is_some_and(|state| state.starts_with('S'));
        (is_set_up && sleeps).then(|| field("voluntary_ctxt_switches:"))
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let before = status();
        std::thread::sleep(Duration::from_millis(100));
        if before.is_some() && before == status() {
            return;
        }
        assert!(Instant::now() < deadline, "{what}: it never came to its input");
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    for (name, signal) in [("HUP", Signal::HUP), ("INT", Signal::INT), ("TERM", Signal::TERM)] {
        for ignored in [true, false] {
            if !ignored && crate::session::is_ignored(signal) {
                continue;
            }
            let session = Session::new();
            session.file("a.py", "x = 1\n");
            let shell = if ignored { format!("trap '' {name}") } else { ":".into() };
            let mut command = behind(&session, &shell, &FROM_A_LIST);
            let command = command.stdin(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            until_it_waits(&child, name);
            kill_process(Pid::from_child(&child), signal).unwrap();
            std::thread::sleep(Duration::from_millis(100));
            // Nobody reads it where the signal ended the wait.
            let _ = child.stdin.take().unwrap().write_all(b"a.py\n");
            let said = Said::from(child.wait_with_output().unwrap());
            if ignored {
                assert_eq!(said.exits(0).err, "");
            } else {
                said.exits(2);
            }
        }
    }
}

/// Sends a signal to a child that waits for input, and checks how it ends.
fn ends_by(mut child: Child, signal: Signal, what: &str) {
    until_it_waits(&child, what);
    kill_process(Pid::from_child(&child), signal).unwrap();
    let ended = (0..1200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        child.try_wait().unwrap().is_some()
    });
    if !ended {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    assert!(ended && status.code() == Some(2), "{what}: {status}");
}

#[test]
fn one_signal_ends_the_wait_for_a_list() {
    for signal in [Signal::INT, Signal::TERM] {
        if crate::session::is_ignored(signal) {
            continue;
        }
        let session = Session::new();
        let mut command = session.command(&FROM_A_LIST);
        ends_by(command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap(), signal, "a list");
    }
}

#[test]
fn one_signal_ends_the_wait_for_a_pipe_that_nobody_writes_to() {
    let session = Session::new();
    let pipe = session.path("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    session.file("a.py", "");
    for arguments in [
        &["build", "--config", "pipe"][..],
        &["verify", "a.py", "--manifest", "pipe"],
        &["compileall", "-i", "pipe"],
    ] {
        let child = behind(&session, ":", arguments).stderr(Stdio::null()).spawn().unwrap();
        ends_by(child, Signal::TERM, arguments[0]);
    }
}

#[test]
fn a_file_that_grows_beyond_its_limit_is_an_error_of_its_own() {
    let session = Session::new();
    let items = (0..3000).map(|number| format!("'s{number}',")).collect::<String>();
    session.file("large.py", format!("x = [{items}]\n"));
    session.file("small.py", "x = 1\n");
    session.file("__pycache__/large.cpython-314.pyc", "old");
    let arguments = ["compile", "--engine", "native", "--python", "3.14", "large.py", "small.py"];
    let said: Said = behind(&session, "ulimit -f 8", &arguments).output().unwrap().into();
    let error = "[Errno 27] File too large: '__pycache__/large.cpython-314.pyc'\n";
    assert_eq!(said.exits(1).err, format!("{error}1 compiled, 0 up to date, 1 failed\n"));
    assert_eq!(std::fs::read(session.path("__pycache__/large.cpython-314.pyc")).unwrap(), b"old");
    let pycs = ["__pycache__/large.cpython-314.pyc", "__pycache__/small.cpython-314.pyc"];
    assert_eq!(session.files(), [&pycs[..], &["large.py", "small.py"]].concat());
}

#[test]
fn few_files_that_may_be_open_are_enough() {
    let session = Session::new();
    for number in 0..40 {
        session.file(&format!("p/q/m{number}.py"), format!("x = {number}\n"));
    }
    for limit in [8, 12, 16] {
        let arguments = ["compileall", "--python", "3.14", "-q", "-f", "-j", "8", "p"];
        let said: Said = behind(&session, &format!("ulimit -n {limit}"), &arguments).output().unwrap().into();
        assert_eq!(said.exits(0).out, "", "{limit}");
    }
}
