//! `--refs minimal`: code with every object written once and no unused reference flag.

use crate::engine::{Compiled, Diagnostic, Engine, Request};
use crate::marshal;
use crate::object::CodeLayout;

/// Engine whose code is converted to the minimal form.
pub(super) struct MinimalRefs {
    pub(super) inner: Box<dyn Engine>,
    pub(super) layout: CodeLayout,
}

impl MinimalRefs {
    fn normalize(&self, code: &[u8]) -> Result<Vec<u8>, Box<Diagnostic>> {
        let mut objects = marshal::read(code, self.layout).map_err(|error| {
            Diagnostic::without_place(
                "SystemError",
                format!("the compiled code cannot be read back: {error}"),
            )
        })?;
        marshal::minimal_refs(&mut objects);
        Ok(marshal::write(&objects))
    }
}

impl Engine for MinimalRefs {
    fn compile_warned(&self, request: &Request<'_>, raised: Option<usize>) -> Compiled {
        let Compiled { code, warnings } = self.inner.compile_warned(request, raised);
        Compiled { code: code.and_then(|code| self.normalize(&code)), warnings }
    }
}
