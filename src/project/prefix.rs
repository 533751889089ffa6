//! The directory that replaces `__pycache__` as the root of pycs.
//!
//! CPython: `sys.pycache_prefix`, `importlib.util.cache_from_source`.

use crate::pyc::cache_path;
use crate::target::Series;
use std::path::{Component, Path, PathBuf};

/// `PYTHONPYCACHEPREFIX`, with the directory that relative sources are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePrefix {
    /// The root of the pycs, as given.
    pub folder: PathBuf,
    /// Directory that relative paths of sources are relative to.
    pub working_directory: PathBuf,
}

impl CachePrefix {
    /// Returns `PREFIX/srv/pkg/mod.cpython-314.pyc` for `/srv/pkg/mod.py`.
    ///
    /// `..` is resolved in the text of the path, as importers do for their search path. CPython's
    /// compileall leaves it to the operating system, and so writes outside of the prefix where a
    /// path has more `..` than the working directory has components.
    pub fn output(&self, source: &Path, series: &Series, optimize: u8) -> PathBuf {
        let mut below = PathBuf::new();
        let absolute = self.working_directory.join(source.parent().unwrap_or(Path::new("")));
        for part in absolute.components() {
            match part {
                // `c:` and the root are left out, as CPython does.
                Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
                Component::ParentDir => {
                    below.pop();
                }
                Component::Normal(part) => below.push(part),
            }
        }
        below.push(cache_path(source, series, optimize).file_name().unwrap_or_default());
        self.folder.join(below)
    }
}

#[cfg(test)]
mod tests {
    use super::CachePrefix;
    use crate::target::Series;
    use std::path::{Path, PathBuf};

    #[test]
    fn absolute_and_relative_sources_have_one_pyc() {
        let series = Series::with_magic(3627).unwrap();
        let prefix = |folder: &str| CachePrefix { folder: folder.into(), working_directory: "/w/x".into() };
        let output = |source: &str, optimize| prefix("/pre").output(Path::new(source), series, optimize);
        for source in ["a.py", "./a.py", "/w/x/a.py", "../x/a.py", "b/../a.py"] {
            assert_eq!(output(source, 0), PathBuf::from("/pre/w/x/a.cpython-314.pyc"), "{source}");
        }
        assert_eq!(output("s/.a.b.py", 2), PathBuf::from("/pre/w/x/s/.a.b.cpython-314.opt-2.pyc"));
        assert_eq!(output("/a.py", 0), PathBuf::from("/pre/a.cpython-314.pyc"));
        assert_eq!(output("../../../../etc/a.py", 1), PathBuf::from("/pre/etc/a.cpython-314.opt-1.pyc"));
        assert_eq!(
            prefix("p/../q").output(Path::new("a.py"), series, 0),
            PathBuf::from("p/../q/w/x/a.cpython-314.pyc")
        );
    }
}
