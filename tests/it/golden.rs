//! `tests/golden/*.py` against the pycs that CPython 3.14.10 wrote (`tests/golden/write.py`), byte for byte.

use pycompile::engine::native::NativeEngine;
use pycompile::engine::{Engine as _, Request};
use pycompile::pyc::HEADER_SIZE;
use pycompile::target::{PyVersion, Target};
use std::path::Path;

#[test]
fn native_compiler() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let engine = NativeEngine::new(Target::find(PyVersion::new(3, 14)).unwrap());
    let mut sources: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "py") && !path.ends_with("write.py"))
        .collect();
    sources.sort();
    assert!(sources.len() >= 20, "{} sources", sources.len());
    let mut wrong = Vec::new();
    for path in sources {
        let source = std::fs::read(&path).unwrap();
        let base = std::fs::read(path.with_extension("pyc")).unwrap();
        for optimize in 0..3u8 {
            let expected = match optimize {
                0 => None,
                level => std::fs::read(path.with_extension(format!("opt-{level}.pyc"))).ok(),
            };
            let expected = expected.as_ref().unwrap_or(&base);
            let filename = path.file_name().unwrap().to_owned();
            let request = Request { source: &source, filename: filename.clone(), optimize };
            match engine.compile(&request) {
                Ok(code) if code == expected[HEADER_SIZE..] => {}
                Ok(_) => wrong.push(format!("{} at level {optimize}: other bytes", filename.display())),
                Err(error) => {
                    wrong.push(format!("{} at level {optimize}: {}", filename.display(), error.rendered));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
