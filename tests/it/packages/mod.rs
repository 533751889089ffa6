//! `diff`, `verify` and `manifest` on packages, tar archives and images.

mod hostile;
mod image;
mod make;
mod times;
mod trusted_sources;

use crate::session::Session;
use make::{Member, cpio, cpio_member, deb, file, folder, gzip, member, rpm, symlink, tar, zstd};

const SOURCE: &str = "def f():\n    return 1\n";
const MODULES: &str = "usr/lib/python3/dist-packages";

/// The pyc of a source, for an importer that does not look at the source.
fn pyc(source: &str) -> Vec<u8> {
    let session = Session::new();
    session.file("m.py", source);
    let options = ["compile", "--python", "3.14", "--invalidation-mode", "unchecked-hash", "m.py"];
    session.run(&options).exits(0);
    std::fs::read(session.path("__pycache__/m.cpython-314.pyc")).unwrap()
}

fn name_of_pyc() -> String {
    format!("{MODULES}/__pycache__/m.cpython-314.pyc")
}

/// Returns the members of a package with one module; `pyc` are the bytes of its alleged pyc.
fn members(pyc: &[u8]) -> Vec<Member> {
    vec![
        folder("./"),
        folder("./usr/"),
        file(&format!("./{MODULES}/m.py"), SOURCE),
        file(&format!("./{}", name_of_pyc()), pyc),
        symlink(&format!("./{MODULES}/alias.py"), "m.py"),
        symlink("./usr/share/doc/demo", "/usr/share/doc/other"),
    ]
}

fn control(version: &str) -> Vec<u8> {
    gzip(&tar(&[file("./control", format!("Package: demo\nVersion: {version}\n"))]))
}

fn package(version: &str, pyc: &[u8]) -> Vec<u8> {
    deb(("control.tar.gz", &control(version)), ("data.tar.zst", &zstd(&tar(&members(pyc)))))
}

/// A payload as rpmbuild writes it, where the content of a hard link comes with its last name.
fn payload(pyc: &[u8]) -> Vec<u8> {
    let module = format!("./{MODULES}/m.py");
    let first = cpio_member(&format!("./{MODULES}/first.py"), 0o100_644, 7, 2, b"");
    cpio(&[
        cpio_member("./usr", 0o040_755, 1, 1, b""),
        first,
        cpio_member(&module, 0o100_644, 7, 2, SOURCE.as_bytes()),
        cpio_member(&format!("./{}", name_of_pyc()), 0o100_644, 9, 1, pyc),
        cpio_member(&format!("./{MODULES}/alias.py"), 0o120_777, 10, 1, b"m.py"),
    ])
}

/// The same files in every format, under names that do not show the format.
fn all(pyc: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let plain = tar(&members(pyc));
    vec![
        ("a deb", package("1.0", pyc)),
        ("a tar", plain.clone()),
        ("a tar.gz", gzip(&plain)),
        ("a tar.zst", zstd(&plain)),
        ("an rpm", rpm(&[(1000, "demo"), (1001, "1.0"), (1124, "cpio")], &gzip(&payload(pyc)))),
        ("an image", make::docker(&[gzip(&plain)])),
    ]
}

#[test]
fn pycs_are_verified_in_every_format() {
    let (good, other) = (pyc(SOURCE), pyc("def f():\n    return 2\n"));
    for ((what, right), (_, wrong)) in all(&good).into_iter().zip(all(&other)) {
        let session = Session::new();
        session.file("right", right);
        session.file("wrong", wrong);
        let said = session.run(&["verify", "right"]).exits(0);
        assert!(said.err.starts_with("1 verified, 0 findings"), "{what}: {}", said.err);
        let said = session.run(&["verify", "wrong"]).exits(1);
        assert!(
            said.out.contains(&format!("wrong: {}: code: ", name_of_pyc())),
            "{what}: {}{}",
            said.out,
            said.err
        );
        let said = session.run(&["manifest", "right"]).exits(0);
        let manifest: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(manifest["files"][0]["path"], name_of_pyc(), "{what}");
        assert_eq!(manifest["files"][0]["source"]["path"], format!("{MODULES}/m.py"), "{what}");
        assert_eq!(manifest["archives"][0]["path"], "right", "{what}");
    }
}

/// The files of `tests/seeds/package` are those of dpkg-deb 1.21, rpmbuild 4.18, and GNU tar 1.34
/// with gzip, xz 5.4 and zstd 1.5, from one tree.
#[test]
fn archives_of_real_tools_are_read() {
    for entry in walkdir::WalkDir::new("tests/seeds/package").min_depth(1).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let session = Session::new();
        session.file("a", std::fs::read(&path).unwrap());
        let said = session.run(&["verify", "a"]).exits(0);
        assert!(said.err.starts_with("1 verified, 0 findings"), "{path:?}: {}", said.err);
        let said = session.run(&["manifest", "a"]).exits(0);
        assert!(said.out.contains("\"usr/lib/python3/dist-packages/m.py\""), "{path:?}: {}", said.out);
    }
}

#[test]
fn packages_without_pycs_are_verified_for_what_they_have() {
    let session = Session::new();
    let data = gzip(&tar(&[file("./usr/lib/python3/dist-packages/m.py", SOURCE)]));
    session.file("a.deb", deb(("control.tar.gz", &control("1")), ("data.tar.gz", &data)));
    session.run(&["verify", "a.deb"]).exits(0).says("0 pycs, 0 verified, 0 findings");
}

#[test]
fn control_files_are_a_kind_of_their_own() {
    let session = Session::new();
    let pyc = pyc(SOURCE);
    session.file("one.deb", package("1.0", &pyc));
    session.file("two.deb", package("1.1", &pyc));
    let said = session.run(&["diff", "one.deb", "two.deb", "--json"]).exits(1);
    let found: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(found["files"].as_array().unwrap().len(), 1, "{}", said.out);
    assert_eq!(found["files"][0]["path"], "DEBIAN/control");
    assert_eq!(found["files"][0]["findings"][0]["kind"], "control");
    // Two files and two symlinks.
    assert_eq!(found["same"], 4);
    let tags = |host| rpm(&[(1000, "demo"), (1007, host), (1124, "cpio")], &gzip(&payload(&pyc)));
    session.file("one.rpm", tags("here"));
    session.file("two.rpm", tags("there"));
    let said = session.run(&["diff", "one.rpm", "two.rpm"]).exits(1);
    assert!(said.out.contains("BuildHost: here"), "{}", said.out);
    assert!(said.out.contains("control file: one line differs"), "{}", said.out);
}

/// dpkg runs them as root when it installs, upgrades or removes a package.
#[test]
fn maintainer_scripts_are_named() {
    let session = Session::new();
    let package = |script: &str, more: &[(&str, &str)]| {
        let mut control = vec![file("./control", "Package: demo\n"), file("./prerm", script)];
        control.extend(more.iter().map(|(name, text)| file(name, *text)));
        deb(("control.tar", &tar(&control)), ("data.tar", &tar(&[file("./usr/a.txt", "a")])))
    };
    session.file("one.deb", package("#!/bin/sh\n", &[]));
    session.file(
        "two.deb",
        package("#!/bin/sh\nrm -r /\n", &[("./postinst", "#!/bin/sh\n"), ("./conffiles", "\n")]),
    );
    let said = session.run(&["diff", "one.deb", "two.deb", "--json"]).exits(1);
    let found: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        found["conclusion"],
        "2 files are only on one side, 1 of them a maintainer script that runs as root; 1 other file differs, a maintainer \
         script that runs as root; nothing that differs is unexplained"
    );
    let script = "a maintainer script, which dpkg runs as root";
    assert_eq!(crate::pair::reason(&found, "DEBIAN/postinst"), format!("missing on the left: {script}"));
    assert_eq!(crate::pair::reason(&found, "DEBIAN/prerm"), script);
    assert_eq!(crate::pair::reason(&found, "DEBIAN/conffiles"), "missing on the left");
}

#[test]
fn sums_of_files_that_differ_follow_from_them() {
    let session = Session::new();
    let package = |text: &str, sums: &[&str]| {
        let sums: String = sums.iter().map(|sum| format!("{sum}\n")).collect();
        let control = tar(&[file("./control", "Package: demo\n"), file("./md5sums", sums)]);
        let data = tar(&[file("./usr/a.txt", text), file("./usr/b.txt", "b")]);
        deb(("control.tar", &control), ("data.tar", &data))
    };
    let same = "92eb5ffee6ae2fec3ad71c777531578f  usr/b.txt";
    // printf a | md5sum, printf c | md5sum
    session.file("one", package("a", &["0cc175b9c0f1b6a831c399e269772661  usr/a.txt", same]));
    session.file("two", package("c", &["4a8a08f09d37b73795649038408b5f33  usr/a.txt", same]));
    let said = session.run(&["diff", "one", "two", "--json"]).exits(1);
    let found: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        found["conclusion"],
        "1 other file differs; 1 list of files follows from other files; nothing that differs is unexplained"
    );
    // The sum of an unchanged file does not follow from anything.
    session.file("two", package("c", &["4a8a08f09d37b73795649038408b5f33  usr/a.txt", "00  usr/b.txt"]));
    let said = session.run(&["diff", "one", "two", "--json"]).exits(1);
    let found: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        found["conclusion"],
        "2 other files differ, 1 of them a list of files that is wrong; nothing that differs is unexplained"
    );
}

#[test]
fn metadata_of_packages_is_harmless() {
    let session = Session::new();
    let pyc = pyc(SOURCE);
    let older = |mut members: Vec<Member>| {
        members.iter_mut().for_each(|member| member.modified = 1_600_000_000);
        members
    };
    session.file("one", gzip(&tar(&members(&pyc))));
    session.file("two", gzip(&tar(&older(members(&pyc)))));
    let said = session.run(&["diff", "one", "two"]).exits(1);
    let first = "1 archive differs in form alone; nothing that differs is unexplained\n";
    assert!(said.out.starts_with(first), "{}", said.out);
    // date -u -d @1700000000, date -u -d @1600000000
    for text in
        ["2023-11-14 22:13:20 UTC", "2020-09-13 12:26:40 UTC", "time of 1 directory", "time of 4 entries"]
    {
        assert!(said.out.contains(text), "{text} in {}", said.out);
    }
    session.run(&["diff", "one", "two", "--fail-on", "unexplained"]).exits(0);
    let mut moved = members(&pyc);
    moved[4].link = "other.py".into();
    session.file("two", gzip(&tar(&moved)));
    let said = session.run(&["diff", "one", "two"]).exits(1);
    assert!(
        said.out.contains("a symlink to m.py") && said.out.contains("a symlink to other.py"),
        "{}",
        said.out
    );
    session.file("two", tar(&members(&pyc)));
    let said = session.run(&["diff", "one", "two"]).exits(1);
    assert!(said.out.contains("archive: the compression"), "{}", said.out);
}

#[test]
fn packages_in_others_are_looked_into() {
    let session = Session::new();
    let (good, other) = (pyc(SOURCE), pyc("def f():\n    return 2\n"));
    session.file("one/pool/demo.deb", package("1.0", &good));
    session.file("two/pool/demo.deb", package("1.0", &other));
    session.run(&["verify", "one"]).exits(0).says("1 verified");
    let said = session.run(&["verify", "two"]).exits(1);
    assert!(said.out.contains(&format!("two/pool/demo.deb!{}: code: ", name_of_pyc())), "{}", said.out);
    let said = session.run(&["diff", "one", "two"]).exits(1);
    assert!(said.out.starts_with("1 pyc is unexplained"), "{}", said.out);
    assert!(said.out.contains(&format!("pool/demo.deb!{}", name_of_pyc())), "{}", said.out);
    session.file("one/m.py", SOURCE);
    session.file("one/__pycache__/m.cpython-314.pyc", &good);
    let said = session.run(&["manifest", "one"]).exits(0);
    assert!(said.out.contains("\"path\": \"pool/demo.deb\""), "{}", said.out);
    // Three deep, and not deeper.
    let mut bytes = gzip(&tar(&members(&other)));
    for (depth, name) in [(1, "b"), (2, "c"), (3, "d"), (4, "e")] {
        session.file("deep/a", &bytes);
        let said = session.run(&["verify", "deep"]).exits(1);
        let is_seen = said.out.contains(": code: ");
        assert_eq!(is_seen, depth <= 3, "{depth}: {}", said.out);
        assert!(is_seen || said.out.contains("archives are nested more than 3 levels deep"), "{}", said.out);
        bytes = tar(&[file(name, &bytes)]);
    }
}

#[test]
fn an_sdist_is_compared_as_what_it_is() {
    let session = Session::new();
    let sdist = |text: &str| {
        gzip(&tar(&[
            member("pax_global_header", b'g', "", "18 comment=abcdef\n"),
            folder("demo-1.0/"),
            file("demo-1.0/demo.py", text),
        ]))
    };
    session.file("one.tar.gz", sdist("x = 1\n"));
    session.file("two.tar.gz", sdist("x = 2\n"));
    let said = session.run(&["diff", "one.tar.gz", "two.tar.gz"]).exits(1);
    assert!(said.out.contains("source: demo-1.0/demo.py changed"), "{}", said.out);
    session.run(&["diff", "one.tar.gz", "one.tar.gz"]).exits(0);
}
