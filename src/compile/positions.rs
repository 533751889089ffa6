//! Positions of keys in a list that only grows at its end.

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Length up to which a list is searched without hashing.
const SHORT: usize = 12;

/// Initial capacity of the hash table: a list of that length often grows.
const ROOM: usize = 4 * SHORT;

/// Positions of the keys in a list without duplicates, which the owner passes to each call.
///
/// Most lists are short and are searched without hashing; longer ones are hashed.
#[derive(Debug)]
pub struct Positions<K> {
    hashed: FxHashMap<K, u32>,
}

impl<K> Default for Positions<K> {
    fn default() -> Self {
        Self { hashed: FxHashMap::default() }
    }
}

/// Element of such a list.
pub trait Keyed<K> {
    /// Returns the key of the element.
    fn key(&self) -> K;
}

impl<K: Copy> Keyed<K> for K {
    fn key(&self) -> K {
        *self
    }
}

impl<K: Copy + Eq + Hash> Positions<K> {
    /// Returns the positions of the keys in an existing list.
    pub fn of<T: Keyed<K>>(list: &[T]) -> Self {
        let mut positions = Self::default();
        positions.restart(list);
        positions
    }

    /// Resets the positions to those in another list.
    pub fn restart<T: Keyed<K>>(&mut self, list: &[T]) {
        self.hashed.clear();
        if list.len() > SHORT {
            self.hashed.reserve(ROOM.max(list.len()));
            self.hashed.extend(list.iter().map(Keyed::<K>::key).zip(0..));
        }
    }

    /// Returns the position of `key`.
    #[inline]
    pub fn find<T: Keyed<K>>(&self, list: &[T], key: K) -> Option<u32> {
        if list.len() <= SHORT {
            list.iter().position(|item| Keyed::<K>::key(item) == key).map(|position| position as u32)
        } else {
            self.hashed.get(&key).copied()
        }
    }

    /// Returns the position of `item`, which is appended if it is not in the list.
    #[inline]
    pub fn find_or_push<T: Keyed<K>>(&mut self, list: &mut Vec<T>, item: T) -> u32 {
        match self.find(list, Keyed::<K>::key(&item)) {
            Some(position) => position,
            None => self.push(list, item),
        }
    }

    #[inline(never)]
    fn push<T: Keyed<K>>(&mut self, list: &mut Vec<T>, item: T) -> u32 {
        let position = list.len() as u32;
        let key = Keyed::<K>::key(&item);
        list.push(item);
        if list.len() > SHORT + 1 {
            self.hashed.insert(key, position);
        } else if list.len() > SHORT {
            self.restart(list);
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::{Positions, SHORT};

    #[test]
    fn short_and_long_lists_are_one_to_their_owner() {
        let mut list = Vec::new();
        let mut positions = Positions::default();
        for number in 0..3 * SHORT as u32 {
            assert_eq!(positions.find(&list, number), None);
            assert_eq!(positions.find_or_push(&mut list, number), number);
            for known in 0..=number {
                assert_eq!(positions.find_or_push(&mut list, known), known);
                assert_eq!(Positions::of(&list).find(&list, known), Some(known));
            }
        }
    }
}
