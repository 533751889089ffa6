//! Files outside of a place, by their content and by the names that lead to them.

use super::carrier::{Carrier, Embedded, Sought, embedded};
use super::pth::{LARGEST, PathForm, PathLines};
use crate::project::{LARGEST as LARGEST_FILE, open_regular, read_regular};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Files outside by their content. Many links can lead to one file.
pub(super) struct OutsideFiles {
    sought: Sought,
    known: RefCell<BTreeMap<(PathBuf, Option<PathForm>), bool>>,
}

impl OutsideFiles {
    pub(super) fn new(sought: Sought) -> Self {
        Self { sought, known: RefCell::default() }
    }

    /// Returns whether Python runs a file, imports from it, or follows its paths. Importers use the
    /// name of the link.
    pub(super) fn is_code(&self, link: &Path, path: &Path, examined: &[PathBuf]) -> io::Result<bool> {
        let link = link.as_os_str().as_encoded_bytes();
        if self.sought.is_named(link) {
            return Ok(true);
        }
        let form = PathForm::of(link).or_else(|| PathForm::of(path.as_os_str().as_encoded_bytes()));
        if form.is_none() && examined.iter().any(|examined| path.starts_with(examined)) {
            return Ok(false);
        }
        let key = (path.to_path_buf(), form);
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(*known);
        }
        let is_code = match form {
            Some(form) => has_paths(path, form)?,
            None => has_code(path, self.sought)?,
        };
        self.known.borrow_mut().insert(key, is_code);
        Ok(is_code)
    }
}

/// Returns whether a file has paths. Those of a text that is not UTF-8 depend on the locale.
fn has_paths(path: &Path, form: PathForm) -> io::Result<bool> {
    let bytes = read_text_or_start(path)?;
    Ok(match std::str::from_utf8(&bytes) {
        Ok(_) => !PathLines::read(&bytes, form).is_empty(),
        Err(_) => !bytes.contains(&0),
    })
}

fn has_code(path: &Path, sought: Sought) -> io::Result<bool> {
    let carrier = Carrier::of_file(path)?;
    if carrier.magic.is_some() || !carrier.is_archive() {
        return Ok(carrier.magic.is_some());
    }
    Ok(match embedded(path, read_regular(path, LARGEST_FILE)?) {
        Embedded::Nothing | Embedded::Broken(_) => false,
        Embedded::Refused(_) => true,
        Embedded::Archive(archive) => archive.files().any(|entry| {
            let carrier = Carrier::of_entry(&entry.bytes);
            sought.is_named(entry.name.as_bytes()) || carrier.magic.is_some() || carrier.is_archive()
        }),
    })
}

/// Returns the content of a text, or the beginning of a large binary file: weights of models have
/// the extension of `.pth` files.
pub(super) fn read_text_or_start(path: &Path) -> io::Result<Vec<u8>> {
    match read_regular(path, LARGEST) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let mut start = Vec::new();
            open_regular(path)?.take(LARGEST).read_to_end(&mut start)?;
            if start.contains(&0) { Ok(start) } else { Err(error) }
        }
        read => read,
    }
}
