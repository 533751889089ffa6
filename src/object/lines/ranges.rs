//! `co_linetable` of 3.10: pairs of a size in bytes (0 to 254) and a line step (−127 to 127; −128:
//! no line).

use super::{LineError, LineRun, line};
use crate::text::Location;

pub(super) fn decode(table: &[u8], first_line: i32) -> Result<Vec<LineRun>, LineError> {
    let mut runs: Vec<LineRun> = Vec::with_capacity(table.len() / 2);
    let mut now = first_line;
    // A step too large for one pair is split: an extra line step comes in empty pairs before the
    // range, an extra size in pairs with line step 0 after it.
    let (mut full, mut moved) = (false, false);
    for (index, pair) in table.chunks(2).enumerate() {
        let &[size, step] = pair else { return Err(LineError::Short(table.len())) };
        let step = step as i8;
        if step != -128 {
            now = now.checked_add(i32::from(step)).ok_or(LineError::Large(index * 2 + 1))?;
        }
        let location = if step == -128 { Location::NONE } else { line(now) };
        let size = u32::from(size);
        match runs.last_mut() {
            Some(last) if full && last.location == location && (step == 0 || step == -128) => {
                last.size += size;
            }
            Some(last) if moved && last.size == 0 && step != -128 => *last = LineRun { size, location },
            _ => runs.push(LineRun { size, location }),
        }
        full = size == 254;
        moved = size == 0 && (step == 127 || step == -127);
    }
    Ok(runs)
}

pub(super) fn encode(runs: &[LineRun], first_line: i32) -> Vec<u8> {
    let mut table = Vec::with_capacity(runs.len() * 2);
    let mut now = first_line;
    for run in runs {
        let mut step = -128;
        if !run.location.is_none() {
            step = run.location.line() - now;
            now = run.location.line();
            while step > 127 {
                table.extend_from_slice(&[0, 127]);
                step -= 127;
            }
            while step < -127 {
                table.extend_from_slice(&[0, -127i8 as u8]);
                step += 127;
            }
        }
        let mut size = run.size;
        while size > 254 {
            table.extend_from_slice(&[254, step as i8 as u8]);
            step = if run.location.is_none() { -128 } else { 0 };
            size -= 254;
        }
        table.extend_from_slice(&[size as u8, step as i8 as u8]);
    }
    table
}
