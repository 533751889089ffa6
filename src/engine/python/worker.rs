//! One interpreter process and the frames that go to and from it.

use crate::engine::{Diagnostic, EngineError, Request};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

const SCRIPT: &str = include_str!("worker.py");

/// What CPython 3.8 to 3.15 read from the environment. An interpreter that is a wrapper may set some of them again.
const PYTHON_VARIABLES: [&str; 44] = [
    "PYTHONASYNCIODEBUG",
    "PYTHONBREAKPOINT",
    "PYTHONCASEOK",
    "PYTHONCOERCECLOCALE",
    "PYTHONDEBUG",
    "PYTHONDEVMODE",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONDUMPREFS",
    "PYTHONDUMPREFSFILE",
    "PYTHONEXECUTABLE",
    "PYTHONFAULTHANDLER",
    "PYTHONHOME",
    "PYTHONINSPECT",
    "PYTHONINTMAXSTRDIGITS",
    "PYTHONIOENCODING",
    "PYTHONLEGACYWINDOWSFSENCODING",
    "PYTHONLEGACYWINDOWSSTDIO",
    "PYTHONMALLOC",
    "PYTHONMALLOCSTATS",
    "PYTHONNODEBUGRANGES",
    "PYTHONNOUSERSITE",
    "PYTHONOPTIMIZE",
    "PYTHONPATH",
    "PYTHONPERFSUPPORT",
    "PYTHONPLATLIBDIR",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONPYCACHEPREFIX",
    "PYTHONSAFEPATH",
    "PYTHONSTARTUP",
    "PYTHONTHREADDEBUG",
    "PYTHONTRACEMALLOC",
    "PYTHONUNBUFFERED",
    "PYTHONUSERBASE",
    "PYTHONUTF8",
    "PYTHONVERBOSE",
    "PYTHONWARNDEFAULTENCODING",
    "PYTHONWARNINGS",
    "PYTHON_CONTEXT_AWARE_WARNINGS",
    "PYTHON_CPU_COUNT",
    "PYTHON_FROZEN_MODULES",
    "PYTHON_GIL",
    "PYTHON_JIT",
    "PYTHON_LAZY_IMPORTS",
    "PYTHON_PRESITE",
];

/// What became of a request.
pub(super) enum Answer {
    Code(Vec<u8>),
    Refused(Box<Diagnostic>),
    ChildDied(String),
    WorkerDied(String),
    TimedOut,
}

/// A running interpreter. Dropping it ends the process and whatever it has forked.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    frames: Receiver<Vec<u8>>,
    version: String,
}

impl Worker {
    pub(super) fn start(interpreter: &Path, timeout: Duration) -> Result<Self, EngineError> {
        let error = |reason: String| EngineError::Start { path: interpreter.display().to_string(), reason };
        let mut command = Command::new(interpreter);
        // Not -I, which would also ignore PYTHONHASHSEED: up to 3.10 it orders the members of frozensets.
        command.args(["-s", "-S", "-B", "-X", "utf8", "-c", SCRIPT]);
        for name in PYTHON_VARIABLES {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8").env("PYTHONHASHSEED", "0").env_remove("SOURCE_DATE_EPOCH");
        // Symbols are looked up once, not in each fork.
        command.env("LD_BIND_NOW", "1").env("GLIBC_TUNABLES", "glibc.malloc.top_pad=1048576:glibc.malloc.mmap_threshold=100000000:glibc.malloc.trim_threshold=100000000");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let mut child = command.spawn().map_err(|cause| error(cause.to_string()))?;
        let (Some(stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(error("it has no pipes".into()));
        };
        let (sender, frames) = sync_channel(1);
        std::thread::spawn(move || {
            while let Some(frame) = read_frame(&mut stdout) {
                if sender.send(frame).is_err() {
                    break;
                }
            }
        });
        let mut worker = Self { child, stdin: Some(stdin), frames, version: String::new() };
        let greeting = worker.frames.recv_timeout(timeout);
        let greeting =
            greeting.map_err(|_| error("it is not a Python 3.8 or newer, or it does not start".into()))?;
        worker.version = String::from_utf8_lossy(&greeting).into_owned();
        Ok(worker)
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn compile(&mut self, request: &Request<'_>, timeout: Duration) -> Answer {
        let name = request.filename.as_encoded_bytes();
        let (Ok(name_size), Ok(size)) =
            (u32::try_from(name.len()), u32::try_from(5 + name.len() + request.source.len()))
        else {
            return Answer::ChildDied("cannot take a source of 4 GB or more".into());
        };
        let mut head = Vec::with_capacity(9 + name.len());
        head.extend_from_slice(&size.to_le_bytes());
        head.push(request.optimize);
        head.extend_from_slice(&name_size.to_le_bytes());
        head.extend_from_slice(name);
        let Some(stdin) = &mut self.stdin else { return Answer::WorkerDied("its input is closed".into()) };
        if let Err(error) =
            stdin.write_all(&head).and_then(|()| stdin.write_all(request.source)).and_then(|()| stdin.flush())
        {
            return Answer::WorkerDied(error.to_string());
        }
        let frame = match self.frames.recv_timeout(timeout) {
            Ok(frame) => frame,
            Err(RecvTimeoutError::Timeout) => return Answer::TimedOut,
            Err(RecvTimeoutError::Disconnected) => return Answer::WorkerDied("it closed its output".into()),
        };
        match frame.split_first() {
            Some((b'C', code)) => Answer::Code(code.to_vec()),
            Some((b'D', how)) => Answer::ChildDied(String::from_utf8_lossy(how).into_owned()),
            Some((b'E', json)) => match serde_json::from_slice(json) {
                Ok(diagnostic) => Answer::Refused(Box::new(diagnostic)),
                Err(error) => Answer::WorkerDied(format!("it sent an unreadable error: {error}")),
            },
            _ => Answer::WorkerDied("it sent an unknown answer".into()),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stdin = None;
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // Its forks too: a file that timed out is still being compiled by one.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_frame(stdout: &mut impl Read) -> Option<Vec<u8>> {
    let mut size = [0; 4];
    stdout.read_exact(&mut size).ok()?;
    let size = u64::from(u32::from_le_bytes(size));
    let mut frame = Vec::new();
    // The size is taken as a bound, not as an allocation: the interpreter may be anything.
    let read = stdout.take(size).read_to_end(&mut frame).ok()?;
    (read as u64 == size).then_some(frame)
}
