//! A module.

use super::{Codegen, Finish, Result, UnitKind};
use crate::compile::constants::{CodeId, Constants};
use crate::compile::future::Future;
use crate::compile::symtable::{ScopeId, SymbolTable};
use crate::syntax::ast::{Constant, Module};
use crate::target::{Op, Target};
use crate::text::{Location, Names};

/// Compiles `module`; every code object, the module's last, goes through `finish`.
///
/// # Errors
/// What CPython's code generator refuses, in its words.
pub fn compile(
    module: &Module<'_>,
    symbols: &SymbolTable,
    future: Future,
    target: &'static Target,
    names: &mut Names,
    constants: &mut Constants,
    finish: &mut dyn Finish,
) -> Result<CodeId> {
    let name = names.intern("<module>");
    let unit = Codegen::new_unit(symbols, names, ScopeId(0), UnitKind::Module, name);
    let mut codegen = Codegen { symbols, names, constants, future, target, finish, unit, stack: Vec::new() };
    let start = Location::new(0, 1, 0, 0);
    codegen.emit_arg(Op::RESUME, 0, start);
    codegen.emit(Op::ANNOTATIONS_PLACEHOLDER, start);
    codegen.visit_body(module.body)?;
    codegen.load_const(&Constant::None, Location::NONE);
    codegen.emit(Op::RETURN_VALUE, Location::NONE);
    codegen.unit.code.flags = codegen.code_flags();
    codegen.finish.finish(codegen.unit.code, codegen.constants, codegen.names)
}
