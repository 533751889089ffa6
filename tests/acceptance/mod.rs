//! The compiler's parser and the grammar must accept the same texts.
//!
//! `src/syntax/diagnose/python.peg` is CPython's grammar. A recognizer evaluates it here with its
//! own tokenizer, and shares no code with the parser that it checks.

mod fields;
mod first;
mod grammar;
mod literal;
mod recognizer;
mod sentences;
mod tokens;

use bumpalo::Bump;
use grammar::Grammar;
use pycompile::decode::decode;
use pycompile::target::{self, Target};
use pycompile::text::{Names, SyntaxError};
use recognizer::Answer;
use sentences::{Chance, Sentences};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Tokens that replace others, next to those of the programs.
const SPICE: [&str; 60] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "=",
    "==",
    "!=",
    "<>",
    ":=",
    "->",
    "*",
    "**",
    "/",
    "@",
    "~",
    "-",
    "+",
    "...",
    "not",
    "in",
    "is",
    "if",
    "else",
    "for",
    "async",
    "await",
    "lambda",
    "yield",
    "from",
    "import",
    "as",
    "except",
    "with",
    "match",
    "case",
    "type",
    "lazy",
    "_",
    "None",
    "x",
    "0",
    "1j",
    "''",
    "b''",
    "f'{x}'",
    "f'{x=!r:{y}}'",
    "t'{x}'",
    "\n",
    "\n ",
    "\\\n",
    "!",
    "$",
    "global",
    "print",
];

/// Grammars of all targets, and the number of texts that were compared.
pub struct Comparison {
    grammars: Vec<(&'static Target, Grammar)>,
    pub compared: usize,
    pub accepted: usize,
    pub disagreements: Vec<Disagreement>,
}

/// A text that only one of both accepts.
pub struct Disagreement {
    pub target: String,
    pub text: String,
    pub why: String,
}

impl Comparison {
    pub fn new() -> Self {
        let grammars = target::ALL.iter().map(|target| (*target, Grammar::of(target))).collect();
        Self { grammars, compared: 0, accepted: 0, disagreements: Vec::new() }
    }

    /// Compares both answers for each target.
    pub fn compare(&mut self, text: &str) {
        for (target, grammar) in &self.grammars {
            let (parsed, answer) = (parsed(text, target), recognizer::answer(text, grammar, target));
            let agree = agree(answer, parsed.is_ok());
            self.compared += 1;
            self.accepted += usize::from(answer == Answer::Accepted);
            if !agree {
                let target = target.release().to_string();
                let why = parsed.err().map_or_else(
                    || "only the parser accepts it".to_owned(),
                    |error| format!("only the grammar accepts it; the parser says: {}", error.message),
                );
                self.disagreements.push(Disagreement { target, text: text.to_owned(), why });
            }
        }
    }

    pub fn sentences(&mut self, count: usize, seed: u64) {
        let mut chance = Chance(seed);
        let texts: Vec<String> = {
            let writers: Vec<_> = self.grammars.iter().map(|(_, grammar)| Sentences::of(grammar)).collect();
            (0..count).map(|at| writers[at % writers.len()].sentence(&mut chance)).collect()
        };
        texts.iter().for_each(|text| self.compare(text));
    }

    /// Compares `programs` with one token changed.
    pub fn mutations(&mut self, programs: &[String], count: usize, seed: u64) {
        let mut chance = Chance(seed);
        let newest = Target::newest();
        let mut read = Vec::new();
        let mut spare: Vec<String> = SPICE.map(str::to_owned).into();
        for program in programs {
            let program = if program.ends_with('\n') { program.clone() } else { format!("{program}\n") };
            if let Some(tokens) = tokens::tokens(&program, newest) {
                for _ in 0..tokens.len().min(5) {
                    let token = &tokens[chance.below(tokens.len())];
                    spare.push(program[token.start..token.end].to_owned());
                }
                read.push((program, tokens));
            }
        }
        assert!(!read.is_empty());
        for _ in 0..count {
            let (program, tokens) = &read[chance.below(read.len())];
            let text = sentences::mutated(program, tokens, &spare, &mut chance);
            self.compare(&text);
        }
    }
}

fn parsed(text: &str, target: &Target) -> Result<(), SyntaxError> {
    pycompile::syntax::parse(text, target, &Bump::new(), &mut Names::default()).map(drop)
}

/// Returns whether the grammar's answer is the parser's.
fn agree(answer: Answer, is_parsed: bool) -> bool {
    match answer {
        Answer::Accepted => is_parsed,
        Answer::AcceptedButPattern | Answer::Unknown => true,
        Answer::Refused => !is_parsed,
    }
}

/// Asserts that both answers are the same for a source, for a target that its length chooses;
/// `bounded` runs the parser.
pub fn hold(source: &[u8], bounded: impl FnOnce(&mut dyn FnMut())) {
    static GRAMMARS: OnceLock<Vec<Grammar>> = OnceLock::new();
    let at = source.len() % target::ALL.len();
    let Ok(text) = decode(source, target::ALL[at]) else { return };
    let mut is_parsed = false;
    bounded(&mut || is_parsed = parsed(&text, target::ALL[at]).is_ok());
    let grammars = GRAMMARS.get_or_init(|| target::ALL.iter().map(|target| Grammar::of(target)).collect());
    let answer = recognizer::answer(&text, &grammars[at], target::ALL[at]);
    assert!(agree(answer, is_parsed), "{answer:?} by the grammar, and parsed: {is_parsed}");
}

/// Returns the programs of the repository: the sources of `tests/golden`, and those that are
/// refused.
pub fn programs() -> Vec<String> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let refused = std::fs::read_to_string(golden.join("refused_programs.txt")).unwrap();
    let mut programs: Vec<String> = refused
        .lines()
        .map(|line| {
            let parts: Vec<String> = line.split(r"\\").map(|part| part.replace(r"\n", "\n")).collect();
            parts.join("\\")
        })
        .collect();
    programs.extend(sources(&golden).iter().filter_map(|path| text(path)));
    programs
}

/// Returns the Python files below `folder`, sorted.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|end| end == "py"))
        .collect()
}

/// Returns the text of a source file, if it can be decoded.
pub fn text(path: &Path) -> Option<String> {
    let source = std::fs::read(path).ok()?;
    decode(&source, Target::newest()).ok().map(Cow::into_owned)
}
