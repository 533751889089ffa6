//! The syntax tree: CPython's `Parser/Python.asdl` (3.15, a superset of the older ones) in an arena.
//!
//! Nodes hold their CPython location. Identifiers are [`Name`]s, already NFKC-normalised and not yet mangled. Strings
//! are generalised UTF-8 (WTF-8): UTF-8 in which lone surrogates are encoded as three bytes.
//!
//! Lists are `&'a mut [T]` and children `&'a mut T` so that the preprocessing pass can replace nodes in place; all
//! later passes only read.

use crate::text::{Location, Name};

/// Identifies a node that opens a scope, unique within one module; numbers run in source order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);

/// A whole file.
#[derive(Debug)]
pub struct Module<'a> {
    /// The scope.
    pub id: NodeId,
    /// Statements.
    pub body: &'a mut [Stmt<'a>],
    /// How many [`NodeId`]s were given out.
    pub node_count: u32,
    /// Where strings with the prefix `u` start: line and column, ascending. The text of annotations keeps the prefix.
    pub unicode_strings: Vec<(i32, i32)>,
}

/// A statement.
#[derive(Debug)]
pub struct Stmt<'a> {
    /// The whole statement; for decorated definitions, from `def`/`class`/`async`.
    pub location: Location,
    /// What it is.
    pub kind: StmtKind<'a>,
}

/// The statements.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub enum StmtKind<'a> {
    FunctionDef(&'a mut FunctionDef<'a>),
    ClassDef(&'a mut ClassDef<'a>),
    Return(Option<&'a mut Expr<'a>>),
    Delete(&'a mut [Expr<'a>]),
    Assign {
        targets: &'a mut [Expr<'a>],
        value: &'a mut Expr<'a>,
    },
    TypeAlias(&'a mut TypeAlias<'a>),
    AugAssign {
        target: &'a mut Expr<'a>,
        op: Operator,
        value: &'a mut Expr<'a>,
    },
    /// `simple`: the target is a bare name, not one in parentheses.
    AnnAssign {
        target: &'a mut Expr<'a>,
        annotation: &'a mut Expr<'a>,
        value: Option<&'a mut Expr<'a>>,
        simple: bool,
    },
    For(&'a mut For<'a>),
    While {
        test: &'a mut Expr<'a>,
        body: &'a mut [Stmt<'a>],
        orelse: &'a mut [Stmt<'a>],
    },
    If {
        test: &'a mut Expr<'a>,
        body: &'a mut [Stmt<'a>],
        orelse: &'a mut [Stmt<'a>],
    },
    With(&'a mut With<'a>),
    Match {
        subject: &'a mut Expr<'a>,
        cases: &'a mut [MatchCase<'a>],
    },
    Raise {
        exc: Option<&'a mut Expr<'a>>,
        cause: Option<&'a mut Expr<'a>>,
    },
    Try(&'a mut Try<'a>),
    Assert {
        test: &'a mut Expr<'a>,
        msg: Option<&'a mut Expr<'a>>,
    },
    Import {
        names: &'a mut [Alias],
        is_lazy: bool,
    },
    ImportFrom {
        module: Option<Name>,
        names: &'a mut [Alias],
        level: u32,
        is_lazy: bool,
    },
    Global(&'a mut [Name]),
    Nonlocal(&'a mut [Name]),
    Expr(&'a mut Expr<'a>),
    Pass,
    Break,
    Continue,
}

/// `def` and `async def`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct FunctionDef<'a> {
    /// The scope; its type-parameter and annotation scopes are told apart by their kind.
    pub id: NodeId,
    pub is_async: bool,
    pub name: Name,
    pub args: Arguments<'a>,
    pub body: &'a mut [Stmt<'a>],
    pub decorator_list: &'a mut [Expr<'a>],
    pub returns: Option<&'a mut Expr<'a>>,
    pub type_params: &'a mut [TypeParam<'a>],
}

/// `class`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct ClassDef<'a> {
    pub id: NodeId,
    pub name: Name,
    pub bases: &'a mut [Expr<'a>],
    pub keywords: &'a mut [Keyword<'a>],
    pub body: &'a mut [Stmt<'a>],
    pub decorator_list: &'a mut [Expr<'a>],
    pub type_params: &'a mut [TypeParam<'a>],
}

/// `type X = …`; `name` is a `Name` expression in store context.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct TypeAlias<'a> {
    pub id: NodeId,
    pub name: Name,
    pub name_location: Location,
    pub type_params: &'a mut [TypeParam<'a>],
    pub value: &'a mut Expr<'a>,
}

/// `for` and `async for`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct For<'a> {
    pub is_async: bool,
    pub target: Expr<'a>,
    pub iter: Expr<'a>,
    pub body: &'a mut [Stmt<'a>],
    pub orelse: &'a mut [Stmt<'a>],
}

/// `with` and `async with`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct With<'a> {
    pub is_async: bool,
    pub items: &'a mut [WithItem<'a>],
    pub body: &'a mut [Stmt<'a>],
}

/// One `EXPR as TARGET`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct WithItem<'a> {
    pub context_expr: Expr<'a>,
    pub optional_vars: Option<&'a mut Expr<'a>>,
}

/// `try`, with `except*` if `is_star`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Try<'a> {
    pub is_star: bool,
    pub body: &'a mut [Stmt<'a>],
    pub handlers: &'a mut [ExceptHandler<'a>],
    pub orelse: &'a mut [Stmt<'a>],
    pub finalbody: &'a mut [Stmt<'a>],
}

/// `except TYPE as NAME:`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct ExceptHandler<'a> {
    pub location: Location,
    pub kind: Option<&'a mut Expr<'a>>,
    pub name: Option<Name>,
    pub body: &'a mut [Stmt<'a>],
}

/// `NAME as ASNAME` of an import; `name` is dotted as written, or `*`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Alias {
    pub location: Location,
    pub name: Name,
    pub asname: Option<Name>,
}

/// `NAME=VALUE` of a call or class; `arg` is absent for `**VALUE`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Keyword<'a> {
    pub location: Location,
    pub arg: Option<Name>,
    pub value: Expr<'a>,
}

/// Parameters.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Arguments<'a> {
    pub posonlyargs: &'a mut [Arg<'a>],
    pub args: &'a mut [Arg<'a>],
    pub vararg: Option<&'a mut Arg<'a>>,
    pub kwonlyargs: &'a mut [Arg<'a>],
    /// One for each keyword-only parameter.
    pub kw_defaults: &'a mut [Option<Expr<'a>>],
    pub kwarg: Option<&'a mut Arg<'a>>,
    /// For the last positional parameters.
    pub defaults: &'a mut [Expr<'a>],
}

/// One parameter; the location includes the annotation and not the stars.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Arg<'a> {
    pub location: Location,
    pub arg: Name,
    pub annotation: Option<&'a mut Expr<'a>>,
}

/// A type parameter.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct TypeParam<'a> {
    /// The scope of the bound, and of the default.
    pub id: NodeId,
    pub location: Location,
    pub kind: TypeParamKind,
    pub name: Name,
    /// Of a `TypeVar` only.
    pub bound: Option<&'a mut Expr<'a>>,
    pub default_value: Option<&'a mut Expr<'a>>,
}

/// The kinds of type parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of Python.asdl")]
pub enum TypeParamKind {
    TypeVar,
    ParamSpec,
    TypeVarTuple,
}

/// One `case`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct MatchCase<'a> {
    pub pattern: Pattern<'a>,
    pub guard: Option<&'a mut Expr<'a>>,
    pub body: &'a mut [Stmt<'a>],
}

/// A pattern.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Pattern<'a> {
    pub location: Location,
    pub kind: PatternKind<'a>,
}

/// The patterns.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub enum PatternKind<'a> {
    MatchValue(&'a mut Expr<'a>),
    /// `None`, `True` or `False`.
    MatchSingleton(Constant<'a>),
    MatchSequence(&'a mut [Pattern<'a>]),
    MatchMapping {
        keys: &'a mut [Expr<'a>],
        patterns: &'a mut [Pattern<'a>],
        rest: Option<Name>,
    },
    MatchClass {
        cls: &'a mut Expr<'a>,
        patterns: &'a mut [Pattern<'a>],
        kwd_attrs: &'a mut [Name],
        kwd_patterns: &'a mut [Pattern<'a>],
    },
    MatchStar(Option<Name>),
    MatchAs {
        pattern: Option<&'a mut Pattern<'a>>,
        name: Option<Name>,
    },
    MatchOr(&'a mut [Pattern<'a>]),
}

/// An expression.
#[derive(Debug)]
pub struct Expr<'a> {
    /// The whole expression, without parentheses around it (except a tuple's own).
    pub location: Location,
    /// What it is.
    pub kind: ExprKind<'a>,
}

/// The expressions.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub enum ExprKind<'a> {
    BoolOp {
        op: BoolOperator,
        values: &'a mut [Expr<'a>],
    },
    NamedExpr {
        target: &'a mut Expr<'a>,
        value: &'a mut Expr<'a>,
    },
    BinOp {
        left: &'a mut Expr<'a>,
        op: Operator,
        right: &'a mut Expr<'a>,
    },
    UnaryOp {
        op: UnaryOperator,
        operand: &'a mut Expr<'a>,
    },
    Lambda(&'a mut Lambda<'a>),
    IfExp {
        test: &'a mut Expr<'a>,
        body: &'a mut Expr<'a>,
        orelse: &'a mut Expr<'a>,
    },
    /// A `None` key stands for `**value`.
    Dict {
        keys: &'a mut [Option<Expr<'a>>],
        values: &'a mut [Expr<'a>],
    },
    Set(&'a mut [Expr<'a>]),
    Comprehension(&'a mut ComprehensionExpr<'a>),
    Await(&'a mut Expr<'a>),
    Yield(Option<&'a mut Expr<'a>>),
    YieldFrom(&'a mut Expr<'a>),
    Compare {
        left: &'a mut Expr<'a>,
        ops: &'a mut [CompareOperator],
        comparators: &'a mut [Expr<'a>],
    },
    Call(&'a mut Call<'a>),
    /// `{value!r:spec}` of an f-string. `conversion` is `-1`, or the character `s`, `r` or `a`. `format_spec` is a
    /// `JoinedStr`.
    FormattedValue {
        value: &'a mut Expr<'a>,
        conversion: i32,
        format_spec: Option<&'a mut Expr<'a>>,
    },
    /// The same of a t-string; `text` is the source text of the value.
    Interpolation {
        value: &'a mut Expr<'a>,
        text: &'a [u8],
        conversion: i32,
        format_spec: Option<&'a mut Expr<'a>>,
    },
    JoinedStr(&'a mut [Expr<'a>]),
    TemplateStr(&'a mut [Expr<'a>]),
    Constant(Constant<'a>),
    Attribute {
        value: &'a mut Expr<'a>,
        attr: Name,
        ctx: ExprContext,
    },
    Subscript {
        value: &'a mut Expr<'a>,
        slice: &'a mut Expr<'a>,
        ctx: ExprContext,
    },
    Starred {
        value: &'a mut Expr<'a>,
        ctx: ExprContext,
    },
    Name {
        id: Name,
        ctx: ExprContext,
    },
    List {
        elts: &'a mut [Expr<'a>],
        ctx: ExprContext,
    },
    Tuple {
        elts: &'a mut [Expr<'a>],
        ctx: ExprContext,
    },
    Slice {
        lower: Option<&'a mut Expr<'a>>,
        upper: Option<&'a mut Expr<'a>>,
        step: Option<&'a mut Expr<'a>>,
    },
}

/// `lambda`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Lambda<'a> {
    pub id: NodeId,
    pub args: Arguments<'a>,
    pub body: Expr<'a>,
}

/// A call.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Call<'a> {
    pub func: Expr<'a>,
    pub args: &'a mut [Expr<'a>],
    pub keywords: &'a mut [Keyword<'a>],
}

/// `ListComp`, `SetComp`, `DictComp` or `GeneratorExp`.
#[derive(Debug)]
pub struct ComprehensionExpr<'a> {
    /// The scope.
    pub id: NodeId,
    /// Which of the four.
    pub kind: ComprehensionKind,
    /// `elt`, or `key` of a dict comprehension (3.15: the operand of `**` if `value` is absent there).
    pub element: Expr<'a>,
    /// `value` of a dict comprehension.
    pub value: Option<Expr<'a>>,
    /// The `for … in …` clauses, at least one.
    pub generators: &'a mut [Comprehension<'a>],
}

/// The kinds of comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// One `for TARGET in ITER if …` clause.
#[derive(Debug)]
#[expect(missing_docs, reason = "the field names are those of Python.asdl")]
pub struct Comprehension<'a> {
    pub target: Expr<'a>,
    pub iter: Expr<'a>,
    pub ifs: &'a mut [Expr<'a>],
    pub is_async: bool,
}

/// A literal, or the result of folding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant<'a> {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An integer that fits 64 bits.
    Int(i64),
    /// Any other integer: sign, and magnitude as little-endian bytes without leading zeros.
    BigInt {
        /// Below zero.
        negative: bool,
        /// The absolute value.
        magnitude: &'a [u8],
    },
    /// A float.
    Float(f64),
    /// Real and imaginary part.
    Complex(f64, f64),
    /// Text as WTF-8.
    Str(&'a [u8]),
    /// The `%` of a `%%` in a folded format, which CPython makes anew and does not intern.
    FreshPercent,
    /// Bytes.
    Bytes(&'a [u8]),
    /// `b''` as folding in the syntax tree makes it anew of `b'x' * 0` (CPython up to 3.13).
    FreshEmptyBytes,
    /// Made by folding in the syntax tree (CPython up to 3.13).
    Tuple(&'a [Constant<'a>]),
    /// Made by folding in the syntax tree (CPython up to 3.13).
    FrozenSet(&'a [Constant<'a>]),
}

/// Load, store or delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of Python.asdl")]
pub enum ExprContext {
    Load,
    Store,
    Del,
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of Python.asdl")]
pub enum BoolOperator {
    And,
    Or,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of Python.asdl")]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of Python.asdl")]
pub enum UnaryOperator {
    Invert,
    Not,
    UAdd,
    USub,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of Python.asdl")]
pub enum CompareOperator {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}
