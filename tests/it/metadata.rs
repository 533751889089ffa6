//! Metadata of wheels that the project leaves to its build backend, and notes of `pack` about
//! names.

use crate::session::Session;

const SOURCE: &str = "[source]\nfiles = [\"demo/__init__.py\"]\n[compile]\npython = [\"3.14\"]\n";

fn text_in_wheel(session: &Session, wheel: &str, name: &str) -> String {
    let limits = pycompile::archive::ArchiveLimits::default();
    let archive = pycompile::archive::read_file(&session.path(wheel), &limits).unwrap();
    let entry = archive.get(name).ok_or((wheel, name)).unwrap();
    String::from_utf8(entry.bytes.read().into_owned()).unwrap()
}

#[test]
fn a_checkout_without_metadata_names_all_keys_and_the_lines_to_paste() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("README.md", "Text\n");
    session.file(
        "pyproject.toml",
        "[project]\nname = \"demo\"\ndynamic = [\"version\", \"dependencies\", \"readme\"]\n",
    );
    let open = "pyproject.toml:3: `version`, `dependencies` and `readme` are left to the build backend\n";
    session.run(&["init"]).exits(0).says("note: `pycompile pack` needs more: ").says(open);
    let said = session.run(&["pack"]).exits(2);
    assert!(said.err.contains(open), "{}", said.err);
    let pasted = said.err.split("pycompile.toml:\n\n").nth(1).unwrap();
    assert_eq!(pasted, "[wheel.dynamic]\nversion = \"…\"\ndependencies = [\"…\"]\nreadme = \"README.md\"\n");
    let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    // The pasted text is refused; with values it is sufficient.
    session.file("pycompile.toml", format!("{config}\n{pasted}"));
    session.run(&["pack"]).exits(2);
    let filled = pasted.replacen('…', "1.0", 1).replace('…', "six");
    session.file("pycompile.toml", format!("{config}\n{filled}"));
    session.run(&["pack"]).exits(0);
    let metadata = text_in_wheel(&session, "dist/demo-1.0-py3-none-any.whl", "demo-1.0.dist-info/METADATA");
    assert!(metadata.contains("\nVersion: 1.0\nRequires-Dist: six\n"), "{metadata}");
}

#[test]
fn a_wheel_table_without_metadata_shows_the_lines_to_paste() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file("pycompile.toml", format!("{SOURCE}[wheel]\n"));
    session
        .run(&["pack"])
        .exits(2)
        .says("pycompile.toml: [wheel] has no metadata\n")
        .says("\n[wheel.project]\n");
}

#[test]
fn the_backend_prepares_the_metadata_where_the_config_asks_for_it() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    session.file(
        "pyproject.toml",
        "[build-system]\nrequires = [\"none\"]\nbuild-backend = \"backend:hooks\"\nbackend-path = [\"build_tools\"]\n",
    );
    session.file(
        "build_tools/backend.py",
        "import os\nclass hooks:\n    def prepare_metadata_for_build_wheel(folder, config_settings=None):\n        \
         print('at work')\n        info = os.path.join(folder, 'demo-2.0.dist-info')\n        os.makedirs(info + \
         '/licenses')\n        for name, text in [('METADATA', 'Metadata-Version: 2.4\\nName: demo\\nVersion: 2.0\\n'),\n                           \
         ('entry_points.txt', '[console_scripts]\\ndemo = demo:main\\n'), ('licenses/COPYING', 'Free\\n')]:\n            \
         with open(os.path.join(info, name), 'w') as file:\n                file.write(text)\n        return \
         'demo-2.0.dist-info'\n",
    );
    session.file("pycompile.toml", format!("{SOURCE}[wheel]\nmetadata = \"backend\"\n"));
    session.run(&["pack"]).exits(0).says("note: backend:hooks has prepared the metadata\n");
    let read = |name: &str| {
        text_in_wheel(&session, "dist/demo-2.0-py3-none-any.whl", &format!("demo-2.0.dist-info/{name}"))
    };
    assert_eq!(read("entry_points.txt"), "[console_scripts]\ndemo = demo:main\n");
    assert_eq!(read("licenses/COPYING"), "Free\n");
    assert!(!session.path("build_tools/__pycache__").exists());

    session.file("build_tools/backend.py", "raise SystemExit('it is broken')\n");
    let said = session.run(&["pack"]).exits(2);
    assert!(
        said.err.starts_with("error: the build backend backend:hooks failed (exit status: 1):\n"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("it is broken\nhint: it runs in ") && said.err.contains(" and needs none there")
    );
}

#[test]
fn the_wheel_that_metadata_are_read_from_is_not_written_over() {
    let session = Session::new();
    session.file("demo/__init__.py", "");
    let metadata = "[wheel.project]\nname = \"demo\"\nversion = \"1.0\"\n";
    session.file("pycompile.toml", format!("{SOURCE}{metadata}"));
    session.run(&["pack"]).exits(0);
    let name = "dist/demo-1.0-py3-none-any.whl";
    let before = std::fs::read(session.path(name)).unwrap();
    session.file("pycompile.toml", format!("{SOURCE}[wheel]\nmetadata = \"./{name}\"\n"));
    session.file("demo/__init__.py", "pass\n");
    session
        .run(&["pack"])
        .exits(2)
        .says(&format!("refusing to overwrite {name}: its metadata is read\nhint: "));
    assert_eq!(std::fs::read(session.path(name)).unwrap(), before);
}

#[test]
fn a_wheel_is_not_replaced_unless_asked() {
    let session = Session::new();
    session.file("demo/__init__.py", "pass\n");
    session.file("pycompile.toml", format!("{SOURCE}[wheel.project]\nname = \"demo\"\nversion = \"1.0\"\n"));
    session.run(&["pack"]).exits(0);
    let name = "dist/demo-1.0-py3-none-any.whl";
    let before = std::fs::read(session.path(name)).unwrap();
    let more = ["--bytecode", "pycache", "--python", "3.14"];
    let hint = format!(
        "error: refusing to overwrite {name}: it is the input\nhint: `--in-place` replaces it, `--output-dir` names \
         another directory\n"
    );
    let said = session.run(&[&["pack", name], &more[..]].concat()).exits(2);
    assert_eq!(said.err, hint);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(session.path(name), session.path("demo-1.0-py3-none-any.whl")).unwrap();
        session
            .run(&["pack", "demo-1.0-py3-none-any.whl"])
            .exits(2)
            .says("refusing to overwrite demo-1.0-py3-none-any.whl: it is the input");
    }
    assert_eq!(std::fs::read(session.path(name)).unwrap(), before);
    session.run(&[&["pack", name, "--output-dir", "out"], &more[..]].concat()).exits(0);
    assert_eq!(std::fs::read(session.path(name)).unwrap(), before);
    session.run(&[&["pack", name, "--in-place"], &more[..]].concat()).exits(0);
    assert_ne!(std::fs::read(session.path(name)).unwrap(), before);
}

#[test]
fn common_and_several_top_level_names_are_noted() {
    let session = Session::new();
    for file in ["demo/__init__.py", "tests/a.py", "other.py"] {
        session.file(file, "");
    }
    let source = SOURCE.replace("\"demo/__init__.py\"", "\"demo/__init__.py\", \"tests/a.py\", \"other.py\"");
    session.file("pycompile.toml", format!("{source}[wheel.project]\nname = \"demo\"\nversion = \"1.0\"\n"));
    let common =
        "note: the wheel installs \"tests\" at the top level, where other projects may have the same name\n";
    let several = "note: the wheel has 2 top-level names: \"demo\", \"other\"\n";
    session.run(&["pack"]).exits(0).says(common).says(several);
    let wheel = "dist/demo-1.0-py3-none-any.whl";
    session.run(&["pack", wheel, "--output-dir", "out"]).exits(0).says(common).says(several);
}

#[test]
fn the_manifest_of_a_wheel_without_pycs_lists_what_it_compiles_to() {
    let session = Session::new();
    session.file("demo/__init__.py", "x = 1\n");
    let manifest = "[manifest]\noutput = \"dist/m.json\"\n";
    let wheel = "[wheel.project]\nname = \"demo\"\nversion = \"1.0\"\n";
    session.file("pycompile.toml", format!("{SOURCE}{wheel}{manifest}"));
    session.run(&["pack"]).exits(0);
    let name = "dist/demo-1.0-py3-none-any.whl";
    let more = ["--bytecode", "none", "--python", "3.14", "--manifest", "n.json", "--output-dir", "out"];
    session.run(&[&["pack", name], &more[..]].concat()).exits(0);
    let read = |name: &str| std::fs::read_to_string(session.path(name)).unwrap();
    assert_eq!(read("n.json"), read("dist/m.json"));
    assert!(read("n.json").contains("demo/__pycache__/__init__.cpython-314.pyc"));
}
