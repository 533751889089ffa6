//! Header fields of core metadata.

use crate::wheel::headers::{HeaderField, Lines, fields};

/// Fields in the order of the file.
pub(super) struct PreparedFields<'a>(Vec<HeaderField<'a>>);

impl<'a> PreparedFields<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        Self(fields(text, Lines::Feed))
    }

    /// Returns the first lines of a field's values, in order.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + 's {
        let own = self.0.iter().filter(move |field| field.key.eq_ignore_ascii_case(name));
        own.map(|field| field.value)
    }

    pub(super) fn one(&self, name: &str) -> Option<&'a str> {
        self.all(name).find(|value| !value.is_empty())
    }
}

/// Appends fields to the headers.
pub(super) fn with_fields(metadata: &str, fields: &[(&'static str, String)]) -> String {
    let mut end = 0;
    for line in metadata.split_inclusive('\n') {
        if line.trim_end_matches(['\r', '\n']).is_empty() {
            break;
        }
        end += line.len();
    }
    let (headers, body) = metadata.split_at(end);
    let mut text = headers.to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    for (name, value) in fields {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push_str(body);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_added_before_the_body() {
        let added = |text: &str| with_fields(text, &[("Requires-Dist", "six".into())]);
        assert_eq!(added("Name: a\n\nText\n\nmore\n"), "Name: a\nRequires-Dist: six\n\nText\n\nmore\n");
        assert_eq!(added("Name: a\r\n\r\nText\r\n"), "Name: a\r\nRequires-Dist: six\n\r\nText\r\n");
        assert_eq!(added("Name: a"), "Name: a\nRequires-Dist: six\n");
    }
}
