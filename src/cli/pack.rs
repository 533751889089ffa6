//! `pycompile pack`.

use super::args::MessageFormat;
use super::build::allowed;
use super::messages;
use super::printer::Printer;
use super::project::ConfigArgs;
use super::{CommandError, Status, environment};
use crate::build::{pack, publish};
use crate::pyc::InvalidationMode;

/// Packs what pycompile.toml lists into a deterministic wheel or zip, and writes the manifest.
///
/// Example: SOURCE_DATE_EPOCH=1700000000 pycompile pack --config pycompile.toml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct PackArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Files compiled at the same time; without it, one for each processor.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// How results are told.
    #[arg(long, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    message_format: MessageFormat,
}

pub(super) fn run(arguments: &PackArgs, printer: &Printer) -> Result<Status, CommandError> {
    let project = arguments.config.load_with(InvalidationMode::CheckedHash)?;
    let time = environment::archive_time()?;
    let search_path = environment::search_path();
    let engines = project.engines(search_path.as_deref())?;
    for target in &engines {
        printer.detail(&target.about);
    }
    let progress = printer.progress(project.selection.sources.len() as u64);
    let jobs = usize::from(arguments.jobs.unwrap_or(0));
    let allowed = allowed(&project);
    let packed = pack::pack(&project, &engines, jobs, time, &allowed, &progress);
    progress.finish();
    let packed = packed?;
    let status = messages::tell(&packed.outcomes, 0, &allowed, arguments.message_format, printer)?;
    for path in &packed.archives {
        printer.summary(&format!("packed {}", path.display()));
    }
    if let Some(manifest) = &packed.manifest {
        for path in publish(&project, manifest)? {
            printer.detail(&format!("written: {}", path.display()));
        }
    }
    Ok(status)
}
