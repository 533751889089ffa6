//! Parser of manifests from other builders.

use super::model::{FileEntry, Manifest, SCHEMA};
use super::shard::Shard;
use crate::target::PyVersion;
use crate::text::Shown as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Error in a manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The file is not JSON, or lacks the structure of a manifest.
    #[error("{}:{line}:{column}: {message}", path.shown())]
    Malformed {
        /// The manifest.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// Description of the fault.
        message: String,
    },
    /// The file is of another kind.
    #[error("{} is not a manifest of pycompile: it is {what}", path.shown())]
    OtherFile {
        /// The file.
        path: PathBuf,
        /// Description of the file.
        what: &'static str,
    },
    /// The schema is unknown.
    #[error("{}: schema `{schema}` is not known; known is `{SCHEMA}`", path.shown())]
    Schema {
        /// The manifest.
        path: PathBuf,
        /// Value of `schema`.
        schema: String,
    },
    /// An entry is invalid.
    #[error("{}: {place}: {message}", path.shown())]
    Entry {
        /// The manifest.
        path: PathBuf,
        /// Entry, such as `files[3]`.
        place: String,
        /// Description of the fault.
        message: String,
    },
}

/// Parses a manifest and checks every entry against the format.
///
/// # Errors
/// [`ManifestError`] with the location; also for the manifest of a shard, which does not list
/// everything.
pub fn parse(path: &Path, text: &[u8]) -> Result<Manifest, ManifestError> {
    let manifest = parse_shard(path, text)?;
    match &manifest.shard {
        None => Ok(manifest),
        Some(shard) => Err(ManifestError::Entry {
            path: path.into(),
            place: "shard".into(),
            message: format!(
                "this is shard {}/{}, which does not list everything: merge it with the others",
                shard.number, shard.of
            ),
        }),
    }
}

/// Parses the manifest of a shard, or of everything, and checks every entry against the format.
///
/// # Errors
/// [`ManifestError`] with the location.
pub fn parse_shard(path: &Path, text: &[u8]) -> Result<Manifest, ManifestError> {
    let manifest = of_schema(path, text)?;
    let refuse =
        |place: String, message: String| Err(ManifestError::Entry { path: path.into(), place, message });
    for (version, release) in &manifest.releases {
        if !is_release_of(release, version) {
            return refuse("releases".into(), format!("`{release}` is not a release of `{version}`"));
        }
    }
    if let Some(shard) = &manifest.shard
        && Shard::new(shard.number, shard.of).is_none()
    {
        return refuse("shard".into(), format!("there is no shard {}/{}", shard.number, shard.of));
    }
    let paths = manifest.files.iter().map(|file| file.path.as_str());
    for (index, (file, fault)) in manifest.files.iter().zip(order(paths)).enumerate() {
        if let Some(message) = fault.or_else(|| fault_of_file(file)) {
            return refuse(format!("files[{index}]"), message);
        }
    }
    let paths = manifest.archives.iter().map(|archive| archive.path.as_str());
    for (index, (archive, fault)) in manifest.archives.iter().zip(order(paths)).enumerate() {
        let is_sound = is_relative(&archive.path) && is_hex(&archive.sha256, 64);
        let malformed = (!is_sound).then(|| "the path or the digest is malformed".to_owned());
        if let Some(message) = fault.or(malformed) {
            return refuse(format!("archives[{index}]"), message);
        }
    }
    Ok(manifest)
}

/// Reads the fields of a manifest with the schema of this module.
fn of_schema(path: &Path, text: &[u8]) -> Result<Manifest, ManifestError> {
    #[derive(serde::Deserialize)]
    struct SchemaOnly {
        schema: String,
    }
    let malformed = |error: serde_json::Error| {
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
        ManifestError::Malformed { path: path.into(), line: error.line(), column: error.column(), message }
    };
    match serde_json::from_slice::<SchemaOnly>(text) {
        Ok(found) if found.schema == SCHEMA => serde_json::from_slice(text).map_err(malformed),
        found => {
            if let Some(what) = other_file(text) {
                return Err(ManifestError::OtherFile { path: path.into(), what });
            }
            let schema = found.map_err(malformed)?.schema;
            Err(ManifestError::Schema { path: path.into(), schema })
        }
    }
}

/// Returns whether a release belongs to a minor version, as `3.14.2` and `3.14.0rc1+` do to `3.14`.
fn is_release_of(release: &str, version: &str) -> bool {
    let patch = release.strip_prefix(version).and_then(|rest| rest.strip_prefix('.'));
    let is_version = version.parse::<PyVersion>().is_ok_and(|parsed| parsed.to_string() == version);
    is_version
        && patch.is_some_and(|patch| {
            patch.starts_with(|first: char| first.is_ascii_digit())
                && patch.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
        })
}

/// Returns the fault of each path of a list that is sorted and names every file once.
fn order<'a>(paths: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Option<String>> {
    let mut seen = BTreeSet::new();
    let mut before = None;
    paths.map(move |path| {
        let before = before.replace(path);
        if !seen.insert(path) {
            return Some(format!("{path} is listed twice"));
        }
        before.filter(|before| *before > path).map(|before| format!("{path} is listed after {before}"))
    })
}

/// Returns the first fault of a pyc's entry, apart from its place in the list.
fn fault_of_file(file: &FileEntry) -> Option<String> {
    if !is_relative(&file.path) {
        return Some(format!("`{}` is not a path below the root", file.path));
    }
    if file.source_mtime.is_some() != (file.invalidation_mode == "timestamp") {
        return Some("source_mtime is for the invalidation mode timestamp, and for no other".into());
    }
    if !is_hex(&file.sha256, 64) {
        return Some("sha256 is not 64 hexadecimal digits".into());
    }
    if !is_hex(&file.code_sha256, 64) {
        return Some("code_sha256 is not 64 hexadecimal digits".into());
    }
    if !["timestamp", "checked-hash", "unchecked-hash"].contains(&file.invalidation_mode.as_str()) {
        return Some(format!("invalidation_mode `{}` is not known", file.invalidation_mode));
    }
    if file.optimize > 2 {
        return Some(format!("optimize is {}, not 0, 1 or 2", file.optimize));
    }
    let source = file.source.as_ref()?;
    if !is_relative(&source.path) {
        return Some(format!("source: `{}` is not a path below the root", source.path));
    }
    let are_digests = is_hex(&source.sha256, 64) && is_hex(&source.source_hash, 16);
    (!are_digests).then(|| "source: a digest is malformed".into())
}

/// Returns a description of a file that does not look like a manifest.
fn other_file(text: &[u8]) -> Option<&'static str> {
    if text.starts_with(b"PK\x03\x04") {
        return Some("a wheel or another zip");
    }
    if text.get(2..4) == Some(b"\r\n") {
        return Some("a pyc");
    }
    let start = text.trim_ascii_start();
    match start.first() {
        None => return Some("empty"),
        Some(b'{') => {}
        Some(_) if start.get(..64).is_some_and(|digest| digest.iter().all(u8::is_ascii_hexdigit)) => {
            return Some("a list of digests, as for sha256sum");
        }
        Some(_) => return Some("not a JSON object"),
    }
    let mut documents = serde_json::Deserializer::from_slice(text).into_iter::<serde_json::Value>();
    let Some(Ok(document)) = documents.next() else { return None };
    if document.get("_type").is_some() {
        return Some("an in-toto statement");
    }
    match document.get("schema") {
        None if documents.next().is_some() => Some("the messages of a command"),
        None => Some("JSON without the key `schema`"),
        Some(schema) if schema.as_str().is_some_and(|schema| schema.starts_with("pycompile-diff/")) => {
            Some("the result of a comparison")
        }
        Some(_) => None,
    }
}

fn is_relative(path: &str) -> bool {
    !path.is_empty() && !path.contains('\0') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(Path::new("m.json"), text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn refuses_with_the_place() {
        assert_eq!(refusal("{"), "m.json:1:1: EOF while parsing an object");
        assert_eq!(
            refusal(r#"{"schema": "other/2"}"#),
            "m.json: schema `other/2` is not known; known is `pycompile-manifest/1`"
        );
        assert_eq!(
            refusal("{\"schema\": \"pycompile-manifest/1\",\n \"files\": 3}"),
            "m.json:2:11: invalid type: integer `3`, expected a sequence"
        );
        let releases = |releases: &str| {
            format!(r#"{{"schema": "pycompile-manifest/1", "releases": {{{releases}}}, "files": []}}"#)
        };
        for wrong in
            [r#""3.14": "3.13.5""#, r#""3.14": "3.14""#, r#""three": "three.1""#, r#""3.14": "3.14. 1""#]
        {
            let said = refusal(&releases(wrong));
            assert!(
                said.starts_with("m.json: releases: `") && said.contains("is not a release of"),
                "{said}"
            );
        }
        let right = releases(r#""3.13": "3.13.5", "3.14": "3.14.2t", "3.15": "3.15.0rc1""#);
        assert!(parse(Path::new("m.json"), right.as_bytes()).is_ok());
        let archive = format!(r#"{{"path": "a.whl", "sha256": "{}", "size": 1}}"#, "0".repeat(64));
        let twice = format!(
            r#"{{"schema": "pycompile-manifest/1", "files": [], "archives": [{archive}, {archive}]}}"#
        );
        assert_eq!(refusal(&twice), "m.json: archives[1]: a.whl is listed twice");
    }

    #[test]
    fn refuses_what_no_manifest_has() {
        let digest = "0".repeat(64);
        let file = |path: &str, more: &str| {
            format!(
                r#"{{"path": "{path}", "sha256": "{digest}", "size": 1, "python": "3.14", "magic": 3627,
                "optimize": 0, "invalidation_mode": "checked-hash", "code_sha256": "{digest}",
                "filename": "a.py"{more}}}"#
            )
        };
        let said = |files: &[String]| {
            let files = files.join(", ");
            refusal(&format!(r#"{{"schema": "pycompile-manifest/1", "files": [{files}]}}"#))
        };
        assert_eq!(
            said(&[file("b.pyc", ""), file("a.pyc", "")]),
            "m.json: files[1]: a.pyc is listed after b.pyc"
        );
        for key in ["source", "source_mtime"] {
            let message = said(&[file("a.pyc", &format!(r#", "{key}": null"#))]);
            assert!(message.contains("invalid type: null"), "{message}");
        }
        assert_eq!(
            said(&[file("a.pyc", r#", "source_mtime": 1"#)]),
            "m.json: files[0]: source_mtime is for the invalidation mode timestamp, and for no other"
        );
    }
}
