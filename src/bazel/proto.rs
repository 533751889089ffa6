//! Messages in the encoding of protocol buffers, each with its length before it.
//!
//! There are ten fields in all. They are read here one by one from the stream, since crates for
//! protocol buffers take a whole message in memory, most of which are the inputs that are not used.

use super::message::{LARGEST, StreamFault, WorkRequest, WorkResponse};
use super::protocol::{Incoming, filled};
use crate::text::python;
use std::ffi::OsString;
use std::io::{BufRead, Read, Take};

/// Length of the longest message, in bytes.
const LONGEST: u64 = i32::MAX as u64;

/// Kinds of encoded values.
mod kind {
    pub(super) const NUMBER: u64 = 0;
    pub(super) const EIGHT_BYTES: u64 = 1;
    pub(super) const BYTES: u64 = 2;
    pub(super) const FOUR_BYTES: u64 = 5;
}

/// Error in a message.
enum Malformed {
    /// Fault in the encoding of a message.
    Encoding(&'static str),
    /// End of the stream inside of a number.
    Ends,
    /// The stream has an error.
    Stream(StreamFault),
}

impl From<StreamFault> for Malformed {
    fn from(fault: StreamFault) -> Self {
        Self::Stream(fault)
    }
}

/// Reads a message; `None` at the end of the stream.
pub(super) fn read(input: &mut impl BufRead) -> Result<Option<Incoming>, StreamFault> {
    if filled(input)?.is_empty() {
        return Ok(None);
    }
    let length = match varint(input) {
        Ok(Some(length)) => length,
        Ok(None) | Err(Malformed::Ends) => return Err(StreamFault::Half),
        Err(Malformed::Encoding(reason)) => return Err(StreamFault::Length(reason)),
        Err(Malformed::Stream(fault)) => return Err(fault),
    };
    if length > LONGEST {
        return Err(StreamFault::Length("it is more than 2 GB"));
    }
    let mut frame = input.take(length);
    let mut message = Message::default();
    let read = message.read(&mut frame);
    let left = frame.limit();
    if skip(&mut frame, left)? < left {
        return Err(StreamFault::Half);
    }
    let id = message.request.id;
    let refusal = match read {
        Ok(()) if message.is_too_large => "the arguments of the request are larger than 16 MB",
        Ok(()) => return Ok(Some(Incoming::Request(message.request))),
        Err(Malformed::Encoding(reason)) => reason,
        Err(Malformed::Ends) => "the request is not a message: it ends within a number",
        Err(Malformed::Stream(fault)) => return Err(fault),
    };
    Ok(Some(Incoming::Invalid(WorkResponse::refusal(id, refusal))))
}

/// A request that is being read.
#[derive(Default)]
struct Message {
    request: WorkRequest,
    /// Number of bytes that are kept.
    kept: usize,
    is_too_large: bool,
}

impl Message {
    fn read(&mut self, frame: &mut Take<impl BufRead>) -> Result<(), Malformed> {
        const SHORT: Malformed =
            Malformed::Encoding("the request is not a message: a field is longer than the request");
        while let Some(tag) = varint(frame)? {
            let value = match tag & 7 {
                kind::NUMBER | kind::BYTES => varint(frame)?.ok_or(SHORT)?,
                kind::EIGHT_BYTES => 8,
                kind::FOUR_BYTES => 4,
                _ => {
                    return Err(Malformed::Encoding(
                        "the request is not a message: a field has an unknown encoding",
                    ));
                }
            };
            // A 32-bit number is encoded as a 64-bit number.
            let number = value as u32 as i32;
            match (tag >> 3, tag & 7) {
                (1, kind::BYTES) => {
                    if let Some(argument) = self.bytes(frame, value)?.ok_or(SHORT)? {
                        self.request.arguments.push(python::os_name(argument));
                    }
                }
                (3, kind::NUMBER) => self.request.id = number,
                (4, kind::NUMBER) => self.request.cancel = value != 0,
                (5, kind::NUMBER) => self.request.verbosity = number,
                (6, kind::BYTES) => {
                    if let Some(path) = self.bytes(frame, value)?.ok_or(SHORT)? {
                        self.request.sandbox = (!path.is_empty()).then(|| python::os_name(path).into());
                    }
                }
                (_, kind::NUMBER) => {}
                _ if skip(frame, value)? < value => return Err(SHORT),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a value of `length` bytes. The outer `None` is for a value that is longer than the
    /// message, the inner one for one that is not kept.
    fn bytes(
        &mut self,
        frame: &mut Take<impl BufRead>,
        length: u64,
    ) -> Result<Option<Option<Vec<u8>>>, StreamFault> {
        if length > frame.limit() {
            return Ok(None);
        }
        // Each argument takes memory, however short it is.
        let size = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(size_of::<OsString>());
        self.kept = self.kept.saturating_add(size);
        if self.kept > LARGEST {
            self.is_too_large = true;
            return Ok((skip(frame, length)? == length).then_some(None));
        }
        let mut bytes = Vec::new();
        let read = frame.take(length).read_to_end(&mut bytes).map_err(StreamFault::Read)?;
        Ok((read as u64 == length).then_some(Some(bytes)))
    }
}

/// Skips up to `count` bytes; returns the number of skipped bytes.
fn skip(input: &mut impl BufRead, count: u64) -> Result<u64, StreamFault> {
    let mut left = count;
    while left > 0 {
        let available = filled(input)?.len();
        if available == 0 {
            break;
        }
        let used = available.min(usize::try_from(left).unwrap_or(usize::MAX));
        input.consume(used);
        left -= used as u64;
    }
    Ok(count - left)
}

/// Reads a number of seven bits a byte, the lowest first; `None` if the input ends before it.
fn varint(input: &mut impl BufRead) -> Result<Option<u64>, Malformed> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let Some(&byte) = filled(input)?.first() else {
            return if shift == 0 { Ok(None) } else { Err(Malformed::Ends) };
        };
        input.consume(1);
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(Some(number));
        }
    }
    Err(Malformed::Encoding("a number has more than 64 bits"))
}

fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Returns an answer with its length before it.
pub(super) fn write(response: &WorkResponse) -> Vec<u8> {
    let mut message = Vec::new();
    // A value of 0 is the same as none.
    let mut put = |field: u64, number: i32| {
        if number != 0 {
            put_varint(field << 3, &mut message);
            put_varint(i64::from(number) as u64, &mut message);
        }
    };
    put(1, response.reply.exit_code);
    put(3, response.id);
    put(4, response.was_cancelled.into());
    let output = response.reply.output.as_bytes();
    if !output.is_empty() {
        put_varint(2 << 3 | kind::BYTES, &mut message);
        put_varint(output.len() as u64, &mut message);
        message.extend_from_slice(output);
    }
    let mut framed = Vec::with_capacity(message.len() + 5);
    put_varint(message.len() as u64, &mut framed);
    framed.append(&mut message);
    framed
}
