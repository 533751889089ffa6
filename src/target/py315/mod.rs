//! CPython 3.15.

mod opcodes;

use super::{Features, LateHandlers, PyVersion, Target, py314, stack_effects, unicode};

/// What 3.15 is.
pub(super) static TARGET: Target = Target {
    version: PyVersion::new(3, 15),
    reference: "3.15.2",
    patches: (2, None),
    features: FEATURES,
    start_up_words: include_str!("start_up_words.txt"),
    unassigned: &[&unicode::UNASSIGNED],
    grammar: &["templates", "bare_exceptions", "more", "unpacking", "lazy", "positive_numbers", "most"],
    flow: &py314::FLOW,
    opcodes: &opcodes::OPCODES,
    stack_effects: &stack_effects(&FEATURES),
};

/// What 3.15 does otherwise than 3.14.
pub(super) const FEATURES: Features = Features {
    nan_of_cosine: false,
    parameter_noun: "parameter",
    small_int_max: 1024,
    root_flagged: false,
    resume_depth_bit: 8,
    common_values: true,
    indexed_iterators: true,
    generator_preamble: true,
    import_modes: true,
    list_and_set_loops: true,
    annotate_below_function: true,
    annotate_positional_first: true,
    late_handlers: LateHandlers::Inherited,
    borrow_past_empty_blocks: true,
    iter_keeps_operand: true,
    results_of_first_instructions: false,
    ..py314::FEATURES
};
