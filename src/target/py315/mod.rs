//! CPython 3.15.

use super::operation::ByOp;
use super::{
    Features, GrammarRule, GrammarRules, LateHandlers, PyVersion, StartUpWords, Target, encodings,
    operations, py314, stack_effects, unicode,
};

const NEWEST: Target = Target {
    version: PyVersion::new(3, 15),
    patch: 2,
    features: FEATURES,
    words: StartUpWords { newest: include_str!("start_up_words.txt"), changes: "" },
    unassigned: &[&unicode::UNASSIGNED],
    encodings: &[
        encodings::NEW_IN_3_15_0,
        encodings::NEW_IN_3_14_8,
        encodings::NEW_IN_3_13_15,
        encodings::NEW_IN_3_13_0,
        encodings::FIRST,
    ],
    grammar: GRAMMAR,
    flow: &py314::FLOW,
    operations: &OPERATIONS,
    stack_effects: &stack_effects(&FEATURES),
};

static OPERATIONS: ByOp = operations::py315::OPERATIONS.by_op();

/// Releases of 3.15.
pub(super) static RELEASES: [Target; 2] = [
    Target {
        patch: 0,
        features: FEATURES_0,
        words: StartUpWords { changes: include_str!("start_up_words_0.txt"), ..NEWEST.words },
        ..NEWEST
    },
    NEWEST,
];

/// Rules that the grammars of 3.14 and 3.15 have in addition to 3.13's.
const GRAMMAR: GrammarRules = py314::GRAMMAR.with(&[
    GrammarRule::Unpacking,
    GrammarRule::LazyImports,
    GrammarRule::PositiveNumbers,
    GrammarRule::RaiseOperands,
    GrammarRule::AssertedAssignments,
    GrammarRule::LateKeys,
    GrammarRule::MisplacedUnpacking,
    GrammarRule::SecondStar,
    GrammarRule::WithComma,
    GrammarRule::LoneCase,
    GrammarRule::CommaOnLastLine,
]);

/// Features of 3.15.0 that differ from 3.15.2.
const FEATURES_0: Features = Features {
    inlined_comprehension_is_block: false,
    second_nan_of_complex_sum: true,
    late_handlers: LateHandlers::None,
    place_field_text_faults: false,
    ..FEATURES
};

/// Features of 3.15 that differ from 3.14.
pub(super) const FEATURES: Features = Features {
    name_line_of_open_field: true,
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
