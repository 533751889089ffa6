//! The passes over the flow graph, by name.

/// A pass; `compile::flow` has one file for each. A target lists them in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowPass {
    /// Each instruction learns its exception handler.
    LabelExceptions,
    /// Small exits and exits without lines are copied to where they are jumped to.
    InlineExits,
    /// Unreachable blocks are emptied, predecessors counted.
    RemoveUnreachable,
    /// Exits without a line get one.
    ResolveLines,
    /// Small integers, tests of constants.
    OptimizeLoadConst,
    /// Folding, jump threading and other rewrites in a block.
    Peephole,
    /// NOPs, and loads whose value is thrown away.
    RemoveNopsAndPairs,
    /// NOPs, and jumps to the next instruction.
    RemoveNopsAndJumps,
    /// Constants that nothing loads.
    RemoveUnusedConsts,
    /// Loads of locals that may be unset.
    CheckUnsetLocals,
    /// Pairs of local loads and stores.
    InsertSuperinstructions,
    /// Exception handlers move to the end.
    PushColdBlocks,
    /// `JUMP_IF_TRUE` and `JUMP_IF_FALSE` become real instructions.
    ConvertConditionalJumps,
    /// Stack depth of each block.
    StackDepth,
    /// Prefix instructions and places of cells.
    PrepareLocals,
    /// Other pseudo-instructions.
    ConvertPseudoOps,
    /// Conditional jumps go forward.
    NormalizeJumps,
    /// Loads of locals without a reference.
    BorrowLocals,
}
