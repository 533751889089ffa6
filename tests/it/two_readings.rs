//! Files that are one archive to one reader, and another archive or none to another reader. Nothing
//! that some version of Python imports from them is overlooked. `tests/oracle/deceit.py` gives the
//! same files to the real zipimport.

use crate::deceit::{GOOD, Pycs, tree, zip};
use crate::session::Session;
use pycompile::archive::{Compression, File, ZipOptions, write};
use std::io::Write as _;

/// A zip, taken apart: the entries, the directory, and the number of entries.
fn parts(zip: &[u8]) -> (&[u8], &[u8], u64) {
    let end = &zip[zip.len() - 22..];
    let start = u32::from_le_bytes(*end[16..].first_chunk().unwrap()) as usize;
    (&zip[..start], &zip[start..zip.len() - 22], u16::from_le_bytes([end[8], end[9]]).into())
}

/// The entry and the directory of a zip of one stored file, which has a comment in the directory.
fn one_file(content: &[u8], comment: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut options = ZipOptions::default();
    options.compression = Compression::Stored;
    let bytes = write(&[File::new("data.bin", content.to_vec())], &options).unwrap();
    let (entries, directory, _) = parts(&bytes);
    let mut directory = directory.to_vec();
    directory[32..34].copy_from_slice(&(comment.len() as u16).to_le_bytes());
    directory.extend(comment);
    (entries.to_vec(), directory)
}

fn end(directory: &[u8], start: usize) -> Vec<u8> {
    let numbers = [directory.len() as u32, start as u32].map(u32::to_le_bytes).concat();
    [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", numbers.as_slice(), &[0, 0]].concat()
}

fn end64(entries: u64, size: u64, start: u64) -> Vec<u8> {
    let numbers = [entries, entries, size, start].map(u64::to_le_bytes).concat();
    [b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0", numbers.as_slice()].concat()
}

/// zipimport of 3.13 and later reads the directory in the comment of the only file.
fn zip64_without_a_locator(hidden: &[u8]) -> Vec<u8> {
    let (inner, header, count) = parts(hidden);
    let (entries, before) = one_file(inner, b"");
    let inner_at = entries.len() - inner.len();
    let recorded = (entries.len() + before.len() - inner_at) as u64;
    let record = end64(count, header.len() as u64, recorded);
    let (_, directory) = one_file(inner, &[header, &record, &[0; 20]].concat());
    let end = end(&directory, entries.len());
    [entries, directory, end].concat()
}

/// zipimport of 3.12 and earlier begins to read after the size of the zip64 records.
fn zip64_that_is_overlooked(hidden: &[u8]) -> Vec<u8> {
    let (inner, header, _) = parts(hidden);
    // Offsets in the hidden directory count from 76 bytes into the file.
    let content = [&[b'.'; 76], inner].concat();
    let (entries, before) = one_file(&content, b"");
    let shift = (entries.len() - inner.len() - 76) as u32;
    let mut header = header.to_vec();
    let mut at = 0;
    while at < header.len() {
        let size =
            |field: usize| usize::from(u16::from_le_bytes([header[at + field], header[at + field + 1]]));
        let next = at + 46 + size(28) + size(30) + size(32);
        let offset = u32::from_le_bytes(*header[at + 42..].first_chunk().unwrap()) + shift;
        header[at + 42..at + 46].copy_from_slice(&offset.to_le_bytes());
        at = next;
    }
    let (_, directory) = one_file(&content, &[&vec![0; 76 - before.len()], header.as_slice()].concat());
    let (start, size) = (entries.len(), directory.len());
    let record_at = ((start + size) as u64).to_le_bytes();
    let locator = [b"PK\x06\x07\0\0\0\0", record_at.as_slice(), &[1, 0, 0, 0]];
    let records = [end64(1, size as u64, start as u64), locator.concat()].concat();
    let end = end(&directory, start);
    [entries, directory, records, end].concat()
}

/// zipimport of 3.13 and later finds the end of an archive in more bytes than a comment can have.
fn far_from_the_end(hidden: &[u8]) -> Vec<u8> {
    [hidden, &[0; 65_560]].concat()
}

fn packed(tar: &[u8], comment: &[u8]) -> Vec<u8> {
    let mut packer = flate2::GzBuilder::new().extra(comment).write(Vec::new(), flate2::Compression::best());
    packer.write_all(tar).unwrap();
    packer.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A package whose gzip header has the archive.
fn in_a_package(hidden: &[u8]) -> Vec<u8> {
    packed(&tar(&[("readme.txt", b"text")]), hidden)
}

/// A tar archive with the end of the archive, which is not a file in it.
fn after_a_tar(hidden: &[u8]) -> Vec<u8> {
    [&tar(&[("readme.txt", b"text")]), hidden, &[0; 1024]].concat()
}

type Shape = (&'static str, fn(&[u8]) -> Vec<u8>);

const SHAPES: [Shape; 5] = [
    ("a zip64 record without a locator", zip64_without_a_locator),
    ("zip64 records that are overlooked", zip64_that_is_overlooked),
    ("far from the end", far_from_the_end),
    ("in a package", in_a_package),
    ("behind a tar archive", after_a_tar),
];

#[test]
fn no_reading_goes_unseen() {
    let pycs = Pycs::new();
    let hidden = zip(&[("m.py".to_owned(), GOOD.into()), ("m.pyc".to_owned(), pycs.evil())]);
    for (shape, build) in SHAPES {
        let bytes = build(&hidden);
        for name in ["lib/python314.zip", "site/lib.egg", "data/readme.txt", "pkg.tar.gz", "m.py"] {
            let session = tree(&pycs);
            session.file(&format!("t/{name}"), &bytes);
            let said = session.run(&["verify", "t"]).exits(1);
            assert!(
                said.out.contains(&format!("t/{name}: archive: the archive was not opened: ")),
                "{shape}: {}",
                said.out
            );
            let said = session.run(&["manifest", "t"]).exits(1);
            assert!(said.err.contains(&format!("{name}: ")), "{shape}: {}", said.err);
            // As PATH itself, it is refused as a whole, or its files are checked.
            for command in ["verify", "manifest"] {
                let status = session.run(&[command, &format!("t/{name}")]).status;
                assert!(status == 1 || status == 2, "{command} {name}, {shape}: {status}");
            }
        }
    }
}

#[test]
fn a_zip_at_the_end_of_a_tar_is_a_file_of_it() {
    let pycs = Pycs::new();
    let of = |pyc: Vec<u8>| zip(&[("m.py".to_owned(), GOOD.into()), ("m.pyc".to_owned(), pyc)]);
    let verify = |pyc: Vec<u8>| {
        let session = tree(&pycs);
        let image = tar(&[("readme.txt", b"text"), ("lib.zip", &of(pyc))]);
        session.file("t/data.tar", &image);
        session.file("image.tar", &image);
        (session.run(&["verify", "t"]), session.run(&["verify", "image.tar"]))
    };
    let (within, alone) = verify(pycs.good());
    within.exits(0).says("2 verified, 0 findings");
    alone.exits(0).says("1 verified, 0 findings");
    let (within, alone) = verify(pycs.evil());
    assert!(within.exits(1).out.contains("t/data.tar!lib.zip!m.pyc: code: "));
    assert!(alone.exits(1).out.contains("lib.zip!m.pyc: code: "));
}

/// Bytecode of PyPy and GraalPy, which their `runpy` runs under any name.
#[test]
fn bytecode_of_other_implementations() {
    let pycs = Pycs::new();
    let good = pycs.good();
    for magic in [336_u16, 384, 416, 21_150, 29_000] {
        let session = tree(&pycs);
        session.file("t/bin/tool", [&magic.to_le_bytes()[..], &good[2..]].concat());
        let said = session.run(&["verify", "t"]).exits(1);
        let expected =
            format!("t/bin/tool: name: it is bytecode of an unknown Python, with the magic number {magic}");
        assert!(said.out.contains(&expected), "{}", said.out);
        session.run(&["manifest", "t"]).exits(1);
    }
}

/// A file that cannot be opened may be one that Python imports from.
#[cfg(target_os = "linux")]
#[test]
fn files_that_cannot_be_opened() {
    use std::process::Command;
    let pycs = Pycs::new();
    let session = tree(&pycs);
    let folder = "d".repeat(200);
    // The name of the file, but not of its directory, is longer than a path may be.
    let script = "i=0; while [ $i -lt 30 ]; do mkdir \"$1\" && cd -P \"$1\" || exit 1; i=$((i+1)); \
                  [ $(pwd -P | wc -c) -gt $((4095 - 201)) ] && break; done; : >\"$2\"";
    let made = Command::new("sh")
        .args(["-c", script, "sh", &folder, &"z".repeat(250)])
        .current_dir(session.path("t"))
        .status()
        .unwrap();
    assert!(made.success());
    let root = session.path("t");
    let root = root.to_str().unwrap();
    let said = session.run(&["verify", root]).exits(1);
    assert!(said.out.contains(": unreadable: "), "{}", said.out);
    session.run(&["manifest", root]).exits(1);
    let removed = Command::new("rm").args(["-rf", root]).status().unwrap();
    assert!(removed.success());
}

/// Tags that stand for billions of others.
#[test]
fn tags_are_not_multiplied_out() {
    let many = (0..3000).map(|number| format!("p{number}")).collect::<Vec<_>>().join(".");
    for line in [
        format!("{many}-{many}-any"),
        format!("{many}-{many}-{many}"),
        format!("{many}-x-y{}", format!("\nTag: {many}-x-y").repeat(40)),
    ] {
        let session = Session::new();
        let wheel = format!("Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {line}\n");
        session.file(
            "demo-1.0-py3-none-any.whl",
            zip(&[("demo-1.0.dist-info/WHEEL".to_owned(), wheel.into_bytes())]),
        );
        let said = session.run(&["verify", "demo-1.0-py3-none-any.whl"]).exits(1);
        assert!(said.out.contains("are not those of the file name (py3-none-any)"), "{}", said.out);
        assert!(said.out.len() < 10_000, "{}", said.out.len());
    }
    let session = Session::new();
    let short = ["x"; 40].join(".");
    let name = format!("demo-1.0-{short}-{short}-{short}.whl");
    session.file(&name, zip(&[("m.py".to_owned(), GOOD.into())]));
    let said = session.run(&["verify", &name]).exits(1);
    assert!(said.out.contains("64000 combinations"), "{}", said.out);
}
