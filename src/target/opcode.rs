//! Entry of the generated tables for an opcode.

/// An opcode of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpcodeInfo {
    /// Number of the opcode; 256 and above for pseudo-instructions.
    pub number: u16,
    /// Number of cache entries after the instruction, in code units.
    pub caches: u8,
    /// True if the operand is used.
    pub has_arg: bool,
    /// True if the operand is a jump.
    pub has_jump: bool,
}
