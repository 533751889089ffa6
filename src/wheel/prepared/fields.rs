//! The header fields of core metadata.

/// Field names and the first lines of their values, in order.
pub(super) struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let headers = text.lines().take_while(|line| !line.is_empty());
        let fields = headers.filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name, value.trim()))
        });
        Self(fields.collect())
    }

    /// Values of a field, in order.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + 's {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    pub(super) fn one(&self, name: &str) -> Option<&'a str> {
        self.all(name).find(|value| !value.is_empty())
    }
}

/// Adds fields at the end of the headers.
pub(super) fn with_fields(metadata: &str, fields: &[(&'static str, String)]) -> String {
    let end = match metadata.find("\n\n") {
        Some(end) => end + 1,
        None => metadata.len(),
    };
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
