//! CPython 3.14.

mod opcodes;

use super::{Features, PyVersion, Target};

/// What 3.14 is.
pub(super) static TARGET: Target = Target {
    version: PyVersion::new(3, 14),
    reference: "3.14.10",
    features: FEATURES,
    opcodes: &opcodes::OPCODES,
};

/// What 3.14 does.
pub(super) const FEATURES: Features = Features {
    deferred_annotations: true,
    small_int_max: 256,
    mixed_complex: true,
    parameter_noun: "argument",
    root_flagged: true,
};
