//! Hints for errors of the library, which does not know the options of the command line.

use super::error::CommandError;
use crate::audit::{ExplainError, VerifyError};
use crate::build::ProjectError;
use crate::build::env::EnvError;
use crate::build::normalize::NormalizeError;
use crate::config::ConfigError;
use crate::diff::SideError;
use crate::engine::EngineError;
use crate::engine::select::{EnginesError, native_releases, native_versions};
use crate::manifest::ManifestError;
use crate::output::WriteError;
use crate::wheel::WheelError;

/// Returns the error's message, with a hint on a line of its own if there is one.
pub(super) fn message(error: &CommandError) -> String {
    match of(error) {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    }
}

fn of(error: &CommandError) -> Option<String> {
    match error {
        CommandError::Engines(error) | CommandError::Project(ProjectError::Engines(error)) => engines(error),
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
        CommandError::Project(ProjectError::Config(error)) => config(error),
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
        EnginesError::Engine(EngineError::Start { .. }) => Some(
            "`--interpreter PATH` names the program of a Python 3.8 or newer, such as /usr/bin/python3.12"
                .into(),
        ),
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
        _ => None,
    }
}

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
