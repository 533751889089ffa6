//! Pycs that belong to another module, and names that no importer recognizes.

use crate::pair::{CORE, PYC, Pair, prints, pycs_of, reason};

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

/// Test runners rewrite asserts and give their pycs tags of their own, in trees and as arguments.
#[test]
fn tags_of_test_runners_are_read_by_no_importer() {
    let pair = Pair::new();
    let pyc = pair.read("b", PYC);
    for tag in ["pytest-9.2.0", "pytest-8.3", "pytest-8.4.0.dev12", "pytest-8.0.0rc1"] {
        let name = format!("demo/__pycache__/core.cpython-314-{tag}.pyc");
        pair.write("b", &name, &pyc).write("a", &name, &pyc[..pyc.len() - 1]);
        let found = format!("b/{name}: source: no importer recognizes its name");
        let said = pair.run_in(".", &["verify", "b"]).exits(1);
        assert!(!said.out.contains("its name says"), "{}", said.out);
        prints(&said, &found);
        let path = format!("b/{name}");
        let said = pair.run_in(".", &["verify", &path]).exits(1);
        let words = "source: no importer recognizes its name, so that no source belongs to it";
        assert!(
            said.out.ends_with(&format!("{}: {words}\n", name.rsplit('/').next().unwrap())),
            "{}",
            said.out
        );
        assert_eq!(said.err, "0 verified, 1 finding\n");
        let said = pair.run_in(".", &["diff", &format!("a/{name}"), &path]).exits(1);
        assert!(said.out.starts_with("1 file was not checked\n"), "{}", said.out);
        prints(&said, "not checked: no importer recognizes its name");
        pair.run_in(".", &["inspect", &path]).exits(0);
        pair.remove("a", &name).remove("b", &name);
    }
}

/// Returns a pyc whose name `x` is not interned.
fn not_interned(pyc: &[u8]) -> Vec<u8> {
    let at = pyc.windows(3).position(|bytes| bytes == b"\xda\x01x").unwrap();
    [&pyc[..at], b"\xfa", &pyc[at + 1..]].concat()
}

/// The header, the code and the recorded name are those of the other module.
#[test]
fn diff_names_the_modules_of_exchanged_pycs() {
    let pair = Pair::new();
    let other = PYC.replace("core", "other");
    let (core_pyc, other_pyc) = (pair.read("b", PYC), pair.read("b", &other));
    pair.write("b", PYC, &other_pyc).write("b", &other, &core_pyc);
    for (sides, side) in [(["a", "b"], "right"), (["b", "a"], "left")] {
        let said = pair.run_in(".", &["diff", sides[0], sides[1], "--json"]).exits(1);
        let document = serde_json::from_str(&said.out).unwrap();
        for (pyc, own, of) in [(PYC, "core", "other"), (&*other, "other", "core")] {
            let start = format!(
                "the {side} pyc is that of demo/{of}.py: the source hash in its header is not that of demo/{own}.py; \
                 it is not what demo/{own}.py compiles to: at "
            );
            assert!(reason(&document, pyc).starts_with(&start), "{}", reason(&document, pyc));
        }
        let title = format!("the {side} pyc is that of another module");
        assert_eq!(document["causes"][0]["reason"], title.as_str());
    }
    // The same pycs on both sides are found if anything about them differs.
    pair.write("a", PYC, &other_pyc).write("a", &other, &core_pyc);
    pair.write("b", "demo/core.py", format!("{CORE}x = 1\n"));
    let document = pair.document(&[]);
    assert!(reason(&document, PYC).contains("is that of demo/other.py"), "{document:#}");
    // The header is that of the module, and the code is not.
    let pair = Pair::new();
    pair.write("b", PYC, [&core_pyc[..16], &other_pyc[16..]].concat());
    let document = pair.document(&[]);
    assert!(reason(&document, PYC).starts_with("the right pyc is not what demo/core.py compiles to: "));
}

/// Modules of one name in two packages.
#[test]
fn pycs_that_were_exchanged_between_packages_are_named() {
    let pair = Pair::new();
    let roles = [("p/a/__init__.py", "admin"), ("p/b/__init__.py", "user")];
    let sources = roles.map(|(name, role)| (name.to_owned(), format!("ROLE = '{role}'\n")));
    let pycs = pycs_of(&sources);
    for side in ["a", "b"] {
        for (at, (name, text)) in sources.iter().enumerate() {
            let pyc = format!("{}/__pycache__/__init__.cpython-314.pyc", name.rsplit_once('/').unwrap().0);
            let from = if side == "a" { at } else { 1 - at };
            pair.write(side, &format!("lib/{name}"), text).write(side, &format!("lib/{pyc}"), &pycs[from]);
        }
    }
    let document = pair.document(&[]);
    assert_eq!(document["conclusion"], "2 pycs are unexplained, all compiled from another source");
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    for (own, other) in [("a", "b"), ("b", "a")] {
        let pyc = format!("lib/p/{own}/__pycache__/__init__.cpython-314.pyc");
        let start = format!("the right pyc is that of lib/p/{other}/__init__.py: ");
        assert!(reason(&document, &pyc).starts_with(&start), "{document:#}");
        prints(&said, &format!("b/{pyc}: code: it is the pyc of lib/p/{other}/__init__.py: "));
    }
}

/// Code of an unknown source comes before code of another known source.
#[test]
fn poison_comes_before_stale_pycs() {
    let pair = Pair::new();
    let other = PYC.replace("core", "other");
    pair.poison("b").write("b", "demo/other.py", "x = 1\n");
    let causes = [(PYC, "unexplained"), (&*other, "unexplained"), ("demo/other.py", "source")];
    let sentence = "2 pycs are unexplained, 1 of them compiled from another source; 1 source differs";
    let document = pair.expect(&[], &causes, sentence);
    assert!(document["causes"][1]["reason"].as_str().unwrap().contains("is stale, compiled from"));
    // In the order of paths it would be the other way round.
    let pair = Pair::new();
    pair.write("b", "demo/core.py", "x = 1\n").write(
        "b",
        &other,
        [&pair.read("b", &other)[..16], &pair.read("b", PYC)[16..]].concat(),
    );
    let causes = [(&*other, "unexplained"), (PYC, "unexplained"), ("demo/core.py", "source")];
    pair.expect(&[], &causes, sentence);
}
