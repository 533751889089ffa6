//! Header fields of METADATA and WHEEL, as Python's `email` parser and other parsers read them.
//!
//! CPython: `Lib/email/feedparser.py`, which `importlib.metadata` and pip use.

/// Rules for line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Line feed, carriage return, or both, as in Python's text files.
    Universal,
    /// Line feed, with or without a carriage return before it.
    Feed,
}

impl Lines {
    fn split(self, text: &str) -> Vec<&str> {
        match self {
            Self::Feed => text.lines().collect(),
            Self::Universal => text.lines().flat_map(|line| line.split('\r')).collect(),
        }
    }
}

/// Header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderField<'a> {
    pub(super) key: &'a str,
    /// Value in the first line.
    pub(super) value: &'a str,
    /// True if continuation lines follow.
    pub(super) folded: bool,
}

/// Returns the fields before the body. An invalid line ends them, as in `email`, or is skipped.
pub(super) fn fields(text: &str, lines: Lines) -> Vec<HeaderField<'_>> {
    let mut fields: Vec<HeaderField<'_>> = Vec::new();
    for line in lines.split(text) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(last) = fields.last_mut() {
                last.folded = true;
            }
            continue;
        }
        let is_key = |key: &str| key.bytes().all(|byte| byte.is_ascii_graphic());
        match line.split_once(':').filter(|(key, _)| is_key(key)) {
            Some(("", _)) => {}
            Some((key, value)) => fields.push(HeaderField { key, value: value.trim(), folded: false }),
            None if lines == Lines::Universal => break,
            None => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_differ_in_where_lines_and_headers_end() {
        let keys = |text, lines| fields(text, lines).iter().map(|field| field.key).collect::<Vec<_>>();
        for (text, universal, feed) in [
            ("A: 1\r\nB: 2\r\n\r\nC: 3", vec!["A", "B"], vec!["A", "B"]),
            ("A: 1\rB: 2\n", vec!["A", "B"], vec!["A"]),
            ("A: 1\r\r\nB: 2\n", vec!["A"], vec!["A", "B"]),
            ("A: 1\nnothing\nB: 2\n", vec!["A"], vec!["A", "B"]),
            ("A: 1\nB : 2\nC: 3\n", vec!["A"], vec!["A", "C"]),
            ("\u{feff}A: 1\nB: 2\n", vec![], vec!["B"]),
        ] {
            assert_eq!(keys(text, Lines::Universal), universal, "{text:?}");
            assert_eq!(keys(text, Lines::Feed), feed, "{text:?}");
        }
        assert!(fields("A: 1\n 2\n", Lines::Feed)[0].folded);
    }
}
