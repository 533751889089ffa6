//! Objects in an arena, in marshalling order.

use super::code::Code;
use std::ffi::OsString;

/// Number of an object in [`Objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u32);

/// One marshalled object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectNode {
    /// The type code, without `FLAG_REF`.
    pub type_code: u8,
    /// `FLAG_REF`: the object has a number, so that references can lead to it.
    pub flagged: bool,
    /// Content of the object.
    pub value: Value,
}

/// A float in decimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecimalFloat {
    /// The text.
    pub text: Box<str>,
    /// The bits of the float.
    pub bits: u64,
}

/// The content of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `None`, `True`, `False`, `...` or `StopIteration`, by the type code.
    Singleton,
    /// `i`
    Int(i32),
    /// `I`: readers accept the form, and no version of Python 3 writes it.
    Int64(i64),
    /// `l`: 15-bit digits, the least significant first.
    Long {
        /// True if the value is negative.
        negative: bool,
        /// The digits without leading zeros.
        digits: Box<[u16]>,
    },
    /// `g`: the bits of the float.
    Float(u64),
    /// `y`: the bits of the real and imaginary part.
    Complex(Box<[u64; 2]>),
    /// `f`, `x`: a float or complex number in decimal, as in versions 0 and 1 of the format.
    Decimal(Box<[DecimalFloat]>),
    /// `s`
    Bytes(Box<[u8]>),
    /// `u`, `t`, `a`, `A`, `z`, `Z`: UTF-8 in which a lone surrogate is three bytes.
    Str(Box<[u8]>),
    /// `(`, `)`, `[`, `<`, `>`: the elements. `{`, `}`: keys and values in turn. `:`: start, stop
    /// and step.
    Sequence(Box<[ObjectId]>),
    /// `c`
    Code(Box<Code>),
    /// `r`: a reference to an object marshalled before.
    Ref(ObjectId),
}

/// A marshalled object with all objects in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objects {
    pub(crate) nodes: Vec<ObjectNode>,
}

impl Objects {
    /// The outermost object.
    pub const ROOT: ObjectId = ObjectId(0);

    /// Returns all objects in marshalling order.
    pub fn nodes(&self) -> impl Iterator<Item = (ObjectId, &ObjectNode)> {
        self.nodes.iter().enumerate().map(|(index, node)| (ObjectId(index as u32), node))
    }

    /// Returns the number of objects, references included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether there are no objects; an object that was read is never empty.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns the object as it was marshalled.
    pub fn node(&self, id: ObjectId) -> &ObjectNode {
        &self.nodes[id.0 as usize]
    }

    /// Returns the object that `id` refers to, or `id` if the object is not a reference.
    pub fn resolve(&self, id: ObjectId) -> ObjectId {
        match self.node(id).value {
            Value::Ref(target) => target,
            _ => id,
        }
    }

    /// Returns the object, with a reference followed.
    pub fn get(&self, id: ObjectId) -> &ObjectNode {
        self.node(self.resolve(id))
    }

    /// Returns the code object, or `None` for another type.
    pub fn code(&self, id: ObjectId) -> Option<&Code> {
        match &self.get(id).value {
            Value::Code(code) => Some(code),
            _ => None,
        }
    }

    /// Returns the content of a `bytes` object, or `None` for another type.
    pub fn bytes(&self, id: ObjectId) -> Option<&[u8]> {
        match &self.get(id).value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Returns the text of a string, or `None` for another type; a lone surrogate becomes `\udc80`.
    pub fn text(&self, id: ObjectId) -> Option<String> {
        match &self.get(id).value {
            Value::Str(bytes) => Some(crate::text::python::display(bytes)),
            _ => None,
        }
    }

    /// Returns the file name that Python makes of a string (`os.fsencode`), or `None` if there is
    /// none.
    pub fn os_name(&self, id: ObjectId) -> Option<OsString> {
        match &self.get(id).value {
            Value::Str(bytes) => crate::text::python::to_os(bytes),
            _ => None,
        }
    }

    /// Returns the elements of a sequence, or `None` for another type.
    pub fn elements(&self, id: ObjectId) -> Option<&[ObjectId]> {
        match &self.get(id).value {
            Value::Sequence(elements) => Some(elements),
            _ => None,
        }
    }
}
