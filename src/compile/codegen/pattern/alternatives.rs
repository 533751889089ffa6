//! Alternative patterns: `A | B`.
//!
//! CPython: `Python/codegen.c`.

use super::PatternContext;
use crate::compile::codegen::{Codegen, CodegenResult};
use crate::syntax::SyntaxError;
use crate::syntax::ast::Pattern;
use crate::target::Op;
use crate::text::{Location, Name};

impl Codegen<'_, '_> {
    /// Emits alternative patterns (`codegen_pattern_or`).
    pub(super) fn or_pattern(
        &mut self,
        patterns: &[Pattern<'_>],
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        let end = self.new_label();
        // The names that the first alternative binds; the others must bind the same, and are
        // reordered.
        let mut control: Option<Vec<Name>> = None;
        for (index, alternative) in patterns.iter().enumerate() {
            let at = alternative.location;
            self.set_here(at);
            let mut inner = PatternContext {
                allow_irrefutable: index + 1 == patterns.len() && context.allow_irrefutable,
                ..PatternContext::default()
            };
            self.emit_arg(Op::COPY, 1, at);
            self.pattern(alternative, &mut inner)?;
            let at = self.here_or(at);
            let location = self.here_or(location);
            match &control {
                None => control = Some(std::mem::take(&mut inner.stores).into_names()),
                Some(control) => {
                    self.reorder(control, &mut std::mem::take(&mut inner.stores).into_names(), at, location)?;
                }
            }
            self.emit_jump(Op::JUMP, end, at);
            self.place_fail_labels(&mut inner, at);
        }
        let location = self.here_or(location);
        self.emit(Op::POP_TOP, location);
        self.jump_to_fail(context, Op::JUMP, location);
        self.use_label(end);
        let control = control.unwrap_or_default();
        // The captures end up below the alternative's copy of the subject and the values of the
        // outer pattern.
        let depth = control.len() + 1 + context.on_top + context.stores.len();
        for name in control {
            self.rotate_down(depth, location)?;
            self.check_capture(name, location, context)?;
            context.stores.push(name);
        }
        self.emit(Op::POP_TOP, location);
        Ok(())
    }

    /// Reorders the captures of a later alternative to match the first (`codegen_pattern_or`).
    fn reorder(
        &mut self,
        control: &[Name],
        stores: &mut [Name],
        at: Location,
        location: Location,
    ) -> CodegenResult<()> {
        let differ = || SyntaxError::new("alternative patterns bind different names", location);
        if control.len() != stores.len() {
            return Err(differ());
        }
        for wanted in (0..control.len()).rev() {
            let found = stores.iter().position(|name| *name == control[wanted]).ok_or_else(differ)?;
            if found == wanted {
                continue;
            }
            let rotations = found + 1;
            stores[..=wanted].rotate_left(rotations);
            for _ in 0..rotations {
                self.rotate_down(wanted + 1, at)?;
            }
        }
        Ok(())
    }
}
