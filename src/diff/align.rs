//! Alignment of two lists (Myers, "An O(ND) Difference Algorithm", 1986).

/// Number of differences beyond which everything between the common ends counts as changed: time
/// and memory grow with the square of the number.
const MOST: usize = 1500;

/// Returns pairs of indices in order; an element that only one side has is paired with `None`.
pub(super) fn align<T: PartialEq>(left: &[T], right: &[T]) -> Vec<(Option<usize>, Option<usize>)> {
    let head = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (rest_left, rest_right) = (&left[head..], &right[head..]);
    let tail = rest_left.iter().rev().zip(rest_right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (middle_left, middle_right) =
        (&rest_left[..rest_left.len() - tail], &rest_right[..rest_right.len() - tail]);
    let mut pairs: Vec<_> = (0..head).map(|at| (Some(at), Some(at))).collect();
    for (a, b) in middle(middle_left, middle_right) {
        pairs.push((a.map(|a| a + head), b.map(|b| b + head)));
    }
    let (tail_left, tail_right) = (left.len() - tail, right.len() - tail);
    pairs.extend((0..tail).map(|at| (Some(tail_left + at), Some(tail_right + at))));
    pairs
}

fn middle<T: PartialEq>(left: &[T], right: &[T]) -> Vec<(Option<usize>, Option<usize>)> {
    let all_changed = || {
        let removed = (0..left.len()).map(|at| (Some(at), None));
        removed.chain((0..right.len()).map(|at| (None, Some(at)))).collect()
    };
    if left.is_empty() || right.is_empty() {
        return all_changed();
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
                return trace(left.len(), right.len(), &rounds);
            }
        }
    }
    all_changed()
}

/// Returns the path, from the end to the start. `rounds[d][k + d]` is the farthest x that was
/// reached on diagonal k with fewer than d differences.
fn trace(left: usize, right: usize, rounds: &[Vec<usize>]) -> Vec<(Option<usize>, Option<usize>)> {
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
    use super::align;
    use proptest::prelude::*;

    #[test]
    fn what_is_the_same_stands_together() {
        assert_eq!(
            align(b"abcd", b"xbde"),
            [
                (Some(0), None),
                (None, Some(0)),
                (Some(1), Some(1)),
                (Some(2), None),
                (Some(3), Some(2)),
                (None, Some(3))
            ]
        );
        assert_eq!(align(b"", b"a"), [(None, Some(0))]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(left in prop::collection::vec(0..4u8, 0..40), right in prop::collection::vec(0..4u8, 0..40)) {
            let pairs = align(&left, &right);
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
