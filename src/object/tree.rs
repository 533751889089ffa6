//! Objects in an arena, in the order in which they were marshalled.

use super::code::Code;
use std::ffi::OsString;

/// An object of [`Objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// One marshalled object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The type code, without `FLAG_REF`.
    pub type_code: u8,
    /// `FLAG_REF`: it has a number, and references may lead to it.
    pub flagged: bool,
    /// Value of the object.
    pub value: Value,
}

/// The content of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `None`, `True`, `False`, `...`, `StopIteration`: the type code says which.
    Singleton,
    /// `i`
    Int(i32),
    /// `l`: 15-bit digits, the least first.
    Long {
        /// Below zero.
        negative: bool,
        /// Without leading zeros.
        digits: Box<[u16]>,
    },
    /// `g`: the bits.
    Float(u64),
    /// `y`: the bits of both parts.
    Complex(Box<[u64; 2]>),
    /// `s`
    Bytes(Box<[u8]>),
    /// `u`, `t`, `a`, `A`, `z`, `Z`: UTF-8 in which surrogates stand as three bytes.
    Str(Box<[u8]>),
    /// `(`, `)`, `[`, `<`, `>`: the elements. `{`: keys and values in turn. `:`: start, stop and step.
    Sequence(Box<[NodeId]>),
    /// `c`
    Code(Box<Code>),
    /// `r`: an object that was marshalled before.
    Ref(NodeId),
}

/// A marshalled object with everything in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objects {
    pub(crate) nodes: Vec<Node>,
}

impl Objects {
    /// The outermost object.
    pub const ROOT: NodeId = NodeId(0);

    /// All objects in the order in which they were marshalled.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index as u32), node))
    }

    /// Returns the number of objects, references included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether there are none; a read object is never empty.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The object as it was marshalled.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The object itself where `id` is a reference to it.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        match self.node(id).value {
            Value::Ref(target) => target,
            _ => id,
        }
    }

    /// Returns the object, with a reference followed.
    pub fn get(&self, id: NodeId) -> &Node {
        self.node(self.resolve(id))
    }

    /// The code object, if it is one.
    pub fn code(&self, id: NodeId) -> Option<&Code> {
        match &self.get(id).value {
            Value::Code(code) => Some(code),
            _ => None,
        }
    }

    /// The bytes, if it is a `bytes` object.
    pub fn bytes(&self, id: NodeId) -> Option<&[u8]> {
        match &self.get(id).value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text, if it is a string; a lone surrogate becomes `\udc80`.
    pub fn text(&self, id: NodeId) -> Option<String> {
        match &self.get(id).value {
            Value::Str(bytes) => Some(crate::text::python::display(bytes)),
            _ => None,
        }
    }

    /// The name of the file system that Python makes of it, if it is a string and there is one.
    pub fn os_name(&self, id: NodeId) -> Option<OsString> {
        match &self.get(id).value {
            Value::Str(bytes) => crate::text::python::to_os(bytes),
            _ => None,
        }
    }

    /// The elements, if it has some.
    pub fn elements(&self, id: NodeId) -> Option<&[NodeId]> {
        match &self.get(id).value {
            Value::Sequence(elements) => Some(elements),
            _ => None,
        }
    }
}
