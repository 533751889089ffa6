//! Ctrl-C: work in hand is finished or undone, nothing half-written stays.

use crate::engine::Limits;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt is only noted.
pub(super) fn install() {
    // A second handler is refused; the first one does.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
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
