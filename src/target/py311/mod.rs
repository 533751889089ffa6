//! CPython 3.11.

use super::operation::ByOp;
use super::{
    Features, FlowPass, GrammarRules, PyVersion, StartUpWords, Target, encodings, operations, py312,
    stack_effects, unicode,
};

/// Releases of 3.11.
pub(super) static RELEASES: [Target; 1] = [Target {
    version: PyVersion::new(3, 11),
    patch: 7,
    features: FEATURES,
    words: StartUpWords { newest: include_str!("start_up_words.txt"), changes: "" },
    unassigned: &[&unicode::UNASSIGNED, &unicode::NEW_IN_17, &unicode::NEW_IN_16, &unicode::NEW_IN_15],
    encodings: &[encodings::CODECS_OF_3_13_5, encodings::FIRST],
    grammar: GrammarRules::NONE,
    flow: &FLOW,
    operations: &OPERATIONS,
    stack_effects: &stack_effects(&FEATURES),
}];

static OPERATIONS: ByOp = operations::py311::OPERATIONS.by_op();

/// Features of 3.11 that differ from 3.12.
const FEATURES: Features = Features {
    locations_linger: true,
    passes_follow_creation: true,
    methods_have_opcode: true,
    no_second_return: true,
    with_cleanup_first: true,
    group_copied_first: true,
    inlines_comprehensions: false,
    class_dict_cells: false,
    line_entry_for_each: true,
    reads_fields_apart: true,
    yields_tell_depth: false,
    ..py312::FEATURES
};

/// `assemble`.
static FLOW: [FlowPass; 11] = [
    FlowPass::ExtendBlocks,
    FlowPass::PrepareLocals,
    FlowPass::RewriteBlocks,
    FlowPass::ExtendBlocks,
    FlowPass::DropUnmarked,
    FlowPass::ResolveExitLines,
    FlowPass::TrimConsts,
    FlowPass::DepthOfEdges,
    FlowPass::LabelExceptions,
    FlowPass::EraseHandlers,
    FlowPass::ChooseDirections,
];
