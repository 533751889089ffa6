//! The tests of CPython's `test_compileall` for hard links between levels, for `pycompile
//! compileall`.

use crate::compileall_port::Package;
use std::os::unix::fs::MetadataExt as _;

fn inode(package: &Package, source: &str, level: u8) -> u64 {
    package.pyc(source, level).metadata().unwrap().ino()
}

const LEVELS: [&str; 6] = ["-o", "0", "-o", "1", "-o", "2"];

#[test]
fn hard_links_need_two_levels() {
    let package = Package::new();
    let said = package.run(&["foo", "-o", "1", "--hardlink-dupes"]).exits(2);
    let message = "error: --hardlink-dupes makes sense for more than one optimization level only\n";
    assert_eq!(said.err, message);
}

#[test]
fn hard_links_join_equal_levels_and_no_others() {
    for docstring in [false, true] {
        for assertion in [false, true] {
            let package = Package::new();
            let mut source = if docstring { "'module docstring'\n" } else { "" }.to_owned() + "x = 1\n";
            if assertion {
                source += "assert x == 1\n";
            }
            package.session.file("foo/bar.py", source);
            package.run(&[&["-q", "foo"], &LEVELS[..]].concat()).exits(0);
            let [zero, one, two] = [0, 1, 2].map(|level| inode(&package, "foo/bar.py", level));
            assert!(zero != one && zero != two && one != two, "links without being asked for");
            package.run(&[&["-q", "-f", "foo", "--hardlink-dupes"], &LEVELS[..]].concat()).exits(0);
            let [zero, one, two] = [0, 1, 2].map(|level| inode(&package, "foo/bar.py", level));
            assert_eq!(zero == one, !assertion);
            assert_eq!(zero == two, !assertion && !docstring);
            assert_eq!(one == two, !docstring);
        }
    }
}

#[test]
fn hard_links_of_some_levels() {
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        let package = Package::new();
        let levels = [one, other].map(|level: u8| level.to_string());
        package
            .run(&["-q", "--hardlink-dupes", "-o", &levels[0], "-o", &levels[1], "-o", &levels[0], "foo"])
            .exits(0);
        assert_eq!(inode(&package, "foo/bar.py", one), inode(&package, "foo/bar.py", other));
    }
}

#[test]
fn a_linked_level_that_is_not_compiled_again_stays() {
    let package = Package::new();
    package.run(&[&["-q", "--hardlink-dupes", "foo"], &LEVELS[..]].concat()).exits(0);
    let first = inode(&package, "foo/bar.py", 1);
    assert_eq!(inode(&package, "foo/bar.py", 0), first);
    let before = std::fs::read(package.pyc("foo/bar.py", 1)).unwrap();
    package.session.file("foo/bar.py", "print(0)\n");
    package.run(&["-q", "-f", "--hardlink-dupes", "-o", "0", "-o", "2", "foo"]).exits(0);
    assert_eq!(inode(&package, "foo/bar.py", 1), first);
    assert!(std::fs::read(package.pyc("foo/bar.py", 1)).unwrap() == before);
    assert_eq!(inode(&package, "foo/bar.py", 0), inode(&package, "foo/bar.py", 2));
    assert_ne!(inode(&package, "foo/bar.py", 0), first);
}

#[test]
fn an_import_changes_one_of_the_linked_levels() {
    let package = Package::new();
    package.run(&[&["-q", "--hardlink-dupes", "foo"], &LEVELS[..]].concat()).exits(0);
    let first = inode(&package, "foo/bar.py", 0);
    package.session.file("foo/bar.py", "y = 'another text'\n");
    let mut command = std::process::Command::new("python3");
    command.args(["-O", "-c", "import foo.bar"]).current_dir(package.session.path(""));
    command
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .env_remove("PYTHONPYCACHEPREFIX")
        .env_remove("PYTHONSAFEPATH");
    assert!(command.status().unwrap().success());
    assert_eq!([0, 2].map(|level| inode(&package, "foo/bar.py", level)), [first; 2]);
    assert_ne!(inode(&package, "foo/bar.py", 1), first);
}
