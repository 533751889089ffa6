//! What the generated tables hold of an opcode.

/// One opcode of one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpcodeInfo {
    /// Its number; 256 and above for pseudo-instructions.
    pub number: u16,
    /// Inline cache entries that follow it, in code units.
    pub caches: u8,
    /// Whether it uses its operand.
    pub has_arg: bool,
    /// Whether its operand is a jump.
    pub has_jump: bool,
}
