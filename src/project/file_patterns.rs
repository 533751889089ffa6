//! Patterns for the files of a directory, an archive or an environment.

use super::{FolderPrefix, PACKAGES};
use crate::pyc::parse_name;
use globset::GlobSet;

/// Patterns that match a file by its path below the place that the user named, or by its path below
/// a `site-packages` in that place. A pyc is also matched by its source.
#[derive(Clone, Debug, Default)]
pub struct FilePatterns {
    set: GlobSet,
    /// Directory of the paths that are matched.
    base: FolderPrefix,
}

impl FilePatterns {
    /// Returns the patterns of a set.
    pub const fn new(set: GlobSet) -> Self {
        Self { set, base: String::new() }
    }

    /// Returns the patterns for paths below a directory, a [`FolderPrefix`].
    pub fn below(&self, base: &str) -> Self {
        Self { set: self.set.clone(), base: format!("{}{base}", self.base) }
    }

    /// Returns whether a pattern matches a file.
    pub fn has(&self, path: &str) -> bool {
        !self.set.is_empty() && self.names(path).iter().any(|name| self.set.is_match(name))
    }

    /// Returns the indices of the patterns that match.
    pub fn matching(&self, path: &str) -> Vec<usize> {
        if self.set.is_empty() {
            return Vec::new();
        }
        self.names(path).iter().flat_map(|name| self.set.matches(name)).collect()
    }

    /// Returns the names of a file that patterns are compared with.
    fn names(&self, path: &str) -> Vec<String> {
        let path = format!("{}{path}", self.base);
        let source = parse_name(&path).map(|parsed| parsed.source);
        let own = [Some(path), source].into_iter().flatten();
        own.flat_map(|name| [below_packages(&name), Some(name)]).flatten().collect()
    }
}

/// Returns the path below the first `site-packages` or `dist-packages` in a path.
fn below_packages(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    parts.find(|part| PACKAGES.contains(part))?;
    Some(parts.collect::<Vec<_>>().join("/")).filter(|below| !below.is_empty())
}

#[cfg(test)]
mod tests {
    use super::FilePatterns;
    use globset::{Glob, GlobSet};

    #[test]
    fn a_file_has_one_rule_wherever_the_user_begins() {
        let has = |pattern: &str, path: &str| {
            let set = GlobSet::builder().add(Glob::new(pattern).unwrap()).build().unwrap();
            let patterns = FilePatterns::new(set);
            assert_eq!(patterns.has(path), !patterns.matching(path).is_empty());
            patterns.has(path)
        };
        let site = "lib/python3.14/site-packages";
        for (pattern, path) in [
            ("p/a.py", "p/a.py"),
            ("p/a.py", "lib/python3.14/site-packages/p/a.py"),
            ("p/a.py", "p/__pycache__/a.cpython-314.opt-1.pyc"),
            ("p/a.py", "lib/python3/dist-packages/p/__pycache__/a.cpython-314.pyc"),
            ("*.opt-1.pyc", "p/__pycache__/a.cpython-314.opt-1.pyc"),
            ("lib/*/a.pth", "lib/python3.14/site-packages/a.pth"),
            ("a.pth", "lib/python3.14/site-packages/a.pth"),
        ] {
            assert!(has(pattern, path), "{pattern} {path}");
        }
        for pattern in ["a.py", "site-packages/p/a.py", "p", "p/a.pyc"] {
            assert!(!has(pattern, &format!("{site}/p/a.py")), "{pattern}");
        }
        assert!(!has("", site));
    }
}
