//! Files that links lead to.

use super::real::real_path;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Largest number of paths that are examined for one place. Paths beyond this number count as
/// leading to code.
const MOST: usize = 500_000;

/// Returns whether a file is code, from the path by which it is reached and its real path. For a
/// file below a directory that is examined anyway, only the name of a link outside counts.
type IsCode<'a> = &'a dyn Fn(&Path, &Path) -> io::Result<bool>;

/// Search for code that importers can reach through links. Answers are remembered, because many
/// links can lead to the same directory.
pub struct Reach<'a> {
    /// Directories below which everything is examined anyway.
    inside: &'a [PathBuf],
    is_code: IsCode<'a>,
    /// Files and directories that lead to no code.
    clean: BTreeSet<PathBuf>,
    /// Files and directories that lead to code.
    leading: BTreeSet<PathBuf>,
    /// Symlinks to directories that were found on the way, by the real path of the directory.
    links: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Number of paths that were examined.
    examined: usize,
}

impl<'a> Reach<'a> {
    /// Creates a search for files for which `is_code` returns true. Files below `inside` are left
    /// out, unless they are reached by a link outside whose name makes them code.
    pub fn new(inside: &'a [PathBuf], is_code: IsCode<'a>) -> Self {
        let (clean, leading) = (BTreeSet::new(), BTreeSet::new());
        Self { inside, is_code, clean, leading, links: BTreeMap::new(), examined: 0 }
    }

    /// Returns the symlinks to directories that were found in directories outside, by the real path
    /// of the directory that each leads to.
    pub const fn links(&self) -> &BTreeMap<PathBuf, BTreeSet<PathBuf>> {
        &self.links
    }

    /// Returns whether importers can reach code from `start`, through any number of symlinks. Files
    /// that cannot be examined count as code.
    pub fn leads(&mut self, start: &Path) -> bool {
        // Each path has the index of the directory that it is in.
        let mut waiting = vec![(start.to_path_buf(), None)];
        let mut seen: Vec<(PathBuf, Option<usize>)> = Vec::new();
        let mut known: BTreeSet<PathBuf> = BTreeSet::new();
        while let Some((path, from)) = waiting.pop() {
            let real = match real_path(&path) {
                Ok(real) => real,
                Err(error) if is_absent(&error) => continue,
                Err(_) => return self.found(&seen, from),
            };
            self.examined += 1;
            if self.examined > MOST {
                return true;
            }
            if self.leading.contains(&real) {
                return self.found(&seen, from);
            }
            let is_folder = real.is_dir();
            // The path of the directory that was listed has no symlinks.
            let is_link = from.is_some() && path != real;
            if is_link && is_folder {
                self.links.entry(real.clone()).or_default().insert(path.clone());
            }
            if self.inside.iter().any(|inside| real.starts_with(inside)) {
                if is_link && self.names_code(&path, &real) {
                    return self.found(&seen, from);
                }
                continue;
            }
            // Importers use the name of the link.
            let is_renamed = path.file_name() != real.file_name() && !is_folder;
            if !is_renamed && (self.clean.contains(&real) || known.contains(&real)) {
                continue;
            }
            if real.is_file() {
                let is_code = (self.is_code)(&path, &real).unwrap_or(true);
                if is_code && is_renamed {
                    return self.found(&seen, from);
                }
                seen.push((real.clone(), from));
                if is_code {
                    return self.found(&seen, Some(seen.len() - 1));
                }
            } else if is_folder {
                seen.push((real.clone(), from));
                let at = Some(seen.len() - 1);
                for entry in walkdir::WalkDir::new(&real).min_depth(1).max_depth(1).sort_by_file_name() {
                    match entry {
                        Ok(entry) => waiting.push((entry.into_path(), at)),
                        Err(_) => return self.found(&seen, at),
                    }
                }
            }
            if !is_renamed {
                known.insert(real);
            }
        }
        self.clean.extend(known);
        false
    }

    /// Returns whether the name of a link makes code of a file or directory below `inside`.
    fn names_code(&self, link: &Path, real: &Path) -> bool {
        match real.is_dir() {
            true => link.ends_with("__pycache__"),
            false => (self.is_code)(link, real).unwrap_or(true),
        }
    }

    /// Records that the path with this index in `seen`, and the directories that led to it, lead to
    /// code.
    fn found(&mut self, seen: &[(PathBuf, Option<usize>)], mut at: Option<usize>) -> bool {
        while let Some((path, from)) = at.map(|at| &seen[at]) {
            self.leading.insert(path.clone());
            at = *from;
        }
        true
    }
}

/// Returns whether the error means that the target of a link or name does not exist; a cycle of
/// links has no target.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) || is_loop(error)
}

#[cfg(unix)]
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_loop(_: &io::Error) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::Reach;
    use std::fs::File;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    #[test]
    fn a_directory_is_examined_once() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: String| scratch.path().join(name);
        std::fs::create_dir_all(at("out".into())).unwrap();
        for file in 0..100 {
            File::create(at(format!("out/{file}"))).unwrap();
        }
        let is_code = |path: &Path, _: &Path| Ok(path.ends_with("code"));
        let mut reach = Reach::new(&[], &is_code);
        for link in 0..100 {
            symlink("out", at(format!("link{link}"))).unwrap();
            assert!(!reach.leads(&at(format!("link{link}"))));
        }
        assert_eq!(reach.examined, 200, "101 for the first link, one for each of the others");
        File::create(at("out/code".into())).unwrap();
        let mut reach = Reach::new(&[], &is_code);
        for link in 0..100 {
            assert!(reach.leads(&at(format!("link{link}"))));
        }
        assert!(reach.examined <= 201, "{}", reach.examined);
    }

    #[test]
    fn an_answer_does_not_depend_on_earlier_ones() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        for folder in ["out/a", "out/m", "out/z"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        File::create(at("out/m/code")).unwrap();
        symlink("../m", at("out/a/link")).unwrap();
        symlink("../a", at("out/z/link")).unwrap();
        File::create(at("text")).unwrap();
        symlink("text", at("code")).unwrap();
        let is_code = |path: &Path, _: &Path| Ok(path.ends_with("code"));
        let mut reach = Reach::new(&[], &is_code);
        for start in ["out/z", "out", "out/a", "out/m", "out/z", "code"] {
            assert!(reach.leads(&at(start)), "{start}");
        }
        assert!(!reach.leads(&at("text")));
        assert!(!reach.leads(&at("nothing")));
        assert!(reach.leads(&at("code")));
    }
}
