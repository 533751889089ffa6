//! Paths of pycs.

use crate::target::Series;
use crate::text::python;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns `pkg/__pycache__/mod.cpython-314.opt-1.pyc` for `pkg/mod.py` (PEP 3147, PEP 488); only
/// the last suffix is replaced.
pub fn cache_path(source: &Path, series: &Series, optimize: u8) -> PathBuf {
    // `cache_from_source` takes `.hidden` for a name without a suffix.
    let file = source.file_name().unwrap_or_default();
    let has_dot = file.as_encoded_bytes().contains(&b'.');
    let hidden = file.to_str().and_then(|name| name.strip_prefix('.')).filter(|rest| !rest.contains('.'));
    let mut name = match hidden {
        Some(rest) => OsString::from(rest),
        None => source.file_stem().unwrap_or_default().to_os_string(),
    };
    if has_dot {
        name.push(".");
    }
    name.push(series.cache_tag());
    if optimize > 0 {
        name.push(format!(".opt-{optimize}"));
    }
    name.push(".pyc");
    source.with_file_name("__pycache__").join(name)
}

/// Returns `pkg/mod.pyc` for `pkg/mod.py`, the path that importers find without a source.
pub fn legacy_path(source: &Path) -> PathBuf {
    let mut name = source.as_os_str().to_os_string();
    name.push("c");
    PathBuf::from(name)
}

/// Parts of the path of a pyc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PycName {
    /// Path of the source, relative to the same directory as the pyc's path, with `/`.
    pub source: String,
    /// Cache tag, such as `cpython-314`; `None` in the legacy layout.
    pub cache_tag: Option<String>,
    /// Optimization level in the name; 0 if the name has none.
    pub optimize: u8,
}

/// Returns the parts of a path with `/`, as the inverse of [`cache_path`] and [`legacy_path`], or
/// `None` if the path is not that of a pyc.
pub fn parse_name(path: &str) -> Option<PycName> {
    let stem = path.strip_suffix(".pyc")?;
    let (folder, file) = stem.rsplit_once('/').unwrap_or(("", stem));
    let in_cache = folder == "__pycache__" || folder.ends_with("/__pycache__");
    if !in_cache {
        return (!file.is_empty()).then(|| PycName {
            source: format!("{stem}.py"),
            cache_tag: None,
            optimize: 0,
        });
    }
    let parent = folder.strip_suffix("__pycache__")?;
    let (file, optimize) = match file.rsplit_once(".opt-") {
        Some((file, level)) => (file, level.parse().ok().filter(|level| (1..=2).contains(level))?),
        None => (file, 0),
    };
    let (module, tag) = file.rsplit_once('.')?;
    Some(PycName { source: format!("{parent}{module}.py"), cache_tag: Some(tag.into()), optimize })
}

/// Returns the path of the source of a pyc, by the rules of [`parse_name`]; the path need not be
/// UTF-8.
pub fn source_path(pyc: &Path) -> Option<PathBuf> {
    let folder = pyc.parent()?;
    let name = pyc.file_name()?.as_encoded_bytes();
    // The module's name may be any bytes; the parts after it are ASCII.
    let text = String::from_utf8_lossy(name);
    let in_cache = folder.file_name().is_some_and(|folder| folder == "__pycache__");
    let parsed = parse_name(&if in_cache { format!("__pycache__/{text}") } else { text.into_owned() })?;
    let dropped = match (&parsed.cache_tag, parsed.optimize) {
        (None, _) => ".pyc".len(),
        (Some(tag), 0) => format!(".{tag}.pyc").len(),
        (Some(tag), _) => format!(".{tag}.opt-1.pyc").len(),
    };
    let mut source = python::os_name(name.get(..name.len().checked_sub(dropped)?)?.to_vec());
    source.push(".py");
    let folder = if in_cache { folder.parent().unwrap_or(Path::new("")) } else { folder };
    Some(folder.join(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let series = Series::with_magic(3627).unwrap();
        for source in ["a.py", "p/a.py", "p/foo.bar.py", "p/q/größe.py"] {
            for optimize in 0..3 {
                let path = cache_path(Path::new(source), series, optimize);
                let name = parse_name(path.to_str().unwrap()).unwrap();
                let tag = Some("cpython-314".to_owned());
                assert_eq!(name, PycName { source: source.into(), cache_tag: tag, optimize });
            }
            for optimize in 0..3 {
                let source = Path::new("d/__pycache__").join(source);
                assert_eq!(source_path(&cache_path(&source, series, optimize)).as_ref(), Some(&source));
            }
            assert_eq!(source_path(&legacy_path(Path::new(source))).as_deref(), Some(Path::new(source)));
            let name = parse_name(legacy_path(Path::new(source)).to_str().unwrap()).unwrap();
            assert_eq!(name, PycName { source: source.into(), cache_tag: None, optimize: 0 });
        }
        for path in ["a.py", ".pyc", "__pycache__/a.pyc", "__pycache__/a.cpython-314.opt-3.pyc"] {
            assert_eq!(parse_name(path), None, "{path}");
        }
    }
}
