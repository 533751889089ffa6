//! The differences between versions that are choices inside a pass.

/// Named by behaviour. Only the oldest target spells every field; each newer one is `Features { …, ..OLDER }`, so that
/// its file reads as the list of its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Annotations are compiled into `__annotate__` functions (PEP 649, PEP 749).
    pub deferred_annotations: bool,
    /// Small integers are interned up to this value; they are never written without FLAG_REF.
    pub small_int_max: i32,
    /// A real operand of complex arithmetic is not given an imaginary part, and NaN results are mended as in C11.
    pub mixed_complex: bool,
    /// What the message about a repeated parameter calls it.
    pub parameter_noun: &'static str,
    /// The root code object is written with FLAG_REF.
    pub root_flagged: bool,
    /// Bit of `RESUME`'s operand that says that the yield before it had exactly one handler.
    pub resume_depth_bit: u32,
    /// `CALL_FUNCTION_EX` says in its operand whether there are keywords.
    pub call_ex_flag: bool,
    /// `NOT_TAKEN` follows forward conditional jumps.
    pub mark_not_taken: bool,
    /// A list or set display that is too long for the stack, all constants, and only iterated over or searched is a constant.
    pub fold_long_displays: bool,
    /// `co_localspluskinds` tells how an argument is passed.
    pub argument_kinds: bool,
}
