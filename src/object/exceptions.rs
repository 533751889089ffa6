//! `co_exceptiontable` ↔ handlers. CPython: `Objects/exception_handling_notes.txt`, 3.11 and newer.

/// A range of instructions and its exception handler. Offsets are in bytes of `co_code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Offset of the first instruction.
    pub start: u32,
    /// Offset after the last instruction.
    pub end: u32,
    /// Offset of the handler.
    pub target: u32,
    /// Stack depth that the handler keeps.
    pub depth: u32,
    /// True if the offset of the raising instruction is pushed.
    pub lasti: bool,
}

/// An exception table that cannot be read, with the offset in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// An entry is cut short.
    #[error("the exception table ends within an entry, at its byte {0}")]
    Short(usize),
    /// A number does not fit into 32 bits.
    #[error("a number at byte {0} of the exception table is too large")]
    Large(usize),
    /// An entry does not begin with the start bit.
    #[error("an entry at byte {0} of the exception table has no start mark")]
    Mark(usize),
}

/// Reads an exception table.
///
/// # Errors
/// [`HandlerError`].
pub fn decode_handlers(table: &[u8]) -> Result<Vec<Handler>, HandlerError> {
    let mut at = 0;
    let mut number = |first: bool| {
        let start = at;
        let mut value = 0u32;
        loop {
            let &byte = table.get(at).ok_or(HandlerError::Short(at))?;
            if (byte & 0x80 != 0) != (first && at == start) {
                return Err(HandlerError::Mark(at));
            }
            at += 1;
            if value >> 26 != 0 {
                return Err(HandlerError::Large(start));
            }
            value = value << 6 | u32::from(byte & 0x3f);
            if byte & 0x40 == 0 {
                return Ok((value, at == table.len()));
            }
        }
    };
    let mut handlers = Vec::new();
    if table.is_empty() {
        return Ok(handlers);
    }
    loop {
        let (start, length, target) = (number(true)?.0, number(false)?.0, number(false)?.0);
        let (last, done) = number(false)?;
        let bytes = |units: u32| units.checked_mul(2).ok_or(HandlerError::Large(0));
        let end = start.checked_add(length).ok_or(HandlerError::Large(0))?;
        let (start, end, target) = (bytes(start)?, bytes(end)?, bytes(target)?);
        handlers.push(Handler { start, end, target, depth: last >> 1, lasti: last & 1 != 0 });
        if done {
            return Ok(handlers);
        }
    }
}

/// Writes an exception table.
pub fn encode_handlers(handlers: &[Handler]) -> Vec<u8> {
    fn put(value: u32, mark: u8, table: &mut Vec<u8>) {
        let groups = (u32::BITS - value.leading_zeros()).div_ceil(6).max(1);
        for group in (0..groups).rev() {
            let more = if group > 0 { 0x40 } else { 0 };
            let mark = if group + 1 == groups { mark } else { 0 };
            table.push((value >> (6 * group)) as u8 & 0x3f | more | mark);
        }
    }
    let mut table = Vec::with_capacity(handlers.len() * 6);
    for handler in handlers {
        put(handler.start / 2, 0x80, &mut table);
        put((handler.end.saturating_sub(handler.start)) / 2, 0, &mut table);
        put(handler.target / 2, 0, &mut table);
        put(handler.depth << 1 | u32::from(handler.lasti), 0, &mut table);
    }
    table
}
