//! The two encodings of messages.

use super::message::{StreamFault, WorkRequest, WorkResponse};
use super::{json, proto};
use std::io::{self, BufRead};

/// Encoding of requests and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Protocol {
    /// Concatenated JSON objects, with or without newlines between them.
    Json,
    /// Length-delimited messages of protocol buffers.
    Proto,
}

/// Message from a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A request.
    Request(WorkRequest),
    /// A malformed request, with the response to send instead of a result.
    Invalid(WorkResponse),
}

impl Protocol {
    /// Returns the encoding of a stream whose first bytes are `start`, or `None` if more of them
    /// are needed.
    ///
    /// JSON begins with white space or `{`, which can also be the length of a message. The next
    /// byte decides: after a length comes the number of a field, usually of the first one, which
    /// has the same value as a line end.
    pub fn of(start: &[u8]) -> Option<Self> {
        const FIRST_FIELD: u8 = 0x0a;
        match start {
            [] => None,
            [b'{' | b' ' | b'\t' | b'\r' | b'\n'] => None,
            [b'{', second, ..] if *second != FIRST_FIELD => Some(Self::Json),
            [b' ' | b'\t' | b'\r' | b'\n', b'{' | b' ' | b'\t' | b'\r', ..] => Some(Self::Json),
            [b'\r', b'\n', ..] => Some(Self::Json),
            _ => Some(Self::Proto),
        }
    }

    /// Reads a message; `None` at the end of the stream.
    ///
    /// # Errors
    /// [`StreamFault`].
    pub fn read(self, input: &mut impl BufRead) -> Result<Option<Incoming>, StreamFault> {
        match self {
            Self::Json => json::read(input),
            Self::Proto => proto::read(input),
        }
    }

    /// Returns an answer as it is written to a stream.
    pub fn write(self, response: &WorkResponse) -> Vec<u8> {
        match self {
            Self::Json => json::write(response),
            Self::Proto => proto::write(response),
        }
    }
}

/// Returns the bytes that are buffered, reading more if there are none; nothing at the end.
pub(super) fn filled(input: &mut impl BufRead) -> Result<&[u8], StreamFault> {
    loop {
        match input.fill_buf() {
            // Borrowed again, since a borrow that is returned cannot be part of a loop.
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(StreamFault::Read(error)),
        }
    }
    input.fill_buf().map_err(StreamFault::Read)
}

#[cfg(test)]
mod tests {
    use super::Protocol;

    #[test]
    fn the_first_bytes_tell_the_encoding() {
        let (json, proto) = (Some(Protocol::Json), Some(Protocol::Proto));
        let starts: [(&[u8], Option<Protocol>); 12] = [
            (b"", None),
            (b"{", None),
            (b"\n", None),
            (b"{\"arguments\"", json),
            (b"{}", json),
            (b"{ \n", json),
            (b"\n{", json),
            (b"\r\n{", json),
            // The lengths of messages that begin with an argument.
            (b"{\x0a\x13--invalidation_mode", proto),
            (b" \x0a\x05--src", proto),
            (b"\n\x0a\x05--src", proto),
            (b"\xf6\x01\x0a", proto),
        ];
        for (start, encoding) in starts {
            assert_eq!(Protocol::of(start), encoding, "{}", start.escape_ascii());
        }
    }
}
