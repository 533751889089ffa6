//! Settings that select engines and the form of their code.

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
