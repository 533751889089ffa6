//! The tokens that a rule can begin with, so that the recognizer need not try it at others.

use super::grammar::{Alternative, Item, Rule};

/// Kinds of tokens that a rule or item can begin with.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct First {
    /// One bit for each kind.
    kinds: u128,
    /// True if it can match without a token.
    empty: bool,
}

impl First {
    /// The number of a kind that nothing begins with.
    pub const NONE: usize = 127;

    pub fn fits(self, kind: usize) -> bool {
        self.empty || self.kinds >> kind & 1 == 1
    }

    fn or(self, other: Self) -> Self {
        Self { kinds: self.kinds | other.kinds, empty: self.empty || other.empty }
    }
}

/// Computes the sets of `rules`, which refer to each other.
pub fn fill(rules: &mut [Rule]) {
    loop {
        let known: Vec<First> = rules.iter().map(|rule| rule.first).collect();
        for rule in rules.iter_mut() {
            rule.first = fill_alternatives(&mut rule.alternatives, &known);
        }
        if rules.iter().map(|rule| rule.first).eq(known) {
            return;
        }
    }
}

fn fill_alternatives(alternatives: &mut [Alternative], known: &[First]) -> First {
    let mut first = First::default();
    for alternative in alternatives {
        alternative.first = First { kinds: 0, empty: true };
        for element in &mut alternative.elements {
            let next = fill_item(&mut element.item, known);
            if alternative.first.empty {
                alternative.first = First { kinds: alternative.first.kinds | next.kinds, empty: next.empty };
            }
        }
        first = first.or(alternative.first);
    }
    first
}

fn fill_item(item: &mut Item, known: &[First]) -> First {
    match item {
        Item::Rule(number) => known[*number],
        Item::Token(kind) => First { kinds: 1 << *kind, empty: false },
        Item::Soft(_) => First { kinds: 1, empty: false },
        Item::Group(alternatives) => fill_alternatives(alternatives, known),
        Item::Optional(item) => First { empty: true, ..fill_item(item, known) },
        Item::Repeat { item, separator, once } => {
            if let Some(separator) = separator {
                fill_item(separator, known);
            }
            let first = fill_item(item, known);
            First { empty: first.empty || !*once, ..first }
        }
        Item::Look { item, .. } => {
            fill_item(item, known);
            First { kinds: 0, empty: true }
        }
        Item::Cut => First { kinds: 0, empty: true },
        // Any other token ends the search.
        Item::Force(_) => First { kinds: u128::MAX, empty: true },
    }
}
