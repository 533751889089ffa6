//! Forms of the manifest.

use super::in_toto::in_toto;
use super::model::Manifest;
use super::sha256sum::sha256sum;

/// Form of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestForm {
    /// JSON. A config always asks for it, so that it cannot name it among the other forms.
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
}
