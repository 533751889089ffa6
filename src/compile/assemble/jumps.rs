//! Distances of jumps.
//!
//! CPython: `Python/assemble.c`.

use super::draft::{CodeDraft, Point, prefixes};
use crate::compile::flow::FlowError;

/// Shift of the code by the prefixes of jumps; reused for its allocation.
#[derive(Debug, Default)]
pub(super) struct Shifts {
    /// For each jump, the code units taken by the prefixes of earlier jumps, followed by the total.
    before: Vec<u32>,
}

impl Shifts {
    /// Computes the distances of jumps (`resolve_jump_offsets`). With `by_label`, jumps have the
    /// size that the numbers of their labels need at first.
    pub(super) fn settle(
        &mut self,
        draft: &mut CodeDraft,
        end_send: u32,
        by_label: bool,
    ) -> Result<(), FlowError> {
        for jump in draft.jumps.iter_mut().filter(|_| !by_label) {
            // CPython starts with the size that the index of the target needs.
            jump.prefixes = prefixes(draft.starts[jump.target.0 as usize].index);
        }
        // A longer distance may need a longer instruction, which changes other distances.
        while self.measure(draft, end_send)? {}
        Ok(())
    }

    /// Computes distances from the current sizes and returns whether a size changed
    /// (`resolve_jump_offsets`).
    fn measure(&mut self, draft: &mut CodeDraft, end_send: u32) -> Result<bool, FlowError> {
        self.before.clear();
        let mut shift = 0;
        for jump in &draft.jumps {
            self.before.push(shift);
            shift += jump.prefixes;
        }
        self.before.push(shift);
        let mut changed = false;
        for (jump, shift) in draft.jumps.iter_mut().zip(&self.before) {
            let start = draft.starts[jump.target.0 as usize];
            if start.index >= draft.count {
                return Err(FlowError::Malformed("jump to the end"));
            }
            let after = jump.offset + shift + jump.prefixes + u32::from(jump.units);
            let to = self.offset(start.point);
            jump.arg = if jump.ends_loop { after.saturating_sub(to + end_send) } else { after.abs_diff(to) };
            let needed = prefixes(jump.arg);
            changed |= needed != jump.prefixes;
            jump.prefixes = needed;
        }
        Ok(changed)
    }

    /// Returns the offset of `point` in code units.
    #[inline]
    pub(super) fn offset(&self, point: Point) -> u32 {
        point.offset + self.before[point.jumps as usize]
    }

    /// Returns the code with the operands of jumps.
    pub(super) fn code(&self, draft: &mut CodeDraft, prefix: u8) -> Vec<u8> {
        let mut code = Vec::with_capacity(self.offset(draft.end) as usize);
        let mut copied = 0;
        for jump in &draft.jumps {
            let at = jump.offset as usize;
            draft.units[at][1] = jump.arg as u8;
            if jump.prefixes > 0 {
                code.extend_from_slice(&draft.units[copied..at]);
                copied = at;
                for position in (1..=jump.prefixes).rev() {
                    code.push([prefix, (jump.arg >> (8 * position)) as u8]);
                }
            }
        }
        code.extend_from_slice(&draft.units[copied..draft.end.offset as usize]);
        code.into_flattened()
    }
}
