//! Errors and exit status of commands.

use crate::text::counted;

/// Exit status of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Success: done, equal, verified.
    Done = 0,
    /// Negative answer: a file does not compile, two things differ.
    No = 1,
    /// Error: usage, config, no engine.
    Trouble = 2,
}

/// Error that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Incorrect usage, as a sentence for the user.
    #[error("{0}")]
    Usage(String),
    /// A version has no engine.
    #[error(transparent)]
    Engines(#[from] crate::engine::EnginesError),
    /// The config, or the project that it describes, cannot be used.
    #[error(transparent)]
    Project(#[from] crate::build::ProjectError),
    /// An installed environment cannot be used.
    #[error(transparent)]
    Env(#[from] crate::build::env::EnvError),
    /// A path cannot be opened.
    #[error(transparent)]
    Place(#[from] crate::input::PlaceError),
    /// A manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] crate::manifest::ManifestError),
    /// Manifests of shards do not belong together.
    #[error(transparent)]
    Merge(#[from] crate::manifest::MergeError),
    /// A side of a comparison cannot be used.
    #[error(transparent)]
    Side(#[from] crate::diff::SideError),
    /// Two files would have the same path.
    #[error(transparent)]
    Plan(#[from] crate::build::plan::PlanError),
    /// `verify` cannot read what it was given.
    #[error(transparent)]
    Verify(#[from] crate::audit::VerifyError),
    /// `diff` cannot search for causes.
    #[error(transparent)]
    Explain(#[from] crate::audit::ExplainError),
    /// Threads cannot be started.
    #[error(transparent)]
    Threads(#[from] crate::engine::ThreadsError),
    /// Reading standard input or writing output failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A glob pattern is invalid.
    #[error("invalid pattern {:?}: {}", .0.glob().unwrap_or_default(), .0.kind())]
    Glob(#[from] globset::Error),
    /// A wheel cannot be turned into a config.
    #[error(transparent)]
    FromWheel(#[from] crate::config::init::FromWheelError),
    /// The requests of Bazel cannot be read or answered.
    #[error(transparent)]
    Requests(#[from] crate::bazel::StreamFault),
    /// A directory cannot be searched.
    #[error(transparent)]
    Discover(#[from] crate::project::DiscoverError),
}

impl CommandError {
    /// Returns the error of a run that the user interrupted.
    pub(super) fn interrupted(number: usize, one: &str, many: &str) -> Self {
        Self::Usage(format!("interrupted: {} not reached", counted(number, one, many)))
    }

    /// Returns the exit status. A refused archive and a file that cannot be written are negative
    /// answers; all other errors, including an unreadable archive, are not answers.
    pub(super) const fn status(&self) -> Status {
        use crate::archive::{ArchiveError, Fault};
        use crate::build::ProjectError;
        match self {
            Self::Project(ProjectError::Archive(ArchiveError { fault: Fault::Io(_), .. })) => Status::Trouble,
            Self::Project(ProjectError::Archive(_) | ProjectError::Wheel(_) | ProjectError::Write(_)) => {
                Status::No
            }
            _ => Status::Trouble,
        }
    }
}
