//! Reads every pyc below the named directories, and writes it again: the bytes must be the same,
//! and so must every line table and exception table after it was decoded and encoded.
//!
//! `cargo test --release --test oracle_marshal -- DIR…`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers")]

use pycompile::marshal;
use pycompile::object::{CodeView, Objects, decode_handlers, encode_handlers, lines};
use pycompile::pyc::{HEADER_SIZE, Header};
use pycompile::target::Series;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Default)]
struct Count {
    files: u64,
    bytes: u64,
    objects: u64,
    tables: u64,
    seconds: f64,
}

fn check(path: &Path, counts: &mut BTreeMap<String, Count>) -> Result<(), String> {
    let pyc = std::fs::read(path).map_err(|error| error.to_string())?;
    let header = Header::parse(&pyc).map_err(|error| error.to_string())?;
    let series = Series::with_magic(header.magic()).ok_or("unknown magic number")?;
    let code = &pyc[HEADER_SIZE..];
    let start = Instant::now();
    let objects = marshal::read(code, series.code_layout).map_err(|error| error.to_string())?;
    let seconds = start.elapsed().as_secs_f64();
    if objects.code(Objects::ROOT).is_none() {
        return Err("it is not a code object".into());
    }
    if marshal::write(&objects) != code {
        return Err("other bytes are written than were read".into());
    }
    let tables = tables(&objects, series)?;
    let count = counts.entry(format!("{:>5}", series.version.to_string())).or_default();
    count.files += 1;
    count.bytes += code.len() as u64;
    count.objects += objects.len() as u64;
    count.tables += tables;
    count.seconds += seconds;
    Ok(())
}

/// Number of tables that were encoded as they were.
fn tables(objects: &Objects, series: &Series) -> Result<u64, String> {
    let mut tables = 0;
    for code in objects.nodes().filter_map(|(id, _)| CodeView::at(objects, id)) {
        let fault = |what: &dyn std::fmt::Display| format!("{}: {what}", code.name());
        let (format, first, size) = (series.line_format, code.code.firstlineno, code.bytecode().len() as u32);
        let runs = lines::decode(format, code.line_table(), first, size).map_err(|error| fault(&error))?;
        if runs.iter().map(|run| run.size).sum::<u32>() != size {
            return Err(fault(&"the line table has another size than the code"));
        }
        if lines::encode(format, &runs, first) != code.line_table() {
            return Err(fault(&"another line table is encoded than was decoded"));
        }
        let handlers = decode_handlers(code.exception_table()).map_err(|error| fault(&error))?;
        if encode_handlers(&handlers) != code.exception_table() {
            return Err(fault(&"another exception table is encoded than was decoded"));
        }
        tables += 1 + u64::from(code.code.exceptiontable.is_some());
    }
    Ok(tables)
}

fn main() -> ExitCode {
    let mut counts = BTreeMap::new();
    let mut failed = 0;
    for folder in std::env::args().skip(1).filter(|argument| !argument.starts_with("--")) {
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            if path.extension().is_some_and(|extension| extension == "pyc")
                && let Err(error) = check(&path, &mut counts)
            {
                println!("{}: {error}", path.display());
                failed += 1;
            }
        }
    }
    for (version, count) in &counts {
        let speed = count.bytes as f64 / 1e6 / count.seconds;
        println!(
            "{version}: {} pycs, {} objects, {} tables, read at {speed:.0} MB/s",
            count.files, count.objects, count.tables
        );
    }
    let files = counts.values().map(|count| count.files).sum::<u64>();
    println!("{files} pycs are the same after reading and writing, {failed} are not");
    if failed == 0 && files > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
