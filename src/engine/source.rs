//! A source that is open for compilation, for any number of versions and levels.

use super::{Compiled, Diagnostic, Engine, Refs, TargetEngine};
use crate::compile::{Columns, Source};
use crate::marshal;
use crate::object::CodeLayout;
use crate::target::Target;
use crate::text::{python, visible};
use crate::warnings::{Category, FilterAction, Issued};
use std::ffi::OsStr;

/// Code for a target of a run, with the warnings to print.
#[derive(Debug)]
pub struct Made {
    /// The marshalled code object, or the error.
    pub result: Result<Vec<u8>, Box<Diagnostic>>,
    /// Warnings of the compiler that pass the filters.
    pub warnings: Vec<Issued>,
}

/// A source that is compiled any number of times: for several versions, at several levels, under
/// several file names. The native compiler parses it once for all targets with the same tree.
#[derive(Debug)]
pub struct OpenSource<'s> {
    bytes: &'s [u8],
    /// The source as the native compiler has read it last.
    parsed: Option<Source>,
}

impl OpenSource<'_> {
    pub(super) const fn new(bytes: &[u8]) -> OpenSource<'_> {
        OpenSource { bytes, parsed: None }
    }

    /// Returns the content of the file.
    pub const fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// Compiles the source for a target of a run, with its warning filters and its form of
    /// references. A warning that a filter turns into an error is the error of the file, and later
    /// warnings are dropped.
    pub fn make(&mut self, target: &TargetEngine, filename: &OsStr, optimize: u8) -> Made {
        let Made { result, warnings } = self.filtered(target, filename, optimize);
        let result = match target.refs {
            Refs::Cpython => result,
            Refs::Minimal => result.and_then(|code| minimal(&code, target.series.code_layout)),
        };
        Made { result, warnings }
    }

    fn filtered(&mut self, target: &TargetEngine, filename: &OsStr, optimize: u8) -> Made {
        let Compiled { mut code, warnings } = self.compile(&target.engine, filename, optimize);
        let Some(filters) = target.warnings.as_ref().filter(|_| !warnings.is_empty()) else {
            return Made { result: code, warnings: Vec::new() };
        };
        let name = python::os_text(filename);
        let has_patterns = target.series.warning_patterns;
        let actions = warnings.iter().map(|warning| filters.action(warning, &name, has_patterns));
        let actions: Vec<FilterAction> = actions.collect();
        let errors = actions.iter().enumerate().filter(|(_, action)| **action == FilterAction::Error);
        let raised: Vec<usize> = errors.map(|(number, _)| number).collect();
        if !raised.is_empty() {
            code = self.compile_raising(&target.engine, filename, optimize, &raised).code;
        }
        let text = crate::decode::decode(self.bytes, Target::newest());
        let lines: Vec<&str> = text.iter().flat_map(|text| text.split('\n')).collect();
        let issued = warnings.iter().zip(actions).take(raised.first().copied().unwrap_or(usize::MAX));
        // CPython registers such a warning for a line of its own library, so it is shown once.
        let mut has_shown = false;
        let issued = issued.filter(|(warning, action)| match action {
            FilterAction::Always => true,
            FilterAction::Show | FilterAction::Once => {
                let is_of_library = warning.is_elsewhere && warning.category == Category::Deprecation;
                !is_of_library || !std::mem::replace(&mut has_shown, true)
            }
            FilterAction::Ignore | FilterAction::Error => false,
        });
        let issued = issued.map(|(warning, action)| {
            let line =
                usize::try_from(warning.line).ok().and_then(|number| lines.get(number.checked_sub(1)?));
            Issued::new(warning, action == FilterAction::Once, &visible(&name), line.copied())
        });
        Made { result: code, warnings: issued.collect() }
    }

    /// Compiles the source for the version of `engine`. `filename` is the value of `co_filename`,
    /// `optimize` is the optimization level: 0, 1 or 2.
    ///
    /// An error is one in the source, or a limit of this file (time, memory). No compilation
    /// affects another one.
    pub fn compile(&mut self, engine: &Engine, filename: &OsStr, optimize: u8) -> Compiled {
        self.compile_raising(engine, filename, optimize, &[])
    }

    /// Compiles the source as [`Self::compile`] does, for 3.11 or newer, to code whose line tables
    /// have no columns.
    pub fn compile_without_columns(&mut self, engine: &Engine, filename: &OsStr, optimize: u8) -> Compiled {
        self.compile_all(engine, filename, optimize, Columns::LeftOut, &[])
    }

    /// Compiles the source as [`Self::compile`] does; `raised` has the numbers of the warnings that
    /// filters turn into errors.
    pub fn compile_raising(
        &mut self,
        engine: &Engine,
        filename: &OsStr,
        optimize: u8,
        raised: &[usize],
    ) -> Compiled {
        self.compile_all(engine, filename, optimize, Columns::Recorded, raised)
    }

    fn compile_all(
        &mut self,
        engine: &Engine,
        filename: &OsStr,
        optimize: u8,
        columns: Columns,
        raised: &[usize],
    ) -> Compiled {
        match engine {
            Engine::Native(engine) => {
                engine.compile(self.bytes, &mut self.parsed, filename, optimize, columns, raised)
            }
            Engine::Python(engine) => {
                engine.compile(self.bytes, filename, optimize, columns, raised.first().copied())
            }
        }
    }
}

/// Converts code to the minimal form: every object is written once, without unused reference flags.
fn minimal(code: &[u8], layout: CodeLayout) -> Result<Vec<u8>, Box<Diagnostic>> {
    let mut objects = marshal::read(code, layout).map_err(|error| {
        Diagnostic::without_place("SystemError", format!("the compiled code cannot be read back: {error}"))
    })?;
    marshal::minimal_refs(&mut objects);
    Ok(marshal::write(&objects))
}
