//! CPython 3.12.

use super::operation::ByOp;
use super::{
    Features, FlowPass, GrammarRule, GrammarRules, PyVersion, StartUpWords, Target, encodings, operations,
    py311, stack_effects, unicode,
};

/// Releases of 3.12.
pub(super) static RELEASES: [Target; 1] = [Target {
    version: PyVersion::new(3, 12),
    patch: 1,
    features: FEATURES,
    words: StartUpWords { newest: include_str!("start_up_words.txt"), changes: "" },
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17, &unicode::NEW_IN_16, &unicode::NEW_IN_15_1],
    encodings: &[encodings::CODECS_OF_3_13_5, encodings::FIRST],
    grammar: GRAMMAR,
    flow: &FLOW,
    operations: &OPERATIONS,
    stack_effects: &stack_effects(&FEATURES),
}];

static OPERATIONS: ByOp = operations::py312::OPERATIONS.by_op();

/// Rules that 3.12's grammar has in addition to 3.11's.
pub(super) const GRAMMAR: GrammarRules = py311::GRAMMAR.with(&[
    GrammarRule::SplitFormats,
    GrammarRule::TypeParameters,
    GrammarRule::MisorderedImports,
    GrammarRule::MissingValues,
    GrammarRule::AssignedUnpackings,
    GrammarRule::LateDefaults,
]);

/// Features of 3.12.1 that differ from 3.11.
pub(super) const FEATURES: Features = Features {
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
