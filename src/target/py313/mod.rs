//! CPython 3.13.

mod opcodes;

use super::{Features, FlowPass, LateHandlers, PyVersion, Target, stack_effects, unicode};

/// What 3.13 is.
pub(super) static TARGET: Target = Target {
    version: PyVersion::new(3, 13),
    reference: "3.13.18",
    patches: (5, None),
    features: FEATURES,
    start_up_words: include_str!("start_up_words.txt"),
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17, &unicode::NEW_IN_16],
    grammar: &[],
    flow: &FLOW,
    opcodes: &opcodes::OPCODES,
    stack_effects: &stack_effects(&FEATURES),
};

/// What 3.13.0 is. Of the releases between, 3.13.1 to 3.13.3 and 3.13.4 each wrote something else again.
pub(super) static FIRST: Target = Target {
    version: PyVersion::new(3, 13),
    reference: "3.13.0",
    patches: (0, Some(0)),
    features: FIRST_FEATURES,
    start_up_words: include_str!("start_up_words_first.txt"),
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17, &unicode::NEW_IN_16],
    grammar: &[],
    flow: &FLOW,
    opcodes: &opcodes::OPCODES,
    stack_effects: &stack_effects(&FIRST_FEATURES),
};

/// What 3.13.0 does.
const FIRST_FEATURES: Features = Features {
    iterate_twice: false,
    classdict_in_comprehensions: false,
    flufl_inequality: false,
    names_like_keywords: true,
    raw_specs: false,
    escaped_debug_text: true,
    nan_of_cosine: false,
    power_by_division: true,
    ..FEATURES
};

/// What 3.13 does.
pub(super) const FEATURES: Features = Features {
    fold_in_tree: true,
    deepest_tree: 9_997,
    docstrings_leave_tree: false,
    reserve_docstring: true,
    docstring_and_method_flags: false,
    special_methods: false,
    repeat_loop_test: true,
    generator_loops: false,
    const_key_maps: true,
    pseudo_bool_jumps: false,
    slice_constants: false,
    iterate_twice: true,
    classdict_in_comprehensions: true,
    flufl_inequality: true,
    lose_class_cell: true,
    save_all_in_class: true,
    cell_by_outer_scope: true,
    drop_subject_at_pattern: true,
    deferred_annotations: false,
    check_with_code: true,
    late_parameter_count: true,
    names_like_keywords: false,
    raw_specs: true,
    escaped_debug_text: false,
    check_comments: false,
    small_int_max: 256,
    mixed_complex: false,
    second_nan: true,
    nan_of_cosine: true,
    power_by_division: false,
    parameter_noun: "argument",
    root_flagged: true,
    resume_depth_bit: 4,
    call_ex_flag: true,
    mark_not_taken: false,
    fold_long_displays: false,
    common_values: false,
    indexed_iterators: false,
    generator_preamble: false,
    import_modes: false,
    list_and_set_loops: false,
    annotate_below_function: false,
    annotate_positional_first: false,
    late_handlers: LateHandlers::OfSlot,
    borrow_past_empty_blocks: false,
    iter_keeps_operand: false,
    results_of_first_instructions: true,
    argument_kinds: false,
};

/// `_PyCfg_OptimizeCodeUnit`, then `_PyCfg_OptimizedCfgToInstructionSequence`.
static FLOW: [FlowPass; 18] = [
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
    FlowPass::StackDepth,
    FlowPass::PrepareLocals,
    FlowPass::ConvertPseudoOps,
    FlowPass::NormalizeJumps,
];
