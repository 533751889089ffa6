//! Strings that a CPython process has interned before it compiles anything.

use std::cmp::Ordering;

/// Words of one release. A series has one list, that of its newest release; other releases list the
/// differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartUpWords {
    /// One word per line, ascending.
    pub(super) newest: &'static str,
    /// One word per line, ascending, after a sign: `+` for words of this release only, `-` for
    /// words that it lacks.
    pub(super) changes: &'static str,
}

impl StartUpWords {
    pub(super) fn has(self, word: &str) -> bool {
        let is_changed = |sign| has_line(self.changes, |line| compare(line, sign, word));
        is_changed(b'+') || has_line(self.newest, |line| line.cmp(word.as_bytes())) && !is_changed(b'-')
    }
}

fn compare(line: &[u8], sign: u8, word: &str) -> Ordering {
    match line {
        [first, rest @ ..] => first.cmp(&sign).then_with(|| rest.cmp(word.as_bytes())),
        [] => Ordering::Less,
    }
}

/// Searches ascending lines by bisection.
fn has_line(lines: &str, compare: impl Fn(&[u8]) -> Ordering) -> bool {
    let mut lines = lines.as_bytes();
    while !lines.is_empty() {
        let middle = lines.len() / 2;
        let start = memchr::memrchr(b'\n', &lines[..middle]).map_or(0, |line| line + 1);
        let end = memchr::memchr(b'\n', &lines[middle..]).map_or(lines.len(), |length| middle + length);
        match compare(&lines[start..end]) {
            Ordering::Equal => return true,
            Ordering::Less => lines = lines.get(end + 1..).unwrap_or_default(),
            Ordering::Greater => lines = &lines[..start],
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::StartUpWords;

    #[test]
    fn changes_count() {
        let words = StartUpWords { newest: "a\nb\nd\n", changes: "+c\n-b\n" };
        assert_eq!(
            ["a", "b", "c", "d", "e", ""].map(|word| words.has(word)),
            [true, false, true, true, false, false]
        );
    }
}
