//! Hints for command lines with a mistake, and notes about options without an effect.

use crate::session::Session;

const COMPILE: [&str; 3] = ["compile", "--python", "3.14"];

#[test]
fn a_directory_is_compiled_with_recursive() {
    let session = Session::new();
    session.file("p/q/a.py", "");
    std::fs::create_dir(session.path("empty")).unwrap();
    let said = session.run(&[&COMPILE[..], &["p"]].concat()).exits(1);
    assert!(said.err.ends_with("hint: `--recursive` compiles the files below p\n"), "{}", said.err);
    assert!(said.err.starts_with("[Errno 21] Is a directory: 'p'\n"), "{}", said.err);
    let said = session.run(&[&COMPILE[..], &["empty"]].concat()).exits(1);
    assert!(!said.err.contains("hint"), "{}", said.err);
}

#[test]
fn commands_that_are_misspelled_or_forgotten() {
    let session = Session::new();
    let said = session.run(&["complie", "a.py"]).exits(2);
    assert!(said.err.contains("'compile'") && !said.err.contains("normalize"), "{}", said.err);
    let said = session.run(&["a.py"]).exits(2);
    assert!(said.err.ends_with("\nhint: `pycompile compile a.py` compiles a file\n"), "{}", said.err);
}

#[test]
fn patterns_that_leave_nothing_out_are_named() {
    let session = Session::new();
    session.file("p/a.py", "");
    session.file("p/t/b.py", "");
    let note = "note: --exclude \"nothing/**\" matches nothing\n";
    let exclude = ["--exclude", "nothing/**", "--exclude", "p/t"];
    let said = session.run(&[&COMPILE[..], &["-r", "p"], &exclude].concat()).exits(0).says(note);
    assert_eq!(said.err.matches("note").count(), 1, "{}", said.err);
    assert_eq!(said.err, note);
    session.file(
        "pycompile.toml",
        "[source]\nroot = \"p\"\nfiles = [\"a.py\", \"t/b.py\"]\n[compile]\npython = \"3.14\"\n[wheel]\nproject = { name = \"p\", \
         version = \"1\" }\n",
    );
    session.run(&["pack"]).exits(0);
    let pack = ["pack", "dist/p-1-py3-none-any.whl", "--bytecode", "pycache", "--python", "3.14"];
    let said = session.run(&[&pack[..], &["--output-dir", "o", "--exclude", "t/*"], &exclude[..2]].concat());
    let said = said.exits(0).says(note);
    assert_eq!(said.err.matches("note: --exclude").count(), 1, "{}", said.err);
    session.file("v/lib/python3.14/site-packages/m.py", "");
    session.record("v/lib/python3.14/site-packages/m-1.dist-info/RECORD", "m.py,,\nm-1.dist-info/RECORD,,\n");
    session.file("v/lib/python3.14/site-packages/m-1.dist-info/METADATA", "Name: m\nVersion: 1\n");
    session.run(&[&["env", "v"][..], &exclude[..2]].concat()).exits(0).says(note);
}

#[test]
fn normalize_takes_directories() {
    let session = Session::new();
    session.file("p/a.py", "x = 'a'\n");
    session.file("p/q/b.py", "x = 'b'\n");
    session.run(&[&COMPILE[..], &["-r", "p", "--invalidation-mode", "unchecked-hash"]].concat()).exits(0);
    session.run(&["normalize", "p"]).exits(0).says("2 normalized, 0 unchanged, 0 failed");
    session
        .run(&["normalize", "p", "p/q/__pycache__/b.cpython-314.pyc"])
        .exits(0)
        .says("0 normalized, 3 unchanged");
    session.file("p/c.pyc", "no pyc");
    session.run(&["normalize", "p"]).exits(1).says("0 normalized, 2 unchanged, 1 failed");
}

#[cfg(unix)]
#[test]
fn normalize_follows_no_symlink_below_a_directory() {
    let session = Session::new();
    session.file("e/a.py", "x = 'a'\n");
    session.run(&[&COMPILE[..], &["-r", "e", "--invalidation-mode", "unchecked-hash"]].concat()).exits(0);
    std::fs::create_dir(session.path("p")).unwrap();
    std::os::unix::fs::symlink("../e/__pycache__", session.path("p/__pycache__")).unwrap();
    session.run(&["normalize", "p"]).exits(0).says("0 normalized, 0 unchanged");
}

#[test]
fn source_date_epoch_has_one_rule_where_the_time_counts() {
    let session = Session::new();
    session.file("a.py", "");
    session.file(
        "pycompile.toml",
        "[source]\nfiles = [\"a.py\"]\n[compile]\npython = \"3.14\"\n[zip]\noutput = \"z.zip\"\n",
    );
    let run = |arguments: &[&str], epoch: &str| -> crate::session::Said {
        session.command(arguments).env("SOURCE_DATE_EPOCH", epoch).output().unwrap().into()
    };
    let clamp = [&COMPILE[..], &["--clamp-mtime", "a.py"]].concat();
    for wrong in ["abc", "-5", "1.5", "1e9"] {
        let message = format!("SOURCE_DATE_EPOCH is `{wrong}`, not a number of seconds");
        run(&["pack"], wrong).exits(2).says(&message);
        run(&clamp, wrong).exits(2).says(&message);
        // Only whether it is set counts here, as for py_compile.
        run(&[&COMPILE[..], &["-f", "a.py"]].concat(), wrong).exits(0);
        assert_eq!(crate::session::flags(&session.path("__pycache__/a.cpython-314.pyc")), 3);
    }
    run(&["pack"], "4354819199").exits(0);
    run(&["pack"], "4354819200").exits(2).says("which is after 2107");
    run(&["pack"], "0").exits(0);
}

#[test]
fn options_of_every_command_have_a_heading_of_their_own() {
    for command in ["compile", "build", "diff", "targets"] {
        let help = Session::new().run(&[command, "--help"]).exits(0).out;
        let (own, global) = help.split_once("\nGlobal options:\n").unwrap();
        for option in ["--quiet", "--verbose", "--color"] {
            assert!(global.contains(option) && !own.contains(&format!("{option}.")), "{command} {option}");
        }
    }
}

#[test]
fn the_long_version_has_the_releases() {
    let session = Session::new();
    assert_eq!(session.run(&["-V"]).exits(0).out.lines().count(), 1);
    let said = session.run(&["--version"]).exits(0).out;
    assert!(
        said.starts_with("pycompile ")
            && said.contains("\ncommit: ")
            && said.contains("\nnative compiler: the bytes of CPython 3.11.2, ")
            && said.ends_with(", compared with these releases\n"),
        "{said}"
    );
}

#[test]
fn manual_pages() {
    let session = Session::new();
    let whole = session.run(&["man"]).exits(0).out;
    for section in [".SH \"EXIT STATUS\"", ".SH ENVIRONMENT", ".SH FILES"] {
        assert!(whole.contains(section) && !whole.contains("EXTRA"), "{section}");
    }
    for name in ["diff", "pycompile-diff"] {
        let page = session.run(&["man", name]).exits(0).out;
        assert!(page.starts_with(".TH pycompile-diff 1 "), "{page}");
        assert!(
            page.contains("\npycompile diff [OPTIONS] <A> <B>\n") && page.contains("\\-\\-html"),
            "{page}"
        );
    }
    let page = session.run(&["man", "pycompile.toml"]).exits(0).out;
    assert!(page.starts_with(".TH pycompile.toml 5 ") && page.contains("\n[compile]\npython = "), "{page}");
    let example = include_str!("../../pycompile.toml.example");
    for line in example.lines() {
        assert!(page.contains(&line.replace('\\', "\\e").replace('-', "\\-")), "{line}");
    }
    session.run(&["man", "nothing"]).exits(2).says("there is no page nothing");
}

#[test]
fn annotations_name_the_version_where_there_are_several() {
    let session = Session::new();
    session.file("a.py", "x = t''\n");
    let compile = ["compile", "--python", "3.13", "--python", "3.14", "a.py"];
    let said = session.run(&[&compile[..], &["--message-format", "github"]].concat()).exits(1);
    assert!(said.out.contains("title=pycompile SyntaxError (Python 3.13)::"), "{}", said.out);
    session.run(&compile).exits(1).says("Python 3.13:\n  File \"a.py\", line 1\n");
}
