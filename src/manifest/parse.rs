//! Parser of manifests from other builders.

use super::model::{Manifest, SCHEMA};
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
        Ok(found) if found.schema == SCHEMA => {}
        found => {
            if let Some(what) = other_file(text) {
                return Err(ManifestError::OtherFile { path: path.into(), what });
            }
            let schema = found.map_err(malformed)?.schema;
            return Err(ManifestError::Schema { path: path.into(), schema });
        }
    }
    let manifest: Manifest = serde_json::from_slice(text).map_err(malformed)?;
    let entry = |list: &str, index: usize, message: String| ManifestError::Entry {
        path: path.into(),
        place: format!("{list}[{index}]"),
        message,
    };
    for (version, release) in &manifest.releases {
        let patch = release.strip_prefix(version.as_str()).and_then(|rest| rest.strip_prefix('.'));
        let is_version = version.parse::<PyVersion>().is_ok_and(|parsed| parsed.to_string() == *version);
        let is_release = |patch: &str| {
            patch.starts_with(|first: char| first.is_ascii_digit())
                && patch.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
        };
        if !is_version || !patch.is_some_and(is_release) {
            return Err(ManifestError::Entry {
                path: path.into(),
                place: "releases".into(),
                message: format!("`{release}` is not a release of `{version}`"),
            });
        }
    }
    if let Some(shard) = &manifest.shard
        && Shard::new(shard.number, shard.of).is_none()
    {
        let message = format!("there is no shard {}/{}", shard.number, shard.of);
        return Err(ManifestError::Entry { path: path.into(), place: "shard".into(), message });
    }
    let mut seen = BTreeSet::new();
    for (index, file) in manifest.files.iter().enumerate() {
        let refuse = |message: String| Err(entry("files", index, message));
        if !seen.insert(&file.path) {
            return refuse(format!("{} is listed twice", file.path));
        }
        if !is_relative(&file.path) {
            return refuse(format!("`{}` is not a path below the root", file.path));
        }
        if index > 0 && manifest.files[index - 1].path > file.path {
            return refuse(format!("{} is listed after {}", file.path, manifest.files[index - 1].path));
        }
        if file.source_mtime.is_some() != (file.invalidation_mode == "timestamp") {
            return refuse("source_mtime is for the invalidation mode timestamp, and for no other".into());
        }
        if !is_hex(&file.sha256, 64) {
            return refuse("sha256 is not 64 hexadecimal digits".into());
        }
        if !is_hex(&file.code_sha256, 64) {
            return refuse("code_sha256 is not 64 hexadecimal digits".into());
        }
        if !["timestamp", "checked-hash", "unchecked-hash"].contains(&file.invalidation_mode.as_str()) {
            return refuse(format!("invalidation_mode `{}` is not known", file.invalidation_mode));
        }
        if file.optimize > 2 {
            return refuse(format!("optimize is {}, not 0, 1 or 2", file.optimize));
        }
        if let Some(source) = &file.source {
            if !is_relative(&source.path) {
                return refuse(format!("source: `{}` is not a path below the root", source.path));
            }
            if !is_hex(&source.sha256, 64) || !is_hex(&source.source_hash, 16) {
                return refuse("source: a digest is malformed".into());
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (index, archive) in manifest.archives.iter().enumerate() {
        if !seen.insert(&archive.path) {
            return Err(entry("archives", index, format!("{} is listed twice", archive.path)));
        }
        if index > 0 && manifest.archives[index - 1].path > archive.path {
            let before = &manifest.archives[index - 1].path;
            return Err(entry("archives", index, format!("{} is listed after {before}", archive.path)));
        }
        if !is_relative(&archive.path) || !is_hex(&archive.sha256, 64) {
            return Err(entry("archives", index, "the path or the digest is malformed".into()));
        }
    }
    Ok(manifest)
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
