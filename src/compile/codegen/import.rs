//! `import` and `from … import`.

use super::{Codegen, Result};
use crate::syntax::ast::{Alias, Constant, ExprContext};
use crate::target::Op;
use crate::text::{Location, Name};

/// `CALL_INTRINSIC_1` operand of `from … import *`.
const INTRINSIC_IMPORT_STAR: u32 = 2;

impl Codegen<'_, '_> {
    pub(super) fn import(&mut self, names: &[Alias], location: Location) -> Result<()> {
        for alias in names {
            self.load_const(&Constant::Int(0), location);
            self.load_const(&Constant::None, location);
            self.emit_name(Op::IMPORT_NAME, alias.name, location);
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

    /// Binds the last part of a dotted name; the first part is on the stack.
    fn import_as(&mut self, name: Name, target: Name, location: Location) -> Result<()> {
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

    pub(super) fn import_from(
        &mut self,
        module: Option<Name>,
        names: &[Alias],
        level: u32,
        location: Location,
    ) -> Result<()> {
        self.load_const(&Constant::Int(i64::from(level)), location);
        self.load_names_const(names.iter().map(|alias| alias.name), location);
        let module = module.unwrap_or_else(|| self.intern(""));
        self.emit_name(Op::IMPORT_NAME, module, location);
        if let Some(first) = names.first()
            && self.name_text(first.name) == "*"
        {
            self.emit_arg(Op::CALL_INTRINSIC_1, INTRINSIC_IMPORT_STAR, location);
            self.emit(Op::POP_TOP, Location::NONE);
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
