//! A source file in memory.

use super::errno;
use crate::engine::Diagnostic;
use crate::engine::native::address_space;
use crate::output::Owner;
use crate::output::inside::{Inside, OpenError, Opened};
use crate::project::read_open;
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode};
use crate::target::Series;
use crate::text::bytes;
use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Largest source, and largest entry of a zip without extensions.
const LARGEST_SOURCE: u64 = u32::MAX as u64;
/// A source may use one part in this many of a limited address space; decoding needs six times its
/// size.
const ADDRESS_SPACE_DIVISOR: u64 = 8;

/// Source file as of the time it was read.
#[derive(Clone, Debug)]
pub struct SourceFile<'a> {
    /// Content of the file.
    pub bytes: Cow<'a, [u8]>,
    /// Modification time in whole seconds modulo 2³².
    pub mtime: u32,
    /// Permissions of its pyc: those of `py_compile`, but for group and others at most read
    /// permission.
    pub mode: u32,
    /// True if any user can execute the file.
    pub executable: bool,
    /// Owner of the file.
    pub owner: Option<Owner>,
}

impl<'a> SourceFile<'a> {
    /// Reads a file below a directory.
    ///
    /// # Errors
    /// The exception that Python would raise, a symlink that leads out of the directory, or a file
    /// larger than the memory limit.
    pub(super) fn read_inside(
        inside: &Inside,
        name: &Path,
        reading: ReadRules,
    ) -> Result<Self, Box<Diagnostic>> {
        Self::from_opened(&inside.path().join(name), inside.open(name), reading)
    }

    /// Reads an open file.
    pub(super) fn from_opened(
        file: &Path,
        opened: Result<Opened, OpenError>,
        reading: ReadRules,
    ) -> Result<Self, Box<Diagnostic>> {
        let opened = opened.map_err(|error| errno::open_diagnostic(file, error))?;
        check_size(opened.metadata.len(), reading.memory)?;
        Self::read_opened(&opened, reading.latest).map_err(|error| errno::diagnostic(file, &error))
    }

    fn read_opened(opened: &Opened, latest: Option<u64>) -> io::Result<Self> {
        let metadata = &opened.metadata;
        let size = metadata.len();
        if address_space().is_some_and(|space| size > space / ADDRESS_SPACE_DIVISOR) {
            let message = format!(
                "the limit of the address space (`ulimit -v`) leaves too little for {} MB",
                size >> 20
            );
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, message));
        }
        let bytes = read_open(&opened.file, size, LARGEST_SOURCE)?;
        let mode = permissions(metadata);
        let mut source = Self {
            bytes: bytes.into(),
            mtime: metadata.modified().map_or(0, seconds),
            mode: (mode | 0o200) & 0o644,
            executable: mode & 0o111 != 0,
            owner: Owner::of(metadata),
        };
        // A time that the system cannot represent is later than that of every file.
        let latest = latest.and_then(|latest| UNIX_EPOCH.checked_add(Duration::from_secs(latest)));
        if let Some(latest) = latest
            && metadata.modified()? > latest
        {
            if !opened.by_link {
                opened.file.set_modified(latest)?;
            }
            source.mtime = seconds(latest);
        }
        Ok(source)
    }

    /// Returns a source that does not come from a file.
    pub fn from_bytes(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { bytes: bytes.into(), mtime: 0, mode: 0o644, executable: false, owner: None }
    }

    /// Returns the header of its pyc.
    pub fn header(&self, series: &Series, mode: InvalidationMode) -> [u8; HEADER_SIZE] {
        Header::of(series, mode, &self.bytes, self.mtime).to_bytes()
    }
}

/// Rules for reading a source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReadRules {
    /// Latest modification time in seconds since 1970; a later one is set back to it. The time is
    /// set on the open file, not on its path. A file reached through a symlink keeps its time.
    pub(super) latest: Option<u64>,
    /// Memory limit in bytes. Compiling a source takes more memory than its size, so that a larger
    /// source need not be read.
    pub(super) memory: Option<u64>,
}

/// Checks the size of a source before it is read or unpacked.
///
/// # Errors
/// The source is larger than the memory limit.
pub(super) fn check_size(size: u64, memory: Option<u64>) -> Result<(), Box<Diagnostic>> {
    let Some(limit) = memory.filter(|limit| size > *limit) else { return Ok(()) };
    let message = format!("the source has {}, more than the memory limit of {} MB", bytes(size), limit >> 20);
    Err(Diagnostic::without_place("MemoryError", message))
}

/// Returns whole seconds modulo 2³², as in headers: `int(st_mtime)` in Python. The float rounds up
/// the last hundred nanoseconds of a second, and `int` the times before 1970.
pub fn seconds(time: SystemTime) -> u32 {
    let (since, is_before) = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (after, false),
        Err(before) => (before.duration(), true),
    };
    let (mut whole, mut nanoseconds) = (since.as_secs() as f64, since.subsec_nanos());
    if is_before {
        whole = -whole - f64::from(u8::from(nanoseconds > 0));
        nanoseconds = (1_000_000_000 - nanoseconds) % 1_000_000_000;
    }
    (whole + 1e-9 * f64::from(nanoseconds)) as i64 as u32
}

#[cfg(unix)]
fn permissions(metadata: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode()
}

#[cfg(not(unix))]
fn permissions(_metadata: &std::fs::Metadata) -> u32 {
    0o644
}
