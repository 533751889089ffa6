//! Arguments → settings → commands.

/// Runs the command line and returns its exit status.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(2)
}
