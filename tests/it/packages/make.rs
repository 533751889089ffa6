//! Archives byte by byte, after the specifications of their formats.

use std::io::Write as _;

/// A member of a tar archive (POSIX.1-2001, ustar).
#[derive(Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) kind: u8,
    pub(super) link: String,
    pub(super) content: Vec<u8>,
    pub(super) mode: u32,
    pub(super) modified: u64,
    pub(super) owner: u32,
}

pub(super) fn member(name: &str, kind: u8, link: &str, content: impl AsRef<[u8]>) -> Member {
    let (name, link) = (name.to_owned(), link.to_owned());
    let content = content.as_ref().to_vec();
    Member { name, kind, link, content, mode: 0o644, modified: 1_700_000_000, owner: 0 }
}

pub(super) fn file(name: &str, content: impl AsRef<[u8]>) -> Member {
    member(name, b'0', "", content)
}

pub(super) fn folder(name: &str) -> Member {
    Member { mode: 0o755, ..member(name, b'5', "", "") }
}

pub(super) fn symlink(name: &str, target: &str) -> Member {
    member(name, b'2', target, "")
}

impl Member {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut header = vec![0u8; 512];
        let mut field = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
        field(0, self.name.as_bytes());
        field(100, format!("{:07o}\0", self.mode).as_bytes());
        field(108, format!("{:07o}\0{:07o}\0", self.owner, self.owner).as_bytes());
        field(124, format!("{:011o}\0", self.content.len()).as_bytes());
        field(136, format!("{:011o}\0", self.modified).as_bytes());
        field(148, b"        ");
        field(156, &[self.kind]);
        field(157, self.link.as_bytes());
        field(257, b"ustar\x0000");
        field(265, b"root");
        field(297, b"root");
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header.extend_from_slice(&self.content);
        header.resize(header.len().next_multiple_of(512), 0);
        header
    }
}

pub(super) fn tar(members: &[Member]) -> Vec<u8> {
    let mut bytes: Vec<u8> = members.iter().flat_map(Member::bytes).collect();
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A frame of zstd (RFC 8878) with raw blocks and without a checksum.
pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x58];
    let blocks: Vec<&[u8]> = bytes.chunks(65_536).collect();
    for (at, block) in blocks.iter().enumerate() {
        let header = (block.len() as u32) << 3 | u32::from(at + 1 == blocks.len());
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.extend_from_slice(block);
    }
    frame
}

/// `deb(5)`: an ar archive of three members.
pub(super) fn deb(control: (&str, &[u8]), data: (&str, &[u8])) -> Vec<u8> {
    ar(&[("debian-binary", b"2.0\n".as_slice()), control, data])
}

pub(super) fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        bytes.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len()).bytes(),
        );
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len() + content.len() % 2, b'\n');
    }
    bytes
}

/// A member of a cpio archive of the "new ASCII" format.
pub(super) fn cpio_member(name: &str, mode: u32, inode: u32, links: u32, content: &[u8]) -> Vec<u8> {
    let size = content.len() as u32;
    let fields = [inode, mode, 0, 0, links, 1_700_000_000, size, 0, 0, 0, 0, name.len() as u32 + 1, 0];
    let mut bytes = b"070701".to_vec();
    fields.iter().for_each(|field| bytes.extend(format!("{field:08x}").bytes()));
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

pub(super) fn cpio(members: &[Vec<u8>]) -> Vec<u8> {
    [members.concat(), cpio_member("TRAILER!!!", 0, 0, 1, b"")].concat()
}

/// A table of an RPM package: strings by tag.
fn rpm_header(tags: &[(u32, &str)]) -> Vec<u8> {
    let (mut index, mut store) = (Vec::new(), Vec::new());
    for (tag, value) in tags {
        for field in [*tag, 6, store.len() as u32, 1] {
            index.extend_from_slice(&field.to_be_bytes());
        }
        store.extend_from_slice(value.as_bytes());
        store.push(0);
    }
    let mut bytes = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
    bytes.extend_from_slice(&(tags.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&(store.len() as u32).to_be_bytes());
    [bytes, index, store].concat()
}

pub(super) fn rpm(tags: &[(u32, &str)], payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xed, 0xab, 0xee, 0xdb, 3, 0];
    bytes.resize(96, 0);
    bytes.extend(rpm_header(&[(1000, "x")]));
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes.extend(rpm_header(tags));
    bytes.extend_from_slice(payload);
    bytes
}

/// The archive of `docker save`: a manifest, a config, and layers in order.
pub(super) fn docker(layers: &[Vec<u8>]) -> Vec<u8> {
    let names: Vec<String> = (0..layers.len()).map(|at| format!("{at}/layer.tar")).collect();
    let manifest = serde_json::json!([{"Config": "c.json", "RepoTags": ["demo:1"], "Layers": names}]);
    let mut members = vec![file("manifest.json", manifest.to_string()), file("c.json", "{\"os\":\"linux\"}")];
    members.extend(names.iter().zip(layers).map(|(name, layer)| file(name, layer)));
    tar(&members)
}
