//! Compares the parser with the grammar over many programs.
//!
//!     cargo test --profile fast --test acceptance -- [--sentences N] [--mutations N] [--seed N]
//!     [--save DIR] [DIR…]
//!
//! The programs are those of the repository, the sources below each DIR, random sentences of the
//! grammar (100,000), and programs with one token changed (200,000). Prints counts, and fails if
//! only one of both accepts a text; `--save` keeps these texts.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test tool may panic and print"
)]

#[path = "mod.rs"]
#[allow(dead_code, reason = "the fuzz target uses more of it")]
mod acceptance;

use acceptance::Comparison;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// No program above this is mutated.
const LARGEST: usize = 3000;

fn main() -> ExitCode {
    // The recognizer is recursive.
    let worker = std::thread::Builder::new().stack_size(1 << 30).spawn(run).unwrap();
    worker.join().unwrap()
}

fn run() -> ExitCode {
    let (mut sentences, mut mutations, mut seed) = (100_000, 200_000, 1);
    let mut save: Option<PathBuf> = None;
    let mut folders = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().unwrap().parse::<usize>().unwrap();
        match argument.as_str() {
            "--sentences" => sentences = number(),
            "--mutations" => mutations = number(),
            "--seed" => seed = number(),
            "--save" => save = arguments.next().map(PathBuf::from),
            _ => folders.push(PathBuf::from(argument)),
        }
    }
    let mut comparison = Comparison::new();
    let mut stage = Stage { name: "", compared: 0, accepted: 0, wrong: 0 };
    let mut programs = acceptance::programs();
    programs.iter().for_each(|program| comparison.compare(program));
    stage.done("programs of the repository", &comparison);
    for folder in &folders {
        for path in acceptance::sources(folder) {
            let Some(text) = acceptance::text(&path) else { continue };
            comparison.compare(&text);
            programs.extend(pieces(&text));
        }
        stage.done("sources of a directory", &comparison);
    }
    comparison.sentences(sentences, seed as u64);
    stage.done("random sentences", &comparison);
    programs.retain(|program| program.len() <= LARGEST);
    if mutations > 0 {
        comparison.mutations(&programs, mutations, seed as u64);
    }
    stage.done("programs with one token changed", &comparison);
    for (at, found) in comparison.disagreements.iter().enumerate() {
        if at < 20 {
            println!("{}: {}\n{:?}", found.target, found.why, found.text.get(..400).unwrap_or(&found.text));
        }
        if let Some(folder) = &save {
            keep(folder, at, found);
        }
    }
    println!("{} comparisons, {} disagree", comparison.compared, comparison.disagreements.len());
    if comparison.disagreements.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn keep(folder: &Path, at: usize, found: &acceptance::Disagreement) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(format!("{at:05}.py")), &found.text).unwrap();
    let why = format!("{}: {}\n", found.target, found.why);
    std::fs::write(folder.join(format!("{at:05}.txt")), why).unwrap();
}

/// Statements of a source that begin at the left edge, so that a change is not lost in a large
/// file.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for line in text.split_inclusive('\n') {
        let starts = line.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '@');
        let continues = ["else", "elif", "except", "finally"].iter().any(|word| line.starts_with(word));
        let decorated = pieces.last().is_some_and(|piece| piece.starts_with('@') && !piece.contains("\ndef"));
        if starts && !continues && !decorated {
            pieces.push(String::new());
        }
        pieces.last_mut().unwrap().push_str(line);
    }
    pieces.retain(|piece| piece.len() > 20);
    pieces
}

/// Result of one part of the run.
struct Stage {
    name: &'static str,
    compared: usize,
    accepted: usize,
    wrong: usize,
}

impl Stage {
    fn done(&mut self, name: &'static str, comparison: &Comparison) {
        let (compared, accepted, wrong) =
            (comparison.compared, comparison.accepted, comparison.disagreements.len());
        self.name = name;
        println!(
            "{}: {} comparisons, {} accepted, {} disagree",
            self.name,
            compared - self.compared,
            accepted - self.accepted,
            wrong - self.wrong
        );
        (self.compared, self.accepted, self.wrong) = (compared, accepted, wrong);
    }
}
