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
pub use self::stack::pool;

use super::{Compiled, Diagnostic, Engine, Limits, Request};
use crate::allowance::{self, Allowance, Spent};
use crate::compile::{Refusal, Source, Warnings};
use crate::target::Target;
use crate::text::{Shown as _, python};
use crate::warnings::Warning;
use std::any::Any;
use std::cell::Cell;
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
    pub fn new(target: &'static Target) -> Self {
        Self::limited(target, Limits::default())
    }

    /// Creates an engine as [`NativeEngine::new`] does, with limits for each file.
    pub const fn limited(target: &'static Target, limits: Limits) -> Self {
        Self { target, limits }
    }

    fn allowance(&self) -> Allowance {
        // A time beyond the clock's range means no deadline.
        let deadline = Instant::now().checked_add(self.limits.timeout);
        Allowance { deadline, memory: usize::MAX, stack: usize::MAX, stop: self.limits.stop }
    }

    /// Returns the memory limit: the one asked for, or less where the address space leaves less
    /// besides a stack.
    fn memory(&self, stack: usize) -> Option<usize> {
        let asked = self.limits.memory.and_then(|bytes| usize::try_from(bytes).ok());
        let left = memory::share(rayon::current_num_threads(), stack);
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
                    "the limit of the address space (`ulimit -v`) leaves it:"
                };
                let message = format!("the native compiler needs more memory than {whose} {megabytes} MB");
                Diagnostic::without_place("MemoryError", message)
            }
        }
    }
}

/// The source compiled last, which is often compiled again for another version or at another level.
struct Last {
    /// Bytes of the source; `None` if they are equal to the decoded text.
    bytes: Option<Vec<u8>>,
    source: Source,
}

impl Last {
    fn read(bytes: &[u8], target: &Target) -> Result<Self, Box<Refusal>> {
        let source = Source::read(bytes, target)?;
        let is_text = source.is_text(bytes);
        Ok(Self { bytes: (!is_text).then(|| bytes.to_vec()), source })
    }

    fn is_of(&self, bytes: &[u8]) -> bool {
        self.bytes.as_ref().map_or_else(|| self.source.is_text(bytes), |own| own == bytes)
    }
}

thread_local! {
    static LAST: Cell<Option<Last>> = const { Cell::new(None) };
}

fn compile(
    request: &Request<'_>,
    filename: &[u8],
    target: &'static Target,
    raised: Option<usize>,
) -> (Result<Vec<u8>, Box<Refusal>>, Vec<Warning>) {
    let bytes = request.source;
    // State is not reused after a panic. Another source is dropped first, to free its memory.
    let last = LAST.take().filter(|last| last.is_of(bytes) && last.source.serves(target));
    let mut last_or_new = match last.map_or_else(|| Last::read(bytes, target), Ok) {
        Ok(last_or_new) => last_or_new,
        Err(refusal) => return (Err(refusal), Vec::new()),
    };
    let mut warnings = Warnings::default();
    let mut compiled = last_or_new.source.compile(filename, target, request.optimize, &mut warnings);
    let mut warned = warnings.into_list();
    if let Some(index) = raised
        && index < warned.len()
    {
        compiled = Err(Box::new(warned.swap_remove(index).raised(last_or_new.source.text())));
        warned.truncate(index);
    }
    LAST.set(Some(last_or_new));
    (compiled, warned.into_iter().map(|warned| warned.warning).collect())
}

impl Engine for NativeEngine {
    fn compile_warned(&self, request: &Request<'_>, raised: Option<usize>) -> Compiled {
        let filename = python::from_os(&request.filename);
        let allowance = self.allowance();
        let affords = |size| memory::affords(rayon::current_num_threads(), size);
        let compiled = stack::on_enough(affords, |stack| {
            let work = || compile(request, &filename, self.target, raised);
            let memory = self.memory(stack).unwrap_or(usize::MAX);
            allowance::within(Allowance { memory, stack, ..allowance }, work)
                .unwrap_or_else(|panic| resume_unwind(panic))
        });
        match compiled {
            Ok(Ok(Ok((code, warnings)))) => {
                let code = code.map_err(|refusal| diagnostic::of(&refusal, &request.filename.shown()));
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
    use super::{Engine, NativeEngine, Request, pool};
    use crate::target::{PyVersion, Target};

    #[test]
    fn a_refusal_has_its_place_in_characters() {
        let engine = NativeEngine::new(Target::find(PyVersion::new(3, 14)).unwrap());
        let source = "x = 1\n  \ny = 'é' + (é := 1, *a = 2)\n".as_bytes();
        let error = engine.compile(&Request { source, filename: "m.py".into(), optimize: 0 }).unwrap_err();
        assert_eq!((error.kind.as_str(), error.line), ("SyntaxError", Some(3)));
        assert_eq!(error.text.as_deref(), Some("y = 'é' + (é := 1, *a = 2)\n"));
    }

    #[test]
    fn the_answer_is_the_same_on_any_thread() {
        let engine = NativeEngine::new(Target::find(PyVersion::new(3, 14)).unwrap());
        let pool = pool(1).unwrap();
        let deep = format!("a{}", ".b".repeat(20_000));
        for source in ["", "x", "1 +", &deep] {
            let request = Request { source: source.as_bytes(), filename: "m.py".into(), optimize: 0 };
            let here = engine.compile(&request);
            assert_eq!(here.is_ok(), source != "1 +");
            assert_eq!(pool.install(|| engine.compile(&request)), here);
        }
    }
}
