//! Packages that are refused instead of being read in part, or in one of two ways.

use super::image::oci;
use super::make::{
    Member, ar, cpio, cpio_member, deb, docker, file, folder, gzip, member, rpm, symlink, tar, zstd,
};
use super::{MODULES, SOURCE, control, members, package, pyc};
use crate::session::Session;

#[track_caller]
fn refused(bytes: &[u8], message: &str) {
    let session = Session::new();
    // A name that says that it is meant to be read.
    session.file("a.tar.gz", bytes);
    for command in ["verify", "manifest"] {
        session.run(&[command, "a.tar.gz"]).exits(2).says("error: a.tar.gz: ").says(message);
    }
    session.run(&["diff", "a.tar.gz", "a.tar.gz"]).exits(2).says(message);
    assert_eq!(session.files(), ["a.tar.gz"]);
}

#[test]
fn names_that_escape_or_have_two_meanings() {
    let with = |extra: Member| tar(&[vec![file("x.py", "")], vec![extra]].concat_members());
    refused(&with(file("../out", "")), "the name leaves the archive with \"..\"");
    refused(&with(file("usr/../../out", "")), "the name leaves the archive with \"..\"");
    refused(&with(file("/out", "")), "the name is an absolute path");
    refused(&with(file("x.py", "")), "there are two entries of this name");
    refused(&with(file("./x.py", "")), "there are two entries of this name");
    refused(&with(symlink("x.py", "y")), "there are two entries of this name");
    refused(&with(file("x.py/y", "")), "needs it to be a directory");
    refused(&with(member("h", b'1', "/etc/passwd", "")), "it is a hard link to \"/etc/passwd\"");
    refused(&with(member("s", b'S', "", "")), "sparse entry type");
    refused(&with(member("l", b'2', "x.py", "content")), "an entry that is not a file has content");
    let record = "20 path=../escape.py";
    refused(&tar(&[member("pax", b'x', "", format!("{}\n", &record[..19])), file("x", "")]), "entry ");
    refused(
        &tar(&[member("g", b'g', "", "14 path=/etc/\n"), file("x", "")]),
        "a global pax header with \"path\" is refused",
    );
    // A symlink is not followed, so nothing is below it.
    let through = [symlink("l", "/tmp"), file("l/x.py", "")];
    refused(&tar(&through), "and \"l/x.py\" needs it to be a directory");
}

/// Returns the members as both parts of a Debian package, and as a layer of both forms of images.
fn packed(members: &[Member]) -> [(&'static str, Vec<u8>); 5] {
    let archive = tar(members);
    let other = tar(&[file("a", "1")]);
    [
        ("the files of a deb", deb(("control.tar.gz", &control("1")), ("data.tar.gz", &gzip(&archive)))),
        (
            "the control files of a deb",
            deb(("control.tar.gz", &gzip(&archive)), ("data.tar.gz", &gzip(&other))),
        ),
        ("a layer of docker save", docker(std::slice::from_ref(&archive))),
        ("a second layer", docker(&[other, archive.clone()])),
        ("a layer of an OCI layout", oci(&[archive], &[])),
    ]
}

#[test]
fn members_of_packages_and_images_that_escape_are_refused() {
    let no_file = "which is not an earlier file of the archive";
    for (members, message) in [
        (vec![file("../out", "x")], "the name leaves the archive with \"..\""),
        (vec![file("usr/../../out", "x")], "the name leaves the archive with \"..\""),
        (vec![file("../.wh.out", "")], "the name leaves the archive with \"..\""),
        (vec![file("/out", "x")], "the name "),
        (vec![symlink("../out", "/etc")], "the name leaves the archive with \"..\""),
        (vec![member("h", b'1', "/etc/passwd", "")], no_file),
        (vec![member("h", b'1', "../../etc/passwd", "")], no_file),
        (vec![symlink("l", "/etc"), member("h", b'1', "l/passwd", "")], no_file),
        (vec![symlink("l", "/etc"), file("l/passwd", "x")], "needs it to be a directory"),
        (vec![symlink("l", "../../etc"), file("l/passwd", "x")], "needs it to be a directory"),
    ] {
        for (_, bytes) in packed(&members) {
            refused(&bytes, message);
        }
    }
}

/// A symlink is not a file: its target outside is never read.
#[test]
fn symlinks_out_of_packages_and_images_are_not_followed() {
    let name = format!("{MODULES}/m.py");
    let session = Session::new();
    let outside = session.file("outside.py", "x = 1\n");
    for target in [outside.to_str().unwrap(), "../../../../../../outside.py"] {
        for (form, bytes) in packed(&[symlink(&name, target)]) {
            session.file("a/p", bytes);
            let said = session.run(&["verify", "a/p"]).exits(0).says("0 pycs, 0 verified, 0 findings");
            // An image is a whole system: a file that it does not contain does not exist.
            if !(form.contains("control") || form.contains("layer") && target.starts_with("..")) {
                assert!(
                    said.err.contains("1 symlink leads out of the archive to what may be modules"),
                    "{form}: {}",
                    said.err
                );
            }
            session.run(&["manifest", "a/p"]).exits(2).says("no pyc in a/p");
        }
        let [(_, link), ..] = packed(&[symlink(&name, target)]);
        let [(_, copy), ..] = packed(&[file(&name, "x = 1\n")]);
        session.file("link", link);
        session.file("copy", copy);
        let said = session.run(&["diff", "link", "copy"]).exits(1);
        assert!(said.out.starts_with("1 file was not checked\n"), "{}", said.out);
    }
}

trait ConcatMembers {
    fn concat_members(self) -> Vec<Member>;
}

impl ConcatMembers for [Vec<Member>; 2] {
    fn concat_members(self) -> Vec<Member> {
        self.into_iter().flatten().collect()
    }
}

#[test]
fn archives_that_are_cut_off_or_go_on() {
    let whole = tar(&[file("x.py", "x = 1\n")]);
    refused(&whole[..1024], "truncated: a tar header at offset 1024");
    refused(&whole[..700], "");
    refused(&[whole.clone(), b"more".to_vec()].concat(), "bytes that are not zero follow the end");
    let packed = gzip(&whole);
    refused(&packed[..packed.len() - 9], "the gzip data is broken");
    let mut wrong = packed.clone();
    let at = wrong.len() - 5;
    wrong[at] ^= 1;
    refused(&wrong, "the gzip data is broken");
    refused(&[packed, b"more".to_vec()].concat(), "the gzip data is broken");
    let frame = zstd(&whole);
    refused(&frame[..frame.len() - 1], "the zstd data is broken");
    refused(&[frame, b"more".to_vec()].concat(), "the zstd data is broken");
    // One header says that it has 8 GiB.
    let mut large = file("x.py", "").bytes();
    large[124..136].copy_from_slice(b"77777777777\0");
    large[148..156].copy_from_slice(b"        ");
    let sum: u64 = large[..512].iter().map(|&byte| u64::from(byte)).sum();
    large[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    refused(&large, "bytes in the entry: 8589934591, more than the limit of 1073741824");
}

#[test]
fn archives_that_unpack_to_too_much() {
    let zeros = vec![0; 70 << 20];
    refused(&gzip(&tar(&[file("x", &zeros)])), "is treated as a zip bomb");
    // A window of 256 MiB, as `zstd --long=28` writes it.
    refused(&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x90, 1, 0, 0], "dictionary of more than 128 MiB");
    // A long name is read before its entry.
    let long = member("././@LongLink", b'L', "", vec![b'a'; 2 << 20]);
    refused(&gzip(&tar(&[long, file("x", "")])), "bytes in the headers of an entry");
    let mut named = cpio_member("x", 0o100_644, 1, 1, b"");
    named[94..102].copy_from_slice(b"7fffffff");
    let endless = [named, vec![b'a'; 2 << 20]].concat();
    refused(&rpm(&[(1000, "demo")], &gzip(&endless)), "bytes in the headers of an entry");
}

#[test]
fn packages_that_are_not_what_they_say() {
    let data = gzip(&tar(&[file("./x", "")]));
    let control = control("1");
    refused(&ar(&[("debian-binary", b"2.0\n"), ("data.tar.gz", &data)]), "its members are not exactly");
    let twice =
        [("debian-binary", b"2.0\n".as_slice()), ("control.tar.gz", &control), ("data.tar.gz", &data)];
    refused(&ar(&[twice.as_slice(), &twice[2..]].concat()), "its members are not exactly");
    refused(&deb(("control.tar.gz", &control), ("data.tar.xz", &data)), "is not compressed as its name says");
    let mut long = deb(("control.tar.gz", &control), ("data.tar.gz", &data));
    long[8 + 48..8 + 58].copy_from_slice(b"9999999999");
    refused(&long, "truncated: a member of the ar archive");
    refused(&rpm(&[(1124, "drpm")], b""), "its payload is not a cpio archive");
    refused(&rpm(&[(1000, "a")], &gzip(b"no cpio")), "the cpio archive is malformed");
    let escaping = cpio(&[cpio_member("./../x", 0o100_644, 1, 1, b"")]);
    refused(&rpm(&[(1000, "a")], &gzip(&escaping)), "the name leaves the archive with \"..\"");
    refused(b"\xed\xab\xee\xdb\x03\0", "truncated: the rpm header");
}

#[test]
fn symlinks_that_lead_to_bytecode_elsewhere_are_findings() {
    let session = Session::new();
    let findings = |name: &str, target: &str| {
        let mut found = members(&pyc(SOURCE));
        found.push(symlink(&format!("{MODULES}/{name}"), target));
        session.file("a", tar(&found));
        let said = session.run(&["verify", "a"]);
        assert_eq!(said.status, i32::from(!said.out.is_empty()), "{}{}", said.out, said.err);
        said.out
    };
    for (name, target) in [
        ("pkg/__pycache__", "../cache"),
        ("p", "/usr/lib/python3.12/site-packages/other"),
        ("old.pyc", "/somewhere/old.pyc"),
        ("lib", "/opt/lib.zip"),
    ] {
        let said = findings(name, target);
        assert!(said.contains(&format!("{MODULES}/{name}: unreadable: ")), "{name}: {said}");
    }
    // Links as Debian's packages have them.
    for (name, target) in [
        ("jquery", "/usr/share/javascript/jquery"),
        ("n.py", "../../../share/demo/n.py"),
        ("again", "../dist-packages"),
        ("libx.so", "/usr/lib/x86_64-linux-gnu/libx.so.1"),
    ] {
        assert_eq!(findings(name, target), "", "{name}");
    }
}

#[test]
fn broken_archives_in_a_tree_are_reported_where_they_are_installed() {
    let session = Session::new();
    session.file("tree/m.py", SOURCE);
    session.file("tree/__pycache__/m.cpython-314.pyc", pyc(SOURCE));
    let package = package("1", b"");
    session.file("tree/tests/broken.tar.gz", &gzip(&tar(&[folder("a/")]))[..20]);
    session.run(&["verify", "tree"]).exits(0);
    session.file("tree/demo.deb", &package[..package.len() - 100]);
    let said = session.run(&["verify", "tree"]).exits(1);
    assert!(said.out.contains("tree/demo.deb: archive: the archive was not opened: "), "{}", said.out);
}

#[test]
fn a_tar_in_a_tree_that_names_code_and_is_not_opened_is_a_finding() {
    let session = Session::new();
    session.file("tree/m.py", SOURCE);
    session.file("tree/__pycache__/m.cpython-314.pyc", pyc(SOURCE));
    let twice = tar(&[file("p/b.py", SOURCE), file("p/b.py", "")]);
    // Bytes that are not compressed to a few.
    let noise = || (0..9000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<u8>>();
    // The checksum of the whole is wrong, and only its first entries can be read.
    let cut = |first: Vec<Member>| {
        let whole = gzip(&tar(&[first, vec![file("p/c.bin", noise())]].concat_members()));
        whole[..whole.len() - 12].to_vec()
    };
    let twins = "the archive was not opened: entry \"p/b.py\": there are two entries of this name";
    for (name, bytes, message) in [
        ("sd.tar", twice.clone(), twins),
        ("sd.tar.gz", gzip(&twice), twins),
        ("sd.tar.zst", zstd(&twice), twins),
        ("data.bin", twice, twins),
        ("cut.tar.gz", cut(vec![file("p/b.py", SOURCE)]), "the archive was not opened: "),
        (
            "cut.tar.gz",
            cut(vec![member("pax", b'x', "", "15 path=p/b.py\n"), file("b", SOURCE)]),
            "the archive was not opened: ",
        ),
    ] {
        let path = session.file(&format!("tree/{name}"), bytes);
        let said = session.run(&["verify", "tree"]).exits(1);
        assert!(said.out.contains(&format!("tree/{name}: archive: {message}")), "{}", said.out);
        session.run(&["manifest", "tree"]).exits(1);
        std::fs::remove_file(path).unwrap();
    }
    session.file("tree/data.tar", tar(&[file("a.txt", ""), file("a.txt", "")]));
    session
        .run(&["verify", "tree"])
        .exits(0)
        .says("note: the archive data.tar was not opened: entry \"a.txt\"");
}

#[test]
fn a_zip_that_was_cut_short_and_names_code_is_a_finding() {
    let session = Session::new();
    let whole = crate::audits::zip(&[("m.py", SOURCE.as_bytes()), ("n.py", SOURCE.as_bytes())]);
    session.file("tree/cut.zip", &whole[..whole.len() / 2]);
    let said = session.run(&["verify", "tree"]).exits(1);
    assert!(said.out.contains("tree/cut.zip: archive: the archive was not opened: "), "{}", said.out);
}

/// Names alone decide which `.pth` files Python reads once the package is installed.
#[test]
fn path_files_lead_out_by_any_name_of_their_directory() {
    let site = "usr/lib/python3/site-packages";
    let module = || file(&format!("{site}/m.py"), "x = 1\n");
    let inside = [
        module(),
        file(&format!("{site}/e.pth"), "sub\n"),
        file(&format!("{site}/sub/n.py"), ""),
        file("opt/unread/e.pth", "../../../out\n"),
    ];
    let outside = [
        vec![file("usr/lib/python3/x/e.pth", "../../../out\n"), symlink(site, "x")],
        vec![
            file("opt/d/sub/e.pth", "../../lib\n"),
            file("opt/lib/n.py", ""),
            symlink("opt/l", "d/sub"),
            symlink(site, "../../../opt/l"),
        ],
        vec![
            module(),
            file("opt/data.txt", "../../../../etc\n"),
            symlink(&format!("{site}/e.pth"), "../../../../opt/data.txt"),
        ],
        vec![module(), symlink(&format!("{site}/e.pth"), "/etc/e.pth")],
        vec![file("usr/bin/python3._pth", "../lib/gone#comment\n")],
    ];
    let session = Session::new();
    session.file("a.tar", tar(&inside));
    session.run(&["verify", "a.tar"]).exits(0);
    for members in outside {
        session.file("a.tar", tar(&members));
        let said = session.run(&["verify", "a.tar"]).exits(1);
        assert!(said.out.contains("pth: unreadable: "), "{}", said.out);
    }
}

#[test]
fn a_wheel_that_was_cut_short_is_a_finding() {
    let session = Session::new();
    session.file("tree/m.py", SOURCE);
    session.file("tree/__pycache__/m.cpython-314.pyc", pyc(SOURCE));
    session.file("tree/data.zip", b"no zip");
    session.run(&["verify", "tree"]).exits(0);
    for content in [&b""[..], b"PK\x03\x04", &[7; 4000]] {
        session.file("tree/demo-1-py3-none-any.whl", content);
        let said = session.run(&["verify", "tree"]).exits(1);
        let finding = "tree/demo-1-py3-none-any.whl: archive: the archive was not opened: ";
        assert!(said.out.contains(finding), "{}", said.out);
        session.run(&["manifest", "tree"]).exits(1);
    }
    // The package contains nothing else.
    session.file("wheels/demo-1-py3-none-any.whl", "");
    session.run(&["verify", "wheels"]).exits(1);
}

#[test]
fn paths_and_names_of_path_files_are_bounded() {
    let site = "usr/lib/python3/dist-packages";
    // Each line is a path in every encoding of a locale, and each symlink is a name of the file.
    let lines: String = (0..20_000_u32)
        .map(|at| {
            let letter = |at: u32| char::from_u32(0x430 + at % 32).unwrap();
            format!("{}{}{}\n", letter(at), letter(at / 32), letter(at / 1024))
        })
        .collect();
    let mut members = vec![file(&format!("{site}/z.pth"), &lines)];
    members.extend((0..20).map(|at| symlink(&format!("{site}/z{at}.pth"), "z.pth")));
    let session = Session::new();
    session.file("a.tar", tar(&members));
    let said = session.run(&["verify", "a.tar"]).exits(1);
    assert!(said.out.lines().count() <= 21 * 100 + 2, "{}", said.out.lines().count());
}
