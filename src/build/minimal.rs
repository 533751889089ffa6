//! `--refs minimal`: code with every object written once and no unused reference flag.

use crate::engine::Diagnostic;
use crate::marshal;
use crate::object::CodeLayout;

/// Converts code to the minimal form.
pub(super) fn minimal(code: &[u8], layout: CodeLayout) -> Result<Vec<u8>, Box<Diagnostic>> {
    let mut objects = marshal::read(code, layout).map_err(|error| {
        Diagnostic::without_place("SystemError", format!("the compiled code cannot be read back: {error}"))
    })?;
    marshal::minimal_refs(&mut objects);
    Ok(marshal::write(&objects))
}
