//! A thread that compiles one file after the other.

use super::diagnostic;
use crate::compile::{Refusal, Source};
use crate::engine::Diagnostic;
use crate::target::Target;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};

/// The tree of a source is walked by recursion; the deepest that the parser lets through needs a part of this. Pages
/// are taken when they are touched.
const STACK_SIZE: usize = 512 << 20;

type Answer = Result<Vec<u8>, Box<Diagnostic>>;

struct Job {
    source: Vec<u8>,
    filename: String,
    target: &'static Target,
    optimize: u8,
}

/// The source that was compiled last, which is often compiled again, for another version or at another level.
struct Last {
    bytes: Vec<u8>,
    source: Source,
}

/// A running thread; it ends when its worker is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: Sender<Job>,
    answers: Receiver<Answer>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Job").field("filename", &self.filename).finish_non_exhaustive()
    }
}

impl Worker {
    /// Starts a thread.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn start() -> std::io::Result<Self> {
        let (jobs, todo) = channel::<Job>();
        let (done, answers) = channel::<Answer>();
        std::thread::Builder::new().name("compiler".into()).stack_size(STACK_SIZE).spawn(move || {
            let mut last = None;
            for job in todo {
                if done.send(run(job, &mut last)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { jobs, answers })
    }

    /// Compiles one file.
    ///
    /// # Errors
    /// The thread is gone; it is of no use any more.
    pub(super) fn compile(
        &self,
        source: &[u8],
        filename: &str,
        target: &'static Target,
        optimize: u8,
    ) -> Result<Answer, Box<Diagnostic>> {
        let job = Job { source: source.to_vec(), filename: filename.to_owned(), target, optimize };
        let gone = || {
            Diagnostic::without_place(
                "SystemError",
                "the compiling thread is gone (this is a bug in pycompile)",
            )
        };
        self.jobs.send(job).map_err(|_| gone())?;
        self.answers.recv().map_err(|_| gone())
    }
}

fn compile(job: Job, last: &mut Option<Last>) -> Result<Vec<u8>, Box<Refusal>> {
    // What a panic leaves behind is not used again.
    let last_or_new = match last.take() {
        Some(last) if last.bytes == job.source && last.source.serves(job.target) => last,
        _ => Last { source: Source::read(&job.source, job.target)?, bytes: job.source },
    };
    let compiled = last_or_new.source.compile(&job.filename, job.target, job.optimize);
    *last = Some(last_or_new);
    compiled
}

fn run(job: Job, last: &mut Option<Last>) -> Answer {
    let filename = job.filename.clone();
    let compiled = catch_unwind(AssertUnwindSafe(|| compile(job, last)));
    match compiled {
        Ok(Ok(code)) => Ok(code),
        Ok(Err(refusal)) => Err(diagnostic::of(&refusal, &filename)),
        Err(panic) => {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(Diagnostic::without_place("SystemError", format!("this is a bug in pycompile: {what}")))
        }
    }
}
