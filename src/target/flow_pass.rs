//! Names of the passes over the flow graph.

/// A pass; `compile::flow` has one file for each. A target lists its passes in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowPass {
    /// Assigns an exception handler to each instruction.
    LabelExceptions,
    /// Copies small exit blocks, and exit blocks without line numbers, to the jumps that lead to
    /// them.
    InlineExits,
    /// Empties unreachable blocks and counts predecessors.
    RemoveUnreachable,
    /// Gives a line number to exit blocks without one.
    ResolveLines,
    /// Converts loads of small integers, and folds tests of constants.
    OptimizeLoadConst,
    /// Folds constants, threads jumps and rewrites instructions within a block.
    Peephole,
    /// Removes NOPs, and loads whose value is popped at once.
    RemoveNopsAndPairs,
    /// Removes NOPs, and jumps to the next instruction.
    RemoveNopsAndJumps,
    /// Removes constants that no instruction loads.
    RemoveUnusedConsts,
    /// Converts loads of locals that may be unset to `LOAD_FAST_CHECK`.
    CheckUnsetLocals,
    /// Combines pairs of local loads and stores.
    InsertSuperinstructions,
    /// Moves exception handlers to the end.
    PushColdBlocks,
    /// Converts `JUMP_IF_TRUE` and `JUMP_IF_FALSE` to real instructions.
    ConvertConditionalJumps,
    /// Computes the stack depth of each block.
    StackDepth,
    /// Adds prefix instructions and assigns places to cells.
    PrepareLocals,
    /// Converts the other pseudo-instructions.
    ConvertPseudoOps,
    /// Makes all conditional jumps forward jumps.
    NormalizeJumps,
    /// Drops empty blocks, and lets jumps to them lead to the next block.
    DropEmptyBlocks,
    /// Copies small exit blocks to the jumps that lead to them, once.
    InlineSmallExits,
    /// Folds constants, threads jumps in their place and rewrites instructions, in one walk over
    /// each block.
    OptimizeBlocks,
    /// Drops unreachable and empty blocks, and jumps to the next instruction.
    DropUnreachable,
    /// Gives every exit block a line number; one without a line takes that of the code before it.
    ResolveExitLines,
    /// Converts all pseudo-instructions and removes NOPs.
    ConvertLatePseudoOps,
    /// Copies small exits without lines to the jumps that lead to them, the block that was made
    /// last first.
    ExtendBlocks,
    /// Folds constants, threads jumps that pop a value or keep it, rewrites instructions in one
    /// walk over each block, and removes its NOPs.
    RewriteBlocks,
    /// Drops unreachable and empty blocks, NOPs, and jumps to the next block.
    DropUnmarked,
    /// Removes the constants after the last one that is loaded.
    TrimConsts,
    /// Computes the stack depth of each block, from effects that differ if an instruction jumps.
    DepthOfEdges,
    /// Removes the instructions around which handlers were assigned.
    EraseHandlers,
    /// Gives conditional jumps the opcodes of their directions.
    ChooseDirections,
    /// Converts loads of locals to borrowing ones.
    BorrowLocals,
}
