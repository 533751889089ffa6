//! The native compiler: source text → marshalled code object, with the bytes that CPython writes.
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
//! **Invariant:** differences between CPython versions are read from [`crate::target::Target`];
//! version numbers are not compared here.

pub mod assemble;
pub mod codegen;
pub mod constants;
pub mod flow;
pub mod folding;
pub mod future;
pub mod instruction;
mod mixed;
mod name_places;
pub mod positions;
pub mod preprocess;
pub mod refs;
mod shown_line;
mod source;
pub mod symtable;
pub mod unit;
pub mod unparse;
mod warned;

use self::assemble::Assembler;
use self::codegen::Finish;
use self::constants::{CodeId, Constants};
use self::flow::FlowError;
use self::instruction::MAX_INSTRUCTIONS;
use self::unit::CodeUnit;
use crate::allowance;
use crate::syntax::ast::Module;
use crate::target::Target;
use crate::text::{ErrorType, Name, Names, SyntaxError};
use bumpalo::Bump;
pub use source::Source;
pub use warned::{CompilerWarning, Warnings};

/// Columns in the line tables of 3.11 and newer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// The line tables have columns.
    #[default]
    Recorded,
    /// The line tables have none (`-X no_debug_ranges`, `PYTHONNODEBUGRANGES`).
    LeftOut,
}

/// A refused source: the error, and the decoded text to show its location in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRefusal {
    /// The error and its location.
    pub error: SyntaxError,
    /// A text that has the line of the error where CPython shows it; empty if there is none.
    pub text: String,
    /// True if the source was refused after parsing.
    pub parsed: bool,
    /// True if CPython counts the columns in bytes.
    pub in_bytes: bool,
}

/// Compiles a module to the marshal bytes of its code object, as `py_compile` writes them after the
/// header.
///
/// `source` is the content of the file, `filename` is recorded in `co_filename`, and `optimize` is
/// 0, 1 or 2. The depth of the stack follows the nesting of the source: call it on a large stack.
///
/// # Errors
/// Reports the errors of CPython, in its words, and `SystemError` for constructs that this compiler
/// does not support.
pub fn compile(
    source: &[u8],
    filename: &str,
    target: &'static Target,
    optimize: u8,
) -> Result<Vec<u8>, Box<SourceRefusal>> {
    let mut source = Source::read(source, target)?;
    source.compile(filename.as_bytes(), target, optimize, Columns::Recorded, &mut Warnings::default())
}

/// Compiles a parsed module.
fn pipeline(
    module: &Module<'_>,
    names: &mut Names,
    source_length: usize,
    filename: &[u8],
    target: &'static Target,
    optimize: u8,
    columns: Columns,
    warnings: &mut Warnings,
) -> Result<Vec<u8>, SyntaxError> {
    let arena = Bump::new();
    let mut constants = Constants::for_source(source_length);
    let future = future::scan(module, names, target)?;
    let module = preprocess::run(module, &arena, names, optimize, &future, target, warnings)?;
    allowance::hold(arena.allocated_bytes());
    let symbols = symtable::build(&module, &future, target, names)?;
    let mut back_end = BackEnd {
        assembler: Assembler::new(target, columns, symbols.scopes.len()),
        closures: Vec::with_capacity(symbols.scopes.len()),
    };
    let root = codegen::compile(
        &module,
        &symbols,
        future,
        target,
        optimize,
        names,
        &mut constants,
        &mut back_end,
        warnings,
    )?;
    if columns == Columns::LeftOut {
        back_end.assembler.codes.separate_line_tables(&mut constants);
    }
    refs::finish(root, &mut constants, &back_end.assembler.codes, names, filename, target)
}

/// Flow graph passes and assembly, which run for each unit when its scope ends.
struct BackEnd {
    assembler: Assembler,
    /// `co_name` and `co_freevars` of each code object.
    closures: Vec<(Name, Vec<Name>)>,
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
            return Err(SyntaxError::without_place(ErrorType::Memory, message));
        }
        let id = self.assembler.assemble(unit, constants, names).map_err(|error| match error {
            FlowError::Handlers(location) => SyntaxError::new(error.to_string(), location),
            _ => SyntaxError::without_place(ErrorType::System, error.to_string()),
        })?;
        if self.closures.len() == id.0 as usize {
            self.closures.push((unit.name, unit.freevars.clone()));
        }
        Ok(id)
    }

    fn closure(&self, code: CodeId) -> (Name, &[Name]) {
        let (name, freevars) = &self.closures[code.0 as usize];
        (*name, freevars)
    }
}
