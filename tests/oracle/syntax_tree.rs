//! Dumps syntax trees for `tests/oracle/syntax_tree.py`, which compares them with CPython's.
//!
//! Reads paths from standard input, one a line, and writes for each `ok LENGTH`, or `error TYPE LINE COLUMN MESSAGE`,
//! and the dump. With `--time` it measures instead.

use std::io::{BufRead, Write};
use std::time::Instant;

use bumpalo::Bump;
use pycompile::decode::decode;
use pycompile::syntax::{dump, parse};
use pycompile::target::{PyVersion, Target};
use pycompile::text::Names;

fn main() -> std::io::Result<()> {
    let Some(target) = Target::find(PyVersion::new(3, 14)) else {
        return Err(std::io::Error::other("no target 3.14"));
    };
    if std::env::args().any(|argument| argument == "--time") {
        return time(target);
    }
    // Deep trees are one of the things compared.
    let worker = std::thread::Builder::new().stack_size(512 << 20).spawn(move || dumps(target))?;
    worker.join().map_err(|_| std::io::Error::other("the dump failed"))?
}

fn dumps(target: &Target) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::io::stdin().lock().lines() {
        let source = std::fs::read(path?)?;
        let arena = Bump::new();
        let mut names = Names::default();
        let text = decode(&source, target);
        let result = text.and_then(|text| {
            let module = parse(&text, target, &arena, &mut names)?;
            Ok(dump(&module, &names))
        });
        match result {
            Ok(tree) => writeln!(out, "ok {}\n{tree}", tree.len())?,
            Err(error) => {
                let (kind, at) = (error.kind.name(), error.location);
                writeln!(out, "error {kind} {} {} {}", at.line, at.column, error.message.replace('\n', " "))?;
            }
        }
        out.flush()?;
    }
    Ok(())
}

/// The parser alone against parser and lowering, on one thread, best of five rounds.
fn time(target: &Target) -> std::io::Result<()> {
    let mut texts = Vec::new();
    for path in std::io::stdin().lock().lines() {
        let source = std::fs::read(path?)?;
        if let Ok(text) = decode(&source, target) {
            texts.push(text.into_owned());
        }
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    let best = |run: &dyn Fn(&str)| {
        (0..5)
            .map(|_| {
                let start = Instant::now();
                texts.iter().for_each(|text| run(text));
                start.elapsed()
            })
            .min()
            .unwrap_or_default()
    };
    let alone = best(&|text| {
        let options = ruff_python_parser::ParseOptions::from(ruff_python_parser::Mode::Module);
        drop(ruff_python_parser::parse_unchecked(text, options));
    });
    let both = best(&|text| {
        let arena = Bump::new();
        let mut names = Names::default();
        let _ = parse(text, target, &arena, &mut names);
    });
    println!("{} files, {bytes} bytes: parser alone {alone:?}, parser and lowering {both:?}", texts.len());
    Ok(())
}
