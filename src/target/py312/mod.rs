//! CPython 3.12.

use super::operation::ByOp;
use super::{
    Features, FlowPass, GrammarRule, GrammarRules, PyVersion, StartUpWords, Target, encodings, operations,
    py311, stack_effects, unicode,
};

const NEWEST: Target = Target {
    version: PyVersion::new(3, 12),
    patch: 7,
    features: FEATURES,
    words: StartUpWords { newest: include_str!("start_up_words.txt"), changes: "" },
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17, &unicode::NEW_IN_16, &unicode::NEW_IN_15_1],
    encodings: &[encodings::CODECS_OF_3_13_5, encodings::FIRST],
    grammar: GRAMMAR,
    flow: &FLOW,
    operations: &OPERATIONS,
    stack_effects: &stack_effects(&FEATURES),
};

/// Releases of 3.12.
pub(super) static RELEASES: [Target; 2] = [
    Target {
        patch: 1,
        features: FEATURES_1,
        grammar: GRAMMAR_1,
        words: StartUpWords { changes: include_str!("start_up_words_1.txt"), ..NEWEST.words },
        ..NEWEST
    },
    NEWEST,
];

static OPERATIONS: ByOp = operations::py312::OPERATIONS.by_op();

/// Rules that 3.12.1's grammar has in addition to 3.11's.
const GRAMMAR_1: GrammarRules = py311::GRAMMAR.with(&[
    GrammarRule::SplitFormats,
    GrammarRule::TypeParameters,
    GrammarRule::MisorderedImports,
    GrammarRule::MissingValues,
    GrammarRule::AssignedUnpackings,
    GrammarRule::LateDefaults,
]);

/// Rules that 3.12.7's grammar has in addition to 3.12.1's.
pub(super) const GRAMMAR: GrammarRules =
    GRAMMAR_1.with(&[GrammarRule::LateIterables, GrammarRule::BareStars]);

/// Features of 3.12.1 that differ from 3.12.7.
const FEATURES_1: Features = Features {
    lambda_returns_at_start: true,
    loop_at_statement: true,
    with_at_statement: true,
    class_cells_in_comprehensions: true,
    resume_lacks_line: false,
    generator_is_block: false,
    yield_from_has_name: false,
    deepest_tree: Some(2_994),
    dates_inverted_bool: false,
    later_error_replaces: true,
    last_part_of_line: true,
    parser_counts_bytes: true,
    override_saved_only: true,
    assertion_raised_at_statement: true,
    generic_class_renames_rest: true,
    deepest_blocks: 20,
    deepest_handlers: 20,
    spec_keeps_pieces: true,
    shown_field_levels: 1,
    spec_goes_on: true,
    shown_by_inner_equals: false,
    shown_text_runs_on: false,
    interned_start_up_names: false,
    interned_characters: false,
    letters_with_own_names: "_abcdenprsx",
    ..FEATURES
};

/// Features of 3.12 that differ from 3.11.
pub(super) const FEATURES: Features = Features {
    reads_in_targets_bind: false,
    yields_tell_depth: true,
    locations_linger: false,
    passes_follow_creation: false,
    methods_have_opcode: false,
    no_second_return: false,
    with_cleanup_first: false,
    group_copied_first: false,
    inlines_comprehensions: true,
    class_dict_cells: true,
    line_entry_for_each: false,
    reads_fields_apart: false,
    escapes_are_deprecated: false,
    line_ends_have_no_width: false,
    explains_parser_stack: true,
    places_debug_at_owner: false,
    late_futures_by_line: false,
    carriage_return_adds_line: false,
    warns_of_inverted_bool: true,
    names_type_of_literal: true,
    warns_at_operation: false,
    lambda_returns_at_start: false,
    loop_at_statement: false,
    with_at_statement: false,
    class_cells_in_comprehensions: false,
    resume_lacks_line: true,
    generator_is_block: true,
    wraps_codec_errors: false,
    quotes_kind_in_annotation: false,
    yield_from_has_name: true,
    deepest_tree: Some(9_997),
    dates_inverted_bool: true,
    later_error_replaces: false,
    last_part_of_line: false,
    parser_counts_bytes: false,
    override_saved_only: false,
    assertion_raised_at_statement: false,
    generic_class_renames_rest: false,
    deepest_blocks: 21,
    deepest_handlers: 22,
    spec_keeps_pieces: false,
    shown_field_levels: 2,
    spec_goes_on: false,
    shown_by_inner_equals: true,
    shown_text_runs_on: true,
    interned_start_up_names: true,
    interned_characters: true,
    letters_with_own_names: "",
    ..py311::FEATURES
};

/// `_PyCfg_OptimizeCodeUnit`, then `optimize_and_assemble_code_unit`.
static FLOW: [FlowPass; 15] = [
    FlowPass::LabelExceptions,
    FlowPass::DropEmptyBlocks,
    FlowPass::InlineSmallExits,
    FlowPass::OptimizeBlocks,
    FlowPass::RemoveNopsAndPairs,
    FlowPass::InlineSmallExits,
    FlowPass::DropUnreachable,
    FlowPass::RemoveUnusedConsts,
    FlowPass::CheckUnsetLocals,
    FlowPass::PushColdBlocks,
    FlowPass::ResolveExitLines,
    FlowPass::PrepareLocals,
    FlowPass::StackDepth,
    FlowPass::ConvertLatePseudoOps,
    FlowPass::NormalizeJumps,
];
