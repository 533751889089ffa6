//! `verify --message-format sarif`, according to the OASIS standard SARIF 2.1.0:
//! `sarif.schema.json` has its rules for the properties that are written. If
//! `PYCOMPILE_SARIF_SCHEMA` names a file with the schema of OASIS, the documents are checked
//! against it too.

use crate::session::Session;
use jsonschema::Validator;
use serde_json::{Value, json};

fn validators() -> Vec<Validator> {
    let own: Value = serde_json::from_str(include_str!("sarif.schema.json")).unwrap();
    let whole = std::env::var_os("PYCOMPILE_SARIF_SCHEMA")
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap());
    [Some(own), whole]
        .into_iter()
        .flatten()
        .map(|schema| jsonschema::options().should_validate_formats(true).build(&schema).unwrap())
        .collect()
}

/// The document of a run with this exit status.
#[track_caller]
fn document(session: &Session, arguments: &[&str], status: i32) -> Value {
    let said = session.run(&[&["verify", "--message-format", "sarif"], arguments].concat()).exits(status);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    for validator in validators() {
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{}", said.out);
    }
    // 3.27.6: the index is that of the rule with the id.
    let run = &document["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let base = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"];
        assert!(base.is_null() || !run["originalUriBaseIds"][base.as_str().unwrap()].is_null());
    }
    assert_eq!(run["invocations"], json!([{"executionSuccessful": true, "exitCode": status}]));
    document
}

fn results(document: &Value) -> &Vec<Value> {
    document["runs"][0]["results"].as_array().unwrap()
}

fn uri(result: &Value) -> &Value {
    &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
}

fn tree() -> Session {
    let session = Session::new();
    session.file("t/a b.py", "x = 1\n");
    session.file("t/c.py", "x = 1\n");
    let options = ["compile", "-q", "-r", "--python", "3.14", "--invalidation-mode", "checked-hash", "t"];
    session.run(&options).exits(0);
    session
}

#[test]
fn findings_are_results_with_a_rule_a_place_and_a_fingerprint_that_stays() {
    let session = tree();
    assert!(results(&document(&session, &["t"], 0)).is_empty());
    session.file("t/a b.py", "x = 2\n");
    let first = document(&session, &["t"], 1);
    let result = &results(&first)[0];
    assert_eq!((&result["ruleId"], &result["level"]), (&json!("code"), &json!("error")));
    assert_eq!(uri(result), "t/__pycache__/a%20b.cpython-314.pyc");
    let text = result["message"]["text"].as_str().unwrap();
    assert!(
        text.contains("is not that of a b.py, and neither is its code: at <module>, line 1, the pyc "),
        "{text}"
    );
    // With another message, another line and another finding, the fingerprint is the same.
    session.file("t/a b.py", "\n\nx = 3\n");
    session.file("t/c.py", "x = 2\n");
    let second = document(&session, &["t"], 1);
    assert_eq!(results(&second).len(), 2);
    assert_ne!(results(&second)[0]["message"], result["message"]);
    assert_eq!(results(&second)[0]["partialFingerprints"], result["partialFingerprints"]);
    assert_ne!(results(&second)[1]["partialFingerprints"], result["partialFingerprints"]);
    // From another directory too, where the URI is relative to the verified place.
    let path = session.path("t");
    let elsewhere = Session::new();
    let third = document(&elsewhere, &[path.to_str().unwrap()], 1);
    assert_eq!(uri(&results(&third)[0]), "__pycache__/a%20b.cpython-314.pyc");
    assert_eq!(results(&third)[0]["partialFingerprints"], result["partialFingerprints"]);
}

#[test]
fn names_in_archives_are_logical_locations() {
    let session = tree();
    let pyc = std::fs::read(session.path("t/__pycache__/c.cpython-314.pyc")).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("p/c.py", b"x = 2\n".as_slice()), ("p/c.pyc", &pyc)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    session.file("d/e/a.zip", zip.finish().unwrap().into_inner());
    for path in ["d", "d/e/a.zip", "./d/e"] {
        let found = document(&session, &[path], 1);
        let result = &results(&found)[0];
        assert_eq!(uri(result), "d/e/a.zip", "{path}");
        let inner = json!([{"name": "c.pyc", "fullyQualifiedName": "p/c.pyc", "kind": "resource"}]);
        assert_eq!(result["locations"][0]["logicalLocations"], inner);
        assert!(
            result["message"]["text"].as_str().unwrap().starts_with("p/c.pyc: the source hash in its header")
        );
    }
    let single = "t/__pycache__/c.cpython-314.pyc";
    session.file("t/c.py", "x = 2\n");
    assert_eq!(uri(&results(&document(&session, &[single], 1))[0]), single);
    session.run(&["verify", "nowhere", "--message-format", "sarif"]).exits(2);
}

#[test]
fn excluded_findings_are_suppressed() {
    let session = tree();
    session.file("t/a b.py", "x = 2\n");
    session.file("t/c.py", "x = 2\n");
    let found = document(&session, &["t", "--exclude", "c.py"], 1);
    let suppressions: Vec<&Value> = results(&found).iter().map(|result| &result["suppressions"]).collect();
    let excluded = json!([{"kind": "external", "justification": "--exclude matches the file"}]);
    assert_eq!(suppressions, [&json!([]), &excluded]);
    assert!(results(&document(&session, &["t"], 1)).iter().all(|result| result["suppressions"].is_null()));
}
