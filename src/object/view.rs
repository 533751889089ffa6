//! Access to the fields of a code object.

use super::{Code, ObjectId, Objects};

/// Kind of a variable (`CO_FAST_LOCAL`, `CO_FAST_CELL`, `CO_FAST_FREE`, `CO_FAST_HIDDEN`,
/// `CO_FAST_ARG_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalKind(pub u8);

impl LocalKind {
    /// A local variable; it can be a cell as well.
    pub const LOCAL: u8 = 0x20;
    /// A variable that inner functions use.
    pub const CELL: u8 = 0x40;
    /// A variable of an outer function.
    pub const FREE: u8 = 0x80;

    /// Returns whether one of `bits` is set.
    pub const fn is(self, bits: u8) -> bool {
        self.0 & bits != 0
    }

    /// Returns the kind in words: `local`, `local cell`, `free`.
    pub fn words(self) -> String {
        const WORDS: [(u8, &str); 7] = [
            (0x02, "positional"),
            (0x04, "keyword"),
            (0x08, "variadic"),
            (0x10, "hidden"),
            (LocalKind::LOCAL, "local"),
            (LocalKind::CELL, "cell"),
            (LocalKind::FREE, "free"),
        ];
        let set = WORDS.iter().filter(|(bit, _)| self.is(*bit));
        set.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    }
}

/// A code object with its arena. Fields of the wrong type count as empty.
#[derive(Clone, Copy, Debug)]
pub struct CodeView<'a> {
    /// The arena.
    pub objects: &'a Objects,
    /// Number of the code object, with references followed.
    pub id: ObjectId,
    /// Fields of the code object.
    pub code: &'a Code,
}

impl<'a> CodeView<'a> {
    /// Returns the code object with this number, or `None` for an object of another type.
    pub fn at(objects: &'a Objects, id: ObjectId) -> Option<Self> {
        let id = objects.resolve(id);
        objects.code(id).map(|code| Self { objects, id, code })
    }

    fn bytes(self, part: ObjectId) -> &'a [u8] {
        self.objects.bytes(part).unwrap_or_default()
    }

    fn text(self, part: ObjectId) -> String {
        self.objects.text(part).unwrap_or_default()
    }

    fn texts(self, part: ObjectId) -> Vec<String> {
        self.objects.elements(part).unwrap_or_default().iter().map(|&id| self.text(id)).collect()
    }

    /// `co_code`
    pub fn bytecode(self) -> &'a [u8] {
        self.bytes(self.code.code)
    }

    /// `co_consts`
    pub fn consts(self) -> &'a [ObjectId] {
        self.objects.elements(self.code.consts).unwrap_or_default()
    }

    /// `co_names`
    pub fn names(self) -> Vec<String> {
        self.texts(self.code.names)
    }

    /// `co_lnotab` or `co_linetable`
    pub fn line_table(self) -> &'a [u8] {
        self.bytes(self.code.linetable)
    }

    /// `co_exceptiontable`; empty where the layout has none.
    pub fn exception_table(self) -> &'a [u8] {
        self.code.exceptiontable.map_or(&[], |part| self.bytes(part))
    }

    /// `co_name`
    pub fn name(self) -> String {
        self.text(self.code.name)
    }

    /// `co_qualname`, where the layout has it.
    pub fn qualname(self) -> Option<String> {
        self.code.qualname.map(|part| self.text(part))
    }

    /// `co_filename`
    pub fn filename(self) -> String {
        self.text(self.code.filename)
    }

    /// `co_flags`
    pub const fn flags(self) -> u32 {
        self.code.flags as u32
    }

    /// Returns the code objects among the constants, in order; a constant that occurs twice is
    /// returned twice.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.consts().iter().filter_map(move |&id| Self::at(self.objects, id))
    }

    /// Returns every variable that an instruction can name, with its kind, in the order of
    /// `co_localsplusnames`; for 3.8 to 3.10 the locals, then the cells, then the free variables.
    pub fn variables(self) -> Vec<(String, LocalKind)> {
        let named = |part, bit| self.texts(part).into_iter().map(move |name| (name, LocalKind(bit)));
        match self.code.cellvars {
            Some(cellvars) => named(self.code.varnames, LocalKind::LOCAL)
                .chain(named(cellvars, LocalKind::CELL))
                .chain(named(self.code.freevars, LocalKind::FREE))
                .collect(),
            None => {
                let kinds = self.bytes(self.code.freevars).iter();
                self.texts(self.code.varnames).into_iter().zip(kinds.map(|&kind| LocalKind(kind))).collect()
            }
        }
    }
}

/// Returns the names of the bits of `co_flags`, lowest bit first; bits without a known name are
/// given as a number.
pub fn flag_names(flags: u32) -> Vec<String> {
    const NAMES: [(u32, &str); 21] = [
        (0x1, "OPTIMIZED"),
        (0x2, "NEWLOCALS"),
        (0x4, "VARARGS"),
        (0x8, "VARKEYWORDS"),
        (0x10, "NESTED"),
        (0x20, "GENERATOR"),
        (0x40, "NOFREE"),
        (0x80, "COROUTINE"),
        (0x100, "ITERABLE_COROUTINE"),
        (0x200, "ASYNC_GENERATOR"),
        (0x2_0000, "FUTURE_DIVISION"),
        (0x4_0000, "FUTURE_ABSOLUTE_IMPORT"),
        (0x8_0000, "FUTURE_WITH_STATEMENT"),
        (0x10_0000, "FUTURE_PRINT_FUNCTION"),
        (0x20_0000, "FUTURE_UNICODE_LITERALS"),
        (0x40_0000, "FUTURE_BARRY_AS_BDFL"),
        (0x80_0000, "FUTURE_GENERATOR_STOP"),
        (0x100_0000, "FUTURE_ANNOTATIONS"),
        (0x200_0000, "NO_MONITORING_EVENTS"),
        (0x400_0000, "HAS_DOCSTRING"),
        (0x800_0000, "METHOD"),
    ];
    let mut names: Vec<String> =
        NAMES.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| (*name).to_owned()).collect();
    let unknown = NAMES.iter().fold(flags, |left, (bit, _)| left & !bit);
    if unknown != 0 {
        names.push(format!("{unknown:#x}"));
    }
    names
}
