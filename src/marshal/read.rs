//! Bytes → objects, without recursion.

use super::error::{MarshalError, MarshalPart};
use crate::object::{Code, CodeLayout, DecimalFloat, ObjectId, ObjectNode, Objects, Value};
use crate::text::{self, counted};

const FLAG_REF: u8 = 0x80;
/// CPython's `MAX_MARSHAL_STACK_DEPTH`.
const MAX_DEPTH: usize = 2000;

type ReadResult<T> = Result<T, MarshalError>;

/// Reads one object, which must end where the bytes end.
///
/// # Errors
/// [`MarshalError`] with the offset and the part that was being read.
pub fn read(bytes: &[u8], layout: CodeLayout) -> ReadResult<Objects> {
    let mut reader =
        MarshalReader { bytes, at: 0, layout, nodes: Vec::new(), refs: Vec::new(), open: Vec::new() };
    reader.run()?;
    if reader.at != bytes.len() {
        let more = counted(bytes.len() - reader.at, "extra byte", "extra bytes");
        let fault = format!("{more} after the end of the code");
        return Err(MarshalError { at: reader.at, what: MarshalPart::End, fault });
    }
    Ok(Objects { nodes: reader.nodes })
}

struct MarshalReader<'a> {
    bytes: &'a [u8],
    at: usize,
    layout: CodeLayout,
    nodes: Vec<ObjectNode>,
    /// Objects with `FLAG_REF`, by reference number.
    refs: Vec<ObjectId>,
    /// Objects whose parts are being read, outermost first.
    open: Vec<Open>,
}

/// An object that is not complete.
struct Open {
    id: ObjectId,
    parts: Vec<ObjectId>,
    kind: OpenKind,
}

enum OpenKind {
    /// Number of elements.
    Counted(usize),
    /// A dictionary, which ends at a `0` in place of a key.
    Dict,
    /// The numbers before the first object, and the first line once it is read.
    Code { numbers: Vec<i32>, firstlineno: i32 },
}

/// The fields of a code object; `first_line` is the number of the field that the first line
/// precedes.
struct CodeFields {
    numbers: &'static [&'static str],
    objects: &'static [&'static str],
    first_line: usize,
}

const SEPARATE: CodeFields = CodeFields {
    numbers: &["argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags"],
    objects: &["code", "consts", "names", "varnames", "freevars", "cellvars", "filename", "name", "lnotab"],
    first_line: 8,
};
const LOCALS_PLUS: CodeFields = CodeFields {
    numbers: &["argcount", "posonlyargcount", "kwonlyargcount", "stacksize", "flags"],
    objects: &[
        "code",
        "consts",
        "names",
        "localsplusnames",
        "localspluskinds",
        "filename",
        "name",
        "qualname",
        "linetable",
        "exceptiontable",
    ],
    first_line: 8,
};

fn fields(layout: CodeLayout) -> &'static CodeFields {
    match layout {
        CodeLayout::Separate => &SEPARATE,
        CodeLayout::LocalsPlus => &LOCALS_PLUS,
    }
}

impl MarshalReader<'_> {
    fn run(&mut self) -> ReadResult<()> {
        let mut done = self.object()?;
        loop {
            // A complete object goes into its parent, which may then be complete as well.
            if let Some(id) = done {
                let Some(open) = self.open.last_mut() else { return Ok(()) };
                open.parts.push(id);
            }
            let Some(open) = self.open.last() else { return Ok(()) };
            let complete = match &open.kind {
                OpenKind::Counted(count) => open.parts.len() == *count,
                OpenKind::Dict => open.parts.len() % 2 == 0 && self.ends_dict(),
                OpenKind::Code { .. } => {
                    let read = open.parts.len();
                    let fields = fields(self.layout);
                    if read == fields.first_line && done.is_some() {
                        let line = self.number(MarshalPart::Field("firstlineno"))?;
                        if let Some(Open { kind: OpenKind::Code { firstlineno, .. }, .. }) =
                            self.open.last_mut()
                        {
                            *firstlineno = line;
                        }
                    }
                    read == fields.objects.len()
                }
            };
            done = if complete { Some(self.close()?) } else { self.object()? };
        }
    }

    fn ends_dict(&mut self) -> bool {
        let ends = self.bytes.get(self.at) == Some(&b'0');
        self.at += usize::from(ends);
        ends
    }

    fn close(&mut self) -> ReadResult<ObjectId> {
        let at = self.at;
        let bug = || MarshalError {
            at,
            what: MarshalPart::Object,
            fault: "nothing is open (a bug in pycompile)".into(),
        };
        let open = self.open.pop().ok_or_else(bug)?;
        let value = match open.kind {
            OpenKind::Counted(_) | OpenKind::Dict => Value::Sequence(open.parts.into()),
            OpenKind::Code { numbers, firstlineno } => {
                Value::Code(Box::new(self.code(&numbers, &open.parts, firstlineno).ok_or_else(bug)?))
            }
        };
        self.nodes[open.id.0 as usize].value = value;
        Ok(open.id)
    }

    fn code(&self, numbers: &[i32], parts: &[ObjectId], firstlineno: i32) -> Option<Code> {
        Some(match (self.layout, numbers, parts) {
            (
                CodeLayout::Separate,
                &[argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags],
                &[code, consts, names, varnames, freevars, cellvars, filename, name, linetable],
            ) => Code {
                argcount,
                posonlyargcount,
                kwonlyargcount,
                nlocals: Some(nlocals),
                stacksize,
                flags,
                code,
                consts,
                names,
                varnames,
                freevars,
                cellvars: Some(cellvars),
                filename,
                name,
                qualname: None,
                firstlineno,
                linetable,
                exceptiontable: None,
            },
            (
                CodeLayout::LocalsPlus,
                &[argcount, posonlyargcount, kwonlyargcount, stacksize, flags],
                &[
                    code,
                    consts,
                    names,
                    varnames,
                    freevars,
                    filename,
                    name,
                    qualname,
                    linetable,
                    exceptiontable,
                ],
            ) => Code {
                argcount,
                posonlyargcount,
                kwonlyargcount,
                nlocals: None,
                stacksize,
                flags,
                code,
                consts,
                names,
                varnames,
                freevars,
                cellvars: None,
                filename,
                name,
                qualname: Some(qualname),
                firstlineno,
                linetable,
                exceptiontable: Some(exceptiontable),
            },
            _ => return None,
        })
    }

    /// Reads an object. Returns its number if it is complete, `None` if its elements follow.
    fn object(&mut self) -> ReadResult<Option<ObjectId>> {
        let what = self.expected();
        let start = self.at;
        let byte = self.take(1, what)?[0];
        let (type_code, flagged) = (byte & !FLAG_REF, byte & FLAG_REF != 0);
        let id = ObjectId(u32::try_from(self.nodes.len()).map_err(|_| MarshalError {
            at: start,
            what,
            fault: "more than 4294967295 objects".into(),
        })?);
        // CPython gives singletons no number, whatever their flag says, and never writes the flag.
        let is_singleton = matches!(type_code, b'N' | b'T' | b'F' | b'.' | b'S');
        if flagged && is_singleton {
            let fault = "a constant such as None is marked as an object with a number".to_owned();
            return Err(MarshalError { at: start, what, fault });
        }
        if flagged {
            self.refs.push(id);
        }
        let value = match type_code {
            _ if is_singleton => Value::Singleton,
            b'i' => Value::Int(self.number(MarshalPart::Number)?),
            b'I' => {
                let bytes = self.take(8, MarshalPart::Number)?;
                Value::Int64(bytes.iter().rev().fold(0, |value, byte| value << 8 | i64::from(*byte)))
            }
            b'l' => self.long()?,
            b'g' => Value::Float(self.float()?),
            b'y' => Value::Complex(Box::new([self.float()?, self.float()?])),
            b'f' => Value::Decimal(Box::new([self.decimal()?])),
            b'x' => Value::Decimal(Box::new([self.decimal()?, self.decimal()?])),
            b's' => {
                let length = self.length(MarshalPart::Bytes)?;
                Value::Bytes(self.take(length, MarshalPart::Bytes)?.into())
            }
            b'u' | b't' => {
                let length = self.length(MarshalPart::Str)?;
                self.wtf8(length)?
            }
            b'a' | b'A' => {
                let length = self.length(MarshalPart::Str)?;
                self.ascii(length)?
            }
            b'z' | b'Z' => {
                let length = usize::from(self.take(1, MarshalPart::Length)?[0]);
                self.ascii(length)?
            }
            b'r' => self.reference(start, flagged)?,
            b')' => {
                let count = usize::from(self.take(1, MarshalPart::Length)?[0]);
                return self.open(id, type_code, flagged, OpenKind::Counted(count), start);
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.length(MarshalPart::Elements)?;
                return self.open(id, type_code, flagged, OpenKind::Counted(count), start);
            }
            b'{' | b'}' => return self.open(id, type_code, flagged, OpenKind::Dict, start),
            b':' => return self.open(id, type_code, flagged, OpenKind::Counted(3), start),
            b'c' => {
                let numbers = fields(self.layout).numbers.iter();
                let numbers =
                    numbers.map(|name| self.number(MarshalPart::Field(name))).collect::<ReadResult<_>>()?;
                let kind = OpenKind::Code { numbers, firstlineno: 0 };
                return self.open(id, type_code, flagged, kind, start);
            }
            _ => {
                let fault = format!("unknown type code {type_code:#04x}");
                return Err(MarshalError { at: start, what, fault });
            }
        };
        self.nodes.push(ObjectNode { type_code, flagged, value });
        Ok(Some(id))
    }

    fn open(
        &mut self,
        id: ObjectId,
        type_code: u8,
        flagged: bool,
        kind: OpenKind,
        at: usize,
    ) -> ReadResult<Option<ObjectId>> {
        if self.open.len() >= MAX_DEPTH {
            let fault = format!("objects nested more than {MAX_DEPTH} deep");
            return Err(MarshalError { at, what: MarshalPart::Object, fault });
        }
        // The sequence stays empty until all its elements are read.
        self.nodes.push(ObjectNode { type_code, flagged, value: Value::Sequence(Box::default()) });
        self.open.push(Open { id, parts: Vec::new(), kind });
        Ok(None)
    }

    /// Returns the field that a code object expects next.
    fn expected(&self) -> MarshalPart {
        match self.open.last() {
            Some(Open { kind: OpenKind::Code { .. }, parts, .. }) => fields(self.layout)
                .objects
                .get(parts.len())
                .map_or(MarshalPart::Object, |name| MarshalPart::Field(name)),
            _ => MarshalPart::Object,
        }
    }

    fn reference(&mut self, at: usize, flagged: bool) -> ReadResult<Value> {
        let error = |fault: String| MarshalError { at, what: MarshalPart::Reference, fault };
        let number = self.number(MarshalPart::Reference)?;
        let target = usize::try_from(number).ok().and_then(|number| self.refs.get(number)).copied();
        let target = target.ok_or_else(|| error(format!("there is no object number {number}")))?;
        if flagged {
            return Err(error("it has a number of its own".into()));
        }
        if self.open.iter().any(|open| open.id == target) {
            return Err(error(format!("object number {number} would contain itself")));
        }
        Ok(Value::Ref(target))
    }

    fn long(&mut self) -> ReadResult<Value> {
        let at = self.at;
        let error = |fault: &str| MarshalError { at, what: MarshalPart::Digits, fault: fault.into() };
        let size = self.number(MarshalPart::Length)?;
        let count = usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX);
        let bytes = self.take(count.saturating_mul(2), MarshalPart::Digits)?;
        let digits: Box<[u16]> =
            bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        if digits.iter().any(|digit| *digit > 0x7fff) {
            return Err(error("a digit of more than 15 bits"));
        }
        if digits.last() == Some(&0) {
            return Err(error("a leading zero"));
        }
        Ok(Value::Long { negative: size < 0, digits })
    }

    fn float(&mut self) -> ReadResult<u64> {
        let bytes = self.take(8, MarshalPart::Float)?;
        Ok(bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    /// Reads a float in decimal, whose length is one byte.
    fn decimal(&mut self) -> ReadResult<DecimalFloat> {
        let length = usize::from(self.take(1, MarshalPart::Length)?[0]);
        let at = self.at;
        let text = std::str::from_utf8(self.take(length, MarshalPart::Float)?).ok();
        // A reader in C stops at a NUL.
        let number = |text: &str| text.split('\0').next().unwrap_or_default().parse::<f64>().ok();
        let found = text.and_then(|text| Some((text.into(), number(text)?)));
        let fault = "it is not a decimal number".to_owned();
        let (text, value) = found.ok_or(MarshalError { at, what: MarshalPart::Float, fault })?;
        Ok(DecimalFloat { text, bits: value.to_bits() })
    }

    fn ascii(&mut self, length: usize) -> ReadResult<Value> {
        let at = self.at;
        let bytes = self.take(length, MarshalPart::Str)?;
        if !bytes.is_ascii() {
            return Err(MarshalError { at, what: MarshalPart::Str, fault: "it is not ASCII".into() });
        }
        Ok(Value::Str(bytes.into()))
    }

    fn wtf8(&mut self, length: usize) -> ReadResult<Value> {
        let at = self.at;
        let bytes = self.take(length, MarshalPart::Str)?;
        if !text::python::is_valid(bytes) {
            return Err(MarshalError { at, what: MarshalPart::Str, fault: "it is not UTF-8".into() });
        }
        Ok(Value::Str(bytes.into()))
    }

    /// Reads a length. Every element takes at least a byte, so a length is never larger than the
    /// rest of the input.
    fn length(&mut self, what: MarshalPart) -> ReadResult<usize> {
        let at = self.at;
        let length = self.number(MarshalPart::Length)?;
        let left = self.bytes.len() - self.at;
        match usize::try_from(length) {
            Ok(length) if length <= left => Ok(length),
            _ => Err(MarshalError { at, what: MarshalPart::Sized, fault: sized(what, length, left) }),
        }
    }

    fn number(&mut self, what: MarshalPart) -> ReadResult<i32> {
        let bytes = self.take(4, what)?;
        Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn take(&mut self, count: usize, what: MarshalPart) -> ReadResult<&[u8]> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len());
        let Some(end) = end else {
            let left = self.bytes.len() - self.at;
            let fault = format!(
                "{} needed, but only {left} {}",
                counted(count, "byte is", "bytes are"),
                remain(left)
            );
            return Err(MarshalError { at: self.at, what, fault });
        };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }
}

/// Returns the message about an object that is longer than the rest of the bytes.
fn sized(what: MarshalPart, length: i32, left: usize) -> String {
    let (object, unit) = match what {
        MarshalPart::Bytes => ("a bytes object", "byte"),
        MarshalPart::Str => ("a string", "byte"),
        _ => ("a collection", "element"),
    };
    let bytes = match (unit, left) {
        ("byte", _) => "",
        (_, 1) => " byte",
        _ => " bytes",
    };
    let plural = if length == 1 { "" } else { "s" };
    format!("{object} of {length} {unit}{plural}, but only {left}{bytes} {}", remain(left))
}

/// Returns the verb for a number of bytes.
const fn remain(bytes: usize) -> &'static str {
    if bytes == 1 { "remains" } else { "remain" }
}
