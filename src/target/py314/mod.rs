//! CPython 3.14.

mod opcodes;

use super::{Features, FlowPass, PyVersion, Target, py313, stack_effects, unicode};

/// What 3.14 is.
pub(super) static TARGET: Target = Target {
    version: PyVersion::new(3, 14),
    reference: "3.14.10",
    patches: (8, None),
    features: FEATURES,
    start_up_words: include_str!("start_up_words.txt"),
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17],
    grammar: &["templates", "bare_exceptions", "more"],
    flow: &FLOW,
    opcodes: &opcodes::OPCODES,
    stack_effects: &stack_effects(&FEATURES),
};

/// What 3.14 does otherwise than 3.13.
pub(super) const FEATURES: Features = Features {
    fold_in_tree: false,
    deepest_tree: 0,
    docstrings_leave_tree: true,
    reserve_docstring: false,
    docstring_and_method_flags: true,
    special_methods: true,
    repeat_loop_test: false,
    generator_loops: true,
    const_key_maps: false,
    pseudo_bool_jumps: true,
    slice_constants: true,
    iterate_twice: false,
    lose_class_cell: false,
    save_all_in_class: false,
    cell_by_outer_scope: false,
    drop_subject_at_pattern: false,
    deferred_annotations: true,
    check_with_code: false,
    late_parameter_count: false,
    names_like_keywords: false,
    check_comments: true,
    mixed_complex: true,
    second_nan: false,
    nan_of_cosine: true,
    call_ex_flag: false,
    mark_not_taken: true,
    fold_long_displays: true,
    argument_kinds: true,
    ..py313::FEATURES
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
