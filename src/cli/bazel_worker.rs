//! `pycompile bazel-worker`: a precompiler for rules_python.
//!
//! rules_python: `tools/precompiler`, `python/private/py_exec_tools_info.bzl`.

use super::error::{CommandError, Status};
use super::limits::{LimitArgs, jobs};
use super::number::between;
use super::precompile::{PrecompileArgs, Precompiled, Precompiler, Reports};
use super::printer::Printer;
use super::{environment, hint, interrupt};
use crate::bazel::{Precompile, Protocol, Reply, Service, WorkRequest, serve};
use crate::engine::{Limits, Parallelism, Watch, Workers};
use crate::text::visible_lines;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Name of the program under which it is this command, since Bazel's toolchain for precompilers
/// takes a program without arguments.
pub(super) const PROGRAM: &str = "pycompile-bazel-worker";

/// Compile for Bazel, with the interface of the precompiler of rules_python. The native compiler is
/// used for the versions that it supports, and needs no Python.
///
/// When invoked as `pycompile-bazel-worker`, for example through a symlink, pycompile runs this
/// command.
///
/// Example: pycompile bazel-worker --python_version 3.14 --src a.py --src_name a.py --pyc a.pyc
#[derive(Debug, clap::Args)]
pub(super) struct BazelWorkerArgs {
    #[command(flatten)]
    request: PrecompileArgs,
    /// Answer requests on standard input, until it ends.
    #[arg(long = "persistent_worker")]
    persistent: bool,
    /// Encoding of requests and answers [default: that of the first request].
    #[arg(long = "worker_protocol", value_name = "PROTOCOL", value_enum)]
    protocol: Option<Protocol>,
    /// `async` answers several requests at the same time, `serial` one after the other.
    #[arg(long = "worker_impl", value_name = "KIND", value_parser = ["async", "serial"], default_value = "async")]
    kind: String,
    /// Messages to print: errors; with WARNING, also warnings of the compiler; with INFO, also the
    /// pycs that were written.
    #[arg(long = "log_level", value_name = "LEVEL", ignore_case = true, default_value = "ERROR",
        value_parser = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])]
    level: String,
    /// Number of files to compile in parallel [default: number of processors].
    #[arg(long, value_name = "N", value_parser = between(1_u16, 1024))]
    jobs: Option<u16>,
    #[command(flatten)]
    limits: LimitArgs,
}

impl BazelWorkerArgs {
    fn reports(&self) -> Reports {
        match self.level.to_ascii_uppercase().as_str() {
            "DEBUG" | "INFO" => Reports::Pycs,
            "WARNING" => Reports::Warnings,
            _ => Reports::Errors,
        }
    }
}

pub(super) fn run(arguments: &BazelWorkerArgs, printer: &Printer) -> Result<Status, CommandError> {
    let reports = arguments.reports();
    if arguments.persistent {
        if arguments.request != PrecompileArgs::default() {
            let message = "with --persistent_worker, sources and their options come with the requests";
            return Err(CommandError::Usage(message.into()));
        }
        return answer_requests(arguments, reports);
    }
    let limits = arguments.limits.get();
    let request = arguments.request.clone().expanded(None)?;
    let mut precompiler = Precompiler::new(environment::places(), limits);
    let jobs = jobs(arguments.jobs.unwrap_or(0).into());
    // Bazel shows its own progress.
    let done = printer.working(0, jobs, |workers| precompiler.run(request, None, reports, workers))?;
    if !done.text.is_empty() {
        printer.file_error(&done.text);
    }
    Ok(done.status)
}

fn answer_requests(arguments: &BazelWorkerArgs, reports: Reports) -> Result<Status, CommandError> {
    let jobs = match (arguments.kind.as_str(), arguments.jobs) {
        ("serial", _) => 1,
        (_, Some(jobs)) => jobs.into(),
        (_, None) => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let places = environment::places();
    let limits = arguments.limits.get();
    let service = Service { protocol: arguments.protocol, jobs, idle: &interrupt::idle };
    let make = |stop| RequestTool {
        precompiler: Precompiler::new(places.clone(), Limits { stop, ..limits }),
        stop: StopFlag(stop),
        reports,
    };
    serve(&service, io::stdin().lock(), io::stdout(), make)?;
    Ok(Status::Done)
}

/// Precompiler of one thread.
struct RequestTool {
    precompiler: Precompiler,
    stop: StopFlag,
    reports: Reports,
}

impl Precompile for RequestTool {
    fn run(&mut self, request: &WorkRequest) -> Reply {
        match self.result(request) {
            Ok(done) => Reply { exit_code: done.status as i32, output: done.text },
            Err(error) => {
                let text = format!("error: {}\n", hint::message(&error));
                Reply { exit_code: error.status() as i32, output: visible_lines(&text).into_owned() }
            }
        }
    }
}

impl RequestTool {
    fn result(&mut self, request: &WorkRequest) -> Result<Precompiled, CommandError> {
        let sandbox = request.sandbox.as_deref();
        let arguments = PrecompileArgs::parse(&request.arguments)?.expanded(sandbox)?;
        let reports = if request.verbosity > 0 { Reports::Pycs } else { self.reports };
        self.precompiler.run(arguments, sandbox, reports, Workers::new(Parallelism::ONE, &self.stop))
    }
}

/// Flag of a thread whose request is to be stopped.
struct StopFlag(&'static AtomicBool);

impl Watch for StopFlag {
    fn advance(&self) {}

    fn interrupted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
