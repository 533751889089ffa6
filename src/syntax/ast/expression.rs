//! Expressions, their operators and constants.

use super::{Arguments, Keyword, NodeId};
use crate::text::{Location, Name};

/// An expression.
#[derive(Clone, Copy, Debug)]
pub struct Expr<'a> {
    /// Location of the expression, without enclosing parentheses except those of a tuple.
    pub location: Location,
    /// Kind of node.
    pub kind: ExprKind<'a>,
}

/// Kind of an expression.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind<'a> {
    BoolOp {
        op: BoolOperator,
        values: &'a [Expr<'a>],
    },
    NamedExpr {
        target: &'a Expr<'a>,
        value: &'a Expr<'a>,
    },
    BinOp {
        left: &'a Expr<'a>,
        op: Operator,
        right: &'a Expr<'a>,
    },
    UnaryOp {
        op: UnaryOperator,
        operand: &'a Expr<'a>,
    },
    Lambda(&'a Lambda<'a>),
    IfExp {
        test: &'a Expr<'a>,
        body: &'a Expr<'a>,
        orelse: &'a Expr<'a>,
    },
    /// A `None` key stands for `**value`.
    Dict {
        keys: &'a [Option<Expr<'a>>],
        values: &'a [Expr<'a>],
    },
    Set(&'a [Expr<'a>]),
    Comprehension(&'a ComprehensionExpr<'a>),
    Await(&'a Expr<'a>),
    Yield(Option<&'a Expr<'a>>),
    YieldFrom(&'a Expr<'a>),
    Compare {
        left: &'a Expr<'a>,
        ops: &'a [CompareOperator],
        comparators: &'a [Expr<'a>],
    },
    Call(&'a Call<'a>),
    /// `{value!r:spec}` in an f-string. `conversion` is `-1` or the character `s`, `r` or `a`.
    /// `format_spec` is a `JoinedStr`.
    FormattedValue {
        value: &'a Expr<'a>,
        conversion: i32,
        format_spec: Option<&'a Expr<'a>>,
    },
    /// A field of a t-string, like `FormattedValue`; `text` is the source text of the value.
    Interpolation {
        value: &'a Expr<'a>,
        text: &'a [u8],
        conversion: i32,
        format_spec: Option<&'a Expr<'a>>,
    },
    JoinedStr(&'a [Expr<'a>]),
    TemplateStr(&'a [Expr<'a>]),
    Constant(Constant<'a>),
    Attribute {
        value: &'a Expr<'a>,
        attr: Name,
        ctx: ExprContext,
    },
    Subscript {
        value: &'a Expr<'a>,
        slice: &'a Expr<'a>,
        ctx: ExprContext,
    },
    Starred {
        value: &'a Expr<'a>,
        ctx: ExprContext,
    },
    Name {
        id: Name,
        ctx: ExprContext,
    },
    List {
        elts: &'a [Expr<'a>],
        ctx: ExprContext,
    },
    Tuple {
        elts: &'a [Expr<'a>],
        ctx: ExprContext,
    },
    Slice {
        lower: Option<&'a Expr<'a>>,
        upper: Option<&'a Expr<'a>>,
        step: Option<&'a Expr<'a>>,
    },
}

/// `lambda`.
#[derive(Clone, Copy, Debug)]
pub struct Lambda<'a> {
    pub id: NodeId,
    pub args: Arguments<'a>,
    pub body: Expr<'a>,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub func: Expr<'a>,
    pub args: &'a [Expr<'a>],
    pub keywords: &'a [Keyword<'a>],
}

/// `ListComp`, `SetComp`, `DictComp` or `GeneratorExp`.
#[derive(Clone, Copy, Debug)]
pub struct ComprehensionExpr<'a> {
    /// Node of the comprehension's scope.
    pub id: NodeId,
    /// Kind of comprehension.
    pub kind: ComprehensionKind,
    /// `elt`, or the `key` of a dict comprehension (3.15: the operand of `**` if `value` is
    /// absent).
    pub element: Expr<'a>,
    /// `value` of a dict comprehension.
    pub value: Option<Expr<'a>>,
    /// The `for … in …` clauses, at least one.
    pub generators: &'a [Comprehension<'a>],
}

/// Kind of a comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// One `for TARGET in ITER if …` clause.
#[derive(Clone, Copy, Debug)]
pub struct Comprehension<'a> {
    pub target: Expr<'a>,
    pub iter: Expr<'a>,
    pub ifs: &'a [Expr<'a>],
    pub is_async: bool,
}

/// A literal, or the result of folding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant<'a> {
    /// `None`.
    None,
    /// `True`.
    True,
    /// `False`.
    False,
    /// `...`.
    Ellipsis,
    /// An integer that fits in 64 bits.
    Int(i64),
    /// Any other integer, as sign and magnitude in little-endian bytes without leading zeros.
    BigInt {
        /// True for a negative number.
        negative: bool,
        /// Absolute value.
        magnitude: &'a [u8],
    },
    /// A float.
    Float(f64),
    /// Real and imaginary part.
    Complex(f64, f64),
    /// Text as WTF-8.
    Str(&'a [u8]),
    /// The `%` of a `%%` in a folded format, for which CPython makes a new string that is not
    /// interned.
    FreshPercent,
    /// Bytes.
    Bytes(&'a [u8]),
    /// The `b''` that folding `b'x' * 0` in the syntax tree creates as a new object (CPython up to
    /// 3.13).
    FreshEmptyBytes,
    /// A tuple created by folding in the syntax tree (CPython up to 3.13).
    Tuple(&'a [Constant<'a>]),
    /// A frozenset created by folding in the syntax tree (CPython up to 3.13).
    FrozenSet(&'a [Constant<'a>]),
}

/// Load, store or delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprContext {
    Load,
    Store,
    Del,
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOperator {
    And,
    Or,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
pub enum UnaryOperator {
    Invert,
    Not,
    UAdd,
    USub,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
