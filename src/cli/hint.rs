//! Hints for errors of the library, which does not know the options of the command line.

use super::error::CommandError;
use super::metadata_hint::of_open_keys;
use crate::audit::{ExplainError, OnlyError, VerifyError};
use crate::build::env::EnvError;
use crate::build::normalize::NormalizeError;
use crate::build::pack::BackendError;
use crate::build::{Outcome, ProjectError};
use crate::config::init::FromWheelError;
use crate::config::{AddedMetadata, ConfigAdvice, ConfigError};
use crate::diff::SideError;
use crate::engine::select::{EnginesError, native_releases, native_versions};
use crate::engine::{EngineError, Refusal};
use crate::manifest::ManifestError;
use crate::output::WriteError;
use crate::output::inside::OpenError;
use crate::text::Shown as _;
use crate::wheel::project::INLINE;
use crate::wheel::{PreparedError, PreparedFault, ProjectFault, WheelError};

/// Returns the error's message, with a hint on a line of its own if there is one.
pub(super) fn message(error: &CommandError) -> String {
    match error {
        // The hint is about the message, and the line of the file comes last.
        CommandError::Project(ProjectError::Config(ConfigError::At { place, message, .. })) => {
            format!("{place}: {}{}", added(message, error), place.excerpt())
        }
        _ => added(&error.to_string(), error),
    }
}

/// Returns a message about an error, with the error's hint on a line of its own if there is one.
pub(super) fn added(message: &str, error: &CommandError) -> String {
    match of(error) {
        Some(hint) => format!("{message}\nhint: {hint}"),
        None => message.to_owned(),
    }
}

fn of(error: &CommandError) -> Option<String> {
    match error {
        CommandError::Engines(error) | CommandError::Project(ProjectError::Engines(error)) => engines(error),
        CommandError::Verify(VerifyError::Only(error)) => only(error),
        CommandError::Verify(VerifyError::Engines(error))
        | CommandError::Explain(ExplainError::Engines(error)) => of_named(error).or_else(|| engines(error)),
        CommandError::Project(ProjectError::OverInput(_)) => {
            Some("`--in-place` replaces it, `--output-dir` names another directory".into())
        }
        CommandError::Project(ProjectError::Wheel(WheelError::TimestampPyc(_))) => {
            Some("use `invalidation-mode = \"checked-hash\"` or \"unchecked-hash\"".into())
        }
        CommandError::Project(ProjectError::NotManifest(_)) => Some("remove it, or name another file".into()),
        CommandError::Project(ProjectError::ForeignArchive(_)) => {
            Some("name another directory with `--output-dir`, or remove it".into())
        }
        CommandError::Project(ProjectError::ForeignFile(_)) => {
            Some("name another directory in [tree], or remove it if nothing needs it".into())
        }
        CommandError::Project(ProjectError::Write(
            WriteError::Symlink(_) | WriteError::Folder(_) | WriteError::NotRegular(_),
        )) => Some("name another file, or remove it if nothing needs it".into()),
        CommandError::Project(ProjectError::Config(error))
        | CommandError::FromWheel(FromWheelError::Config(error)) => config(error),
        CommandError::Project(ProjectError::Metadata(error)) => match &*error.fault {
            ProjectFault::Open(keys) => Some(of_open_keys(keys)),
            ProjectFault::Io(error) | ProjectFault::File { source: error, .. } => link_outside(error),
            _ => None,
        },
        CommandError::Project(
            ProjectError::Prepared(error) | ProjectError::Backend(BackendError::Prepared(error)),
        ) => prepared(error),
        CommandError::Project(ProjectError::Backend(BackendError::Failed { interpreter, requires, .. })) => {
            Some(format!("it runs in {} and needs {requires} there", interpreter.shown()))
        }
        CommandError::Project(ProjectError::Built { .. }) => Some(
            "build its wheel with its build backend, then `pycompile pack WHEEL`; if it works without them, unpack \
             it, run `pycompile init`, and add this to pycompile.toml:\n\n[wheel]\nmetadata = \"PKG-INFO\""
                .into(),
        ),
        CommandError::Manifest(ManifestError::OtherFile { .. })
        | CommandError::Side(SideError::Manifest(ManifestError::OtherFile { .. })) => {
            Some("`pycompile manifest PATH --output FILE` writes the manifest of the existing pycs".into())
        }
        CommandError::Env(EnvError::NoVersion(_) | EnvError::AnyVersion(_)) => {
            Some("name it with `--python X.Y`".into())
        }
        CommandError::Env(EnvError::Link(_)) => {
            Some("`--follow-links` follows it, or name the environment that it leads to".into())
        }
        _ => None,
    }
}

fn engines(error: &EnginesError) -> Option<String> {
    match error {
        EnginesError::NoNative(_) => Some(format!(
            "`--engine python` runs an interpreter; the native compiler supports {}",
            native_releases()
        )),
        EnginesError::NativeDefault => Some(format!("name one with `--python`: {}", native_versions())),
        EnginesError::Engine(EngineError::Start { .. })
        | EnginesError::NoDefault(EngineError::Start { .. }) => Some(
            "`--interpreter PATH` names the program of a Python 3.8 or newer, such as /usr/bin/python3.12"
                .into(),
        ),
        EnginesError::NoDefault(_) | EnginesError::UnknownDefault { .. } => Some(format!(
            "name a version with `--python`: {}, or another whose interpreter is installed",
            native_versions()
        )),
        EnginesError::Excluded { .. } => Some(
            "put a python3 that it allows first on PATH, or name a version with `--python` (`pack` only)"
                .into(),
        ),
        EnginesError::OtherReleases { releases, .. } => Some(format!(
            "`--interpreter PATH` names an interpreter; without one, {releases} can be compiled for"
        )),
        EnginesError::OnlyInterpreters { found: Some(found), .. } => Some(format!(
            "`--python {}` compiles with the interpreter of {found}; `--interpreter PATH` names another",
            found.version
        )),
        EnginesError::OnlyInterpreters { .. } => Some(format!(
            "`--interpreter PATH` names an interpreter; without one, {} can be compiled for",
            native_versions()
        )),
        EnginesError::Engine(EngineError::WrongVersion { found, wanted, .. }) => Some(format!(
            "`--python {}` compiles with this interpreter; for {wanted}, `--interpreter PATH` has to name another",
            minor(found)
        )),
        EnginesError::Unused { found, .. } => {
            Some(format!("`--python {}` compiles for its version", minor(found)))
        }
        _ => None,
    }
}

/// Returns the hint for a distribution that does not exist.
fn only(error: &OnlyError) -> Option<String> {
    const MOST: usize = 20;
    let OnlyError::Unknown { known, .. } = error else { return None };
    if let Some(similar) = error.similar() {
        return Some(format!("did you mean {similar}?"));
    }
    let names: Vec<&str> = known.iter().map(String::as_str).take(MOST).collect();
    match names.as_slice() {
        [] => None,
        [name] => Some(format!("there is {name}")),
        names => {
            let more = if known.len() > MOST { ", …" } else { "" };
            Some(format!("there are {}{more}", names.join(", ")))
        }
    }
}

fn prepared(error: &PreparedError) -> Option<String> {
    match &error.fault {
        PreparedFault::Io(error) | PreparedFault::LicenseFile { source: error, .. } => link_outside(error),
        _ => None,
    }
}

fn link_outside(error: &OpenError) -> Option<String> {
    matches!(error, OpenError::Outside { .. }).then(|| FOLLOW_LINKS.into())
}

/// Adds hints to the errors of refused files; `links` is the hint for a symlink that leads out of
/// its directory.
pub(super) fn add(outcomes: &mut [Outcome], links: &str) {
    for error in outcomes.iter_mut().filter_map(Outcome::error_mut) {
        let hint = match error.refusal {
            Some(Refusal::LinkOutside) => links,
            Some(Refusal::NotReplaced) => "remove it if nothing needs it",
            None => continue,
        };
        error.rendered.push_str("\nhint: ");
        error.rendered.push_str(hint);
    }
}

/// Returns the minor version of a release: `3.14` for `3.14.10`.
fn minor(release: &str) -> String {
    release.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// Returns the hint for an interpreter that an audit cannot use.
fn of_named(error: &EnginesError) -> Option<String> {
    match error {
        EnginesError::TwoInterpreters { .. } => Some("name one `--interpreter` for each version".into()),
        EnginesError::NoPyc { versions, .. } => Some(format!(
            "`--interpreter PATH` names one that compiles for {versions}; leave it out if none is needed"
        )),
        _ => None,
    }
}

fn config(error: &ConfigError) -> Option<String> {
    match error {
        ConfigError::NotFound => Some("`pycompile init` writes one, `--config` names another".into()),
        ConfigError::NotTrusted(_) => Some("use it with `--config`".into()),
        error => error.advice().map(advice),
    }
}

/// Returns the hint for advice on a config.
fn advice(advice: &ConfigAdvice) -> String {
    match advice {
        ConfigAdvice::KeepOne => "keep one of the two configs".into(),
        ConfigAdvice::NestedTables => {
            "`[tool.pycompile.source]` corresponds to [source] of a pycompile.toml".into()
        }
        ConfigAdvice::FollowLinks => FOLLOW_LINKS.into(),
        ConfigAdvice::Patterns => "patterns go into `search`; `files` and `data` name one file each".into(),
        ConfigAdvice::RefreshLists => "`pycompile init --update` refreshes the lists".into(),
        ConfigAdvice::OtherOutput => "`[wheel] output` names another directory".into(),
        ConfigAdvice::Similar(name) => format!("did you mean `{name}`?"),
        ConfigAdvice::Table { key, table } => format!("`{key}` belongs in `{table}`"),
        ConfigAdvice::PackWheel => PACK_WHEEL.into(),
        ConfigAdvice::BackendMetadata => {
            "add `metadata = \"backend\"`, which runs the build backend for them".into()
        }
        ConfigAdvice::NameMetadata => format!(
            "add `project = \"pyproject.toml\"`, `metadata = \"PKG-INFO\"` in an unpacked sdist, `metadata = \
             \"backend\"`, which runs the build backend, or:\n\n{INLINE}"
        ),
        ConfigAdvice::RemoveTable => "remove this table; keys that [project] leaves to the backend go into \
                                      [tool.pycompile.wheel.dynamic]"
            .into(),
        ConfigAdvice::AddWheel { lines, metadata } => {
            let about = match metadata {
                AddedMetadata::Backend(home) => {
                    format!("; it runs the build backend for the metadata, which is in {home}")
                }
                AddedMetadata::ProjectTable => " with the metadata of [project]".into(),
                AddedMetadata::Lines => ", with the values filled in".into(),
            };
            format!("this makes a wheel{about}:\n\n{lines}")
        }
    }
}

/// Hint for a project whose wheel only its build backend can build.
pub(super) const PACK_WHEEL: &str =
    "build the wheel with the build backend, then `pycompile pack WHEEL` makes it deterministic";

/// Hint for symlinks that lead out of a project, where its config may allow them.
pub(super) const FOLLOW_LINKS: &str = "`follow-links = true` under [source], or `--follow-links`, follows it";

/// Returns the hint for findings about `.pth` files; `paths` if the command verifies several paths.
pub(super) fn of_path_files(paths: bool) -> String {
    let verified = match paths {
        true => "a directory that one adds is verified too if it is another PATH, and ",
        false => "",
    };
    format!(
        "hint: editable installs, pipx and uv write such `.pth` files: {verified}`--exclude GLOB` leaves a file out"
    )
}

/// Hint for pycs in another invalidation mode than the requested one.
pub(super) const OTHER_MODE: &str = "hint: `--invalidation-mode` sets the expected mode: pip writes `timestamp` \
                                     pycs; without `--check`, `env` replaces them";

/// Returns the message of a pyc that was not normalized, with the hint.
pub(super) fn of_normalize(error: &NormalizeError) -> String {
    match error {
        NormalizeError::SymlinkFolder(_) => {
            format!("{error}\nhint: `--below DIR` names a directory that may be reached by symlinks")
        }
        NormalizeError::Write(WriteError::Symlink(_)) => {
            format!("{error}\nhint: name the pyc that it leads to")
        }
        _ => error.to_string(),
    }
}
