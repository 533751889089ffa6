//! METADATA of a wheel that exists, as far as its file name says the same (core metadata, PEP 427).

use super::name::{WheelName, normalize_name};

/// METADATA and the file name are not of one project and version; installers refuse such a wheel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// A field that has to be there.
    #[error("METADATA has no {0}")]
    Missing(&'static str),
    /// Another one.
    #[error("METADATA has the {field} {found:?}, and the file name has {expected:?}")]
    Other {
        /// `Name` or `Version`.
        field: &'static str,
        /// By METADATA.
        found: String,
        /// By the file name.
        expected: String,
    },
}

/// Holds `Name` (PEP 503) and `Version` (PEP 440) against the file name, however each is spelled.
///
/// # Errors
/// [`MetadataError`].
pub fn hold_against_name(metadata: &[u8], name: &WheelName) -> Result<(), MetadataError> {
    let text = String::from_utf8_lossy(metadata);
    let said = value(&text, "Name").ok_or(MetadataError::Missing("Name"))?;
    let other = |field, found: &str, expected: &str| MetadataError::Other {
        field,
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    if normalize_name(said) != normalize_name(&name.distribution) {
        return Err(other("Name", said, &name.distribution));
    }
    let said = value(&text, "Version").ok_or(MetadataError::Missing("Version"))?;
    if !name.is_version(said) {
        return Err(other("Version", said, &name.version));
    }
    Ok(())
}

/// The first value of a header field, which has no case. A line that begins with a space goes on with the field before it,
/// and an empty one ends the headers (RFC 822).
fn value<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let headers = text.lines().take_while(|line| !line.is_empty());
    let fields =
        headers.filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| line.split_once(':'));
    let mut found = fields.filter(|(key, _)| key.eq_ignore_ascii_case(field)).map(|(_, value)| value.trim());
    found.next().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_and_version() {
        let hold = |metadata: &str, file: &str| {
            let name = WheelName::parse(&format!("{file}-py3-none-any.whl")).unwrap();
            hold_against_name(metadata.as_bytes(), &name).map_err(|error| error.to_string())
        };
        for (metadata, file) in [
            ("Name: demo\nVersion: 1.0\n", "demo-1.0"),
            (
                "Metadata-Version: 2.1\r\nname:My.Odd-Name\r\nVERSION: v1.0-alpha\r\n\r\n",
                "my_odd__name-1.0a0",
            ),
            ("Name: demo\nVersion: 1.0.0\n", "demo-1"),
            ("Name: demo\nVersion: 1.0+local.1\n", "demo-1.0_local.1"),
            ("Name: demo\nVersion: 1.0.post1\n", "demo-1.0_1"),
            ("Name: demo\nVersion: 1.0+1\n", "demo-1.0_1"),
        ] {
            assert_eq!(hold(metadata, file), Ok(()), "{metadata:?} {file}");
        }
        for (metadata, error) in [
            ("Version: 1.0\n\nName: demo\n", "METADATA has no Name"),
            ("Name: demo\nSummary: x\n Version: 1.0\n", "METADATA has no Version"),
            (
                "Name: x\nName: demo\nVersion: 1.0\n",
                "METADATA has the Name \"x\", and the file name has \"demo\"",
            ),
            ("Name: demo\nVersion: 1.1\n", "METADATA has the Version \"1.1\", and the file name has \"1.0\""),
            ("Name: demo\nVersion: ?\n", "METADATA has the Version \"?\", and the file name has \"1.0\""),
        ] {
            assert_eq!(hold(metadata, "demo-1.0"), Err(error.to_owned()), "{metadata:?}");
        }
    }
}
