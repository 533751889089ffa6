//! The `import` and `from … import` statements.
//!
//! CPython: `Python/codegen.c`.

use super::{Codegen, CodegenResult, FrameBlock, UnitKind};
use crate::syntax::ast::{Alias, Constant, ExprContext};
use crate::target::Op;
use crate::text::{Location, Name};

/// `CALL_INTRINSIC_1` operand of `from … import *`.
const INTRINSIC_IMPORT_STAR: u32 = 2;

/// Low bits of the operand of `IMPORT_NAME`.
const MODE_LAZY: u32 = 1;
const MODE_EAGER: u32 = 2;

/// Form of an import, which decides its mode.
#[derive(Clone, Copy)]
enum ImportForm {
    Plain,
    /// `from … import *`
    Star,
    /// `lazy import`, `lazy from`
    Lazy,
}

impl Codegen<'_, '_> {
    /// Emits an `import` statement (`codegen_import`).
    pub(super) fn import(&mut self, names: &[Alias], is_lazy: bool, location: Location) -> CodegenResult<()> {
        for alias in names {
            self.load_const(&Constant::Int(0), location);
            self.load_const(&Constant::None, location);
            let form = if is_lazy { ImportForm::Lazy } else { ImportForm::Plain };
            self.import_name(alias.name, form, location);
            if let Some(target) = alias.asname {
                self.import_as(alias.name, target, location)?;
                continue;
            }
            let first = self.name_text(alias.name).split('.').next().map(str::to_owned);
            let target = first.map_or(alias.name, |first| self.intern(&first));
            self.name_op(target, ExprContext::Store, location)?;
        }
        Ok(())
    }

    /// Emits `IMPORT_NAME`.
    ///
    /// An import that is not explicitly lazy is marked as eager in a `try` statement, outside the
    /// module's scope, and if it is a star import.
    fn import_name(&mut self, name: Name, form: ImportForm, location: Location) {
        if !self.target.features.import_modes {
            self.emit_name(Op::IMPORT_NAME, name, location);
            return;
        }
        let is_guarded = |block: &FrameBlock<'_, '_>| {
            matches!(
                block,
                FrameBlock::Try
                    | FrameBlock::Finally(_)
                    | FrameBlock::FinallyEnd
                    | FrameBlock::Handlers
                    | FrameBlock::GroupHandlers
                    | FrameBlock::Handler(_)
            )
        };
        let is_eager = || self.unit.kind != UnitKind::Module || self.unit.blocks.iter().any(is_guarded);
        let mode = match form {
            ImportForm::Lazy => MODE_LAZY,
            ImportForm::Star => MODE_EAGER,
            ImportForm::Plain => u32::from(is_eager()) * MODE_EAGER,
        };
        let name = self.mangled(name);
        let index = self.name_index(name);
        self.emit_arg(Op::IMPORT_NAME, index << 2 | mode, location);
    }

    /// Binds the last part of a dotted name whose first part is on the stack (`codegen_import_as`).
    fn import_as(&mut self, name: Name, target: Name, location: Location) -> CodegenResult<()> {
        let text = self.name_text(name).to_owned();
        let mut parts = text.split('.').skip(1).peekable();
        let is_dotted = parts.peek().is_some();
        while let Some(part) = parts.next() {
            let part = self.intern(part);
            let index = self.name_index(part);
            self.emit_arg(Op::IMPORT_FROM, index, location);
            if parts.peek().is_some() {
                self.emit_arg(Op::SWAP, 2, location);
                self.emit(Op::POP_TOP, location);
            }
        }
        self.name_op(target, ExprContext::Store, location)?;
        if is_dotted {
            self.emit(Op::POP_TOP, location);
        }
        Ok(())
    }

    /// Emits a `from … import` statement (`codegen_from_import`).
    pub(super) fn import_from(
        &mut self,
        module: Option<Name>,
        names: &[Alias],
        level: u32,
        is_lazy: bool,
        location: Location,
    ) -> CodegenResult<()> {
        self.load_const(&Constant::Int(i64::from(level)), location);
        if self.target.features.check_with_code {
            self.future.check_place(module, level, location, self.names)?;
        }
        self.load_names_const(names.iter().map(|alias| alias.name), location);
        let module = module.unwrap_or_else(|| self.intern(""));
        let is_star = names.first().is_some_and(|first| self.name_text(first.name) == "*");
        let form = match (is_lazy, is_star) {
            (true, _) => ImportForm::Lazy,
            (false, true) => ImportForm::Star,
            (false, false) => ImportForm::Plain,
        };
        self.import_name(module, form, location);
        if is_star {
            self.emit_intrinsic(Op::IMPORT_STAR, INTRINSIC_IMPORT_STAR, location);
            if self.target.operation(Op::IMPORT_STAR).is_none() {
                self.emit(Op::POP_TOP, Location::NONE);
            }
            return Ok(());
        }
        for alias in names {
            self.emit_name(Op::IMPORT_FROM, alias.name, location);
            self.name_op(alias.asname.unwrap_or(alias.name), ExprContext::Store, location)?;
        }
        self.emit(Op::POP_TOP, location);
        Ok(())
    }
}
