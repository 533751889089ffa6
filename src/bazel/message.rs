//! Messages of the protocol.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// Bytes of a request that are kept: its arguments and the path of its sandbox. The list of inputs
/// is skipped.
pub(super) const LARGEST: usize = 16 << 20;
/// Length of the longest text of an answer, in bytes.
const LONGEST: usize = 1 << 20;

/// Request to run the tool once, or to stop doing so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkRequest {
    /// Arguments of the command line.
    pub arguments: Vec<OsString>,
    /// Number of the request; 0 if the worker has only one request at a time.
    pub id: i32,
    /// True if the request with this number is to be stopped.
    pub cancel: bool,
    /// Amount of output; above 0 for more than errors.
    pub verbosity: i32,
    /// Directory that the paths of the arguments are relative to.
    pub sandbox: Option<PathBuf>,
}

impl WorkRequest {
    /// Returns the memory that the request takes, in bytes.
    pub(super) fn size(&self) -> usize {
        let each = size_of::<OsString>();
        self.arguments.iter().map(|argument| argument.len() + each).sum::<usize>() + size_of::<Self>()
    }
}

/// Result of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Exit status that the tool would have.
    pub exit_code: i32,
    /// Text for the user.
    pub output: String,
}

/// Answer to a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkResponse {
    /// Number of the request.
    pub id: i32,
    /// Result.
    pub reply: Reply,
    /// True if the request was stopped; the result does not count then.
    pub was_cancelled: bool,
}

impl WorkResponse {
    /// Returns the answer to a request, with a long text cut off.
    pub(super) fn new(id: i32, mut reply: Reply) -> Self {
        if reply.output.len() > LONGEST {
            reply.output.truncate(reply.output.floor_char_boundary(LONGEST));
            reply.output.push_str("…\n");
        }
        Self { id, reply, was_cancelled: false }
    }

    /// Returns the answer to a request that is not understood.
    pub(super) fn refusal(id: i32, reason: &str) -> Self {
        Self::new(id, Reply { exit_code: 2, output: format!("error: {reason}\n") })
    }

    /// Returns the answer to a request that was stopped.
    pub(super) fn cancelled(id: i32) -> Self {
        Self { id, reply: Reply::default(), was_cancelled: true }
    }
}

/// Error that ends the stream of requests.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamFault {
    /// The input ends inside a message.
    #[error(
        "the requests end in the middle of one; a request is JSON, or a protobuf message after its length"
    )]
    Half,
    /// The length of a message is invalid.
    #[error("the length of a request is not one of the protocol: {0}")]
    Length(&'static str),
    /// Reading failed.
    #[error("cannot read requests: {0}")]
    Read(#[source] io::Error),
    /// Writing failed.
    #[error("cannot write answers: {0}")]
    Write(#[source] io::Error),
    /// No thread could be started.
    #[error("cannot start threads: {0}")]
    Thread(#[source] io::Error),
}
