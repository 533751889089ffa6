//! Where the files of a wheel go once installed: `NAME.data/purelib/q.py` and `q.py` to one place (PEP 427, spread).

use super::error::WheelError;
use crate::archive::{Clash, NameTree};

/// The path below `site-packages`, if it is there that the file goes: not scripts, headers or data of `NAME.data`.
pub fn installed_path(name: &str) -> Option<&str> {
    match name.split_once('/') {
        Some((folder, rest)) if folder.ends_with(".data") => {
            let (scheme, rest) = rest.split_once('/')?;
            matches!(scheme, "purelib" | "platlib").then_some(rest)
        }
        _ => Some(name),
    }
}

/// Refuses files of which an installer keeps the one that it happens to unpack last.
///
/// # Errors
/// [`WheelError::Installed`].
pub fn refuse_one_place<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), WheelError> {
    let places = names.filter_map(|name| Some((installed_path(name)?, name))).collect::<Vec<_>>();
    if places.iter().all(|(place, name)| place == name) {
        return Ok(());
    }
    let mut tree = NameTree::new(true);
    for (at, &(place, name)) in places.iter().enumerate() {
        let Err(clash) = tree.add(place, false) else { continue };
        let is_other = |other: &str| match clash {
            Clash::Duplicate => other == place,
            Clash::Collision(path) | Clash::FileAsDirectory { file: path, .. } if path != place => {
                other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Clash::Collision(path) => other == path,
            Clash::FileAsDirectory { inside, .. } => other == inside,
        };
        let other = places[..at].iter().find(|(other, _)| is_other(other)).map_or(name, |(_, other)| other);
        return Err(WheelError::Installed(other.to_owned(), name.to_owned()));
    }
    Ok(())
}
