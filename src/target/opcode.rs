//! Entry of the generated tables for an opcode.

/// One opcode of one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpcodeInfo {
    /// Its number; 256 and above for pseudo-instructions.
    pub number: u16,
    /// Inline cache entries that follow it, in code units.
    pub caches: u8,
    /// True if it uses its operand.
    pub has_arg: bool,
    /// True if its operand is a jump.
    pub has_jump: bool,
}
