//! `co_lnotab` of 3.8 and 3.9: pairs of an address step (0 to 255) and a line step (−128 to 127).
//!
//! The peephole optimizer of those versions rewrites address steps in place, so a table is not
//! always the shortest one; every pair is kept as a run of its own.

use super::{LineError, LineRun, line};

pub(super) fn decode(table: &[u8], first_line: i32, code_size: u32) -> Result<Vec<LineRun>, LineError> {
    let mut runs = Vec::with_capacity(table.len() / 2 + 1);
    let (mut at, mut now) = (0u32, first_line);
    for (index, pair) in table.chunks(2).enumerate() {
        let &[step, lines] = pair else { return Err(LineError::Short(table.len())) };
        runs.push(LineRun { size: u32::from(step), location: line(now) });
        at = at.saturating_add(u32::from(step));
        now = now.checked_add(i32::from(lines as i8)).ok_or(LineError::Large(index * 2 + 1))?;
    }
    runs.push(LineRun { size: code_size.saturating_sub(at), location: line(now) });
    Ok(runs)
}

pub(super) fn encode(runs: &[LineRun]) -> Vec<u8> {
    let pairs = runs
        .windows(2)
        .map(|pair| [pair[0].size as u8, (pair[1].location.line() - pair[0].location.line()) as u8]);
    pairs.flatten().collect()
}
