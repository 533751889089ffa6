//! Syntax tree → the scope of each name: local, global, free or cell.
//!
//! CPython: `Python/symtable.c`. The first pass (`builder`) collects the uses of each name. The
//! second pass (`analysis`) decides their scopes and which comprehensions are inlined (PEP 709).
//!
//! **Invariant:** no later step adds a scope or changes the scope of a name.

mod analysis;
mod annotation;
mod builder;
mod comprehension;
mod definition;
mod expression;
mod known;
mod mangling;
mod statement;

pub use builder::binds_debug;
pub use comprehension::LONE_ASYNC_COMPREHENSION;
pub use mangling::mangle;

use super::future::Future;
use super::positions::{Keyed, Positions};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Module, NodeId};
use crate::target::Target;
use crate::text::{Location, Name, Names};
use rustc_hash::FxHashMap;

/// Builds the symbol table of a preprocessed module (`_PySymtable_Build`).
///
/// # Errors
/// Reports the errors of CPython's symbol table, in its words.
pub fn build(
    module: &Module<'_>,
    future: &Future,
    target: &Target,
    names: &mut Names,
) -> Result<SymbolTable, SyntaxError> {
    let nodes = module.node_count as usize;
    let mut builder = builder::Builder::new(future, target, names, nodes);
    builder.module(module).map_err(|refused| *refused)?;
    let (mut table, directives, known) = builder.finish();
    analysis::analyze(&mut table, &directives, &known, names, &target.features)?;
    Ok(table)
}

/// A scope of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// Placeholder, until the analysis, among the children of a class for the annotation scope of a
    /// method without annotations.
    const UNANNOTATED: Self = Self(u32::MAX);
}

/// Kind of a scope (`_Py_block_ty`).
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

/// Key of a scope: the node that opened it and a role. One node may open several scopes: a generic
/// function has its own, and those of its type parameters and annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeKey {
    /// Node that opened the scope.
    pub node: NodeId,
    /// Role of the scope among those of the node.
    pub role: ScopeRole,
}

/// Role of a scope among those of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeRole {
    /// Module, function, lambda, class, comprehension, value of a type alias or bound of a type
    /// variable.
    Own,
    /// The type parameters of a generic definition.
    TypeParameters,
    /// Annotations of a function, class or module; for the latter two, see also
    /// [`Scope::annotations`].
    Annotations,
    /// The default of a type parameter.
    Default,
}

/// Scope of a name.
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

/// `DEF_*` flags of `pycore_symtable.h`.
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
    /// Mangled name.
    pub name: Name,
    /// [`flag`] bits.
    pub flags: u32,
    /// Scope, set by the analysis.
    pub scope: NameScope,
}

impl Keyed<Name> for SymbolInfo {
    fn key(&self) -> Name {
        self.name
    }
}

/// A scope (`PySTEntryObject`).
#[derive(Debug)]
pub struct Scope {
    /// Key of the scope.
    pub key: ScopeKey,
    /// Kind of the scope.
    pub kind: BlockKind,
    /// Name of the scope.
    pub name: Name,
    /// Enclosing scope.
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
    /// True if the scope contains `yield`.
    pub generator: bool,
    /// True for `async def`, and if the scope contains `await` or an asynchronous comprehension.
    pub coroutine: bool,
    /// True if the scope contains `await` or an asynchronous comprehension, even in a module or
    /// class.
    pub awaits: bool,
    /// Kind of comprehension, if the scope is one.
    pub comprehension: Option<crate::syntax::ast::ComprehensionKind>,
    /// True if the scope is a comprehension that is inlined in its parent (PEP 709).
    pub comp_inlined: bool,
    /// True if there is a parameter `*args`.
    pub varargs: bool,
    /// True if there is a parameter `**kwargs`.
    pub varkeywords: bool,
    /// True if the scope contains `return` with a value.
    pub returns_value: bool,
    /// True if the scope is a class whose `__class__` cell is used.
    pub needs_class_closure: bool,
    /// True if the scope is a class whose `__classdict__` cell is used.
    pub needs_classdict: bool,
    /// True if some annotations are conditional.
    pub has_conditional_annotations: bool,
    /// True if there are annotations.
    pub annotations_used: bool,
    /// True if the scope sees the names of a class: directly in the class, or in an annotation-like
    /// scope in it.
    pub can_see_class_scope: bool,
    /// True if the scope is a function directly in a class.
    pub method: bool,
    /// True if the body starts with a docstring.
    pub has_docstring: bool,
    /// Scope of the annotations.
    pub annotations: Option<ScopeId>,
    /// Location of the node that opened the scope.
    pub location: Location,
    /// Index into [`SymbolTable::mangled_names`]. If set, only those names are mangled: the scope
    /// is that of a generic class's type parameters, or in it.
    pub mangled_names: Option<u32>,
}

impl Scope {
    /// Returns the symbol of a name, if it occurs (`_PyST_GetSymbol`).
    pub fn symbol(&self, name: Name) -> Option<&SymbolInfo> {
        self.index.find(&self.symbols, name).map(|index| &self.symbols[index as usize])
    }

    /// Returns the symbol of a name, if it occurs.
    pub fn symbol_mut(&mut self, name: Name) -> Option<&mut SymbolInfo> {
        self.index.find(&self.symbols, name).map(|index| &mut self.symbols[index as usize])
    }

    /// Returns the scope in which the name lives (`_PyST_GetScope`).
    pub fn name_scope(&self, name: Name) -> NameScope {
        self.symbol(name).map_or(NameScope::Unknown, |symbol| symbol.scope)
    }
}

/// All scopes of a module.
#[derive(Debug)]
pub struct SymbolTable {
    /// Scopes by [`ScopeId`]; the module is the first.
    pub scopes: Vec<Scope>,
    /// Scopes by the node and role that opened them.
    pub by_key: FxHashMap<ScopeKey, ScopeId>,
    /// Names of the type parameters of generic classes.
    pub mangled_names: Vec<Vec<Name>>,
}

impl SymbolTable {
    /// Returns the scope that `node` opened (`_PySymtable_Lookup`).
    pub fn find(&self, node: NodeId, role: ScopeRole) -> Option<ScopeId> {
        self.by_key.get(&ScopeKey { node, role }).copied()
    }

    /// Returns `name`, mangled for `scope` inside the class `private` (`_Py_MaybeMangle`).
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

    /// Returns a scope.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }
}
