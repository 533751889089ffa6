//! Handling of SIGINT, SIGTERM and SIGHUP: the run stops and leaves no file half-written.
//!
//! A command stops by itself and reports the files that it did not reach. If it does not stop
//! within [`GRACE`], the main thread ends the process as soon as the files being written are
//! complete. A second interrupt ends the process at once, so that `kill -9` is never needed.
//! Signals that are ignored at the start remain ignored, as `nohup` and shells expect.

use super::error::{CommandError, Status};
use crate::engine::{Limits, native};
use crate::output::writing;
use crate::project::{LARGEST, read_named};
use crate::text::Shown as _;
use std::io::{Read as _, Write as _};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Time for a command to stop by itself.
const GRACE: Duration = Duration::from_millis(800);
/// Interval at which the main thread checks for an interrupt. A signal handler cannot wake it.
const LOOK: Duration = Duration::from_millis(50);
/// Time for files being written to complete before a second interrupt is handled.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longest time to wait for files being written: a slower disk does not respond.
const MORE_PATIENCE: Duration = Duration::from_secs(30);
/// Time to wait for standard error, which may be a pipe that nobody reads.
const LAST_WORDS: Duration = Duration::from_millis(100);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static WAITING: AtomicBool = AtomicBool::new(false);
/// True if the next interrupt ends the process at once.
static STUCK: AtomicBool = AtomicBool::new(false);

/// Sets the handler: from then on, an interrupt only sets a flag.
#[cfg(unix)]
pub(super) fn install() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_shutdown};

    const ENDED: i32 = Status::Trouble as i32;
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0) {
        // If a handler cannot be installed, the system's default action remains.
        let _ = register_conditional_shutdown(signal, ENDED, &STUCK);
        let _ = register_conditional_shutdown(signal, ENDED, &WAITING);
        let _ = register(signal, &INTERRUPTED);
    }
}

/// Sets the handler: from then on, an interrupt only sets a flag.
#[cfg(not(unix))]
#[allow(clippy::exit, reason = "the thread that waits cannot be told to return")]
pub(super) fn install() {
    // A second handler is refused, and the first one remains.
    let _ = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::Relaxed);
        if STUCK.load(Ordering::Relaxed) || WAITING.load(Ordering::Relaxed) {
            std::process::exit(Status::Trouble as i32);
        }
    });
}

/// Runs a command on a thread of its own. After an interrupt, this thread ends the process if the
/// command does not end by itself, with a message unless `is_silent`.
pub(super) fn watched<R: Send>(is_silent: bool, command: impl Fn() -> R + Sync) -> R {
    thread::scope(|scope| {
        let (ends, ended) = mpsc::channel::<()>();
        let command = &command;
        let started = native::start(scope, move || {
            let result = command();
            drop(ends);
            result
        });
        let Ok(thread) = started else {
            STUCK.store(true, Ordering::Relaxed);
            return command();
        };
        let ends_within = |time| ended.recv_timeout(time) != Err(RecvTimeoutError::Timeout);
        while !ends_within(LOOK) {
            if requested() && !ends_within(GRACE) {
                end(is_silent);
            }
        }
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Ends the process after a command, without the work of an ordered exit: the end of its threads,
/// and memory that the allocator gives back piece by piece. Where the system has no such exit,
/// returns the status.
pub(super) fn leave(status: Status) -> Status {
    let _ = std::io::stdout().flush();
    #[cfg(unix)]
    signal_hook::low_level::exit(status as i32);
    #[cfg(not(unix))]
    status
}

#[allow(clippy::exit, reason = "other threads may be anywhere, and none of them writes")]
fn end(is_silent: bool) -> ! {
    let is_safe = writing::close(PATIENCE) || {
        STUCK.store(true, Ordering::Relaxed);
        writing::close(MORE_PATIENCE)
    };
    if !is_silent {
        let (said, heard) = mpsc::channel::<()>();
        // This may block forever.
        let _ = thread::Builder::new().spawn(move || {
            let text =
                if is_safe { "" } else { "; a file is still being written, and its temporary file stays" };
            let _ = writeln!(std::io::stderr(), "error: interrupted{text}");
            drop(said);
        });
        let _ = heard.recv_timeout(LAST_WORDS);
    }
    std::process::exit(Status::Trouble as i32);
}

/// Returns the ignored signals as a bit set from signal 1 on. Only Linux reports them; elsewhere
/// the set is empty.
#[cfg(unix)]
fn ignored() -> u64 {
    // With room for the whole text, it is read by one call.
    let mut status = String::with_capacity(4096);
    let _ = std::fs::File::open("/proc/self/status").and_then(|mut file| file.read_to_string(&mut status));
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Handles SIGXFSZ: a file that grows beyond its limit (`ulimit -f`) is an error of that file, as
/// in Python, and does not end the process.
pub(super) fn let_writes_fail() {
    #[cfg(unix)]
    {
        static NOTED: AtomicBool = AtomicBool::new(false);
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, &NOTED);
    }
}

/// Reads standard input to its end. Nothing is written meanwhile, and the input may never end: an
/// interrupt ends the process.
pub(super) fn read_standard_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = waiting(|| std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes));
    read.map(|_| bytes)
        .map_err(|error| std::io::Error::new(error.kind(), format!("cannot read standard input: {error}")))
}

/// Reads from a pipe that may have no writer, before anything is written: an interrupt ends the
/// process.
pub(super) fn waiting<T>(read: impl FnOnce() -> T) -> T {
    WAITING.store(true, Ordering::Relaxed);
    let read = read();
    WAITING.store(false, Ordering::Relaxed);
    read
}

/// Reads a file that the user named, which may be a pipe.
pub(super) fn read_named_file(path: &Path) -> Result<Vec<u8>, CommandError> {
    waiting(|| read_named(path, LARGEST))
        .map_err(|error| CommandError::Usage(format!("cannot read {}: {error}", path.shown())))
}

/// Records whether the process only waits for requests. An interrupt then ends it immediately.
pub(super) fn idle(is_idle: bool) {
    WAITING.store(is_idle, Ordering::Relaxed);
}

/// Returns the flag that an interrupt sets.
pub(super) fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}

/// Returns the limits for one file without options.
pub(super) fn limits() -> Limits {
    Limits { stop: flag(), ..Limits::default() }
}

/// Returns whether an interrupt was received.
pub(super) fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
