//! Path of an archive in a side of a comparison.

use std::iter;

/// Path of an archive in a side, or of the side itself; `!` separates an archive from the archive
/// that contains it.
///
/// Names of files may contain `!` too, so the ends of the archives' own paths are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchivePath {
    path: String,
    /// Length of the path of each archive, the outermost first.
    ends: Vec<usize>,
}

impl ArchivePath {
    /// The side itself.
    pub const SIDE: &'static Self = &Self { path: String::new(), ends: Vec::new() };

    /// Returns the path of an archive that is a file of this one, and has the path `path` in the
    /// side.
    pub(super) fn inner(&self, path: &str) -> Self {
        let ends = self.ends.iter().copied().chain(iter::once(path.len())).collect();
        Self { path: path.to_owned(), ends }
    }

    /// Returns whether this is the side itself.
    pub const fn is_side(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the path in the side of the file called `name` in the archive.
    pub fn member(&self, name: &str) -> String {
        match self.is_side() {
            true => name.to_owned(),
            false => format!("{}!{name}", self.path),
        }
    }

    /// Returns the name in the archive of the file with this path in the side.
    pub fn name_of<'a>(&self, path: &'a str) -> &'a str {
        match self.is_side() {
            true => path,
            false => path.get(self.path.len() + 1..).unwrap_or_default(),
        }
    }

    /// Returns the names of the archives, the outermost first, each relative to the one before.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let starts = iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        starts.zip(&self.ends).filter_map(|(start, &end)| self.path.get(start..end))
    }

    /// Returns the path in the side.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::ArchivePath;

    #[test]
    fn names_may_contain_the_separator() {
        let outer = ArchivePath::SIDE.inner("d/x!y.whl");
        let inner = outer.inner("d/x!y.whl!a!b.zip");
        assert_eq!(inner.names().collect::<Vec<_>>(), ["d/x!y.whl", "a!b.zip"]);
        assert_eq!(outer.member("m!n.py"), "d/x!y.whl!m!n.py");
        assert_eq!(outer.name_of("d/x!y.whl!m!n.py"), "m!n.py");
        assert_eq!(ArchivePath::SIDE.name_of("m!n.py"), "m!n.py");
        assert_eq!(ArchivePath::SIDE.names().count(), 0);
    }
}
