//! Extension modules, whose machine code nothing is compared with, and what takes the place of
//! modules in imports.

use super::only::Selection;
use super::view::View;
use crate::input::{Place, is_source};
use crate::text::counted;
use std::collections::{BTreeMap, BTreeSet};

/// Largest file that is searched for the function that an extension module has.
const SEARCHED: u64 = 64 << 20;

/// Extension modules of all places.
#[derive(Default)]
pub(super) struct Extensions {
    count: usize,
    /// Extension modules that Python imports instead of sources or pycs, each with one of these.
    instead: Vec<(String, String)>,
    /// Packages that Python imports instead of modules next to them, each with its module.
    packages: Vec<(String, String)>,
}

/// The files that a module can be imported from, by name in the place.
#[derive(Default)]
struct Forms {
    extensions: Vec<String>,
    /// The source, or the pyc without a source.
    code: Option<String>,
}

impl Extensions {
    /// Counts the extension modules of a place whose names follow `prefix`. Importers read none
    /// from a zip.
    pub(super) fn add(&mut self, view: &View<'_>, selection: &Selection, prefix: &str) {
        if matches!(view.place, Place::File(_)) {
            return;
        }
        let names = view.place.names();
        let places: Vec<String> = names.iter().map(|name| view.place_of(name)).collect();
        let is_code = |place: &&String| is_source(place.as_bytes()) || place.ends_with(".pyc");
        let with_code: BTreeSet<&str> = places.iter().filter(is_code).map(|place| split(place).0).collect();
        let mut modules: BTreeMap<String, Forms> = BTreeMap::new();
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for (name, place) in names.iter().zip(&places) {
            let (folder, file) = split(place);
            if let Some((module, is_certain)) = extension(file) {
                let forms = modules.entry(format!("{folder}{module}")).or_default();
                forms.extensions.push(name.clone());
                if selection.contains(name)
                    && (is_certain || with_code.contains(folder) || is_module(view, name, file))
                {
                    found.insert(name);
                }
            } else if let Some(module) = file.strip_suffix(".py").or_else(|| file.strip_suffix(".pyc")) {
                let forms = modules.entry(format!("{folder}{module}")).or_default();
                forms.code.get_or_insert_with(|| name.clone());
            }
        }
        let first = |forms: &Forms| forms.extensions.first().or(forms.code.as_ref()).cloned();
        let mut behind = 0;
        for (module, forms) in &modules {
            let Some(code) = &forms.code else { continue };
            let package = match split(module).1 {
                "__init__" => None,
                // A package comes before a module.
                _ => modules.get(&format!("{module}/__init__")).and_then(first),
            };
            let package = package.or_else(|| package_behind(view, &names, module));
            let Some(instead) = package.as_ref().or(forms.extensions.first()) else { continue };
            if !selection.contains(code) && !selection.contains(instead) {
                continue;
            }
            let pair = (format!("{prefix}{instead}"), format!("{prefix}{code}"));
            if extension(split(instead).1).is_none() {
                self.packages.push(pair);
                continue;
            }
            match names.binary_search(instead) {
                Ok(at) => _ = found.insert(&names[at]),
                Err(_) => behind += 1,
            }
            self.instead.push(pair);
        }
        self.count += found.len() + behind;
    }

    /// Returns sentences on what is not checked, and on modules that Python does not import.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.count > 0 {
            let count = counted(self.count, "extension module is", "extension modules are");
            let instead = match self.instead.as_slice() {
                [] => String::new(),
                [(first, code)] => format!("; Python imports {first} instead of {code}"),
                [(first, code), ..] => format!(
                    "; Python imports {} of them instead of sources or pycs, the first is {first} instead of {code}",
                    self.instead.len()
                ),
            };
            notes.push(format!("{count} not checked{instead}"));
        }
        notes.extend(match self.packages.as_slice() {
            [] => None,
            [(first, code)] => Some(format!("Python imports the package {first} instead of {code}")),
            [(first, code), ..] => Some(format!(
                "Python imports {} packages instead of the modules next to them, the first is {first} instead of \
                 {code}",
                self.packages.len()
            )),
        });
        notes
    }
}

/// Splits a path into the directory, with `/` at its end, and the file.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}

/// Returns the module that a file of this name is imported as, and whether the name is that of no
/// other shared library. The tags between the module and the suffix are those of interpreters.
pub(super) fn extension(file: &str) -> Option<(&str, bool)> {
    let (stem, suffix) = file.rsplit_once('.').filter(|(_, end)| ["so", "pyd", "dll"].contains(end))?;
    let (module, tag) = stem.split_once('.').map_or((stem, None), |(module, tag)| (module, Some(tag)));
    let is_tag =
        |tag: &str| ["cpython-", "abi3", "cp3", "pypy", "graalpy"].iter().any(|one| tag.starts_with(one));
    let is_certain = match (suffix, tag) {
        (_, Some(tag)) if is_tag(tag) => true,
        ("pyd", None) => true,
        ("so", None) => false,
        _ => return None,
    };
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    (!module.is_empty() && module.chars().all(is_word)).then_some((module, is_certain))
}

/// Returns whether a shared library in a directory without code has the function that makes it an
/// extension module. One that cannot be read is taken for a module, except for `lib*.so`.
fn is_module(view: &View<'_>, name: &str, file: &str) -> bool {
    let is_small = view.place.size(name).is_some_and(|size| size <= SEARCHED);
    let bytes = if is_small { view.place.read(name).ok() } else { None };
    bytes.map_or(!file.starts_with("lib"), |bytes| memchr::memmem::find(&bytes, b"PyInit").is_some())
}

/// Returns the file by which Python imports a package whose directory is a symlink.
fn package_behind(view: &View<'_>, names: &[String], link: &str) -> Option<String> {
    names.binary_search_by(|name| name.as_str().cmp(link)).ok()?;
    let mut files: Vec<String> = match view.place {
        Place::Tree(root, _) => {
            let folder = root.join(link).canonicalize().ok().filter(|folder| folder.is_dir())?;
            let entries = walkdir::WalkDir::new(folder).min_depth(1).max_depth(1).into_iter().flatten();
            entries.filter_map(|entry| entry.file_name().to_str().map(str::to_owned)).collect()
        }
        place => {
            let folder = format!("{}/", place.resolve(link).ok()?);
            names.iter().filter_map(|name| name.strip_prefix(&folder).map(str::to_owned)).collect()
        }
    };
    files.retain(|file| file.starts_with("__init__."));
    files.sort_unstable();
    let machine = files.iter().find(|file| extension(file).is_some());
    let other = || files.iter().find(|file| ["__init__.py", "__init__.pyc"].contains(&file.as_str()));
    machine.or_else(other).map(|file| format!("{link}/{file}"))
}
