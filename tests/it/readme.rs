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

/// The wheels that the README begins with: one line of one source differs.
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
