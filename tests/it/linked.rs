//! Symlinks to code that `diff` does not compare and `verify` does not check, and to sources that
//! both read.

use crate::pair::{CORE, PYC, Pair, prints, reason};
use crate::startup::link;

const OUTSIDE: &str = "was not checked";

/// Puts a package outside of both sides.
fn with_package(pair: &Pair) {
    pair.0.file("else/demo/core.py", CORE.replace('1', "666"));
}

#[test]
fn a_package_that_became_a_symlink_is_not_checked() {
    let pair = Pair::new();
    with_package(&pair);
    std::fs::remove_dir_all(pair.0.path("b/demo")).unwrap();
    link(&pair.0, "../else/demo", "b/demo");
    let words = "demo is a symlink to ../else/demo on the right: the code that it leads to was not checked";
    assert_eq!(reason(&pair.document(&[]), "demo"), words);
    for which in ["any", "unexplained", "code"] {
        pair.diff(&["--fail-on", which]).exits(1);
    }
    prints(&pair.diff(&["--message-format", "github"]).exits(1), words);
    for page in ["--html", "--markdown"] {
        prints(&pair.diff(&[page, "-"]).exits(1), OUTSIDE);
    }
    // On the left as well.
    let said = pair.run_in(".", &["diff", "b", "a", "--fail-on", "unexplained"]).exits(1);
    prints(&said, &words.replace("right", "left"));
}

#[test]
fn a_module_that_became_a_symlink_is_not_checked() {
    let pair = Pair::new();
    with_package(&pair);
    pair.remove("b", "demo/core.py");
    link(&pair.0, "../../else/demo/core.py", "b/demo/core.py");
    let words = "demo/core.py is a symlink to ../../else/demo/core.py on the right: the code that it leads to \
                 was not checked";
    let document = pair.document(&[]);
    assert_eq!(reason(&document, "demo/core.py"), words);
    pair.diff(&["--fail-on", "unexplained"]).exits(1);
}

#[test]
fn another_target_is_not_checked_if_it_is_code_and_compared_if_it_is_not() {
    let pair = Pair::new();
    with_package(&pair);
    for (name, text) in [("more/m.py", CORE), ("one.txt", "text"), ("two.txt", "text")] {
        pair.0.file(&format!("else/{name}"), text);
    }
    for (side, code, text) in [("a", "demo", "one.txt"), ("b", "more", "two.txt")] {
        link(&pair.0, &format!("../else/{code}"), &format!("{side}/plug"));
        link(&pair.0, &format!("../else/{text}"), &format!("{side}/text"));
    }
    let causes = [("plug", "not-checked"), ("text", "other-content")];
    pair.expect(&[], &causes, "1 file was not checked; 1 other file differs");
}

#[test]
fn a_symlink_of_a_tar_archive_is_not_passed_over() {
    let pair = Pair::new();
    pair.0.file("a.tar", tar_of(&[("demo/core.py", CORE.as_bytes())], &[]));
    for target in ["/opt/else/demo", "../else/demo"] {
        pair.0.file("b.tar", tar_of(&[], &[("demo", target)]));
        let said = pair.run_in(".", &["verify", "b.tar"]);
        assert!(
            said.err
                .contains("1 symlink leads out of the archive to what may be modules, which are not checked"),
            "{target}: {}",
            said.err
        );
        let said = pair.run_in(".", &["diff", "a.tar", "b.tar", "--fail-on", "unexplained"]).exits(1);
        let words =
            format!("demo is a symlink to {target} on the right: the code that it leads to was not checked");
        prints(&said, &words);
    }
    // The target is in the archive.
    pair.0.file("b.tar", tar_of(&[("real/core.py", CORE.as_bytes())], &[("demo", "real")]));
    let said = pair.run_in(".", &["verify", "b.tar"]);
    assert!(!said.err.contains("leads out"), "{}", said.err);
}

#[test]
fn a_source_that_is_a_symlink_within_the_place_is_read() {
    let pair = Pair::new();
    for side in ["a", "b"] {
        link(&pair.0, "core.py", &format!("{side}/demo/twin.py"));
        pair.run_in(side, &["compile", "-q", "--engine", "native", "--python", "3.14", "demo/twin.py"])
            .exits(0);
    }
    let said = pair.run_in(".", &["verify", "a"]).exits(0);
    assert!(said.err.contains("3 verified, 0 findings"), "{}", said.err);
    // The code is compared with that source.
    let twin = PYC.replace("core", "twin");
    pair.poison("b");
    pair.write("b", &twin, [&pair.read("b", &twin)[..16], &pair.read("b", PYC)[16..]].concat());
    assert!(reason(&pair.document(&[]), &twin).contains("is not what demo/twin.py compiles to"));
}

/// A tar archive with files and symlinks.
fn tar_of(files: &[(&str, &[u8])], links: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let header = |size: usize| {
        let mut header = tar::Header::new_ustar();
        header.set_size(size as u64);
        header.set_mode(0o644);
        header
    };
    for (name, content) in files {
        builder.append_data(&mut header(content.len()), name, *content).unwrap();
    }
    for (name, target) in links {
        let mut header = header(0);
        header.set_entry_type(tar::EntryType::Symlink);
        builder.append_link(&mut header, name, target).unwrap();
    }
    builder.into_inner().unwrap()
}
