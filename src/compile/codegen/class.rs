//! The `class` statement.
//!
//! CPython: `Python/codegen.c`.

use super::function::first_line;
use super::scope::Counts;
use super::{Codegen, CodegenResult, UnitKind};
use crate::compile::constants::CodeId;
use crate::compile::symtable::ScopeRole;
use crate::syntax::ast::{ClassDef, Constant, ExprContext};
use crate::target::Op;
use crate::text::{Location, Name};

/// `CALL_INTRINSIC_1` operand that makes `Generic[…]` of type parameters.
const INTRINSIC_SUBSCRIPT_GENERIC: u32 = 10;

impl<'a, 'ast> Codegen<'a, 'ast> {
    /// Emits a class definition (`codegen_class`).
    pub(super) fn class(&mut self, class: &'a ClassDef<'ast>, location: Location) -> CodegenResult<()> {
        self.visit_exprs(class.decorator_list)?;
        let first_line = first_line(class.decorator_list, location);
        let is_generic = !class.type_params.is_empty();
        let type_params = self.intern(".type_params");
        let generic_base = self.intern(".generic_base");
        if is_generic && self.target.features.null_first {
            self.emit(Op::PUSH_NULL, location);
        }
        if is_generic {
            let private = Some(class.name);
            if self.target.features.generic_class_renames_rest {
                self.unit.private = private;
            }
            self.enter_type_parameters(class.id, class.name, first_line, private, Counts::default())?;
            self.type_parameters(class.type_params)?;
            self.name_op(type_params, ExprContext::Store, location)?;
        }
        let code = self.class_body(class, first_line)?;
        let calls = [Op::LOAD_BUILD_CLASS, Op::PUSH_NULL];
        for op in if self.target.features.null_first { [calls[1], calls[0]] } else { calls } {
            self.emit(op, location);
        }
        self.make_closure(code, 0, location)?;
        self.load_name_const(class.name, location);
        if is_generic {
            self.name_op(type_params, ExprContext::Load, location)?;
            self.emit_arg(Op::CALL_INTRINSIC_1, INTRINSIC_SUBSCRIPT_GENERIC, location);
            self.name_op(generic_base, ExprContext::Store, location)?;
            self.call_arguments(2, class.bases, Some(generic_base), class.keywords, location)?;
            let code = self.finish_unit(false)?;
            self.make_closure(code, 0, location)?;
            self.call_own_function(location);
        } else {
            self.call_arguments(2, class.bases, None, class.keywords, location)?;
        }
        self.apply_decorators(class.decorator_list);
        self.name_op(class.name, ExprContext::Store, location)
    }

    /// Compiles the body of a class (`codegen_class_body`).
    fn class_body(&mut self, class: &'a ClassDef<'ast>, first_line: i32) -> CodegenResult<CodeId> {
        let scope = self.find_scope(class.id, ScopeRole::Own)?;
        let counts = Counts::default();
        self.enter_scope(scope, UnitKind::Class, class.name, first_line, Some(class.name), counts);
        let location = Location::new(first_line, first_line, 0, 0);
        self.copy_name("__name__", "__module__", location)?;
        self.load_qualname(location);
        self.store_as("__qualname__", location)?;
        let describes_source = self.target.features.class_describes_source;
        if describes_source {
            self.load_const(&Constant::Int(i64::from(first_line)), location);
            self.store_as("__firstlineno__", location)?;
        }
        if !class.type_params.is_empty() {
            self.copy_name(".type_params", "__type_params__", location)?;
        }
        let classdict = self.intern("__classdict__");
        let needs_classdict = self.scope().needs_classdict;
        if needs_classdict {
            self.emit(Op::LOAD_LOCALS, location);
            let index = self.captured_index(classdict)?;
            self.emit_arg(Op::STORE_DEREF, index, location);
        }
        self.conditional_annotations(location)?;
        self.visit_annotated_body(class.body, location)?;
        if describes_source {
            self.static_attributes();
            self.store_as("__static_attributes__", Location::NONE)?;
        }
        if needs_classdict {
            let index = self.captured_index(classdict)?;
            self.emit_arg(Op::LOAD_CLOSURE, index, Location::NONE);
            self.store_as("__classdictcell__", Location::NONE)?;
        }
        if self.scope().needs_class_closure {
            let class_cell = self.intern("__class__");
            let index = self.captured_index(class_cell)?;
            self.emit_arg(Op::LOAD_CLOSURE, index, Location::NONE);
            self.emit_arg(Op::COPY, 1, Location::NONE);
            self.store_as("__classcell__", Location::NONE)?;
        } else {
            self.load_const(&Constant::None, Location::NONE);
        }
        self.emit(Op::RETURN_VALUE, Location::NONE);
        self.finish_unit(true)
    }

    /// Loads one name and stores its value under another.
    fn copy_name(&mut self, from: &str, to: &str, location: Location) -> CodegenResult<()> {
        let from = self.intern(from);
        self.name_op(from, ExprContext::Load, location)?;
        self.store_as(to, location)
    }

    /// Stores the top of the stack under a name.
    fn store_as(&mut self, name: &str, location: Location) -> CodegenResult<()> {
        let name = self.intern(name);
        self.name_op(name, ExprContext::Store, location)
    }

    /// Loads the tuple of attributes stored on `self`, sorted by name
    /// (`_PyCompile_StaticAttributesAsTuple`).
    fn static_attributes(&mut self) {
        let mut attributes: Vec<Name> = std::mem::take(&mut self.unit.static_attributes);
        attributes.sort_by(|left, right| self.names.text(*left).cmp(self.names.text(*right)));
        attributes.dedup();
        self.load_names_const(attributes.into_iter(), Location::NONE);
    }
}
