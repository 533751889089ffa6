//! Checks of an existing METADATA against the wheel's file name (core metadata, PEP 427).

use super::headers::{HeaderField, Lines, fields};
use super::name::{WheelName, is_one_version, normalize_name};

/// Differences between METADATA and the file name; installers refuse such a wheel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// A required field is missing.
    #[error("METADATA has no {0}")]
    Missing(&'static str),
    /// A field occurs more than once.
    #[error("METADATA has more than one {0}: readers differ in which one they use")]
    Twice(&'static str),
    /// A field has continuation lines.
    #[error("the {0} in METADATA continues on the next line")]
    Folded(&'static str),
    /// Parsers read different values of a field.
    #[error("readers disagree on the {0} in METADATA: they end its lines or its headers differently")]
    Ambiguous(&'static str),
    /// An installed directory is of another project or version.
    #[error("METADATA is for {name:?} {version:?}, but the directory is {folder:?}")]
    Folder {
        /// Name of the directory.
        folder: String,
        /// Name in METADATA.
        name: String,
        /// Version in METADATA.
        version: String,
    },
    /// A field differs.
    #[error("METADATA has the {field} {found:?}, but the file name has {expected:?}")]
    Other {
        /// `Name` or `Version`.
        field: &'static str,
        /// Value in METADATA.
        found: String,
        /// Value in the file name.
        expected: String,
    },
}

/// Checks `Name` (PEP 503) and `Version` (PEP 440) against the file name, both in normal form.
///
/// # Errors
/// [`MetadataError`].
pub fn hold_against_name(metadata: &[u8], name: &WheelName) -> Result<(), MetadataError> {
    let (said, version) = name_and_version(metadata)?;
    let other = |field, found: &str, expected: &str| MetadataError::Other {
        field,
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    if normalize_name(&said) != normalize_name(&name.distribution) {
        return Err(other("Name", &said, &name.distribution));
    }
    if !name.is_version(&version) {
        return Err(other("Version", &version, &name.version));
    }
    Ok(())
}

/// Checks `Name` and `Version` against the name of an installed directory `name-version.dist-info`.
///
/// # Errors
/// [`MetadataError`].
pub fn hold_against_folder(metadata: &[u8], folder: &str) -> Result<(), MetadataError> {
    let (name, version) = name_and_version(metadata)?;
    let stem = folder.strip_suffix(".dist-info").unwrap_or(folder);
    let is_same = |folder_name: &str, folder_version: &str| {
        let spelled = |text: &str| text.replace(['-', '_', '+'], ".");
        normalize_name(folder_name) == normalize_name(&name)
            && (is_one_version(folder_version, &version) || spelled(folder_version) == spelled(&version))
    };
    // Versions written by old tools may contain dashes.
    let mut dashes = stem.match_indices('-').map(|(at, _)| (&stem[..at], &stem[at + 1..]));
    if dashes.any(|(folder_name, folder_version)| is_same(folder_name, folder_version)) {
        return Ok(());
    }
    Err(MetadataError::Folder { folder: folder.to_owned(), name, version })
}

/// Returns `Name` and `Version`, which must be unique and the same for all parsers.
fn name_and_version(metadata: &[u8]) -> Result<(String, String), MetadataError> {
    let text = String::from_utf8_lossy(metadata);
    let (python, others) = (fields(&text, Lines::Universal), fields(&text, Lines::Feed));
    let one = |key: &'static str| {
        let of = |fields: &[HeaderField<'_>]| {
            let own = fields.iter().filter(|field| field.key.eq_ignore_ascii_case(key));
            own.map(|field| (field.value.to_owned(), field.folded)).collect::<Vec<_>>()
        };
        let values = of(&python);
        if values != of(&others) {
            return Err(MetadataError::Ambiguous(key));
        }
        match values.as_slice() {
            [] => Err(MetadataError::Missing(key)),
            [(_, true)] => Err(MetadataError::Folded(key)),
            [(value, _)] if value.is_empty() => Err(MetadataError::Missing(key)),
            [(value, _)] => Ok(value.clone()),
            _ => Err(MetadataError::Twice(key)),
        }
    };
    Ok((one("Name")?, one("Version")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMBIGUOUS: &str =
        "readers disagree on the Name in METADATA: they end its lines or its headers differently";

    #[test]
    fn installed_folders() {
        let hold = |folder: &str, name: &str, version: &str| {
            hold_against_folder(format!("Name: {name}\nVersion: {version}\n").as_bytes(), folder)
        };
        for (folder, name, version) in [
            ("demo-1.0.dist-info", "Demo", "1.0"),
            ("my_demo-1.0.0.dist-info", "my-demo", "1.0"),
            ("my-demo-1.0.dist-info", "my.demo", "1.0"),
            ("pytz-2004d.dist-info", "pytz", "2004d"),
            ("demo-1.0_local.dist-info", "demo", "1.0+local"),
        ] {
            assert_eq!(hold(folder, name, version), Ok(()), "{folder}");
        }
        for (name, version) in [("demos", "1.0"), ("demo", "1.1"), ("demo-1", "0")] {
            let error = hold("demo-1.0.dist-info", name, version).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("METADATA is for {name:?} {version:?}, but the directory is \"demo-1.0.dist-info\"")
            );
        }
    }

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
                "Name: demo\nname: demo\nVersion: 1.0\n",
                "METADATA has more than one Name: readers differ in which one they use",
            ),
            ("Name:\n demo\nVersion: 1.0\n", "the Name in METADATA continues on the next line"),
            ("\u{feff}Name: demo\nVersion: 1.0\n", "METADATA has no Name"),
            ("Name : demo\nName: demo\nVersion: 1.0\n", AMBIGUOUS),
            ("Summary: x\rName: x\nName: demo\nVersion: 1.0\n", AMBIGUOUS),
            ("Summary: x\r\rName: x\nName: demo\nVersion: 1.0\n", AMBIGUOUS),
            ("Summary: x\nno header\nName: demo\nVersion: 1.0\n", AMBIGUOUS),
            ("Name: demo\nVersion: 1.1\n", "METADATA has the Version \"1.1\", but the file name has \"1.0\""),
            ("Name: demo\nVersion: ?\n", "METADATA has the Version \"?\", but the file name has \"1.0\""),
        ] {
            assert_eq!(hold(metadata, "demo-1.0"), Err(error.to_owned()), "{metadata:?}");
        }
    }
}
