//! Installed paths of a wheel's files: `NAME.data/purelib/q.py` and `q.py` are installed to the
//! same path (PEP 427, spread).

use super::error::WheelError;
use crate::archive::{Clash, NameTree};
use crate::project::PACKAGES;

/// Returns the path below `site-packages` of a file that is installed there; scripts, headers and
/// data in `NAME.data` are not.
pub fn installed_path(name: &str) -> Option<&str> {
    match name.split_once('/') {
        Some((folder, rest)) if folder.ends_with(".data") => {
            let (scheme, rest) = rest.split_once('/')?;
            matches!(scheme, "purelib" | "platlib").then_some(rest)
        }
        _ => Some(name),
    }
}

/// Returns the installed path of a file, independent of the system and Python version: below
/// `site-packages`, `scripts`, `headers` or `prefix`. Data may be installed to the other
/// directories by their names.
///
/// # Errors
/// [`WheelError::Scheme`].
pub fn installed_place(name: &str) -> Result<String, WheelError> {
    let Some((folder, rest)) = name.split_once('/').filter(|(folder, _)| folder.ends_with(".data")) else {
        return Ok(format!("site-packages/{name}"));
    };
    let distribution = folder.split('-').next().unwrap_or(folder);
    match rest.split_once('/') {
        Some(("purelib" | "platlib", rest)) => Ok(format!("site-packages/{rest}")),
        Some(("scripts", rest)) => Ok(format!("scripts/{rest}")),
        Some(("headers", rest)) => Ok(format!("headers/{distribution}/{rest}")),
        Some(("data", rest)) => Ok(data_place(rest)),
        _ => Err(WheelError::Scheme(name.to_owned())),
    }
}

/// Returns the location of a data file below the prefix; file systems may be case-insensitive.
fn data_place(path: &str) -> String {
    let lower = path.to_ascii_lowercase();
    let parts = lower.split('/').collect::<Vec<_>>();
    let is_python = |part: &str| part.starts_with("python") || part.starts_with("pypy");
    let is_site = |part: &str| PACKAGES.contains(&part);
    let local = usize::from(parts.first() == Some(&"local"));
    let (scheme, taken) = match &parts[local..] {
        ["lib" | "lib64" | "lib32", python, site, _, ..] if is_python(python) && is_site(site) => {
            ("site-packages", 3)
        }
        ["lib", site, _, ..] if is_site(site) => ("site-packages", 2),
        ["bin" | "scripts", _, ..] => ("scripts", 1),
        ["include", "site", python, _, ..] if is_python(python) => ("headers", 3),
        ["include", python, _, ..] if is_python(python) => ("headers", 2),
        ["include", _, ..] => ("headers", 1),
        _ => return format!("prefix/{path}"),
    };
    let rest = path.split('/').skip(local + taken).collect::<Vec<_>>();
    format!("{scheme}/{}", rest.join("/"))
}

/// Refuses files that are installed to one path, where the last one unpacked would win.
///
/// # Errors
/// [`WheelError::Installed`], [`WheelError::Scheme`].
pub fn refuse_one_place<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), WheelError> {
    let places =
        names.map(|name| Ok((installed_place(name)?, name))).collect::<Result<Vec<_>, WheelError>>()?;
    let mut tree = NameTree::new(true);
    for (at, (place, name)) in places.iter().enumerate() {
        let Err(clash) = tree.add(place, false) else { continue };
        let is_other = |other: &str| match clash {
            Clash::Duplicate => other == place,
            Clash::Collision(path) | Clash::FileAsDirectory { file: path, .. } if path != place => {
                other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Clash::Collision(path) => other == path,
            Clash::FileAsDirectory { inside, .. } => other == inside,
        };
        let other = places[..at].iter().find(|(other, _)| is_other(other)).map_or(*name, |(_, other)| other);
        return Err(WheelError::Installed(other.to_owned(), (*name).to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_every_scheme() {
        for (name, place) in [
            ("demo/m.py", "site-packages/demo/m.py"),
            ("demo-1.data/purelib/m.py", "site-packages/m.py"),
            ("demo-1.data/platlib/m.py", "site-packages/m.py"),
            ("demo-1.data/data/lib/python3.14/site-packages/m.py", "site-packages/m.py"),
            ("demo-1.data/data/lib64/python3.8/site-packages/m.py", "site-packages/m.py"),
            ("demo-1.data/data/local/lib/python3.11/dist-packages/m.py", "site-packages/m.py"),
            ("demo-1.data/data/lib/python3/dist-packages/m.py", "site-packages/m.py"),
            ("demo-1.data/data/Lib/site-packages/m.py", "site-packages/m.py"),
            ("demo-1.data/data/LIB/Site-Packages/M.py", "site-packages/M.py"),
            ("demo-1.data/data/lib/python314.zip", "prefix/lib/python314.zip"),
            ("demo-1.data/data/lib/python3.14/m.py", "prefix/lib/python3.14/m.py"),
            ("demo-1.data/scripts/tool", "scripts/tool"),
            ("demo-1.data/data/bin/tool", "scripts/tool"),
            ("demo-1.data/data/Scripts/tool", "scripts/tool"),
            ("demo-1.data/headers/x.h", "headers/demo/x.h"),
            ("demo-1.data/data/include/site/python3.14/demo/x.h", "headers/demo/x.h"),
            ("demo-1.data/data/Include/demo/x.h", "headers/demo/x.h"),
        ] {
            assert_eq!(installed_place(name).unwrap(), place, "{name}");
        }
        for name in ["demo-1.data/x.py", "demo-1.data/stdlib/x.py"] {
            assert!(installed_place(name).is_err(), "{name}");
        }
    }

    #[test]
    fn two_files_for_one_place() {
        let clash = |names: &[&str]| refuse_one_place(names.iter().copied()).is_err();
        assert!(clash(&["m.py", "d-1.data/data/lib/python3.14/site-packages/m.py"]));
        assert!(clash(&["d-1.data/purelib/m.py", "d-1.data/platlib/M.PY"]));
        assert!(clash(&["d-1.data/purelib/m.py", "d-1.data/data/Lib/site-packages/m.py/x"]));
        assert!(clash(&["d-1.data/scripts/tool", "d-1.data/data/bin/tool"]));
        assert!(clash(&["d-1.data/headers/x.h", "d-1.data/data/include/python3.14/d/x.h"]));
        assert!(!clash(&["m.py", "d-1.data/scripts/m.py", "d-1.data/data/m.py", "d-1.data/headers/m.py"]));
    }
}
