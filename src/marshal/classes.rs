//! Classes of equal objects.

use crate::object::{ObjectId, Objects, Value};
use hashbrown::HashTable;
use siphasher::sip::SipHasher13;
use std::hash::{Hash as _, Hasher as _};

/// Returns, for each object, the number after its last descendant: an object comes before its
/// elements.
pub(super) fn ends(objects: &Objects) -> Vec<u32> {
    let mut ends: Vec<u32> = (1..=objects.len() as u32).collect();
    for at in (0..objects.len()).rev() {
        let last = match &objects.nodes[at].value {
            Value::Sequence(elements) => elements.last().copied(),
            Value::Code(code) => Some(code.parts().fold(code.code, ObjectId::max)),
            _ => None,
        };
        if let Some(last) = last {
            ends[at] = ends[last.0 as usize];
        }
    }
    ends
}

/// Returns, for each object, the number of its class of equal objects; a reference has the class of
/// its target.
pub(super) fn classes(objects: &Objects, ends: &[u32]) -> Vec<u32> {
    let mut found = Classes { objects, of: vec![0; objects.len()], count: 0, table: HashTable::new() };
    // The elements of an object get their class before the object does.
    let mut open: Vec<u32> = Vec::new();
    for at in 0..objects.len() as u32 {
        open.push(at);
        while let Some(complete) = open.pop_if(|&mut id| ends[id as usize] == at + 1) {
            found.add(complete);
        }
    }
    found.of
}

struct Classes<'a> {
    objects: &'a Objects,
    of: Vec<u32>,
    count: u32,
    /// First object of each class.
    table: HashTable<u32>,
}

impl Classes<'_> {
    fn add(&mut self, id: u32) {
        let node = &self.objects.nodes[id as usize];
        let class = match &node.value {
            Value::Ref(target) => self.of[target.0 as usize],
            _ if matches!(node.type_code, b'[' | b'{' | b'<') => self.next(),
            _ => {
                let hash = self.hash(id);
                match self.table.find(hash, |&other| self.equal(id, other)) {
                    Some(&other) => self.of[other as usize],
                    None => {
                        let class = self.next();
                        let (objects, of) = (self.objects, &self.of);
                        self.table.insert_unique(hash, id, |&other| hash_of(objects, of, other));
                        class
                    }
                }
            }
        };
        self.of[id as usize] = class;
    }

    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }

    fn hash(&self, id: u32) -> u64 {
        hash_of(self.objects, &self.of, id)
    }

    fn class(&self, id: ObjectId) -> u32 {
        self.of[id.0 as usize]
    }

    fn equal(&self, one: u32, other: u32) -> bool {
        let (one, other) = (&self.objects.nodes[one as usize], &self.objects.nodes[other as usize]);
        let same = |a: ObjectId, b: ObjectId| self.class(a) == self.class(b);
        one.type_code == other.type_code
            && match (&one.value, &other.value) {
                (Value::Sequence(a), Value::Sequence(b)) => {
                    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(*a, *b))
                }
                (Value::Code(a), Value::Code(b)) => {
                    a.numbers() == b.numbers()
                        && a.parts().count() == b.parts().count()
                        && a.parts().zip(b.parts()).all(|(a, b)| same(a, b))
                }
                (a, b) => a == b,
            }
    }
}

/// Returns a hash of the content and of the classes of the elements. It is the same in every run.
fn hash_of(objects: &Objects, of: &[u32], id: u32) -> u64 {
    let node = &objects.nodes[id as usize];
    let mut hasher = SipHasher13::new();
    hasher.write_u8(node.type_code);
    match &node.value {
        Value::Singleton | Value::Ref(_) => {}
        Value::Int(value) => hasher.write_i32(*value),
        Value::Int64(value) => hasher.write_i64(*value),
        Value::Long { negative, digits } => (negative, digits).hash(&mut hasher),
        Value::Float(bits) => hasher.write_u64(*bits),
        Value::Complex(parts) => parts.hash(&mut hasher),
        Value::Decimal(parts) => parts.iter().for_each(|part| hasher.write(part.text.as_bytes())),
        Value::Bytes(bytes) | Value::Str(bytes) => hasher.write(bytes),
        Value::Sequence(elements) => elements.iter().for_each(|id| hasher.write_u32(of[id.0 as usize])),
        Value::Code(code) => {
            code.numbers().hash(&mut hasher);
            code.parts().for_each(|id| hasher.write_u32(of[id.0 as usize]));
        }
    }
    hasher.finish()
}
