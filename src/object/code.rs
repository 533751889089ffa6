//! The fields of a code object.

use super::NodeId;

/// A code object, its objects by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// `co_argcount`
    pub argcount: i32,
    /// `co_posonlyargcount`
    pub posonlyargcount: i32,
    /// `co_kwonlyargcount`
    pub kwonlyargcount: i32,
    /// `co_nlocals`; up to 3.10.
    pub nlocals: Option<i32>,
    /// `co_stacksize`
    pub stacksize: i32,
    /// `co_flags`
    pub flags: i32,
    /// `co_code`
    pub code: NodeId,
    /// `co_consts`
    pub consts: NodeId,
    /// `co_names`
    pub names: NodeId,
    /// `co_varnames`, or `co_localsplusnames` from 3.11 on.
    pub varnames: NodeId,
    /// `co_freevars`, or `co_localspluskinds` from 3.11 on.
    pub freevars: NodeId,
    /// `co_cellvars`; up to 3.10.
    pub cellvars: Option<NodeId>,
    /// `co_filename`
    pub filename: NodeId,
    /// `co_name`
    pub name: NodeId,
    /// `co_qualname`; from 3.11 on.
    pub qualname: Option<NodeId>,
    /// `co_firstlineno`
    pub firstlineno: i32,
    /// `co_lnotab` or `co_linetable`.
    pub linetable: NodeId,
    /// `co_exceptiontable`; from 3.11 on.
    pub exceptiontable: Option<NodeId>,
}
