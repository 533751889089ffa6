//! Modification times in packages, which the headers of pycs repeat.

use super::make::{Member, deb, file, folder, gzip, member, tar};
use super::{SOURCE, control};
use crate::session::Session;
use serde_json::Value;

const PYC: &str = "t/__pycache__/m.cpython-314.pyc";

/// A session with a pyc that records the time of its source, and that time.
fn timed() -> (Session, Vec<u8>, u64) {
    let session = Session::new();
    session.file("t/m.py", SOURCE);
    let fixed = ["compile", "-q", "--engine", "native", "--python", "3.14"];
    session.run(&[&fixed[..], &["--invalidation-mode", "timestamp", "t/m.py"]].concat()).exits(0);
    let pyc = std::fs::read(session.path(PYC)).unwrap();
    let time = u32::from_le_bytes(pyc[8..12].try_into().unwrap());
    (session, pyc, time.into())
}

fn at(time: u64, member: Member) -> Member {
    Member { modified: time, ..member }
}

#[test]
fn the_time_in_a_header_is_that_of_the_entry() {
    let (session, pyc, time) = timed();
    let verify = |name: &str, archive: &[u8]| {
        session.file(name, archive);
        session.run(&["verify", name])
    };
    let packed = |time: u64| tar(&[folder("t"), at(time, file("t/m.py", SOURCE)), file(PYC, &pyc)]);
    let package = |archive: &[u8]| deb(("control.tar.gz", &control("1.0")), ("data.tar.gz", &gzip(archive)));
    let right = packed(time);
    let clamped = packed(time - 1);
    let expected =
        format!("{PYC}: header: the source time in its header is not that of t/m.py, but its code is");
    for (good, bad) in [
        (right.clone(), clamped.clone()),
        (gzip(&right), gzip(&clamped)),
        (package(&right), package(&clamped)),
        (tar(&[file("in.tar", &right)]), tar(&[file("in.tar", &clamped)])),
    ] {
        verify("a.tar", &good).exits(0).says("1 verified, 0 findings");
        let said = verify("a.tar", &bad).exits(1).says("0 verified, 1 finding");
        assert!(said.out.trim_end().ends_with(&expected), "{}", said.out);
    }
    // A hard link has the time of the file that it links to.
    let linked = |first: u64, link: u64| {
        let link = at(link, member("t/m.py", b'1', "t/a.py", ""));
        tar(&[at(first, file("t/a.py", SOURCE)), link, file(PYC, &pyc)])
    };
    verify("a.tar", &linked(time, 1)).exits(0);
    verify("a.tar", &linked(1, time)).exits(1);
    // Installers of wheels and zips do not keep times.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("t/m.py", SOURCE.as_bytes()), (PYC, &pyc)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    verify("a.zip", &zip.finish().unwrap().into_inner()).exits(0);
}

#[test]
fn a_pyc_that_is_stale_on_one_side_is_reported() {
    let (session, pyc, time) = timed();
    let packed =
        |source: u64, cached: u64| tar(&[at(source, file("t/m.py", SOURCE)), at(cached, file(PYC, &pyc))]);
    let diff = |one: &[u8], other: &[u8]| -> Value {
        session.file("a.tar", one);
        session.file("b.tar", other);
        let said = session.run(&["diff", "--json", "a.tar", "b.tar"]).exits(1);
        session.run(&["diff", "a.tar", "b.tar", "--fail-on", "unexplained"]).exits(1);
        session.run(&["diff", "a.tar", "b.tar", "--fail-on", "code"]).exits(1);
        serde_json::from_str(&said.out).unwrap()
    };
    let fault =
        "explained by its source: the source time in its header is not that of t/m.py, but its code is";
    for cached in [time, 1] {
        let document = diff(&packed(time, time), &packed(1, cached));
        assert_eq!(crate::pair::reason(&document, PYC), format!("the right pyc is not {fault}"));
    }
    let document = diff(&packed(1, time), &packed(time, time));
    assert_eq!(crate::pair::reason(&document, PYC), format!("the left pyc is not {fault}"));
    // The times of a pyc that is stale on both sides.
    let document = diff(&packed(1, 1), &packed(2, 2));
    assert_eq!(crate::pair::reason(&document, PYC), format!("neither pyc is {fault}"));
}

#[test]
fn another_owner_is_reported_once() {
    let session = Session::new();
    let packed = |owner: u32| {
        let files = ["t/m.py", "t/n.py", "t/o.py"].map(|name| file(name, SOURCE));
        let members = [&[folder("t")][..], &files].concat();
        let members: Vec<Member> = members.into_iter().map(|member| Member { owner, ..member }).collect();
        tar(&members)
    };
    session.file("a.tar", packed(0));
    session.file("b.tar", packed(1000));
    let said = session.run(&["diff", "--json", "a.tar", "b.tar"]).exits(1);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let reason = document["files"][0]["cause"]["reason"].as_str().unwrap();
    assert_eq!(reason.matches("on the right").count(), 1, "{reason}");
}
