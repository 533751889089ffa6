//! Blocks at their places → `co_code`, and the tables beside it (`assemble_emit`).

use super::encoding::Encodings;
use super::exception_table::ExceptionTable;
use super::jumps::{Layout, prefixes};
use super::line_table::LineTable;
use crate::compile::flow::FlowError;
use crate::compile::flow::graph::Graph;
use crate::target::Op;

/// Writes each instruction to the code it returns, and to both tables, which are complete then.
pub(super) fn emit(
    graph: &Graph,
    layout: &Layout,
    encodings: &Encodings,
    mut lines: LineTable<'_>,
    mut exceptions: ExceptionTable<'_>,
) -> Result<Vec<u8>, FlowError> {
    let prefix = encodings.checked(Op::EXTENDED_ARG)?.number;
    // Caches are zero.
    let mut bytes = vec![0; layout.size() as usize * 2];
    let mut put = |offset: u32, unit: [u8; 2]| {
        let at = offset as usize * 2;
        if let Some(bytes) = bytes.get_mut(at..at + 2) {
            bytes.copy_from_slice(&unit);
        }
    };
    let mut offset = 0;
    let mut jumps = layout.jumps.iter();
    let mut id = Graph::ENTRY;
    while id.is_some() {
        for instr in graph.code(id) {
            let start = offset;
            let (mut encoding, mut arg) = (encodings.of(instr.op), instr.arg);
            if encoding.plain == 0
                && let Some(jump) = jumps.next()
            {
                (encoding, arg) = (jump.encoding, jump.arg);
            }
            if arg > 0xff {
                for position in (1..=prefixes(arg)).rev() {
                    put(offset, [prefix, (arg >> (8 * position)) as u8]);
                    offset += 1;
                }
            }
            put(offset, [encoding.number, arg as u8]);
            offset += u32::from(encoding.units);
            exceptions.add(instr.handler, start);
            lines.add(instr.op, &instr.location, start);
        }
        id = graph.next(id);
    }
    exceptions.close(offset);
    lines.close(offset);
    Ok(bytes)
}
