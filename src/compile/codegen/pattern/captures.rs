//! Names that a pattern captures, and the swaps that move their values below all others.
//!
//! CPython: `codegen_pattern_helper_rotate` and `codegen_pattern_helper_store_name` in
//! `Python/codegen.c`.
//!
//! Each capture takes as many `SWAP`s as there are values on the stack, so the swaps of a row of
//! captures grow with its square. The peephole pass removes most of them. A long row is emitted in
//! the form that the peephole pass would leave.

use super::{Codegen, CodegenResult, PatternContext, PatternKind};
use crate::compile::flow::shortest_swaps;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{ExprContext, Pattern};
use crate::target::Op;
use crate::text::{ErrorType, Location, Name};
use rustc_hash::FxHashMap;

/// Number of swaps above which a row of captures is emitted in its short form.
const LONG_ROW: usize = 1 << 16;
/// Number of swaps above which a code object is refused. CPython continues until memory is
/// exhausted, at 24 bytes per swap.
const MAX_SWAPS: usize = 1 << 22;
/// Number of names above which they are looked up by hash.
const FEW: usize = 16;

/// Captured names, in the order of their values on the stack.
#[derive(Debug, Default)]
pub(super) struct Captures {
    names: Vec<Name>,
    /// All names, once there are more than a few.
    known: FxHashMap<Name, ()>,
}

impl Captures {
    /// Returns the number of names.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns the names in order.
    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }

    /// Appends a name.
    pub(super) fn push(&mut self, name: Name) {
        self.names.push(name);
        if self.names.len() == FEW {
            self.known.extend(self.names.iter().map(|name| (*name, ())));
        } else if self.names.len() > FEW {
            self.known.insert(name, ());
        }
    }

    /// Returns whether `name` is captured.
    fn contains(&self, name: Name) -> bool {
        if self.names.len() < FEW { self.names.contains(&name) } else { self.known.contains_key(&name) }
    }

    /// Returns the names and drops the index.
    pub(super) fn into_names(self) -> Vec<Name> {
        self.names
    }
}

/// Returns the name of a pattern that captures any value.
fn captured(pattern: &Pattern<'_>) -> Option<Name> {
    match pattern.kind {
        PatternKind::MatchAs { pattern: None, name } => name,
        PatternKind::MatchStar(name) => name,
        _ => None,
    }
}

impl Codegen<'_, '_> {
    /// Matches values on the stack, the first one on top.
    pub(super) fn subpatterns(
        &mut self,
        patterns: &[Pattern<'_>],
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        let mut rest = patterns;
        while let [pattern, others @ ..] = rest {
            let row = rest.iter().take_while(|pattern| captured(pattern).is_some()).count();
            if row * (context.on_top + context.stores.len()) > LONG_ROW {
                self.capture_row(&rest[..row], context)?;
                rest = &rest[row..];
            } else {
                context.on_top -= 1;
                self.subpattern(pattern, context)?;
                rest = others;
            }
        }
        Ok(())
    }

    /// Emits a row of captures in its short form.
    fn capture_row(&mut self, row: &[Pattern<'_>], context: &mut PatternContext) -> CodegenResult<()> {
        // Each capture moves one value from `on_top` to `stores`, so the depth stays the same.
        let depth = context.on_top + context.stores.len();
        for pattern in row {
            context.on_top -= 1;
            self.set_here(pattern.location);
            if let Some(name) = captured(pattern) {
                self.check_capture(name, pattern.location, context)?;
                context.stores.push(name);
            }
        }
        let rotated = (0..depth).map(|place| (place + row.len()) % depth).collect();
        let swaps = shortest_swaps(rotated);
        // The remaining swaps stay at the end of the row, each in the slot of an original swap.
        // With swaps from before the row, the peephole pass may need as many slots again. One of
        // the other slots is enough to keep the line.
        let each = depth - 1;
        let kept_from = (row.len() * each).saturating_sub(swaps.len());
        let spare_from = kept_from.saturating_sub(2 * depth);
        for pattern in &row[..spare_from / each] {
            self.emit(Op::NOP, pattern.location);
        }
        for at in spare_from..kept_from {
            self.emit(Op::NOP, row[at / each].location);
        }
        for (at, depth) in (kept_from..).zip(swaps) {
            self.emit_arg(Op::SWAP, depth, row[at / each].location);
        }
        Ok(())
    }

    /// Moves the top of the stack below all values to keep, or drops it if it has no name
    /// (`codegen_pattern_helper_store_name`).
    pub(super) fn capture(
        &mut self,
        name: Option<Name>,
        location: Location,
        context: &mut PatternContext,
    ) -> CodegenResult<()> {
        let Some(name) = name else {
            self.emit(Op::POP_TOP, location);
            return Ok(());
        };
        self.check_capture(name, location, context)?;
        self.rotate_down(context.on_top + context.stores.len() + 1, location)?;
        context.stores.push(name);
        Ok(())
    }

    /// Refuses a name that is captured twice (`codegen_error_duplicate_store`) or is `__debug__`.
    pub(super) fn check_capture(
        &self,
        name: Name,
        location: Location,
        context: &PatternContext,
    ) -> CodegenResult<()> {
        self.check_name(name, ExprContext::Store, location)?;
        if !context.stores.contains(name) {
            return Ok(());
        }
        let message = format!("multiple assignments to name '{}' in pattern", self.name_text(name));
        Err(SyntaxError::new(message, location))
    }

    /// Moves the top of the stack below the `count - 1` other values
    /// (`codegen_pattern_helper_rotate`).
    pub(super) fn rotate_down(&mut self, count: usize, location: Location) -> CodegenResult<()> {
        self.unit.swaps += count;
        if self.unit.swaps > MAX_SWAPS {
            let message = "patterns capture too many names".to_owned();
            return Err(SyntaxError::of(ErrorType::Memory, message, location));
        }
        for depth in (2..=count).rev() {
            self.ask();
            self.emit_arg(Op::SWAP, depth as u32, location);
        }
        Ok(())
    }
}
