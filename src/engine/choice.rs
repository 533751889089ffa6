//! Settings that select engines and the form of their code.

use crate::target::Release;
use clap::ValueEnum;
use serde::Deserialize;

/// Engine that the user selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    /// Native compiler if it supports the version and no interpreter is named, otherwise an
    /// interpreter.
    #[default]
    Auto,
    /// The native compiler.
    Native,
    /// Real interpreters.
    Python,
}

/// Reference flags of the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refs {
    /// Flags that CPython writes.
    #[default]
    Cpython,
    /// Flags only of objects that are referenced.
    Minimal,
}

/// Versions to start engines for.
#[derive(Clone, Copy, Debug)]
pub enum Requested<'a> {
    /// The version of the `python3` on PATH, or the newest that the native compiler supports.
    Default,
    /// Listed releases.
    Releases(&'a [Release]),
}

impl<'a> Requested<'a> {
    /// Returns the releases that an option or key names, or the default if it names none.
    pub const fn of(named: &'a [Release]) -> Self {
        if named.is_empty() { Self::Default } else { Self::Releases(named) }
    }
}
