//! The fields of a code object.

use super::ObjectId;

/// A code object. Fields that are objects hold their number in [`Objects`](super::Objects).
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
    pub code: ObjectId,
    /// `co_consts`
    pub consts: ObjectId,
    /// `co_names`
    pub names: ObjectId,
    /// `co_varnames`, or `co_localsplusnames` from 3.11 on.
    pub varnames: ObjectId,
    /// `co_freevars`, or `co_localspluskinds` from 3.11 on.
    pub freevars: ObjectId,
    /// `co_cellvars`; up to 3.10.
    pub cellvars: Option<ObjectId>,
    /// `co_filename`
    pub filename: ObjectId,
    /// `co_name`
    pub name: ObjectId,
    /// `co_qualname`; from 3.11 on.
    pub qualname: Option<ObjectId>,
    /// `co_firstlineno`
    pub firstlineno: i32,
    /// `co_lnotab` or `co_linetable`.
    pub linetable: ObjectId,
    /// `co_exceptiontable`; from 3.11 on.
    pub exceptiontable: Option<ObjectId>,
}

impl Code {
    /// Returns the numbers in a code object; `co_nlocals` is -1 if there is none.
    pub fn numbers(&self) -> [i32; 7] {
        [
            self.argcount,
            self.posonlyargcount,
            self.kwonlyargcount,
            self.nlocals.unwrap_or(-1),
            self.stacksize,
            self.flags,
            self.firstlineno,
        ]
    }

    /// Returns the objects of the code object; fields that not every version has come last.
    pub fn parts(&self) -> impl Iterator<Item = ObjectId> + use<> {
        let always = [
            self.code,
            self.consts,
            self.names,
            self.varnames,
            self.freevars,
            self.filename,
            self.name,
            self.linetable,
        ];
        let sometimes = [self.cellvars, self.qualname, self.exceptiontable];
        always.into_iter().chain(sometimes.into_iter().flatten())
    }
}
