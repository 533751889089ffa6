//! CPython 3.14.

use super::operation::ByOp;
use super::{
    Features, FinallyWarnings, FlowPass, GrammarRule, GrammarRules, PyVersion, ShownComments, StartUpWords,
    Target, encodings, operations, py313, stack_effects, unicode,
};

const NEWEST: Target = Target {
    version: PyVersion::new(3, 14),
    patch: 10,
    features: FEATURES,
    words: StartUpWords { newest: include_str!("start_up_words.txt"), changes: "" },
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17],
    encodings: &[
        encodings::NEW_IN_3_14_8,
        encodings::NEW_IN_3_13_15,
        encodings::NEW_IN_3_13_0,
        encodings::FIRST,
    ],
    grammar: GRAMMAR,
    flow: &FLOW,
    operations: &OPERATIONS,
    stack_effects: &stack_effects(&FEATURES),
};

static OPERATIONS: ByOp = operations::py314::OPERATIONS.by_op();

/// Releases of 3.14. 3.14.2 was run as WebAssembly, which does not show the references of its
/// process.
pub(super) static RELEASES: [Target; 3] = [
    Target {
        patch: 2,
        features: FEATURES_2,
        words: StartUpWords { changes: include_str!("start_up_words_8.txt"), ..NEWEST.words },
        encodings: &[encodings::NEW_IN_3_14_8, encodings::NEW_IN_3_13_0, encodings::FIRST],
        ..NEWEST
    },
    Target {
        patch: 8,
        features: FEATURES_8,
        words: StartUpWords { changes: include_str!("start_up_words_8.txt"), ..NEWEST.words },
        ..NEWEST
    },
    NEWEST,
];

/// Features of 3.14.2 that differ from 3.14.8.
const FEATURES_2: Features = Features {
    classdict_in_comprehensions: false,
    inlined_comprehension_is_block: false,
    loops_over_coroutines: true,
    lose_class_cell: true,
    one_token_inequality: true,
    shown_comments: ShownComments::OutsideQuotes,
    shown_text_runs_on: true,
    trimmed_template_text: true,
    ideograph_names_in_any_case: false,
    end_decoded_lines: false,
    second_nan_of_complex_sum: false,
    fold_long_displays: false,
    ..FEATURES_8
};

/// Features of 3.14.8 that differ from 3.14.10.
const FEATURES_8: Features =
    Features { second_nan_of_complex_sum: true, place_field_text_faults: false, ..FEATURES };

/// Rules that 3.14's grammar has in addition to 3.13's.
pub(super) const GRAMMAR: GrammarRules = py313::GRAMMAR.with(&[
    GrammarRule::Templates,
    GrammarRule::BareExceptions,
    GrammarRule::NamedTargets,
    GrammarRule::SplitStrings,
    GrammarRule::ConditionalStatements,
    GrammarRule::LateElif,
    GrammarRule::InOnSecondReading,
    GrammarRule::BoundsOnSecondReading,
    GrammarRule::StarsOnSecondReading,
]);

/// Features of 3.14 that differ from 3.13.
pub(super) const FEATURES: Features = Features {
    fold_in_tree: false,
    deepest_tree: None,
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
    texts_of_spec_from_colon: true,
    check_comments: true,
    last_part_of_line: false,
    zeros_in_bytes: false,
    prefixes_are_soft: false,
    late_conversion: false,
    place_marked_cookie: true,
    mixed_complex: true,
    second_nan: false,
    second_nan_by_real_part: true,
    second_nan_of_imaginary_sum: false,
    first_nan_in_power: false,
    second_nan_of_product: false,
    nan_of_cosine: true,
    call_ex_flag: false,
    mark_not_taken: true,
    fold_long_displays: true,
    argument_kinds: true,
    escapes_have_no_future: true,
    warns_of_leaving_finally: true,
    finally_warnings: FinallyWarnings::DroppedInside,
    place_field_text_faults: true,
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
