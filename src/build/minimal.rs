//! `--refs minimal`: an engine's code with every object written once and no unused reference flag.

use crate::engine::{Diagnostic, Engine, Request};
use crate::marshal;
use crate::object::CodeLayout;

/// An engine whose code is brought into the other normal form.
pub(super) struct MinimalRefs {
    pub(super) inner: Box<dyn Engine>,
    pub(super) layout: CodeLayout,
}

impl Engine for MinimalRefs {
    fn compile(&self, request: &Request<'_>) -> Result<Vec<u8>, Box<Diagnostic>> {
        let code = self.inner.compile(request)?;
        let mut objects = marshal::read(&code, self.layout).map_err(|error| {
            Diagnostic::without_place(
                "SystemError",
                format!("the compiled code cannot be read back: {error}"),
            )
        })?;
        marshal::minimal_refs(&mut objects);
        Ok(marshal::write(&objects))
    }
}
