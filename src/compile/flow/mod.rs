//! Instruction sequence → optimized basic blocks, ready to be assembled.
//!
//! CPython: `Python/flowgraph.c`. The passes and their order are the target's schedule
//! ([`crate::target::Target::flow`]); each pass is a file.
//!
//! **Invariant:** in debug builds the graph is verified after each pass.

mod block_rewrites;
mod bool_jumps;
mod borrow;
mod build;
mod cleaned_blocks;
mod cold;
mod context;
mod drop_unreachable;
mod edge_depth;
mod empty_blocks;
mod exceptions;
mod exit_lines;
mod extended_blocks;
mod fold;
pub(crate) mod graph;
mod inline_exits;
mod jump_directions;
mod kinds;
mod late_pseudo;
mod lines;
mod load_const;
mod locals_plus;
mod marked_blocks;
mod normalize_jumps;
mod peephole;
mod pseudo;
mod redundant;
mod small_exits;
mod stack_depth;
mod superinstructions;
mod swaps;
#[cfg(test)]
mod tests;
mod trailing_consts;
mod unreachable;
mod unset_locals;
mod unused_consts;
mod verify;

use graph::Graph;
pub(super) use swaps::shortest_swaps;

use super::constants::Constants;
use super::unit::CodeUnit;
use crate::allowance;
use crate::target::{FlowPass, Target};
use crate::text::Location;

/// A flow graph that is malformed, which is always a bug in pycompile, or has too many handlers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// A jump to a label that was not placed.
    #[error("label {0} is not placed (this is a bug in pycompile)")]
    Label(u32),
    /// An instruction that the target does not have.
    #[error("{0} is not an instruction of the target (this is a bug in pycompile)")]
    Opcode(&'static str),
    /// Exception handlers that are nested too deeply, with the location of the innermost.
    #[error("too many statically nested blocks")]
    Handlers(Location),
    /// A malformed flow graph, which no valid program produces.
    #[error("malformed flow graph: {0} (this is a bug in pycompile)")]
    Malformed(&'static str),
}

/// Builds the graph of a unit and runs all passes; returns `co_stacksize`
/// (`_PyCfg_OptimizeCodeUnit`).
pub(super) fn run(
    unit: &mut CodeUnit,
    graph: &mut Graph,
    constants: &mut Constants,
    target: &'static Target,
) -> Result<u32, FlowError> {
    build::build(&mut unit.sequence, graph, &target.features)?;
    let mut consts = std::mem::take(&mut unit.consts);
    // `*args` and `**kwargs` are parameters too, as `CO_VARARGS` (4) and `CO_VARKEYWORDS` (8) say.
    let stars = (unit.flags >> 2 & 1) + (unit.flags >> 3 & 1);
    let mut context = context::Context {
        target,
        constants,
        consts: &mut consts,
        places: None,
        parameters: (unit.argcount + unit.posonlyargcount + unit.kwonlyargcount + stars) as usize,
        locals: unit.varnames.len(),
    };
    let mut depth = 0;
    if cfg!(debug_assertions) {
        verify::verify(graph)?;
    }
    for &pass in target.flow {
        allowance::ask();
        depth = apply(pass, graph, &mut context, unit)?.unwrap_or(depth);
    }
    unit.consts = consts;
    Ok(depth)
}

/// Runs one pass and verifies the graph in debug builds; returns `co_stacksize` if the pass
/// computes it.
#[inline(always)] // The registers to save are many, and most units are small.
fn apply(
    pass: FlowPass,
    graph: &mut Graph,
    context: &mut context::Context<'_>,
    unit: &mut CodeUnit,
) -> Result<Option<u32>, FlowError> {
    let target = context.target;
    let mut depth = None;
    match pass {
        FlowPass::LabelExceptions => {
            exceptions::label_exceptions(graph, &target.features)?;
        }
        FlowPass::InlineExits => inline_exits::inline_exits(graph),
        FlowPass::RemoveUnreachable => unreachable::remove_unreachable(graph),
        FlowPass::ResolveLines => lines::resolve_lines(graph),
        FlowPass::OptimizeLoadConst => load_const::optimize_load_const(graph, context),
        FlowPass::Peephole => peephole::peephole(graph, context),
        FlowPass::RemoveNopsAndPairs => redundant::remove_nops_and_pairs(graph),
        FlowPass::RemoveNopsAndJumps => redundant::remove_nops_and_jumps(graph)?,
        FlowPass::RemoveUnusedConsts => unused_consts::remove_unused_consts(graph, context),
        FlowPass::CheckUnsetLocals => unset_locals::check_unset_locals(graph, context),
        FlowPass::InsertSuperinstructions => superinstructions::insert_superinstructions(graph),
        FlowPass::PushColdBlocks => cold::push_cold_blocks(graph, &target.features)?,
        FlowPass::ConvertConditionalJumps => pseudo::convert_conditional_jumps(graph),
        FlowPass::StackDepth => depth = Some(stack_depth::stack_depth(graph, target)?),
        FlowPass::PrepareLocals => locals_plus::prepare_locals(graph, unit, &target.features),
        FlowPass::ConvertPseudoOps => pseudo::convert_pseudo_ops(graph)?,
        FlowPass::NormalizeJumps => normalize_jumps::normalize_jumps(graph, &target.features),
        FlowPass::DropEmptyBlocks => empty_blocks::drop_empty_blocks(graph),
        FlowPass::InlineSmallExits => small_exits::inline_small_exits(graph),
        FlowPass::OptimizeBlocks => block_rewrites::optimize_blocks(graph, context),
        FlowPass::DropUnreachable => drop_unreachable::drop_unreachable(graph)?,
        FlowPass::ResolveExitLines => {
            exit_lines::resolve_exit_lines(graph, unit.first_line, &target.features);
        }
        FlowPass::ConvertLatePseudoOps => late_pseudo::convert_late_pseudo_ops(graph),
        FlowPass::ExtendBlocks => extended_blocks::extend_blocks(graph),
        FlowPass::RewriteBlocks => bool_jumps::rewrite_blocks(graph, context),
        FlowPass::DropUnmarked => marked_blocks::drop_unmarked(graph),
        FlowPass::TrimConsts => trailing_consts::trim_consts(graph, context),
        FlowPass::DepthOfEdges => depth = Some(edge_depth::edge_depth(graph, target, unit)?),
        FlowPass::EraseHandlers => cleaned_blocks::erase_handlers(graph),
        FlowPass::ChooseDirections => jump_directions::choose_directions(graph)?,
        FlowPass::BorrowLocals => borrow::borrow_locals(graph, target)?,
    }
    if cfg!(debug_assertions) && !matches!(pass, FlowPass::NormalizeJumps | FlowPass::BorrowLocals) {
        verify::verify(graph)?;
    }
    Ok(depth)
}
