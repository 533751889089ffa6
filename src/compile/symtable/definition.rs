//! Functions, classes, type aliases, and their type parameters.
//!
//! CPython: `Python/symtable.c`.

use super::builder::{Builder, Visit};
use super::{BlockKind, ScopeKey, ScopeRole, flag};
use crate::compile::future::docstring;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{
    Arg, Arguments, ClassDef, Expr, ExprContext, ExprKind, FunctionDef, Keyword, Lambda, NodeId, TypeAlias,
    TypeParam, TypeParamKind,
};
use crate::text::{Location, Name};

impl Builder<'_> {
    /// Visits a function definition (`symtable_visit_stmt`).
    pub(super) fn function(&mut self, function: &FunctionDef<'_>, location: Location) -> Visit {
        self.define(function.name, flag::LOCAL, location)?;
        self.defaults(&function.args)?;
        self.expressions(function.decorator_list)?;
        let generic = !function.type_params.is_empty();
        if generic {
            self.enter_type_parameters(function.name, function.id, location)?;
            // The parameter is defined even without defaults, because CPython's parser always
            // creates the list.
            self.define(self.known.defaults, flag::PARAM, location)?;
            if function.args.kw_defaults.iter().any(Option::is_some) {
                self.define(self.known.kwdefaults, flag::PARAM, location)?;
            }
            self.type_parameters(function.type_params)?;
        }
        let key = Self::own(function.id);
        let id = self.new_scope(function.name, BlockKind::Function, key, location);
        self.table.scopes[id.0 as usize].has_docstring = docstring(function.body).is_some();
        self.function_annotations(function, location)?;
        self.enter(id, true);
        self.current().coroutine = function.is_async;
        self.progress().is_async_def = function.is_async;
        self.parameters(&function.args)?;
        self.statements(function.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    /// Visits a lambda (`symtable_visit_expr`).
    pub(super) fn lambda(&mut self, lambda: &Lambda<'_>, location: Location) -> Visit {
        self.refuse_in_class_scope("lambda", location)?;
        self.defaults(&lambda.args)?;
        let key = Self::own(lambda.id);
        self.enter_new(self.known.lambda, BlockKind::Function, key, location)?;
        self.parameters(&lambda.args)?;
        self.expression(&lambda.body)?;
        self.exit();
        Ok(())
    }

    /// Refuses a lambda or comprehension in a scope that sees the names of a class.
    pub(super) fn refuse_in_class_scope(&self, what: &str, location: Location) -> Visit {
        if self.target.features.functions_see_class || !self.scope().can_see_class_scope {
            return Ok(());
        }
        let message = format!("Cannot use {what} in annotation scope within class scope");
        Err(Box::new(SyntaxError::new(message, location)))
    }

    fn defaults(&mut self, arguments: &Arguments<'_>) -> Visit {
        self.expressions(arguments.defaults)?;
        arguments.kw_defaults.iter().flatten().try_for_each(|default| self.expression(default))
    }

    /// Visits the parameters of a function (`symtable_visit_arguments`).
    fn parameters(&mut self, arguments: &Arguments<'_>) -> Visit {
        self.parameter_list(arguments.posonlyargs)?;
        self.parameter_list(arguments.args)?;
        self.parameter_list(arguments.kwonlyargs)?;
        if let Some(parameter) = &arguments.vararg {
            self.define(parameter.arg, flag::PARAM, parameter.location)?;
            self.current().varargs = true;
        }
        if let Some(parameter) = &arguments.kwarg {
            self.define(parameter.arg, flag::PARAM, parameter.location)?;
            self.current().varkeywords = true;
        }
        Ok(())
    }

    /// Visits a list of parameters (`symtable_visit_params`).
    fn parameter_list(&mut self, parameters: &[Arg<'_>]) -> Visit {
        for parameter in parameters {
            self.define(parameter.arg, flag::PARAM, parameter.location)?;
        }
        Ok(())
    }

    /// Visits keyword arguments (`symtable_visit_keyword`).
    pub(super) fn keywords(&mut self, keywords: &[Keyword<'_>]) -> Visit {
        for keyword in keywords {
            if let Some(name) = keyword.arg {
                self.check_name(name, keyword.location, ExprContext::Store)?;
            }
        }
        keywords.iter().try_for_each(|keyword| self.expression(&keyword.value))
    }

    /// Visits a class definition (`symtable_visit_stmt`).
    pub(super) fn class(&mut self, class: &ClassDef<'_>, location: Location) -> Visit {
        self.define(class.name, flag::LOCAL, location)?;
        self.expressions(class.decorator_list)?;
        let outer = self.private;
        let generic = !class.type_params.is_empty();
        if generic {
            self.enter_type_parameters(class.name, class.id, location)?;
            for name in [self.known.type_params, self.known.generic_base] {
                self.define(name, flag::LOCAL, location)?;
                self.define(name, flag::USE, location)?;
            }
            self.private = Some(class.name);
            if !self.target.features.generic_class_renames_rest {
                let index = self.table.mangled_names.len() as u32;
                self.table.mangled_names.push(Vec::new());
                self.current().mangled_names = Some(index);
            }
            self.type_parameters(class.type_params)?;
        }
        self.expressions(class.bases)?;
        self.keywords(class.keywords)?;
        self.enter_new(class.name, BlockKind::Class, Self::own(class.id), location)?;
        self.private = Some(class.name);
        if generic {
            self.define(self.known.dunder_type_params, flag::LOCAL, location)?;
            self.define(self.known.type_params, flag::USE, location)?;
        }
        self.current().has_docstring = docstring(class.body).is_some();
        self.statements(class.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        let remains = generic && self.target.features.generic_class_renames_rest;
        self.private = if remains { Some(class.name) } else { outer };
        Ok(())
    }

    /// Visits a type alias (`symtable_visit_stmt`).
    pub(super) fn type_alias(&mut self, alias: &TypeAlias<'_>, location: Location) -> Visit {
        self.define(alias.name, flag::LOCAL, alias.name_location)?;
        let in_class = self.scope().kind == BlockKind::Class;
        let generic = !alias.type_params.is_empty();
        if generic {
            self.enter_type_parameters(alias.name, alias.id, location)?;
            self.type_parameters(alias.type_params)?;
        }
        self.enter_new(alias.name, BlockKind::TypeAlias, Self::own(alias.id), location)?;
        self.see_class(in_class, alias.value.location)?;
        self.expression(alias.value)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    /// Lets the current scope see the names of the enclosing class.
    pub(super) fn see_class(&mut self, in_class: bool, location: Location) -> Visit {
        self.current().can_see_class_scope = in_class;
        if in_class { self.define(self.known.classdict, flag::USE, location) } else { Ok(()) }
    }

    /// Enters the scope of type parameters (`symtable_enter_type_param_block`).
    fn enter_type_parameters(&mut self, name: Name, node: NodeId, location: Location) -> Visit {
        let in_class = self.scope().kind == BlockKind::Class;
        let key = ScopeKey { node, role: ScopeRole::TypeParameters };
        self.enter_new(name, BlockKind::TypeParameters, key, location)?;
        self.see_class(in_class, location)
    }

    /// Visits type parameters (`symtable_visit_type_param`).
    fn type_parameters(&mut self, parameters: &[TypeParam<'_>]) -> Visit {
        for parameter in parameters {
            let flags = flag::TYPE_PARAM | flag::LOCAL;
            self.define(parameter.name, flags, parameter.location)?;
            let default = match parameter.kind {
                TypeParamKind::TypeVar => {
                    let info = match &parameter.bound {
                        Some(bound)
                            if matches!(bound.kind, ExprKind::Tuple { .. })
                                && self.target.features.names_constraints =>
                        {
                            "a TypeVar constraint"
                        }
                        _ => "a TypeVar bound",
                    };
                    let bound = parameter.bound;
                    self.evaluated(parameter, bound, ScopeRole::Own, info)?;
                    "a TypeVar default"
                }
                TypeParamKind::TypeVarTuple => "a TypeVarTuple default",
                TypeParamKind::ParamSpec => "a ParamSpec default",
            };
            let value = parameter.default_value;
            self.evaluated(parameter, value, ScopeRole::Default, default)?;
        }
        Ok(())
    }

    /// Visits a bound or default, which is a function of its own
    /// (`symtable_visit_type_param_bound_or_default`).
    fn evaluated(
        &mut self,
        parameter: &TypeParam<'_>,
        value: Option<&Expr<'_>>,
        role: ScopeRole,
        info: &'static str,
    ) -> Visit {
        if parameter.name == self.known.classdict && !self.target.features.classdict_as_type_parameter {
            let message = "reserved name '__classdict__' cannot be used for type parameter";
            return Err(Box::new(SyntaxError::new(message, parameter.location)));
        }
        let Some(value) = value else { return Ok(()) };
        let in_class = self.scope().can_see_class_scope;
        let key = ScopeKey { node: parameter.id, role };
        self.enter_new(parameter.name, BlockKind::TypeVariable, key, value.location)?;
        self.see_class(in_class, value.location)?;
        self.progress().info = info;
        self.expression(value)?;
        self.exit();
        Ok(())
    }
}
