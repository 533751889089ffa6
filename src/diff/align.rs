//! Alignment of two lists (Myers, "An O(ND) Difference Algorithm", 1986).

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Number of differences beyond which no shortest alignment is searched: time and memory grow with
/// the square of the number.
const MOST: usize = 1500;

/// Indices of two elements that belong together; an element that only one side has is paired with
/// `None`.
pub(super) type IndexPair = (Option<usize>, Option<usize>);

/// Two aligned lists.
pub(super) struct Alignment {
    /// All elements in order.
    pub(super) pairs: Vec<IndexPair>,
    /// False if there are parts with so many differences that everything in them counts as changed.
    pub(super) is_complete: bool,
}

/// Aligns two lists.
///
/// If they have very many differences, elements that occur once on each side are paired first, and
/// then the elements between these.
pub(super) fn align<T: Eq + Hash>(left: &[T], right: &[T]) -> Alignment {
    let mut alignment =
        Alignment { pairs: Vec::with_capacity(left.len().max(right.len())), is_complete: true };
    if alignment.add(left, right, (0, 0)) {
        return alignment;
    }
    alignment.pairs.clear();
    let mut from = (0, 0);
    for (a, b) in anchors(left, right).into_iter().chain([(left.len(), right.len())]) {
        let (one, other) = (&left[from.0..a], &right[from.1..b]);
        if !alignment.add(one, other, from) {
            alignment.is_complete = false;
            alignment.pairs.extend((from.0..a).map(|at| (Some(at), None)));
            alignment.pairs.extend((from.1..b).map(|at| (None, Some(at))));
        }
        if a < left.len() {
            alignment.pairs.push((Some(a), Some(b)));
        }
        from = (a + 1, b + 1);
    }
    alignment
}

impl Alignment {
    /// Adds the shortest alignment of two parts that begin at `from`; returns false and adds
    /// nothing if they have too many differences.
    fn add<T: PartialEq>(&mut self, left: &[T], right: &[T], from: (usize, usize)) -> bool {
        let head = left.iter().zip(right).take_while(|(a, b)| a == b).count();
        let (rest_left, rest_right) = (&left[head..], &right[head..]);
        let tail = rest_left.iter().rev().zip(rest_right.iter().rev()).take_while(|(a, b)| a == b).count();
        let (tail_left, tail_right) = (left.len() - tail, right.len() - tail);
        let Some(middle) = middle(&left[head..tail_left], &right[head..tail_right]) else { return false };
        let pair = |a: usize, b: usize| (Some(from.0 + a), Some(from.1 + b));
        self.pairs.extend((0..head).map(|at| pair(at, at)));
        let moved = |at: Option<usize>, from: usize| at.map(|at| from + head + at);
        self.pairs.extend(middle.into_iter().map(|(a, b)| (moved(a, from.0), moved(b, from.1))));
        self.pairs.extend((0..tail).map(|at| pair(tail_left + at, tail_right + at)));
        true
    }
}

/// Returns the indices of the most elements that occur once on each side, in the same order.
fn anchors<T: Eq + Hash>(left: &[T], right: &[T]) -> Vec<(usize, usize)> {
    fn once<T: Eq + Hash>(list: &[T]) -> FxHashMap<&T, Option<usize>> {
        let mut places = FxHashMap::default();
        for (at, element) in list.iter().enumerate() {
            places.entry(element).and_modify(|place| *place = None).or_insert(Some(at));
        }
        places
    }
    let (ours, theirs) = (once(left), once(right));
    let is_once = |at: usize| ours[&left[at]].is_some();
    let partner = |at: usize| theirs.get(&left[at]).copied().flatten();
    let pairs: Vec<(usize, usize)> =
        (0..left.len()).filter(|&at| is_once(at)).filter_map(|at| Some((at, partner(at)?))).collect();
    // The longest increasing run of partners: of the runs of each length, the one that ends first.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (number, (_, b)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < *b);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        match ends.get_mut(length) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
    }
    let mut run: Vec<_> =
        std::iter::successors(ends.last().copied(), |&at| before[at]).map(|at| pairs[at]).collect();
    run.reverse();
    run
}

/// Returns the shortest alignment; `None` if there are too many differences.
fn middle<T: PartialEq>(left: &[T], right: &[T]) -> Option<Vec<IndexPair>> {
    if left.is_empty() || right.is_empty() {
        let removed = (0..left.len()).map(|at| (Some(at), None));
        return Some(removed.chain((0..right.len()).map(|at| (None, Some(at)))).collect());
    }
    // `reached[k + offset]` is the farthest x on the diagonal x - y = k. `rounds` keeps one copy
    // for each number of differences.
    let limit = MOST.min(left.len() + right.len());
    let offset = limit + 1;
    let mut reached = vec![0_usize; 2 * offset + 1];
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for differences in 0..=limit {
        rounds.push(reached[offset - differences..=offset + differences].to_vec());
        for step in 0..=differences {
            let diagonal = offset + 2 * step - differences;
            let down = step == 0 || (step < differences && reached[diagonal - 1] < reached[diagonal + 1]);
            let mut x = if down { reached[diagonal + 1] } else { reached[diagonal - 1] + 1 };
            let mut y = x + offset - diagonal;
            while x < left.len() && y < right.len() && left[x] == right[y] {
                x += 1;
                y += 1;
            }
            reached[diagonal] = x;
            if x >= left.len() && y >= right.len() {
                return Some(trace(left.len(), right.len(), &rounds));
            }
        }
    }
    None
}

/// Returns the path, from the end to the start. `rounds[d][k + d]` is the farthest x that was
/// reached on diagonal k with fewer than d differences.
fn trace(left: usize, right: usize, rounds: &[Vec<usize>]) -> Vec<IndexPair> {
    let (mut x, mut y) = (left, right);
    let mut pairs = Vec::with_capacity(left.max(right));
    for (differences, round) in rounds.iter().enumerate().skip(1).rev() {
        // The diagonal, counted from -differences; a step down comes from the next diagonal.
        let diagonal = x + differences - y;
        let down = diagonal == 0 || (diagonal < 2 * differences && round[diagonal - 1] < round[diagonal + 1]);
        let before_x = if down { round[diagonal + 1] } else { round[diagonal - 1] };
        let before_y =
            if down { before_x + differences - diagonal - 1 } else { before_x + 1 + differences - diagonal };
        while x > before_x && y > before_y {
            x -= 1;
            y -= 1;
            pairs.push((Some(x), Some(y)));
        }
        pairs.push(if down { (None, Some(before_y)) } else { (Some(before_x), None) });
        (x, y) = (before_x, before_y);
    }
    pairs.extend((0..x).rev().map(|at| (Some(at), Some(at))));
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use super::{Alignment, align};
    use proptest::prelude::*;

    #[test]
    fn what_is_the_same_stands_together() {
        assert_eq!(
            align(b"abcd", b"xbde").pairs,
            [
                (Some(0), None),
                (None, Some(0)),
                (Some(1), Some(1)),
                (Some(2), None),
                (Some(3), Some(2)),
                (None, Some(3))
            ]
        );
        assert_eq!(align(b"", b"a").pairs, [(None, Some(0))]);
    }

    /// Counts the elements that only one side has.
    fn changed(alignment: &Alignment) -> usize {
        alignment.pairs.iter().filter(|(a, b)| a.is_none() || b.is_none()).count()
    }

    #[test]
    fn very_many_differences_are_found_between_what_occurs_once() {
        // Every second element of one side is another, and elements that occur twice do not help.
        let left: Vec<u32> = (0..8000).map(|at| if at % 7 == 0 { 1 } else { at + 10 }).collect();
        let right: Vec<u32> = left.iter().map(|&at| if at % 2 == 0 { at + 100_000 } else { at }).collect();
        let alignment = align(&left, &right);
        assert!(alignment.is_complete);
        let different = left.iter().zip(&right).filter(|(a, b)| a != b).count();
        assert_eq!(changed(&alignment), 2 * different);
        // Of the elements that occur once, only one is paired in the reverse order.
        let reversed: Vec<u32> = left.iter().rev().copied().collect();
        let alignment = align(&left, &reversed);
        assert!(alignment.is_complete && changed(&alignment) == 2 * (left.len() - 1));
        let other: Vec<u32> = left.iter().map(|at| at + 1_000_000).collect();
        let alignment = align(&left, &other);
        assert!(!alignment.is_complete && changed(&alignment) == 16_000);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(left in prop::collection::vec(0..4u8, 0..40), right in prop::collection::vec(0..4u8, 0..40)) {
            let pairs = align(&left, &right).pairs;
            prop_assert_eq!(pairs.iter().filter_map(|pair| pair.0).collect::<Vec<_>>(), (0..left.len()).collect::<Vec<_>>());
            prop_assert_eq!(pairs.iter().filter_map(|pair| pair.1).collect::<Vec<_>>(), (0..right.len()).collect::<Vec<_>>());
            for pair in pairs {
                if let (Some(a), Some(b)) = pair {
                    prop_assert_eq!(left[a], right[b]);
                }
            }
        }
    }
}
