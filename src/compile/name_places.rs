//! Places of names in the units under construction, in one table by the number of the name.
//!
//! CPython: the dictionaries `u_names` and `u_varnames` of `Python/compile.c`, one for each unit.
//!
//! The table describes the current unit. A nested unit saves each entry that it replaces, and puts
//! it back at its end.

use crate::text::Name;

/// Instructions that access a name in the current unit, if they depend on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameAccess {
    /// The instructions have to be chosen by the symbol table.
    Unknown,
    /// `LOAD_FAST` and so on.
    Fast,
    /// `LOAD_GLOBAL` and so on.
    Global,
    /// `LOAD_NAME` and so on.
    Namespace,
}

/// Places of one name.
#[derive(Clone, Copy, Debug)]
struct NamePlace {
    /// Number of the unit with these places.
    unit: u32,
    /// Index in `co_names`, or [`NOWHERE`].
    in_names: u32,
    /// Index among the fast locals, or [`NOWHERE`].
    in_locals: u32,
    /// Number of the meaning of names for which `access` is right.
    meaning: u32,
    access: NameAccess,
}

const NOWHERE: u32 = u32::MAX;

impl NamePlace {
    const fn new(unit: u32) -> Self {
        Self { unit, in_names: NOWHERE, in_locals: NOWHERE, meaning: 0, access: NameAccess::Unknown }
    }
}

/// A unit whose names are in the table or saved.
#[derive(Clone, Copy, Debug, Default)]
struct OpenUnit {
    number: u32,
    /// Number of the current meaning of names; inlined comprehensions change it.
    meaning: u32,
    /// Number of entries that were saved before the unit began.
    saved: usize,
}

/// Places of all names.
#[derive(Debug, Default)]
pub(crate) struct NamePlaces {
    places: Vec<NamePlace>,
    /// Entries that units have replaced.
    saved: Vec<(Name, NamePlace)>,
    current: OpenUnit,
    outer: Vec<OpenUnit>,
    /// Number of units and meanings so far.
    count: u32,
}

impl NamePlaces {
    /// Begins a unit with these fast locals.
    pub(crate) fn enter(&mut self, locals: &[Name]) {
        self.outer.push(self.current);
        self.count += 1;
        self.current = OpenUnit { number: self.count, meaning: self.count, saved: self.saved.len() };
        for (index, &name) in locals.iter().enumerate() {
            self.place(name).in_locals = index as u32;
        }
    }

    /// Returns to the unit around the current one.
    pub(crate) fn leave(&mut self) {
        for (name, place) in self.saved.drain(self.current.saved..).rev() {
            self.places[name.0 as usize] = place;
        }
        self.current = self.outer.pop().unwrap_or_default();
    }

    /// Forgets how names are accessed, because a comprehension that is inlined begins or ends.
    pub(crate) fn change_meaning(&mut self) {
        self.count += 1;
        self.current.meaning = self.count;
    }

    /// Returns the size in memory in bytes.
    pub(crate) fn size(&self) -> usize {
        self.places.capacity() * size_of::<NamePlace>()
            + self.saved.capacity() * size_of::<(Name, NamePlace)>()
    }

    /// Returns the entry of a name for the current unit.
    #[inline]
    fn place(&mut self, name: Name) -> &mut NamePlace {
        let at = name.0 as usize;
        let unit = self.current.number;
        if self.places.get(at).is_none_or(|place| place.unit != unit) {
            self.replace(name);
        }
        &mut self.places[at]
    }

    #[inline(never)]
    fn replace(&mut self, name: Name) {
        let at = name.0 as usize;
        if at >= self.places.len() {
            self.places.resize((at + 1).next_power_of_two(), NamePlace::new(0));
        }
        let place = std::mem::replace(&mut self.places[at], NamePlace::new(self.current.number));
        self.saved.push((name, place));
    }

    /// Returns the index of a name in `names`, the `co_names` of the current unit; adds the name if
    /// needed (`_PyCompile_DictAddObj`).
    #[inline]
    pub(crate) fn in_names(&mut self, name: Name, names: &mut Vec<Name>) -> u32 {
        index_of(&mut self.place(name).in_names, name, names)
    }

    /// Returns the index of a name in `locals`, the fast locals of the current unit, which are
    /// extended if needed (`_PyCompile_DictAddObj`).
    #[inline]
    pub(crate) fn in_locals(&mut self, name: Name, locals: &mut Vec<Name>) -> u32 {
        index_of(&mut self.place(name).in_locals, name, locals)
    }

    /// Returns the access to a name and its index, if they are known.
    #[inline]
    pub(crate) fn access(&self, name: Name) -> Option<(NameAccess, u32)> {
        let place = self.places.get(name.0 as usize)?;
        if place.meaning != self.current.meaning {
            return None;
        }
        match place.access {
            NameAccess::Unknown => None,
            NameAccess::Fast => Some((NameAccess::Fast, place.in_locals)),
            access => Some((access, place.in_names)),
        }
    }

    /// Records the access to a name whose index is known.
    pub(crate) fn set_access(&mut self, name: Name, access: NameAccess) {
        let meaning = self.current.meaning;
        let place = self.place(name);
        (place.meaning, place.access) = (meaning, access);
    }
}

#[inline]
fn index_of(index: &mut u32, name: Name, list: &mut Vec<Name>) -> u32 {
    if *index == NOWHERE {
        *index = list.len() as u32;
        list.push(name);
    }
    *index
}

#[cfg(test)]
mod tests {
    use super::{NameAccess, NamePlaces};
    use crate::text::Name;

    #[test]
    fn a_nested_unit_does_not_change_the_places_of_the_outer_one() {
        let mut places = NamePlaces::default();
        let (mut outer, mut inner, mut locals) = (Vec::new(), Vec::new(), vec![Name(7)]);
        places.enter(&[]);
        assert_eq!(places.in_names(Name(9), &mut outer), 0);
        assert_eq!(places.in_names(Name(7), &mut outer), 1);
        places.set_access(Name(7), NameAccess::Namespace);
        places.enter(&locals);
        assert_eq!(places.access(Name(7)), None);
        assert_eq!(places.in_locals(Name(7), &mut locals), 0);
        assert_eq!(places.in_locals(Name(8), &mut locals), 1);
        assert_eq!(places.in_names(Name(7), &mut inner), 0);
        places.set_access(Name(7), NameAccess::Fast);
        assert_eq!(places.access(Name(7)), Some((NameAccess::Fast, 0)));
        places.change_meaning();
        assert_eq!(places.access(Name(7)), None);
        places.leave();
        assert_eq!(places.access(Name(7)), Some((NameAccess::Namespace, 1)));
        assert_eq!(places.in_names(Name(8), &mut outer), 2);
        assert_eq!(places.in_names(Name(9), &mut outer), 0);
        assert_eq!((outer, inner), (vec![Name(9), Name(7), Name(8)], vec![Name(7)]));
    }
}
