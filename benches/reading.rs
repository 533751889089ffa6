//! Speed of reading pycs, and of checking the hashes of a manifest.
//!
//! `cargo bench --bench reading -- DIR…` with directories of pycs of CPython 3.14; without one, the
//! pycs of `tests/golden`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for developers, which writes what it measures"
)]

use pycompile::audit::against_manifest;
use pycompile::input::Place;
use pycompile::manifest::{Manifest, inventory};
use pycompile::marshal;
use pycompile::object::CodeLayout;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Pycs that the manifest lists.
const LISTED: usize = 5000;
const ROUNDS: usize = 7;
const MAGIC: [u8; 4] = *b"\x2b\x0e\r\n";

fn pycs(folders: &[String]) -> Vec<Vec<u8>> {
    let mut pycs = Vec::new();
    for folder in folders {
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            if path.extension().is_some_and(|extension| extension == "pyc") {
                pycs.push(std::fs::read(path).unwrap());
            }
        }
    }
    pycs.retain(|pyc| pyc.starts_with(&MAGIC));
    pycs
}

/// Prints the times of some rounds, and the rate of the median.
fn measure(what: &str, bytes: usize, mut work: impl FnMut()) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!(
        "{what}: {:.1} MB, median {:.1} ms ({:.0} MB/s), best {:.1} ms ({:.0} MB/s), of {ROUNDS}",
        bytes as f64 / 1e6,
        times[ROUNDS / 2].as_secs_f64() * 1e3,
        speed(times[ROUNDS / 2]),
        times[0].as_secs_f64() * 1e3,
        speed(times[0])
    );
}

/// Creates a directory with a number of pycs, and its manifest.
fn listed(folder: &Path, pycs: &[Vec<u8>]) -> (Place, Manifest, usize) {
    let mut bytes = 0;
    for number in 0..LISTED {
        let place = folder.join(format!("p{}/m{number}.pyc", number / 100));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        let pyc = &pycs[number % pycs.len()];
        bytes += pyc.len();
        std::fs::write(place, pyc).unwrap();
    }
    let (manifest, failures) = inventory(folder, None, None).unwrap();
    assert!(failures.is_empty() && manifest.files.len() == LISTED);
    (Place::open(folder).unwrap(), manifest, bytes)
}

fn main() {
    let mut folders: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if folders.is_empty() {
        folders.push("tests/golden".into());
    }
    let pycs = pycs(&folders);
    assert!(!pycs.is_empty(), "no pyc of CPython 3.14 in {folders:?}");
    let bytes = pycs.iter().map(Vec::len).sum();
    measure(&format!("read {} pycs of 3.14", pycs.len()), bytes, || {
        for pyc in &pycs {
            black_box(marshal::read(&pyc[16..], CodeLayout::LocalsPlus).unwrap());
        }
    });
    let scratch = tempfile::tempdir().unwrap();
    let (place, manifest, bytes) = listed(scratch.path(), &pycs);
    measure(&format!("hold the hashes of a manifest of {LISTED} files"), bytes, || {
        assert!(against_manifest(&place, &manifest).is_empty());
    });
}
