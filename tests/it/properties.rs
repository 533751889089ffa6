//! Properties that hold for any bytes, tested with a few thousand inputs, which are the same in
//! every run. `fuzz/run` tests millions.

use crate::any_bytes as holds;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::path::Path;

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The files of `tests/seeds/KIND` and, for pycs, those of `tests/golden`.
fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let folders = [Path::new("tests/seeds").join(kind), "tests/golden".into()];
    let mut seeds = Vec::new();
    for folder in &folders[..if kind == "pyc" { 2 } else { 1 }] {
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            if path.is_file()
                && (kind != "pyc" || path.extension().is_some_and(|extension| extension == "pyc"))
            {
                seeds.push(std::fs::read(path).unwrap());
            }
        }
    }
    assert!(!seeds.is_empty());
    seeds
}

/// A change to a file.
#[derive(Clone, Debug)]
enum Edit {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, u8),
    Repeat(Index, u8, u8),
    Number(Index, u32),
    Cut(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        4 => (at(), 0u8..8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        2 => (at(), vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        2 => (at(), any::<u8>()).prop_map(|(at, size)| Edit::Remove(at, size)),
        2 => (at(), any::<u8>(), 1u8..9).prop_map(|(at, size, times)| Edit::Repeat(at, size, times)),
        2 => (at(), select(vec![0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX, 1 << 20])).prop_map(|(at, n)| Edit::Number(at, n)),
        1 => at().prop_map(Edit::Cut),
    ]
}

fn change(bytes: &mut Vec<u8>, edit: &Edit) {
    if bytes.is_empty() {
        return;
    }
    let size = bytes.len();
    match edit {
        Edit::Set(at, byte) => bytes[at.index(size)] = *byte,
        Edit::Flip(at, bit) => bytes[at.index(size)] ^= 1 << bit,
        Edit::Insert(at, new) => {
            let at = at.index(size);
            bytes.splice(at..at, new.iter().copied());
        }
        Edit::Remove(at, length) => {
            let at = at.index(size);
            bytes.drain(at..(at + usize::from(*length)).min(size));
        }
        Edit::Repeat(at, length, times) => {
            let at = at.index(size);
            let part = bytes[at..(at + usize::from(*length)).min(size)].repeat(usize::from(*times));
            bytes.splice(at..at, part);
        }
        Edit::Number(at, number) => {
            let at = at.index(size);
            for (byte, new) in bytes[at..].iter_mut().zip(number.to_le_bytes()) {
                *byte = new;
            }
        }
        Edit::Cut(at) => bytes.truncate(at.index(size)),
    }
}

/// Returns seeds with a few changes, and sometimes bytes that are no valid input at all.
fn inputs(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changed = (select(seeds), vec(edit(), 0..6)).prop_map(|(mut bytes, edits)| {
        for edit in &edits {
            change(&mut bytes, edit);
        }
        bytes
    });
    prop_oneof![19 => changed, 1 => vec(any::<u8>(), 0..200)]
}

fn hold(cases: u32, seeds: Vec<Vec<u8>>, oracle: fn(&[u8])) {
    let held = runner(cases).run(&inputs(seeds), |bytes| {
        oracle(&bytes);
        Ok(())
    });
    held.unwrap();
}

/// The seeds are valid: otherwise the other tests would only test refusals.
#[test]
fn seeds_are_read() {
    use pycompile::bazel::{Incoming, Protocol};
    use pycompile::{archive, config, manifest, object::Objects, pyc, target::Series};
    for bytes in seeds("pyc") {
        let series = Series::with_magic(pyc::Header::parse(&bytes).unwrap().magic()).unwrap();
        let objects = pycompile::marshal::read(&bytes[16..], series.code_layout).unwrap();
        assert!(objects.code(Objects::ROOT).is_some());
    }
    for bytes in seeds("archive") {
        archive::read(Path::new("a.zip"), &bytes, &archive::ArchiveLimits::zipapp()).unwrap();
    }
    for bytes in seeds("manifest") {
        manifest::parse(Path::new("m.json"), &bytes).unwrap();
    }
    for bytes in seeds("requests") {
        let protocol = Protocol::of(&bytes).unwrap();
        let mut input = &bytes[..];
        let mut requests = 0;
        while let Some(message) = protocol.read(&mut input).unwrap() {
            assert!(matches!(message, Incoming::Request(_)));
            requests += 1;
        }
        assert!(requests > 1);
    }
    for bytes in seeds("config") {
        config::parse(Path::new("c.toml"), String::from_utf8(bytes).unwrap()).unwrap();
    }
}

#[test]
fn any_marshalled_bytes() {
    let seeds = seeds("pyc").into_iter().map(|pyc| pyc[16..].to_vec()).collect();
    hold(3000, seeds, holds::marshal);
}

#[test]
fn any_pyc() {
    hold(3000, seeds("pyc"), holds::pyc);
}

#[test]
fn any_pyc_shown() {
    hold(300, seeds("pyc"), holds::inspect);
}

#[test]
fn any_two_pycs() {
    let seeds = seeds("pyc").into_iter().map(|pyc| pyc.repeat(2)).collect();
    hold(1000, seeds, holds::diff);
}

#[test]
fn any_source() {
    let sources = walkdir::WalkDir::new("tests/golden").sort_by_file_name().into_iter().map(Result::unwrap);
    let sources = sources.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "py"));
    let short = sources.filter(|entry| entry.metadata().unwrap().len() < 2000);
    hold(100, short.map(|entry| std::fs::read(entry.path()).unwrap()).collect(), holds::compile);
}

#[test]
fn any_archive() {
    hold(2000, seeds("archive"), holds::archive);
}

#[test]
fn any_package() {
    hold(2000, seeds("package"), holds::package);
}

#[test]
fn any_manifest() {
    hold(2000, seeds("manifest"), holds::manifest);
}

#[test]
fn any_requests() {
    hold(4000, seeds("requests"), holds::requests);
}

#[test]
fn any_config() {
    hold(2000, seeds("config"), holds::config);
}
