//! Building and repacking of wheels.

use super::*;
use crate::archive::tests::{Raw, deflated, stored, zip};
use crate::archive::{Archive, ArchiveLimits, Compression, File, read};
use crate::archive::{ZipOptions, write};
use crate::output::inside::{Inside, Links};
use crate::pyc::Header;
use crate::target::{PyVersion, SERIES};
use sha2::Digest as _;
use std::path::Path;

fn pyc(checked: bool) -> Vec<u8> {
    [&Header::Hash { magic: SERIES[6].magic, checked, hash: [1; 8] }.to_bytes()[..], b"N"].concat()
}

fn timestamp_pyc() -> Vec<u8> {
    [&Header::Timestamp { magic: SERIES[6].magic, mtime: 1, size: 2 }.to_bytes()[..], b"N"].concat()
}

fn sources() -> Vec<File> {
    vec![
        File::new("demo/core.py", "x = 1\n"),
        File { executable: true, ..File::new("demo/tool.sh", "#!/bin/sh\n") },
        File::new("demo/__init__.py", ""),
    ]
}

fn project() -> Project {
    Project::new("De.mo", "1.0".parse().unwrap())
}

fn wheel() -> Wheel {
    assemble(&project(), &TagSet::any_python(), sources()).unwrap()
}

fn packed(wheel: &Wheel) -> Vec<u8> {
    write(&wheel.files, &ZipOptions { compression: Compression::Stored, ..ZipOptions::default() }).unwrap()
}

fn archive(name: &str, bytes: &[u8]) -> Archive {
    read(Path::new(name), bytes, &ArchiveLimits::default()).unwrap()
}

const NAME: &str = "de_mo-1.0-py3-none-any.whl";

fn names(files: &[File]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_wheel_is_complete_and_in_order() {
    let mut project = project();
    project.license_files = vec![File::new("LICENSE", "MIT\n")];
    project.entry_points =
        [("console_scripts".to_owned(), [("demo".to_owned(), "demo.core:x".to_owned())].into())].into();
    let wheel = assemble(&project, &TagSet::any_python(), sources()).unwrap();
    assert_eq!(wheel.name.to_string(), NAME);
    assert_eq!(
        names(&wheel.files),
        [
            "demo/__init__.py",
            "demo/core.py",
            "demo/tool.sh",
            "de_mo-1.0.dist-info/METADATA",
            "de_mo-1.0.dist-info/WHEEL",
            "de_mo-1.0.dist-info/entry_points.txt",
            "de_mo-1.0.dist-info/licenses/LICENSE",
            "de_mo-1.0.dist-info/RECORD",
        ]
    );
    let record = Record::parse(&wheel.files.last().unwrap().bytes.read()).unwrap();
    let files = wheel.files.iter().map(|file| (file.path.as_str(), &file.bytes));
    record.verify("de_mo-1.0.dist-info/RECORD", files).unwrap();
}

#[test]
fn what_cannot_be_in_a_wheel() {
    let refused = |file: File| {
        let mut files = sources();
        files.push(file);
        assemble(&project(), &TagSet::any_python(), files).unwrap_err().to_string()
    };
    assert!(refused(File::new("demo/core.pyc", timestamp_pyc())).starts_with(
        "\"demo/core.pyc\" is validated by the modification time of its source, which installers change"
    ));
    assert_eq!(
        refused(File::new("de.mo-1.0.dist-info/x", "")),
        "\"de.mo-1.0.dist-info/x\" is in the wheel's own directory, in which pycompile writes the files"
    );
    assert_eq!(refused(File::new("demo/core.py", "")), "\"demo/core.py\" would be in the wheel twice");
    assert!(refused(File::new("../x", "")).starts_with("\"../x\" cannot be in a wheel"));
}

#[test]
fn repacking_twice_changes_nothing() {
    let first = repack(&archive(NAME, &packed(&wheel())), PycTreatment::Keep).unwrap();
    assert_eq!(first.files, wheel().files);
    assert!(first.notes.is_empty());
    // Same files in another order, compressed, with other modes.
    let mut entries =
        wheel().files.iter().rev().map(|file| deflated(&file.path, &file.bytes.read())).collect::<Vec<Raw>>();
    for (entry, file) in entries.iter_mut().zip(wheel().files.iter().rev()) {
        entry.external = if file.executable { 0o100_777 } else { 0o100_600 } << 16;
    }
    let mut folder = stored("demo/empty/", b"");
    folder.external = 0o040_755 << 16;
    entries.push(folder);
    let again = repack(&archive(NAME, &zip(&entries)), PycTreatment::Keep).unwrap();
    assert_eq!(again.files, wheel().files);
    assert_eq!(again.notes, [Note::EmptyDirectory("demo/empty".to_owned())]);
    let packed = write(&again.files, &ZipOptions::default()).unwrap();
    let third = repack(&archive(NAME, &packed), PycTreatment::Keep).unwrap();
    assert_eq!(write(&third.files, &ZipOptions::default()).unwrap(), packed);
}

#[test]
fn pycs_come_and_go() {
    let plain = archive(NAME, &packed(&wheel()));
    let kept = repack(&plain, PycTreatment::Keep).unwrap();
    for file in kept.files.iter().filter(|file| !file.path.ends_with("/RECORD")) {
        assert_eq!(
            file.bytes.read().as_ptr(),
            plain.get(&file.path).unwrap().bytes.read().as_ptr(),
            "{}",
            file.path
        );
    }
    let pycs = vec![File::new("demo/__pycache__/core.cpython-314.pyc", pyc(true))];
    let with = repack(&plain, PycTreatment::Pycache(pycs.clone())).unwrap();
    assert_eq!(with.name.to_string(), NAME);
    assert!(names(&with.files).contains(&"demo/__pycache__/core.cpython-314.pyc"));
    let compiled = archive(NAME, &packed(&Wheel { name: with.name, files: with.files.clone() }));
    let same = repack(&compiled, PycTreatment::Pycache(pycs)).unwrap();
    assert_eq!((same.files, same.notes.len()), (with.files, 0));
    let none = repack(&compiled, PycTreatment::None).unwrap();
    assert_eq!(none.files, wheel().files);
    assert_eq!(none.notes, [Note::RemovedPyc("demo/__pycache__/core.cpython-314.pyc".to_owned())]);

    let python = PyVersion::new(3, 14);
    let pycs = vec![File::new("demo/core.pyc", pyc(false)), File::new("demo/__init__.pyc", pyc(false))];
    let sourceless = repack(&compiled, PycTreatment::Sourceless { python, pycs }).unwrap();
    let name = sourceless.name.to_string();
    assert_eq!(name, "de_mo-1.0-cp314-none-any.whl");
    assert_eq!(names(&sourceless.files)[..3], ["demo/__init__.pyc", "demo/core.pyc", "demo/tool.sh"]);
    let descriptor = sourceless.files.iter().find(|file| file.path.ends_with("/WHEEL")).unwrap();
    assert!(descriptor.bytes.read().ends_with(b"Tag: cp314-none-any\n"));
    let bytes = packed(&Wheel { name: sourceless.name, files: sourceless.files.clone() });
    assert_eq!(repack(&archive(&name, &bytes), PycTreatment::Keep).unwrap().files, sourceless.files);

    let pycs = vec![File::new("demo/other.pyc", pyc(false))];
    assert_eq!(
        repack(&plain, PycTreatment::Sourceless { python, pycs }).unwrap_err().to_string(),
        "\"demo/other.pyc\" is to replace \"demo/other.py\", which the wheel does not have"
    );
    let pycs = vec![File::new("demo/__pycache__/core.cpython-314.pyc", timestamp_pyc())];
    assert!(matches!(repack(&plain, PycTreatment::Pycache(pycs)), Err(WheelError::TimestampPyc(_))));
}

#[test]
fn tags_of_sourceless_wheels() {
    let retag = |tags: &str| {
        let tags = tags.parse::<TagSet>().unwrap();
        let wheel = assemble(&project(), &tags, sources()).unwrap();
        let pycs = vec![File::new("demo/core.pyc", pyc(false))];
        let archive = archive(&wheel.name.to_string(), &packed(&wheel));
        let bytecode = PycTreatment::Sourceless { python: PyVersion::new(3, 14), pycs };
        repack(&archive, bytecode).map(|wheel| wheel.name.tags.to_string()).map_err(|error| error.to_string())
    };
    assert_eq!(retag("py2.py3-none-any").unwrap(), "cp314-none-any");
    assert_eq!(retag("cp314-cp314-linux_x86_64").unwrap(), "cp314-cp314-linux_x86_64");
    assert_eq!(retag("cp39-abi3-linux_x86_64").unwrap(), "cp314-cp314-linux_x86_64");
    assert_eq!(
        retag("cp313-cp313-any").unwrap_err(),
        "byte code of cp314 in place of the sources does not fit a wheel tagged cp313-cp313-any"
    );
    assert!(retag("cp315-abi3-any").is_err());
    assert!(retag("py2-none-any").is_err());
}

#[test]
fn wheels_that_are_not_believed() {
    let with = |name: &str, change: &dyn Fn(&mut Vec<File>)| {
        let mut files = wheel().files;
        change(&mut files);
        let bytes = write(&files, &ZipOptions::default()).unwrap();
        repack(&archive(name, &bytes), PycTreatment::Keep).unwrap_err().to_string()
    };
    let edit = |file: &'static str, text: &'static str| {
        with(NAME, &move |files| {
            let found = files.iter_mut().find(|found| found.path.ends_with(file)).unwrap();
            found.bytes = text.into();
        })
    };
    assert_eq!(
        edit("demo/core.py", "x = 2\n"),
        format!("{NAME}: \"demo/core.py\" is not the file that RECORD lists: its digest differs")
    );
    assert_eq!(edit("RECORD", "a,b\n"), format!("{NAME}: RECORD, line 1: 2 fields instead of 3"));
    assert_eq!(
        with(NAME, &|files| files.retain(|file| file.path != "demo/core.py")),
        format!("{NAME}: RECORD lists \"demo/core.py\", which does not exist")
    );
    assert_eq!(
        with(NAME, &|files| files.push(File::new("evil.py", ""))),
        format!("{NAME}: RECORD does not list \"evil.py\"")
    );
    assert_eq!(
        with(NAME, &|files| files.push(File::new("de_mo-1.0.dist-info/RECORD.jws", "{}"))),
        format!("{NAME}: it is signed (de_mo-1.0.dist-info/RECORD.jws); a signed wheel cannot be repacked")
    );
    assert_eq!(
        with(NAME, &|files| files.retain(|file| !file.path.ends_with("RECORD"))),
        format!("{NAME}: there is no de_mo-1.0.dist-info/RECORD")
    );
    assert_eq!(
        with("other-1.0-py3-none-any.whl", &|_| {}),
        "other-1.0-py3-none-any.whl: a wheel of this name has one other-1.0.dist-info, and this one has de_mo-1.0.dist-info"
    );
    assert_eq!(
        with("de_mo-1.0-py2.py3-none-any.whl", &|_| {}),
        "de_mo-1.0-py2.py3-none-any.whl: the tags in WHEEL (py3-none-any) are not those of the file name \
         (py2-none-any, py3-none-any)"
    );
    assert!(with("demo.zip", &|_| {}).starts_with("\"demo.zip\" is not the name of a wheel"));
}

/// Checks the bytes of the example's wheel. They depend on the compressor, the zip writer,
/// METADATA, RECORD and the version of pycompile in `WHEEL`. A change that is not meant to change
/// them, such as an update of a dependency, must not; one that is meant to is listed in
/// CHANGELOG.md under **Output changes**.
#[test]
fn the_bytes_of_the_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    let project =
        Project::read(&Inside::new(&root, Links::Inside), "pyproject.toml", &toml::Table::new()).unwrap();
    let read = |name: &str| File::new(name, std::fs::read(root.join("src").join(name)).unwrap());
    let mut files = ["__init__.py", "__main__.py", "core.py", "größe.py", "latin.py", "words.txt"]
        .map(|name| read(&format!("demo/{name}")))
        .to_vec();
    // Enough for several deflate blocks, and the same on every machine.
    let text =
        (0..20_000u32).map(|n| format!("{} ", n.wrapping_mul(2_654_435_761) >> 20)).collect::<String>();
    files.push(File::new("demo/numbers.txt", text));
    let wheel = assemble(&project, &TagSet::any_python(), files).unwrap();
    let bytes = write(&wheel.files, &ZipOptions { time: 1_700_000_000, ..ZipOptions::default() }).unwrap();
    let digest = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(
        (wheel.name.to_string().as_str(), digest.as_str()),
        ("demo-1.0-py3-none-any.whl", "d1b051c68df981800650e8df861889614364ecba9bf1f740dabd3621e316acc1")
    );
}
