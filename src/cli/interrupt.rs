//! Ctrl-C: the work is given up and nothing half-written stays. Commands end by themselves and say
//! what was not reached; a thread ends the process where they do not within [`GRACE`], once what is
//! being written is complete. Where even that takes long, a second interrupt ends it at once:
//! nothing must need `kill -9`. The same goes for SIGTERM and for SIGHUP; of the three, those that
//! are ignored at the start stay so, as `nohup` and shells want it.

use crate::engine::Limits;
use crate::output::writing;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Time that a command has to end by itself.
const GRACE: Duration = Duration::from_millis(800);
/// Interval at which the thread looks for an interrupt. A signal handler cannot wake it.
const LOOK: Duration = Duration::from_millis(50);
/// Time to wait for files that are being written before a second interrupt is heard.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longest time to wait: a disk that takes longer does not answer.
const MORE_PATIENCE: Duration = Duration::from_secs(30);
/// Time to wait for standard error, which may be a pipe that nobody reads.
const LAST_WORDS: Duration = Duration::from_millis(100);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static WAITING: AtomicBool = AtomicBool::new(false);
/// True if the next interrupt ends the process at once.
static STUCK: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt is only noted.
#[cfg(unix)]
pub(super) fn install() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_shutdown};

    const ENDED: i32 = super::Status::Trouble as i32;
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0) {
        // A handler that cannot be installed leaves what the system does.
        let _ = register_conditional_shutdown(signal, ENDED, &STUCK);
        let _ = register_conditional_shutdown(signal, ENDED, &WAITING);
        let _ = register(signal, &INTERRUPTED);
    }
}

/// From now on an interrupt is only noted.
#[cfg(not(unix))]
#[allow(clippy::exit, reason = "the thread that waits cannot be told to return")]
pub(super) fn install() {
    // A second handler is refused; the first one does.
    let _ = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::Relaxed);
        if STUCK.load(Ordering::Relaxed) || WAITING.load(Ordering::Relaxed) {
            std::process::exit(super::Status::Trouble as i32);
        }
    });
}

/// Starts the thread that ends the process after an interrupt. `is_silent` keeps it from saying so.
pub(super) fn watch(is_silent: bool) {
    let watching = thread::Builder::new().name("interrupt".into()).stack_size(1 << 17);
    let started = watching.spawn(move || {
        while !requested() {
            thread::sleep(LOOK);
        }
        thread::sleep(GRACE);
        end(is_silent);
    });
    if started.is_err() {
        STUCK.store(true, Ordering::Relaxed);
    }
}

#[allow(clippy::exit, reason = "other threads may be anywhere, and none of them writes")]
fn end(is_silent: bool) {
    let is_safe = writing::close(PATIENCE) || {
        STUCK.store(true, Ordering::Relaxed);
        writing::close(MORE_PATIENCE)
    };
    if !is_silent {
        let (said, heard) = mpsc::channel::<()>();
        // It may never return.
        let _ = thread::Builder::new().spawn(move || {
            let text =
                if is_safe { "" } else { "; a file is still being written, and its temporary file stays" };
            let _ = writeln!(std::io::stderr(), "error: interrupted{text}");
            drop(said);
        });
        let _ = heard.recv_timeout(LAST_WORDS);
    }
    std::process::exit(super::Status::Trouble as i32);
}

/// The signals that are ignored, a bit for each from signal 1 on: Linux tells, elsewhere none is
/// known.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// From now on a file that grows beyond its limit (`ulimit -f`) is an error of the system's for
/// that file, as it is for Python, and not the end of the process.
pub(super) fn let_writes_fail() {
    #[cfg(unix)]
    {
        static NOTED: AtomicBool = AtomicBool::new(false);
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, &NOTED);
    }
}

/// All of standard input. Nothing is written meanwhile, and the input may never end: an interrupt
/// ends the process.
pub(super) fn read_standard_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = waiting(|| std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes));
    read.map(|_| bytes)
        .map_err(|error| std::io::Error::new(error.kind(), format!("cannot read standard input: {error}")))
}

/// Reads what may be a pipe that nobody writes to, before anything is written: an interrupt ends
/// the process.
pub(super) fn waiting<T>(read: impl FnOnce() -> T) -> T {
    WAITING.store(true, Ordering::Relaxed);
    let read = read();
    WAITING.store(false, Ordering::Relaxed);
    read
}

/// Returns the flag that an interrupt sets.
pub(super) fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}

/// Returns the limits for one file if no option sets them.
pub(super) fn limits() -> Limits {
    Limits { stop: flag(), ..Limits::default() }
}

/// Returns whether the user wants to stop.
pub(super) fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
