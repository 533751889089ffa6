//! Names that a pattern captures, and the swaps that bring their values below everything else.
//!
//! CPython: `pattern_helper_rotate` and `pattern_helper_store_name` of `Python/codegen.c`.
//!
//! Each capture takes as many `SWAP`s as there are values on the stack, so that a row of captures takes a square of them,
//! most of which the peephole takes away again. A long row is written as what the peephole leaves of it.

use super::{Codegen, Context, PatternKind, Result};
use crate::compile::flow::shortest_swaps;
use crate::syntax::SyntaxError;
use crate::syntax::ast::Pattern;
use crate::target::Op;
use crate::text::{ErrorType, Location, Name};
use rustc_hash::FxHashMap;

/// A row of captures that takes more swaps than this is written in its short form.
const LONG_ROW: usize = 1 << 16;
/// More swaps than this in one code object are refused. CPython takes them until memory ends: 24 bytes for each.
const MAX_SWAPS: usize = 1 << 22;
/// More names than this are looked up by hash.
const FEW: usize = 16;

/// Captured names, in the order of their values on the stack.
#[derive(Debug, Default)]
pub(super) struct Captures {
    names: Vec<Name>,
    /// All of them, once they are more than a few.
    known: FxHashMap<Name, ()>,
}

impl Captures {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }

    pub(super) fn push(&mut self, name: Name) {
        self.names.push(name);
        if self.names.len() == FEW {
            self.known.extend(self.names.iter().map(|name| (*name, ())));
        } else if self.names.len() > FEW {
            self.known.insert(name, ());
        }
    }

    fn contains(&self, name: Name) -> bool {
        if self.names.len() < FEW { self.names.contains(&name) } else { self.known.contains_key(&name) }
    }

    pub(super) fn into_names(self) -> Vec<Name> {
        self.names
    }
}

/// The name of a pattern that captures whatever is there.
fn captured(pattern: &Pattern<'_>) -> Option<Name> {
    match pattern.kind {
        PatternKind::MatchAs { pattern: None, name } => name,
        PatternKind::MatchStar(name) => name,
        _ => None,
    }
}

impl Codegen<'_, '_> {
    /// Patterns for values that lie on the stack, the first one on top.
    pub(super) fn subpatterns(&mut self, patterns: &[Pattern<'_>], context: &mut Context) -> Result<()> {
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

    /// The captures of a row, and what is left of their swaps.
    fn capture_row(&mut self, row: &[Pattern<'_>], context: &mut Context) -> Result<()> {
        // One value more is below the others after each capture, and one less above them.
        let depth = context.on_top + context.stores.len();
        for pattern in row {
            context.on_top -= 1;
            if let Some(name) = captured(pattern) {
                self.check_capture(name, pattern.location, context)?;
                context.stores.push(name);
            }
        }
        let rotated = (0..depth).map(|place| (place + row.len()) % depth).collect();
        let swaps = shortest_swaps(rotated);
        // Those that stay stand at the end, each at the place of the one that was there; with swaps from before this row
        // the peephole may need the places of as many again. Of the others one is enough to keep the line.
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

    /// Moves the topmost value below everything that is to be kept, or drops it if it has no name.
    pub(super) fn capture(
        &mut self,
        name: Option<Name>,
        location: Location,
        context: &mut Context,
    ) -> Result<()> {
        let Some(name) = name else {
            self.emit(Op::POP_TOP, location);
            return Ok(());
        };
        self.check_capture(name, location, context)?;
        self.rotate_down(context.on_top + context.stores.len() + 1, location)?;
        context.stores.push(name);
        Ok(())
    }

    pub(super) fn check_capture(&self, name: Name, location: Location, context: &Context) -> Result<()> {
        if !context.stores.contains(name) {
            return Ok(());
        }
        let message = format!("multiple assignments to name '{}' in pattern", self.name_text(name));
        Err(SyntaxError::new(message, location))
    }

    /// Moves the topmost value below the `count - 1` others.
    pub(super) fn rotate_down(&mut self, count: usize, location: Location) -> Result<()> {
        self.unit.swaps += count;
        if self.unit.swaps > MAX_SWAPS {
            let message = "patterns capture too many names".to_owned();
            return Err(SyntaxError { kind: ErrorType::Memory, message, location });
        }
        for depth in (2..=count).rev() {
            self.emit_arg(Op::SWAP, depth as u32, location);
        }
        Ok(())
    }
}
