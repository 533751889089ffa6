//! Communication with a worker: whole requests and whole frames over two pipes, with a deadline.

use crate::engine::Limits;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Interval at which a wait checks for a request to stop.
const LOOK: Duration = Duration::from_millis(100);
const CHUNK: usize = 1 << 16;

/// Reason for an incomplete exchange.
#[derive(Debug)]
pub(super) enum Broken {
    /// The deadline passed.
    TimedOut,
    /// The user interrupted the run.
    Stopped,
    /// The other process closed the pipe.
    Closed,
    /// The operating system reported an error.
    Failed(std::io::Error),
}

/// Deadline of a request.
pub(super) struct Deadline<'a> {
    limits: &'a Limits,
    started: Instant,
}

impl<'a> Deadline<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, started: Instant::now() }
    }

    fn wait(&self, fd: &impl AsFd, wanted: PollFlags) -> Result<(), Broken> {
        loop {
            if self.limits.stop.load(Ordering::Relaxed) {
                return Err(Broken::Stopped);
            }
            let left = self.limits.timeout.saturating_sub(self.started.elapsed());
            if left.is_zero() {
                return Err(Broken::TimedOut);
            }
            let nap = left.min(LOOK);
            // The fraction of a second suffices: `LOOK` is a tenth of a second.
            let nap = Timespec { tv_sec: 0, tv_nsec: nap.subsec_nanos().into() };
            match poll(&mut [PollFd::new(fd, wanted)], Some(&nap)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(Broken::Failed(error.into())),
            }
        }
    }
}

/// Writes all of `parts`; `stdin` does not block.
pub(super) fn send(stdin: &mut ChildStdin, parts: &[&[u8]], deadline: &Deadline<'_>) -> Result<(), Broken> {
    for part in parts {
        let mut rest = *part;
        while !rest.is_empty() {
            match stdin.write(rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    deadline.wait(stdin, PollFlags::OUT)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Err(Broken::Closed),
                Err(error) => return Err(Broken::Failed(error)),
            }
        }
    }
    Ok(())
}

/// Reads one frame: a little-endian length of four bytes, and that many bytes, at most `most`.
///
/// Memory is allocated for bytes that were read, not for the length: the interpreter is not
/// trusted.
pub(super) fn receive(
    stdout: &mut ChildStdout,
    most: usize,
    deadline: &Deadline<'_>,
) -> Result<Vec<u8>, Broken> {
    let mut head = [0; 4];
    let mut filled = 0;
    while filled < head.len() {
        filled += read(stdout, head.get_mut(filled..).unwrap_or_default(), deadline)?;
    }
    let size = usize::try_from(u32::from_le_bytes(head)).map_err(|_| Broken::Closed)?;
    if size > most {
        return Err(Broken::Closed);
    }
    let mut frame = vec![0; size.min(CHUNK)];
    let mut filled = 0;
    while filled < size {
        if filled == frame.len() {
            frame.resize(size.min(filled.saturating_mul(2)), 0);
        }
        filled += read(stdout, frame.get_mut(filled..).unwrap_or_default(), deadline)?;
    }
    Ok(frame)
}

fn read(stdout: &mut ChildStdout, buffer: &mut [u8], deadline: &Deadline<'_>) -> Result<usize, Broken> {
    loop {
        deadline.wait(stdout, PollFlags::IN)?;
        match stdout.read(buffer) {
            Ok(0) => return Err(Broken::Closed),
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Broken::Failed(error)),
        }
    }
}
