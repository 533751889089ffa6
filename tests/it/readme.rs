//! The README's examples do what the README says.

use crate::session::Session;
use std::path::Path;

#[test]
fn sixty_seconds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let section = readme.split("## Sixty seconds").nth(1).unwrap();
    let block = section.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let session = Session::new();
    let project = root.join("examples/project");
    for entry in walkdir::WalkDir::new(&project).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&project).unwrap().to_str().unwrap();
            session.file(name, std::fs::read(entry.path()).unwrap());
        }
    }
    for name in [".git/HEAD", "venv/pyvenv.cfg", "venv/lib/python3/site-packages/other.py"] {
        session.file(name, "");
    }
    let before = session.files();
    let mut commands = 0;
    for example in block.split("$ pycompile ").skip(1) {
        let (line, expected) = example.split_once('\n').unwrap();
        let command = line.split('#').next().unwrap().split_whitespace().collect::<Vec<_>>();
        let said = session.run(&command).exits(0);
        assert_eq!(
            without_version(&(said.out + &said.err)),
            without_version(expected),
            "pycompile {}",
            command.join(" ")
        );
        commands += 1;
    }
    assert_eq!(commands, 6, "the README has another number of commands");
    let mut after = session.files();
    after.retain(|name| name != "pycompile.toml");
    assert_eq!(after, before);
}

/// Removes the reason for the version of Python, which depends on the machine.
fn without_version(text: &str) -> String {
    let start = "note: the config names Python 3.";
    let lines = text.lines().map(|line| if line.starts_with(start) { start } else { line });
    lines.map(|line| format!("{line}\n")).collect()
}

/// The wheels of the first example in the README: one line of one source differs.
#[test]
fn difference_at_the_top() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let (command, expected) = block.split_once('\n').unwrap();
    let session = Session::new();
    for (side, number) in [("published", 1), ("rebuilt", 2)] {
        session.file("src/demo/__init__.py", "\"\"\"Demo.\"\"\"\n");
        session.file("src/demo/core.py", format!("def f(x):\n    return x + {number}\n"));
        session.file("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.0\"\n");
        session.file(
            "pycompile.toml",
            format!(
                "[source]\nroot = \"src\"\nfiles = [\"demo/__init__.py\", \"demo/core.py\"]\n\
                 [compile]\npython = [\"3.13\", \"3.14\"]\n\
                 [wheel]\nproject = \"pyproject.toml\"\nbytecode = \"pycache\"\noutput = \"{side}\"\n"
            ),
        );
        session.run(&["pack"]).exits(0);
    }
    let command: Vec<&str> = command.strip_prefix("$ pycompile ").unwrap().split_whitespace().collect();
    let said = session.run(&command).exits(1);
    // The README leaves out an empty last line.
    let lines = |text: &str| text.lines().filter(|line| line.trim() != "3").map(squeezed).collect::<Vec<_>>();
    let shown = lines(expected);
    let shown: Vec<_> = shown.iter().filter(|line| !line.is_empty()).collect();
    let got = lines(&said.out);
    let got: Vec<_> = got.iter().filter(|line| !line.is_empty() && *line != "3 3").collect();
    assert_eq!(shown, got);
}

fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The commands after the table of commands, by a shell.
#[test]
fn a_few_more() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let section = readme.split("A few more of them:").nth(1).unwrap();
    let block = section.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let session = Session::new();
    for folder in ["demo", "image/usr/lib/python3/dist-packages/demo"] {
        for name in ["__init__", "core"] {
            session.file(&format!("{folder}/{name}.py"), "x = 1\n");
        }
    }
    session.file("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.0\"\n");
    session.file(
        "config.toml",
        "[source]\nfiles = [\"demo/__init__.py\", \"demo/core.py\"]\n[compile]\npython = [\"3.14\"]\n\
         [wheel]\nproject = \"pyproject.toml\"\nbytecode = \"none\"\noutput = \"dist\"\n",
    );
    session.run(&["pack", "--config", "config.toml"]).exits(0);
    let program = session.path("pycompile");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pycompile"), &program).unwrap();
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut commands = 0;
    for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-e", "-c", line]).current_dir(program.parent().unwrap()).env_remove("SOURCE_DATE_EPOCH");
        shell.env("PATH", &path).env("DESTDIR", session.path("image")).stdin(std::process::Stdio::null());
        crate::session::Said::from(shell.output().unwrap()).exits(0);
        commands += 1;
    }
    assert_eq!(commands, 5, "the README has another number of commands");
    let files = session.files();
    for version in ["313", "314"] {
        for level in ["", ".opt-2"] {
            let name = format!("demo/__pycache__/core.cpython-{version}{level}.pyc");
            assert!(files.contains(&name), "{name} is missing: {files:?}");
        }
    }
    let below =
        |folder: &str| files.iter().filter(|file| file.starts_with(folder) && file.ends_with(".pyc")).count();
    assert_eq!((below("out/__pycache__/"), below("image/")), (2, 4), "{files:?}");
}
