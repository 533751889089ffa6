//! Each pass by itself: a file of `tests/passes` has instructions, the passes that are applied to
//! them, and the blocks that come out.
//!
//! ```console
//! $ cargo test --lib flow::tests                     # compares
//! $ PYCOMPILE_BLESS=1 cargo test --lib flow::tests   # writes what comes out into the files
//! ```
//!
//! Read the difference before you commit a blessed file: the judge of the whole pipeline is CPython
//! (`tests/golden`).

use super::context::Context;
use super::graph::Graph;
use super::kinds::has_target;
use super::{apply, build};
use crate::compile::constants::{ConstId, ConstValue, Constants};
use crate::compile::instruction::Label;
use crate::compile::unit::CodeUnit;
use crate::target::{ALL, FlowPass, Op, Target};
use crate::text::Location;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the order does not matter, and the files are the repository's own"
)]
fn passes_do_what_their_files_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let mut wrong = Vec::new();
    let mut untried: Vec<FlowPass> = all_passes().collect();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (given, expected) = text.split_once("=>\n").expect("`=>` on a line of its own");
        let (got, passes) = outcome(given);
        untried.retain(|pass| !passes.contains(pass));
        if got == expected {
            continue;
        }
        if std::env::var_os("PYCOMPILE_BLESS").is_some() {
            std::fs::write(&path, format!("{given}=>\n{got}")).unwrap();
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy();
        wrong.push(format!("tests/passes/{name}:\n{}", difference(expected, &got)));
    }
    assert!(
        wrong.is_empty(),
        "other blocks came out:\n{}\nTo write them:\n    PYCOMPILE_BLESS=1 cargo test --lib flow::tests\n",
        wrong.join("\n")
    );
    assert!(untried.is_empty(), "no file tries {untried:?}");
}

/// Returns both texts from the first line that differs to the last.
fn difference(expected: &str, got: &str) -> String {
    let (expected, got): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), got.lines().collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let start = expected.iter().zip(&got).take_while(same).count();
    let end = expected[start..].iter().rev().zip(got[start..].iter().rev()).take_while(same).count();
    let lines = |sign: char, lines: &[&str]| {
        lines[start..lines.len() - end].iter().map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    lines('-', &expected) + &lines('+', &got)
}

/// Applies the passes of a file; returns the blocks as text.
fn outcome(given: &str) -> (String, Vec<FlowPass>) {
    let mut unit = CodeUnit::default();
    let mut constants = Constants::default();
    let mut consts = Vec::new();
    let mut labels: BTreeMap<&str, Label> = BTreeMap::new();
    let (mut target, mut passes, mut locals) = (None, Vec::new(), 0);
    for line in given.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "target:" => {
                target = find(words[1]);
                let follows = |target: &Target| target.features.passes_follow_creation;
                unit.sequence.keeps_order = target.is_some_and(follows);
            }
            "passes:" => passes.extend(words[1..].iter().map(|name| pass(name))),
            "consts:" => consts.extend(words[1..].iter().map(|word| constants.add(constant(word)))),
            "locals:" => locals = words[1].parse().unwrap(),
            "parameters:" => unit.argcount = words[1].parse().unwrap(),
            word if word.ends_with(':') => {
                let name = &word[..word.len() - 1];
                let label = *labels.entry(name).or_insert_with(|| unit.sequence.new_label());
                unit.sequence.use_label(label);
            }
            number => {
                let op = op(words[1]);
                let arg = match words.get(2) {
                    Some(name) if has_target(op) => {
                        labels.entry(name).or_insert_with(|| unit.sequence.new_label()).0
                    }
                    Some(arg) => arg.parse().unwrap(),
                    None => 0,
                };
                let location = number.parse().map_or(Location::NONE, |line| Location::new(line, line, 0, 1));
                unit.sequence.emit(op, arg, location);
            }
        }
    }
    let mut graph = Graph::default();
    let target: &Target = target.expect("a line `target:`");
    build::build(&mut unit.sequence, &mut graph, &target.features).unwrap();
    let mut context = Context {
        target,
        constants: &mut constants,
        consts: &mut consts,
        places: None,
        parameters: unit.argcount as usize,
        locals,
    };
    let mut depth = None;
    for &pass in &passes {
        depth = apply(pass, &mut graph, &mut context, &mut unit).unwrap().or(depth);
    }
    (blocks(&graph, &constants, &consts, depth), passes)
}

fn pass(name: &str) -> FlowPass {
    all_passes().find(|pass| format!("{pass:?}") == name).unwrap_or_else(|| panic!("no pass {name}"))
}

/// Returns the target of a release, offered or not.
fn find(release: &str) -> Option<&'static Target> {
    ALL.iter().copied().find(|target| target.release().to_string() == release)
}

/// Returns the passes of the schedules that have most.
fn all_passes() -> impl Iterator<Item = FlowPass> {
    ["3.14.10", "3.12.1", "3.11.7"]
        .into_iter()
        .flat_map(|release| find(release).unwrap().flow.iter().copied())
}

fn op(name: &str) -> Op {
    *Op::ALL.iter().find(|op| format!("{op:?}") == name).unwrap_or_else(|| panic!("no opcode {name}"))
}

fn constant(word: &str) -> ConstValue {
    match word {
        "None" => ConstValue::None,
        "True" => ConstValue::True,
        "False" => ConstValue::False,
        _ => match word.parse() {
            Ok(number) => ConstValue::Int(number),
            Err(_) => ConstValue::Str(word.trim_matches('\'').bytes().collect()),
        },
    }
}

/// Returns the blocks in the order of the code, a line for each instruction: line number, opcode,
/// operand, handler.
fn blocks(graph: &Graph, constants: &Constants, consts: &[ConstId], depth: Option<u32>) -> String {
    let mut text = String::new();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        let block = graph.block(id);
        if !block.is_empty() {
            writeln!(text, "bb{}:{}", id.0, if block.cold { " cold" } else { "" }).unwrap();
        }
        for instr in graph.code(id) {
            match instr.location.line() {
                ..0 => text.push_str("    -"),
                line => write!(text, "{line:5}").unwrap(),
            }
            write!(text, " {:?}", instr.op).unwrap();
            match has_target(instr.op) {
                true => write!(text, " bb{}", instr.target.0).unwrap(),
                false if instr.op != Op::NOP => write!(text, " {}", instr.arg).unwrap(),
                false => {}
            }
            if instr.handler.is_some() {
                write!(text, "  except bb{}", instr.handler.0).unwrap();
            }
            text.push('\n');
        }
        id = block.next;
    }
    if !consts.is_empty() {
        let values: Vec<String> = consts.iter().map(|&id| shown(constants, id)).collect();
        writeln!(text, "consts: {}", values.join(" ")).unwrap();
    }
    if let Some(depth) = depth {
        writeln!(text, "depth: {depth}").unwrap();
    }
    text
}

fn shown(constants: &Constants, id: ConstId) -> String {
    match constants.value(id) {
        ConstValue::Int(number) => number.to_string(),
        ConstValue::Str(text) => format!("'{}'", String::from_utf8_lossy(text)),
        ConstValue::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|&item| shown(constants, item)).collect();
            format!("({})", items.join(","))
        }
        other => format!("{other:?}"),
    }
}
