//! The command line itself.

use crate::session::Session;

fn commands(session: &Session) -> Vec<String> {
    let top = session.run(&["--help"]).exits(0).out;
    let commands = top
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        // Deeper lines continue the one before.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help" && name.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        .map(str::to_owned)
        .collect::<Vec<_>>();
    assert!(commands.iter().any(|name| name == "compile"), "{top}");
    commands
}

#[test]
fn every_command_and_flag_has_help() {
    let session = Session::new();
    for command in commands(&session) {
        let help = session.run(&[&command, "--help"]).exits(0).out;
        assert!(help.contains("Example"), "{command} --help has no example");
        let lines = help.lines().collect::<Vec<_>>();
        for (at, line) in lines.iter().enumerate() {
            let flag = line.trim_start();
            if !(flag.starts_with("--") || (flag.starts_with('-') && flag.contains(", --"))) {
                continue;
            }
            // The help is on the flag's line after two spaces, or on the next line, which is
            // indented further.
            let beside = flag.trim_start_matches('-').contains("  ");
            let indent = |line: &str| line.len() - line.trim_start().len();
            let below =
                lines.get(at + 1).is_some_and(|next| !next.trim().is_empty() && indent(next) > indent(line));
            assert!(beside || below, "{command}: no help for {flag}");
        }
    }
}

#[test]
fn the_manual_page_has_every_flag() {
    let session = Session::new();
    let page = session.run(&["man"]).exits(0).out.replace('\\', "");
    for command in commands(&session) {
        let heading = format!(".SH \"PYCOMPILE {}\"\n", command.to_uppercase());
        let section = page.split(&heading).nth(1).unwrap_or_else(|| panic!("{command} is not in the page"));
        let section = section.split("\n.SH ").next().unwrap();
        let help = session.run(&[&command, "--help"]).exits(0).out;
        let flags = help.lines().filter_map(|line| line.trim_start().split("--").nth(1));
        for flag in
            flags.filter_map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || "-_".contains(c))).next())
        {
            let is_there = section.contains(&format!("--{flag}"))
                || page
                    .split("\n.SH ")
                    .any(|part| part.starts_with("OPTIONS") && part.contains(&format!("--{flag}")));
            assert!(is_there || flag.is_empty(), "{command} --{flag} is not in the page");
        }
    }
    if std::path::Path::new("/dev/full").exists() {
        for arguments in [["--help"], ["man"]] {
            let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
            let status = session.command(&arguments).stdout(full).status().unwrap();
            assert_eq!(status.code(), Some(2), "{arguments:?}");
        }
    }
}

#[test]
fn the_readme_has_every_command() {
    let readme = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for command in commands(&Session::new()) {
        let row = readme.lines().any(|line| {
            let cell = line.strip_prefix("| ").and_then(|line| line.split(" | ").next()).unwrap_or_default();
            cell.split('`').any(|name| name.split(' ').next() == Some(command.as_str()))
        });
        assert!(row, "{command} is not in the README's table of commands");
    }
}

#[test]
fn an_unknown_flag_is_usage() {
    Session::new().run(&["compile", "--no-such-flag"]).exits(2).says("--no-such-flag");
}

#[test]
fn an_unknown_version_lists_the_targets() {
    let session = Session::new();
    session.file("a.py", "");
    session.run(&["compile", "--python", "3.7", "a.py"]).exits(2).says("3.14");
    session.run(&["compile", "--python", "three", "a.py"]).exits(2).says("three");
    assert_eq!(session.files(), ["a.py"]);
}

#[test]
fn an_absent_interpreter_is_named() {
    let session = Session::new();
    session.file("a.py", "");
    let mut command = session.command(&["compile", "--engine", "python", "--python", "3.9", "a.py"]);
    command.env("PATH", session.path("nothing")).env("HOME", session.path("nothing"));
    for name in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    crate::session::Said::from(command.output().unwrap()).exits(2).says("3.9");
    session
        .run(&[
            "compile",
            "--engine",
            "python",
            "--python",
            "3.9",
            "--interpreter",
            "/no/such/python",
            "a.py",
        ])
        .exits(2)
        .says("/no/such/python");
    assert_eq!(session.files(), ["a.py"]);
}

#[test]
fn targets_lists_every_series() {
    let out = Session::new().run(&["targets"]).exits(0).out;
    for text in ["3.8", "3413", "cpython-38", "3.14", "3627", "cpython-314", "3.15", "3666"] {
        assert!(out.contains(text), "{text} is not in\n{out}");
    }
}

#[test]
fn completions_and_the_manual_page_are_made() {
    let session = Session::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(session.run(&["completions", shell]).exits(0).out.contains("pycompile"), "{shell}");
    }
    assert!(session.run(&["man"]).exits(0).out.contains(".TH pycompile 1"));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let session = Session::new();
    let mut command = session.command(&["targets"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn compileall_takes_numbers_and_short_forms_as_argparse_does() {
    let levels = |flags: &[&str]| {
        let session = Session::new();
        session.file("p/a.py", "x = 1\n");
        session.file("p/q/b.py", "x = 1\n");
        session.run(&[&["compileall", "--python", "3.14", "p"], flags].concat()).exits(0);
        session.files().iter().filter(|name| name.ends_with(".pyc")).count()
    };
    for flags in [&["-r", "-1"][..], &["-r-1"], &["-r", "0"], &["-r", "-99999999999999999999"]] {
        assert_eq!(levels(flags), 1, "{flags:?}");
    }
    for flags in
        [&["-r", "1"][..], &["-r", "99999999999999999999"], &["-j", "99999"], &["--inval=checked-hash"]]
    {
        assert_eq!(levels(flags), 2, "{flags:?}");
    }
    assert_eq!(levels(&["--hard", "-o", "0", "-o", "1"]), 4);
    let session = Session::new();
    session.file("p/a.py", "x = 1\n");
    for (flags, told) in [
        (["-r", "x"], "'x' for '-r <LEVELS>'"),
        (["-j", "-1"], "expected a number of at least 0"),
        (["-o", "3"], "expected a number from -1 to 2"),
        (["--inv", "x"], "'x' for '--invalidation-mode <MODE>'"),
        // Every path matches, so nothing would be compiled, without a message.
        (["-x", ""], "-x is empty"),
    ] {
        session.run(&["compileall", "--python", "3.14", "p", flags[0], flags[1]]).exits(2).says(told);
    }
    assert_eq!(session.files(), ["p/a.py"]);
}

#[test]
fn old_maintainer_scripts_do_not_fail() {
    let said = Session::new().run(&["-p", "python-old", "-V", "2.7-", "/usr/share/old"]).exits(0);
    assert_eq!(said.out, "");
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(said.err.contains("nothing done for package python-old"), "{}", said.err);
}

#[test]
fn nothing_to_compile_is_reported() {
    let session = Session::new();
    std::fs::create_dir(session.path("empty")).unwrap();
    let options = ["compile", "--python", "3.14"];
    session.run(&[&options[..], &["-r", "empty"]].concat()).exits(0).says("note: no Python files to compile");
    session.file("a.py", "x = 1\n");
    let said = session.run(&[&options[..], &["--exclude", "*.py", "a.py"]].concat()).exits(0);
    said.says("hint: --exclude leaves out files that `--recursive` finds, not named ones");
    let said = session.run(&["verify", "a.py"]).exits(2);
    assert_eq!(said.err, "error: a.py is a source\nhint: name its pyc, or the directory that it is in\n");
    // A file without a known format is an error, and a damaged pyc is reported.
    session.file("a.txt", "text\n");
    let said = session.run(&["verify", "a.txt"]).exits(2);
    let formats = "a pyc, wheel, zip, package, tar archive or container image";
    assert_eq!(said.err, format!("error: a.txt is not {formats}\nhint: name one, or a directory\n"));
    session.file("a.pyc", "text\n");
    session.run(&["verify", "a.pyc"]).exits(1);
}

/// CPython: `sys.flags.optimize`, as Python 3.14 reports it.
#[test]
fn python_optimize_is_read_as_python_reads_it() {
    for (value, level) in
        [("", ""), ("0", ""), ("1", ".opt-1"), ("x", ".opt-1"), ("-1", ".opt-1"), (" 2", ".opt-2")]
    {
        let session = Session::new();
        session.file("a.py", "x = 1\n");
        let mut command = session.command(&["compileall", "-q", "--python", "3.14", "a.py"]);
        assert!(command.env("PYTHONOPTIMIZE", value).status().unwrap().success());
        assert_eq!(
            session.files(),
            [format!("__pycache__/a.cpython-314{level}.pyc"), "a.py".into()],
            "{value:?}"
        );
    }
}

#[test]
fn options_without_effect_are_not_silent() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    session.file("pycompile.toml", "[source]\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\"]\n");
    let error = "error: the native engine runs no interpreter, so --interpreter /bin/true has no effect\nhint: leave it \
                 out, or use `--engine python`\n";
    let native = ["--engine", "native", "--interpreter", "/bin/true"];
    for command in [&["compile", "--python", "3.14", "a.py"][..], &["verify", "."], &["env", "."], &["build"]]
    {
        let said = session.run(&[command, &native].concat()).exits(2);
        assert_eq!(said.err, error, "{command:?}");
    }
    let said = session.run(&["compile", "--python", "3.14", "--null", "a.py"]).exits(2);
    assert_eq!(said.err, "error: --null is for the list of files that `-` reads from standard input\n");
    let said = session.run(&["compile", "--python", "3.14", "--follow-links", "a.py"]).exits(0);
    said.says("note: --follow-links has no effect without --recursive or --below\n");
    session.file("b/a.py", "x = 2\n");
    session.file("c/a.py", "x = 3\n");
    let diff = |options: &[&str]| session.run(&[&["diff", "b", "c"], options].concat()).exits(1).err;
    for option in [&["--details"][..], &["--limit", "3"], &["--width", "90"]] {
        let note = format!("note: {} has no effect, since no text is printed\n", option[0]);
        for output in [&["--json"][..], &["--html", "-"], &["--message-format", "github"]] {
            let said = diff(&[output, option].concat());
            assert!(said.contains(&note), "{option:?} {output:?}: {said}");
        }
        assert!(!diff(option).contains("note: "), "{option:?}");
    }
    assert!(diff(&["--exclude", "none"]).contains("note: --exclude \"none\" matches nothing\n"));
    let said = session.run(&["diff", "b", "c", "--exclude", "a*"]).exits(0).err;
    assert!(!said.contains("matches nothing"), "{said}");
}
