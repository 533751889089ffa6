//! Files that are read from below a directory, opened so that no symlink leads out of it.
//!
//! A path that is checked and then opened can lead elsewhere by the time it is opened. Here each
//! component is opened in the parent directory that is held open, and the target of a symlink is
//! followed component by component as well.

use super::folder::{EntryKind, Folder};
use crate::project::real_path;
use crate::text::Shown as _;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Largest number of symlinks on the way to one file, as in Linux.
const MOST_LINKS: usize = 40;

/// Symlinks that are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Symlinks to files below the directory.
    #[default]
    Inside,
    /// All symlinks.
    Anywhere,
}

/// A directory that files are read from.
#[derive(Clone, Debug)]
pub struct Inside {
    base: PathBuf,
    below: PathBuf,
    links: Links,
}

/// A regular file that is open for reading.
#[derive(Debug)]
pub struct Opened {
    /// The open file.
    pub file: File,
    /// Metadata, read from the open file.
    pub metadata: Metadata,
    /// True if a symlink was followed.
    pub by_link: bool,
}

/// A file that was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A symlink leads out of the directory.
    #[error("{} is a symlink that leads out of {}: it is not followed", link.shown(), folder.shown())]
    Outside {
        /// The symlink.
        link: PathBuf,
        /// The directory.
        folder: PathBuf,
    },
    /// The path itself leads out of the directory.
    #[error("{} leaves {}", path.shown(), folder.shown())]
    Leaves {
        /// The path.
        path: PathBuf,
        /// The directory.
        folder: PathBuf,
    },
    /// The file is a pipe, a socket or a device.
    #[error("not a regular file")]
    NotRegular,
    /// The operating system reported an error.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<OpenError> for io::Error {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Io(error) => error,
            error => Self::other(error.to_string()),
        }
    }
}

impl Inside {
    /// Reads from below `base`, which may be a symlink itself.
    pub fn new(base: impl Into<PathBuf>, links: Links) -> Self {
        Self { base: base.into(), below: PathBuf::new(), links }
    }

    /// Reads from the directory `below` of `base`. Symlinks on the way to it must not leave `base`,
    /// and symlinks in it must not leave it.
    pub fn below(base: impl Into<PathBuf>, below: impl Into<PathBuf>, links: Links) -> Self {
        Self { base: base.into(), below: below.into(), links }
    }

    /// Returns the path of the directory.
    pub fn path(&self) -> PathBuf {
        self.base.join(&self.below)
    }

    /// Returns whether symlinks may lead anywhere.
    pub fn follows_links(&self) -> bool {
        self.links == Links::Anywhere
    }

    /// Refuses a directory that a symlink out of the base leads to. A missing directory is not
    /// refused.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn check_folder(&self, name: &Path) -> Result<(), OpenError> {
        if self.follows_links() {
            return Ok(());
        }
        let checked = self.walk().and_then(|mut walk| walk.enter(name));
        match checked {
            Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            checked => checked,
        }
    }

    /// Opens the regular file `name`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, name: &Path) -> Result<Opened, OpenError> {
        if self.follows_links() {
            return open_followed(&self.path().join(name));
        }
        self.walk()?.open(name)
    }

    /// Begins a walk at the directory.
    fn walk(&self) -> Result<Walk, OpenError> {
        let mut walk = Walk::new(Folder::open(&self.base)?, self.base.clone());
        if !self.below.as_os_str().is_empty() {
            walk.enter(&self.below)?;
            walk = Walk::new(walk.folder.map_or_else(|| Folder::open(&self.base), Ok)?, self.path());
        }
        Ok(walk)
    }
}

/// Opens a regular file, following symlinks as the operating system does. Other files are not
/// opened: opening a pipe may wait forever, and opening a device may have effects.
///
/// # Errors
/// [`OpenError`], never [`OpenError::Outside`].
pub fn open_followed(path: &Path) -> Result<Opened, OpenError> {
    let regular = |found: &Metadata| {
        if found.is_dir() {
            Err(OpenError::Io(io::ErrorKind::IsADirectory.into()))
        } else if found.is_file() {
            Ok(())
        } else {
            Err(OpenError::NotRegular)
        }
    };
    regular(&std::fs::metadata(path)?)?;
    // Only a file that is opened by its own name, in a directory that is held open, is known not to
    // be the target of a symlink.
    let ends_in_name = !path.as_os_str().as_encoded_bytes().ends_with(b"/");
    if let Some(name) = path.file_name().filter(|_| ends_in_name)
        && let Ok(folder) = Folder::open(path.parent().unwrap_or(Path::new("")))
        && let Ok((file, metadata)) = folder.read(Path::new(name))
    {
        return Ok(Opened { file, metadata, by_link: false });
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    regular(&metadata)?;
    Ok(Opened { file, metadata, by_link: true })
}

/// A walk from a directory to a file below it.
struct Walk {
    root: Folder,
    path: PathBuf,
    /// Current directory of the walk; `None` for the root.
    folder: Option<Folder>,
    /// Names of the directories from the root to the current one; none is a symlink.
    done: Vec<OsString>,
    /// Number of symlinks followed, and the path of the last one.
    links: usize,
    link: PathBuf,
}

impl Walk {
    fn new(root: Folder, path: PathBuf) -> Self {
        Self { root, path, folder: None, done: Vec::new(), links: 0, link: PathBuf::new() }
    }

    fn here(&self) -> &Folder {
        self.folder.as_ref().unwrap_or(&self.root)
    }

    fn enter(&mut self, name: &Path) -> Result<(), OpenError> {
        let mut rest = self.parts(name)?;
        loop {
            self.run(&mut rest, 0);
            let Some(part) = rest.pop() else { return Ok(()) };
            self.step(&part, &mut rest)?;
        }
    }

    /// Enters directories as far as the path has neither symlinks nor `..`, and leaves at least
    /// `left` components of it.
    fn run(&mut self, rest: &mut Vec<OsString>, left: usize) {
        let names = rest.iter().skip(left).rev().take_while(|part| *part != "..");
        let names: Vec<OsString> = names.cloned().collect();
        if names.len() < 2 {
            return;
        }
        let all = self.here().below(&names.iter().collect::<PathBuf>());
        let (folder, depth) = match all {
            Ok(folder) => (Some(folder), names.len()),
            Err(_) => self.here().lowest(&names),
        };
        if let Some(folder) = folder {
            self.folder = Some(folder);
            self.done.extend_from_slice(&names[..depth]);
            rest.truncate(rest.len() - depth);
        }
    }

    fn open(&mut self, name: &Path) -> Result<Opened, OpenError> {
        let mut rest = self.parts(name)?;
        loop {
            self.run(&mut rest, 1);
            let Some(part) = rest.pop() else { break };
            if rest.is_empty() && part != ".." {
                let name = Path::new(&part);
                match self.here().kind(name)? {
                    EntryKind::File => {
                        let (file, metadata) = self.here().read(name)?;
                        return Ok(Opened { file, metadata, by_link: self.links > 0 });
                    }
                    EntryKind::Folder => break,
                    EntryKind::Other => return Err(OpenError::NotRegular),
                    EntryKind::Symlink => {}
                }
            }
            self.step(&part, &mut rest)?;
        }
        Err(OpenError::Io(io::ErrorKind::IsADirectory.into()))
    }

    /// Returns the components of a path below the root, in reverse.
    fn parts(&self, name: &Path) -> Result<Vec<OsString>, OpenError> {
        let mut parts = Vec::new();
        for part in name.components() {
            match part {
                Component::Normal(part) => parts.push(part.to_owned()),
                Component::CurDir => {}
                _ => return Err(OpenError::Leaves { path: name.into(), folder: self.path.clone() }),
            }
        }
        parts.reverse();
        Ok(parts)
    }

    /// Enters a directory, or puts the target of a symlink before the rest of the path.
    fn step(&mut self, part: &OsString, rest: &mut Vec<OsString>) -> Result<(), OpenError> {
        let name = Path::new(part);
        if part == ".." {
            if self.done.pop().is_none() {
                return Err(self.outside());
            }
            return self.reopen();
        }
        let error = match self.here().enter(name) {
            Ok(folder) => {
                self.folder = Some(folder);
                self.done.push(part.clone());
                return Ok(());
            }
            Err(error) => error,
        };
        if !self.here().kind(name).is_ok_and(|kind| kind == EntryKind::Symlink) {
            return Err(error.into());
        }
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(io::Error::other("too many levels of symbolic links").into());
        }
        self.link = self.done.iter().fold(self.path.clone(), |path, part| path.join(part)).join(name);
        let target = self.here().read_link(name)?;
        let mut below = target.as_path();
        if target.has_root() {
            below = self.strip_root(&target).ok_or_else(|| self.outside())?;
            self.done.clear();
            self.folder = None;
        }
        for component in below.components().rev() {
            match component {
                Component::ParentDir => rest.push("..".into()),
                Component::Normal(part) => rest.push(part.to_owned()),
                Component::CurDir => {}
                _ => return Err(self.outside()),
            }
        }
        Ok(())
    }

    /// Returns the rest of an absolute path that begins with the root's.
    fn strip_root<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let root = self.path_or_here();
        let names = [real_path(root), std::path::absolute(root)];
        names.iter().flatten().find_map(|root| path.strip_prefix(root).ok())
    }

    /// Opens the directory that `done` names, from the root.
    fn reopen(&mut self) -> Result<(), OpenError> {
        self.folder = match self.done.is_empty() {
            true => None,
            false => Some(self.root.below(&self.done.iter().collect::<PathBuf>())?),
        };
        Ok(())
    }

    fn path_or_here(&self) -> &Path {
        if self.path.as_os_str().is_empty() { Path::new(".") } else { &self.path }
    }

    fn outside(&self) -> OpenError {
        OpenError::Outside { link: self.link.clone(), folder: self.path_or_here().into() }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{Inside, Links, OpenError};
    use crate::text::Shown as _;
    use std::io::Read as _;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    fn tree() -> tempfile::TempDir {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        for name in ["tree/a/b/file", "tree/top", "outside/file"] {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::io::Write::write_all(&mut std::fs::File::create(at(name)).unwrap(), name.as_bytes())
                .unwrap();
        }
        scratch
    }

    /// Returns the text of `name` below `root`, or the error.
    fn read(scratch: &tempfile::TempDir, name: &str) -> Result<String, String> {
        match Inside::new(scratch.path().join("tree"), Links::Inside).open(Path::new(name)) {
            Ok(mut opened) => {
                let mut text = String::new();
                opened.file.read_to_string(&mut text).unwrap();
                Ok(text)
            }
            Err(OpenError::Outside { link, .. }) => {
                Err(format!("outside by {}", link.strip_prefix(scratch.path()).unwrap().shown()))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn links_are_followed_as_far_as_the_root() {
        let scratch = tree();
        let root = scratch.path().join("tree");
        let file = root.join("a/b/file");
        for (name, target, found) in [
            ("one", "a/b/file", Ok("tree/a/b/file")),
            ("a/two", "../a/./b/file", Ok("tree/a/b/file")),
            ("a/b/three", "../../top", Ok("tree/top")),
            ("folder", "a/b", Ok("")),
            ("folder_up", "folder/../../top", Ok("tree/top")),
            ("absolute", file.to_str().unwrap(), Ok("tree/a/b/file")),
            ("chain", "one", Ok("tree/a/b/file")),
            ("a/out", "../../outside/file", Err("outside by tree/a/out")),
            ("chain_out", "a/out", Err("outside by tree/a/out")),
            ("out_and_in", "../tree/top", Err("outside by tree/out_and_in")),
            ("dot", ".", Ok("")),
            ("by_dot", "dot/../outside/file", Err("outside by tree/dot")),
            ("absolute_out", "/etc/passwd", Err("outside by tree/absolute_out")),
            ("nowhere", "missing", Err("")),
            ("circle", "circle", Err("too many levels of symbolic links")),
        ] {
            symlink(target, root.join(name)).unwrap();
            match (read(&scratch, name), found) {
                (Ok(text), Ok(wanted)) => assert_eq!(text, wanted, "{name}"),
                (Err(said), Err(wanted)) => assert!(said.starts_with(wanted), "{name}: {said}"),
                (Err(said), Ok("")) => assert!(said.contains("directory"), "{name}: {said}"),
                (found, wanted) => panic!("{name}: {found:?}, not {wanted:?}"),
            }
        }
        assert_eq!(read(&scratch, "folder/file").as_deref(), Ok("tree/a/b/file"));
        assert!(read(&scratch, "../outside/file").unwrap_err().starts_with("../outside/file leaves "));
        assert!(read(&scratch, "/etc/passwd").is_err());
    }

    #[test]
    fn a_root_that_is_below_another_may_be_reached_by_links_in_that_one() {
        let scratch = tree();
        let base = scratch.path().join("tree");
        symlink("a/b", base.join("link")).unwrap();
        symlink("../outside", base.join("out")).unwrap();
        let open = |below: &str| Inside::below(&base, below, Links::Inside).open(Path::new("file"));
        assert!(open("a/b").is_ok_and(|opened| !opened.by_link));
        assert!(open("link").is_ok());
        assert!(matches!(open("out"), Err(OpenError::Outside { .. })));
        assert!(Inside::below(&base, "out", Links::Anywhere).open(Path::new("file")).is_ok());
        symlink("../../top", base.join("a/b/up")).unwrap();
        let check = |name: &str| Inside::new(&base, Links::Inside).check_folder(Path::new(name));
        assert!(check("a/b").is_ok() && check("link").is_ok() && check("missing/too").is_ok());
        assert!(matches!(check("out"), Err(OpenError::Outside { .. })));
        let up = Inside::below(&base, "a/b", Links::Inside).open(Path::new("up"));
        assert!(matches!(up, Err(OpenError::Outside { .. })));
    }

    #[test]
    fn a_pipe_is_not_opened() {
        let scratch = tree();
        let pipe = scratch.path().join("tree/pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        assert_eq!(read(&scratch, "pipe").unwrap_err(), "not a regular file");
    }
}
