//! Ctrl-C: work in hand is finished or undone, nothing half-written stays.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on an interrupt is only noted.
pub(super) fn install() {
    // A second handler is refused; the first one does.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
}

/// Whether the user wants to stop.
pub(super) fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
