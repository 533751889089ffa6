//! Symlinks of a tree to directories, each resolved once.
//!
//! Python uses the path that it was given, and `lib/python3.14` may be a symlink to any directory.
//! Files are checked under their real paths, which this module finds.

use crate::project::{FoundFiles, FoundKind, name_below, real_path};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// Largest number of symlinks that are followed to one file.
const MOST: usize = 40;

/// Symlinks of a tree to directories, and the directories.
#[derive(Debug, Default)]
pub struct FolderLinks {
    /// Names of the directories by those of the symlinks; `None` for a directory outside.
    targets: BTreeMap<String, Option<String>>,
    /// Symlinks whose targets depend on the process that follows them.
    of_process: BTreeSet<String>,
}

impl FolderLinks {
    /// Resolves the symlinks of a tree.
    pub(super) fn of(root: &Path, listing: &FoundFiles) -> Self {
        let mut found = Self::default();
        let Ok(inside) = real_path(root) else { return found };
        let mut walk = LinkWalk::default();
        for (name, _) in listing.names.iter().filter(|(_, found)| is_link(**found)) {
            let path = listing.path_of(root, name);
            if !path.is_symlink() {
                continue;
            }
            if walk.depends(&inside.join(path.strip_prefix(root).unwrap_or(&path))) {
                found.of_process.insert(name.clone());
            }
            let real = real_path(&path).ok().filter(|real| real.is_dir());
            if let Some(real) = real {
                let target = real.starts_with(&inside).then(|| name_below(&inside, &real));
                found.targets.insert(name.clone(), target);
            }
        }
        found
    }

    /// Returns the symlinks whose targets depend on the process that follows them, such as those
    /// through `/proc/self`.
    pub const fn of_process(&self) -> &BTreeSet<String> {
        &self.of_process
    }

    /// Returns the name of a directory, with `/` at its end unless it is empty, without symlinks;
    /// `None` for a directory outside.
    pub fn folder(&self, name: &str) -> Option<String> {
        let mut place = String::new();
        self.follow(&mut place, name)?;
        if !place.is_empty() {
            place.push('/');
        }
        Some(place)
    }

    /// Returns the name of a file, from its path below the directory `base`, without symlinks to
    /// directories; `None` for a file outside. A directory that does not exist may precede `..`.
    pub fn file(&self, base: &str, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return None;
        }
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let mut place = base.trim_end_matches('/').to_owned();
        self.follow(&mut place, folder)?;
        match file {
            "" | "." | ".." => self.follow(&mut place, file)?,
            file => push(&mut place, file),
        }
        Some(place)
    }

    fn follow(&self, place: &mut String, path: &str) -> Option<()> {
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if place.is_empty() => return None,
                ".." => place.truncate(place.rfind('/').unwrap_or(0)),
                part => {
                    push(place, part);
                    if let Some(target) = self.targets.get(place.as_str()) {
                        place.clone_from(target.as_ref()?);
                    }
                }
            }
        }
        Some(())
    }
}

fn is_link(found: FoundKind) -> bool {
    matches!(found, FoundKind::Symlink | FoundKind::Ambiguous)
}

fn push(place: &mut String, part: &str) {
    if !place.is_empty() {
        place.push('/');
    }
    place.push_str(part);
}

/// Walk along symlinks, one name at a time.
#[derive(Default)]
struct LinkWalk {
    /// Paths that are not symlinks.
    plain: BTreeSet<PathBuf>,
}

impl LinkWalk {
    /// Returns whether a symlink leads through one in the file system of processes, as those of
    /// `/proc/self` are.
    fn depends(&mut self, link: &Path) -> bool {
        let mut place = PathBuf::new();
        let mut waiting = parts(link);
        let mut followed = 0;
        while let Some(part) = waiting.pop() {
            match part.components().next() {
                Some(Component::ParentDir) => drop(place.pop()),
                Some(Component::CurDir) | None => {}
                Some(_) => place.push(&part),
            }
            if self.plain.contains(&place) {
                continue;
            }
            let Ok(found) = place.symlink_metadata() else { return false };
            if !found.is_symlink() {
                if found.is_dir() {
                    self.plain.insert(place.clone());
                }
                continue;
            }
            let target = place.read_link();
            place.pop();
            followed += 1;
            if is_of_processes(&place) {
                return true;
            }
            let Some(target) = target.ok().filter(|_| followed <= MOST) else { return false };
            waiting.extend(parts(&target));
        }
        false
    }
}

/// Returns the parts of a path, the last one first.
fn parts(path: &Path) -> Vec<PathBuf> {
    path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect()
}

/// Returns whether a directory is in the file system of processes.
#[cfg(target_os = "linux")]
fn is_of_processes(folder: &Path) -> bool {
    rustix::fs::statfs(folder).is_ok_and(|found| found.f_type == rustix::fs::PROC_SUPER_MAGIC)
}

/// Returns whether a directory is in the file system of processes.
#[cfg(not(target_os = "linux"))]
fn is_of_processes(folder: &Path) -> bool {
    folder.starts_with("/proc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_resolved_one_part_after_the_other() {
        let target = |name: &str| (name != "-").then(|| name.to_owned());
        let links = [("lib", "mylib"), ("mylib/python3.14", "opt/py"), ("out", "-"), ("top", "")];
        let links = links.map(|(link, name)| (link.to_owned(), target(name)));
        let links = FolderLinks { targets: links.into(), of_process: BTreeSet::new() };
        for (name, real) in [
            ("", Some("")),
            ("lib/", Some("mylib/")),
            ("lib/python3.14/site-packages", Some("opt/py/site-packages/")),
            ("lib/python3.14/..", Some("opt/")),
            ("top/lib", Some("mylib/")),
            ("out", None),
            ("out/x", None),
            ("..", None),
        ] {
            assert_eq!(links.folder(name).as_deref(), real, "{name}");
        }
        for (path, file) in [
            ("m.py", Some("lib/a/m.py")),
            ("../../lib/python3.14/m.py", Some("opt/py/m.py")),
            ("../../lib/python3.14/../m.py", Some("opt/m.py")),
            ("nope/../m.py", Some("lib/a/m.py")),
            ("../../lib", Some("lib")),
            ("../../../m.py", None),
            ("/m.py", None),
            ("../../out/m.py", None),
        ] {
            assert_eq!(links.file("lib/a/", path).as_deref(), file, "{path}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_decides_about_its_own_links() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = real_path(scratch.path()).unwrap();
        let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, folder.join(from)).unwrap();
        link("/proc/self/cwd/x", "a");
        link("a/more", "b");
        link("/dev/fd", "c");
        link("/proc/version", "d");
        link("nothing", "e");
        link("f", "f");
        link("..", "g");
        let mut walk = LinkWalk::default();
        let depends = ["a", "b", "c", "d", "e", "f", "g"].map(|name| walk.depends(&folder.join(name)));
        assert_eq!(depends, [true, true, true, false, false, false, false]);
    }
}
