//! Annotations of functions, and of names in a module, class or function body.
//!
//! CPython: `Python/symtable.c`.

use super::builder::{Builder, Visit};
use super::{BlockKind, ScopeId, ScopeKey, ScopeRole, flag};
use crate::syntax::ast::{Arg, Expr, FunctionDef};
use crate::text::Location;

impl Builder<'_> {
    /// Visits the annotation of a name (`symtable_visit_annotation`).
    pub(super) fn annotation(&mut self, annotation: &Expr<'_>) -> Visit {
        let outer = self.current;
        let kind = self.scope().kind;
        let node = self.scope().key.node;
        let key = ScopeKey { node, role: ScopeRole::Annotations };
        if !self.target.features.deferred_annotations {
            if !self.future.annotations() {
                return self.expression(annotation);
            }
            self.enter_new(self.known.annotate, BlockKind::Annotation, key, annotation.location)?;
            self.expression(annotation)?;
            self.exit();
            return Ok(());
        }
        let in_condition = self.progress().in_conditional_block;
        let conditional = kind == BlockKind::Module || (kind == BlockKind::Class && in_condition);
        if conditional && !self.scope().has_conditional_annotations {
            self.current().has_conditional_annotations = true;
            let name = self.known.conditional_annotations;
            self.define(name, flag::USE, annotation.location)?;
        }
        if let Some(existing) = self.scope().annotations {
            self.enter(existing, false);
        } else {
            let name = self.known.annotate;
            let id = self.enter_new(name, BlockKind::Annotation, key, annotation.location)?;
            self.table.scopes[outer.0 as usize].annotations = Some(id);
            if kind == BlockKind::Class && !self.future.annotations() {
                self.see_class(true, annotation.location)?;
                self.table.scopes[outer.0 as usize].needs_classdict = true;
            }
        }
        let unevaluated = kind == BlockKind::Function;
        self.progress().in_unevaluated_annotation = unevaluated;
        self.expression(annotation)?;
        self.progress().in_unevaluated_annotation = false;
        self.exit();
        Ok(())
    }

    /// Visits the annotations of a function before its own scope is entered
    /// (`symtable_visit_annotations`).
    ///
    /// Without annotations, the only effect of CPython's empty scope is that a class needs its
    /// namespace.
    pub(super) fn function_annotations(&mut self, function: &FunctionDef<'_>, location: Location) -> Visit {
        let deferred = self.target.features.deferred_annotations;
        let separate = deferred || self.future.annotations();
        let outer = self.scope();
        if separate && outer.kind != BlockKind::TypeParameters && !is_annotated(function) {
            if outer.kind == BlockKind::Class && !self.future.annotations() {
                self.current().children.push(ScopeId::UNANNOTATED);
            }
            return Ok(());
        }
        if separate {
            let in_class = outer.can_see_class_scope || outer.kind == BlockKind::Class;
            let key = ScopeKey { node: function.id, role: ScopeRole::Annotations };
            self.enter_new(self.known.annotate, BlockKind::Annotation, key, location)?;
            self.see_class(in_class && deferred, location)?;
        }
        self.of_function(function, separate)?;
        if separate {
            self.exit();
        }
        Ok(())
    }

    /// Visits the annotations of a function (`symtable_visit_annotations`).
    fn of_function(&mut self, function: &FunctionDef<'_>, separate: bool) -> Visit {
        let arguments = &function.args;
        self.of_parameters(arguments.posonlyargs, separate)?;
        self.of_parameters(arguments.args, separate)?;
        self.of_parameters(arguments.vararg.map_or(&[], std::slice::from_ref), separate)?;
        self.of_parameters(arguments.kwarg.map_or(&[], std::slice::from_ref), separate)?;
        self.of_parameters(arguments.kwonlyargs, separate)?;
        if let Some(returns) = &function.returns {
            self.current().annotations_used |= separate;
            self.expression(returns)?;
        }
        Ok(())
    }

    /// Visits the annotations of parameters (`symtable_visit_argannotations`).
    fn of_parameters(&mut self, parameters: &[Arg<'_>], separate: bool) -> Visit {
        for parameter in parameters {
            if let Some(annotation) = &parameter.annotation {
                self.current().annotations_used |= separate;
                self.expression(annotation)?;
            }
        }
        Ok(())
    }
}

/// Returns whether a function has annotations.
fn is_annotated(function: &FunctionDef<'_>) -> bool {
    let args = &function.args;
    let has_one = |list: &[Arg<'_>]| list.iter().any(|parameter| parameter.annotation.is_some());
    function.returns.is_some()
        || [args.posonlyargs, args.args, args.kwonlyargs].into_iter().any(has_one)
        || [args.vararg, args.kwarg].into_iter().flatten().any(|parameter| parameter.annotation.is_some())
}
