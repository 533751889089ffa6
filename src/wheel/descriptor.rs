//! The `WHEEL` file.

use super::name::TagSet;

/// Content of a `WHEEL` file, line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    fields: Vec<(String, String)>,
}

/// Errors of a `WHEEL` file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// The file is not UTF-8.
    #[error("WHEEL is not UTF-8")]
    Encoding,
    /// A line is not `Key: value`, or comes after the end of the fields.
    #[error("WHEEL, line {0}: not `Key: value`")]
    Line(usize),
    /// A field that must be unique occurs more than once.
    #[error("WHEEL has more than one {0}")]
    Twice(&'static str),
    /// The version is missing or not supported.
    #[error("WHEEL has the Wheel-Version {0:?}; 1.x is supported")]
    Version(String),
}

impl Descriptor {
    /// Returns the descriptor of a pure wheel made by `pycompile`.
    pub fn pure(tags: &TagSet) -> Self {
        let mut fields = vec![
            ("Wheel-Version".to_owned(), "1.0".to_owned()),
            ("Generator".to_owned(), concat!("pycompile ", env!("CARGO_PKG_VERSION")).to_owned()),
            ("Root-Is-Purelib".to_owned(), "true".to_owned()),
        ];
        fields.extend(tags.tags().into_iter().map(|tag| ("Tag".to_owned(), tag)));
        Self { fields }
    }

    /// Reads a `WHEEL` file.
    ///
    /// # Errors
    /// [`DescriptorError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DescriptorError> {
        let text = std::str::from_utf8(bytes).map_err(|_| DescriptorError::Encoding)?;
        let mut fields = Vec::new();
        let mut ended = false;
        for (at, line) in text.lines().enumerate() {
            ended |= line.is_empty();
            if ended && line.trim().is_empty() {
                continue;
            }
            // Python ends the fields at an empty line, and appends a line that begins with a space
            // to the previous field.
            let is_key = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
            let field = line.split_once(':').filter(|(key, _)| is_key(key) && !ended && !line.contains('\r'));
            let (key, value) = field.ok_or(DescriptorError::Line(at + 1))?;
            fields.push((key.to_owned(), value.trim().to_owned()));
        }
        let descriptor = Self { fields };
        for key in ["Wheel-Version", "Root-Is-Purelib"] {
            if descriptor.values(key).count() > 1 {
                return Err(DescriptorError::Twice(key));
            }
        }
        let version = descriptor.values("Wheel-Version").next().unwrap_or_default();
        let minor = version.strip_prefix("1.").filter(|minor| !minor.is_empty());
        if !minor.is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(DescriptorError::Version(version.to_owned()));
        }
        Ok(descriptor)
    }

    /// Returns the values of a field; keys are case-insensitive.
    pub fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter().filter(|field| field.0.eq_ignore_ascii_case(key));
        fields.map(|field| field.1.as_str())
    }

    /// Replaces the `Tag` lines by those of `tags`, at the position of the first one.
    #[must_use]
    pub fn with_tags(&self, tags: &TagSet) -> Self {
        let is_tag = |field: &(String, String)| field.0.eq_ignore_ascii_case("Tag");
        let at = self.fields.iter().position(is_tag).unwrap_or(self.fields.len());
        let mut fields = self.fields[..at].to_vec();
        fields.extend(tags.tags().into_iter().map(|tag| ("Tag".to_owned(), tag)));
        fields.extend(self.fields[at..].iter().filter(|field| !is_tag(field)).cloned());
        Self { fields }
    }

    /// Returns the text of the file.
    pub fn render(&self) -> String {
        self.fields.iter().map(|(key, value)| format!("{key}: {value}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written() {
        let text = Descriptor::pure(&"py2.py3-none-any".parse().unwrap()).render();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            text,
            format!(
                "Wheel-Version: 1.0\nGenerator: pycompile {version}\nRoot-Is-Purelib: true\n\
                 Tag: py2-none-any\nTag: py3-none-any\n"
            )
        );
    }

    #[test]
    fn tags_are_replaced_in_place() {
        let text =
            b"Wheel-Version: 1.0\nGenerator: other (1)\nTag: py2-none-any\nTag: py3-none-any\nBuild: 1\n";
        let changed = Descriptor::parse(text).unwrap().with_tags(&"cp314-none-any".parse().unwrap());
        assert_eq!(
            changed.render(),
            "Wheel-Version: 1.0\nGenerator: other (1)\nTag: cp314-none-any\nBuild: 1\n"
        );
        assert_eq!(Descriptor::parse(b"x"), Err(DescriptorError::Line(1)));
        for (text, line) in [
            ("Wheel-Version: 1.0\n\nTag: py3-none-any\n", 3),
            ("Wheel-Version: 1.0\n Tag: py3-none-any\n", 2),
            ("Wheel-Version: 1.0\nA: b\rTag: py3-none-any\n", 2),
            ("Wheel-Version: 1.0\nTag : py3-none-any\n", 2),
        ] {
            assert_eq!(Descriptor::parse(text.as_bytes()), Err(DescriptorError::Line(line)), "{text:?}");
        }
        assert!(Descriptor::parse(b"Wheel-Version: 1.0\r\nTag: py3-none-any\r\n\r\n").is_ok());
        assert_eq!(
            Descriptor::parse(b"Wheel-Version: 1.0\nwheel-version: 1.0\n"),
            Err(DescriptorError::Twice("Wheel-Version"))
        );
        assert_eq!(
            Descriptor::parse(b"Wheel-Version: 2.0\n"),
            Err(DescriptorError::Version("2.0".to_owned()))
        );
    }
}
