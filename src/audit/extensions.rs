//! Extension modules, whose machine code nothing is compared with.

use super::only::Selection;
use super::view::View;
use crate::input::{Place, is_source};
use crate::text::counted;
use std::collections::BTreeSet;

/// Extension modules of all places.
#[derive(Default)]
pub(super) struct Extensions {
    count: usize,
    /// Modules that Python imports instead of a source or pyc of the same name next to them.
    instead: BTreeSet<String>,
}

impl Extensions {
    /// Counts the extension modules of a place whose names follow `prefix`. Importers read none
    /// from a zip.
    pub(super) fn add(&mut self, view: &View<'_>, selection: &Selection, prefix: &str) {
        let names = match view.place {
            Place::File(_) => return,
            _ => view.place.names(),
        };
        let folder = |name: &str| name.rfind('/').map_or(0, |slash| slash + 1);
        let is_code = |name: &&String| is_source(name.as_bytes()) || name.ends_with(".pyc");
        let with_code: BTreeSet<&str> =
            names.iter().filter(is_code).map(|name| &name[..folder(name)]).collect();
        for name in names.iter().filter(|name| selection.contains(name)) {
            let (folder, file) = name.split_at(folder(name));
            let Some(module) = module(file).filter(|_| with_code.contains(folder)) else { continue };
            self.count += 1;
            // A package of the same name comes first.
            let is_package =
                [".py", ".pyc"].iter().any(|end| view.has_file(&format!("{folder}{module}/__init__{end}")));
            if !is_package
                && [".py", ".pyc"].iter().any(|end| view.has_file(&format!("{folder}{module}{end}")))
            {
                self.instead.insert(format!("{prefix}{name}"));
            }
        }
    }

    /// Returns a sentence on what is not checked; `None` if there are no extension modules.
    pub(super) fn note(&self) -> Option<String> {
        let count = match self.count {
            0 => return None,
            count => counted(count, "extension module is", "extension modules are"),
        };
        let instead = match (self.instead.first(), self.instead.len()) {
            (None, _) => String::new(),
            (Some(first), 1) => format!("; Python imports {first} instead of the source of its name"),
            (Some(first), more) => format!(
                "; Python imports {more} of them instead of the sources of their names, the first is {first}"
            ),
        };
        Some(format!("{count} not checked{instead}"))
    }
}

/// Returns the module that a file of this name is imported as.
fn module(file: &str) -> Option<&str> {
    let stem = file.strip_suffix(".so").or_else(|| file.strip_suffix(".pyd"))?;
    let module = stem.split_once('.').map_or(stem, |(module, _)| module);
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    (!module.is_empty() && module.chars().all(is_word)).then_some(module)
}
