//! Ctrl-C: work in hand is finished or undone, nothing half-written stays. Where nothing is in hand the process ends at
//! once, and a second interrupt ends it in any case: what does not come to an end must not need `kill -9`. The same goes
//! for SIGTERM and for SIGHUP; of the three, those that are ignored at the start stay so, as `nohup` and shells want it.

use crate::engine::Limits;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static WAITING: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt is only noted.
#[cfg(unix)]
pub(super) fn install() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_shutdown};

    const ENDED: i32 = super::Status::Trouble as i32;
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0) {
        // In this order: the first interrupt is noted after it was looked whether there was one. A handler that cannot be
        // installed leaves what the system does.
        let _ = register_conditional_shutdown(signal, ENDED, &INTERRUPTED);
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
        if INTERRUPTED.swap(true, Ordering::Relaxed) || WAITING.load(Ordering::Relaxed) {
            std::process::exit(super::Status::Trouble as i32);
        }
    });
}

/// The signals that are ignored, a bit for each from signal 1 on: Linux tells, elsewhere none is known.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// From now on a file that grows beyond its limit (`ulimit -f`) is an error of the system's for that file, as it is for
/// Python, and not the end of the process.
pub(super) fn let_writes_fail() {
    #[cfg(unix)]
    {
        static NOTED: AtomicBool = AtomicBool::new(false);
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, &NOTED);
    }
}

/// All of standard input. Nothing is written meanwhile, and the input may never end: an interrupt ends the process.
pub(super) fn read_standard_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = waiting(|| std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes));
    read.map(|_| bytes)
        .map_err(|error| std::io::Error::new(error.kind(), format!("cannot read standard input: {error}")))
}

/// Reads what may be a pipe that nobody writes to, before anything is written: an interrupt ends the process.
pub(super) fn waiting<T>(read: impl FnOnce() -> T) -> T {
    WAITING.store(true, Ordering::Relaxed);
    let read = read();
    WAITING.store(false, Ordering::Relaxed);
    read
}

/// What an interrupt sets.
pub(super) fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}

/// What one file may take where no option says it.
pub(super) fn limits() -> Limits {
    Limits { stop: flag(), ..Limits::default() }
}

/// Whether the user wants to stop.
pub(super) fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
