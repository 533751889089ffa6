//! Counts with their nouns.

/// Returns a count with its noun: `1 finding`, `2 findings`.
pub fn counted<N: Copy + PartialEq + From<u8> + std::fmt::Display>(
    number: N,
    one: &str,
    several: &str,
) -> String {
    format!("{number} {}", if number == N::from(1) { one } else { several })
}

/// Returns the number of things with a clause about them, whose end is that of one and of several,
/// and the first of them; `None` if there are none.
pub fn counted_with_first<T: std::fmt::Display>(
    things: &[T],
    one: &str,
    several: &str,
    end: &str,
) -> Option<String> {
    let first = match things {
        [] => return None,
        [only] => only.to_string(),
        [first, ..] => format!("the first is {first}"),
    };
    Some(format!("{}{end}: {first}", counted(things.len(), one, several)))
}

/// Returns numbers with what they count, such as `3 header, 1 code`.
pub fn numbers<W: std::fmt::Display>(counts: impl IntoIterator<Item = (W, usize)>) -> String {
    let counts = counts.into_iter().map(|(what, number)| format!("{number} {what}"));
    counts.collect::<Vec<_>>().join(", ")
}

/// Returns a number of bytes with its noun.
pub fn bytes<N: Copy + PartialEq + From<u8> + std::fmt::Display>(number: N) -> String {
    counted(number, "byte", "bytes")
}
