//! The native engine: [`crate::compile`] on stacks that are large enough.
//!
//! CPython: none; the bytes are those of `target.release()`.
//!
//! **Invariant:** a refusal or a bug in one file gives one diagnostic; other files are not
//! affected.

mod diagnostic;
mod memory;
mod stack;

pub use self::memory::address_space;
use self::stack::NoThread;
#[doc(hidden)]
pub use self::stack::{is_in_place, pool, start};

use super::{Compiled, Diagnostic, Limits};
use crate::allowance::{self, Allowance, Spent};
use crate::compile::{Columns, Source, SourceRefusal, Warnings};
use crate::target::Target;
use crate::text::{Shown as _, python};
use crate::warnings::Warning;
use std::any::Any;
use std::ffi::OsStr;
use std::panic::resume_unwind;
use std::time::Instant;

/// The native compiler for one version.
#[derive(Debug)]
pub struct NativeEngine {
    target: &'static Target,
    limits: Limits,
}

impl NativeEngine {
    /// Creates an engine that compiles in place on the threads of a [`pool`], and for other threads
    /// on threads that it starts.
    pub(super) fn new(target: &'static Target) -> Self {
        Self::limited(target, Limits::default())
    }

    /// Creates an engine with limits for each file. It compiles in place on the threads of a
    /// [`pool`], and for other threads on threads that it starts.
    pub const fn limited(target: &'static Target, limits: Limits) -> Self {
        Self { target, limits }
    }

    /// Returns the limits for each file.
    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    fn allowance(&self) -> Allowance {
        // A time beyond the clock's range means no deadline.
        let deadline = Instant::now().checked_add(self.limits.timeout);
        Allowance { deadline, memory: usize::MAX, stack: usize::MAX, stop: self.limits.stop }
    }

    /// Returns the memory limit: the requested one, or less if the address space has less room next
    /// to the stack.
    fn memory(&self, stack: usize) -> Option<usize> {
        let asked = self.limits.memory.and_then(|bytes| usize::try_from(bytes).ok());
        let left = memory::share(stack);
        asked.into_iter().chain(left).min()
    }

    fn spent(&self, spent: Spent) -> Box<Diagnostic> {
        match spent {
            Spent::Stopped => Diagnostic::without_place(Diagnostic::INTERRUPTED, "interrupted"),
            Spent::Time => {
                let seconds = self.limits.timeout.as_secs();
                let message = format!("the native compiler did not finish within {seconds} s");
                Diagnostic::without_place("TimeoutError", message)
            }
            Spent::Stack => Diagnostic::without_place("MemoryError", "the source nests too deeply"),
            Spent::Memory => {
                let limit = self.memory(stack::SIZES[0]).unwrap_or(0);
                let megabytes = limit >> 20;
                let whose = if self.limits.memory.is_some_and(|asked| asked == limit as u64) {
                    "the limit of"
                } else {
                    "is available under the limit of the address space (`ulimit -v`):"
                };
                let message = format!("the native compiler needs more memory than {whose} {megabytes} MB");
                Diagnostic::without_place("MemoryError", message)
            }
        }
    }

    /// Compiles a source; `parsed` keeps what the next compilation of the same source can use.
    pub(super) fn compile(
        &self,
        bytes: &[u8],
        parsed: &mut Option<Source>,
        filename: &OsStr,
        optimize: u8,
        columns: Columns,
        raised: &[usize],
    ) -> Compiled {
        let name = python::from_os(filename);
        let allowance = self.allowance();
        let compiled = stack::on_enough(memory::affords, |stack| {
            let work = || compile(bytes, parsed, &name, self.target, optimize, columns, raised);
            let memory = self.memory(stack).unwrap_or(usize::MAX);
            allowance::within(Allowance { memory, stack, ..allowance }, work)
                .unwrap_or_else(|panic| resume_unwind(panic))
        });
        match compiled {
            Ok(Ok(Ok((code, warnings)))) => {
                let code = code.map_err(|refusal| diagnostic::of(&refusal, &filename.shown(), self.target));
                Compiled { code, warnings }
            }
            Ok(Ok(Err(spent))) => self.spent(spent).into(),
            Ok(Err(panic)) => bug(panic.as_ref()).into(),
            Err(NoThread { size, error }) => {
                let megabytes = size >> 20;
                let message = format!(
                    "cannot start a thread with the {megabytes} MB of stack that the source needs: {error}"
                );
                Diagnostic::without_place("MemoryError", message).into()
            }
        }
    }
}

/// Compiles a source. `parsed` is the source as it was read for an earlier compilation, and then
/// for this one.
fn compile(
    bytes: &[u8],
    parsed: &mut Option<Source>,
    filename: &[u8],
    target: &'static Target,
    optimize: u8,
    columns: Columns,
    raised: &[usize],
) -> (Result<Vec<u8>, Box<SourceRefusal>>, Vec<Warning>) {
    // The source is put back at the end, so that a panic leaves none.
    let known = parsed.take().filter(|source| source.serves(target));
    let mut source = match known {
        Some(source) => {
            source.hold();
            source
        }
        None => match Source::read(bytes, target) {
            Ok(source) => source,
            Err(refusal) => return (Err(refusal), Vec::new()),
        },
    };
    let mut warnings = Warnings::default();
    let mut compiled = source.compile(filename, target, optimize, columns, &mut warnings);
    let mut warned = warnings.into_list();
    if let Some(refusal) = source.raised(&warned, raised, target) {
        compiled = Err(Box::new(refusal));
        warned.truncate(raised[0]);
    }
    *parsed = Some(source);
    (compiled, warned.into_iter().map(|warned| warned.warning).collect())
}

fn bug(panic: &(dyn Any + Send)) -> Box<Diagnostic> {
    if is_out_of_memory(panic) {
        return Diagnostic::without_place("MemoryError", "there is no memory left for the native compiler");
    }
    let what = text(panic).unwrap_or("no message");
    Diagnostic::without_place("SystemError", format!("this is a bug in pycompile: {what}"))
}

/// Returns whether a panic is that of an arena that cannot grow.
pub fn is_out_of_memory(panic: &(dyn Any + Send)) -> bool {
    text(panic) == Some("out of memory")
}

fn text(panic: &(dyn Any + Send)) -> Option<&str> {
    panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied())
}

#[cfg(test)]
mod tests {
    use super::pool;
    use crate::engine::{Diagnostic, Engine};
    use crate::target::{PyVersion, Target};

    fn compile(source: &[u8]) -> Result<Vec<u8>, Box<Diagnostic>> {
        let engine = Engine::native(Target::find(PyVersion::new(3, 14)).unwrap());
        Engine::open(source).compile(&engine, "m.py".as_ref(), 0).code
    }

    #[test]
    fn a_refusal_has_its_place_in_characters() {
        let error = compile("x = 1\n  \ny = 'é' + (é := 1, *a = 2)\n".as_bytes()).unwrap_err();
        assert_eq!((error.kind.as_str(), error.line), ("SyntaxError", Some(3)));
        assert_eq!(error.text.as_deref(), Some("y = 'é' + (é := 1, *a = 2)\n"));
    }

    #[test]
    fn the_answer_is_the_same_on_any_thread() {
        let pool = pool(1).unwrap();
        let deep = format!("a{}", ".b".repeat(20_000));
        for source in ["", "x", "1 +", &deep] {
            let here = compile(source.as_bytes());
            assert_eq!(here.is_ok(), source != "1 +");
            assert_eq!(pool.install(|| compile(source.as_bytes())), here);
            let started = std::thread::scope(|scope| {
                super::start(scope, || compile(source.as_bytes())).unwrap().join().unwrap()
            });
            assert_eq!(started, here);
        }
    }
}
