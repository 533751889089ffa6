//! Decision, without compiling, whether an existing pyc is up to date.

use crate::engine::{Refs, TargetEngine};
use crate::marshal;
use crate::object::Objects;
use crate::pyc::HEADER_SIZE;
use std::path::Path;

/// Returns whether `pyc` is complete, has this header, records this file name and is in the
/// target's reference form. The code is otherwise trusted, as importers do.
///
/// The header alone is not sufficient: a pyc that was compiled below another directory, or whose
/// writer was interrupted, has the right one.
pub(super) fn is_current(
    pyc: &[u8],
    header: &[u8; HEADER_SIZE],
    recorded: &Path,
    target: &TargetEngine,
) -> bool {
    let Some(code) = pyc.strip_prefix(header) else { return false };
    let Ok(mut objects) = marshal::read(code, target.series.code_layout) else { return false };
    let root = objects.code(Objects::ROOT);
    let name = root.and_then(|code| objects.os_name(code.filename));
    if name.as_deref() != Some(recorded.as_os_str()) {
        return false;
    }
    marshal::minimal_refs(&mut objects);
    (marshal::write(&objects) == code) == (target.refs == Refs::Minimal)
}
