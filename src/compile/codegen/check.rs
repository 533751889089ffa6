//! Warnings about suspicious code.
//!
//! CPython: `Python/codegen.c`.

use super::Codegen;
use crate::compile::warned::TRUE_ASSERTION;
use crate::syntax::ast::{CompareOperator, ComprehensionKind, Constant, Expr, ExprKind};
use crate::text::Location;
use std::borrow::Cow;

impl Codegen<'_, '_> {
    /// Records a warning (`_PyCompile_Warn`).
    #[cold]
    fn warn(&mut self, message: impl Into<Cow<'static, str>>, location: Location) {
        self.warnings.issue(message, location, self.target);
    }

    /// Warns of `is` and `is not` with a literal (`codegen_check_compare`).
    #[inline]
    pub(super) fn check_compare(
        &mut self,
        left: &Expr<'_>,
        ops: &[CompareOperator],
        comparators: &[Expr<'_>],
        location: Location,
    ) {
        let is_identity = |op: &CompareOperator| matches!(op, CompareOperator::Is | CompareOperator::IsNot);
        if ops.iter().any(is_identity) {
            self.check_identity(left, ops, comparators, location);
        }
    }

    /// Checks the operands of comparisons that include `is` or `is not` (`codegen_check_compare`).
    fn check_identity(
        &mut self,
        left: &Expr<'_>,
        ops: &[CompareOperator],
        comparators: &[Expr<'_>],
        location: Location,
    ) {
        let mut left = left;
        for (op, right) in ops.iter().zip(comparators) {
            let (sign, instead) = match op {
                CompareOperator::Is => ("is", "=="),
                CompareOperator::IsNot => ("is not", "!="),
                _ => {
                    left = right;
                    continue;
                }
            };
            let literal = [left, right].into_iter().find(|side| is_literal(side));
            if let Some(name) = literal.and_then(type_name) {
                let literal = match self.target.features.names_type_of_literal {
                    true => format!("'{name}' literal"),
                    false => "a literal".to_owned(),
                };
                let message = format!("\"{sign}\" with {literal}. Did you mean \"{instead}\"?");
                return self.warn(message, location);
            }
            left = right;
        }
    }

    /// Warns of a call of a value that is not callable (`check_caller`).
    #[inline]
    pub(super) fn check_caller(&mut self, callee: &Expr<'_>, call: Location) {
        let may_be_called = match callee.kind {
            ExprKind::Lambda(_) => true,
            _ => type_name(callee).is_none(),
        };
        if !may_be_called {
            self.complain(callee, "callable", call);
        }
    }

    /// Records a warning about the type of `object` (`compiler_warn`).
    #[cold]
    fn warn_of_type(&mut self, message: String, object: &Expr<'_>, operation: Location) {
        let at_operation = self.target.features.warns_at_operation;
        self.warn(message, if at_operation { operation } else { object.location });
    }

    /// Records a warning about a value of a known type.
    #[cold]
    fn complain(&mut self, object: &Expr<'_>, what: &str, operation: Location) {
        if let Some(name) = type_name(object) {
            let message = format!("'{name}' object is not {what}; perhaps you missed a comma?");
            self.warn_of_type(message, object, operation);
        }
    }

    /// Warns of a value that has no subscripts or of an invalid index (`check_subscripter`,
    /// `check_index`).
    #[inline]
    pub(super) fn check_subscript(&mut self, value: &Expr<'_>, slice: &Expr<'_>, operation: Location) {
        match value.kind {
            ExprKind::Constant(
                Constant::None
                | Constant::Ellipsis
                | Constant::True
                | Constant::False
                | Constant::Int(_)
                | Constant::BigInt { .. }
                | Constant::Float(_)
                | Constant::Complex(..)
                | Constant::FrozenSet(_),
            )
            | ExprKind::Set(_)
            | ExprKind::Lambda(_)
            | ExprKind::TemplateStr(_) => self.complain(value, "subscriptable", operation),
            ExprKind::Comprehension(comprehension) => match comprehension.kind {
                ComprehensionKind::Set | ComprehensionKind::Generator => {
                    self.complain(value, "subscriptable", operation);
                }
                ComprehensionKind::List => self.check_index(value, slice, operation),
                ComprehensionKind::Dict => {}
            },
            ExprKind::Constant(_)
            | ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::JoinedStr(_)
            | ExprKind::FormattedValue { .. } => self.check_index(value, slice, operation),
            _ => {}
        }
    }

    /// Warns of an index of the wrong type (`check_index`).
    fn check_index(&mut self, value: &Expr<'_>, slice: &Expr<'_>, operation: Location) {
        if let (Some(name), Some(index)) = (type_name(value), type_name(slice))
            && !matches!(index, "int" | "bool")
        {
            let message = format!(
                "{name} indices must be integers or slices, not {index}; perhaps you missed a comma?"
            );
            self.warn_of_type(message, value, operation);
        }
    }

    /// Warns of an assertion of a tuple (`codegen_assert`).
    #[inline]
    pub(super) fn check_assertion(&mut self, test: &Expr<'_>, location: Location) {
        let is_true = match test.kind {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant(Constant::Tuple(items)) => !items.is_empty(),
            _ => false,
        };
        if is_true {
            self.warn(TRUE_ASSERTION, location);
        }
    }
}

/// Returns whether an expression is a constant or a tuple of constants, but not a singleton
/// (`check_is_arg`).
fn is_literal(expression: &Expr<'_>) -> bool {
    match expression.kind {
        ExprKind::Tuple { elts, .. } => elts.iter().all(|one| matches!(one.kind, ExprKind::Constant(_))),
        ExprKind::Constant(Constant::None | Constant::True | Constant::False | Constant::Ellipsis) => false,
        ExprKind::Constant(_) => true,
        _ => false,
    }
}

/// Returns the type name of a literal or display (`infer_type`).
fn type_name(expression: &Expr<'_>) -> Option<&'static str> {
    Some(match expression.kind {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } => "list",
        ExprKind::Dict { .. } => "dict",
        ExprKind::Set(_) => "set",
        ExprKind::Comprehension(comprehension) => match comprehension.kind {
            ComprehensionKind::List => "list",
            ComprehensionKind::Set => "set",
            ComprehensionKind::Dict => "dict",
            ComprehensionKind::Generator => "generator",
        },
        ExprKind::Lambda(_) => "function",
        ExprKind::JoinedStr(_) | ExprKind::FormattedValue { .. } => "str",
        ExprKind::TemplateStr(_) => "string.templatelib.Template",
        ExprKind::Interpolation { .. } => "string.templatelib.Interpolation",
        ExprKind::Constant(constant) => match constant {
            Constant::None => "NoneType",
            Constant::True | Constant::False => "bool",
            Constant::Ellipsis => "ellipsis",
            Constant::Int(_) | Constant::BigInt { .. } => "int",
            Constant::Float(_) => "float",
            Constant::Complex(..) => "complex",
            Constant::Str(_) | Constant::FreshPercent => "str",
            Constant::Bytes(_) | Constant::FreshEmptyBytes => "bytes",
            Constant::Tuple(_) => "tuple",
            Constant::FrozenSet(_) => "frozenset",
        },
        _ => return None,
    })
}
