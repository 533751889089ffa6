//! Parts of a code object, in the same order for text and JSON.

use super::{Budget, InspectError, full_name};
use crate::dis::{DisError, Instruction, Operand, disassemble};
use crate::object::{CodeView, Handler, LocalKind, decode_handlers};
use crate::target::Series;

/// Bytes of a constant or name that are shown next to an instruction.
const BESIDE: usize = 160;

pub(super) struct Listing {
    pub(super) names: Vec<String>,
    pub(super) variables: Vec<(String, LocalKind)>,
    /// Constants as formatted by Python's `repr`.
    pub(super) constants: Vec<String>,
    pub(super) instructions: Vec<Instruction>,
    pub(super) handlers: Vec<Handler>,
}

impl Listing {
    pub(super) fn of(view: CodeView<'_>, series: &Series, budget: &mut Budget) -> Result<Self, InspectError> {
        let fault = |error: DisError| InspectError::Table { name: full_name(view), error };
        budget.take(work(view))?;
        let (names, variables) = (view.names(), view.variables());
        let texts = names.iter().chain(variables.iter().map(|(name, _)| name));
        budget.take(texts.map(String::len).sum())?;
        let mut constants = Vec::with_capacity(view.consts().len());
        for &id in view.consts() {
            let shown = view.objects.short_repr(id, budget.left);
            budget.take(shown.len())?;
            constants.push(shown);
        }
        let handlers = decode_handlers(view.exception_table()).map_err(|error| fault(error.into()))?;
        let instructions = disassemble(view, series).map_err(fault)?;
        Ok(Self { names, variables, constants, instructions, handlers })
    }

    /// Returns the meaning of an operand, shortened if it is long; `None` for offsets.
    pub(super) fn operand(&self, instruction: &Instruction) -> Option<String> {
        let constant = instruction.arg.and_then(|arg| self.constants.get(arg as usize));
        match &instruction.operand {
            Operand::Const(_) => constant.map(|constant| start(constant)),
            Operand::Name(name) => Some(start(name)),
            Operand::Names(first, second) => Some(format!("{}, {}", start(first), start(second))),
            other => other.words(),
        }
    }
}

/// Returns the work of listing a code object, roughly in bytes of output, since many code objects
/// can share their parts.
fn work(view: CodeView<'_>) -> usize {
    let code = view.code;
    let bytes = view.bytecode().len() + view.line_table().len() + view.exception_table().len();
    let lists =
        [Some(code.names), Some(code.varnames), Some(code.consts), Some(code.freevars), code.cellvars];
    let elements = |list: Option<_>| list.and_then(|list| view.objects.elements(list)).map_or(0, <[_]>::len);
    bytes * 4 + lists.into_iter().map(elements).sum::<usize>() * 16
}

fn start(text: &str) -> String {
    if text.len() <= BESIDE {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(BESIDE)])
}
