//! A thread that compiles one file after the other.

use super::diagnostic;
use crate::compile::compile;
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
    optimize: u8,
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
    pub(super) fn start(target: &'static Target) -> std::io::Result<Self> {
        let (jobs, todo) = channel::<Job>();
        let (done, answers) = channel::<Answer>();
        std::thread::Builder::new().name("compiler".into()).stack_size(STACK_SIZE).spawn(move || {
            for job in todo {
                if done.send(run(&job, target)).is_err() {
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
        optimize: u8,
    ) -> Result<Answer, Box<Diagnostic>> {
        let job = Job { source: source.to_vec(), filename: filename.to_owned(), optimize };
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

fn run(job: &Job, target: &'static Target) -> Answer {
    let compiled =
        catch_unwind(AssertUnwindSafe(|| compile(&job.source, &job.filename, target, job.optimize)));
    match compiled {
        Ok(Ok(code)) => Ok(code),
        Ok(Err(refusal)) => Err(diagnostic::of(&refusal, &job.filename)),
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
