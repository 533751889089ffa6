//! Records the commit that the program is built from, for `pycompile --version`.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a build script talks to cargo on standard output, and cargo to it by the environment"
)]

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PYCOMPILE_COMMIT");
    let commit = named().or_else(packaged).or_else(checked_out).unwrap_or_default();
    println!("cargo::rustc-env=PYCOMPILE_COMMIT={commit}");
}

/// Returns the commit that the environment names, for builds from an archive of the sources.
fn named() -> Option<String> {
    std::env::var("PYCOMPILE_COMMIT").ok().filter(|commit| !commit.is_empty())
}

/// Returns the commit that `cargo package` has written into the crate.
fn packaged() -> Option<String> {
    let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = text.split_once("\"sha1\":")?;
    let commit = rest.split('"').nth(1)?;
    let is_dirty = text.replace(' ', "").contains("\"dirty\":true");
    Some(described(commit, is_dirty))
}

/// Returns the commit of the working tree. Only builds with optimizations ask for it, so that a
/// commit does not cause the library to be compiled again for the tests.
fn checked_out() -> Option<String> {
    if std::env::var("PROFILE").ok()? != "release" {
        return None;
    }
    let here = Path::new(".").canonicalize().ok()?;
    // A copy that is vendored into another repository is not of that repository's commit.
    if Path::new(&git(&["rev-parse", "--show-toplevel"])?).canonicalize().ok()? != here {
        return None;
    }
    for changing in ["HEAD", "logs/HEAD", "index"] {
        let path = git(&["rev-parse", "--git-path", changing])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    for source in ["src", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={source}");
    }
    let changes = git(&["status", "--porcelain", "--", "src", "build.rs", "Cargo.toml", "Cargo.lock"])?;
    Some(described(&git(&["rev-parse", "HEAD"])?, !changes.is_empty()))
}

fn described(commit: &str, is_dirty: bool) -> String {
    let changes = if is_dirty { ", with uncommitted changes" } else { "" };
    format!("{commit}{changes}")
}

/// Returns the output of a git command that leaves the repository as it is.
fn git(arguments: &[&str]) -> Option<String> {
    let done = Command::new("git").arg("--no-optional-locks").args(arguments).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| text.trim_end().to_owned())
}
