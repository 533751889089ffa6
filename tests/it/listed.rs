//! Lists of a config: files that are missing on disk or in the lists, and patterns.

use crate::session::Session;

const COMPILE: &str = "[compile]\npython = [\"3.14\"]\n";

fn session(source: &str, files: &[&str]) -> Session {
    let session = Session::new();
    session.file("pycompile.toml", format!("[source]\n{source}\n{COMPILE}[zip]\noutput = \"dist/a.zip\"\n"));
    for file in files {
        session.file(file, "");
    }
    session
}

#[test]
fn a_listed_file_that_is_missing_is_an_error_at_its_line() {
    for command in ["build", "pack"] {
        let session = session("files = [\n  \"p/a.py\",\n  \"p/b.py\", \"p/c.py\"]", &["p/a.py"]);
        let said = session.run(&[command]).exits(2);
        assert_eq!(
            said.err,
            "error: pycompile.toml:4:3: there is no file `p/b.py`, and 1 more listed file is missing\nhint: \
             `pycompile init --update` refreshes the lists\n  |\n4 |   \"p/b.py\", \"p/c.py\"]\n  |   ^^^^^^^^\n"
        );
        assert!(!session.path("dist").exists());
    }
    session("files = [\"p/a.py\"]\ndata = [\"p/a.txt\"]", &["p/a.py"])
        .run(&["build"])
        .exits(2)
        .says("pycompile.toml:3:9: there is no file `p/a.txt`\n");
}

#[test]
fn a_pattern_among_the_files_is_an_error_unless_a_file_is_called_that() {
    session("files = [\"p/*.py\"]", &["p/a.py"]).run(&["build"]).exits(2).says(
        "pycompile.toml:2:10: there is no file `p/*.py`\nhint: patterns go into `search`; `files` and `data` name one \
         file each\n",
    );
    session("files = [\"p/[a].py\"]", &["p/[a].py"]).run(&["build"]).exits(0);
}

#[test]
fn a_pattern_that_matches_nothing_is_an_error() {
    let files = ["p/a.py", "p/tests/b.py", "p/tests/data/c.py"];
    let refused = |source: &str, message: &str| {
        session(source, &files).run(&["build"]).exits(2).says(message);
    };
    refused(
        "search = [\"p/*.py\", \"q/*.py\"]",
        "pycompile.toml:2:21: the pattern `q/*.py` matches nothing\n",
    );
    refused(
        "search = [\"**/*.py\"]\nexclude = [\"test/**\"]",
        "pycompile.toml:3:12: the pattern `test/**` matches nothing\n",
    );
    // The second pattern is below a directory that the first one leaves out.
    let redundant = "search = [\"**/*.py\"]\nexclude = [\"p/tests\", \"p/tests/data/*\"]";
    session(redundant, &files).run(&["build"]).exits(0).says("1 compiled");
}

#[test]
fn python_files_that_are_not_listed_are_noted() {
    let files = ["p/a.py", "p/b.py", "p/sub/__init__.py", "p/sub/c.py", "p/d.py", "tests/t.py", "setup.py"];
    let note = "note: 4 Python files next to the listed ones are not listed: \"p/b.py\", \"p/d.py\", \
                \"p/sub/__init__.py\", …\nhint: `pycompile init --update` lists them, `[source] exclude` leaves them \
                out\n";
    for command in ["build", "pack"] {
        let session = session("files = [\"p/__init__.py\", \"p/a.py\"]", &files);
        session.file("p/__init__.py", "");
        session.run(&[command]).exits(0).says(note);
        session.run(&["init", "--update"]).exits(0);
        let said = session.run(&[command]).exits(0);
        assert!(!said.err.contains("not listed"), "{}", said.err);
    }
}

#[test]
fn files_that_no_backend_ships_are_not_noted() {
    let files = ["p/__init__.py", "p/tests/__init__.py", "p/tests/t.py", "setup.py", "q/__init__.py"];
    let session = session("files = [\"p/__init__.py\"]\nexclude = [\"q/*\"]", &files);
    session.file("pyproject.toml", "[tool.setuptools.packages.find]\nexclude = [\"p.tests*\", \"q\"]\n");
    let said = session.run(&["build"]).exits(0);
    assert!(!said.err.contains("not listed"), "{}", said.err);
    session.file("src/p/__init__.py", "");
    session.file("src/p/b.py", "");
    session
        .file("pycompile.toml", format!("[source]\nroot = \"src\"\nfiles = [\"p/__init__.py\"]\n{COMPILE}"));
    session
        .run(&["build"])
        .exits(0)
        .says("note: 1 Python file next to the listed ones is not listed: \"p/b.py\"\n");
}
