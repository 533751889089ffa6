//! Keys and errors of `pycompile.toml`. No test here needs an interpreter.

use crate::session::{Said, Session};
use std::path::Path;

/// Returns the output of `clean`, which reads the whole config and compiles nothing.
fn clean(config: &str) -> Said {
    let session = Session::new();
    session.file("pycompile.toml", config);
    session.run(&["clean"])
}

#[track_caller]
fn refused(config: &str, message: &str) {
    let said = clean(config).exits(2);
    assert_eq!(said.err, format!("error: {message}\n"));
}

const GOOD: &str = "[source]\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\"]\n";

#[test]
fn a_small_config_is_enough() {
    clean(GOOD).exits(0).says("0 removed, 0 failed");
}

fn example() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pycompile.toml.example")).unwrap()
}

#[test]
fn the_example_is_read() {
    let session = Session::new();
    session.file("pycompile.toml", example());
    session.file("src/demo/plugins/one.py", "");
    session.run(&["clean"]).exits(0);
}

#[test]
fn the_example_has_every_key() {
    let sections = [
        ("source", ""),
        ("compile", ""),
        ("tree", ""),
        ("wheel", "project = \"p\""),
        ("zip", ""),
        ("manifest", ""),
    ];
    for (section, needed) in sections {
        let mut config = format!("[{section}]\n{needed}\nno-such-key = 1\n");
        if section != "source" {
            config.push_str("[source]\nfiles = [\"a.py\"]\n");
        }
        let said = clean(&config).exits(2);
        let expected =
            said.err.split("expected one of ").nth(1).or_else(|| said.err.split("expected ").nth(1));
        let keys = expected.unwrap().lines().next().unwrap();
        for key in keys.split(", ").flat_map(|keys| keys.split(" or ")) {
            let key = key.trim_matches('`');
            let mentioned = [format!("\n{key} = "), format!("\n# {key} = "), format!("[{section}.{key}]")];
            let example = example();
            assert!(
                mentioned.iter().any(|text| example.contains(text)),
                "[{section}] {key} is not in the example"
            );
        }
    }
}

#[test]
fn no_config_at_all() {
    let session = Session::new();
    let said = session.run(&["build"]).exits(2);
    assert_eq!(
        said.err,
        "error: no pycompile.toml and no [tool.pycompile] in a pyproject.toml, here or in a directory above\nhint: \
         `pycompile init` writes one, `--config` names another\n"
    );
}

#[test]
fn not_toml() {
    refused(
        "[source\nfiles = []\n",
        "pycompile.toml:1:8: unclosed table, expected `]`\n  |\n1 | [source\n  |        ^",
    );
}

#[test]
fn not_utf8() {
    let session = Session::new();
    session.file("pycompile.toml", b"[source]\n# caf\xe9\n");
    let said = session.run(&["clean"]).exits(2);
    assert_eq!(said.err, "error: pycompile.toml: not UTF-8 at byte 14\n");
}

#[test]
fn unknown_key() {
    refused(
        "[source]\nfiles = [\"a.py\"]\nexlude = [\"b\"]\n",
        "pycompile.toml:3:1: unknown key `exlude`, expected one of `root`, `files`, `search`, `exclude`, `data`, `follow-links`\n\
         hint: did you mean `exclude`?\n  |\n3 | exlude = [\"b\"]\n  | ^^^^^^",
    );
}

#[test]
fn wrong_type() {
    refused(
        "[source]\nfiles = \"a.py\"\n",
        "pycompile.toml:2:9: invalid type: string \"a.py\", expected a sequence\n  |\n2 | files = \"a.py\"\n  \
         |         ^^^^^^",
    );
}

#[test]
fn unknown_value() {
    refused(
        &format!("{GOOD}invalidation-mode = \"checked\"\n"),
        "pycompile.toml:5:21: unknown value `checked`, expected one of `timestamp`, `checked-hash`, \
         `unchecked-hash`\n  |\n5 | invalidation-mode = \"checked\"\n  |                     ^^^^^^^^^",
    );
}

#[test]
fn empty_file_list() {
    refused(
        "[source]\nfiles = []\n",
        "pycompile.toml: no files: list them under [source] files, or use `search`",
    );
}

#[test]
fn a_path_that_leaves_the_root() {
    refused(
        "[source]\nfiles = [\"a.py\", \"b/../../c.py\"]\n[compile]\npython = [\"3.14\"]\n",
        "pycompile.toml:2:18: `b/../../c.py` cannot be used: it leaves the root\n  |\n2 | files = [\"a.py\", \
         \"b/../../c.py\"]\n  |                  ^^^^^^^^^^^^^^",
    );
}

#[test]
fn an_absolute_path() {
    refused(
        "[source]\nfiles = [\"/etc/a.py\"]\n",
        "pycompile.toml:2:10: `/etc/a.py` cannot be used: it is absolute; paths are relative to the config file\n  \
         |\n2 | files = [\"/etc/a.py\"]\n  |          ^^^^^^^^^^^",
    );
}

#[test]
fn a_file_listed_twice() {
    refused(
        "[source]\nfiles = [\"a.py\", \"./a.py\"]\n",
        "pycompile.toml:2:18: a.py is listed twice\n  |\n2 | files = [\"a.py\", \"./a.py\"]\n  \
         |                  ^^^^^^^^",
    );
}

#[test]
fn two_sources_for_one_pyc() {
    refused(
        "[source]\nfiles = [\"a.py\", \"a.pyw\"]\n",
        "pycompile.toml:2:18: a.py and a.pyw would both be compiled to one pyc\n  |\n2 | files = [\"a.py\", \
         \"a.pyw\"]\n  |                  ^^^^^^^",
    );
}

#[test]
fn two_sources_that_differ_in_case() {
    refused(
        "[source]\nfiles = [\"Mod.py\", \"mod.py\"]\n",
        "pycompile.toml:2:20: Mod.py and mod.py would both be compiled to one pyc on file systems that ignore \
         case\n  |\n2 | files = [\"Mod.py\", \"mod.py\"]\n  |                    ^^^^^^^^",
    );
}

#[test]
fn a_search_that_finds_nothing() {
    refused(
        "[source]\nsearch = [\"b/**/*.py\"]\n",
        "pycompile.toml:2:11: the search finds no file\n  |\n2 | search = [\"b/**/*.py\"]\n  |           ^^^^^^^^^^^",
    );
}

#[test]
fn a_version_that_is_not_known() {
    refused(
        "[source]\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\", \"2.7\"]\n",
        "pycompile.toml:4:19: Python 2.7 is not supported; known versions: 3.8, 3.9, 3.10, 3.11, 3.12, 3.13, 3.14, 3.15\n  \
         |\n4 | python = [\"3.14\", \"2.7\"]\n  |                   ^^^^^",
    );
}

#[test]
fn a_level_that_is_not_known() {
    refused(
        &format!("{GOOD}optimize = [0, 3]\n"),
        "pycompile.toml:5:16: an optimization level is 0, 1 or 2\n  |\n5 | optimize = [0, 3]\n  |                ^",
    );
}

#[test]
fn a_legacy_layout_for_several_levels() {
    refused(
        &format!("{GOOD}optimize = [0, 1]\nlayout = \"legacy\"\n"),
        "pycompile.toml:6:10: the legacy layout has one pyc per source: name a single version and a single level\n  |\n6 | \
         layout = \"legacy\"\n  |          ^^^^^^^^",
    );
}

#[test]
fn data_that_are_compiled_already() {
    refused(
        "[source]\nfiles = [\"a.py\"]\ndata = [\"a.py\"]\n",
        "pycompile.toml:3:9: a.py is compiled, so it cannot be listed in `data`\n  |\n3 | data = [\"a.py\"]\n  |         ^^^^^^",
    );
}

#[test]
fn clean_removes_only_what_build_would_write() {
    let session = Session::new();
    session.file("pycompile.toml", GOOD);
    session.file("a.py", "");
    session.file("__pycache__/a.cpython-314.pyc", "");
    session.file("__pycache__/a.cpython-313.pyc", "");
    session.file("__pycache__/b.cpython-314.pyc", "");
    session.run(&["clean"]).exits(0).says("1 removed, 0 failed");
    let left = ["__pycache__/a.cpython-313.pyc", "__pycache__/b.cpython-314.pyc", "a.py", "pycompile.toml"];
    assert_eq!(session.files(), left);
}

#[test]
fn no_output_takes_the_place_of_what_is_read() {
    let project = "[source]\nfiles = [\"a.py\"]\ndata = [\"d.txt\"]\n[compile]\npython = [\"3.14\"]\n";
    for (tables, words) in [
        ("[manifest]\noutput = \"a.py\"\n", "refusing to overwrite a.py: it is an input"),
        ("[manifest]\noutput = \"./x/../d.txt\"\n", "refusing to overwrite d.txt: it is an input"),
        ("[manifest]\noutput = \"pycompile.toml\"\n", "refusing to overwrite pycompile.toml: it is an input"),
        ("[zip]\noutput = \"a.py\"\n", "refusing to overwrite a.py: it is an input"),
        ("[zip]\noutput = \"m.json\"\n[manifest]\noutput = \"m.json\"\n", "m.json would be written twice"),
    ] {
        let session = Session::new();
        session.file("pycompile.toml", format!("{project}{tables}"));
        session.file("a.py", "x = 1\n");
        session.file("d.txt", "data");
        for command in ["build", "pack"] {
            session.run(&[command]).exits(2).says(words);
        }
        assert_eq!(session.files(), ["a.py", "d.txt", "pycompile.toml"]);
        assert_eq!(std::fs::read(session.path("a.py")).unwrap(), b"x = 1\n");
    }
}

#[test]
fn a_manifest_speaks_of_the_zip_that_was_packed_with_it() {
    let session = Session::new();
    session.file(
        "pycompile.toml",
        "[source]\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\"]\n[zip]\noutput = \"a.pyz\"\n\
         main = \"a:f\"\n[manifest]\noutput = \"m.json\"\n",
    );
    session.file("a.py", "def f():\n    pass\n");
    session.run(&["pack"]).exits(0);
    session.run(&["verify", "a.pyz", "--manifest", "m.json"]).exits(0);
    session.run(&["diff", "m.json", "a.pyz"]).exits(0);
    session.run(&["diff", "a.pyz", "m.json"]).exits(0);
}

/// `manifest` without a path writes the manifest that `build` wrote, from the existing files.
#[test]
fn the_manifest_of_a_config() {
    let session = Session::new();
    session.file("src/a.py", "x = 1\n");
    session.file("src/b.py", "x = (\n");
    session.file("src/c.py", "z = 1\n");
    std::os::unix::fs::symlink(session.path("src/c.py"), session.path("src/d.py")).unwrap();
    let config = "[source]\nroot = \"src\"\nfiles = [\"a.py\", \"b.py\", \"d.py\"]\n[compile]\n\
        python = [\"3.13\", \"3.14\"]\noptimize = [0, 2]\nallow-failures = [\"b.py\"]\n\
        [manifest]\noutput = \"m.json\"\n";
    session.file("pycompile.toml", config);
    session.run(&["build"]);
    let said = session.run(&["manifest"]).exits(0).says("8 pycs, 0 without an entry");
    assert_eq!(said.out, std::fs::read_to_string(session.path("m.json")).unwrap());
    session.file("src/__pycache__/not_ours.cpython-314.pyc", "");
    std::fs::remove_file(session.path("src/__pycache__/a.cpython-314.pyc")).unwrap();
    let said = session.run(&["manifest", "--config", "pycompile.toml"]).exits(1);
    assert!(said.err.contains("__pycache__/a.cpython-314.pyc: it does not exist"), "{}", said.err);
    session.run(&["manifest", "src", "--config", "pycompile.toml"]).exits(2);
}

#[cfg(unix)]
#[test]
fn endless_files_are_not_read() {
    let session = Session::new();
    session.run(&["build", "--config", "/dev/zero"]).exits(2).says("cannot read /dev/zero: more than");
    session.file("a.py", "");
    session.compile(&["a.py"]).exits(0);
    std::fs::File::create(session.path("large.json")).unwrap().set_len((1 << 30) + 1).unwrap();
    let said = session.run(&["verify", "a.py", "--manifest", "large.json"]);
    said.exits(2).says("cannot read large.json: more than");
    session.file("pycompile.toml", "[source]\nfiles = [\"a.py\"]\n[wheel]\nproject = \"/dev/zero\"\n");
    session.run(&["pack"]).exits(2).says("/dev/zero");
}

#[cfg(unix)]
#[test]
fn a_mirror_on_the_sources_is_none() {
    use std::os::unix::fs::PermissionsExt as _;
    let session = Session::new();
    let source = session.file("src/a.py", "x = 1\n");
    std::fs::set_permissions(&source, std::fs::Permissions::from_mode(0o600)).unwrap();
    for output in ["src", "./src", "src/../src/"] {
        let config = GOOD.replace("[source]\n", "[source]\nroot = \"src\"\n");
        session.file("pycompile.toml", format!("{config}[tree]\noutput = \"{output}\"\n"));
        session.run(&["build"]).exits(0);
        assert_eq!(std::fs::metadata(&source).unwrap().permissions().mode() & 0o777, 0o600, "{output}");
    }
}
