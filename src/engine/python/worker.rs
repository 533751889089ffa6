//! One interpreter process and the protocol with it.

use super::pipe::{self, Broken, Deadline};
use super::{Answer, WorkerRequest};
use crate::compile::Columns;
use crate::engine::{Compiled, Diagnostic, EngineError, Limits};
use crate::text::{Shown as _, python, visible};
use crate::warnings::{Category, MOST, Warning};
use std::ffi::OsStr;
use std::io::{self, Read as _, Seek as _};
use std::ops::RangeInclusive;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const SCRIPT: &str = include_str!("worker.py");
/// Settings of malloc for forks: memory is not returned before the exit, and pages are large.
const TUNABLES: &str = "glibc.malloc.top_pad=8388608:glibc.malloc.mmap_threshold=100000000:\
    glibc.malloc.trim_threshold=100000000:glibc.malloc.hugetlb=1";
/// Capacity of a pipe, which holds most sources and most answers whole.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;

/// Variables that CPython 3.8 to 3.15 read from the environment. An interpreter that is a wrapper
/// script may set some of them again.
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

/// A running interpreter. Dropping it kills the process and its forks.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    version: String,
}

impl Worker {
    pub(super) fn start(interpreter: &Path, columns: Columns, limits: &Limits) -> Result<Self, EngineError> {
        let error = |reason: String| EngineError::Start { path: interpreter.shown(), reason };
        let mut child = command(interpreter, columns).spawn().map_err(|cause| error(cause.to_string()))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(error("it has no pipes".into()));
        };
        let mut worker = Self { child, stdin, stdout, version: String::new() };
        if let Some(bytes) = limits.memory {
            worker
                .limit_memory(bytes)
                .map_err(|cause| error(format!("no memory limit can be set: {cause}")))?;
        }
        rustix::io::ioctl_fionbio(&worker.stdin, true).map_err(|cause| error(cause.to_string()))?;
        worker.widen_pipes();
        let patience = Limits { timeout: limits.timeout.clamp(*START.start(), *START.end()), ..*limits };
        let greeting = pipe::receive(&mut worker.stdout, GREETING, &Deadline::new(&patience));
        let greeting = greeting.map_err(|broken| {
            let reason = match broken {
                Broken::Stopped => return EngineError::Interrupted,
                Broken::TimedOut => {
                    let seconds = patience.timeout.as_secs();
                    return EngineError::NoAnswer { path: interpreter.shown(), seconds };
                }
                _ => worker.complaint(interpreter).unwrap_or_else(|| match limits.memory {
                    Some(bytes) => format!(
                        "it is not a Python 3.8 or later, or {} MB of memory are too little for it",
                        bytes >> 20
                    ),
                    None => "it is not a Python 3.8 or later, or it is broken".into(),
                }),
            };
            error(reason)
        })?;
        worker.version = String::from_utf8_lossy(&greeting).into_owned();
        Ok(worker)
    }

    /// Returns the full version: `3.14.10`.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Returns the first line of the message of an interpreter that did not start, such as the shim
    /// of a version manager.
    fn complaint(&mut self, interpreter: &Path) -> Option<String> {
        const LENGTH: u64 = 1000;
        let failed =
            |status: Option<std::process::ExitStatus>| status.is_some_and(|status| !status.success());
        if !failed(exit_of(&mut self.child)) {
            return None;
        }
        let mut file = tempfile::tempfile().ok()?;
        let stderr = file.try_clone().ok()?;
        let mut command = Command::new(interpreter);
        command.arg("-V").stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).process_group(0);
        let mut child = command.spawn().ok()?;
        if !failed(exit_of(&mut child)) {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.take(LENGTH).read_to_end(&mut bytes)).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty());
        line.map(|line| visible(line).to_string())
    }

    /// Enlarges the pipes, so that the processes rarely wait for each other. Systems without
    /// support keep the default size.
    fn widen_pipes(&self) {
        #[cfg(target_os = "linux")]
        {
            let _ = rustix::pipe::fcntl_setpipe_size(&self.stdin, PIPE_SIZE);
            let _ = rustix::pipe::fcntl_setpipe_size(&self.stdout, PIPE_SIZE);
        }
    }

    /// Limits the address space of the worker and of all its forks.
    #[cfg(target_os = "linux")]
    fn limit_memory(&self, bytes: u64) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, prlimit};
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        prlimit(process_id(&self.child), Resource::As, limit)?;
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn limit_memory(&self, _bytes: u64) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system cannot"))
    }

    pub(super) fn compile(&mut self, request: &WorkerRequest<'_>, limits: &Limits) -> Answer {
        let name = request.filename.as_encoded_bytes();
        let (Ok(name_size), Ok(size)) =
            (u32::try_from(name.len()), u32::try_from(9 + name.len() + request.source.len()))
        else {
            return Answer::NoMemory;
        };
        let raised = request.raised.and_then(|index| u32::try_from(index + 1).ok()).unwrap_or(0);
        let mut head = Vec::with_capacity(13 + name.len());
        head.extend_from_slice(&size.to_le_bytes());
        head.push(request.optimize);
        head.extend_from_slice(&raised.to_le_bytes());
        head.extend_from_slice(&name_size.to_le_bytes());
        head.extend_from_slice(name);
        let deadline = Deadline::new(limits);
        let frame = match pipe::send(&mut self.stdin, &[&head, request.source], &deadline) {
            // A fork that could not read the whole source may have sent the reason.
            Ok(()) | Err(Broken::Closed) => pipe::receive(&mut self.stdout, usize::MAX, &deadline),
            Err(broken) => Err(broken),
        };
        let frame = match frame {
            Ok(frame) => frame,
            Err(Broken::TimedOut) => return Answer::TimedOut,
            Err(Broken::Stopped) => return Answer::Stopped,
            Err(Broken::Failed(error)) => return Answer::WorkerDied(error.to_string()),
            Err(Broken::Closed) => return self.last_words(),
        };
        let Some(answer) = frame.strip_suffix(b".") else { return self.last_words() };
        let Some((warnings, answer)) = warnings(answer) else {
            return Answer::WorkerDied("it sent unreadable warnings".into());
        };
        let code = match answer.split_first() {
            Some((b'C', code)) => Ok(code.to_vec()),
            Some((b'M', b"")) => return Answer::NoMemory,
            Some((b'E', json)) => match serde_json::from_slice(&without_lone_surrogates(json)) {
                Ok(diagnostic) => Err(Box::new(with_shown_name(diagnostic, request.filename))),
                Err(error) => return Answer::WorkerDied(format!("it sent an unreadable error: {error}")),
            },
            _ => return Answer::WorkerDied("it sent an unknown answer".into()),
        };
        Answer::Done(Compiled { code, warnings })
    }

    /// Describes the exit of a worker that has closed its output. After a fork died, the worker
    /// exits with the fork's status; otherwise another process ended the worker.
    fn last_words(&mut self) -> Answer {
        let patience = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    return match status.code() {
                        Some(code @ 129..) => {
                            Answer::ForkDied(format!("was killed by signal {}", code - 128))
                        }
                        Some(code) => Answer::ForkDied(format!("exited with status {code}")),
                        None => Answer::WorkerDied(status.to_string()),
                    };
                }
                Ok(None) if patience.elapsed() < LAST_WORDS => std::thread::sleep(Duration::from_millis(2)),
                Ok(None) => return Answer::WorkerDied("it closed its output".into()),
                Err(error) => return Answer::WorkerDied(error.to_string()),
            }
        }
    }
}

/// Returns the exit status of a process that is about to exit, if it does so soon.
fn exit_of(child: &mut Child) -> Option<std::process::ExitStatus> {
    let patience = Instant::now();
    while patience.elapsed() < LAST_WORDS {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

/// Returns the warnings before an answer, and the answer; `None` if they cannot be read.
fn warnings(answer: &[u8]) -> Option<(Vec<Warning>, &[u8])> {
    let Some(rest) = answer.strip_prefix(b"W") else { return Some((Vec::new(), answer)) };
    let (size, rest) = rest.split_first_chunk()?;
    let (json, answer) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*size)).ok()?)?;
    let sent: Vec<(String, String, u32)> = serde_json::from_slice(&without_lone_surrogates(json)).ok()?;
    let warning = |(category, message, line): (String, String, u32)| {
        Some(Warning {
            category: Category::find(&category)?,
            message: message.into(),
            line,
            is_elsewhere: line == 0,
        })
    };
    let mut warnings: Vec<Warning> = sent.into_iter().filter_map(warning).collect();
    if let Some(first) = warnings.get(MOST).map(|warning| warning.line) {
        warnings.truncate(MOST);
        warnings.push(Warning::of_the_rest(first));
    }
    Some((warnings, answer))
}

/// Least and largest time limit for the start of an interpreter. Between them, the limit for a file
/// counts; a busy machine may need seconds for the start of one that is well.
const START: RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_secs(20);
/// Size limit for the version that a worker reports.
const GREETING: usize = 1000;
/// Time limit for the exit of a worker that has closed its output.
const LAST_WORDS: Duration = Duration::from_secs(2);

fn command(interpreter: &Path, columns: Columns) -> Command {
    let mut command = Command::new(interpreter);
    if columns == Columns::LeftOut {
        command.args(["-X", "no_debug_ranges"]);
    }
    // Not -I, which also ignores PYTHONHASHSEED: up to 3.10 the seed decides the order of members
    // of frozensets.
    command.args(["-s", "-S", "-B", "-X", "utf8", "-c", SCRIPT]);
    for name in PYTHON_VARIABLES {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").env("PYTHONHASHSEED", "0").env_remove("SOURCE_DATE_EPOCH");
    // Symbols are resolved once, not in each fork.
    command.env("LD_BIND_NOW", "1").env("GLIBC_TUNABLES", TUNABLES);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.process_group(0);
    command
}

fn process_id(child: &Child) -> Option<rustix::process::Pid> {
    i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw)
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(group) = process_id(&self.child) {
            // The forks too: after a timeout, one of them is still compiling.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Replaces names for display: CPython's message has the name as it is, the rendered text has no
/// terminal control.
fn with_shown_name(mut diagnostic: Diagnostic, filename: &OsStr) -> Diagnostic {
    let name = python::os_text(filename);
    let shown = visible(&name);
    if *shown != *name {
        diagnostic.rendered = diagnostic.rendered.replace(&name, &shown);
    }
    diagnostic
}

/// Python's JSON has bytes of file names that are not UTF-8 as halves of surrogate pairs, which
/// UTF-8 cannot have.
fn without_lone_surrogates(json: &[u8]) -> Vec<u8> {
    let unit = |at: usize| -> Option<u16> {
        let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut out = Vec::with_capacity(json.len());
    let mut at = 0;
    while at < json.len() {
        let (length, is_lone) = match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => (12, false),
            Some(half) => (6, matches!(half, 0xd800..=0xdfff)),
            None if json[at] == b'\\' => (2, false),
            None => (1, false),
        };
        let end = json.len().min(at + length);
        if is_lone {
            // The escape sequence itself becomes part of the text.
            out.push(b'\\');
        }
        out.extend_from_slice(&json[at..end]);
        at = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_lone_surrogates;

    #[test]
    fn halves_of_pairs_are_spelled_out() {
        let text = |json: &str| -> String {
            serde_json::from_slice(&without_lone_surrogates(json.as_bytes())).unwrap()
        };
        assert_eq!(
            text(r#""a\udcff.py \ud83d\ude00 \\udcff \ud83d""#),
            "a\\udcff.py \u{1f600} \\udcff \\ud83d"
        );
    }
}
