//! Findings of `verify` as SARIF, for the code scanning of forges and editors.
//!
//! Static Analysis Results Interchange Format 2.1.0 (OASIS Standard, errata 01).

use super::sentence::sentence;
use crate::audit::{Finding, FindingKind, Verified};
use crate::manifest::sha256;
use crate::text::python;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A path that was verified.
#[derive(Clone, Copy, Debug)]
pub struct SarifPlace<'a> {
    /// Path as the user named it.
    pub path: &'a Path,
    /// True if findings name files below the path, false for a single file or an archive.
    pub is_folder: bool,
}

/// Returns the document, in which excluded findings are suppressed, and notes are notifications.
/// Paths are relative to `here`, or to the place if the place is elsewhere.
///
/// # Errors
/// None in practice: everything in it is a string or a number.
pub fn document(
    verified: &Verified,
    places: &[SarifPlace<'_>],
    here: &Path,
    exit_status: u8,
) -> Result<String, serde_json::Error> {
    let Verified { findings, excluded, notes, .. } = verified;
    let rules: Vec<Rule> = FindingKind::ALL.into_iter().map(Rule::of).collect();
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut bases = BTreeMap::new();
    let mut results = Vec::with_capacity(findings.len() + excluded.len());
    // 3.27.23: either all results of a run have the property, or none.
    let suppressions =
        |suppressed: &[Suppression]| Some(suppressed.to_vec()).filter(|_| !excluded.is_empty());
    let found = findings.iter().map(|finding| (finding, suppressions(&[])));
    let left_out = excluded.iter().map(|finding| (finding, suppressions(&[Suppression::EXCLUDE])));
    for (finding, suppressions) in found.chain(left_out) {
        let rule_id = finding.kind().name();
        let nth = seen.entry((rule_id, &finding.path)).or_default();
        *nth += 1;
        // Messages and lines are left out, since they may change for the same finding.
        let identity = format!("{rule_id}\0{}\0{nth}", finding.path);
        let location = SarifLocation::of(finding, places, here, &mut bases);
        results.push(SarifOutcome {
            rule_index: FindingKind::ALL.iter().position(|kind| *kind == finding.kind()).unwrap_or_default(),
            rule_id,
            level: level(finding.kind()),
            message: Text { text: location.message(finding) },
            locations: vec![location],
            partial_fingerprints: BTreeMap::from([("pycompileFinding/v1", sha256(identity.as_bytes()))]),
            suppressions,
        });
    }
    let driver = Driver {
        name: "pycompile",
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules,
    };
    let run = SarifRun {
        tool: Tool { driver },
        invocations: [Invocation {
            execution_successful: exit_status < 2,
            exit_code: exit_status,
            tool_execution_notifications: notes.iter().map(|note| Notification::of(note)).collect(),
        }],
        original_uri_base_ids: bases,
        results,
    };
    serde_json::to_string_pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun {
    tool: Tool,
    invocations: [Invocation; 1],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    original_uri_base_ids: BTreeMap<String, Base>,
    results: Vec<SarifOutcome>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

/// A note on files that were not checked.
#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

impl Notification {
    fn of(note: &str) -> Self {
        Self { level: "note", message: Text { text: note.to_owned() } }
    }
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifOutcome {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<SarifLocation>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression>>,
}

/// Reason why a result is suppressed.
#[derive(Clone, Serialize)]
struct Suppression {
    kind: &'static str,
    justification: &'static str,
}

impl Suppression {
    /// The user excludes the file.
    const EXCLUDE: Self = Self { kind: "external", justification: "--exclude matches the file" };
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<String>,
}

/// A file in an archive, which a URI cannot name.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

impl Rule {
    fn of(kind: FindingKind) -> Self {
        Self {
            id: kind.name(),
            short_description: Text { text: kind.description().to_owned() },
            default_configuration: Configuration { level: level(kind) },
        }
    }
}

/// Returns the level. Code in another form is a warning, since it runs like the source.
const fn level(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::OtherForm => "warning",
        _ => "error",
    }
}

impl SarifLocation {
    fn of(
        finding: &Finding,
        places: &[SarifPlace<'_>],
        here: &Path,
        bases: &mut BTreeMap<String, Base>,
    ) -> Self {
        let (mut file, mut inner) = match finding.path.split_once('!') {
            Some((file, inner)) => (file, inner),
            None => (finding.path.as_str(), ""),
        };
        let place = places.get(finding.place);
        let mut path = String::new();
        let mut base = None;
        if let Some(place) = place {
            let below = place.path.strip_prefix(here).unwrap_or(place.path);
            if below.is_absolute() {
                let id =
                    if places.len() > 1 { format!("PATH{}", finding.place + 1) } else { "PATH".to_owned() };
                let named = python::os_text(place.path.as_os_str());
                let text = match place.is_folder {
                    true => format!("The directory that was verified: {named}"),
                    false => format!("The directory of the file that was verified: {named}"),
                };
                bases.entry(id.clone()).or_insert(Base { description: Text { text } });
                base = Some(id);
            } else {
                path = python::os_text(below.as_os_str()).replace('\\', "/");
            }
            if !place.is_folder {
                if base.is_some() {
                    path = python::os_text(place.path.file_name().unwrap_or_default());
                }
                // Names in an archive are relative to the archive; a single file has its own name.
                let name = place.path.file_name().map(python::os_text).unwrap_or_default();
                inner = if finding.path == name { "" } else { &finding.path };
                file = "";
            }
        }
        let path = [path.trim_start_matches("./").trim_end_matches('/'), file];
        let path: Vec<&str> = path.into_iter().filter(|part| !part.is_empty() && *part != ".").collect();
        let logical = LogicalLocation {
            name: inner.rsplit(['/', '!']).next().unwrap_or_default().to_owned(),
            fully_qualified_name: inner.to_owned(),
            kind: "resource",
        };
        Self {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(&path.join("/")), uri_base_id: base },
            },
            logical_locations: if inner.is_empty() { Vec::new() } else { vec![logical] },
        }
    }

    /// Returns the message, which begins with the file's name if the location is an archive.
    fn message(&self, finding: &Finding) -> String {
        match self.logical_locations.first() {
            Some(inner) => format!("{}: {}", inner.fully_qualified_name, sentence(finding)),
            None => sentence(finding),
        }
    }
}

/// Returns a relative reference (RFC 3986), with all characters escaped except unreserved ones and
/// `/`.
fn uri(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut uri, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_syntax_of_a_uri() {
        assert_eq!(uri("a:b/c d%/é.py"), "a%3Ab/c%20d%25/%C3%A9.py");
        assert_eq!(uri("~x_y-z.0"), "~x_y-z.0");
    }
}
