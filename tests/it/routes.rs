//! Bytecode that Python reaches by other names: directories with several names, links outside that
//! lead back, encodings of locales, and files next to an interpreter.
#![cfg(unix)]

use crate::session::Session;
use crate::startup::{link, tree};

/// Checks the status of both commands that look for bytecode outside.
#[track_caller]
fn both(session: &Session, status: i32, text: &str) {
    let said = session.run(&["verify", "t"]);
    assert_eq!(said.status, status, "{}{}", said.out, said.err);
    assert!(said.out.contains(text), "{}{}", said.out, said.err);
    let said = session.run(&["manifest", "t"]);
    assert_eq!(said.status, status, "{}", said.err);
}

#[test]
fn path_files_below_several_links() {
    // The directory `t/x/l/m` is three levels below `t`; without links it is four.
    let session = tree(b"out");
    session.file("t/d/e/f/site/x.pth", "../../../../out\n");
    both(&session, 0, "");
    link(&session, "../d/e/f/site", "t/a/m");
    both(&session, 0, "");
    link(&session, "../a", "t/x/l");
    both(&session, 1, "x.pth: unreadable: it adds \"../../../../out\"");
}

#[test]
fn path_files_below_links_outside() {
    let session = tree(b"out");
    session.file("t/d/e/f/site/x.pth", "../../../out\n");
    link(&session, "../t/d/e/f/site", "way/m");
    both(&session, 0, "");
    link(&session, "../way", "t/l");
    both(&session, 1, "x.pth: unreadable: it adds \"../../../out\"");
}

#[test]
fn a_link_to_its_own_directory() {
    let session = tree(b"out");
    session.file("t/d/x.pth", "../honest\n../d\n../../../nothing\n");
    link(&session, ".", "t/d/self");
    both(&session, 0, "");
    session.file("t/d/y.pth", "../../../../../out\n");
    both(&session, 1, "y.pth: unreadable: it adds ");
}

#[test]
fn a_path_that_is_a_link() {
    let session = tree(b"out");
    session.file("t/site/x.pth", "../../deep/out\n../../../out\n");
    std::fs::create_dir_all(session.path("deep/er")).unwrap();
    std::fs::rename(session.path("t"), session.path("deep/er/t")).unwrap();
    session.run(&["verify", "deep/er/t"]).exits(0);
    link(&session, "../deep/er/t", "alias/t");
    session.run(&["verify", "alias/t"]).exits(1);
    session.run(&["verify", "alias/t/"]).exits(1);
    let path = session.path("alias/t");
    session.run(&["verify", path.to_str().unwrap()]).exits(1);
}

#[test]
fn links_outside_to_files_inside() {
    let pyc = "t/__pycache__/honest.cpython-314.pyc";
    for (from, to) in [
        ("way/other.pyc", format!("../{pyc}")),
        ("way/p/honest.cpython-314.pyc", format!("../../{pyc}")),
        ("way/__pycache__", "../t/__pycache__".to_owned()),
        ("way/x.pth", "../t/paths.txt".to_owned()),
    ] {
        let session = tree(b"unused");
        session.file("t/paths.txt", "/usr/lib\n");
        session.file("way/text.txt", "");
        link(&session, "../way", "t/l");
        both(&session, 0, "");
        link(&session, &to, from);
        both(&session, 1, "l: unreadable: ");
    }
    // A file that is examined anyway is not a finding.
    let session = tree(b"unused");
    link(&session, "../t", "way/back");
    link(&session, "../t/honest.py", "way/honest.py");
    link(&session, "../way", "t/l");
    both(&session, 0, "");
}

#[test]
fn a_path_file_has_the_name_of_its_link() {
    let session = tree(b"unused");
    session.file("way/data.txt", "/usr/lib\n");
    link(&session, "../way", "t/l");
    both(&session, 0, "");
    link(&session, "data.txt", "way/x.pth");
    both(&session, 1, "l: unreadable: ");
}

#[test]
fn blanks_of_any_locale() {
    // The last letter ends in a blank of KOI8-R, IBM866, Mac OS Roman, Latin-1, GBK, Shift_JIS.
    let rows: [(&[u8], &[u8]); 9] = [
        (b"out\xd0", "../../outК".as_bytes()),
        (b"out", b"../../out\x9a"),
        (b"out", b"../../out\xff"),
        (b"out", b"../../out\xca"),
        (b"out\xc3", "../../outà".as_bytes()),
        (b"out", b"../../out\xa1\xa1"),
        (b"out", b"../../out\x81@"),
        (b"out", b"#\x85../../out"),
        // KOI8-R, where names of files are UTF-8.
        ("оут".as_bytes(), b"../../\xcf\xd5\xd4"),
    ];
    for (folder, line) in rows {
        let session = tree(folder);
        session.file("t/site/x.pth", [line, b"\n"].concat());
        let said = session.run(&["verify", "t"]);
        assert_eq!(said.status, 1, "{}: {}", line.escape_ascii(), said.err);
    }
    for line in ["# größe", "größe", "../große", "import größe", "名前\u{3000}"] {
        let session = tree(b"out");
        session.file("t/site/x.pth", format!("{line}\n"));
        both(&session, 0, "");
    }
}

#[test]
fn files_next_to_an_interpreter() {
    for (name, line) in [
        // 3.11 and later.
        ("t/bin/python3._pth", "import site\n ../../out # comment\n"),
        ("t/bin/python3._pth", "../../out#comment\n"),
        ("t/bin/pybuilddir.txt", "../../out"),
    ] {
        let session = tree(b"out");
        session.file(name, line);
        both(&session, 1, ": unreadable: it adds ");
    }
    let session = tree(b"out");
    session.file("t/bin/python314._pth", "python314.zip\n.\n# ../../out\n\nimport site\n");
    session.file("t/bin/pybuilddir.txt", "build/lib.linux-x86_64-3.14");
    both(&session, 0, "");
    // The library of an interpreter in a directory with this file is `Lib`.
    session.file("t/tool/Modules/Setup.local", "");
    both(&session, 0, "");
    session.file("t/bin/python3.14", "");
    session.file("t/bin/Modules/Setup.local", "");
    both(&session, 1, "t/bin/Modules/Setup.local: ");
}

/// Weights of models have many lines, none of which is followed.
#[test]
fn many_large_binaries() {
    let session = tree(b"out");
    let mut state = 1_u32;
    let mut noise: Vec<u8> = (0..1 << 17)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    for number in 0..4 {
        noise[0] = number;
        session.file(&format!("t/weights/{number}.pth"), &noise);
    }
    both(&session, 0, "");
}

/// The work for each pair of a link and a line is bounded.
#[test]
fn many_links_to_one_path_file() {
    let session = tree(b"out");
    let lines: String = (0..20_000).map(|number| format!("../../../no{number}\n")).collect();
    session.file("t/data.txt", lines);
    for number in 0..15 {
        link(&session, "../../data.txt", &format!("t/s/{number}/x.pth"));
    }
    both(&session, 1, "x.pth: unreadable: its paths were not followed");
    // In one directory they are one file.
    let session = tree(b"out");
    session.file("t/data.txt", (0..2_000).map(|number| format!("../no{number}\n")).collect::<String>());
    for number in 0..1_000 {
        link(&session, "../data.txt", &format!("t/s/{number}.pth"));
    }
    both(&session, 0, "");
}

#[test]
fn wheels_within_a_directory() {
    let session = Session::new();
    session.file("t/demo.py", "x = 1\n");
    session.file(
        "t/pycompile.toml",
        "[source]\nfiles = [\"demo.py\"]\ndata = [\"x.pth\"]\n[compile]\npython = \"3.14\"\n[wheel]\nproject = { name = \
         \"demo\", version = \"1\" }\n",
    );
    for (line, status) in [("demo\n", 0), ("../out\n", 1)] {
        session.file("t/x.pth", line);
        session.run(&["pack", "--config", "t/pycompile.toml"]).exits(0);
        session.run(&["verify", "t/dist/demo-1-py3-none-any.whl"]).exits(status);
        let said = session.run(&["verify", "t/dist"]).exits(status);
        assert_eq!(status == 1, said.out.contains("any.whl!x.pth: unreadable: it adds"), "{}", said.out);
        let said = session.run(&["manifest", "t/dist"]);
        assert_eq!(status == 1, said.err.contains("any.whl!x.pth: it adds"), "{}", said.err);
    }
}
