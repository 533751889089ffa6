//! Properties that hold for any bytes. `properties.rs` tests them with some inputs, the fuzz
//! targets of `fuzz/` with many.

use pycompile::archive::{self, ArchiveLimits};
use pycompile::bazel::{Incoming, Protocol};
use pycompile::diff::{Comparison, FileDifference, compare_pycs};
use pycompile::dis::disassemble;
use pycompile::engine::native::NativeEngine;
use pycompile::engine::{self, Engine, OpenSource};
use pycompile::object::{CodeLayout, CodeView, Objects, decode_handlers, encode_handlers, flag_names, lines};
use pycompile::pyc::{HEADER_SIZE, Header};
use pycompile::report::{Inspected, SourceState, difference, inspect_json, inspect_text};
use pycompile::target::{self, LineFormat, Series};
use pycompile::{config, manifest, marshal, wheel};
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Marshalled objects of either layout are written as they were read, and the minimal form is its
/// own minimal form.
pub fn marshal(data: &[u8]) {
    for layout in [CodeLayout::Separate, CodeLayout::LocalsPlus] {
        if let Ok(objects) = marshal::read(data, layout) {
            assert_eq!(marshal::write(&objects), data, "other bytes are written than were read");
            objects.repr(Objects::ROOT);
            minimal(objects, layout);
        }
    }
}

fn minimal(mut objects: Objects, layout: CodeLayout) {
    marshal::minimal_refs(&mut objects);
    let minimal = marshal::write(&objects);
    drop(objects);
    let mut again = marshal::read(&minimal, layout).expect("the minimal form can be read");
    marshal::minimal_refs(&mut again);
    assert_eq!(marshal::write(&again), minimal, "the minimal form is not stable");
}

/// Reads and writes a whole pyc, with the tables of its code objects.
pub fn pyc(data: &[u8]) {
    let Ok(header) = Header::parse(data) else { return };
    assert_eq!(header.to_bytes(), data[..HEADER_SIZE], "another header is written than was read");
    let Some(series) = Series::with_magic(header.magic()) else { return };
    let Ok(objects) = marshal::read(&data[HEADER_SIZE..], series.code_layout) else { return };
    assert_eq!(marshal::write(&objects), data[HEADER_SIZE..], "other bytes are written than were read");
    // Many code objects can share one bytecode, and each takes its time.
    let mut left = data.len() * 2;
    for (id, _) in objects.nodes() {
        let Some(code) = CodeView::at(&objects, id).filter(|code| code.id == id) else { continue };
        let size = code.bytecode().len() + code.line_table().len() + code.exception_table().len();
        let Some(rest) = left.checked_sub(size + 64 + code.names().len() + code.variables().len()) else {
            break;
        };
        left = rest;
        tables(code, series.line_format);
        if let Ok(instructions) = disassemble(code, series) {
            assert!(instructions.len() <= code.bytecode().len() / 2);
        }
    }
}

/// Compiles a source for every target and level, with the interpreter's limits on nesting. The
/// result comes within time and memory in proportion to the source, and can be read again.
pub fn compile(data: &[u8]) {
    let mut source = Engine::open(data);
    for target in &target::ALL {
        for optimize in LEVELS {
            compile_for(&mut source, target, optimize);
        }
    }
}

/// Optimization levels.
pub const LEVELS: [u8; 3] = [0, 1, 2];

/// Compiles a source, and reads the result.
pub fn compile_for(source: &mut OpenSource<'_>, target: &'static target::Target, optimize: u8) {
    let mut limits = engine::Limits::default();
    limits.memory = Some(COMPILE_MEMORY);
    let engine = Engine::Native(NativeEngine::limited(target, limits));
    match source.compile(&engine, "fuzz.py".as_ref(), optimize).code {
        Ok(code) => marshalled(&code, target),
        // CPython has these too.
        Err(error)
            if error.message.starts_with("compiler_lookup_arg(")
                || error.message.starts_with("_PyST_GetScope(name=") => {}
        Err(error) => assert!(
            !matches!(error.kind.as_str(), "SystemError" | "TimeoutError" | "OSError"),
            "{}",
            error.rendered
        ),
    }
}

/// More memory than any source of 64 KB needs.
const COMPILE_MEMORY: u64 = 48 << 20;

fn marshalled(code: &[u8], target: &target::Target) {
    let series = Series::find(target.version).expect("each target has a series");
    let objects = marshal::read(code, series.code_layout).expect("what is written can be read");
    assert_eq!(marshal::write(&objects), code, "other bytes are written than were read");
    let root = CodeView::at(&objects, Objects::ROOT).expect("it is a code object");
    disassemble(root, series).expect("it can be disassembled");
}

/// Shows a pyc as `inspect` does. The size of the output has a limit of its own: 512 bytes for each
/// byte of the pyc.
pub fn inspect(data: &[u8]) {
    let Ok(header) = Header::parse(data) else { return };
    let Some(series) = Series::with_magic(header.magic()) else { return };
    let Ok(objects) = marshal::read(&data[HEADER_SIZE..], series.code_layout) else { return };
    if objects.code(Objects::ROOT).is_none() {
        return;
    }
    let source = SourceState::Absent("there is none".into());
    let size = data.len() as u64;
    let pyc = Inspected { path: "fuzz.pyc", header, series, objects: &objects, size, source: &source };
    let (text, json) = (inspect_text(&pyc), inspect_json(&pyc));
    if let Ok(text) = text {
        let steers = |character: char| character.is_control() && character != '\n';
        assert!(!text.contains(steers), "the text could steer a terminal");
    }
    if let Ok(json) = json {
        let document: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        assert!(document["code"].is_array());
    }
}

/// Compares the two halves of the input as pycs. A difference is reported exactly if they differ,
/// and the report contains no control sequence except colors.
pub fn diff(data: &[u8]) {
    let (left, right) = data.split_at(data.len() / 2);
    let findings = compare_pycs("p/__pycache__/m.cpython-314.pyc", left, right);
    assert_eq!(
        findings.is_empty(),
        left == right,
        "a difference is not reported, or one is reported that does not exist"
    );
    let files = vec![FileDifference::new("p/__pycache__/m.cpython-314.pyc", findings)];
    let comparison = Comparison::new("left", "right", files);
    let options = difference::TextOptions { width: 80, details: true, limit: None };
    let text = difference::text(&comparison, options);
    for part in text.split('\u{1b}').skip(1) {
        let style = part.strip_prefix('[').and_then(|part| part.split_once('m')).map(|(style, _)| style);
        let is_style =
            |style: &str| style.chars().all(|character| character.is_ascii_digit() || character == ';');
        assert!(style.is_some_and(is_style), "the text could steer a terminal");
    }
    let steers = |character: char| character.is_control() && !['\n', '\u{1b}'].contains(&character);
    assert!(!text.contains(steers), "the text could steer a terminal");
    let page = difference::html(&comparison);
    assert!(!page.contains("<script") && !page.contains(steers), "the page is not text alone");
    difference::json(&comparison).expect("it can be written");
}

/// Returns the locations of the code in bytes, as runs of which neighbors always differ.
fn places(runs: &[lines::LineRun]) -> Vec<lines::LineRun> {
    let mut places: Vec<lines::LineRun> = Vec::new();
    for run in runs.iter().filter(|run| run.size > 0) {
        match places.last_mut() {
            Some(last) if last.location == run.location => last.size += run.size,
            _ => places.push(*run),
        }
    }
    places
}

fn tables(code: CodeView<'_>, format: LineFormat) {
    let (first, size) = (code.code.firstlineno, code.bytecode().len() as u32);
    if let Ok(runs) = lines::decode(format, code.line_table(), first, size) {
        // The table need not be one that a compiler writes, but its meaning must stay.
        let (said, encoded) = (places(&runs), lines::encode(format, &runs, first));
        drop(runs);
        if let Ok(again) = lines::decode(format, &encoded, first, size) {
            let (said_again, twice) = (places(&again), lines::encode(format, &again, first));
            drop(again);
            let twice = lines::decode(format, &twice, first, size).expect("what is encoded can be decoded");
            assert_eq!(places(&twice), said_again, "the line table is not stable");
            if format != LineFormat::Locations {
                assert_eq!(said_again, said, "the line table says something else");
            }
        }
    }
    if let Ok(handlers) = decode_handlers(code.exception_table()) {
        assert_eq!(decode_handlers(&encode_handlers(&handlers)), Ok(handlers), "other handlers are written");
    }
    code.variables();
    code.names();
    flag_names(code.flags());
    let _ = (code.name(), code.qualname(), code.filename());
}

/// Reads zips, zipapps and wheels. A wheel can be packed again, and packing the result once more
/// changes nothing.
pub fn archive(data: &[u8]) {
    let path = Path::new("demo-1.0-py3-none-any.whl");
    // The limit for one input.
    let mut limits = ArchiveLimits::zipapp();
    (limits.entry, limits.total) = (4 << 20, 16 << 20);
    let Ok(archive) = archive::read(path, data, &limits) else { return };
    for entry in &archive.entries {
        assert!(!entry.name.starts_with('/') && !entry.name.split('/').any(|part| part == ".."));
    }
    let Ok(repacked) = wheel::repack(&archive, wheel::PycTreatment::Keep) else { return };
    let written =
        archive::write(&repacked.files, &archive::ZipOptions::default()).expect("it can be written");
    drop(repacked);
    let again = archive::read(path, &written, &limits).expect("what is written can be read");
    let again = wheel::repack(&again, wheel::PycTreatment::Keep).expect("what is packed can be packed");
    let again = archive::write(&again.files, &archive::ZipOptions::default()).expect("it can be written");
    assert_eq!(again, written, "packing is not stable");
}

/// Reads packages, tar archives and images. No name leads outside, and no content exceeds the
/// limits.
pub fn package(data: &[u8]) {
    let mut limits = ArchiveLimits::default();
    (limits.entry, limits.total, limits.dense) = (4 << 20, 16 << 20, 16 << 20);
    let Ok(archive) = archive::read_package(Path::new("demo"), &std::sync::Arc::new(data.to_vec()), &limits)
    else {
        return;
    };
    let specials = archive.specials.iter().map(|special| special.name.as_str());
    for name in archive.entries.iter().map(|entry| entry.name.as_str()).chain(specials) {
        assert!(!name.starts_with('/') && !name.split('/').any(|part| part == ".." || part == "."), "{name}");
    }
    let sizes = archive.files().map(|entry| entry.bytes.read().len() as u64);
    assert!(sizes.map(|size| size.min(limits.entry + 1)).all(|size| size <= limits.entry));
}

/// A manifest that is written and read again is the same manifest.
pub fn manifest(data: &[u8]) {
    let path = Path::new("fuzz.json");
    if let Ok(found) = manifest::parse(path, data) {
        let text = found.to_json().expect("a manifest can be written");
        let again = manifest::parse(path, text.as_bytes()).expect("what is written can be read");
        assert_eq!(again, found);
    }
}

/// Reads a config.
pub fn config(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = config::parse(Path::new("fuzz.toml"), text.to_owned());
    }
}

/// Requests of Bazel are the same whether a stream arrives as a whole or byte by byte, and no
/// request is longer than the stream.
pub fn requests(data: &[u8]) {
    fn next(protocol: Protocol, input: &mut impl BufRead) -> Result<Option<Incoming>, String> {
        protocol.read(input).map_err(|fault| fault.to_string())
    }
    for protocol in [Protocol::Json, Protocol::Proto] {
        let (mut whole, mut bytes) = (data, BufReader::with_capacity(1, data));
        for number in 0.. {
            assert!(number <= data.len(), "there are more requests than bytes");
            let message = next(protocol, &mut whole);
            assert_eq!(next(protocol, &mut bytes), message, "byte by byte, {protocol:?}");
            if !matches!(message, Ok(Some(_))) {
                break;
            }
        }
    }
}
