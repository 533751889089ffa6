//! The loop of a persistent worker.

use super::message::{Reply, StreamFault, WorkRequest, WorkResponse};
use super::protocol::{Incoming, Protocol, filled};
use super::queue::Queue;
use std::io::{self, BufRead, Read as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The tool that requests run, with the state that one thread keeps between requests.
pub trait Precompile {
    /// Runs the tool. A request that was stopped may end early, with any result.
    fn run(&mut self, request: &WorkRequest) -> Reply;
}

/// Settings of a worker.
pub struct Service<'a> {
    /// Encoding of the messages; `None` for that of the first one.
    pub protocol: Option<Protocol>,
    /// Largest number of requests that are handled at the same time.
    pub jobs: usize,
    /// Called with true when there is nothing to do, and with false when there is work again.
    pub idle: &'a (dyn Fn(bool) + Sync),
}

/// Answers requests until the stream ends. `make` creates the tool of a thread, which stops when
/// the flag is set.
///
/// # Errors
/// [`StreamFault`]; all requests before the fault are answered, if anybody reads the answers.
pub fn serve<P: Precompile>(
    service: &Service<'_>,
    mut input: impl BufRead,
    output: impl Write + Send,
    make: impl Fn(&'static AtomicBool) -> P + Sync,
) -> Result<(), StreamFault> {
    let (start, protocol) = match service.protocol {
        Some(protocol) => (Vec::new(), protocol),
        None => detect(&mut input)?,
    };
    let mut input = start.as_slice().chain(input);
    let queue = Queue::new(service.idle);
    let answers = Answers { protocol, output: Mutex::new(output), fault: Mutex::default() };
    thread::scope(|scope| {
        let mut threads = 0;
        let work = || work(&queue, &answers, &make);
        let mut read = || loop {
            if answers.is_lost() {
                return Ok(());
            }
            let wanted = match protocol.read(&mut input)? {
                None => return Ok(()),
                Some(Incoming::Request(request)) if request.cancel => {
                    if let Some(response) = queue.cancel(request.id) {
                        answers.write(&response);
                    }
                    continue;
                }
                Some(incoming) => queue.add(incoming),
            };
            if threads < wanted.min(service.jobs.max(1)) {
                match thread::Builder::new().name("requests".into()).spawn_scoped(scope, work) {
                    Ok(_) => threads += 1,
                    Err(error) if threads == 0 => return Err(StreamFault::Thread(error)),
                    // The threads that did start handle the requests.
                    Err(_) => {}
                }
            }
        };
        let read = read();
        queue.close(!matches!(read, Err(StreamFault::Thread(_))));
        read
    })?;
    answers.end()
}

/// Finds out the encoding; returns the bytes that were read for that.
fn detect(input: &mut impl BufRead) -> Result<(Vec<u8>, Protocol), StreamFault> {
    let mut start = Vec::new();
    loop {
        if let Some(protocol) = Protocol::of(&start) {
            return Ok((start, protocol));
        }
        let Some(&byte) = filled(input)?.first() else { return Ok((start, Protocol::Json)) };
        input.consume(1);
        start.push(byte);
    }
}

fn work<P: Precompile>(
    queue: &Queue<'_>,
    answers: &Answers<impl Write>,
    make: &impl Fn(&'static AtomicBool) -> P,
) {
    // Engines keep the flag for ever, and there are no more threads than jobs.
    let stop: &'static AtomicBool = Box::leak(Box::default());
    let mut tool = make(stop);
    while let Some(incoming) = queue.next(stop) {
        let response = match incoming {
            Incoming::Invalid(response) => response,
            Incoming::Request(request) => {
                let reply = catch_unwind(AssertUnwindSafe(|| tool.run(&request)));
                let is_bug = reply.is_err();
                let response = match reply {
                    _ if stop.load(Ordering::Relaxed) => WorkResponse::cancelled(request.id),
                    Ok(reply) => WorkResponse::new(request.id, reply),
                    Err(_) => WorkResponse::refusal(request.id, "this is a bug in pycompile"),
                };
                // A panic may have left its state inconsistent.
                if is_bug || response.was_cancelled {
                    tool = make(stop);
                }
                response
            }
        };
        answers.write(&response);
        queue.done(response.id);
    }
}

/// Writer of answers.
struct Answers<W> {
    protocol: Protocol,
    output: Mutex<W>,
    fault: Mutex<Option<io::Error>>,
}

impl<W: Write> Answers<W> {
    /// Writes an answer, unless an earlier one could not be written.
    fn write(&self, response: &WorkResponse) {
        let bytes = self.protocol.write(response);
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_lost() {
            return;
        }
        if let Err(error) = output.write_all(&bytes).and_then(|()| output.flush()) {
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    fn is_lost(&self) -> bool {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Returns the error of an answer that could not be written, unless the reader has closed the
    /// stream.
    fn end(self) -> Result<(), StreamFault> {
        match self.fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(StreamFault::Write(error)),
            _ => Ok(()),
        }
    }
}
