//! Pycs that belong to another module, and names that no importer reads.

use crate::pair::{PYC, Pair, prints};

#[test]
fn exchanged_pycs_are_named() {
    let pair = Pair::new();
    let other = PYC.replace("core", "other");
    let (core_pyc, other_pyc) = (pair.read("b", PYC), pair.read("b", &other));
    pair.write("b", PYC, other_pyc).write("b", &other, core_pyc);
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    for (pyc, of) in [(PYC, "other"), (&*other, "core")] {
        prints(&said, &format!("b/{pyc}: code: it is the pyc of demo/{of}.py: "));
    }
    // The header is that of the source, and the code of the other module is not.
    let pair = Pair::new();
    pair.write("b", PYC, [&pair.read("b", PYC)[..16], &pair.read("b", &other)[16..]].concat());
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    assert!(!said.out.contains("it is the pyc of"), "{}", said.out);
    prints(&said, "its code is not that of demo/core.py");
}

#[test]
fn a_name_of_another_module_is_no_matter_of_form() {
    let pair = Pair::new();
    let code = |name: &str| {
        let arguments = ["compile", "-q", "-f", "--engine", "native", "--python", "3.14"];
        let more = ["--invalidation-mode", "checked-hash", "--dfile", name, "-o", "out.pyc", "demo/core.py"];
        pair.run_in("b", &[&arguments[..], &more].concat()).exits(0);
        pair.read("b", "out.pyc")
    };
    let pyc = not_interned(&code("demo/other.py"));
    pair.remove("b", "out.pyc").write("b", PYC, pyc);
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let words = "filename: it records the file name \"demo/other.py\", which is not that of core.py";
    prints(&said, words);
    prints(&said, "other-form: its code is that of its source in another form");
    assert!(said.out.find("filename:") < said.out.find("other-form:"), "{}", said.out);
}

#[test]
fn tags_of_test_runners_are_read_by_no_importer() {
    let pair = Pair::new();
    let pyc = pair.read("b", PYC);
    pair.write("b", "demo/__pycache__/core.cpython-314-pytest-9.2.0.pyc", pyc);
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    assert!(!said.out.contains("its name says"), "{}", said.out);
    prints(&said, "core.cpython-314-pytest-9.2.0.pyc: source: no importer recognizes its name");
}

/// Returns a pyc whose name `x` is not interned.
fn not_interned(pyc: &[u8]) -> Vec<u8> {
    let at = pyc.windows(3).position(|bytes| bytes == b"\xda\x01x").unwrap();
    [&pyc[..at], b"\xfa", &pyc[at + 1..]].concat()
}
