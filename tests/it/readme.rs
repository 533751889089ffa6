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
    let demo = root.join("examples/demo");
    for entry in walkdir::WalkDir::new(&demo).into_iter().map(Result::unwrap) {
        let name = entry.path().strip_prefix(&demo).unwrap().to_str().unwrap();
        let is_source =
            name == "pyproject.toml" || (name.starts_with("src") && !name.contains("__pycache__"));
        if entry.file_type().is_file() && is_source {
            session.file(name, std::fs::read(entry.path()).unwrap());
        }
    }
    let mut commands = 0;
    for example in block.split("$ pycompile ").skip(1) {
        let (line, expected) = example.split_once('\n').unwrap();
        let command = line.split('#').next().unwrap().split_whitespace().collect::<Vec<_>>();
        let said = session.run(&command).exits(0);
        assert_eq!(said.out + &said.err, expected, "pycompile {}", command.join(" "));
        commands += 1;
    }
    assert_eq!(commands, 5, "the README has another number of commands");
}
