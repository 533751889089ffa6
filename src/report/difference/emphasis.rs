//! The characters of a row's sides, with the parts that differ.

use crate::diff::Row;
use crate::text::visible;

/// Parts of a text; `true` for a part that differs from the other side.
pub(super) type Parts = Vec<(bool, String)>;

/// Returns the parts of both sides of a row.
pub(super) fn sides(row: &Row) -> (Parts, Parts) {
    let shown = |side: &Option<String>| visible(side.as_deref().unwrap_or_default()).into_owned();
    let (left, right) = (shown(&row.left), shown(&row.right));
    if row.same || row.left.is_none() || row.right.is_none() {
        let whole = |text: String| if text.is_empty() { Vec::new() } else { vec![(!row.same, text)] };
        return (whole(left), whole(right));
    }
    let (one, other): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let tail = one[head..].iter().rev().zip(other[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    (split(&one, head, tail), split(&other, head, tail))
}

fn split(text: &[char], head: usize, tail: usize) -> Parts {
    let end = text.len() - tail;
    [(false, &text[..head]), (true, &text[head..end]), (false, &text[end..])]
        .into_iter()
        .filter(|(_, part)| !part.is_empty())
        .map(|(differs, part)| (differs, part.iter().collect()))
        .collect()
}
