//! Ctrl-C: work in hand is finished or undone, nothing half-written stays. Where nothing is in hand the process ends at
//! once, and a second interrupt ends it in any case: what does not come to an end must not need `kill -9`.

use crate::engine::Limits;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static WAITING: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt is only noted.
#[allow(clippy::exit, reason = "the thread that waits cannot be told to return")]
pub(super) fn install() {
    // A second handler is refused; the first one does.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) || WAITING.load(Ordering::Relaxed) {
            std::process::exit(super::Status::Trouble as i32);
        }
    });
}

/// All of standard input. Nothing is written meanwhile, and the input may never end: an interrupt ends the process.
pub(super) fn read_standard_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    WAITING.store(true, Ordering::Relaxed);
    let read = std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes);
    WAITING.store(false, Ordering::Relaxed);
    read.map(|_| bytes)
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
