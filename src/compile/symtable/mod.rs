//! Syntax tree → which name is local, global, free or a cell in which scope.
//!
//! CPython: `Python/symtable.c`. The first pass ([`builder`]) collects what is said about each name, the second
//! ([`analysis`]) decides where it lives and which comprehensions are inlined (PEP 709).
//!
//! **Invariant:** no later step adds a scope or changes where a name lives.

mod analysis;
mod annotation;
mod builder;
mod comprehension;
mod definition;
mod expression;
mod known;
mod mangling;
mod statement;

pub use mangling::mangle;

use super::future::Future;
use super::positions::{Keyed, Positions};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Module, NodeId};
use crate::target::Target;
use crate::text::{Location, Name, Names};
use rustc_hash::FxHashMap;

/// The symbol table of a preprocessed module.
///
/// # Errors
/// Errors of CPython's symbol table, in its words.
pub fn build(
    module: &Module<'_>,
    future: &Future,
    target: &Target,
    optimize: u8,
    names: &mut Names,
) -> Result<SymbolTable, SyntaxError> {
    let nodes = module.node_count as usize;
    let mut builder = builder::Builder::new(future, target, optimize, names, nodes);
    builder.module(module).map_err(|refused| *refused)?;
    let (mut table, directives, known) = builder.finish();
    analysis::analyze(&mut table, &directives, &known, names, &target.features)?;
    Ok(table)
}

/// A scope of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// Stands, until the analysis, among the children of a class for the scopes of annotations that methods do not have.
    const UNANNOTATED: Self = Self(u32::MAX);
}

/// CPython's `_Py_block_ty`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are CPython's")]
pub enum BlockKind {
    Module,
    Function,
    Class,
    /// The `__annotate__` of a function, class or module.
    Annotation,
    TypeAlias,
    TypeParameters,
    /// Bound, constraints or default of a type parameter.
    TypeVariable,
}

/// Key by which a scope is found again from the node that opened it. One node opens several scopes
/// (a generic function has its own, its type parameters' and its annotations').
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeKey {
    /// The node.
    pub node: NodeId,
    /// Role of the scope among those of the node.
    pub role: ScopeRole,
}

/// Role of a scope among those of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeRole {
    /// Module, function, lambda, class, comprehension, value of a type alias, bound of a type variable.
    Own,
    /// The type parameters of a generic definition.
    TypeParameters,
    /// The annotations of a function (or of the class or module: held by [`Scope::annotations`] too).
    Annotations,
    /// The default of a type parameter.
    Default,
}

/// Scope in which a name lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are CPython's")]
pub enum NameScope {
    /// The name does not occur in the scope.
    Unknown,
    Local,
    GlobalExplicit,
    GlobalImplicit,
    Free,
    Cell,
}

/// `DEF_*` of CPython's `pycore_symtable.h`.
pub mod flag {
    #![expect(missing_docs, reason = "the names are CPython's")]
    pub const GLOBAL: u32 = 1;
    pub const LOCAL: u32 = 2;
    pub const PARAM: u32 = 2 << 1;
    pub const NONLOCAL: u32 = 2 << 2;
    pub const USE: u32 = 2 << 3;
    pub const FREE_CLASS: u32 = 2 << 5;
    pub const IMPORT: u32 = 2 << 6;
    pub const ANNOT: u32 = 2 << 7;
    pub const COMP_ITER: u32 = 2 << 8;
    pub const TYPE_PARAM: u32 = 2 << 9;
    pub const COMP_CELL: u32 = 2 << 10;
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
}

/// A name in a scope.
#[derive(Clone, Copy, Debug)]
pub struct SymbolInfo {
    /// Mangled.
    pub name: Name,
    /// [`flag`] bits.
    pub flags: u32,
    /// Decided by the analysis.
    pub scope: NameScope,
}

impl Keyed<Name> for SymbolInfo {
    fn key(&self) -> Name {
        self.name
    }
}

/// One scope (CPython: `PySTEntryObject`).
#[derive(Debug)]
pub struct Scope {
    /// Node and role that opened the scope.
    pub key: ScopeKey,
    /// Its kind.
    pub kind: BlockKind,
    /// Its name.
    pub name: Name,
    /// The enclosing scope.
    pub parent: Option<ScopeId>,
    /// Enclosed scopes in source order; inlined comprehensions are replaced by their own children.
    pub children: Vec<ScopeId>,
    /// Names in order of first appearance.
    pub symbols: Vec<SymbolInfo>,
    /// Indices of names in `symbols`.
    pub index: Positions<Name>,
    /// Parameters in order (`ste_varnames`).
    pub varnames: Vec<Name>,
    /// True if the scope is nested in a function.
    pub nested: bool,
    /// Contains `yield`.
    pub generator: bool,
    /// Contains `await`, or is `async def`, or holds an asynchronous comprehension.
    pub coroutine: bool,
    /// Kind of comprehension, if the scope is one.
    pub comprehension: Option<crate::syntax::ast::ComprehensionKind>,
    /// The comprehension is inlined in its parent (PEP 709).
    pub comp_inlined: bool,
    /// Has `*args`.
    pub varargs: bool,
    /// Has `**kwargs`.
    pub varkeywords: bool,
    /// Contains `return` with a value.
    pub returns_value: bool,
    /// A class whose `__class__` cell is used.
    pub needs_class_closure: bool,
    /// A class whose `__classdict__` cell is used.
    pub needs_classdict: bool,
    /// Holds annotations that may or may not be executed.
    pub has_conditional_annotations: bool,
    /// Annotations were seen.
    pub annotations_used: bool,
    /// Directly in a class, or in an annotation-like scope that is: sees the class's names.
    pub can_see_class_scope: bool,
    /// A function defined directly in a class.
    pub method: bool,
    /// The body starts with a docstring.
    pub has_docstring: bool,
    /// The scope of its annotations.
    pub annotations: Option<ScopeId>,
    /// Location at which it was opened.
    pub location: Location,
    /// Only these names (an index into [`SymbolTable::mangled_names`]) are mangled here: the scope is that of a generic
    /// class's type parameters, or lies in it.
    pub mangled_names: Option<u32>,
}

impl Scope {
    /// The name's entry, if it occurs.
    pub fn symbol(&self, name: Name) -> Option<&SymbolInfo> {
        self.index.find(&self.symbols, name).map(|index| &self.symbols[index as usize])
    }

    /// The name's entry, if it occurs.
    pub fn symbol_mut(&mut self, name: Name) -> Option<&mut SymbolInfo> {
        self.index.find(&self.symbols, name).map(|index| &mut self.symbols[index as usize])
    }

    /// Returns the scope in which the name lives.
    pub fn name_scope(&self, name: Name) -> NameScope {
        self.symbol(name).map_or(NameScope::Unknown, |symbol| symbol.scope)
    }
}

/// All scopes of a module.
#[derive(Debug)]
pub struct SymbolTable {
    /// By [`ScopeId`]; the module's is the first.
    pub scopes: Vec<Scope>,
    /// From the nodes.
    pub by_key: FxHashMap<ScopeKey, ScopeId>,
    /// For generic classes: the names of their type parameters.
    pub mangled_names: Vec<Vec<Name>>,
    /// Errors that code generation reports when it reaches them, in source order.
    pub late: Vec<SyntaxError>,
}

impl SymbolTable {
    /// The scope that `node` opened.
    pub fn find(&self, node: NodeId, role: ScopeRole) -> Option<ScopeId> {
        self.by_key.get(&ScopeKey { node, role }).copied()
    }

    /// `name` as it is called in `scope`, inside the class `private`. CPython: `_Py_MaybeMangle`.
    #[inline]
    pub fn mangled(&self, scope: ScopeId, private: Option<Name>, name: Name, names: &mut Names) -> Name {
        if private.is_none() || !names.is_private(name) {
            return name;
        }
        match self.scope(scope).mangled_names {
            Some(only) if !self.mangled_names[only as usize].contains(&name) => name,
            _ => mangle(private, name, names),
        }
    }

    /// A scope.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }
}
