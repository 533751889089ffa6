//! Paths without symlinks.

use std::io;
use std::path::{Path, PathBuf};

/// Returns the path of a file or directory without symlinks.
///
/// `realpath` resolves each component from the root again, which takes time quadratic in the depth;
/// Linux returns the path of an open file in one step.
///
/// # Errors
/// An I/O error.
#[allow(clippy::disallowed_methods, reason = "without the kernel's answer")]
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    match named_by_kernel(path)? {
        Some(real) => Ok(real),
        None => path.canonicalize(),
    }
}

/// Returns the kernel's name of the file; `None` where it does not report one, as without `/proc`.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn named_by_kernel(path: &Path) -> io::Result<Option<PathBuf>> {
    use rustix::fs::{Mode, OFlags};
    use std::ffi::OsString;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::ffi::OsStringExt as _;

    // A descriptor of this kind opens no file: pipes and devices do not notice it.
    let opened = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let own = format!("/proc/self/fd/{}", opened.as_raw_fd());
    let Ok(name) = rustix::fs::readlink(own, Vec::new()) else { return Ok(None) };
    let name = name.into_bytes();
    // The kernel appends this to the name of a deleted file, but a file can also be called that.
    let is_name = name.starts_with(b"/") && !name.ends_with(b" (deleted)");
    Ok(is_name.then(|| OsString::from_vec(name).into()))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn named_by_kernel(_: &Path) -> io::Result<Option<PathBuf>> {
    Ok(None)
}

#[cfg(test)]
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "compares with `realpath`")]
mod tests {
    use super::real_path;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    #[test]
    fn the_path_is_that_of_realpath() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        for name in ["a/b/file", "a/file (deleted)"] {
            std::fs::File::create(at(name)).unwrap();
        }
        for (name, target) in [
            ("up", "a/../a/b/file"),
            ("deleted", "a/file (deleted)"),
            ("a/chain", "../up"),
            ("nothing", "missing"),
            ("circle", "circle"),
            ("below", "a/b/file/x"),
        ] {
            symlink(target, at(name)).unwrap();
        }
        let names = ["up", "deleted", "a/chain", "nothing", "circle", "below", "a/b", "a/b/..", "x", "up/x"];
        let paths = names.map(at).into_iter().chain(["", ".", "/", "/dev/null"].map(Into::into));
        for path in paths {
            let (found, known) = (real_path(&path), path.canonicalize());
            assert_eq!(found.as_ref().ok(), known.as_ref().ok(), "{path:?}");
            assert_eq!(
                found.err().map(|error| error.raw_os_error()),
                known.err().map(|error| error.raw_os_error()),
                "{path:?}"
            );
        }
        assert_eq!(real_path(Path::new("/")).unwrap(), Path::new("/"));
    }
}
