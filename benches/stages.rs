//! Time of each stage of the native compiler: `cargo bench --bench stages -- DIR…`.
//!
//! Each stage runs over all `.py` files below the folders, on one thread; the figures are the best
//! of three rounds.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for developers, which writes what it measures"
)]

use pycompile::compile::{Warnings, compile, future, preprocess, symtable};
use pycompile::syntax::SourceText;
use pycompile::syntax::lexer::{Lexer, Token};
use pycompile::target::{PyVersion, Target};
use pycompile::text::Names;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
}

fn best(mut stage: impl FnMut()) -> Duration {
    let round = || {
        let start = Instant::now();
        stage();
        start.elapsed()
    };
    std::iter::repeat_with(round).take(3).min().unwrap_or_default()
}

fn measure(folders: &[String]) {
    let Some(target) = Target::find(PyVersion::new(3, 14)) else { return };
    let mut paths = Vec::new();
    for folder in folders.iter().filter(|argument| !argument.starts_with('-')) {
        sources(Path::new(folder), &mut paths);
    }
    let files: Vec<Vec<u8>> = paths.iter().filter_map(|path| std::fs::read(path).ok()).collect();
    let texts: Vec<String> = files
        .iter()
        .filter_map(|file| {
            pycompile::decode::decode(file, Target::newest()).ok().map(std::borrow::Cow::into_owned)
        })
        .collect();
    let bytes: usize = files.iter().map(Vec::len).sum();
    println!("{} files, {bytes} bytes", files.len());
    let decoding =
        best(|| files.iter().for_each(|file| drop(pycompile::decode::decode(file, Target::newest()))));
    let other = best(|| {
        for text in &texts {
            let options = ruff_python_parser::ParseOptions::from(ruff_python_parser::Mode::Module);
            drop(ruff_python_parser::parse_unchecked(text, options));
        }
    });
    let sources: Vec<SourceText> = texts.iter().map(|text| SourceText::new(text)).collect();
    let lexer = best(|| {
        for source in &sources {
            let mut lexer = Lexer::new(source, target);
            lexer.advance();
            while lexer.token != Token::End {
                lexer.advance();
            }
        }
    });
    let mut arena = bumpalo::Bump::new();
    let tree = best(|| {
        for text in &texts {
            arena.reset();
            let mut names = Names::default();
            drop(pycompile::syntax::parse(text, target, &arena, &mut names));
        }
    });
    let symbols = best(|| {
        for text in &texts {
            arena.reset();
            let mut names = Names::default();
            let Ok(module) = pycompile::syntax::parse(text, target, &arena, &mut names) else { continue };
            let Ok(future) = future::scan(&module, &names, target) else { continue };
            let Ok(module) =
                preprocess::run(&module, &arena, &names, 0, &future, target, &mut Warnings::default())
            else {
                continue;
            };
            drop(symtable::build(&module, &future, target, &mut names));
        }
    });
    let whole = best(|| {
        for file in &files {
            drop(compile(file, "m.py", target, 0));
        }
    });
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let line = |name: &str, time: Duration| {
        println!(
            "{name:<44} {:>8.0} ms {:>6.1} ns/byte",
            milliseconds(time),
            time.as_secs_f64() * 1e9 / bytes as f64
        );
    };
    line("decode", decoding);
    line("lexer alone", lexer);
    line("lexer and parser", tree);
    line("preprocess, symtable", symbols.saturating_sub(tree));
    line("code generation to marshal", whole.saturating_sub(symbols).saturating_sub(decoding));
    line("whole", whole);
    line("for comparison: ruff's parser alone", other);
    println!("lexer and parser / ruff's: {:.2}", tree.as_secs_f64() / other.as_secs_f64());
}

fn main() {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let started = std::thread::Builder::new().stack_size(1 << 30).spawn(move || measure(&folders));
    if let Ok(Err(_)) = started.map(std::thread::JoinHandle::join) {
        println!("the bench has panicked");
    }
}
