//! Messages in JSON.
//!
//! Newer versions of Bazel write one object per line, older ones write them without a separator, so
//! the end of an object is found by its brackets. The value of `inputs`, which can be long and is
//! not used, is left out while the object is read.

use super::message::{LARGEST, StreamFault, WorkRequest, WorkResponse};
use super::protocol::{Incoming, filled};
use serde_json::{Map, Value};
use std::ffi::OsString;
use std::io::BufRead;

/// Reads an object; `None` at the end of the stream.
pub(super) fn read(input: &mut impl BufRead) -> Result<Option<Incoming>, StreamFault> {
    loop {
        let bytes = filled(input)?;
        let Some(&first) = bytes.first() else { return Ok(None) };
        if first == b'{' {
            break;
        }
        if !first.is_ascii_whitespace() {
            skip_line(input)?;
            let refusal = WorkResponse::refusal(0, "the request is not a JSON object");
            return Ok(Some(Incoming::Invalid(refusal)));
        }
        input.consume(1);
    }
    let mut object = Object::default();
    while !object.is_complete {
        let bytes = filled(input)?;
        if bytes.is_empty() {
            return Err(StreamFault::Half);
        }
        let used = object.take(bytes);
        input.consume(used);
    }
    Ok(Some(object.parsed()))
}

fn skip_line(input: &mut impl BufRead) -> Result<(), StreamFault> {
    loop {
        let bytes = filled(input)?;
        let end = memchr::memchr(b'\n', bytes);
        let used = end.map_or(bytes.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(());
        }
    }
}

/// An object that is being read.
#[derive(Default)]
struct Object {
    /// Text of the object without the values that are left out.
    kept: Vec<u8>,
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    is_complete: bool,
    /// Number of kept bytes before the last string that is a key or a value of the object itself.
    string: usize,
    /// Number of kept bytes before the current value of the object itself.
    value: Option<usize>,
    /// True while a value is left out.
    is_skipping: bool,
    is_too_large: bool,
}

impl Object {
    /// Reads the bytes that belong to the object and returns their number.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at).filter(|_| !self.is_complete) {
            if !self.is_in_string {
                self.outside(byte);
                at += 1;
                continue;
            }
            if std::mem::take(&mut self.is_escaped) {
                self.keep(&[byte]);
                at += 1;
                continue;
            }
            let rest = &bytes[at..];
            let (end, stop) = match memchr::memchr2(b'"', b'\\', rest) {
                Some(end) => (end + 1, rest[end]),
                None => (rest.len(), 0),
            };
            self.is_in_string = stop != b'"';
            self.is_escaped = stop == b'\\';
            self.keep(&rest[..end]);
            at += end;
        }
        at
    }

    /// Takes a byte that is not in a string.
    fn outside(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.is_in_string = true;
                if self.depth == 1 {
                    self.string = self.kept.len();
                }
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth -= 1;
                self.is_complete = self.depth == 0;
                if self.is_complete {
                    self.end_value();
                }
            }
            b',' if self.depth == 1 => self.end_value(),
            _ => {}
        }
        self.keep(&[byte]);
        if byte == b':' && self.depth == 1 && self.value.is_none() {
            self.value = Some(self.kept.len());
            let key = self.kept.get(self.string..).unwrap_or_default();
            if key.starts_with(b"\"inputs\"") {
                self.skip();
            }
        }
    }

    fn end_value(&mut self) {
        self.value = None;
        self.is_skipping = false;
    }

    /// Replaces the current value by null, and leaves out the rest of it.
    fn skip(&mut self) {
        self.kept.truncate(self.value.unwrap_or(self.kept.len()));
        self.kept.extend_from_slice(b"null");
        self.is_skipping = true;
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.is_skipping {
            return;
        }
        if self.kept.len() + bytes.len() > LARGEST {
            self.is_too_large = true;
            if self.value.is_none() {
                self.kept.clear();
            }
            return self.skip();
        }
        self.kept.extend_from_slice(bytes);
    }

    fn parsed(self) -> Incoming {
        let invalid = |id, reason: &str| Incoming::Invalid(WorkResponse::refusal(id, reason));
        let fields: Map<String, Value> = match serde_json::from_slice(&self.kept) {
            Ok(fields) => fields,
            Err(_) if self.is_too_large => return invalid(0, TOO_LARGE),
            Err(error) => return invalid(0, &format!("the request is not JSON: {error}")),
        };
        let Some(id) = number(field(&fields, "requestId", "request_id")) else {
            return invalid(0, "requestId is not a number of 32 bits");
        };
        if self.is_too_large {
            return invalid(id, TOO_LARGE);
        }
        match request(id, &fields) {
            Ok(request) => Incoming::Request(request),
            Err(reason) => invalid(id, reason),
        }
    }
}

const TOO_LARGE: &str = "the arguments of the request are larger than 16 MB";

fn field<'a>(fields: &'a Map<String, Value>, name: &str, original: &str) -> &'a Value {
    fields.get(name).or_else(|| fields.get(original)).unwrap_or(&Value::Null)
}

/// Returns a number; the encoding of protocol buffers in JSON allows a string of digits.
fn number(value: &Value) -> Option<i32> {
    match value {
        Value::Null => Some(0),
        Value::Number(number) => number.as_i64().and_then(|number| number.try_into().ok()),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

fn request(id: i32, fields: &Map<String, Value>) -> Result<WorkRequest, &'static str> {
    const ARGUMENTS: &str = "arguments is not a list of strings";
    let arguments = match field(fields, "arguments", "arguments") {
        Value::Null => Vec::new(),
        Value::Array(values) => {
            let texts = values.iter().map(|value| value.as_str().map(OsString::from));
            texts.collect::<Option<_>>().ok_or(ARGUMENTS)?
        }
        _ => return Err(ARGUMENTS),
    };
    let cancel = match field(fields, "cancel", "cancel") {
        Value::Null => false,
        value => value.as_bool().ok_or("cancel is neither true nor false")?,
    };
    let verbosity =
        number(field(fields, "verbosity", "verbosity")).ok_or("verbosity is not a number of 32 bits")?;
    let sandbox = match field(fields, "sandboxDir", "sandbox_dir") {
        Value::Null => "",
        value => value.as_str().ok_or("sandboxDir is not a string")?,
    };
    let sandbox = (!sandbox.is_empty()).then(|| sandbox.into());
    Ok(WorkRequest { arguments, id, cancel, verbosity, sandbox })
}

/// Returns an answer as a line.
pub(super) fn write(response: &WorkResponse) -> Vec<u8> {
    let mut fields = Map::new();
    if response.was_cancelled {
        fields.insert("wasCancelled".into(), true.into());
    } else {
        fields.insert("exitCode".into(), response.reply.exit_code.into());
        fields.insert("output".into(), response.reply.output.as_str().into());
    }
    fields.insert("requestId".into(), response.id.into());
    format!("{}\n", Value::Object(fields)).into_bytes()
}
