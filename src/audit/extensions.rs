//! Extension modules, whose machine code is not verified, and files that Python imports instead of
//! modules.
//!
//! CPython: `_PyImport_DynLoadFiletab` of `Python/dynload_shlib.c` and `Python/dynload_win.c`. The
//! content does not matter: code of a shared library runs when it is loaded, before the importer
//! looks for a function in it.

use super::only::Selection;
use super::view::View;
use crate::input::Place;
use crate::project::{FoundKind, names_in, real_path};
use crate::text::counted;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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
        let mut modules: BTreeMap<String, Forms> = BTreeMap::new();
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for (name, place) in names.iter().zip(&places) {
            let (folder, file) = split(place);
            if let Some((module, _)) = extension(file).filter(|_| is_loaded(view, name)) {
                let forms = modules.entry(format!("{folder}{module}")).or_default();
                forms.extensions.push(name.clone());
                if selection.contains(name) {
                    found.insert(name);
                }
            } else if let Some(module) = file.strip_suffix(".py").or_else(|| file.strip_suffix(".pyc")) {
                let forms = modules.entry(format!("{folder}{module}")).or_default();
                forms.code.get_or_insert_with(|| name.clone());
            }
        }
        let first = |forms: &Forms| forms.extensions.first().or(forms.code.as_ref()).cloned();
        let mut behind = 0;
        let mut folders = LinkedFolders { view, names: &names, known: BTreeMap::new() };
        for (module, forms) in &modules {
            let Some(code) = &forms.code else { continue };
            let package = match split(module).1 {
                "__init__" => None,
                // A package comes before a module.
                _ => modules.get(&format!("{module}/__init__")).and_then(first),
            };
            let package = package.or_else(|| folders.package(module));
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
            let count = counted(
                self.count,
                "extension module, with the libraries that it loads, is",
                "extension modules, with the libraries that they load, are",
            );
            let instead = match self.instead.as_slice() {
                [] => String::new(),
                [(first, code)] => format!("; Python imports {first} instead of {code}"),
                [(first, code), ..] => format!(
                    "; Python imports {} of them instead of sources or pycs, the first is {first} instead of {code}",
                    self.instead.len()
                ),
            };
            notes.push(format!("{count} not verified: machine code{instead}"));
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

/// Returns the module that a file of this name is imported as, and the rank of its suffix: less is
/// preferred. The tag between the module and the suffix is that of an interpreter.
pub(super) fn extension(file: &str) -> Option<(&str, u8)> {
    const SUFFIXES: [&str; 4] = ["so", "pyd", "dll", "fwork"];
    let (stem, suffix) = file.rsplit_once('.').filter(|(_, end)| SUFFIXES.contains(end))?;
    let (module, tag) = stem.split_once('.').map_or((stem, None), |(module, tag)| (module, Some(tag)));
    let rank = match tag {
        None if suffix != "dll" => 2,
        None => return None,
        Some(tag) => {
            // `cpython-314-x86_64-linux-gnu`, `abi3-x86_64-linux-gnu`, `cp314-win_amd64`.
            let (start, rest) = tag.split_once('-').unwrap_or((tag, ""));
            let is_platform = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            let is_version = |text: &str| {
                let digits = text.trim_end_matches(|char: char| char.is_ascii_lowercase());
                digits.len() > 1 && digits.bytes().all(|byte| byte.is_ascii_digit())
            };
            match start {
                "abi3" | "abi3t" if is_platform => 1,
                "cpython" if is_platform && is_version(rest.split('-').next().unwrap_or(rest)) => 0,
                _ if is_platform
                    && ["cp", "pypy", "graalpy"]
                        .iter()
                        .any(|name| start.strip_prefix(name).is_some_and(is_version)) =>
                {
                    0
                }
                _ => return None,
            }
        }
    };
    // `importlib` imports modules of every name without a dot.
    (!module.is_empty()).then_some((module, rank))
}

/// Returns whether a name is that of a file, also through a symlink.
fn is_loaded(view: &View<'_>, name: &str) -> bool {
    match view.place {
        Place::Tree(root, listing) => match listing.names.get(name) {
            Some(FoundKind::Symlink) => listing.real.get(name).unwrap_or(&root.join(name)).is_file(),
            kind => kind.is_some(),
        },
        _ => true,
    }
}

/// Packages whose directories are symlinks. Each directory is read once, however many symlinks lead
/// to it.
struct LinkedFolders<'a> {
    view: &'a View<'a>,
    /// Sorted names in the place.
    names: &'a [String],
    /// The files by which Python imports packages, by the directory.
    known: BTreeMap<PathBuf, Option<String>>,
}

impl LinkedFolders<'_> {
    /// Returns the file by which Python imports the package of a module, if its directory is a
    /// symlink.
    fn package(&mut self, module: &str) -> Option<String> {
        self.names.binary_search_by(|name| name.as_str().cmp(module)).ok()?;
        let folder = match self.view.place {
            Place::Tree(root, _) => real_path(&root.join(module)).ok()?,
            place => PathBuf::from(place.resolve(module).ok()?),
        };
        let file = match self.known.get(&folder) {
            Some(file) => file.clone(),
            None => {
                let file = self.init(&folder);
                self.known.insert(folder, file.clone());
                file
            }
        };
        file.map(|file| format!("{module}/{file}"))
    }

    fn init(&self, folder: &Path) -> Option<String> {
        let files: Vec<String> = match self.view.place {
            Place::Tree(..) => {
                names_in(folder).ok()?.into_iter().filter_map(|name| name.into_string().ok()).collect()
            }
            _ => {
                let start = format!("{}/__init__.", folder.to_str()?);
                let from = self.names.partition_point(|name| *name < start);
                let below = self.names[from..].iter().take_while(|name| name.starts_with(&start));
                below.map(|name| split(name).1.to_owned()).collect()
            }
        };
        let is_init = |file: &&String| file.starts_with("__init__.");
        let machine = files.iter().filter(is_init).find(|file| extension(file).is_some());
        let other = || files.iter().find(|file| ["__init__.py", "__init__.pyc"].contains(&file.as_str()));
        machine.or_else(other).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::extension;

    #[test]
    fn suffixes_of_extension_modules() {
        for (file, rank) in [
            ("m.cpython-38-x86_64-linux-gnu.so", 0),
            ("m.cpython-313t-aarch64-linux-musl.so", 0),
            ("m.cpython-37m-darwin.so", 0),
            ("m.pypy311-pp73-x86_64-linux-gnu.so", 0),
            ("m.graalpy242-311-native-x86_64-linux.so", 0),
            ("m.cp313-win_amd64.pyd", 0),
            ("m.cpython-39-x86_64-cygwin.dll", 0),
            ("m.cpython-314-iphoneos.fwork", 0),
            ("m.abi3.so", 1),
            ("m.abi3-x86_64-linux-gnu.so", 1),
            ("m.abi3t.so", 1),
            ("m.abi3t-x86_64-linux-gnu.so", 1),
            ("m.so", 2),
            ("m.pyd", 2),
        ] {
            assert_eq!(extension(file), Some(("m", rank)), "{file}");
        }
        for name in ["m-n", "हिन्दी", "a b"] {
            assert_eq!(extension(&format!("{name}.so")), Some((name, 2)));
        }
        for file in [
            "m.odd.so",
            "m.cpython-.so",
            "m.cpython-evil.so",
            "m.cpython-313.x.so",
            "m.abi4.so",
            "m.abi3_x.so",
            "m.cp.pyd",
            "m.dll",
            "m.so.1",
            ".so",
            "m.py",
        ] {
            assert_eq!(extension(file), None, "{file}");
        }
    }
}
