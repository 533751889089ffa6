//! Objects → bytes, without recursion.

use crate::object::{Code, ObjectId, Objects, Value};

enum Step {
    Object(ObjectId),
    Number(i32),
    /// The `0` that ends a dictionary.
    EndOfDict,
}

/// Writes objects; the bytes are those that [`super::read`] read.
pub fn write(objects: &Objects) -> Vec<u8> {
    let mut out = Vec::new();
    let mut numbers = vec![0_i32; objects.len()];
    let mut next = 0;
    let mut steps = vec![Step::Object(Objects::ROOT)];
    while let Some(step) = steps.pop() {
        let id = match step {
            Step::Number(number) => {
                out.extend_from_slice(&number.to_le_bytes());
                continue;
            }
            Step::EndOfDict => {
                out.push(b'0');
                continue;
            }
            Step::Object(id) => id,
        };
        let node = objects.node(id);
        out.push(node.type_code | if node.flagged { 0x80 } else { 0 });
        if node.flagged {
            numbers[id.0 as usize] = next;
            next += 1;
        }
        match &node.value {
            Value::Singleton => {}
            Value::Int(value) => out.extend_from_slice(&value.to_le_bytes()),
            Value::Int64(value) => out.extend_from_slice(&value.to_le_bytes()),
            Value::Long { negative, digits } => {
                let count = digits.len() as i32;
                out.extend_from_slice(&(if *negative { -count } else { count }).to_le_bytes());
                digits.iter().for_each(|digit| out.extend_from_slice(&digit.to_le_bytes()));
            }
            Value::Float(bits) => out.extend_from_slice(&bits.to_le_bytes()),
            Value::Complex(parts) => parts.iter().for_each(|bits| out.extend_from_slice(&bits.to_le_bytes())),
            Value::Decimal(parts) => parts.iter().for_each(|part| {
                out.push(part.text.len() as u8);
                out.extend_from_slice(part.text.as_bytes());
            }),
            Value::Bytes(bytes) => {
                out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
                out.extend_from_slice(bytes);
            }
            Value::Str(text) => {
                match node.type_code {
                    b'z' | b'Z' => out.push(text.len() as u8),
                    _ => out.extend_from_slice(&(text.len() as u32).to_le_bytes()),
                }
                out.extend_from_slice(text);
            }
            Value::Sequence(elements) => {
                match node.type_code {
                    b')' => out.push(elements.len() as u8),
                    b'{' | b'}' => steps.push(Step::EndOfDict),
                    b':' => {}
                    _ => out.extend_from_slice(&(elements.len() as u32).to_le_bytes()),
                }
                steps.extend(elements.iter().rev().map(|element| Step::Object(*element)));
            }
            Value::Code(code) => push_code(code, &mut steps),
            Value::Ref(target) => out.extend_from_slice(&numbers[target.0 as usize].to_le_bytes()),
        }
    }
    out
}

/// Pushes the fields of a code object, the last first.
fn push_code(code: &Code, steps: &mut Vec<Step>) {
    let object = |id: &ObjectId| Step::Object(*id);
    steps.extend(code.exceptiontable.iter().map(object));
    steps.push(object(&code.linetable));
    steps.push(Step::Number(code.firstlineno));
    steps.extend(code.qualname.iter().map(object));
    steps.extend([&code.name, &code.filename].map(object));
    steps.extend(code.cellvars.iter().map(object));
    steps.extend([&code.freevars, &code.varnames, &code.names, &code.consts, &code.code].map(object));
    steps.extend([code.flags, code.stacksize].map(Step::Number));
    steps.extend(code.nlocals.map(Step::Number));
    steps.extend([code.kwonlyargcount, code.posonlyargcount, code.argcount].map(Step::Number));
}
