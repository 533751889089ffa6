//! The module.
//!
//! CPython: `Python/codegen.c` and `Python/compile.c`.

use super::{Codegen, CodegenResult, CompilerUnit, Finish, UnitKind};
use crate::compile::constants::{CodeId, Constants};
use crate::compile::future::Future;
use crate::compile::name_places::NamePlaces;
use crate::compile::symtable::{ScopeId, SymbolTable};
use crate::compile::warned::Warnings;
use crate::syntax::ast::Module;
use crate::target::{Op, Target};
use crate::text::{Location, Names};
use rustc_hash::FxHashMap;

/// Compiles `module` and passes every code object to `finish`, the module's last
/// (`compiler_codegen`).
///
/// `optimize` is 0, 1 or 2.
///
/// # Errors
/// Reports the errors of CPython's code generator, in its words.
#[expect(clippy::too_many_arguments, reason = "each is a result of another pass")]
pub fn compile(
    module: &Module<'_>,
    symbols: &SymbolTable,
    future: Future,
    target: &'static Target,
    optimize: u8,
    names: &mut Names,
    constants: &mut Constants,
    finish: &mut dyn Finish,
    warnings: &mut Warnings,
) -> CodegenResult<CodeId> {
    let name = names.intern("<module>");
    let mut unit = Box::new(CompilerUnit::empty());
    unit.begin(symbols, names, ScopeId(0), UnitKind::Module, name);
    unit.code.sequence.keeps_order = target.features.passes_follow_creation;
    let unicode_strings = module.unicode_strings;
    let forbidden = target.features.check_with_code.then(|| names.intern("__debug__"));
    let mut codegen = Codegen {
        symbols,
        names,
        constants,
        future,
        unicode_strings,
        target,
        optimize,
        finish,
        warnings,
        nans: FxHashMap::default(),
        name_places: NamePlaces::default(),
        forbidden,
        unit,
        stack: Vec::new(),
        text: String::new(),
        spare: Vec::new(),
    };
    codegen.name_places.enter(&[]);
    let start = Location::new(0, 1, 0, 0);
    codegen.emit_arg(Op::RESUME, 0, start);
    codegen.sequence().reserve_place();
    let first = module.body.first().map_or(Location::new(1, 1, 0, 0), |statement| statement.location);
    codegen.conditional_annotations(first)?;
    codegen.visit_annotated_body(module.body, first)?;
    codegen.return_at_end(true);
    codegen.set_flags();
    codegen.finish.finish(&mut codegen.unit.code, codegen.constants, codegen.names)
}
