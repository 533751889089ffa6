//! CPython 3.13.

use super::operation::ByOp;
use super::{
    Features, FinallyWarnings, FlowPass, GrammarRule, GrammarRules, LateHandlers, PyVersion, ShownComments,
    StartUpWords, Target, encodings, operations, py312, stack_effects, unicode,
};

const NEWEST: Target = Target {
    version: PyVersion::new(3, 13),
    patch: 18,
    features: FEATURES,
    words: StartUpWords { newest: include_str!("start_up_words.txt"), changes: "" },
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17, &unicode::NEW_IN_16],
    encodings: &[encodings::NEW_IN_3_13_15, encodings::NEW_IN_3_13_0, encodings::FIRST],
    grammar: GRAMMAR,
    flow: &FLOW,
    operations: &OPERATIONS,
    stack_effects: &stack_effects(&FEATURES),
};

static OPERATIONS: ByOp = operations::py313::OPERATIONS.by_op();

/// Releases of 3.13. Among the others, 3.13.1 to 3.13.3 and 3.13.4 each have different output.
pub(super) static RELEASES: [Target; 4] = [
    Target {
        patch: 0,
        features: FEATURES_0,
        words: StartUpWords { changes: include_str!("start_up_words_0.txt"), ..NEWEST.words },
        encodings: &[encodings::CODECS_OF_3_13_5, encodings::NEW_IN_3_13_0, encodings::FIRST],
        ..NEWEST
    },
    Target {
        patch: 5,
        features: FEATURES_5,
        words: StartUpWords { changes: include_str!("start_up_words_5.txt"), ..NEWEST.words },
        encodings: &[encodings::CODECS_OF_3_13_5, encodings::NEW_IN_3_13_0, encodings::FIRST],
        ..NEWEST
    },
    Target {
        patch: 15,
        features: FEATURES_15,
        words: StartUpWords { changes: include_str!("start_up_words_15.txt"), ..NEWEST.words },
        ..NEWEST
    },
    NEWEST,
];

/// Rules that 3.13's grammar has in addition to 3.12's.
pub(super) const GRAMMAR: GrammarRules = py312::GRAMMAR.with(&[
    GrammarRule::TypeDefaults,
    GrammarRule::EmptyImports,
    GrammarRule::EmptyTypeParameters,
    GrammarRule::NegatedOperands,
    GrammarRule::MissingIn,
]);

/// Features of 3.13.0 that differ from 3.13.5.
const FEATURES_0: Features = Features {
    iterate_twice: false,
    flufl_inequality: false,
    names_like_keywords: true,
    escaped_debug_text: true,
    shown_text_ends_once: true,
    newline_ends_spec: true,
    classdict_as_type_parameter: true,
    second_nan_by_real_part: false,
    second_nan_by_imaginary_part: false,
    second_nan_of_imaginary_sum: false,
    first_nan_in_power: false,
    nan_of_ratio: false,
    minus_one_negates: false,
    second_nan_of_product: true,
    nan_of_cosine: false,
    power_by_division: true,
    place_future_at_statement: true,
    place_escapes: false,
    one_warning_for_a_line: false,
    last_part_of_line: true,
    ..FEATURES_5
};

/// Features of 3.13.5 that differ from 3.13.15.
const FEATURES_5: Features = Features {
    classdict_in_comprehensions: false,
    raw_specs: false,
    shown_comments: ShownComments::Any,
    shown_by_inner_equals: true,
    ideograph_names_in_any_case: false,
    exclamation_mark: "exclamanation mark",
    end_decoded_lines: false,
    second_nan_by_real_part: true,
    second_nan_of_product: false,
    minus_one_negates: true,
    finally_warnings: FinallyWarnings::Repeated,
    one_warning_for_a_line: true,
    prefixes_are_soft: true,
    ..FEATURES_15
};

/// Features of 3.13.15 that differ from 3.13.18.
const FEATURES_15: Features = Features {
    inlined_comprehension_is_block: false,
    one_token_inequality: true,
    shown_comments: ShownComments::OutsideQuotes,
    shown_text_runs_on: true,
    zeros_in_bytes: true,
    ..FEATURES
};

/// Features of 3.13 that differ from 3.12.
pub(super) const FEATURES: Features = Features {
    inlined_comprehension_is_block: true,
    iterate_twice: true,
    classdict_in_comprehensions: true,
    flufl_inequality: true,
    one_token_inequality: false,
    names_like_keywords: false,
    raw_specs: true,
    escaped_debug_text: false,
    shown_comments: ShownComments::OutsideStrings,
    shown_text_ends_once: false,
    shown_by_inner_equals: false,
    shown_text_runs_on: false,
    newline_ends_spec: false,
    ideograph_names_in_any_case: true,
    classdict_as_type_parameter: false,
    exclamation_mark: "exclamation mark",
    place_future_at_statement: false,
    zeros_in_bytes: false,
    prefixes_are_soft: false,
    end_decoded_lines: true,
    second_nan_by_imaginary_part: true,
    second_nan_of_imaginary_sum: true,
    first_nan_in_power: true,
    nan_of_ratio: true,
    nan_of_cosine: true,
    power_by_division: false,
    resume_depth_bit: 4,
    late_handlers: LateHandlers::OfSlot,
    place_escapes: true,
    finally_warnings: FinallyWarnings::Dropped,
    null_first: false,
    joins_check_signals: false,
    class_describes_source: true,
    clean_docstrings: true,
    dropped_docstring_leaves_line: false,
    yields_tell_depth: false,
    labels_start_blocks: false,
    least_stack: 1,
    end_for_drops_iterator: false,
    attributes_in_make_function: false,
    evaluators_at_parameter: false,
    late_block_ends: false,
    joiners_in_names: true,
    generator_pop_lacks_line: false,
    interned_qualified_names: true,
    members_count_as_shared: true,
    cold_jumps_lack_line: false,
    jumps_sized_by_label: false,
    builds_empty_strings: false,
    functions_see_class: true,
    names_constraints: true,
    idna_names_itself: true,
    punycode_lacks_positions: false,
    targets_found_mangled: true,
    else_before_handlers: false,
    future_of_package: false,
    asks_of_escaped_quote: true,
    carets_end_with_line: true,
    resume_lacks_line: false,
    ..py312::FEATURES
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
