//! The syntax tree: CPython's `Parser/Python.asdl` (3.15, a superset of the older ones) in an
//! arena.
//!
//! Nodes have their CPython location. Identifiers are [`Name`]s, NFKC-normalized and not mangled.
//! Strings are generalized UTF-8 (WTF-8): UTF-8 in which lone surrogates are encoded as three
//! bytes.
//!
//! Trees are immutable: the preprocessing pass makes another tree that shares the unchanged parts.

#![expect(missing_docs, reason = "names without a line of their own are those of Python.asdl")]

mod expression;

pub use expression::{
    BoolOperator, Call, CompareOperator, Comprehension, ComprehensionExpr, ComprehensionKind, Constant, Expr,
    ExprContext, ExprKind, Lambda, Operator, UnaryOperator,
};

use crate::text::{Location, Name};

/// Identifies a node that opens a scope, unique within one module; numbers run in source order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);

/// A module.
#[derive(Clone, Copy, Debug)]
pub struct Module<'a> {
    /// Node of the module's scope.
    pub id: NodeId,
    /// Statements.
    pub body: &'a [Stmt<'a>],
    /// Number of [`NodeId`]s in the module.
    pub node_count: u32,
    /// Depth of the tree, without some parts of f-strings.
    pub depth: u32,
    /// Positions of strings with the prefix `u`: line and column, ascending. The text of
    /// annotations keeps the prefix.
    pub unicode_strings: &'a [(i32, i32)],
    /// Lines on which a `match` statement starts, or a text before `%`, ascending: nodes that
    /// preprocessing may replace for every target.
    pub replaceable: &'a [i32],
    /// Lines of `replaceable`, and those on which an expression starts that may be folded in the
    /// tree.
    pub foldable: &'a [i32],
    /// True if a `finally` block has a `return`, `break` or `continue`.
    pub leaves_finally: bool,
}

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Stmt<'a> {
    /// Location of the statement; that of a decorated definition starts at `def`, `class` or
    /// `async`.
    pub location: Location,
    /// Kind of node.
    pub kind: StmtKind<'a>,
}

/// Kind of a statement.
#[derive(Clone, Copy, Debug)]
pub enum StmtKind<'a> {
    FunctionDef(&'a FunctionDef<'a>),
    ClassDef(&'a ClassDef<'a>),
    Return(Option<&'a Expr<'a>>),
    Delete(&'a [Expr<'a>]),
    Assign {
        targets: &'a [Expr<'a>],
        value: &'a Expr<'a>,
    },
    TypeAlias(&'a TypeAlias<'a>),
    AugAssign {
        target: &'a Expr<'a>,
        op: Operator,
        value: &'a Expr<'a>,
    },
    /// `simple` is true if the target is a bare name, not in parentheses.
    AnnAssign {
        target: &'a Expr<'a>,
        annotation: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
        simple: bool,
    },
    For(&'a For<'a>),
    While {
        test: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    },
    If {
        test: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    },
    With(&'a With<'a>),
    Match {
        subject: &'a Expr<'a>,
        cases: &'a [MatchCase<'a>],
    },
    Raise {
        exc: Option<&'a Expr<'a>>,
        cause: Option<&'a Expr<'a>>,
    },
    Try(&'a Try<'a>),
    Assert {
        test: &'a Expr<'a>,
        msg: Option<&'a Expr<'a>>,
    },
    Import {
        names: &'a [Alias],
        is_lazy: bool,
    },
    ImportFrom {
        module: Option<Name>,
        names: &'a [Alias],
        level: u32,
        is_lazy: bool,
    },
    Global(&'a [Name]),
    Nonlocal(&'a [Name]),
    Expr(&'a Expr<'a>),
    Pass,
    Break,
    Continue,
}

/// `def` and `async def`.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDef<'a> {
    /// Node of the function's scope; the scopes of type parameters and annotations have other
    /// roles.
    pub id: NodeId,
    pub is_async: bool,
    pub name: Name,
    pub args: Arguments<'a>,
    pub body: &'a [Stmt<'a>],
    pub decorator_list: &'a [Expr<'a>],
    pub returns: Option<&'a Expr<'a>>,
    pub type_params: &'a [TypeParam<'a>],
}

/// `class`.
#[derive(Clone, Copy, Debug)]
pub struct ClassDef<'a> {
    pub id: NodeId,
    pub name: Name,
    pub bases: &'a [Expr<'a>],
    pub keywords: &'a [Keyword<'a>],
    pub body: &'a [Stmt<'a>],
    pub decorator_list: &'a [Expr<'a>],
    pub type_params: &'a [TypeParam<'a>],
}

/// `type X = …`; `name` is a `Name` expression in store context.
#[derive(Clone, Copy, Debug)]
pub struct TypeAlias<'a> {
    pub id: NodeId,
    pub name: Name,
    pub name_location: Location,
    pub type_params: &'a [TypeParam<'a>],
    pub value: &'a Expr<'a>,
}

/// `for` and `async for`.
#[derive(Clone, Copy, Debug)]
pub struct For<'a> {
    pub is_async: bool,
    pub target: Expr<'a>,
    pub iter: Expr<'a>,
    pub body: &'a [Stmt<'a>],
    pub orelse: &'a [Stmt<'a>],
}

/// `with` and `async with`.
#[derive(Clone, Copy, Debug)]
pub struct With<'a> {
    pub is_async: bool,
    pub items: &'a [WithItem<'a>],
    pub body: &'a [Stmt<'a>],
}

/// One `EXPR as TARGET`.
#[derive(Clone, Copy, Debug)]
pub struct WithItem<'a> {
    pub context_expr: Expr<'a>,
    pub optional_vars: Option<&'a Expr<'a>>,
}

/// `try`, with `except*` if `is_star`.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    pub is_star: bool,
    pub body: &'a [Stmt<'a>],
    pub handlers: &'a [ExceptHandler<'a>],
    pub orelse: &'a [Stmt<'a>],
    pub finalbody: &'a [Stmt<'a>],
}

/// `except TYPE as NAME:`.
#[derive(Clone, Copy, Debug)]
pub struct ExceptHandler<'a> {
    pub location: Location,
    pub kind: Option<&'a Expr<'a>>,
    pub name: Option<Name>,
    pub body: &'a [Stmt<'a>],
}

/// `NAME as ASNAME` of an import; `name` is dotted as written, or `*`.
#[derive(Clone, Copy, Debug)]
pub struct Alias {
    pub location: Location,
    pub name: Name,
    pub asname: Option<Name>,
}

/// `NAME=VALUE` of a call or class; `arg` is absent for `**VALUE`.
#[derive(Clone, Copy, Debug)]
pub struct Keyword<'a> {
    pub location: Location,
    pub arg: Option<Name>,
    pub value: Expr<'a>,
}

/// Parameters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arguments<'a> {
    pub posonlyargs: &'a [Arg<'a>],
    pub args: &'a [Arg<'a>],
    pub vararg: Option<&'a Arg<'a>>,
    pub kwonlyargs: &'a [Arg<'a>],
    /// One for each keyword-only parameter.
    pub kw_defaults: &'a [Option<Expr<'a>>],
    pub kwarg: Option<&'a Arg<'a>>,
    /// For the last positional parameters.
    pub defaults: &'a [Expr<'a>],
}

/// A parameter; the location includes the annotation and excludes the stars.
#[derive(Clone, Copy, Debug)]
pub struct Arg<'a> {
    pub location: Location,
    pub arg: Name,
    pub annotation: Option<&'a Expr<'a>>,
}

/// A type parameter.
#[derive(Clone, Copy, Debug)]
pub struct TypeParam<'a> {
    /// Node of the scopes of the bound and the default.
    pub id: NodeId,
    pub location: Location,
    pub kind: TypeParamKind,
    pub name: Name,
    /// Bound of a `TypeVar`.
    pub bound: Option<&'a Expr<'a>>,
    pub default_value: Option<&'a Expr<'a>>,
}

/// Kind of a type parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeParamKind {
    TypeVar,
    ParamSpec,
    TypeVarTuple,
}

/// One `case`.
#[derive(Clone, Copy, Debug)]
pub struct MatchCase<'a> {
    pub pattern: Pattern<'a>,
    pub guard: Option<&'a Expr<'a>>,
    pub body: &'a [Stmt<'a>],
}

/// A pattern.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    pub location: Location,
    pub kind: PatternKind<'a>,
}

/// Kind of a pattern.
#[derive(Clone, Copy, Debug)]
pub enum PatternKind<'a> {
    MatchValue(&'a Expr<'a>),
    /// `None`, `True` or `False`.
    MatchSingleton(Constant<'a>),
    MatchSequence(&'a [Pattern<'a>]),
    MatchMapping {
        keys: &'a [Expr<'a>],
        patterns: &'a [Pattern<'a>],
        rest: Option<Name>,
    },
    MatchClass {
        cls: &'a Expr<'a>,
        patterns: &'a [Pattern<'a>],
        kwd_attrs: &'a [Name],
        kwd_patterns: &'a [Pattern<'a>],
    },
    MatchStar(Option<Name>),
    MatchAs {
        pattern: Option<&'a Pattern<'a>>,
        name: Option<Name>,
    },
    MatchOr(&'a [Pattern<'a>]),
}
