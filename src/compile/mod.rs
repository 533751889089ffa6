//! The native compiler: source text → marshalled code object, byte for byte what CPython writes.
//!
//! The pipeline, each step a module:
//!
//! | step | module | CPython |
//! |---|---|---|
//! | decode | [`crate::decode`] | `Parser/tokenizer`, PEP 263 |
//! | parse | [`crate::syntax`] | `Parser/` |
//! | preprocess | [`preprocess`] | `Python/ast_preprocess.c` |
//! | future | [`future`] | `Python/future.c` |
//! | symtable | [`symtable`] | `Python/symtable.c` |
//! | codegen | [`codegen`] | `Python/codegen.c`, `Python/compile.c` |
//! | flow graph passes | [`flow`] | `Python/flowgraph.c` |
//! | assemble | [`assemble`] | `Python/assemble.c`, `Objects/codeobject.c` |
//! | marshal | [`refs`] | `Python/marshal.c` |
//!
//! **Invariant:** what differs between CPython versions is read from [`crate::target::Target`]; no version number is
//! compared here.

pub mod assemble;
pub mod codegen;
pub mod constants;
pub mod flow;
pub mod folding;
pub mod future;
pub mod instruction;
pub mod positions;
pub mod preprocess;
pub mod refs;
pub mod symtable;
pub mod unit;
pub mod unparse;

use self::assemble::Assembler;
use self::codegen::Finish;
use self::constants::{CodeId, Constants};
use self::instruction::MAX_INSTRUCTIONS;
use self::unit::CodeUnit;
use crate::syntax::Parsed;
use crate::target::{Release, Target};
use crate::text::{ErrorType, Location, Name, Names, SyntaxError};
use bumpalo::Bump;

/// A source that was refused, with the decoded text to show the place in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why and where.
    pub error: SyntaxError,
    /// The decoded source; empty if it could not be decoded.
    pub text: String,
    /// Whether it was refused behind the parser: CPython tells the columns of those errors in bytes.
    pub parsed: bool,
}

/// Compiles a module: the marshal bytes of its code object, as `py_compile` writes them behind the header.
///
/// `source` holds the file's bytes, `filename` goes into `co_filename`, `optimize` is 0, 1 or 2. The syntax tree is as
/// deep as the source nests: call it on a large stack.
///
/// # Errors
/// What CPython refuses, in its terms; constructs that this compiler does not know (`SystemError`, naming them).
pub fn compile(
    source: &[u8],
    filename: &str,
    target: &'static Target,
    optimize: u8,
) -> Result<Vec<u8>, Box<Refusal>> {
    Source::read(source, target)?.compile(filename, target, optimize)
}

/// A source that is decoded and parsed, to be compiled for several targets and at several levels.
#[derive(Debug)]
pub struct Source {
    parsed: Parsed,
    /// The target whose rules of decoding it needs.
    only: Option<Release>,
}

impl Source {
    /// Decodes and parses the bytes of a file for `target`, and for all others that it serves.
    ///
    /// # Errors
    /// What CPython's decoding refuses; faults of the grammar are told when it is compiled.
    pub fn read(source: &[u8], target: &Target) -> Result<Self, Box<Refusal>> {
        let (text, only) = match crate::decode::decode(source) {
            Ok(text) => (text.into_owned(), None),
            Err(error) => match crate::decode::mend(source) {
                Some((text, places))
                    if !target.features.check_comments && crate::syntax::comments_hold(&text, &places) =>
                {
                    (text, Some(target.release()))
                }
                _ => return Err(Box::new(Refusal { error, text: String::new(), parsed: false })),
            },
        };
        Ok(Self { parsed: Parsed::new(text, target), only })
    }

    /// Whether it can be compiled for `target` too.
    pub fn serves(&self, target: &Target) -> bool {
        self.parsed.serves(target) && self.only.is_none_or(|only| only == target.release())
    }

    /// [`compile`], for what was read.
    ///
    /// # Errors
    /// As [`compile`].
    pub fn compile(
        &self,
        filename: &str,
        target: &'static Target,
        optimize: u8,
    ) -> Result<Vec<u8>, Box<Refusal>> {
        let mut parsed = false;
        pipeline(&self.parsed, filename, target, optimize, &mut parsed)
            .map_err(|error| Box::new(Refusal { error, text: self.parsed.text().to_owned(), parsed }))
    }
}

/// `parsed` tells, where it fails, whether the parser was done.
fn pipeline(
    source: &Parsed,
    filename: &str,
    target: &'static Target,
    optimize: u8,
    parsed: &mut bool,
) -> Result<Vec<u8>, SyntaxError> {
    let arena = Bump::new();
    let mut names = Names::for_source(source.text().len());
    let mut constants = Constants::for_source(source.text().len());
    let mut module = source.lower(target, &arena, &mut names)?;
    *parsed = true;
    let future = future::scan(&module, &names)?;
    preprocess::run(&mut module, &arena, &names, optimize, &future, target);
    let symbols = symtable::build(&module, &future, target, optimize, &mut names)?;
    let mut back_end = BackEnd { assembler: Assembler::new(target), freevars: Vec::new() };
    let root = codegen::compile(
        &module,
        &symbols,
        future,
        target,
        optimize,
        &mut names,
        &mut constants,
        &mut back_end,
    )?;
    refs::finish(root, &mut constants, &back_end.assembler.codes, &names, filename, target)
}

/// Flow graph passes and assembly, for each unit when its scope ends.
struct BackEnd {
    assembler: Assembler,
    /// By code object.
    freevars: Vec<Vec<Name>>,
}

impl Finish for BackEnd {
    fn finish(
        &mut self,
        unit: &mut CodeUnit,
        constants: &mut Constants,
        names: &mut Names,
    ) -> Result<CodeId, SyntaxError> {
        if unit.sequence.instructions.len() >= MAX_INSTRUCTIONS {
            let message = "a code object has too many instructions".to_owned();
            return Err(SyntaxError { kind: ErrorType::Memory, message, location: Location::NONE });
        }
        let id = self.assembler.assemble(unit, constants, names).map_err(|error| SyntaxError {
            kind: ErrorType::System,
            message: error.to_string(),
            location: Location::NONE,
        })?;
        if self.freevars.len() == id.0 as usize {
            self.freevars.push(unit.freevars.clone());
        }
        Ok(id)
    }

    fn freevars(&self, code: CodeId) -> &[Name] {
        self.freevars.get(code.0 as usize).map_or(&[], Vec::as_slice)
    }
}
