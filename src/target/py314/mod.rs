//! CPython 3.14.

mod opcodes;

use super::{Features, FlowPass, LateHandlers, PyVersion, Target};

/// What 3.14 is.
pub(super) static TARGET: Target = Target {
    version: PyVersion::new(3, 14),
    reference: "3.14.10",
    features: FEATURES,
    flow: &FLOW,
    opcodes: &opcodes::OPCODES,
};

/// What 3.14 does.
pub(super) const FEATURES: Features = Features {
    deferred_annotations: true,
    small_int_max: 256,
    mixed_complex: true,
    parameter_noun: "argument",
    root_flagged: true,
    resume_depth_bit: 4,
    call_ex_flag: false,
    mark_not_taken: true,
    fold_long_displays: true,
    common_values: false,
    indexed_iterators: false,
    generator_preamble: false,
    import_modes: false,
    list_and_set_loops: false,
    annotate_below_function: false,
    late_handlers: LateHandlers::OfSlot,
    borrow_past_empty_blocks: false,
    iter_keeps_operand: false,
    argument_kinds: true,
};

/// `_PyCfg_OptimizeCodeUnit`, then `_PyCfg_OptimizedCfgToInstructionSequence`.
pub(super) static FLOW: [FlowPass; 20] = [
    FlowPass::LabelExceptions,
    FlowPass::InlineExits,
    FlowPass::RemoveUnreachable,
    FlowPass::ResolveLines,
    FlowPass::OptimizeLoadConst,
    FlowPass::Peephole,
    FlowPass::RemoveNopsAndPairs,
    FlowPass::RemoveUnreachable,
    FlowPass::RemoveNopsAndJumps,
    FlowPass::RemoveUnusedConsts,
    FlowPass::CheckUnsetLocals,
    FlowPass::InsertSuperinstructions,
    FlowPass::PushColdBlocks,
    FlowPass::ResolveLines,
    FlowPass::ConvertConditionalJumps,
    FlowPass::StackDepth,
    FlowPass::PrepareLocals,
    FlowPass::ConvertPseudoOps,
    FlowPass::NormalizeJumps,
    FlowPass::BorrowLocals,
];
