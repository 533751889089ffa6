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
//! | marshal | [`crate::marshal`] | `Python/marshal.c` |
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
pub mod preprocess;
pub mod refs;
pub mod symtable;
pub mod unit;
pub mod unparse;
