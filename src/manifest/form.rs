//! Forms of the manifest.

use super::in_toto::{PREDICATE, in_toto};
use super::model::Manifest;
use super::sha256sum::sha256sum;

/// Form of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestForm {
    /// JSON. Every manifest of a config has this form, so that it is not one of the other forms.
    #[serde(skip_deserializing)]
    Json,
    /// Lines for `sha256sum --check`.
    Sha256sum,
    /// An in-toto Statement v1.
    InToto,
}

impl ManifestForm {
    /// Returns the manifest in this form.
    ///
    /// # Errors
    /// None in practice: everything in it is a string or a number.
    pub fn text(self, manifest: &Manifest) -> Result<String, serde_json::Error> {
        match self {
            Self::Json => manifest.to_json(),
            Self::Sha256sum => Ok(sha256sum(manifest)),
            Self::InToto => in_toto(manifest),
        }
    }

    /// Returns whether the content of a file is empty or has this form, so that a new manifest may
    /// replace it.
    pub fn may_replace(self, bytes: &[u8]) -> bool {
        let has = |key: &str, start: &str| {
            let value = serde_json::from_slice::<serde_json::Value>(bytes).ok();
            value.is_some_and(|value| value[key].as_str().is_some_and(|text| text.starts_with(start)))
        };
        bytes.is_empty()
            || match self {
                Self::Json => has("schema", "pycompile-manifest/"),
                Self::InToto => has("predicateType", PREDICATE),
                Self::Sha256sum => bytes.split(|&byte| byte == b'\n').all(is_sum),
            }
    }
}

/// Returns whether a line has a digest and a name, or is a comment on an archive.
fn is_sum(line: &[u8]) -> bool {
    let sum = line.strip_prefix(b"# ").or_else(|| line.strip_prefix(b"\\")).unwrap_or(line);
    line.is_empty()
        || sum
            .split_at_checked(64)
            .is_some_and(|(digest, name)| digest.iter().all(u8::is_ascii_hexdigit) && name.starts_with(b"  "))
}
