//! The bytes before the first entry of a zip, which the system runs: the shebang line of a zipapp, or
//! a script.

use crate::audits::zip;
use crate::session::Session;

const SHEBANG: &str = "#!/usr/bin/env python3\n";
const SCRIPT: &str = "#!/bin/sh\necho hi\n";

/// A session with `a/NAME` and `b/NAME`, whose entries are the same, after these bytes.
fn pair(name: &str, one: &str, other: &str) -> Session {
    let session = Session::new();
    let bytes = zip(&[("__main__.py", b"print(1)\n")]);
    for (side, start) in [("a", one), ("b", other)] {
        session.file(&format!("{side}/{name}"), [start.as_bytes(), &bytes].concat());
    }
    session
}

#[test]
fn another_start_of_a_zip_is_other_code() {
    let two_lines = "`#!/usr/bin/env python3` and `#!/bin/sh… (18 bytes)`";
    let cases = [
        (
            "x.pyz",
            "#!/usr/bin/python3\n",
            "the line that starts it: `#!/usr/bin/env python3` and `#!/usr/bin/python3`",
        ),
        ("x.pyz", SCRIPT, &format!("the program before its first entry: {two_lines}")),
        ("x.pyz", "", "the line that starts it: `#!/usr/bin/env python3` and nothing"),
    ];
    for (name, other, words) in cases {
        let session = pair(name, SHEBANG, other);
        for kinds in ["code", "any"] {
            let said = session.run(&["diff", "a", "b", "--fail-on", kinds, "--json"]).exits(1);
            let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
            let cause = &document["files"][0]["cause"];
            assert_eq!((&cause["kind"], &cause["reason"]), (&"other-content".into(), &words.into()));
            assert_eq!(document["files"][0]["findings"][0]["kind"], "content");
        }
        session.run(&["diff", "a", "b", "--fail-on", "unexplained"]).exits(0);
    }
    // Named directly.
    let session = pair("x.pyz", SHEBANG, "#!/bin/python3\n");
    let said = session.run(&["diff", "a/x.pyz", "b/x.pyz", "--fail-on", "code"]).exits(1);
    let words = "other content: the line that starts it: `#!/usr/bin/env python3` and `#!/bin/python3`";
    assert!(said.out.contains(words), "{}", said.out);
    pair("x.pyz", SHEBANG, SHEBANG).run(&["diff", "a", "b", "--fail-on", "any"]).exits(0);
}

#[test]
fn a_script_before_a_wheel_is_other_code_and_a_finding() {
    let session = pair("x-1-py3-none-any.whl", "", SCRIPT);
    let said = session.run(&["diff", "a", "b", "--fail-on", "code"]).exits(1);
    let words = "the program before its first entry: nothing and `#!/bin/sh… (18 bytes)`";
    assert!(said.out.contains(words), "{}", said.out);
    let said = session.run(&["verify", "b"]).exits(1);
    assert!(
        said.out.contains("b/x-1-py3-none-any.whl: wheel: 18 bytes are before the first entry"),
        "{}",
        said.out
    );
}

#[test]
fn a_program_before_a_zip_is_noted_and_a_shebang_line_is_not() {
    let session = pair("x.pyz", SHEBANG, SCRIPT);
    let said = session.run(&["verify", "a"]).exits(0);
    assert!(!said.err.contains("begins with"), "{}", said.err);
    let note = "note: archive begins with a script, which was not checked: x.pyz";
    session.run(&["verify", "b"]).exits(0).says(&note.replace("archive", "1 archive"));
}
