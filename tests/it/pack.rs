//! `pack` from a config, with the `python3` on PATH.

use crate::session::Session;
use std::collections::BTreeMap;
use std::io::Read as _;

const PYPROJECT: &str = "[project]\nname = \"p\"\nversion = \"1.0\"\n[project.scripts]\np = \"p.m:f\"\n";

fn project(compile: &str, rest: &str) -> Session {
    let session = Session::new();
    session.file(
        "pycompile.toml",
        format!(
            "[source]\nroot = \"src\"\nfiles = [\"p/__init__.py\", \"p/m.py\"]\ndata = [\"p/d.txt\"]\n[compile]\n\
             engine = \"python\"\n{compile}{rest}"
        ),
    );
    session.file("pyproject.toml", PYPROJECT);
    session.file("src/p/__init__.py", "");
    session.file("src/p/m.py", "def f():\n    print('called')\n    return 3\n");
    session.file("src/p/d.txt", "data");
    session
}

/// Returns the files of an archive by name, as the `zip` crate reads them.
fn entries(session: &Session, name: &str) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(session.path(name)).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().to_owned(), bytes)
        })
        .collect()
}

fn series(session: &Session) -> String {
    let program = "import sys; print('%d.%d' % sys.version_info[:2], end='')";
    session.python(program, &[]).exits(0).out
}

fn names(session: &Session, name: &str) -> Vec<String> {
    entries(session, name).into_keys().filter(|name| !name.contains(".dist-info/")).collect()
}

#[test]
fn a_wheel_without_pycs_has_a_manifest_with_them() {
    let session = project("", "[wheel]\nproject = \"pyproject.toml\"\n[manifest]\noutput = \"m.json\"\n");
    session.run(&["pack"]).exits(0).says("packed dist/p-1.0-py3-none-any.whl");
    assert_eq!(names(&session, "dist/p-1.0-py3-none-any.whl"), ["p/__init__.py", "p/d.txt", "p/m.py"]);
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(session.path("m.json")).unwrap()).unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    assert!(files[0]["path"].as_str().unwrap().starts_with("p/__pycache__/__init__.cpython-3"));
    assert_eq!(files[0]["invalidation_mode"], "checked-hash", "the default of archives");
    assert_eq!(manifest["archives"][0]["path"], "p-1.0-py3-none-any.whl");
}

#[test]
fn a_wheel_with_pycs_has_those_of_build() {
    let wheel = "[wheel]\nproject = \"pyproject.toml\"\nbytecode = \"pycache\"\n";
    let session = project("optimize = [0, 1]\ninvalidation-mode = \"unchecked-hash\"\n", wheel);
    session.run(&["pack"]).exits(0);
    session.run(&["build"]).exits(0);
    let packed = entries(&session, "dist/p-1.0-py3-none-any.whl");
    let pycs = packed.iter().filter(|(name, _)| name.ends_with(".pyc")).collect::<Vec<_>>();
    assert_eq!(pycs.len(), 4);
    for (name, bytes) in pycs {
        assert_eq!(&std::fs::read(session.path(&format!("src/{name}"))).unwrap(), bytes, "{name}");
    }
}

#[test]
fn a_sourceless_wheel_is_for_one_version() {
    let session = project("", "[wheel]\nproject = \"pyproject.toml\"\nbytecode = \"sourceless\"\n");
    session.run(&["pack"]).exits(0);
    let tag = format!("cp{}-none-any", series(&session).replace('.', ""));
    let wheel = format!("dist/p-1.0-{tag}.whl");
    assert_eq!(names(&session, &wheel), ["p/__init__.pyc", "p/d.txt", "p/m.pyc"]);
    let descriptor = entries(&session, &wheel).remove("p-1.0.dist-info/WHEEL").unwrap();
    assert!(String::from_utf8(descriptor).unwrap().contains(&format!("\nTag: {tag}\n")));
}

#[test]
fn a_zipapp_runs_its_main() {
    let zip = "[zip]\noutput = \"dist/p.pyz\"\nmain = \"p.m:f\"\ninterpreter = \"/usr/bin/env python3\"\n";
    let session = project("", zip);
    session.run(&["pack"]).exits(0);
    let found = names(&session, "dist/p.pyz");
    let expected =
        ["__main__.py", "__main__.pyc", "p/__init__.py", "p/__init__.pyc", "p/d.txt", "p/m.py", "p/m.pyc"];
    assert_eq!(found, expected);
    let program = "
import runpy, sys
sys.dont_write_bytecode = True
try:
    runpy.run_path('dist/p.pyz', run_name='__main__')
finally:
    import p.m
    print(p.m.__cached__ if hasattr(p.m, '__cached__') else p.m.__spec__.origin, p.m.f.__code__.co_filename)
";
    let said = session.python(program, &[]).exits(3);
    assert!(said.out.starts_with("called\n"), "{}", said.out);
    assert!(said.out.trim_end().ends_with("p/m.py"), "{}", said.out);
}

#[test]
fn nothing_to_pack() {
    let said = project("", "").run(&["pack"]).exits(2);
    let message = "error: pycompile.toml: nothing to pack: there is neither a [wheel] nor a [zip]\nhint: ";
    assert!(said.err.starts_with(message) && said.err.contains("\n[wheel]\n"), "{}", said.err);
}

#[test]
fn timestamp_pycs_are_refused() {
    let wheel = "[wheel]\nproject = \"pyproject.toml\"\nbytecode = \"pycache\"\n";
    let said = project("invalidation-mode = \"timestamp\"\n", wheel).run(&["pack"]).exits(2);
    assert_eq!(
        said.err,
        "error: pycompile.toml:7:21: a timestamp pyc is stale as soon as it is unpacked: use checked-hash or \
         unchecked-hash\n  |\n7 | invalidation-mode = \"timestamp\"\n  |                     ^^^^^^^^^^^\n"
    );
}

#[test]
fn a_file_that_fails_keeps_the_archives_back() {
    let wheel = "[wheel]\nproject = \"pyproject.toml\"\n[zip]\noutput = \"dist/p.zip\"\n";
    let session = project("", wheel);
    session.file("src/p/m.py", "x = = 1\n");
    session.run(&["pack"]).exits(1).says("1 compiled, 0 up to date, 1 failed");
    assert!(!session.path("dist").exists());
}

#[test]
fn a_file_that_fails_is_packed_without_its_pyc_on_request() {
    let session = project("on-error = \"skip\"\n", "[zip]\noutput = \"dist/p.zip\"\nsources = false\n");
    session.file("src/p/m.py", "x = = 1\n");
    session.run(&["pack"]).exits(1);
    assert_eq!(names(&session, "dist/p.zip"), ["p/__init__.pyc", "p/d.txt", "p/m.py"]);
}

#[test]
fn a_main_next_to_a_main() {
    let zip = "[zip]\noutput = \"dist/p.zip\"\nmain = \"p.m\"\n";
    let said = project("", zip).run(&["pack"]).exits(2);
    let message = "error: pycompile.toml:9:8: \"p.m\" is not `package.module:function`\n";
    assert!(said.err.starts_with(message), "{}", said.err);
}

#[test]
fn metadata_that_are_missing() {
    let session = project("", "[wheel]\nproject = \"nowhere.toml\"\n");
    session.run(&["pack"]).exits(2).says("nowhere.toml");
    session.file("pyproject.toml", "[project]\nname = \"p\"\n");
    session.file("a.py", "");
    session.file("pycompile.toml", "[source]\nfiles = [\"a.py\"]\n[wheel]\nproject = \"pyproject.toml\"\n");
    session.run(&["pack"]).exits(2).says("version");
}

#[test]
fn two_runs_are_equal_under_everything_that_must_not_matter() {
    let rest = "[wheel]\nproject = \"pyproject.toml\"\nbytecode = \"pycache\"\n[zip]\noutput = \"dist/p.pyz\"\n\
                main = \"p.m:f\"\n[manifest]\noutput = \"dist/m.json\"\nalso = [\"sha256sum\", \"in-toto\"]\n";
    let session = project("invalidation-mode = \"checked-hash\"\noptimize = [0]\n", rest);
    let digest = |session: &Session| {
        let names = session.files().into_iter().filter(|name| name.starts_with("dist/"));
        names
            .map(|name| (name.clone(), std::fs::read(session.path(&name)).unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    session.run(&["pack", "-j", "1"]).exits(0);
    let first = digest(&session);
    std::fs::remove_dir_all(session.path("dist")).unwrap();
    let later = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(2_000_000_001);
    for name in ["src/p/m.py", "src/p/d.txt", "src/p/__init__.py", "pyproject.toml"] {
        std::fs::File::options().write(true).open(session.path(name)).unwrap().set_modified(later).unwrap();
    }
    let elsewhere = session.path("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let mut command = session.command(&["pack", "-j", "4", "--config", "../pycompile.toml"]);
    command.current_dir(&elsewhere).env("TZ", "Asia/Tokyo").env("LC_ALL", "C").env("TMPDIR", &elsewhere);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(digest(&session), first);
}

#[test]
fn source_date_epoch_is_the_time_of_entries() {
    let session = project("", "[zip]\noutput = \"dist/p.zip\"\n");
    let pack = |epoch: &str| {
        let output = session.command(&["pack"]).env("SOURCE_DATE_EPOCH", epoch).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(pack("1700000001").0, Some(0));
    let mut archive = zip::ZipArchive::new(std::fs::File::open(session.path("dist/p.zip")).unwrap()).unwrap();
    let time = archive.by_index(0).unwrap().last_modified().unwrap();
    let parts = (time.year(), time.month(), time.day(), time.hour(), time.minute(), time.second());
    assert_eq!(parts, (2023, 11, 14, 22, 13, 20));
    let said = pack("yesterday");
    assert_eq!(said, (Some(2), "error: SOURCE_DATE_EPOCH is `yesterday`, not a number of seconds\n".into()));
}

#[test]
fn two_outputs_of_one_path() {
    let name = "dist/p-1.0-py3-none-any.whl";
    for rest in [format!("[zip]\noutput = \"{name}\"\n"), format!("[manifest]\noutput = \"x/../{name}\"\n")] {
        let session = project("", &format!("[wheel]\nproject = \"pyproject.toml\"\n{rest}"));
        session.run(&["pack"]).exits(2).says(&format!("{name} would be written twice"));
        assert!(!session.path("dist").exists());
    }
}
