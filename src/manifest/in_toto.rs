//! The manifest as an in-toto Statement v1, for attestations.

use super::model::Manifest;
use serde::Serialize;

/// Type of the statement's predicate.
pub(super) const PREDICATE: &str = "urn:pycompile:manifest:1";

#[derive(Serialize)]
struct Statement<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<Subject<'a>>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: &'a Manifest,
}

#[derive(Serialize)]
struct Subject<'a> {
    name: &'a str,
    digest: Digest<'a>,
}

#[derive(Serialize)]
struct Digest<'a> {
    sha256: &'a str,
}

/// Returns a statement whose subjects are the pycs and archives, and whose predicate is the
/// manifest.
///
/// # Errors
/// None in practice: everything in it is a string or a number.
pub fn in_toto(manifest: &Manifest) -> Result<String, serde_json::Error> {
    let files = manifest.files.iter().map(|file| (&file.path, &file.sha256));
    let archives = manifest.archives.iter().map(|archive| (&archive.path, &archive.sha256));
    let subject = files.chain(archives).map(|(name, sha256)| Subject { name, digest: Digest { sha256 } });
    let statement = Statement {
        kind: "https://in-toto.io/Statement/v1",
        subject: subject.collect(),
        predicate_type: PREDICATE,
        predicate: manifest,
    };
    let mut text = serde_json::to_string_pretty(&statement)?;
    text.push('\n');
    Ok(text)
}
