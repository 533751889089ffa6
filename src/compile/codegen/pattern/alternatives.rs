//! `A | B`

use super::Context;
use crate::compile::codegen::{Codegen, Result};
use crate::syntax::SyntaxError;
use crate::syntax::ast::Pattern;
use crate::target::Op;
use crate::text::{Location, Name};

impl Codegen<'_, '_> {
    pub(super) fn or_pattern(
        &mut self,
        patterns: &[Pattern<'_>],
        location: Location,
        context: &mut Context,
    ) -> Result<()> {
        let end = self.new_label();
        // The names the first alternative binds: all others have to bind the same ones, in this order.
        let mut control: Option<Vec<Name>> = None;
        for (index, alternative) in patterns.iter().enumerate() {
            let at = alternative.location;
            let mut inner = Context {
                allow_irrefutable: index + 1 == patterns.len() && context.allow_irrefutable,
                ..Context::default()
            };
            self.emit_arg(Op::COPY, 1, at);
            self.pattern(alternative, &mut inner)?;
            match &control {
                None => control = Some(std::mem::take(&mut inner.stores).into_names()),
                Some(control) => {
                    self.reorder(control, &mut std::mem::take(&mut inner.stores).into_names(), at, location)?;
                }
            }
            self.emit_jump(Op::JUMP, end, at);
            self.place_fail_labels(&mut inner, at);
        }
        self.emit(Op::POP_TOP, location);
        self.jump_to_fail(context, Op::JUMP, location);
        self.use_label(end);
        let control = control.unwrap_or_default();
        // Below the captures of the alternative lie its copy of the subject, and what the outer pattern keeps.
        let depth = control.len() + 1 + context.on_top + context.stores.len();
        for name in control {
            self.rotate_down(depth, location)?;
            self.check_capture(name, location, context)?;
            context.stores.push(name);
        }
        self.emit(Op::POP_TOP, location);
        Ok(())
    }

    /// Brings the captures of a later alternative into the order of the first one.
    fn reorder(
        &mut self,
        control: &[Name],
        stores: &mut [Name],
        at: Location,
        location: Location,
    ) -> Result<()> {
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
