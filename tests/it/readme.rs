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
        assert_eq!(said.out + &said.err, expected, "pycompile {}", command.join(" "));
        commands += 1;
    }
    assert_eq!(commands, 5, "the README has another number of commands");
    let mut after = session.files();
    after.retain(|name| name != "pycompile.toml");
    assert_eq!(after, before);
}
